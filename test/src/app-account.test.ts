import should from 'should';
import { callMetaOf } from '../../src/cloud/call-types';
import { CloudError } from '../../src/cloud/errors';
import { AppAccount, type AppIdentity } from '../../src/gizwits/app/account';
import { checkLimits } from '../../src/gizwits/app/limits';
import { listAll } from '../../src/gizwits/app/listing';
import type { AppOperation } from '../../src/gizwits/app/operation';
import { appOperations } from '../../src/gizwits/app/operations';
import { APP_REGIONS, type AppRegion } from '../../src/gizwits/app/regions';
import { applicationAuth } from '../../src/gizwits/app/signatures';
import { productSignature } from '../../src/gizwits/signature';
import { createSimulator } from '../../src/simulator';
import { type ScriptedAnswer, type ScriptedCloud, ScriptedSender } from '../support/scripted-sender';
import { VirtualClock } from '../support/virtual-clock';

const DID = 'gKufzxZwYeyd3Skbsb6mzz';
const refusal = (code: number, status = 400): ScriptedAnswer => ({
  status,
  body: { error_message: 'as captured', error_code: code, detail_message: null },
});
const operation = (id: string): AppOperation => appOperations[id] as AppOperation;
const quiet = { info: () => undefined, warn: () => undefined };

interface Bench {
  account: AppAccount;
  clock: VirtualClock;
  sender: ScriptedSender;
  call(id: string, params?: Record<string, unknown>): Promise<unknown>;
}

function bench(cloud: ScriptedCloud, identity: Partial<AppIdentity> = {}, region: AppRegion = 'cn'): Bench {
  const clock = new VirtualClock();
  const sender = new ScriptedSender(clock, cloud);
  const account = new AppAccount({
    identity: {
      baseUrl: region === 'custom' || region === 'simulator' ? 'http://127.0.0.1:1' : APP_REGIONS[region],
      appId: 'a'.repeat(32),
      login: 'password',
      username: 'me',
      password: 'Passw0rd-secret!',
      appSecret: 'appsecret-for-test',
      productSecret: 'product-secret-for-test',
      ...identity,
    },
    settings: { region, timeoutMs: 5000, concurrency: 10 },
    clock,
    log: quiet,
    transport: sender,
  });
  return {
    account,
    clock,
    sender,
    async call(id, params = {}) {
      const going = account.call(operation(id), params, { origin: 'node' }).then(
        ({ body }) => body,
        (error: unknown) => error,
      );
      await clock.advance(100);
      return going;
    },
  };
}

/** A cloud that gives tokens T1, T2 … and answers everything else by `rest`. */
function loginCloud(rest: (path: string, token: string | undefined) => ScriptedAnswer, expireAt = 1e10): ScriptedCloud {
  let count = 0;
  return ({ path, headers }) =>
    path === '/app/login' || path === '/app/request_token'
      ? { body: { token: `T${++count}`, uid: 'u'.repeat(32), expire_at: expireAt } }
      : rest(path, headers?.['X-Gizwits-User-token'] ?? headers?.['X-Gizwits-Application-Token']);
}

