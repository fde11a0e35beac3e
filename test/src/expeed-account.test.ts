import should from 'should';
import { callMetaOf } from '../../src/cloud/call-types';
import { CloudError } from '../../src/cloud/errors';
import type { Logger } from '../../src/cloud/logger';
import type { WireRequest } from '../../src/cloud/reply';
import { ExpeedAccount } from '../../src/expeed/account';
import { currentDatapoints, deviceStatus, setDatapoints } from '../../src/expeed/device-calls';
import { Timestamps } from '../../src/expeed/timestamp';
import { TokenSeal } from '../../src/expeed/token-seal';
import type { TokenStore } from '../../src/expeed/token-vault';
import { type ScriptedAnswer, ScriptedSender } from '../support/scripted-sender';
import { VirtualClock } from '../support/virtual-clock';

const SECRET = 'canary/secret+7f3a';
const IDENTITY = { baseUrl: 'https://api.iot-expeed.com', platformKey: 'pk-1', secretKey: SECRET };
const DEVICE = { deviceId: 'd1', deviceKey: 'k1' };
const CALL = { origin: 'node-1' };
const ok = (body: object): ScriptedAnswer => ({ body: { result_code: 0, result_message: 'ok', ...body } });
const isToken = ({ path }: WireRequest): boolean => path.startsWith('/v1/platform/token');

/** A store in memory that counts, as a context store of Node-RED is one. */
class MemoryStore implements TokenStore {
  loads = 0;
  saves = 0;
  constructor(public value?: unknown) {}
  async load(): Promise<unknown> {
    this.loads++;
    return this.value;
  }
  async save(sealed: string): Promise<void> {
    this.saves++;
    this.value = sealed;
  }
}

