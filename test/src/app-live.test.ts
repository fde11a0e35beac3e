import should from 'should';
import type { CloudError } from '../../src/cloud/errors';
import type { WebSocketOptions, WebSocketSink } from '../../src/cloud/web-socket';
import { AppAccount } from '../../src/gizwits/app/account';
import { LiveClient } from '../../src/gizwits/app/live/client';
import type { LiveState } from '../../src/gizwits/app/live/connection';
import { framed, type LiveEvent, type P0Type, readEvent } from '../../src/gizwits/app/live/messages';
import { networkFailure, type ScriptedAnswer, ScriptedSender } from '../support/scripted-sender';
import { VirtualClock } from '../support/virtual-clock';

type Words = Record<string, unknown>;

/** The server's end of one connection. */
class Server {
  readonly heard: Words[] = [];
  closed = false;
  /** Whether it answers logins, subscriptions and pings. */
  answers = true;

  constructor(
    readonly url: string,
    private readonly sink: WebSocketSink,
  ) {}

  take(text: string): void {
    const message = JSON.parse(text) as Words;
    this.heard.push(message);
    if (!this.answers) return;
    if (message.cmd === 'login_req') this.say({ cmd: 'login_res', data: { success: true } });
    if (message.cmd === 'ping') this.say({ cmd: 'pong' });
  }

  say(message: Words): void {
    this.sayText(JSON.stringify(message));
  }

  sayText(text: string): void {
    this.sink.onText(text);
  }

  end(): void {
    if (this.closed) return;
    this.closed = true;
    this.sink.onClose(networkFailure());
  }

  cmds(): unknown[] {
    return this.heard.map(({ cmd }) => cmd);
  }
}

const BINDINGS = [
  { did: 'd1', mac: 'm1', product_key: 'p', host: 'a.test', ws_port: 8080, wss_port: 8880 },
  { did: 'd2', mac: 'm2', product_key: 'p', host: 'a.test', ws_port: 8080, wss_port: 8880 },
  { did: 'd3', mac: 'm3', product_key: 'q', host: 'b.test', ws_port: 8080, wss_port: 0 },
];

function bench(options: { bindings?: Words[]; opens?: (url: string) => boolean; silent?: true } = {}) {
  const clock = new VirtualClock();
  const bindings = { list: options.bindings ?? (BINDINGS as Words[]), answer: undefined as ScriptedAnswer | undefined };
  const logins = { count: 0 };
  const sender = new ScriptedSender(clock, ({ path }) => {
    if (bindings.answer) return bindings.answer;
    if (path === '/app/login') return { body: { token: `user-token-${++logins.count}`, uid: 'u1', expire_at: 1e10 } };
    if (path === '/app/users') return { body: { uid: 'u1' } };
    return { body: { devices: bindings.list } };
  });
  const logged: string[] = [];
  const account = new AppAccount({
    identity: { baseUrl: 'https://api.test', appId: 'app', login: 'password', username: 'me', password: 'secret-word' },
    settings: { region: 'custom', timeoutMs: 5000, concurrency: 5 },
    clock,
    log: { info: (text) => logged.push(text), warn: (text) => logged.push(text) },
    transport: sender,
  });
  const servers: Server[] = [];
  const live = new LiveClient({
    account,
    clock,
    open: ({ url }: WebSocketOptions, sink) => {
      const server = new Server(url, sink);
      server.answers = !options.silent;
      servers.push(server);
      clock.setTimeout(() => (options.opens?.(url) === false ? server.end() : sink.onOpen()), 1);
      return { send: (text) => server.take(text), close: () => clock.setTimeout(() => server.end(), 1) };
    },
  });
  const events: LiveEvent[] = [];
  const states: LiveState[] = [];
  const attach = (p0Type: P0Type = 'attrs_v4', devices?: string[], id = 'n') =>
    live.attach({
      id,
      p0Type,
      devices,
      deliver: (event) => events.push(event),
      onState: (state) => states.push(state),
    });
  return { clock, live, servers, events, states, attach, bindings, sender, logged, logins };
}

const failureOf = (going: Promise<unknown>): Promise<CloudError> =>
  going.then(
    () => {
      throw new Error('did not fail');
    },
    (error: CloudError) => error,
  );