describe('an account of the Open API', () => {
  it('signs as the test vectors say', () => {
    applicationAuth('appid-for-test', 'appsecret-for-test').should.equal('9d46b089f4a856ac4a146056a32c5632');
    productSignature('product-secret-for-test', 1500000000).should.equal('136f8ba0b02b8492959a429a612b82e6');
  });

  it('logs in once for all calls that come at the same time', async () => {
    const { sender, account, clock } = bench(loginCloud(() => ({ body: {}, delayMs: 5 })));
    const calls = Array.from({ length: 20 }, () => account.call(operation('get_app_users'), {}, { origin: 'n' }));
    await clock.advance(100);
    await Promise.all(calls);
    sender.paths.filter((path) => path === '/app/login').should.have.length(1);
    sender.sent.at(-1)?.request.headers?.['X-Gizwits-User-token']?.should.equal('T1');
  });

  for (const code of [9004, 9006]) {
    it(`logs in once more when a token is refused with ${code}, and makes the call once more`, async () => {
      const { sender, call } = bench(
        loginCloud((_path, token) => (token === 'T1' ? refusal(code) : { body: { ok: 1 } })),
      );
      should(await call('get_app_users')).eql({ ok: 1 });
      sender.paths.should.eql(['/app/login', '/app/users', '/app/login', '/app/users']);
    });
  }

  it('gives up when the new token is refused too, and says for which region it is configured', async () => {
    const { sender, call } = bench(
      loginCloud(() => refusal(9004)),
      {},
      'eu',
    );
    const error = (await call('get_app_users')) as CloudError;
    error.code.should.equal('GIZ_9004');
    error.message.should.containEql('euapi.gizwits.com').and.match(/Europe/);
    sender.paths.filter((path) => path === '/app/login').should.have.length(2);
  });

  it('trusts the end that a token comes with', async () => {
    const clock = new VirtualClock();
    const expireAt = Math.floor(clock.now() / 1000) + 3600;
    const { sender, call, clock: own } = bench(loginCloud(() => ({ body: {} }), expireAt));
    await call('get_app_users');
    await own.advance(50 * 60_000);
    await call('get_app_users');
    await own.advance(20 * 60_000);
    await call('get_app_users');
    const logins = sender.paths.filter((path) => path === '/app/login').length;
    logins.should.equal(2);
  });

  it('keeps a distance between logins that are refused', async () => {
    const { sender, call, clock } = bench(({ path }) => (path === '/app/login' ? refusal(9020) : { body: {} }));
    for (let count = 0; count < 50; count++)
      should(((await call('get_app_users')) as CloudError).code).equal('GIZ_9020');
    sender.sent.length.should.be.belowOrEqual(3);
    const before = sender.sent.length;
    await clock.advance(61_000);
    await call('get_app_users');
    sender.sent.length.should.equal(before + 1);
  });

  it('logs in anonymously by registering', async () => {
    const { sender, call } = bench(
      ({ method, path }) =>
        method === 'POST' && path === '/app/users'
          ? { status: 201, body: { token: 'T1', uid: 'u', expire_at: 1e10 } }
          : { body: {} },
      { login: 'anonymous', phoneId: 'my phone' },
    );
    await call('get_app_users');
    should(JSON.parse(sender.sent[0]?.request.body ?? '')).eql({ phone_id: 'my phone' });
  });

  it('uses a given token as it is, and says that it cannot be renewed', async () => {
    const { sender, call } = bench(() => refusal(9006), { login: 'token', token: 'given-token' }, 'us');
    const error = (await call('get_app_users')) as CloudError;
    error.should.containEql({ code: 'GIZ_9006', retryable: false });
    error.message.should.containEql('usapi.gizwits.com');
    sender.paths.should.eql(['/app/users']);
    should(callMetaOf(error)?.attempts).equal(1);
  });

  it('asks for the app token where one is needed', async () => {
    const { sender, call } = bench(loginCloud(() => ({ status: 201, body: '' })));
    should(await call('post_app_sms_code', { phone: '13800000000' })).eql({});
    sender.paths.should.eql(['/app/request_token', '/app/sms_code']);
    const [login, code] = sender.sent;
    login?.request.headers?.['X-Gizwits-Application-Auth']?.should.equal(
      applicationAuth('a'.repeat(32), 'appsecret-for-test'),
    );
    code?.request.headers?.['X-Gizwits-Application-Token']?.should.equal('T1');
  });

  it('signs a binding with the time of the cloud, once more when the cloud does not take it', async () => {
    const days = 3 * 86_400_000;
    const made = bench(
      loginCloud((path) => {
        if (path !== '/app/bind_mac') return { body: {} };
        const { headers = {} } = made.sender.sent.at(-1)?.request ?? {};
        const seconds = Number(headers['X-Gizwits-Timestamp']);
        const isRight = Math.abs(seconds - Math.floor((made.clock.now() + days) / 1000)) < 5;
        const signature = productSignature('product-secret-for-test', seconds);
        should(headers['X-Gizwits-Signature']).equal(signature);
        return isRight ? { status: 201, body: { did: DID } } : refusal(9043);
      }),
      // Nothing has been answered before, so the cloud's time is not known.
      { login: 'token', token: 'given' },
    );
    made.sender.serverAheadMs = days;
    should(await made.call('post_app_bind_mac', { product_key: 'p', mac: 'm' })).eql({ did: DID });
    made.sender.sent.length.should.equal(2);
  });

  it('says which secret is missing before anything is sent', async () => {
    const { sender, call } = bench(() => ({ body: {} }), { appSecret: undefined, productSecret: undefined });
    for (const [id, params, field] of [
      ['post_app_sms_code', { phone: '1' }, 'appSecret'],
      ['post_app_request_token', {}, 'appSecret'],
      ['post_app_bind_mac', { product_key: 'p', mac: 'm' }, 'productSecret'],
    ] as const) {
      const error = (await call(id, params)) as CloudError;
      error.code.should.equal('GIZ_CONFIG');
      error.message.should.containEql(field);
    }
    sender.sent.should.have.length(0);
  });

  it('does not repeat a command that may have been carried out, and repeats a read', async () => {
    const { sender, call, account, clock } = bench(loginCloud(() => refusal(9008, 500)));
    const error = (await call('post_app_control_did', { did: DID, attrs: { a: 1 } })) as CloudError;
    error.should.containEql({ code: 'GIZ_OUTCOME_UNKNOWN', vendorCode: 9008 });
    sender.sent.length.should.equal(2);
    const read = account.call(operation('get_app_users'), {}, { origin: 'n' }).catch((failed: CloudError) => failed);
    await clock.advance(60_000);
    ((await read) as CloudError).code.should.equal('GIZ_9008');
    sender.paths.filter((path) => path === '/app/users').length.should.be.above(1);
  });

  it('holds reads back for seconds when the cloud says that it is too much, and does not speak of a quota', async () => {
    let throttled = true;
    const { sender, clock, account } = bench(loginCloud(() => (throttled ? refusal(9041, 429) : { body: { ok: 1 } })));
    const read = (): Promise<{ body: unknown }> => account.call(operation('get_app_users'), {}, { origin: 'n' });
    const reads = [read(), read()];
    await clock.advance(100);
    const sent = sender.sent.length;
    await clock.advance(4800);
    sender.sent.length.should.equal(sent);
    throttled = false;
    await clock.advance(2200);
    for (const { body } of await Promise.all(reads)) should(body).eql({ ok: 1 });
  });

  it('tells a throttled command by its code and when to try again, and sends none meanwhile', async () => {
    const { call, clock, sender } = bench(loginCloud(() => refusal(9041, 429)));
    const command = { did: DID, attrs: { a: 1 } };
    const first = (await call('post_app_control_did', command)) as CloudError;
    first.should.containEql({
      code: 'GIZ_9041',
      vendorCode: 9041,
      statusCode: 429,
      outcome: 'refused',
      retryable: true,
    });
    first.message.should.match(/short time/);
    should(first.retryAfterMs).be.within(5000, 7000);
    const sent = sender.sent.length;
    await clock.advance(1000);
    const second = (await call('post_app_control_did', command)) as CloudError;
    second.should.containEql({ code: 'GIZ_QUOTA', outcome: 'not-sent' });
    second.message.should.not.match(/hourly/);
    sender.sent.length.should.equal(sent);
  });

  it('takes the unit of an aggregate in the words of the document, and sends that of its samples', async () => {
    const { call, sender } = bench(loginCloud(() => ({ body: { query: {}, data: [] } })));
    for (const [unit, wire] of [
      ['hours', 'HOURS'],
      ['day', 'DAYS'],
      ['WEEKS', 'WEEKS'],
    ]) {
      const range = { start_ts: 1447837618000, end_ts: 1447924018000 };
      await call('get_app_devdata_did_agg_data', { did: DID, ...range, attrs: ['a'], aggregator: 'sum', unit });
      should(sender.paths.at(-1)).match(new RegExp(`unit=${wire}$`));
    }
  });

  it('keeps secrets out of every error, even when the cloud repeats them', async () => {
    const token = 'a-token-of-some-length';
    const words = `Passw0rd-secret! ${token} product-secret-for-test appsecret-for-test`;
    const { call } = bench(({ path }) =>
      path === '/app/login'
        ? { body: { token, uid: 'u', expire_at: 1e10 } }
        : { status: 400, body: { error_code: 9015, error_message: words } },
    );
    const error = (await call('get_app_users')) as CloudError;
    error.code.should.equal('GIZ_9015');
    JSON.stringify([error, error.message]).should.not.match(/Passw0rd-secret|product-secret|appsecret|a-token/);
  });

  it('gives every listed code its own text with a remedy, and an unlisted one too', async () => {
    const texts = new Set<string>();
    for (const code of [9001, 9014, 9042, 9101, 9221, 9999, 9777]) {
      const { call } = bench(loginCloud(() => refusal(code, 400)));
      const error = (await call('get_app_users')) as CloudError;
      error.should.containEql({ code: `GIZ_${code}`, vendorCode: code, vendorMessage: 'as captured' });
      texts.add(error.textKey);
    }
    texts.size.should.equal(7);
    texts.has('app.unlisted').should.be.true();
  });
});

