import helper from 'node-red-node-test-helper';
import should from 'should';
import { createSimulator, type Simulator } from '../../src/simulator';
import type { PlatformDevice } from '../../src/simulator/expeed/platform';
import {
  firstDevice,
  loadExpeed,
  logged,
  platformNode,
  platformSecrets,
  redeployExpeed,
  runExpeed,
  startExpeed,
  statusesOf,
  stopExpeed,
  until,
} from '../support/expeed-flow';
import type { FlowNode, Message } from '../support/flows';

describe('expeed-device', () => {
  let simulator: Simulator;
  let one: PlatformDevice;
  let ids: { deviceId: string; deviceKey: string };

  beforeEach(async () => {
    await startExpeed();
    simulator = await createSimulator();
    one = firstDevice(simulator);
    ids = { deviceId: one.deviceId, deviceKey: one.deviceKey };
  });
  afterEach(async () => {
    await stopExpeed();
    await simulator.close();
  });

  const deviceNode = (fields: Record<string, unknown>): FlowNode => ({
    id: 'n',
    type: 'expeed-device',
    z: 'tab',
    platform: 'platform',
    wires: [['out']],
    ...fields,
  });
  const load = (fields: Record<string, unknown>, settings?: Record<string, unknown>, more: FlowNode[] = []) =>
    loadExpeed([platformNode(simulator, settings), deviceNode(fields), ...more], platformSecrets(simulator));
  const only = async (msg: Message): Promise<Message> => {
    const { messages, error } = await runExpeed(msg);
    should(error).be.undefined();
    should(messages).have.length(1);
    return messages[0] as Message;
  };
  const failure = async (msg: Message): Promise<Message> => {
    const { messages, error } = await runExpeed(msg);
    should(messages).be.empty();
    return error as Message;
  };

  it('tells whether a device is online, keeps the message and says what it cost', async () => {
    await load({ operation: 'status' });
    const msg = await only({ ...ids, topic: 'kept', payload: 'old', _msgid: 'id-1' });
    should(msg.payload).eql({ online: true, deviceStatus: 1 });
    should(msg).have.properties({ topic: 'kept', _msgid: 'id-1', ...ids });
    should(msg.expeed).have.properties({ operation: 'status', statusCode: 200, attempts: 1 });
    should(msg.expeed.waitedMs).be.a.Number();
    should(msg.expeed.elapsedMs).be.a.Number();
    simulator.world.setPresence(one.device, 'offline');
    should((await only({ ...ids })).payload).eql({ online: false, deviceStatus: 0 });
  });

  it('reads current datapoints, all or those named', async () => {
    await load({ operation: 'current' });
    const { payload } = await only({ ...ids });
    should(payload.time).match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/);
    should(payload).have.properties('switch', 'set_temp').and.not.have.property('timestamp');
    await redeployExpeed([platformNode(simulator), deviceNode({ operation: 'current', ids: ['switch'] })]);
    should(Object.keys((await only({ ...ids })).payload)).eql(['time', 'switch']);
  });

  it('takes its ids from wherever the fields say', async () => {
    await load({
      operation: 'status',
      deviceId: 'a.b',
      deviceIdType: 'msg',
      deviceKey: ids.deviceKey,
      deviceKeyType: 'str',
    });
    const msg = await only({ a: { b: ids.deviceId } });
    should(msg.payload.online).be.true();
    should(msg).have.properties(ids);
  });

  it('reads a time range of history in order, with pages and records as messages', async () => {
    const log = simulator.world.dataLog(one.device, Date.now() - 86_400_000, Date.now());
    await load({ operation: 'history', start: '-1d', startType: 'str', order: 'asc', limit: 0, limitType: 'num' });
    const { payload, expeed } = await only({ ...ids });
    should(payload.length).be.within(log.total - 1, log.total + 1);
    should(payload.length).be.above(100);
    const times = payload.map(({ time }: { time: string }) => Date.parse(time));
    should(times).eql([...times].sort((left: number, right: number) => left - right));
    should(expeed).have.properties({ operation: 'history' }).and.not.have.property('truncated');

    const each = deviceNode({ operation: 'history', limit: 7, limitType: 'num', output: 'each' });
    await redeployExpeed([platformNode(simulator), each]);
    const { messages } = await runExpeed({ ...ids, topic: 't' });
    should(messages).have.length(7);
    should(messages.map(({ parts }) => parts.index)).eql([0, 1, 2, 3, 4, 5, 6]);
    should(messages[6]?.parts).have.properties({ count: 7, type: 'array', len: 1 });
    should(messages.map(({ complete }) => complete)).eql([...Array(6).fill(undefined), true]);
    for (const msg of messages) {
      should(msg)
        .have.properties({ topic: 't', ...ids })
        .and.not.have.property('gizwits');
      should(msg.payload.time).be.a.String();
    }
    should(messages[6]?.expeed.truncated).be.true();
    should(new Set(messages.map(({ expeed: metadata }) => metadata)).size).equal(7);

    await redeployExpeed([platformNode(simulator), { ...each, output: 'page', limit: 1500 }]);
    const pages = await runExpeed({ ...ids });
    should(pages.messages.map(({ payload: records }) => records.length)).eql([1000, 500]);
    should(pages.messages.map(({ parts }) => parts.len)).eql([1000, 500]);
  });

  it('gives a hundred records when nobody says how many, and one empty list when there are none', async () => {
    await load({ operation: 'history' });
    should((await only({ ...ids })).payload).have.length(100);
    const past = { start: '2001-01-01T00:00:00Z', startType: 'str', end: '2001-01-02T00:00:00Z', endType: 'str' };
    for (const output of ['array', 'page', 'each']) {
      await redeployExpeed([platformNode(simulator), deviceNode({ operation: 'history', ...past, output })]);
      should((await only({ ...ids })).payload).eql([]);
    }
  });

  it('refuses an end without a beginning, and a range that runs backwards', async () => {
    await load({ operation: 'history', end: 'now', endType: 'str' });
    should((await failure({ ...ids })).error).have.properties({ code: 'GIZ_BAD_INPUT' });
    await redeployExpeed([
      platformNode(simulator),
      deviceNode({ operation: 'history', start: '-1d', startType: 'str', end: '-2d', endType: 'str' }),
    ]);
    const { error } = await failure({ ...ids });
    should(error.code).equal('GIZ_BAD_INPUT');
    should(error.message).match(/\+08:00/);
    should(simulator.requests).be.empty();
  });

  it('sets datapoints and gives the message id', async () => {
    await load({ operation: 'set' });
    const msg = await only({ ...ids, payload: { set_temp: 23 } });
    should(msg.payload).have.only.keys('messageId');
    should(msg.payload.messageId).be.a.String();
    should(simulator.executed.at(-1)?.attrs).eql({ set_temp: 23 });
  });

  it('tells an offline device from an unknown one and from a wrong key', async () => {
    await load({ operation: 'set' });
    should((await failure({ ...ids, deviceId: 'nobody', payload: { set_temp: 23 } })).error.code).equal('EXPEED_2');
    const wrong = await failure({ ...ids, deviceKey: 'x', payload: { set_temp: 23 } });
    should(wrong.error).have.property('code', 'EXPEED_3');
    should(wrong.error.message).match(/device key/);
    simulator.world.setPresence(one.device, 'offline');
    const caught = await failure({ ...ids, payload: { set_temp: 23 } });
    should(caught.error.message).match(/offline/);
    should(caught.expeed.error).have.properties({
      code: 'EXPEED_3',
      vendorCode: 3,
      vendorMessage: '设备不在线',
      outcome: 'refused',
      statusCode: 200,
    });
    should(caught.error).not.have.property('stack');
    should(caught.error).not.have.property('cause');
  });

  it('fails without a platform, and with one that cannot work', async () => {
    await loadExpeed([deviceNode({ platform: 'gone' })]);
    should((await failure({ ...ids })).error).have.properties({ code: 'GIZ_CONFIG' });
    should(statusesOf('n')[0]).have.properties({ fill: 'red', shape: 'ring' });
  });

  const broken: [string, Record<string, unknown>, Record<string, Record<string, string>>, RegExp][] = [
    ['no platform key', {}, { platform: { secretKey: 's' } }, /platformKey/],
    ['no secret', {}, { platform: { platformKey: 'p' } }, /secretKey/],
    ['an unknown region', { region: 'moon' }, { platform: { platformKey: 'p', secretKey: 's' } }, /region/],
    ['a timeout that is none', { timeout: 'soon' }, { platform: { platformKey: 'p', secretKey: 's' } }, /timeout/],
    ['no address', { baseUrl: '' }, { platform: { platformKey: 'p', secretKey: 's' } }, /baseUrl/],
    [
      'an address with a password',
      { baseUrl: 'http://a:b@x' },
      { platform: { platformKey: 'p', secretKey: 's' } },
      /baseUrl/,
    ],
    ['a TLS node that is gone', { tls: 'gone' }, { platform: { platformKey: 'p', secretKey: 's' } }, /tls/],
  ];
  for (const [what, settings, secrets, text] of broken) {
    it(`names ${what}`, async () => {
      await loadExpeed([platformNode(simulator, settings), deviceNode({})], secrets);
      const { error } = await failure({ ...ids });
      should(error.code).equal('GIZ_CONFIG');
      should(error.message).match(text);
      should(simulator.requests).be.empty();
    });
  }

  it('names a time zone that this machine does not know', async () => {
    await load({ operation: 'current' }, { timezone: 'Mars/Olympus' });
    const { error } = await failure({ ...ids });
    should(error.code).equal('GIZ_CONFIG');
    should(error.message).match(/timezone.*Mars\/Olympus/);
  });

  it('takes a base URL that ends with /v1', async () => {
    await load({}, { baseUrl: `${simulator.expeed.baseUrl}/v1` });
    should((await only({ ...ids })).payload.online).be.true();
  });

  it('keeps its token over a redeploy, whatever is redeployed', async () => {
    await load({ operation: 'status' });
    await only({ ...ids });
    for (let round = 0; round < 10; round++) {
      await redeployExpeed([platformNode(simulator), deviceNode({ operation: 'status', name: `round ${round}` })]);
      await only({ ...ids });
    }
    should(simulator.expeed.api.tokens.issued).equal(1);
  });

  it('answers an expired token with one new one', async () => {
    await load({ operation: 'status' });
    await only({ ...ids });
    simulator.expeed.api.tokens.expire();
    const msg = await only({ ...ids });
    should(msg.expeed.attempts).equal(2);
    should(simulator.expeed.api.tokens.issued).equal(2);
  });

  it('says for a context store that settings.js does not have that the token stays in memory', async () => {
    await load({}, { tokenStore: 'disk' });
    should(logged('platform', 'warn').join()).match(/noStore/);
    should((await only({ ...ids })).payload.online).be.true();
  });

  it('shows what it does and clears a failure with the next success', async () => {
    await load({ operation: 'status' });
    should(statusesOf('n')[0]).have.properties({ fill: 'grey' });
    await failure({ ...ids, deviceId: 'nobody' });
    await until(() => statusesOf('n').at(-1)?.fill === 'red');
    await only({ ...ids });
    await until(() => statusesOf('n').at(-1)?.fill === 'green');
  });

  it('lets no secret out to flow, log or status', async () => {
    await load({ operation: 'set' });
    const seen: unknown[] = [];
    for (const msg of [
      { ...ids, payload: { set_temp: 20 } },
      { ...ids, deviceId: 'nobody', payload: { set_temp: 20 } },
      { ...ids, payload: {} },
    ]) {
      seen.push(await runExpeed(msg));
    }
    const spies = ['log', 'warn', 'error'].map((level) => logged('platform', level as 'log'));
    const text = JSON.stringify([seen, statusesOf('n'), spies, helper.log().args]);
    should(text).not.containEql(simulator.expeed.secretKey);
    should(text).not.containEql('tok-of-the-test');
    should(text).not.match(/access_token/);
  });

  describe('that waits for the result of a setting', () => {
    const webhookNode: FlowNode = { id: 'w', type: 'expeed-webhook-in', z: 'tab', platform: 'platform', wires: [[]] };
    const register = async (): Promise<void> => {
      const { state } = await simulator.expeed.api.registrations.register({
        url: `${helper.url()}/expeed`,
        token: 'tok-of-the-test',
      });
      should(state).equal('active');
    };
    const setting = (waitSeconds: number): Record<string, unknown> => ({
      operation: 'set',
      waitSeconds,
      waitSecondsType: 'num',
    });
    beforeEach(() => {
      simulator.expeed.api.behaviour.resultDelayMs = 50;
    });

    for (const messageIds of ['text', 'number', 'long'] as const) {
      it(`joins it with its push, with ids as ${messageIds}`, async () => {
        simulator.expeed.api.behaviour.messageIds = messageIds;
        await load(setting(5), {}, [webhookNode]);
        await register();
        const good = await only({ ...ids, payload: { set_temp: 23 } });
        should(good.payload).have.property('success', true);
        should(good.payload.messageId).be.a.String();
        should((await only({ ...ids, payload: { set_temp: 99 } })).payload.success).be.false();
      });
    }

    it('also when the push comes before the answer of the call', async () => {
      simulator.expeed.api.behaviour.resultDelayMs = 0;
      simulator.faults.add({ kind: 'delay', ms: 300, match: { operation: 'expeed.device.set' } });
      await load(setting(5), {}, [webhookNode]);
      await register();
      const { payload } = await only({ ...ids, payload: { set_temp: 23 } });
      should(payload.success).be.true();
      should(simulator.expeed.api.registrations.deliveries.filter(({ msgType }) => msgType === 3)).have.length(1);
    });

    it('joins many settings at once, each with its own', async () => {
      await load(setting(10), {}, [webhookNode]);
      await register();
      const results: Message[] = [];
      helper.getNode('out').on('input', (msg: Message) => results.push(msg));
      for (let index = 0; index < 30; index++) {
        helper.getNode('n').receive({ ...ids, index, payload: { set_temp: index % 3 === 0 ? 99 : 20 } } as never);
      }
      await until(() => results.length === 30, '30 results');
      for (const { index, payload } of results) should(payload.success).equal(index % 3 !== 0);
      should(new Set(results.map(({ payload }) => payload.messageId)).size).equal(30);
    });

    it('works across two config nodes of one platform', async () => {
      const second = { ...platformNode(simulator), id: 'platform2' };
      await loadExpeed(
        [platformNode(simulator), second, deviceNode(setting(5)), { ...webhookNode, platform: 'platform2' }],
        { ...platformSecrets(simulator), platform2: platformSecrets(simulator).platform as Record<string, string> },
      );
      await register();
      should((await only({ ...ids, payload: { set_temp: 23 } })).payload.success).be.true();
    });

    it('says that the outcome is unknown when no result comes', async () => {
      simulator.expeed.api.behaviour.results = false;
      await load(setting(0.2), {}, [webhookNode]);
      await register();
      const caught = await failure({ ...ids, payload: { set_temp: 23 } });
      should(caught.error.code).equal('GIZ_OUTCOME_UNKNOWN');
      should(caught.expeed.error).have.properties({ outcome: 'unknown', retryable: false });
      should(simulator.executed.filter(({ attrs }) => attrs?.set_temp === 23)).have.length(1);
    });

    it('says so too when it is redeployed while it waits', async () => {
      simulator.expeed.api.behaviour.results = false;
      await load(setting(60), {}, [webhookNode]);
      const node = helper.getNode('n');
      node.receive({ ...ids, payload: { set_temp: 23 } } as never);
      await until(() => simulator.executed.length > 0, 'the setting');
      await until(() => statusesOf('n').some(({ text }) => /waiting/.test(text)), 'the wait');
      await helper.clearFlows();
      // Catch is closed together with the node: what `done` was given is in the node's own log.
      // biome-ignore lint/suspicious/noExplicitAny: the helper makes every method of a node a sinon spy
      const [[error]] = (node as any).error.args;
      should(error).have.properties({ code: 'GIZ_OUTCOME_UNKNOWN', outcome: 'unknown' });
    });

    it('refuses a wait that is none', async () => {
      for (const waitSeconds of [-1, 3601, 'soon']) {
        await load({ ...setting(0), waitSeconds, waitSecondsType: typeof waitSeconds === 'string' ? 'str' : 'num' });
        should((await failure({ ...ids, payload: { set_temp: 23 } })).error.code).equal('GIZ_BAD_INPUT');
        await helper.unload();
      }
      should(simulator.executed).be.empty();
    });
  });

  it('needs nothing with the simulated platform', async () => {
    await loadExpeed([
      { id: 'platform', type: 'expeed-platform', region: 'simulator' },
      deviceNode({ operation: 'current' }),
    ]);
    const msg = await only({ deviceId: 'ex1001', deviceKey: one.deviceKey });
    should(msg.payload).have.property('set_temp');
  });
});
