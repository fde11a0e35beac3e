import helper from 'node-red-node-test-helper';
import should from 'should';
import type { FlowNode, Message } from '../support/flows';
import { DID, KEY, MAC, openPushBench, type PushBench } from '../support/push-bench';

const operations = (bench: PushBench): (string | undefined)[] =>
  bench.simulator.requests.map(({ operation }) => operation).filter((operation) => operation !== undefined);

describe('gizwits-control over the push connection', () => {
  let bench: PushBench;
  const control: FlowNode = {
    ...{ id: 'c', type: 'gizwits-control', product: 'product', wires: [['out']] },
    ...{ via: 'push', mode: 'attrs', targetBy: 'did', target: 'did', targetType: 'msg', validate: false },
  };
  const out: FlowNode = { id: 'out', type: 'helper' };

  beforeEach(async () => {
    bench = await openPushBench();
  });
  afterEach(() => bench.close());

  /** Sends one message through the control node; what came out of it, or what Catch got. */
  const run = async (msg: Message, ms?: number): Promise<Message> => {
    const before = bench.got('out').length + bench.got('errors').length;
    helper.getNode('c').receive(msg);
    await bench.until('the end', () => bench.got('out').length + bench.got('errors').length > before, ms);
    return (bench.got('errors').at(-1) ?? bench.got('out').at(-1)) as Message;
  };
  const others = (count: number): { did: string; mac: string }[] => {
    const devices = bench.simulator.world
      .devicesOf(KEY)
      .filter(({ did }) => did !== DID)
      .slice(0, count);
    for (const device of devices) bench.simulator.world.setPresence(device, 'online');
    return devices;
  };

  it('sends one frame of version 2 to the device whose mac the message carries', async () => {
    await bench.load([control, out]);
    const { payload, did, gizwits } = await run({ did: DID, mac: MAC, payload: { switch: true, set_temp: 24 } });
    should(payload).eql({ did: DID, outcome: 'accepted', attrs: { switch: true, set_temp: 24 } });
    should(did).equal(DID);
    should(gizwits).containEql({ operation: 'device.control', productKey: KEY, did: DID, attempts: 1 });
    const frames = bench.frames('remote_control_v2_req');
    should(frames).have.length(1);
    should(frames[0]?.data).eql([
      {
        cmd: 'write_attrs',
        data: { did: DID, mac: MAC, product_key: KEY, binary_coding: 'hex', attrs: { switch: true, set_temp: 24 } },
      },
    ]);
    should(bench.simulator.executed).have.length(1);
    // No call of the Enterprise API, hence no quota.
    should(operations(bench)).eql([]);
  });

  it('knows the mac from an earlier event, and looks it up only when it does not', async () => {
    const live: FlowNode = { id: 'n', type: 'gizwits-events', product: 'product', events: ['device.gps.kv'] };
    await bench.load([control, out, live]);
    await bench.connected('n');
    bench.publish({ subscription: 'device.gps.kv', eventType: 'device_gps_kv', members: { data: {} } });
    await bench.until('the event', () => bench.simulator.snoti.server.audit.counts.ok > 0);
    should((await run({ did: DID, payload: { switch: true } })).payload.outcome).equal('accepted');
    should(operations(bench)).not.containEql('devices.search');
    const [other] = others(1);
    // The mac of another device, which a message may still carry, is not that of the target.
    const msg = { did: DID, mac: MAC, payload: { switch: true } };
    should((await run({ ...msg, did: other?.did, mac: undefined })).payload.outcome).equal('accepted');
    should(operations(bench).filter((operation) => operation === 'devices.search')).have.length(1);
    should((await run({ did: other?.did, payload: { switch: false } })).payload.outcome).equal('accepted');
    should(operations(bench).filter((operation) => operation === 'devices.search')).have.length(1);
  });

  it('sends the commands of many devices in one frame, and answers in their order', async () => {
    const devices = others(3);
    await bench.load([{ ...control, targetBy: 'mac', target: 'macs' }, out]);
    const macs = [...devices.map(({ mac }) => mac), MAC];
    await run({ macs, payload: { switch: true } });
    const { payload } = await run({ macs, payload: { switch: false } });
    should(payload).containEql({ total: 4, ok: 4, failed: 0 });
    should(payload.results.map(({ mac }: { mac: string }) => mac)).eql(macs);
    // The first time each left when its did had been looked up.
    const { data = [] } = (bench.frames('remote_control_v2_req').at(-1) ?? {}) as { data?: unknown[] };
    should(data).have.length(4);
    should(bench.simulator.executed).have.length(8);
  });

  it('keeps the order of commands to a device whose mac must be looked up first, by one look-up', async () => {
    const [device] = others(1);
    await bench.load([control, out]);
    const values = [true, false, true, true, false, false, true, false];
    for (const on of values) helper.getNode('c').receive({ did: device?.did, payload: { switch: on } } as never);
    await bench.until('the ends', () => bench.got('out').length === values.length);
    should(operations(bench).filter((operation) => operation === 'devices.search')).have.length(1);
    should(bench.simulator.executed.map(({ attrs }) => attrs?.switch === 1)).eql(values);
  });

  it('refuses a did that is none before anything is asked or sent', async () => {
    await bench.load([control, out]);
    for (const did of ['a/b', '..', 'a b']) {
      should((await run({ did, mac: MAC, payload: { switch: true } })).error.code).equal('GIZ_BAD_INPUT');
    }
    should(operations(bench)).not.containEql('devices.search');
    should(bench.frames('remote_control_v2_req')).eql([]);
  });

  it('ends a refusal as GIZ_REFUSED with the words of the service', async () => {
    bench.simulator.world.setPresence(bench.simulator.world.device(DID) as never, 'offline');
    await bench.load([control, out]);
    const { error, gizwits } = await run({ did: DID, mac: MAC, payload: { switch: true } });
    should(error.code).equal('GIZ_REFUSED');
    should(gizwits.error).containEql({ outcome: 'refused', vendorMessage: 'Did is offline', retryable: false });
    should(gizwits).containEql({ did: DID, attempts: 1 });
    should(bench.simulator.executed).eql([]);
  });

  it('tells in a list of many which were refused', async () => {
    const [offline] = others(1);
    bench.simulator.world.setPresence(offline as never, 'offline');
    await bench.load([{ ...control, targetBy: 'mac', target: 'macs' }, out]);
    const { payload } = await run({ macs: [MAC, offline?.mac], payload: { switch: true } });
    should(payload).containEql({ total: 2, ok: 1, failed: 1 });
    should(payload.results[0]).containEql({ mac: MAC, outcome: 'accepted' });
    should(payload.results[1].error).containEql({ code: 'GIZ_REFUSED', vendorMessage: 'Did is offline' });
  });

  it('says that it does not know, and sends nothing again, when the answer is cut off', async () => {
    await bench.load([control, out]);
    await run({ did: DID, mac: MAC, payload: { switch: true } });
    bench.simulator.snoti.server.faults.blackHole = true;
    helper.getNode('c').receive({ did: DID, mac: MAC, payload: { switch: false } });
    await new Promise((resolve) => setTimeout(resolve, 100));
    bench.simulator.snoti.server.faults.blackHole = false;
    bench.simulator.snoti.server.cut();
    await bench.until('the error', () => bench.got('errors').length === 1);
    const [{ error, gizwits } = {} as Message] = bench.got('errors');
    should(error.code).equal('GIZ_OUTCOME_UNKNOWN');
    should(gizwits.error.outcome).equal('unknown');
    await run({ did: DID, mac: MAC, payload: { set_temp: 22 } });
    should(bench.frames('remote_control_v2_req').map(({ data }) => attrsOf(data))).eql([
      { switch: true },
      { set_temp: 22 },
    ]);
  }).timeout(20_000);

  it('does not send a command that grew too old before there was a connection', async () => {
    bench.simulator.snoti.server.faults.addLogin({ kind: 'silent' });
    await bench.load([{ ...control, deadlineSeconds: '0.4', deadlineSecondsType: 'num' }, out]);
    const { error, gizwits } = await run({ did: DID, mac: MAC, payload: { switch: true } });
    should(error.code).equal('GIZ_EXPIRED');
    should(gizwits.error.outcome).equal('not-sent');
    should(bench.frames('remote_control_v2_req')).eql([]);
  });

  it('ends what was sent as unknown, and what was not as closed, when a deploy closes the node', async () => {
    await bench.load([control, out]);
    await run({ did: DID, mac: MAC, payload: { switch: true } });
    bench.simulator.snoti.server.faults.blackHole = true;
    helper.getNode('c').receive({ did: DID, mac: MAC, payload: { switch: false } });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await bench.deploy([{ ...control, name: 'other' }, out], 'nodes');
    await bench.until('the error', () => bench.got('errors').length === 1);
    should(bench.got('errors')[0]?.error.code).equal('GIZ_OUTCOME_UNKNOWN');
  });

  it('logs what a full deploy has interrupted, since that closes the Catch nodes as well', async () => {
    await bench.load([control, out]);
    await run({ did: DID, mac: MAC, payload: { switch: true } });
    bench.simulator.snoti.server.faults.blackHole = true;
    for (const value of [false, true]) helper.getNode('c').receive({ did: DID, mac: MAC, payload: { switch: value } });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const warnings = spyOn(helper.getNode('c'), 'warn');
    await bench.deploy([{ ...control, name: 'other' }, out], 'full');
    should(warnings.filter((text) => /2 × GIZ_OUTCOME_UNKNOWN/.test(text))).have.length(1);
  });

  it('refuses a login for all commands with the words of the service', async () => {
    bench.simulator.snoti.server.faults.addLogin({ kind: 'refuse', text: 'auth_id is invalid' });
    await bench.load([control, out]);
    const { error, gizwits } = await run({ did: DID, mac: MAC, payload: { switch: true } });
    should(error.code).equal('GIZ_REFUSED');
    should(gizwits.error.vendorMessage).equal('auth_id is invalid');
  });

  for (const [pushVersion, cmd] of [
    ['v1', 'write'],
    ['v1-raw', 'write_v1'],
  ]) {
    it(`speaks ${pushVersion} when told to`, async () => {
      await bench.load([{ ...control, pushVersion, mode: 'raw' }, out]);
      await run({ did: DID, mac: MAC, payload: Buffer.from([1, 2, 3]) });
      const [frame] = bench.frames('remote_control_req');
      should(frame?.data).containDeep([{ cmd, source: 'noti', data: { did: DID, raw: [1, 2, 3] } }]);
      should(bench.frames('remote_control_v2_req')).eql([]);
    });
  }

  for (const via of ['api', 'push']) {
    it(`confirms a command sent by ${via} with the report that the device pushes, without reading back`, async () => {
      const live: FlowNode = { id: 'n', type: 'gizwits-events', product: 'product', events: ['device.status.kv'] };
      await bench.load([{ ...control, via, confirm: true, confirmSeconds: '4' }, out, live]);
      await bench.connected('n');
      const begun = Date.now();
      for (const value of [true, false, true]) {
        const { payload } = await run({ did: DID, mac: MAC, payload: { switch: value } });
        should(payload).containEql({ outcome: 'reported' });
      }
      should(Date.now() - begun).be.below(3500);
      should(operations(bench)).not.containEql('device.data');
    });
  }

  it('confirms with a report that comes before the answer to the command, whatever the flow makes of its event', async () => {
    const events = { events: ['device.status.kv'], wires: [['changes']] };
    const live: FlowNode = { id: 'n', type: 'gizwits-events', product: 'product', ...events };
    const changes: FlowNode = { id: 'changes', type: 'helper' };
    await bench.load([{ ...control, via: 'api', confirm: true, confirmSeconds: '10' }, out, live, changes]);
    helper.getNode('changes').on('input', ({ payload }: Message) => {
      payload.switch = 'changed';
    });
    await bench.connected('n');
    // The command is carried out at once, the answer takes its time.
    bench.simulator.faults.add({ kind: 'delay', ms: 1500, match: { operation: 'device.control' } });
    const begun = Date.now();
    should((await run({ did: DID, payload: { switch: true } })).payload.outcome).equal('reported');
    should(Date.now() - begun).be.below(4000);
    should(operations(bench)).not.containEql('device.data');
  });

  it('reads back when the live events are of some devices only', async () => {
    const some = { events: ['device.status.kv'], devices: ['virtual:site'] };
    const live: FlowNode = { id: 'n', type: 'gizwits-events', product: 'product', ...some };
    await bench.load([{ ...control, confirm: true, confirmSeconds: '4' }, out, live]);
    await bench.connected('n');
    should((await run({ did: DID, mac: MAC, payload: { switch: true } })).payload.outcome).equal('reported');
    should(operations(bench)).containEql('device.data');
  });
});

/** What a node logs by that method from now on, while it goes on logging. */
function spyOn(node: unknown, method: string): string[] {
  const texts: string[] = [];
  const target = node as Record<string, (text: unknown) => void>;
  const log = target[method] as (text: unknown) => void;
  target[method] = (text) => {
    texts.push(String(text));
    log.call(node, text);
  };
  return texts;
}

function attrsOf(data: unknown): unknown {
  return (data as { data: { attrs: unknown } }[])[0]?.data.attrs;
}