describe('lists of the Open API', () => {
  const collect = async (cloud: ScriptedCloud, id: string, params: Record<string, unknown> = {}) => {
    const { account, clock, sender } = bench(cloud, { login: 'token', token: 'given' });
    const records: unknown[] = [];
    let truncated: true | undefined;
    const going = (async () => {
      for await (const page of listAll(account, operation(id), params, { origin: 'n' })) {
        records.push(...page.records);
        truncated = page.truncated;
      }
    })();
    await clock.advance(1000);
    await going;
    return { records, sender, truncated };
  };
  const numbers = (from: number, to: number): { did: string }[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, index) => ({ did: `d${from + index}` }));
  const asked = (path: string): { skip: number; limit: number } => {
    const query = new URL(`http://x${path}`).searchParams;
    return { skip: Number(query.get('skip')), limit: Number(query.get('limit')) };
  };

  it('are read until a page is not full, where no total is told', async () => {
    const { records, sender } = await collect(({ path }) => {
      const { skip, limit } = asked(path);
      return { body: { devices: numbers(skip, Math.min(45, skip + limit)) } };
    }, 'get_app_bindings');
    records.should.have.length(45);
    sender.sent.should.have.length(3);
  });

  it('end when a server ignores skip', async () => {
    const { records } = await collect(() => ({ body: { devices: numbers(0, 20) } }), 'get_app_bindings');
    records.should.have.length(20);
  });

  it('are read to their total, even when pages are shorter than asked for', async () => {
    const { records } = await collect(
      ({ path }) => {
        const { skip } = asked(path);
        return { body: { meta: { total: 50 }, objects: numbers(skip, Math.min(50, skip + 20)) } };
      },
      'get_app_sharing',
      { sharing_type: 0 },
    );
    records.should.have.length(50);
  });

  it('end at the reach of raw data, and say so', async () => {
    const now = Math.floor(new VirtualClock().now() / 1000);
    const { records, truncated, sender } = await collect(
      ({ path }) => {
        const { skip, limit } = asked(path);
        return { body: { meta: { total: 7000 }, objects: numbers(skip, skip + limit) } };
      },
      'get_app_devices_did_raw_data',
      { did: DID, type: 'cmd', start_time: now - 3600, end_time: now },
    );
    records.should.have.length(5000);
    sender.sent.should.have.length(5);
    should(truncated).be.true();
  });

  it('are one page when the author names one', async () => {
    const { records, sender } = await collect(() => ({ body: [] }), 'get_app_common_scheduler', { limit: 200 });
    records.should.have.length(0);
    sender.paths.should.eql(['/app/common_scheduler?limit=200']);
  });
});

