import should from 'should';
import { systemClock } from '../../src/cloud/clock';
import type { CloudError } from '../../src/cloud/errors';
import { type Finding, Findings } from '../../src/cloud/findings';
import { silentLogger } from '../../src/cloud/logger';
import { checkClock, checkWay, type Way, type WayCheckOptions } from '../../src/cloud/way-check';
import { ExpeedAccount } from '../../src/expeed/account';
import { checkPlatform } from '../../src/expeed/account-check';
import { AppAccount, type AppIdentity } from '../../src/gizwits/app/account';
import { checkApp } from '../../src/gizwits/app/account-check';
import { EnterpriseAccount } from '../../src/gizwits/enterprise/account';
import { checkProduct } from '../../src/gizwits/enterprise/account-check';
import { checkPushLogin, PushRefusals } from '../../src/gizwits/push/login-check';
import { createSimulator, type Simulator } from '../../src/simulator';
import { englishTemplate } from '../../src/texts';
import { answer, hang, MisbehavingServer, reset } from '../support/misbehaving-server';
import { type ScriptedAnswer, ScriptedSender } from '../support/scripted-sender';
import { certificate, testAuthority } from '../support/tls-files';
import { VirtualClock } from '../support/virtual-clock';
import { CollectingConsumer } from './push-support/collecting-consumer';
import { FakeBroker, PRODUCT } from './push-support/fake-broker';
import { setUp } from './push-support/set-up';

const QUICK = { clock: systemClock, timeoutMs: 2000, origin: 'check' };

/** `check state text` of each line. */
function told(findings: Findings): string[] {
  return findings.lines([]).map(({ check, state, textKey }) => `${check} ${state} ${textKey}`);
}

