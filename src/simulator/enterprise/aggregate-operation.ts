import { AGGREGATE_UNITS, AGGREGATORS, aggregated } from '../world/aggregate';
import { DAY } from '../world/calendar';
import { isNumeric } from '../world/datapoint';
import type { Call } from './call';
import { deviceOf } from './device-operations';
import { Refused } from './errors';

const LONGEST_MS = 31 * DAY;

/** Sums, averages and extremes of a device's numeric datapoints. Its times are milliseconds, unlike all others'. */
export function aggregate(call: Call): object {
  const device = deviceOf(call);
  const { published } = call.enterprise.behaviour;
  if (published !== null) throw new Refused(published);
  for (const name of ['start_ts', 'end_ts', 'attrs', 'aggregator', 'unit']) call.required(name);
  const start = call.integer('start_ts') as number;
  const end = call.integer('end_ts') as number;
  const attrs = call.required('attrs');
  const aggregator = call.choice('aggregator', AGGREGATORS) ?? 'sum';
  const unit = call.choice('unit', AGGREGATE_UNITS) ?? 'DAYS';
  if (end < start || end - start > LONGEST_MS) throw new Refused(5002, 'the range must be at most one month');
  const names = attrs.split(',');
  for (const name of names) {
    const datapoint = device.product.datapoints.find((candidate) => candidate.name === name);
    if (!datapoint || !isNumeric(datapoint)) throw new Refused(5401, `attr ${name} is not a numeric datapoint`);
  }
  const to = Math.min(end, call.world.now());
  const data = aggregated(device, { from: start, to, names, aggregator, unit }).map(({ period, attrs: values }) => ({
    attrs: values,
    datetime: period,
  }));
  return { query: { start_ts: start, end_ts: end, attrs, aggregator, unit, did: device.did }, data };
}