describe('the limits of the Open API', () => {
  const NOW = Date.UTC(2026, 0, 5, 8);
  const seconds = Math.floor(NOW / 1000);
  const timing = { time: '08:00', repeat: 'none', date: '2026-01-06' };
  const rule = { output: [[{ type: 'devctrl', did: DID, attrs: { a: 1 } }]] };
  const wrong: [id: string, params: Record<string, unknown>, names: RegExp][] = [
    ['post_app_users', {}, /phone_id/],
    ['post_app_users', { username: 'a' }, /username \+ password/],
    ['post_app_users', { phone: '1', password: 'x' }, /code/],
    ['post_app_users', { phone_id: 'x', username: 'a', password: 'b' }, /phone_id/],
    ['post_app_users', { authData: { src: 'myspace', uid: '1', token: '2' } }, /authData\.src/],
    ['post_app_users', { authData: { src: 'qq', uid: '1' } }, /authData\.token/],
    ['put_app_users', {}, /params/],
    ['put_app_users', { new_pwd: 'x' }, /old_pwd/],
    ['put_app_users', { phone: '1' }, /code/],
    ['put_app_users', { birthday: '31.1.' }, /birthday/],
    ['post_app_reset_password', { phone: '1', new_pwd: 'x' }, /code/],
    ['post_app_bindings', { devices: [] }, /devices/],
    ['post_app_bindings', { devices: [{ did: DID }] }, /devices\[0\]\.passcode/],
    ['delete_app_bindings', { devices: [{}] }, /devices\[0\]\.did/],
    ['post_app_sharing', { type: 0, did: DID }, /uid/],
    ['post_app_sharing', { type: 0, did: DID, uid: 'a', email: 'b' }, /uid/],
    ['post_app_sharing', { type: 1, did: DID, uid: 'a' }, /type/],
    ['get_app_devices_did_raw_data', { start_time: seconds, end_time: seconds }, /start_time/],
    ['get_app_devices_did_raw_data', { start_time: seconds, end_time: seconds + 3600 }, /end_time/],
    [
      'get_app_devices_did_raw_data',
      { start_time: seconds - 8 * 86_400, end_time: seconds - 7 * 86_400 },
      /start_time/,
    ],
    [
      'get_app_devices_did_raw_data',
      { start_time: seconds - 60, end_time: seconds, skip: 4500, limit: 501 },
      /skip \+ limit/,
    ],
    ['post_app_rules', { output: [], event: 'fault' }, /event_attr/],
    ['post_app_rules', { ...rule, event: 'alert', event_attr: { attr_name: 'a', value: '2' } }, /event_attr\.value/],
    ['post_app_rules', { ...rule, input: [{ did: DID }] }, /input\[0\]\.product_key/],
    ['post_app_rules', { ...rule, condition: [[{ left: 'a', opt: '=', right: '1' }]] }, /condition\[0\]\[0\]\.opt/],
    ['post_app_rules', { output: [[{ type: 'dance' }]] }, /output\[0\]\[0\]\.type/],
    ['post_app_rules', { output: [[{ type: 'devctrl', did: DID }]] }, /attrs.*raw/],
    ['put_app_rules_rule_id', { output: [[{ type: 'delay', delay: -1 }]] }, /delay/],
    ['post_app_scene', { tasks: [] }, /tasks/],
    ['post_app_scene', { tasks: [{ task_type: 'delay', time: 3601 }] }, /tasks\[0\]\.time/],
    ['post_app_scene', { tasks: [{ task_type: 'device', attrs: { a: 1 } }] }, /tasks\[0\]\.did/],
    ['put_app_scene_id', { tasks: [{ task_type: 'device', did: DID, raw: 'zz!' }] }, /tasks\[0\]\.raw/],
    ['post_app_devices_did_scheduler', { ...timing, time: '24:00' }, /time/],
    ['post_app_devices_did_scheduler', { ...timing, date: undefined }, /date/],
    ['post_app_devices_did_scheduler', { ...timing, repeat: 'daily' }, /repeat/],
    ['post_app_devices_did_scheduler', { ...timing, repeat: 'day' }, /days/],
    ['post_app_common_scheduler', { ...timing, repeat: 'day', days: ['32'] }, /days/],
    ['put_app_common_scheduler_id', { ...timing, raw: 'xyz' }, /raw/],
    ['post_app_scheduler', { ...timing, task: [{ did: DID }] }, /task\[0\]\.product_key/],
  ];
  for (const [id, params, names] of wrong) {
    it(`refuse ${id} ${JSON.stringify(params).slice(0, 70)}`, () => {
      try {
        checkLimits(id, params, NOW);
      } catch (error) {
        should(error).be.instanceOf(CloudError);
        (error as CloudError).code.should.equal('GIZ_BAD_INPUT');
        (error as CloudError).message.should.match(names);
        return;
      }
      throw new Error('was accepted');
    });
  }
});

