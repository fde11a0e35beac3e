import { dateTimeText, dayOf, mondaysOf } from './calendar';
import type { Device } from './device';
import { reportsBetween, valueIn } from './history';

export const AGGREGATE_UNITS = ['HOURS', 'DAYS', 'WEEKS', 'MONTHS'] as const;
export const AGGREGATORS = ['sum', 'avg', 'max', 'min'] as const;

export interface AggregateQuery {
  /** Epoch milliseconds, both included. */
  from: number;
  to: number;
  /** Numeric datapoints. */
  names: readonly string[];
  aggregator: (typeof AGGREGATORS)[number];
  unit: (typeof AGGREGATE_UNITS)[number];
}

interface Sum {
  count: number;
  sum: number;
  max: number;
  min: number;
}

/** The period that holds an instant, as the cloud writes it: `2015072010`, `20150720`, `201529` or `201507`. */
export function periodLabel(ms: number, unit: AggregateQuery['unit']): string {
  const digits = dateTimeText(ms).replace(/\D/g, '');
  if (unit === 'HOURS') return digits.slice(0, 10);
  if (unit === 'DAYS') return digits.slice(0, 8);
  if (unit === 'MONTHS') return digits.slice(0, 6);
  const { year, week } = mondaysOf(dayOf(ms));
  return `${year}${String(week).padStart(2, '0')}`;
}

const round = (value: number): number => Number(value.toFixed(6));

/** Sums, averages or extremes of what a device reported, by period. */
export function aggregated(
  device: Device,
  { from, to, names, aggregator, unit }: AggregateQuery,
): { period: string; attrs: Record<string, number> }[] {
  const buckets = new Map<string, Map<string, Sum>>();
  for (const { at, entry } of reportsBetween(device, Math.max(from, device.createdAt), to)) {
    const key = periodLabel(at, unit);
    const bucket = buckets.get(key) ?? new Map<string, Sum>();
    buckets.set(key, bucket);
    for (const name of names) {
      const value = valueIn(device, entry, name);
      if (value === undefined) continue;
      const none = { count: 0, sum: 0, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY };
      const sum = bucket.get(name) ?? none;
      sum.count++;
      sum.sum += value;
      sum.max = Math.max(sum.max, value);
      sum.min = Math.min(sum.min, value);
      bucket.set(name, sum);
    }
  }
  return [...buckets].map(([period, sums]) => ({
    period,
    attrs: Object.fromEntries(
      [...sums].map(([name, sum]) => [name, round(aggregator === 'avg' ? sum.sum / sum.count : sum[aggregator])]),
    ),
  }));
}