describe('the way to a cloud', () => {
  let server: MisbehavingServer | undefined;
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  const look = async (way: Way, more: Partial<WayCheckOptions> = {}): Promise<{ ok: boolean; lines: string[] }> => {
    const findings = new Findings();
    const ok = await checkWay(findings, way, { clock: systemClock, timeoutMs: 2000, environment: {}, ...more });
    return { ok, lines: told(findings) };
  };

  it('is in order: name, certificate and clock', async () => {
    server = await MisbehavingServer.start(
      answer('{}', 404, { date: new Date().toUTCString() }),
      certificate('server'),
    );
    const way = { baseUrl: `https://localhost:${server.port}`, tls: { ca: testAuthority } };
    const { ok, lines } = await look(way, { resolve: async () => ['127.0.0.1', '::1'] });
    lines.should.eql([
      'name ok check.name.resolved',
      'connection ok check.connection.tls',
      'clock ok check.clock.right',
    ]);
    ok.should.be.true();
    server.requests.map(({ method, path, body }) => [method, path, body]).should.eql([['GET', '/', '']]);
    should(server.requests[0]?.headers.authorization).be.undefined();
  });

  it('ends at a name that cannot be resolved, or takes too long', async () => {
    const gone = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
    const way = { baseUrl: 'https://nowhere.example' };
    const { ok, lines } = await look(way, { resolve: () => Promise.reject(gone) });
    lines.should.eql(['name failed errors.networkCases.dns']);
    ok.should.be.false();

    const clock = new VirtualClock();
    const findings = new Findings();
    const resolve = (): Promise<string[]> => new Promise(() => undefined);
    const checking = checkWay(findings, way, { clock, timeoutMs: 10_000, environment: {}, resolve });
    await clock.advance(10_000);
    (await checking).should.be.false();
    told(findings).should.eql(['name failed errors.timeout']);
    clock.timers.should.equal(0);
  });

  it('ends at a closed port', async () => {
    server = await MisbehavingServer.start(reset);
    const { url } = server;
    await server.stop();
    (await look({ baseUrl: url })).lines.should.eql([
      'name ok check.name.address',
      'connection failed errors.networkCases.refused',
    ]);
  });

  const bad = [
    ['expired', { ca: testAuthority }, 'errors.tlsCases.expired'],
    ['wrong-host', { ca: testAuthority }, 'errors.tlsCases.host'],
    ['unknown', { ca: testAuthority }, 'errors.tlsCases.untrusted'],
    ['server', {}, 'errors.tlsCases.untrusted'],
  ] as const;
  for (const [name, tls, textKey] of bad) {
    it(`ends at the certificate "${name}" with ${Object.keys(tls)} to trust`, async () => {
      server = await MisbehavingServer.start(answer('{}'), certificate(name));
      const { ok, lines } = await look({ baseUrl: server.url, tls });
      lines.should.eql(['name ok check.name.address', `connection failed ${textKey}`]);
      ok.should.be.false();
      server.bytes.should.equal(0);
    });
  }

  it('warns of a certificate that nobody checks, and of one that ends soon', async () => {
    server = await MisbehavingServer.start(answer('{}'), certificate('self-signed'));
    const unchecked = await look({ baseUrl: server.url, tls: { rejectUnauthorized: false } });
    unchecked.lines.should.containEql('connection warning check.connection.unverified');
    await server.stop();

    server = await MisbehavingServer.start(answer('{}'), certificate('server'));
    const end = Date.parse('2126-10-25');
    const late = { ...systemClock, now: () => end };
    const { lines } = await look({ baseUrl: server.url, tls: { ca: testAuthority } }, { clock: late });
    lines[1]?.should.equal('connection warning check.connection.expires');
  });

  it('warns of plain http, but not on this machine', async () => {
    server = await MisbehavingServer.start(answer('{}'));
    (await look({ baseUrl: server.url })).lines.should.containEql('connection ok check.connection.local');
    const proxy = { url: server.url };
    const { lines } = await look({ baseUrl: 'http://cloud.example', proxy });
    lines.slice(0, 2).should.eql(['name ok check.name.proxyAddress', 'connection warning check.connection.plain']);
  });

  it('leads through the proxy, which resolves the name', async () => {
    server = await MisbehavingServer.start(answer('no', 403));
    const { lines } = await look({ baseUrl: 'https://cloud.example', proxy: { url: server.url } });
    lines.should.eql(['name ok check.name.proxyAddress', 'connection failed errors.networkCases.proxy']);
    (await look({ baseUrl: 'https://cloud.example', proxy: { url: 'gopher://x' } })).lines.should.eql([
      'connection failed errors.config.url',
    ]);
  });

  it('tells what answers there when it is no cloud', async () => {
    server = await MisbehavingServer.start((socket) => socket.end('220 mail ready\r\n'));
    (await look({ baseUrl: server.url })).lines.should.containEql('connection failed errors.badResponse.notHttp');
    server.behave(hang);
    (await look({ baseUrl: server.url }, { timeoutMs: 100 })).lines.should.containEql(
      'connection failed errors.timeout',
    );
    server.behave(answer('', 302, { location: 'http://x', date: new Date().toUTCString() }));
    (await look({ baseUrl: server.url })).lines.should.containEql('clock ok check.clock.right');
    server.behave(answer('{}'));
    (await look({ baseUrl: server.url })).lines.should.containEql('clock skipped check.clock.unknown');
  });

  const clocks: [aheadMs: number, line: string, minutes?: number][] = [
    [0, 'clock ok check.clock.right'],
    [29_000, 'clock ok check.clock.right'],
    [-120_000, 'clock warning check.clock.ahead', 2],
    [600_000, 'clock failed check.clock.behind', 10],
    [-600_000, 'clock failed check.clock.ahead', 10],
    [86_400_000, 'clock failed check.clock.behind', 1440],
  ];
  for (const [aheadMs, line, minutes] of clocks) {
    it(`compares clocks: the cloud is ${aheadMs / 1000} s ahead`, async () => {
      const clock = new VirtualClock();
      const findings = new Findings();
      const checking = checkClock(findings, new ScriptedSender(clock, () => ({}), 1, aheadMs), clock, 10_000);
      await clock.advance(1);
      (await checking).should.be.true();
      told(findings).should.eql([line]);
      should(findings.lines([])[0]?.textParams.minutes).equal(minutes);
    });
  }
});