describe('one user in three regions', () => {
  it('has a token in each that the others do not know', async () => {
    const clouds = await Promise.all([11, 12, 13].map((seed) => createSimulator({ seed })));
    const regions: AppRegion[] = ['cn', 'us', 'eu'];
    const accounts: AppAccount[] = [];
    const open = (index: number, login: Partial<AppIdentity>): AppAccount => {
      const { baseUrl, appId } = (clouds[index] as (typeof clouds)[number]).app;
      const account = new AppAccount({
        identity: { baseUrl, appId, login: 'anonymous', ...login },
        settings: { region: regions[index] as AppRegion, timeoutMs: 5000, concurrency: 5 },
        clock: { now: Date.now, mono: () => performance.now(), setTimeout, clearTimeout, random: Math.random } as never,
        log: quiet,
      });
      accounts.push(account);
      return account;
    };
    try {
      const users = await Promise.all(
        clouds.map((_, index) => open(index, { phoneId: 'the same' }).user({ origin: 'n' })),
      );
      new Set(users.map(({ token }) => token)).size.should.equal(3);
      for (const [index, { token }] of users.entries()) {
        for (const other of clouds.keys()) {
          const result = await open(other, { login: 'token', token })
            .call(operation('get_app_users'), {}, { origin: 'n' })
            .then(
              () => 'ok',
              (error: CloudError) => error,
            );
          if (other === index) should(result).equal('ok');
          else {
            const error = result as CloudError;
            error.code.should.equal('GIZ_9004');
            const words = { cn: /China/, us: /US/, eu: /Europe/ }[regions[other] as 'cn' | 'us' | 'eu'];
            error.message.should.match(words).and.match(/one region only/);
          }
        }
      }
    } finally {
      await Promise.all(accounts.map((account) => account.close()));
      await Promise.all(clouds.map((cloud) => cloud.close()));
    }
  });
});
