import { DAY, dateTimeText, dayOf, weekOf } from '../world/calendar';
import { isNumeric } from '../world/datapoint';
import { reportsBetween, valueIn } from '../world/history';
import type { Call } from './call';
import { deviceOf } from './device-operations';
import { Refused } from './errors';

const UNITS = ['HOURS', 'DAYS', 'WEEKS', 'MONTHS'] as const;
const LONGEST_MS = 31 * DAY;

type Unit = (typeof UNITS)[number];

/** `2015072010`, `20150720`, `201529` or `201507`. */
function label(ms: number, unit: Unit): string {
  const digits = dateTimeText(ms).replace(/\D/g, '');
  if (unit === 'HOURS') return digits.slice(0, 10);
  if (unit === 'DAYS') return digits.slice(0, 8);
  if (unit === 'MONTHS') return digits.slice(0, 6);
  const { year, week } = weekOf(dayOf(ms));
  return `${year}${String(week).padStart(2, '0')}`;
}

interface Sum {
  count: number;
  sum: number;
  max: number;
  min: number;
}

const round = (value: number): number => Number(value.toFixed(6));

/** Sums, averages and extremes of a device's numeric datapoints. Its times are milliseconds, unlike all others'. */
export function aggregate(call: Call): object {
  const device = deviceOf(call);
  const { published } = call.enterprise.behaviour;
  if (published !== null) throw new Refused(published);
  for (const name of ['start_ts', 'end_ts', 'attrs', 'aggregator', 'unit']) call.required(name);
  const start = call.integer('start_ts') as number;
  const end = call.integer('end_ts') as number;
  const attrs = call.required('attrs');
  const aggregator = call.choice('aggregator', ['sum', 'avg', 'max', 'min']) ?? 'sum';
  const unit = call.choice('unit', UNITS) ?? 'DAYS';
  if (end < start || end - start > LONGEST_MS) throw new Refused(5002, 'the range must be at most one month');
  const names = attrs.split(',');
  for (const name of names) {
    const datapoint = device.product.datapoints.find((candidate) => candidate.name === name);
    if (!datapoint || !isNumeric(datapoint)) throw new Refused(5401, `attr ${name} is not a numeric datapoint`);
  }
  const buckets = new Map<string, Map<string, Sum>>();
  const from = Math.max(start, device.createdAt);
  for (const { at, entry } of reportsBetween(device, from, Math.min(end, call.world.now()))) {
    const key = label(at, unit);
    const bucket = buckets.get(key) ?? new Map<string, Sum>();
    buckets.set(key, bucket);
    for (const name of names) {
      const value = valueIn(device, entry, name);
      if (value === undefined) continue;
      const sum = bucket.get(name) ?? {
        count: 0,
        sum: 0,
        max: Number.NEGATIVE_INFINITY,
        min: Number.POSITIVE_INFINITY,
      };
      sum.count++;
      sum.sum += value;
      sum.max = Math.max(sum.max, value);
      sum.min = Math.min(sum.min, value);
      bucket.set(name, sum);
    }
  }
  const data = [...buckets].map(([datetime, sums]) => ({
    attrs: Object.fromEntries(
      [...sums].map(([name, sum]) => [name, round(aggregator === 'avg' ? sum.sum / sum.count : sum[aggregator])]),
    ),
    datetime,
  }));
  return { query: { start_ts: start, end_ts: end, attrs, aggregator, unit, did: device.did }, data };
}
