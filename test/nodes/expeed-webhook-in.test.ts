import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import should from 'should';
import { joinRoute } from '../../nodes/shared/webhook-routes';
import { createSimulator, type Simulator } from '../../src/simulator';
import { record } from '../faults/support/table';
import {
  firstDevice,
  loadExpeed,
  logged,
  platformNode,
  platformSecrets,
  redeployExpeed,
  signedQuery,
  startExpeed,
  statusesOf,
  stopExpeed,
  until,
} from '../support/expeed-flow';
import type { FlowNode, Message } from '../support/flows';

const STATUS = { msg_type: '1', device_id: 'd1', device_key: 'k1', device_sn: 's1', device_status: 0 };
const DATA = {
  msg_type: '2',
  device_id: 'd1',
  device_key: 'k1',
  data: [{ timestamp: '2017-02-13T12-00-00-000', value1: 1 }],
};
const RESULT = { msg_type: 3, device_id: 'd1', message_id: 'm1', set_result: 1 };

/** What a field holds when its environment variable is not set. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is Node-RED's notation
const UNSET_VARIABLE = '${NOT_SET}';

describe('expeed-webhook-in', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await createSimulator();
  });
  after(() => simulator.close());
  beforeEach(startExpeed);
  afterEach(async () => {
    await stopExpeed();
    helper.settings({ httpNodeRoot: '/', httpNodeMiddleware: undefined } as never);
  });

  const webhookNode = (fields: Record<string, unknown> = {}): FlowNode => ({
    id: 'w',
    type: 'expeed-webhook-in',
    z: 'tab',
    platform: 'platform',
    wires: [['out']],
    ...fields,
  });
  const load = (fields: Record<string, unknown> = {}, settings: Record<string, unknown> = {}, more: FlowNode[] = []) =>
    loadExpeed([platformNode(simulator, settings), webhookNode(fields), ...more], platformSecrets(simulator));
  const post = (body: unknown, path = '/expeed', headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${helper.url()}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const received = (id = 'out'): Message[] => {
    const messages: Message[] = [];
    helper.getNode(id).on('input', (msg: Message) => messages.push(msg));
    return messages;
  };

  it('gives each kind of push its topic, payload, ids and body', async () => {
    await load();
    const messages = received();
    for (const body of [STATUS, DATA, RESULT]) should((await post(body)).status).equal(200);
    await until(() => messages.length === 3);
    const [status, data, result] = messages as [Message, Message, Message];
    should(status).have.properties({ topic: 'status', payload: { online: true }, deviceId: 'd1', deviceKey: 'k1' });
    should(status.expeed).eql({ msgType: 1, deviceSn: 's1', body: STATUS, authenticated: false });
    should(data).have.properties({ topic: 'data', deviceId: 'd1' });
    should(data.payload).eql([{ time: '2017-02-13T12:00:00.000+08:00', value1: 1 }]);
    should(data.expeed).eql({ msgType: 2, body: DATA, authenticated: false });
    should(result).have.properties({ topic: 'result', payload: { messageId: 'm1', success: false }, deviceId: 'd1' });
    should(result).not.have.property('deviceKey');
    for (const msg of messages) should(msg._msgid).be.a.String();
  });

  it('splits them over three outputs', async () => {
    const outs = ['o1', 'o2', 'o3'].map((id) => ({ id, type: 'helper', z: 'tab' }));
    await load({ split: true, wires: [['o1'], ['o2'], ['o3']] }, {}, outs);
    const boxes = outs.map(({ id }) => received(id));
    for (const body of [RESULT, DATA, STATUS]) await post(body);
    await until(() => boxes.every((box) => box.length === 1));
    should(boxes.map(([msg]) => msg?.topic)).eql(['status', 'data', 'result']);
  });

  it('reads times in the zone of its platform', async () => {
    await load({}, { timezone: 'Europe/Berlin' });
    const messages = received();
    await post(DATA);
    await until(() => messages.length === 1);
    should(messages[0]?.payload[0].time).equal('2017-02-13T12:00:00.000+01:00');
  });

  it('answers the handshake and shows the reading that matched', async () => {
    await load();
    should(statusesOf('w').at(-1)).have.properties({ fill: 'grey', shape: 'dot' });
    const query = signedQuery();
    const answer = await fetch(`${helper.url()}/expeed?${query}`);
    should(answer.status).equal(200);
    should(await answer.text()).equal('n0nce');
    await until(() => statusesOf('w').at(-1)?.fill === 'green');
    should(logged('w', 'log').join()).match(/hex/);
    should((await fetch(`${helper.url()}/expeed?${query}`)).status).equal(403);
  });

  it('says when there is no token, and refuses every handshake', async () => {
    await loadExpeed([platformNode(simulator), webhookNode()], { platform: { platformKey: 'p', secretKey: 's' } });
    should(statusesOf('w').at(-1)).have.properties({ fill: 'yellow', shape: 'ring' });
    should((await fetch(`${helper.url()}/expeed?${signedQuery('')}`)).status).equal(403);
    should((await post(STATUS)).status).equal(200);
  });

  it('keeps its path to itself: the second node is refused clearly, the first works on', async () => {
    await load({}, {}, [
      webhookNode({ id: 'w2', path: 'expeed/', wires: [['out2']] }),
      { id: 'out2', type: 'helper', z: 'tab' },
    ]);
    const [first, second] = [received(), received('out2')];
    should(statusesOf('w2').at(-1)).have.properties({ fill: 'red', shape: 'ring' });
    await until(() => /\/expeed/.test(logged('w2', 'error').join()), 'the error');
    should((await post(STATUS)).status).equal(200);
    await until(() => first.length === 1);
    should(second).be.empty();
    record({ check: 'W86', fault: 'two nodes on one path', inputs: 1, ok: 1, lost: 0, doubled: second.length });
  });

  it('answers at its own path and nowhere else, and not at all when it is gone', async () => {
    await load({ path: '/hooks/ex-1' });
    should((await post(STATUS, '/hooks/ex-1')).status).equal(200);
    should((await post(STATUS, '/hooks/ex-1/')).status).equal(200);
    for (const path of ['/hooks', '/hooks/ex-2', '/expeed', '/hooks/ex-1/more', '/HOOKS/ex-1', '/']) {
      should((await post(STATUS, path)).status).equal(404);
    }
    record({ check: 'W80', fault: 'other paths', inputs: 8, ok: 2, refused: 6 });
    await redeployExpeed([platformNode(simulator)]);
    should((await post(STATUS, '/hooks/ex-1')).status).equal(404);
    await redeployExpeed([platformNode(simulator), webhookNode({ path: '/hooks/ex-1' })]);
    should((await post(STATUS, '/hooks/ex-1')).status).equal(200);
  });

  it('takes the path that another node has given up, in one deploy', async () => {
    await load({ path: '/a' }, {}, [webhookNode({ id: 'w2', path: '/b' })]);
    await redeployExpeed(
      [platformNode(simulator), webhookNode({ path: '/b' }), webhookNode({ id: 'w2', path: '/a' })],
      'nodes',
    );
    should((await post(STATUS, '/a')).status).equal(200);
    should((await post(STATUS, '/b')).status).equal(200);
    should(logged('w', 'error')).be.empty();
  });

  it('leaves nothing behind over 500 redeploys', async () => {
    let application: { _router: { stack: unknown[] } } | undefined;
    const probe = (RED: NodeAPI): void => {
      application = RED.httpNode as never;
    };
    await loadExpeed([platformNode(simulator), webhookNode()], platformSecrets(simulator), [probe]);
    const layers = (): number => application?._router.stack.length ?? 0;
    const before = layers();
    for (let round = 0; round < 500; round++) {
      const deploy = round % 2 === 0 ? 'full' : 'nodes';
      await redeployExpeed([platformNode(simulator), webhookNode({ name: `round ${round}` })], deploy);
    }
    should((await post(STATUS)).status).equal(200);
    should(layers()).equal(before);
    await redeployExpeed([platformNode(simulator)]);
    should((await post(STATUS)).status).equal(404);
    should(layers()).equal(before);
  }).timeout(120_000);

  it('drops what it has had, also after a redeploy', async () => {
    await load();
    should((await post(RESULT)).status).equal(200);
    await redeployExpeed([platformNode(simulator), webhookNode({ name: 'again' })]);
    const messages = received();
    should((await post(RESULT)).status).equal(200);
    should((await post({ ...RESULT, message_id: 'm2' })).status).equal(200);
    await until(() => messages.length === 1);
    should(messages[0]?.payload.messageId).equal('m2');
  });

  it('lets only the addresses in that it is told', async () => {
    await load({ allowFrom: ['192.0.2.0/24'] });
    should((await post(STATUS)).status).equal(403);
    should((await post(STATUS, '/expeed', { 'x-forwarded-for': '192.0.2.7' })).status).equal(403);
    should((await fetch(`${helper.url()}/expeed?${signedQuery()}`)).status).equal(403);
    for (const allowFrom of [['127.0.0.0/8', '::1'], '127.0.0.1, ::1', '["127.0.0.1"]']) {
      await redeployExpeed([platformNode(simulator), webhookNode({ allowFrom })]);
      should((await post(STATUS)).status).equal(200);
    }
    record({ check: 'W87', fault: 'address not allowed, or claimed', inputs: 6, ok: 3, refused: 3 });
  });

  it('lets nobody in when its list cannot be read', async () => {
    for (const allowFrom of [['nonsense'], ['192.0.2.0/33'], [7], '[broken', { a: 1 }, UNSET_VARIABLE]) {
      await load({ allowFrom });
      should(statusesOf('w').at(-1)).have.properties({ fill: 'red', shape: 'ring' });
      await until(() => /allowFrom/.test(logged('w', 'error').join()), 'the error');
      should((await post(STATUS)).status).equal(404);
      await helper.unload();
    }
  });

  it('believes a proxy where the administrator says so', async () => {
    const trusting = (RED: NodeAPI): void => {
      (RED.httpNode as unknown as { set(name: string, value: unknown): void }).set('trust proxy', 1);
    };
    await loadExpeed(
      [platformNode(simulator), webhookNode({ allowFrom: ['192.0.2.0/24'] })],
      platformSecrets(simulator),
      [trusting],
    );
    should((await post(STATUS, '/expeed', { 'x-forwarded-for': '192.0.2.7' })).status).equal(200);
    should((await post(STATUS, '/expeed', { 'x-forwarded-for': '192.0.2.7, 198.51.100.1' })).status).equal(403);
    should((await post(STATUS)).status).equal(403);
    record({ check: 'W87', fault: 'behind a trusted proxy', inputs: 3, ok: 1, refused: 2 });
  });

  it('stands behind the middleware of the administrator', async () => {
    const seen: string[] = [];
    const count = (request: { path: string }, _response: unknown, next: () => void): void => {
      seen.push(request.path);
      next();
    };
    const guard = (
      request: { headers: Record<string, string> },
      response: { statusCode: number; end(): void },
      next: () => void,
    ): void => {
      if (request.headers['x-guard'] === 'ok') next();
      else {
        response.statusCode = 401;
        response.end();
      }
    };
    helper.settings({ httpNodeMiddleware: [count, guard] } as never);
    await load();
    should((await post(STATUS)).status).equal(401);
    should((await post(STATUS, '/expeed', { 'x-guard': 'ok' })).status).equal(200);
    should((await post(STATUS, '/other')).status).equal(404);
    should(seen).eql(['/expeed', '/expeed']);
  });

  it('says that it cannot receive where HTTP nodes are switched off', async () => {
    helper.settings({ httpNodeRoot: false } as never);
    await load();
    should(statusesOf('w').at(-1)).have.properties({ fill: 'red', shape: 'ring' });
    await until(() => /httpOff|httpNodeRoot/.test(logged('w', 'error').join()), 'the error');
    should((await post(STATUS)).status).equal(404);
  });

  for (const [what, fields, secrets] of [
    ['a platform', { platform: 'gone' }, {}],
    ['a path that is one', { path: '/a b' }, undefined],
  ] as const) {
    it(`says what is wrong without ${what}`, async () => {
      await loadExpeed([platformNode(simulator), webhookNode(fields)], secrets ?? platformSecrets(simulator));
      const caught = received('error');
      should(statusesOf('w').at(-1)).have.properties({ fill: 'red', shape: 'ring' });
      await until(() => caught.length === 1, 'the error at the Catch node');
      should(caught[0]?.error.code).equal('GIZ_CONFIG');
      should(caught[0]?.expeed.error).have.properties({ code: 'GIZ_CONFIG', outcome: 'not-sent' });
      should(logged('w', 'error')).have.length(1);
    });
  }

  it('logs each kind of trouble once a minute, whatever comes in, and recovers', async () => {
    await load();
    for (let round = 0; round < 20; round++) {
      await post('{"broken":');
      await post({ encrypt: Buffer.alloc(64).toString('base64') });
    }
    should(logged('w', 'warn')).have.length(1);
    should(logged('w', 'error')).have.length(1);
    should(logged('w', 'error')[0]).match(/plaintext/);
    await until(() => statusesOf('w').at(-1)?.fill === 'red');
    await post(STATUS);
    await until(() => statusesOf('w').at(-1)?.fill === 'green');
  });

  it('registers itself with the simulated platform, and off again', async () => {
    await loadExpeed([
      { id: 'platform', type: 'expeed-platform', region: 'simulator' },
      webhookNode(),
      {
        id: 'n',
        type: 'expeed-device',
        z: 'tab',
        platform: 'platform',
        operation: 'set',
        waitSeconds: 5,
        wires: [['set']],
      },
      { id: 'set', type: 'helper', z: 'tab' },
    ]);
    await until(() => statusesOf('w').some(({ fill }) => fill === 'green'), 'the registration');
    const messages = received();
    const set = received('set');
    const { deviceId, deviceKey } = firstDevice(simulator);
    helper.getNode('n').receive({ deviceId, deviceKey, payload: { set_temp: 22 } } as never);
    await until(() => set.length === 1 && messages.some(({ topic }) => topic === 'result'), 'the result');
    should(set[0]?.payload.success).be.true();
    const before = statusesOf('w').length;
    await redeployExpeed([
      { id: 'platform', type: 'expeed-platform', region: 'simulator' },
      webhookNode({ name: 'x' }),
    ]);
    await until(() => statusesOf('w').some(({ fill }) => fill === 'green'), 'the second registration');
    should(before).be.above(0);
  });

  it('keeps the memory of no more than 64 paths', async () => {
    const application = { use: () => undefined };
    const RED = { httpNode: application, settings: {} } as unknown as NodeAPI;
    const first = joinRoute(RED, '/first', () => () => undefined);
    first.leave();
    should(joinRoute(RED, '/first', () => () => undefined).memory).equal(first.memory);
    for (let index = 0; index < 64; index++) joinRoute(RED, `/p${index}`, () => () => undefined).leave();
    should(() => joinRoute(RED, '/first', () => () => undefined)).throw({ code: 'GIZ_CONFIG' });
    const other = { httpNode: { use: () => undefined }, settings: {} } as unknown as NodeAPI;
    should(joinRoute(other, '/first', () => () => undefined).memory).not.equal(first.memory);
  });
});
