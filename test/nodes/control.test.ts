import helper from 'node-red-node-test-helper';
import should from 'should';
import control from '../../nodes/gizwits-control';
import type { Simulator } from '../../src/simulator';
import {
  configNodes,
  credentials,
  loadBench,
  type Message,
  startRuntime,
  stopRuntime,
  useSimulator,
} from '../support/flows';

const MAC = 'fd06c330fc77';
const DID = 'Mavn3NpqLZ32XDEjWYb83h';
const OTHER = 'p8H7f4UmJkCazaXz24sahF';

describe('gizwits-control', () => {
  let simulator: Simulator;

  useSimulator((created) => {
    simulator = created;
  });
  beforeEach(() => {
    for (const did of [DID, OTHER]) simulator.world.setPresence(simulator.world.device(did) as never, 'online');
  });

  const load = (fields: Record<string, unknown> = {}, product = 0) =>
    loadBench(
      control,
      { type: 'gizwits-control', ...fields },
      configNodes(simulator, product),
      credentials(simulator, product),
    );
  const posts = () => simulator.requests.filter(({ path }) => path.endsWith('/control'));
  const reload = async (): Promise<void> => {
    await stopRuntime();
    await startRuntime();
  };

  it('switches a device by its did and says what was sent', async () => {
    const bench = await load();
    const executed = simulator.executed.length;
    const { messages, error } = await bench.run({ payload: { switch: 1, set_temp: 25 }, did: DID, topic: 'kept' });
    should(error).be.undefined();
    messages[0].payload.should.eql({ did: DID, outcome: 'accepted', attrs: { switch: true, set_temp: 25 } });
    messages[0].should.containEql({ did: DID, topic: 'kept' });
    messages[0].gizwits.should.containEql({ operation: 'device.control', did: DID, statusCode: 200 });
    simulator.executed.length.should.equal(executed + 1);
  });

  it('takes many commands before the definition is known, without a warning of Node.js', async () => {
    const bench = await load();
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    try {
      const ended = bench.count(30);
      for (let index = 0; index < 30; index++)
        helper.getNode('n').receive({ payload: { switch: 1 }, did: DID } as never);
      (await ended).should.eql({ ok: 30, failed: 0 });
    } finally {
      process.off('warning', onWarning);
    }
    warnings.should.be.empty();
  });

  it('switches by mac, with the rows of the form', async () => {
    const attrs = [
      { name: 'switch', value: 'true', valueType: 'bool' },
      { name: 'set_temp', value: 'payload.t', valueType: 'msg' },
      { name: 'mode', value: '"制" & "热"', valueType: 'jsonata' },
    ];
    const bench = await load({ targetBy: 'mac', target: MAC, targetType: 'str', attrs });
    const { messages } = await bench.run({ payload: { t: 22 } });
    messages[0].payload.attrs.should.eql({ switch: true, set_temp: 22, mode: '制热' });
    messages[0].mac.should.equal(MAC);
    messages[0].did.should.equal(DID);
  });

  it('looks a mac up once for many commands, which keep their order', async () => {
    const bench = await load({ targetBy: 'mac', target: 'mac', targetType: 'msg' });
    const lookUps = () => simulator.requests.filter(({ operation }) => operation === 'device.did').length;
    const [before, executed] = [lookUps(), simulator.executed.length];
    const values = [true, false, true, true, false, false, true, false];
    const ended = bench.count(values.length);
    for (const on of values) helper.getNode('n').receive({ payload: { switch: on }, mac: MAC } as never);
    (await ended).should.eql({ ok: values.length, failed: 0 });
    (lookUps() - before).should.equal(1);
    simulator.executed
      .slice(executed)
      .map(({ attrs }) => attrs?.switch === 1)
      .should.eql(values);
  });

  it('waits until the device has reported the values, when asked to confirm', async () => {
    const bench = await load({ confirm: true });
    const { messages, error } = await bench.run({ payload: { set_temp: 19 }, did: DID });
    should(error).be.undefined();
    messages[0].payload.outcome.should.equal('reported');
  });

  it('sends raw bytes from a Buffer, a list and text', async () => {
    // The frame of gizwits-http.md A.7: write, flags 0x01 (switch), values.
    const forms: [unknown, Record<string, unknown>][] = [
      [Buffer.from('010101000010', 'hex'), {}],
      [[1, 1, 1, 0, 0, 16], {}],
      ['010101000010', { encoding: 'hex' }],
      ['AQEBAAAQ', { encoding: 'base64' }],
    ];
    for (const [payload, fields] of forms) {
      const bench = await load({ mode: 'raw', ...fields });
      const { messages, error } = await bench.run({ payload, did: DID });
      should(error).be.undefined();
      messages[0].payload.should.eql({ did: DID, outcome: 'accepted', raw: [1, 1, 1, 0, 0, 16] });
      await reload();
    }
    const bench = await load({ mode: 'raw' });
    const before = posts().length;
    for (const payload of ['0', 'zz', '', [], [256], [-1], [1.5], {}, true, undefined]) {
      should((await bench.run({ payload, did: DID })).error?.error.code).equal('GIZ_BAD_INPUT');
    }
    posts().length.should.equal(before);
  });

  it('gives a result for each of many targets, in order', async () => {
    const bench = await load({ target: 'payload.dids', value: '{"switch": false}', valueType: 'json' });
    const { messages, error } = await bench.run({ payload: { dids: [DID, 'unknownDeviceXXXXXXXXXX', OTHER] } });
    should(error).be.undefined();
    const { total, ok, failed, results } = messages[0].payload;
    [total, ok, failed].should.eql([3, 2, 1]);
    results.map((result: Message) => result.did).should.eql([DID, 'unknownDeviceXXXXXXXXXX', OTHER]);
    results
      .map((result: Message) => result.outcome ?? result.error.code)
      .should.eql(['accepted', 'GIZ_5301', 'accepted']);
  });

  it('names the device in every result where the mac has led to one', async () => {
    simulator.world.setPresence(simulator.world.device(OTHER) as never, 'offline');
    const { mac } = simulator.world.device(OTHER) as { mac: string };
    const bench = await load({
      targetBy: 'mac',
      target: 'payload.macs',
      value: '{"switch": false}',
      valueType: 'json',
    });
    const { messages } = await bench.run({ payload: { macs: [MAC, mac, '000000000000'] } });
    messages[0].payload.results
      .map(({ did, mac: of, error }: Message) => [did, of, error?.code])
      .should.eql([
        [DID, MAC, undefined],
        [OTHER, mac, 'GIZ_5305'],
        [undefined, '000000000000', 'GIZ_5301'],
      ]);
  });

  it('reaches the members of a group', async () => {
    const groups = simulator.world.groups.of(simulator.products[0].productKey);
    const group = groups.find(({ macs }) => macs.size > 1);
    should(group).be.ok();
    const bench = await load({ targetBy: 'group', target: group?.gid, targetType: 'str' });
    const { messages } = await bench.run({ payload: { switch: true } });
    const { total, ok, failed, results } = messages[0].payload;
    total.should.equal(group?.macs.size);
    (ok + failed).should.equal(total);
    ok.should.be.above(0);
    for (const result of results) (result.outcome ?? result.error.code).should.match(/^(accepted|GIZ_530[45])$/);
  });

  it('refuses what the product does not admit, and sends nothing', async () => {
    const bench = await load();
    await bench.run({ payload: { switch: true }, did: DID });
    const before = posts().length;
    const wrong: [unknown, RegExp][] = [
      [{ room_temp: 20 }, /room_temp/],
      [{ fault_roomtemp: true }, /fault_roomtemp/],
      [{ nonsense: 1 }, /nonsense/],
      [{ set_temp: 99 }, /set_temp.*99/],
      [{ set_temp: 20.5 }, /set_temp/],
      [{ set_temp: '20' }, /set_temp/],
      [{ mode: '吹风' }, /mode/],
      [{ switch: 'on' }, /switch/],
      [JSON.parse('{"__proto__": 1}'), /__proto__/],
      [{ constructor: 1 }, /constructor/],
      [{}, /attrs|value/],
      [[], /attrs|value/],
      ['text', /attrs|value/],
      [undefined, /value/],
      [Number.NaN, /attrs|value/],
    ];
    for (const [payload, names] of wrong) {
      const { messages, error } = await bench.run({ payload, did: DID });
      messages.length.should.equal(0);
      should(error?.error.code).equal('GIZ_BAD_INPUT');
      should(error?.error.message).match(names);
      should(error?.gizwits.error.outcome).equal('not-sent');
    }
    posts().length.should.equal(before);
  });

  it('refuses forbidden names and bad targets unvalidated too', async () => {
    const bench = await load({ validate: false });
    const before = posts().length;
    for (const [payload, did] of [
      [JSON.parse('{"__proto__": 1}'), DID],
      [{ prototype: 1 }, DID],
      [{ switch: true }, '../x'],
      [{ switch: true }, ''],
      [{ switch: true }, undefined],
      [{ switch: true }, 7],
    ]) {
      const { error } = await bench.run({ payload, did });
      should(error?.error.code).equal('GIZ_BAD_INPUT');
    }
    posts().length.should.equal(before);
  });

  it("reports the cloud's refusals by their numbers, and what is unclear as unknown", async () => {
    const cases: [number, string, string][] = [
      [5305, 'GIZ_5305', 'refused'],
      [5404, 'GIZ_5404', 'refused'],
      [5403, 'GIZ_OUTCOME_UNKNOWN', 'unknown'],
      [5409, 'GIZ_OUTCOME_UNKNOWN', 'unknown'],
    ];
    const bench = await load();
    for (const [code, expected, outcome] of cases) {
      simulator.faults.add({ kind: 'error', code, match: { operation: 'device.control' } });
      const before = posts().length;
      const { error } = await bench.run({ payload: { switch: true }, did: DID });
      should(error?.error.code).equal(expected);
      should(error?.gizwits.error).containEql({ vendorCode: code, outcome });
      posts().length.should.equal(before + 1);
      should(error?.error).not.have.property('cause');
    }
    (await bench.settledStatus()).should.containEql({ fill: 'red', shape: 'ring' });
    await bench.run({ payload: { switch: true }, did: DID });
    (await bench.settledStatus()).fill.should.equal('green');
  });

  it('takes an empty answer for a success, and never repeats a command that was cut off', async () => {
    const bench = await load();
    simulator.faults.add({ kind: 'empty', status: 200, match: { operation: 'device.control' } });
    (await bench.run({ payload: { switch: true }, did: DID })).messages[0].payload.outcome.should.equal('accepted');
    for (const kind of ['resetAfterRequest', 'resetOnHead', 'html'] as const) {
      simulator.faults.add({ kind, match: { operation: 'device.control' } });
      const before = posts().length;
      const { error } = await bench.run({ payload: { switch: true }, did: DID });
      should(error?.error.code).equal('GIZ_OUTCOME_UNKNOWN');
      posts().length.should.equal(before + 1);
    }
  });

  it('ends a command on its way as unknown when the flow is deployed anew', async () => {
    const bench = await load();
    await bench.run({ payload: { switch: true }, did: DID });
    simulator.faults.add({ kind: 'hang', match: { operation: 'device.control' } });
    const ended = bench.run({ payload: { switch: true }, did: DID });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const node = helper.getNode('n') as unknown as { close(removed: boolean): Promise<void> };
    await node.close(false);
    const { error } = await ended;
    should(error?.error.code).equal('GIZ_OUTCOME_UNKNOWN');
  });
});