describe('Expeed: platform account', () => {
  let clock: VirtualClock;
  let sender: ScriptedSender;
  let warnings: string[];
  let issued: number;
  let seconds: unknown;
  const accounts: ExpeedAccount[] = [];

  const log: Logger = { info: () => undefined, warn: (text) => warnings.push(text) };
  const open = (identity = IDENTITY): ExpeedAccount => {
    const account = new ExpeedAccount({ identity, settings: { timeoutMs: 30_000 }, transport: sender, clock, log });
    accounts.push(account);
    return account;
  };
  /** A platform that knows one token at a time, and refuses all others. */
  const platform =
    (answer: (request: WireRequest) => ScriptedAnswer = () => ok({ device_status: 1 })) =>
    (request: WireRequest): ScriptedAnswer => {
      if (isToken(request)) return ok({ access_token: `token-${++issued}`, expires_in: seconds });
      return request.headers?.access_token === `token-${issued}`
        ? answer(request)
        : { body: { result_code: 1, result_message: 'token过期' } };
    };
  const tokenCalls = (): number => sender.sent.filter(({ request }) => isToken(request)).length;
  const failure = async (work: Promise<unknown>): Promise<CloudError> => {
    const error = await work.then(
      () => undefined,
      (caught: unknown) => caught,
    );
    should(error).be.instanceof(CloudError);
    return error as CloudError;
  };
  /** Lets virtual time run while a promise is open. */
  const during = async <T>(work: Promise<T>, ms = 60_000): Promise<T> => {
    work.catch(() => undefined);
    await clock.advance(ms);
    return work;
  };
  beforeEach(() => {
    clock = new VirtualClock();
    warnings = [];
    issued = 0;
    seconds = 7200;
    sender = new ScriptedSender(clock, platform());
  });

  afterEach(async () => {
    await Promise.all(accounts.splice(0).map((account) => account.close()));
  });

  it('fetches the token by its documented call and sends it with the device key', async () => {
    const account = open();
    const { result } = await during(deviceStatus(account, DEVICE, CALL));
    should(result).eql({ online: true, deviceStatus: 1 });
    should(sender.sent.map(({ request }) => request.path)).eql([
      '/v1/platform/token?platform_key=pk-1&secret_key=canary%2Fsecret%2B7f3a',
      '/v1/devices/device_status/d1',
    ]);
    should(sender.sent.map(({ request }) => request.method)).eql(['GET', 'GET']);
    should(sender.sent[1]?.request.headers).have.properties({ access_token: 'token-1', device_key: 'k1' });
  });

  it('makes one token call for a thousand calls at once', async () => {
    const account = open();
    const calls = Array.from({ length: 1000 }, () => deviceStatus(account, DEVICE, CALL));
    await during(Promise.all(calls));
    should(tokenCalls()).equal(1);
  });

  it('makes 10 000 calls in an hour with one token: the platform has no hourly quota', async () => {
    const account = open();
    const calls = Array.from({ length: 10_000 }, () => deviceStatus(account, DEVICE, CALL));
    const results = await during(Promise.all(calls), 600_000);
    should(results).have.length(10_000);
    should(tokenCalls()).equal(1);
  }).timeout(60_000);

  it('makes at most one token call for each expires_in, over a day of calls', async () => {
    const account = open();
    for (let minute = 0; minute < 24 * 60; minute++) {
      should((await during(deviceStatus(account, DEVICE, CALL), 30_000)).result.online).be.true();
      await clock.advance(30_000);
    }
    should(tokenCalls()).be.within(12, 13);
    should(account.tokenCalls).be.within(11, 13);
    should(warnings).be.empty();
  }).timeout(60_000);

  it('fetches a token again when a short-lived one is over', async () => {
    seconds = '2';
    const account = open();
    await during(deviceStatus(account, DEVICE, CALL), 1500);
    await during(deviceStatus(account, DEVICE, CALL), 500);
    should(tokenCalls()).equal(1);
    await during(deviceStatus(account, DEVICE, CALL), 1000);
    should(tokenCalls()).equal(2);
  });

  it('answers an expired token with one new token and one replay', async () => {
    const account = open();
    await during(deviceStatus(account, DEVICE, CALL));
    issued++;
    const { meta } = await during(deviceStatus(account, DEVICE, CALL));
    should(meta.attempts).equal(2);
    should(tokenCalls()).equal(2);
  });

  it('makes one token call for a thousand calls that find the token expired', async () => {
    const account = open();
    await during(deviceStatus(account, DEVICE, CALL));
    issued++;
    const calls = Array.from({ length: 1000 }, () => deviceStatus(account, DEVICE, CALL));
    await during(Promise.all(calls));
    should(tokenCalls()).equal(2);
  });

  it('replays a setting that was refused for its token, once, and no other', async () => {
    let settings = 0;
    sender.behave(
      platform(() => {
        settings++;
        return ok({ message_id: 77 });
      }),
    );
    const account = open();
    await during(setDatapoints(account, DEVICE, { temp: 5 }, clock.mono(), CALL));
    issued++;
    const { result } = await during(setDatapoints(account, DEVICE, { temp: 5 }, clock.mono(), CALL));
    should(result).eql({ messageId: '77' });
    should(settings).equal(2);

    sender.behave((request) =>
      isToken(request)
        ? ok({ access_token: `token-${++issued}`, expires_in: 7200 })
        : { body: { result_code: 1, result_message: 'token过期' } },
    );
    const before = sender.sent.length;
    const error = await failure(during(setDatapoints(account, DEVICE, { temp: 5 }, clock.mono(), CALL)));
    should(error).have.properties({ code: 'EXPEED_1', outcome: 'refused', vendorCode: 1 });
    should(sender.sent.slice(before).filter(({ request }) => !isToken(request))).have.length(2);
  });

  it('never repeats a setting whose answer is lost, and says that its outcome is unknown', async () => {
    for (const answer of [
      { hang: true },
      { status: 502, body: 'bad gateway' },
      { status: 200, body: 'not json' },
      { status: 200, body: '{"result_code":0,"mess' },
      { status: 500, body: { result_code: 5, result_message: 'BODY参数非法' } },
    ] as ScriptedAnswer[]) {
      let settings = 0;
      sender.behave(
        platform(() => {
          settings++;
          return answer;
        }),
      );
      const account = open();
      const error = await failure(during(setDatapoints(account, DEVICE, { temp: 5 }, clock.mono(), CALL)));
      should(error).have.properties({ code: 'GIZ_OUTCOME_UNKNOWN', outcome: 'unknown' });
      should(settings).equal(1);
      should(callMetaOf(error)?.attempts).equal(1);
    }
  });

  it('does not send a setting that grew too old while it waited', async () => {
    sender.behave((request) =>
      isToken(request) ? { ...platform()(request), delayMs: 12_000 } : ok({ message_id: 1 }),
    );
    const account = open();
    const error = await failure(during(setDatapoints(account, DEVICE, { temp: 5 }, clock.mono(), CALL)));
    should(error).have.properties({ code: 'GIZ_EXPIRED', outcome: 'not-sent' });
    should(sender.sent.filter(({ request }) => !isToken(request))).be.empty();
  });

  it('repeats a read over a bad gateway', async () => {
    let calls = 0;
    sender.behave(platform(() => (++calls < 3 ? { status: 502, body: '<html></html>' } : ok({ device_status: 0 }))));
    const { result, meta } = await during(deviceStatus(open(), DEVICE, CALL));
    should(result).eql({ online: false, deviceStatus: 0 });
    should(meta.attempts).equal(3);
  });

  const errors: [number, string, string, RegExp][] = [
    [2, '设备不存在', 'EXPEED_2', /device does not exist/],
    [3, '设备不在线', 'EXPEED_3', /offline/],
    [3, '查询参数非法', 'EXPEED_3', /query/],
    [3, 'Device_key不存在', 'EXPEED_3', /device key/],
    [3, '', 'EXPEED_3', /offline.*device key.*query/],
    [4, 'URL参数非法', 'EXPEED_4', /URL/],
    [5, 'BODY参数非法', 'EXPEED_5', /content of the setting/],
    [4, '设备不在线', 'EXPEED_4', /offline/],
    [99, '系统繁忙', 'EXPEED_99', /does not list.*系统繁忙/],
  ];
  for (const [number, message, code, text] of errors) {
    it(`explains ${number} ${message} by its message`, async () => {
      sender.behave(platform(() => ({ body: { result_code: number, result_message: message } })));
      const error = await failure(during(deviceStatus(open(), DEVICE, CALL)));
      should(error).have.properties({ code, vendorCode: number, outcome: 'refused' });
      should(error.message).match(text);
      should(error.vendorMessage).equal(message === '' ? undefined : message);
    });
  }

  it('takes an expired token by its message too, and numbers that are text', async () => {
    let calls = 0;
    sender.behave(
      platform(() =>
        ++calls === 1
          ? { body: { result_code: '3', result_message: 'token过期' } }
          : { body: { result_code: '0', device_status: '1' } },
      ),
    );
    const { result } = await during(deviceStatus(open(), DEVICE, CALL));
    should(result).eql({ online: true, deviceStatus: 1 });
    should(tokenCalls()).equal(2);
  });

  it('tells an answer that is no JSON, an empty one and one without a result from each other', async () => {
    const bodies: [ScriptedAnswer, RegExp][] = [
      [{ body: '<html>login</html>' }, /web page/],
      [{ body: '' }, /empty/],
      [{ body: {} }, /result_code/],
      [{ body: [] }, /result_code/],
      [ok({ device_status: 7 }), /device_status/],
      [ok({}), /device_status/],
      [{ status: 404, body: 'nothing' }, /does not know this path/],
      [{ status: 302, body: '' }, /redirect/],
    ];
    for (const [answer, text] of bodies) {
      sender.behave(platform(() => answer));
      const error = await failure(during(deviceStatus(open(), DEVICE, CALL)));
      should(error).have.property('code', 'GIZ_BAD_RESPONSE');
      should(error.message).match(text);
    }
  });

  it('reads current datapoints in the zone of the platform', async () => {
    sender.behave(platform(() => ok({ data: { timestamp: '2017-02-13T12-00-00-000', xxx: 0, yyy: 2 } })));
    const { result } = await during(
      currentDatapoints(open(), DEVICE, undefined, new Timestamps('Asia/Shanghai'), CALL),
    );
    should(result).eql({ time: '2017-02-13T12:00:00.000+08:00', xxx: 0, yyy: 2 });
    should(sender.paths.at(-1)).equal('/v1/devices/d1/currentDatapoints?id=all');
    await during(currentDatapoints(open(), DEVICE, ['xxx', 'yyy'], new Timestamps('UTC'), CALL));
    should(decodeURIComponent(sender.paths.at(-1) as string)).equal('/v1/devices/d1/currentDatapoints?id=xxx,yyy');
  });

  it('sends a setting as the whole body, without names that reach a prototype', async () => {
    sender.behave(platform(() => ok({ message_id: 'm1' })));
    const account = open();
    const value = { temp: 25, switch: true, name: '客厅' };
    const { result } = await during(setDatapoints(account, DEVICE, value, clock.mono(), CALL));
    should(result).eql({ messageId: 'm1' });
    const { request } = sender.sent.at(-1) as { request: WireRequest };
    should(request).have.properties({ method: 'POST', path: '/v1/devices/d1/device_setting' });
    should(JSON.parse(request.body as string)).eql(value);
    for (const bad of [JSON.parse('{"__proto__":{"a":1}}'), { '': 1 }, {}, [], 'text', undefined, { a: Number.NaN }]) {
      const error = await failure(setDatapoints(account, DEVICE, bad, clock.mono(), CALL));
      should(error).have.properties({ code: 'GIZ_BAD_INPUT', outcome: 'not-sent' });
    }
  });

  const badDevices: unknown[] = [
    '',
    '..',
    'a/b',
    'a?b',
    'a#b',
    'a%2e',
    'a\r\nb',
    '\ud800',
    'x'.repeat(65),
    ['a'],
    {},
    null,
  ];
  for (const deviceId of badDevices) {
    it(`refuses the device id ${JSON.stringify(deviceId)?.slice(0, 20)} and sends nothing`, async () => {
      const error = await failure(deviceStatus(open(), { deviceId, deviceKey: 'k' }, CALL));
      should(error).have.properties({ code: 'GIZ_BAD_INPUT' });
      should(error.message).match(/deviceId/);
      should(sender.sent).be.empty();
    });
  }

  it('refuses a device key that cannot stand in a header, without showing it', async () => {
    for (const deviceKey of ['a\r\nx: y', '密', undefined, '']) {
      const error = await failure(deviceStatus(open(), { deviceId: 'd1', deviceKey }, CALL));
      should(error.code).equal('GIZ_BAD_INPUT');
      should(error.message)
        .match(/deviceKey/)
        .and.not.match(/密|x: y/);
    }
  });

  it('keeps a long message id digit by digit', async () => {
    sender.behave(platform(() => ({ body: '{"result_code":0,"result_message":"ok","message_id":9007199254740993}' })));
    const { result } = await during(setDatapoints(open(), DEVICE, { a: 1 }, clock.mono(), CALL));
    should(result).eql({ messageId: '9007199254740993' });
  });

  it('paces refused keys: some hundred token calls in a day of traffic', async () => {
    sender.behave(() => ({ body: { result_code: 1, result_message: '验证失败' } }));
    const account = open();
    for (let minute = 0; minute < 24 * 60; minute++) {
      const error = await failure(during(deviceStatus(account, DEVICE, CALL), 30_000));
      should(error.code).equal('EXPEED_1');
      should(error.message).match(/platform key or the secret key/);
      await clock.advance(30_000);
    }
    should(tokenCalls()).be.below(111);
  }).timeout(60_000);

  it('stops before the 201st token call of a day, warns long before, and goes on when the day is over', async () => {
    // Tokens that live no longer than a second, for calls that come every minute.
    seconds = 1;
    const account = open();
    let spent: CloudError | undefined;
    for (let minute = 0; minute < 300 && !spent; minute++) {
      await during(deviceStatus(account, DEVICE, CALL), 60_000).catch((error: CloudError) => {
        spent = error;
      });
    }
    should(tokenCalls()).equal(200);
    should(spent).have.properties({ code: 'GIZ_QUOTA', outcome: 'not-sent' });
    should(spent?.message).match(/200/);
    should(spent?.retryAfterMs).be.within(20 * 3_600_000, 24 * 3_600_000);
    should(warnings.map((text) => /(\d+) of 200/.exec(text)?.[1])).eql(['50', '100', '150', '190']);
    await clock.advance(spent?.retryAfterMs as number);
    should((await during(deviceStatus(account, DEVICE, CALL), 1000)).result.online).be.true();
  }).timeout(60_000);

  it('spends nothing of the budget on token calls that never left', async () => {
    const refused = (): CloudError =>
      new CloudError({
        code: 'GIZ_NETWORK',
        textKey: 'errors.networkCases.refused',
        textParams: { host: 'x' },
        outcome: 'not-sent',
        retryable: true,
      });
    sender.behave(() => ({ error: refused() }));
    const account = open();
    for (let minute = 0; minute < 24 * 60; minute++) {
      await failure(during(deviceStatus(account, DEVICE, CALL), 60_000));
    }
    should(account.tokenCalls).equal(0);
    sender.behave(platform());
    await clock.advance(600_000);
    should((await during(deviceStatus(account, DEVICE, CALL))).result.online).be.true();
    should(account.tokenCalls).equal(1);
  }).timeout(60_000);

  describe('with a token store', () => {
    it('takes the token over a restart: 10 000 calls, no new token call', async () => {
      const store = new MemoryStore();
      const first = open();
      first.attachStore(store);
      await first.restored();
      await during(deviceStatus(first, DEVICE, CALL));
      await first.close();
      should(tokenCalls()).equal(1);

      const second = open();
      second.attachStore(store);
      const calls = Array.from({ length: 10_000 }, () => deviceStatus(second, DEVICE, CALL));
      await second.restored();
      should(await during(Promise.all(calls), 600_000)).have.length(10_000);
      should(tokenCalls()).equal(1);
      should(second.tokenCalls).equal(1);
    }).timeout(60_000);

    it('keeps it sealed: neither token nor secret can be read in the store', async () => {
      const store = new MemoryStore();
      const account = open();
      account.attachStore(store);
      await account.restored();
      await during(deviceStatus(account, DEVICE, CALL));
      await account.kept();
      const sealed = String(store.value);
      should(sealed).startWith('expeed-token.1:');
      const bytes = sealed.split(':').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
      for (const text of [sealed, ...bytes]) should(text).not.match(/token-1|canary|pk-1/);
    });

    it('replaces what it cannot open: another secret, another platform, another format, a changed byte', async () => {
      const seal = new TokenSeal(SECRET, `${IDENTITY.baseUrl}\n${IDENTITY.platformKey}`);
      const kept = { token: 'token-9', expiresAt: clock.now() + 3_600_000, calls: [] };
      const good = await seal.seal(kept);
      const changed = `${good.slice(0, -2)}${good.endsWith('AA') ? 'BB' : 'AA'}`;
      const others = [
        await new TokenSeal('other', `${IDENTITY.baseUrl}\n${IDENTITY.platformKey}`).seal(kept),
        await new TokenSeal(SECRET, 'another').seal(kept),
        changed,
        good.replace('expeed-token.1', 'expeed-token.2'),
        'token-9',
        { token: 'token-9' },
        undefined,
        'x'.repeat(100_000),
      ];
      should(await seal.open(good)).eql(kept);
      for (const [index, value] of others.entries()) {
        const store = new MemoryStore(value);
        const account = open();
        account.attachStore(store);
        await account.restored();
        await during(deviceStatus(account, DEVICE, CALL));
        await account.kept();
        should(tokenCalls()).equal(index + 1);
        should(await seal.open(store.value)).have.property('token', `token-${index + 1}`);
      }
    }).timeout(30_000);

    it('does not use a kept token that is over, and remembers its calls', async () => {
      const seal = new TokenSeal(SECRET, `${IDENTITY.baseUrl}\n${IDENTITY.platformKey}`);
      const calls = Array.from({ length: 199 }, (_, index) => clock.now() - 3_600_000 - index * 60_000).reverse();
      const store = new MemoryStore(await seal.seal({ token: 'token-0', expiresAt: clock.now() - 1, calls }));
      const account = open();
      account.attachStore(store);
      await account.restored();
      await during(deviceStatus(account, DEVICE, CALL), 1000);
      should(tokenCalls()).equal(1);
      should(account.tokenCalls).equal(200);
      issued++;
      const error = await failure(during(deviceStatus(account, DEVICE, CALL), 1000));
      should(error.code).equal('GIZ_QUOTA');
      should(tokenCalls()).equal(1);
    });

    it('works without the store when that fails, and says so once', async () => {
      const broken: TokenStore = {
        load: () => Promise.reject(new Error('disk')),
        save: () => Promise.reject(new Error('disk full')),
      };
      const account = open();
      account.attachStore(broken);
      await account.restored();
      await during(deviceStatus(account, DEVICE, CALL));
      await account.kept();
      should(warnings).have.length(2);
      should(warnings.join()).match(/disk full/);
    });

    it('writes to every store that is attached, and to none that has left', async () => {
      const stores = [new MemoryStore(), new MemoryStore()];
      const account = open();
      const leave = account.attachStore(stores[0] as MemoryStore);
      account.attachStore(stores[1] as MemoryStore);
      await account.restored();
      leave();
      await during(deviceStatus(account, DEVICE, CALL));
      await account.kept();
      should(stores[0]?.saves).equal(0);
      should(stores[1]?.saves).be.above(0);
      const late = new MemoryStore();
      account.attachStore(late);
      await account.restored();
      await account.kept();
      should(late.saves).be.above(0);
    });
  });

  it('lets the secret and the token out nowhere', async () => {
    const texts: string[] = [];
    const echo = `token-1 ${SECRET} ${encodeURIComponent(SECRET)} ${Buffer.from(SECRET).toString('base64')}`;
    sender.behave(platform(() => ({ body: { result_code: 9, result_message: echo } })));
    const account = open();
    texts.push(JSON.stringify(await failure(during(deviceStatus(account, DEVICE, CALL)))));
    sender.behave(() => ({ body: { result_code: 1, result_message: echo } }));
    issued++;
    const other = open();
    for (let index = 0; index < 5; index++) {
      const error = await failure(during(deviceStatus(other, DEVICE, CALL)));
      texts.push(JSON.stringify(error), error.message, String(error.stack));
    }
    texts.push(...warnings);
    should(texts[0]).not.match(/token-1\b/);
    for (const text of texts) {
      should(text).not.containEql(SECRET);
      should(text).not.containEql(encodeURIComponent(SECRET));
      should(text).not.containEql(Buffer.from(SECRET).toString('base64').slice(0, 12));
    }
  });

  it('ends what is under way when it closes', async () => {
    sender.behave(platform(() => ({ hang: true })));
    const account = open();
    const read = deviceStatus(account, DEVICE, CALL);
    const setting = setDatapoints(account, DEVICE, { a: 1 }, clock.mono(), CALL);
    const ends = Promise.all([failure(read), failure(setting)]);
    await clock.advance(1000);
    await account.close();
    should((await ends).map(({ code }) => code)).eql(['GIZ_CLOSED', 'GIZ_OUTCOME_UNKNOWN']);
    should(clock.timers).equal(0);
  });
});