describe('the check of an enterprise with a product', () => {
  let simulator: Simulator;
  const accounts: EnterpriseAccount[] = [];
  beforeEach(async () => {
    simulator = await createSimulator();
  });
  afterEach(async () => {
    await Promise.all(accounts.splice(0).map((account) => account.close()));
    await simulator.close();
  });

  const open = (enterprise: { id?: string; secret?: string; baseUrl?: string } = {}): EnterpriseAccount => {
    const { id, secret, baseUrl } = { ...simulator.enterprise, ...enterprise };
    const settings = { timeoutMs: 5000, concurrency: 2, queue: 10, maxWaitMs: 60_000 };
    const identity = { baseUrl, enterpriseId: id, enterpriseSecret: secret };
    const account = new EnterpriseAccount(identity, settings, systemClock, silentLogger);
    accounts.push(account);
    return account;
  };
  const look = async (account = open(), product: object = {}, options = QUICK): Promise<Finding[]> => {
    const findings = new Findings();
    const [first] = simulator.products;
    const { productKey, productSecret } = { ...first, ...product } as NonNullable<typeof first>;
    await checkProduct(findings, account, account.product({ productKey, productSecret }), options);
    return findings.lines([]);
  };
  const lines = (found: Finding[]): string[] =>
    found.map(({ check, state, textKey }) => `${check} ${state} ${textKey}`);
  const logins = (): number => Object.values(simulator.logins.byProduct).reduce((sum, count) => sum + count, 0);

  it('finds everything in order with one login and one call, and logs in no more', async () => {
    const account = open();
    const found = await look(account);
    lines(found).should.eql([
      'whiteList ok check.whiteList.passed',
      'login ok check.login.accepted',
      'product ok check.product.found',
      'quota ok check.quota.left',
    ]);
    found[2]?.textParams.name?.should.equal(simulator.products[0]?.name);
    for (let click = 0; click < 5; click++) await look(account);
    logins().should.equal(1);
    simulator.requests.length.should.equal(7);
  });

  const refusals: [what: string, enterprise: object, product: object, line: string][] = [
    ['wrong enterprise id', { id: '0'.repeat(32) }, {}, 'login failed gizwits.5003'],
    ['wrong enterprise secret', { secret: 'f'.repeat(32) }, {}, 'login failed gizwits.5004'],
    ['wrong product secret', {}, { productSecret: 'f'.repeat(32) }, 'login failed gizwits.5005'],
    ['wrong product key', {}, { productKey: '0'.repeat(32) }, 'product failed gizwits.5015'],
  ];
  for (const [what, enterprise, product, line] of refusals) {
    it(`says ${line} for a ${what}, and logs in no more than three times`, async () => {
      const account = open(enterprise);
      for (let click = 0; click < 10; click++) lines(await look(account, product)).should.eql([line]);
      simulator.requests.length.should.equal(3);
    });
  }

  it('tells a missing entry on the white list from wrong credentials', async () => {
    simulator.behaviour.whiteList = ['203.0.113.7'];
    lines(await look()).should.eql(['whiteList failed gizwits.5012']);
  });

  it('tells a product whose service is closed', async () => {
    simulator.faults.add({ kind: 'error', code: 5007, match: { operation: 'product.datapoints' }, times: 'forever' });
    lines(await look()).should.eql([
      'whiteList ok check.whiteList.passed',
      'login ok check.login.accepted',
      'product failed gizwits.5007',
    ]);
  });

  it('takes a product without datapoints for what it is', async () => {
    simulator.behaviour.datapointsDefined = false;
    lines(await look()).should.containEql('product ok check.product.empty');
  });

  it('tells a quota that runs low, and one that is spent without a further call', async () => {
    const account = open();
    simulator.faults.add({ kind: 'quota', limit: 3600, remaining: 500 });
    lines(await look(account)).should.containEql('quota warning check.quota.low');
    simulator.faults.add({ kind: 'error', code: 5013, times: 'forever' });
    (await look(open())).map(({ check, state }) => `${check} ${state}`).should.eql(['quota failed']);

    const spent = open();
    await spent.signIn(spent.product(simulator.products[0] as never)).catch(() => undefined);
    const before = simulator.requests.length;
    lines(await look(spent)).should.eql(['quota failed check.quota.spent']);
    simulator.requests.length.should.equal(before);
  });

  it('ends in time when the cloud does not answer', async () => {
    simulator.faults.add({ kind: 'hang', times: 'forever' });
    lines(await look(open(), {}, { ...QUICK, timeoutMs: 100 })).should.eql(['login failed check.outOfTime']);
  });

  it('repeats no secret that the cloud quotes', async () => {
    const secret = 'f'.repeat(32);
    const body = JSON.stringify({ error_code: 5004, error_message: `no ${secret}`, detail: secret });
    simulator.faults.add({ kind: 'status', status: 400, body, times: 'forever' });
    JSON.stringify(await look(open({ secret }))).should.not.containEql(secret);
  });
});