describe('the live connection of the Open API', () => {
  it('opens one connection to each host, over TLS where it is offered, and logs in', async () => {
    const { clock, servers, attach, states } = bench();
    attach();
    attach('attrs_v4', undefined, 'other');
    await clock.advance(200);
    servers.map(({ url }) => url).should.eql(['wss://a.test:8880/ws/app/v1', 'ws://b.test:8080/ws/app/v1']);
    const [login] = servers[0]?.heard ?? [];
    should(login).eql({
      cmd: 'login_req',
      data: {
        appid: 'app',
        uid: 'u1',
        token: 'user-token-1',
        p0_type: 'attrs_v4',
        heartbeat_interval: 120,
        auto_subscribe: true,
      },
    });
    should(states.at(-1)?.kind).equal('connected');
  });

  it('subscribes the named devices only, and more when somebody else comes', async () => {
    const { clock, servers, attach } = bench();
    attach('attrs_v4', ['m2']);
    await clock.advance(200);
    servers.should.have.length(1);
    const [server] = servers as [Server];
    const { data } = server.heard[0] as { data: Words };
    should(data.auto_subscribe).be.false();
    should(server.heard[1]).eql({ cmd: 'subscribe_req', data: [{ did: 'd2' }] });
    attach('attrs_v4', ['d1'], 'second');
    await clock.advance(200);
    should(servers[0]?.heard[2]).eql({ cmd: 'subscribe_req', data: [{ did: 'd1' }] });
  });

  it('gives each consumer what it wants, in the form of the messages', async () => {
    const { clock, servers, attach, events } = bench();
    attach('attrs_v4', ['d1']);
    await clock.advance(200);
    const [server] = servers as [Server];
    server.say({ cmd: 's2c_noti', data: { did: 'd1', attrs: { a: 1 } }, req_sn: 7 });
    server.say({ cmd: 's2c_noti', data: { did: 'd2', attrs: { a: 2 } } });
    server.say({ cmd: 's2c_raw', data: { did: 'd1', raw: [0, 0, 0, 3, 4, 0, 0, 0x91, 5] } });
    server.say({ cmd: 's2c_online_status', data: { did: 'd1', passcode: 'x', mac: 'm1', online: false } });
    server.say({ cmd: 's2c_noti', data: { did: 'd1' } });
    server.say({ cmd: 'news', data: {} });
    events.map(({ event, did }) => `${event} ${did}`).should.eql(['s2c_noti d1', 's2c_raw d1', 's2c_online_status d1']);
    should(events[0]).containEql({ payload: { a: 1 }, productKey: 'p', mac: 'm1' });
    should(events[1]?.payload).eql(Buffer.from([0, 0, 0, 3, 4, 0, 0, 0x91, 5]));
    should(events[2]?.payload).containEql({ online: false });
    // What the cloud numbers, it wants acknowledged.
    server.heard.should.matchAny((message: Words) => should(message).eql({ cmd: 'c2s_ack', res_sn: 7, did: 'd1' }));
  });

  it('shares no object between consumers, nor between payload and body', async () => {
    const { clock, servers, attach, events } = bench();
    attach();
    attach('attrs_v4', ['m1'], 'second');
    await clock.advance(200);
    servers[0]?.say({ cmd: 's2c_noti', data: { did: 'd1', attrs: { bytes: [1], mode: '睡眠' } } });
    events.should.have.length(2);
    const [first, second] = events as [LiveEvent, LiveEvent];
    const payload = first.payload as { bytes: number[]; mode: string };
    payload.mode = 'changed';
    payload.bytes.push(2);
    (first.body.data as { attrs: Words }).attrs.mode = 'changed too';
    should(first.body.data).containEql({ attrs: { bytes: [1], mode: 'changed too' } });
    should(second.payload).eql({ bytes: [1], mode: '睡眠' });
    should(second.body.data).eql({ did: 'd1', attrs: { bytes: [1], mode: '睡眠' } });
  });

  it('gives no flow a message nested so deeply that a copy of it would end Node-RED, nor a name that reaches a prototype', async () => {
    const { clock, servers, attach, events, logged } = bench();
    attach();
    await clock.advance(200);
    const [server] = servers as [Server];
    const noti = (attrs: string): void => server.sayText(`{"cmd":"s2c_noti","data":{"did":"d1","attrs":${attrs}}}`);
    noti(`{"x":${'['.repeat(5000)}${']'.repeat(5000)}}`);
    noti('{"__proto__":{"evil":1},"x":1}');
    events.should.have.length(1);
    Object.getOwnPropertyNames(events[0]?.payload).should.eql(['x']);
    logged.should.matchAny(/a\.test:8880: .*nested too deeply/);
    server.closed.should.be.false();
  });

  it('pings, and gives a connection up that has gone silent', async () => {
    const { clock, servers, attach, states } = bench({ bindings: BINDINGS.slice(0, 1) });
    attach();
    await clock.advance(51_000);
    servers[0]
      ?.cmds()
      .filter((cmd) => cmd === 'ping')
      .should.have.length(1);
    (servers[0] as Server).answers = false;
    await clock.advance(101_000);
    (servers[0] as Server).closed.should.be.true();
    states.some(({ kind }) => kind === 'reconnecting').should.be.true();
    await clock.advance(10_000);
    servers.length.should.be.above(1);
    should(states.at(-1)?.kind).equal('connected');
  });

  it('comes back at growing distances, and reads the bindings anew', async () => {
    let reachable = true;
    const { clock, servers, attach, states, bindings, logged } = bench({
      bindings: BINDINGS.slice(0, 1),
      opens: () => reachable,
    });
    attach();
    await clock.advance(200);
    reachable = false;
    (servers[0] as Server).end();
    await clock.advance(600_000);
    // Random in [1 s, min(60 s, 2^n s)]: between ten (all longest) and a few dozen tries in ten minutes.
    servers.length.should.be.within(10, 60);
    logged.filter((text) => text.includes('a.test')).should.have.length(1);
    // The host has moved meanwhile.
    reachable = true;
    bindings.list = [{ ...BINDINGS[0], host: 'c.test' }];
    await clock.advance(130_000);
    should(servers.at(-1)?.url).equal('wss://c.test:8880/ws/app/v1');
    should(states.at(-1)?.kind).equal('connected');
  });

  it('names the time of the next try only until that begins', async () => {
    const { clock, servers, attach, states } = bench({ silent: true });
    attach();
    await clock.advance(200);
    for (const server of servers.splice(0)) server.end();
    await clock.settle();
    should(states.at(-1)?.kind).equal('reconnecting');
    await clock.advance(4000);
    servers.should.have.length(2);
    should(states.at(-1)?.kind).equal('connecting');
  });

  it('logs in anew when a connection refuses the user, says which login was refused then, and tries again after a minute', async () => {
    const { clock, servers, attach, states, logins } = bench({ bindings: BINDINGS.slice(0, 1), silent: true });
    attach();
    await clock.advance(200);
    const refuse = (server?: Server) =>
      server?.say({ cmd: 'login_res', data: { success: false, msg: 'token expired' } });
    refuse(servers[0]);
    await clock.advance(2500);
    logins.count.should.equal(2);
    const tokens = servers.map(({ heard }) => (heard[0] as { data: Words }).data.token);
    tokens.should.eql(['user-token-1', 'user-token-2']);
    refuse(servers.pop());
    await clock.advance(10);
    const state = states.at(-1) as Extract<LiveState, { kind: 'refused' }>;
    state.kind.should.equal('refused');
    state.error.code.should.equal('GIZ_REFUSED');
    state.error.message.should.containEql('token expired');
    await clock.advance(50_000);
    servers.should.have.length(1);
    await clock.advance(20_000);
    servers.should.have.length(2);
  });

  for (const code of [1003, 1009, 1011]) {
    it(`opens the connection anew when the cloud says ${code}`, async () => {
      const { clock, servers, attach } = bench({ bindings: BINDINGS.slice(0, 1) });
      attach();
      await clock.advance(200);
      (servers[0] as Server).say({ cmd: 's2c_invalid_msg', data: { error_code: code, msg: 'x' } });
      await clock.advance(5000);
      servers.should.have.length(2);
    });
  }

  it('shows a user who cannot log in, and a user without devices', async () => {
    const refused = bench();
    refused.bindings.answer = { status: 400, body: { error_code: 9020, error_message: 'username or password error!' } };
    refused.attach();
    await refused.clock.advance(1000);
    const state = refused.states.at(-1) as Extract<LiveState, { kind: 'refused' }>;
    should([state.kind, state.error.code]).eql(['refused', 'GIZ_9020']);
    refused.servers.should.have.length(0);

    const lonely = bench({ bindings: [] });
    lonely.attach();
    await lonely.clock.advance(1000);
    should(lonely.states.at(-1)?.kind).equal('reconnecting');
    lonely.bindings.list = BINDINGS.slice(0, 1);
    await lonely.clock.advance(61_000);
    should(lonely.states.at(-1)?.kind).equal('connected');
  });

  it('hears of a device that comes to the user, wherever it is', async () => {
    const { clock, servers, attach, bindings, events } = bench({ bindings: BINDINGS.slice(0, 1) });
    attach();
    await clock.advance(200);
    bindings.list = BINDINGS;
    (servers[0] as Server).say({ cmd: 's2c_binding_changed', data: { did: 'd2', bind: true } });
    await clock.advance(200);
    should(servers[0]?.heard.at(-1)).eql({ cmd: 'subscribe_req', data: [{ did: 'd2' }] });
    should(servers[1]?.url).equal('ws://b.test:8080/ws/app/v1');
    should(events[0]?.payload).eql({ did: 'd2', bind: true });
  });

  it('reads and commands, one answer for each request', async () => {
    const { clock, live, servers, attach } = bench({ bindings: BINDINGS.slice(0, 2) });
    attach();
    await clock.advance(200);
    const [server] = servers as [Server];
    const first = live.read('attrs_v4', 'd1');
    const second = live.read('attrs_v4', 'd2');
    const [one, two] = server.heard.slice(-2) as [Words, Words];
    server.say({ cmd: 's2c_noti', res_sn: two.req_sn, data: { did: 'd2', attrs: { n: 2 } } });
    server.say({ cmd: 's2c_noti', res_sn: one.req_sn, data: { did: 'd1', attrs: { n: 1 } } });
    should(await first).eql({ n: 1 });
    should(await second).eql({ n: 2 });
    const raw = live.raw('attrs_v4', 'd1', Buffer.from([1, 2]));
    const sent = server.heard.at(-1) as Words;
    should(sent).containEql({ cmd: 'c2s_raw', data: { did: 'd1', raw: [0, 0, 0, 3, 5, 0, 0, 0x90, 1, 2] } });
    server.say({ cmd: 's2c_ack', res_sn: sent.req_sn, did: 'd1' });
    await raw;

    const refusedWrite = failureOf(live.write('attrs_v4', 'd1', { n: 1 }));
    server.say({ cmd: 's2c_invalid_msg', data: { error_code: 1005, msg: 'device is offline' } });
    (await refusedWrite).should.containEql({ code: 'GIZ_REFUSED', vendorMessage: 'device is offline' });

    const silentRead = failureOf(live.read('attrs_v4', 'd1'));
    const silentWrite = failureOf(live.write('attrs_v4', 'd1', { n: 1 }));
    await clock.advance(10_001);
    (await silentRead).code.should.equal('GIZ_TIMEOUT');
    (await silentWrite).should.containEql({ code: 'GIZ_OUTCOME_UNKNOWN', outcome: 'unknown' });

    const cutWrite = failureOf(live.write('attrs_v4', 'd1', { n: 1 }));
    server.end();
    (await cutWrite).code.should.equal('GIZ_OUTCOME_UNKNOWN');
    (await failureOf(live.write('attrs_v4', 'd1', { n: 1 }))).should.containEql({
      code: 'GIZ_NETWORK',
      outcome: 'not-sent',
    });
    for (const wrong of [{}, [], 'x', JSON.parse('{"__proto__": 1}')]) {
      (await failureOf(live.write('attrs_v4', 'd1', wrong))).code.should.equal('GIZ_BAD_INPUT');
    }
    (await failureOf(live.read('custom', 'd1'))).code.should.equal('GIZ_BAD_INPUT');
  });

  it('closes connections that nobody needs, and leaves no timer behind', async () => {
    const { clock, servers, attach } = bench();
    const leave = attach();
    await clock.advance(200);
    const leaving = leave();
    await clock.advance(10);
    await leaving;
    servers.every(({ closed }) => closed).should.be.true();
    const before = servers.length;
    await clock.advance(600_000);
    servers.should.have.length(before);
    clock.timers.should.equal(0);
  });
});

describe('the messages of the live connection', () => {
  it('carry raw bytes in a frame, however long', () => {
    framed([]).should.eql([0, 0, 0, 3, 3, 0, 0, 0x90]);
    framed(new Array(200).fill(7)).slice(0, 10).should.eql([0, 0, 0, 3, 0xcb, 1, 0, 0, 0x90, 7]);
    framed([0, 0, 0, 3, 3, 0, 0, 0x90]).should.eql([0, 0, 0, 3, 3, 0, 0, 0x90]);
  });

  it('are read in both forms of bytes, and refused in others', () => {
    should(readEvent('s2c_raw', { did: 'd', raw: '00ff' })?.payload).eql(Buffer.from([0, 255]));
    for (const raw of [[256], [-1], ['a'], 'zz', null])
      should(readEvent('s2c_raw', { did: 'd', raw })).equal(undefined);
    for (const data of [null, [], { did: 5 }, {}]) should(readEvent('s2c_online_status', data)).equal(undefined);
  });
});
