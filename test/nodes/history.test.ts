import should from 'should';
import history from '../../nodes/gizwits-history';
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
const DAY = 86_400_000;

describe('gizwits-history', () => {
  let simulator: Simulator;

  useSimulator((created) => {
    simulator = created;
  });
  afterEach(() => {
    simulator.behaviour.cursor = 'meta';
  });

  const load = (fields: Record<string, unknown> = {}) =>
    loadBench(history, { type: 'gizwits-history', ...fields }, configNodes(simulator), credentials(simulator));
  const reload = async (): Promise<void> => {
    await stopRuntime();
    await startRuntime();
  };

  it('gives the last two days, newest first, with ISO times', async () => {
    const bench = await load();
    const { messages, error } = await bench.run({ did: DID, topic: 'kept' });
    should(error).be.undefined();
    const { payload, did, topic, gizwits } = messages[0];
    [did, topic].should.eql([DID, 'kept']);
    gizwits.should.containEql({ operation: 'device.data', did: DID });
    payload.length.should.be.above(100);
    for (const record of payload) {
      record.should.have.properties('ts', 'attrs');
      record.time.should.equal(new Date(record.ts * 1000).toISOString());
    }
    const times = payload.map((record: Message) => record.ts);
    times.should.eql([...times].sort((a, b) => b - a));
  });

  it('cuts a long range into windows, the same records whichever way they are paged', async () => {
    const end = new Date(Date.now() - 3_600_000);
    const start = new Date(end.getTime() - 9.5 * DAY);
    const results: Message[][] = [];
    for (const cursor of ['meta', 'top', 'absent'] as const) {
      simulator.behaviour.cursor = cursor;
      const bench = await load({ start: 'a', startType: 'msg', end: 'b', endType: 'msg', order: 'asc' });
      const { messages, error } = await bench.run({ did: DID, a: start, b: end.toISOString() });
      should(error).be.undefined();
      results.push(messages[0].payload);
      await reload();
    }
    const [first] = results;
    first.length.should.be.above(800);
    new Set(first.map((record) => JSON.stringify(record))).size.should.equal(first.length);
    first.map((record) => record.ts).should.eql([...first.map((record) => record.ts)].sort((a, b) => a - b));
    for (const other of results) other.should.eql(first);
    for (const { path } of simulator.requests.filter(({ path }) => path.includes('/data?'))) {
      const query = new URL(`http://x${path}`).searchParams;
      (Number(query.get('end_ts')) - Number(query.get('start_ts'))).should.be.below(172_800);
    }
  });

  it('gives online records and commands with their bytes, by mac', async () => {
    const online = await load({ kind: 'online', targetBy: 'mac', target: MAC, targetType: 'str', start: '-5d' });
    const presence = (await online.run({ payload: 'x' })).messages[0];
    presence.mac.should.equal(MAC);
    presence.did.should.equal(DID);
    presence.payload[0].should.have.properties('timestamp', 'type', 'payload', 'time');
    await reload();
    const commands = await load({ kind: 'cmd', start: '-1d' });
    const [record] = (await commands.run({ did: DID })).messages[0].payload;
    Buffer.isBuffer(record.bytes).should.be.true();
    record.bytes.toString('hex').should.equal(record.payload);
    record.bytes.readUInt32BE(0).should.equal(3);
  });

  it('keeps only the named datapoints, up to a limit, one a message', async () => {
    const bench = await load({
      attrs: '["room_temp"]',
      attrsType: 'json',
      limit: '5',
      limitType: 'num',
      output: 'each',
    });
    const { messages } = await bench.run({ did: DID });
    messages.length.should.equal(5);
    for (const msg of messages) {
      Object.keys(msg.payload.attrs).should.eql(['room_temp']);
      msg.did.should.equal(DID);
    }
    messages[4].complete.should.be.true();
    messages[4].gizwits.truncated.should.be.true();
  });

  it('takes every form of time', async () => {
    const bench = await load({ start: 'a', startType: 'msg', end: 'b', endType: 'msg' });
    const now = Date.now();
    const lengths = new Set<number>();
    for (const a of [
      new Date(now - 6 * 3_600_000),
      now - 6 * 3_600_000,
      (now - 6 * 3_600_000) / 1000,
      '-6h',
      '-360m',
    ]) {
      const { messages, error } = await bench.run({ did: DID, a, b: new Date(now) });
      should(error).be.undefined();
      lengths.add(messages[0].payload.length);
    }
    // Within the test a report may fall out of or into the relative ranges.
    (Math.max(...lengths) - Math.min(...lengths)).should.be.belowOrEqual(1);
  });

  it('refuses wrong times, kinds and targets before anything is sent', async () => {
    const wrong: [Record<string, unknown>, Message, RegExp][] = [
      [{ start: 'yesterday', startType: 'str' }, { did: DID }, /start/],
      [{ start: '2026-13-45', startType: 'str' }, { did: DID }, /start/],
      [{ end: 'a', endType: 'msg' }, { did: DID, a: true }, /end/],
      [{ start: 'now', startType: 'str', end: '-1d', endType: 'str' }, { did: DID }, /start/],
      [{ limit: '-5', limitType: 'num' }, { did: DID }, /limit/],
      [{ attrs: '[1]', attrsType: 'json' }, { did: DID }, /attrs/],
      [{ kind: 'weather' }, { did: DID }, /kind/],
      [{ targetBy: 'group' }, { did: DID }, /targetBy/],
      [{}, { payload: 'no did' }, /target|did/],
      [{}, { did: '../etc' }, /did/],
    ];
    for (const [fields, msg, names] of wrong) {
      const bench = await load(fields);
      const before = simulator.requests.length;
      const { messages, error } = await bench.run(msg);
      messages.length.should.equal(0);
      should(error?.error.code).equal('GIZ_BAD_INPUT');
      should(error?.error.message).match(names);
      simulator.requests.length.should.equal(before);
      await reload();
    }
  });
});
