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

const DID = 'Mavn3NpqLZ32XDEjWYb83h';

describe('gizwits-history: aggregates', () => {
  let simulator: Simulator;

  useSimulator((created) => {
    simulator = created;
  });

  const run = async (fields: Record<string, unknown>) => {
    const node = { type: 'gizwits-history', kind: 'aggregate', attrs: '["room_temp"]', attrsType: 'json', ...fields };
    const bench = await loadBench(history, node, configNodes(simulator), credentials(simulator));
    const result = await bench.run({ did: DID, payload: 'x' });
    await stopRuntime();
    await startRuntime();
    return { ...result, records: result.messages[0]?.payload as Message[] };
  };
  const sent = (from: number): URLSearchParams[] =>
    simulator.requests
      .slice(from)
      .filter(({ operation }) => operation === 'device.aggregate')
      .map(({ path }) => new URL(`http://x${path}`).searchParams);

  it('are read by day on the average unless told otherwise, in milliseconds', async () => {
    const from = simulator.requests.length;
    const { records, messages } = await run({ start: '-3d', order: 'asc' });
    const [query] = sent(from) as [URLSearchParams];
    [query.get('aggregator'), query.get('unit'), query.get('attrs')].should.eql(['avg', 'DAYS', 'room_temp']);
    Number(query.get('start_ts')).should.be.above(1e12);
    records.length.should.be.within(3, 4);
    for (const { datetime, time, attrs } of records) {
      datetime.should.match(/^\d{8}$/);
      // The beginning of a day in China.
      time.should.match(/T16:00:00\.000Z$/);
      attrs.room_temp.should.be.a.Number();
    }
    should(messages[0]?.gizwits.operation).equal('device.aggregate');
  });

  it('over months are read in parts, in either order, up to the limit', async () => {
    const from = simulator.requests.length;
    const fields = { aggregator: 'max', unit: 'HOURS', start: '-60d', attrs: 'room_temp, set_temp', attrsType: 'str' };
    const newest = await run(fields);
    sent(from).length.should.be.above(2);
    sent(from)[0]?.get('attrs')?.should.equal('room_temp,set_temp');
    const times = newest.records.map(({ time }) => time);
    times.should.eql([...times].sort().reverse());
    new Set(times).size.should.equal(times.length);
    const oldest = await run({ ...fields, order: 'asc', limit: '5', limitType: 'num' });
    oldest.records.should.eql([...newest.records].reverse().slice(0, 5));
    should(oldest.messages[0]?.gizwits.truncated).be.true();
  });

  it('refuse what cannot be aggregated before any call is made', async () => {
    for (const [fields, names] of [
      [{ aggregator: 'median' }, /aggregator/],
      [{ unit: 'YEARS' }, /unit/],
      [{ attrs: '[]' }, /attrs/],
      [{ attrs: '[1]' }, /attrs/],
    ] as const) {
      const from = simulator.requests.length;
      const { error } = await run(fields);
      should(error?.error.code).equal('GIZ_BAD_INPUT');
      should(error?.error.message).match(names);
      simulator.requests.length.should.equal(from);
    }
    should((await run({ attrs: '["mode"]' })).error?.error.code).equal('GIZ_5401');
  });
});