describe('the check of the push login', () => {
  const bench = (): { clock: VirtualClock; broker: FakeBroker; refusals: PushRefusals; look(): Promise<string[]> } => {
    const clock = new VirtualClock();
    const broker = new FakeBroker();
    const refusals = new PushRefusals(clock);
    const look = async (): Promise<string[]> => {
      const findings = new Findings();
      const { dial } = broker.network;
      const checking = checkPushLogin(findings, { clock, dial, host: 'snoti.test:2017', product: PRODUCT, refusals });
      await clock.advance(30_000);
      await checking;
      return told(findings);
    };
    return { clock, broker, refusals, look };
  };

  it('logs in once, asks for no events, acknowledges none, and leaves', async () => {
    const { broker, look } = bench();
    broker.publish(5);
    (await look()).should.eql(['push ok check.push.accepted']);
    const { links, open } = broker.network;
    [links.length, open, broker.audit.acknowledged.size, broker.waiting].should.eql([1, 0, 0, 5]);
    const [login, ...more] = links[0]?.frames ?? [];
    should(more).eql([]);
    should(login).match({ cmd: 'login_req', prefetch_count: 1, data: [{ events: [] }] });
  });

  it('tells a refused login, and holds to the distance of a node between two', async () => {
    const { broker, clock, look } = bench();
    broker.answerLogin = (link) => {
      link.send({ cmd: 'login_res', data: { result: false, msg: `bad ${PRODUCT.authSecret}` } });
      link.cut();
    };
    (await look()).should.eql(['push failed push.refused']);
    (await look()).should.eql(['push failed push.refused']);
    broker.network.links.length.should.equal(1);
    await clock.advance(30_000);
    await look();
    await look();
    broker.network.links.length.should.equal(2);
  });

  it('tells a service that cannot be reached, or says nothing', async () => {
    const { broker, look } = bench();
    broker.answerLogin = undefined;
    (await look()).should.eql(['push failed errors.timeout']);
    broker.network.onDial = () => undefined;
    (await look()).should.eql(['push failed errors.timeout']);
    broker.network.open.should.equal(0);
  });

  it('asks a connection that runs already, and opens no other', async () => {
    const { clock, network, broker, client } = setUp();
    client.attach(new CollectingConsumer());
    await clock.advance(1000);
    const look = async (): Promise<string[]> => {
      const findings = new Findings();
      const options = { clock, dial: network.dial, host: 'snoti.test:2017', product: PRODUCT, running: client };
      const checking = checkPushLogin(findings, { ...options, refusals: new PushRefusals(clock) });
      await clock.advance(100);
      await checking;
      return told(findings);
    };
    (await look()).should.eql(['push ok check.push.connected']);
    broker.answerLogin = (link) => {
      link.send({ cmd: 'login_res', data: { result: false, msg: 'no' } });
      link.cut();
    };
    broker.cut();
    await clock.advance(10_000);
    const links = network.links.length;
    (await look()).should.eql(['push failed push.refused']);
    network.links.length.should.equal(links);
    await client.close(0);
  });
});

describe('the check of an app', () => {
  const look = async (
    cloud: (path: string) => ScriptedAnswer,
    identity: Partial<AppIdentity> = {},
  ): Promise<{ lines: string[]; paths: string[] }> => {
    const clock = new VirtualClock();
    const sender = new ScriptedSender(clock, ({ path }) => cloud(path));
    const account = new AppAccount({
      identity: { baseUrl: 'https://euapi.gizwits.com', appId: 'a', login: 'password', ...identity },
      settings: { region: 'eu', timeoutMs: 5000, concurrency: 2 },
      clock,
      log: silentLogger,
      transport: sender,
    });
    const findings = new Findings();
    const checking = checkApp(findings, account, { clock, timeoutMs: 15_000, origin: 'check' });
    await clock.advance(60_000);
    await checking;
    await account.close();
    return { lines: told(findings), paths: sender.paths };
  };
  const user = { username: 'me', password: 'geheim' };
  const works = (path: string): ScriptedAnswer =>
    path === '/app/users' ? { body: { uid: 'u' } } : { body: { token: 'T1', uid: 'u', expire_at: 4e9 } };

  it('finds the user and the app secret in order', async () => {
    const { lines, paths } = await look(works, { ...user, appSecret: 'geheim2' });
    lines.should.eql(['login ok check.login.accepted', 'appSecret ok check.appSecret.accepted']);
    paths.should.eql(['/app/login', '/app/users', '/app/request_token']);
  });

  it('tells a wrong password, and a token that has ended', async () => {
    const refuse = (code: number) => (): ScriptedAnswer => ({ status: 400, body: { error_code: code } });
    (await look(refuse(9020), user)).lines.should.eql([
      'login failed app.9020',
      'appSecret skipped check.appSecret.none',
    ]);
    (await look(refuse(9004), { login: 'token', token: 'T0' })).lines[0]?.should.equal('login failed app.givenToken');
    (await look(works, { login: 'token', token: 'T0' })).lines[0]?.should.equal('login ok check.login.token');
  });

  it('ends in time', async () => {
    const { lines } = await look(() => ({ hang: true }), user);
    lines[0]?.should.match(/^login failed (errors.timeout|check.outOfTime)$/);
  });
});

describe('the check of an Expeed platform', () => {
  const look = async (cloud: () => ScriptedAnswer, clicks: number): Promise<{ lines: string[]; calls: number }> => {
    const clock = new VirtualClock();
    const sender = new ScriptedSender(clock, cloud);
    const identity = { baseUrl: 'https://expeed.test', platformKey: 'pk', secretKey: 'geheim' };
    const settings = { timeoutMs: 5000 };
    const account = new ExpeedAccount({ identity, settings, clock, log: silentLogger, transport: sender });
    let lines: string[] = [];
    for (let click = 0; click < clicks; click++) {
      const findings = new Findings();
      const checking = checkPlatform(findings, account, { clock, timeoutMs: 15_000, origin: 'check' });
      await clock.advance(20_000);
      await checking;
      lines = told(findings);
    }
    await account.close();
    return { lines, calls: sender.sent.length };
  };

  it('fetches one token, however often it is asked', async () => {
    const { lines, calls } = await look(() => ({ body: { result_code: 0, access_token: 'T', expires_in: 7200 } }), 10);
    lines.should.eql(['login ok check.login.accepted', 'tokenCalls ok check.tokenCalls.few']);
    calls.should.equal(1);
  });

  it('tells refused keys, with few token calls', async () => {
    const { lines, calls } = await look(() => ({ body: { result_code: 1, result_message: '验证失败' } }), 10);
    lines[0]?.should.equal('login failed expeed.credentials');
    calls.should.be.belowOrEqual(6);
  });
});

describe('the findings of a check', () => {
  it('come in one order, and tell what nobody came to', () => {
    const findings = new Findings();
    findings.failed('login', { code: 'GIZ_5004', textKey: 'gizwits.5004', textParams: {} } as CloudError);
    findings.say('name', 'ok', 'name.address', { host: '127.0.0.1' });
    findings.anyFailed.should.be.true();
    findings
      .lines(['name', 'clock', 'login', 'quota'])
      .map(({ check, state }) => `${check} ${state}`)
      .should.eql(['name ok', 'clock skipped', 'login failed', 'quota skipped']);
    for (const { textKey } of findings.lines(['quota'])) should(englishTemplate(textKey)).be.a.String();
  });
});
