import { accepts } from '../../cloud/catalogue';
import type { Clock } from '../../cloud/clock';
import { badInput } from '../../cloud/errors';
import { excerpt, isPlainObject, toInteger } from '../../cloud/input';
import { type Call, metaOf } from './call';
import { type ApiRecord, badShape, type Page, throwIfAborted } from './paging';
import { AGGREGATE_UNITS, type AggregateUnit, cutAtPeriods, type Order, periodStart } from './windows';

export const AGGREGATORS = ['sum', 'avg', 'max', 'min'] as const;
export type Aggregator = (typeof AGGREGATORS)[number];

/** Which aggregates of a device to read. Times are epoch milliseconds, both ends counted. */
export interface AggregateQuery {
  kind: 'aggregate';
  did: string;
  startMs: number;
  /** A time in the future means now. */
  endMs: number;
  order: Order;
  /** Numeric datapoints, at least one. */
  attrs: readonly string[];
  aggregator: Aggregator;
  unit: AggregateUnit;
  /** Records to give at most; 0 for all. */
  limit: number;
  signal?: AbortSignal;
  clock: Clock;
}

/**
 * Aggregates of a device over any range, a page a window of at most a month (`device.aggregate`). Records are the API's,
 * `{datetime, attrs}`, with `time` (ISO 8601), the beginning of the period in the cloud's zone.
 *
 * Windows are cut where periods begin. Should the cloud count its days in another zone, the period at a seam comes in two
 * parts: sums, maxima and minima are put together; two averages cannot be, and are given as they came.
 *
 * @throws CloudError `GIZ_BAD_INPUT`, `GIZ_CLOSED`, `GIZ_BAD_RESPONSE`, whatever `call` throws
 */
export async function* aggregate(call: Call, query: AggregateQuery): AsyncGenerator<Page, void, undefined> {
  const { did, order, aggregator, unit, signal } = query;
  const limit =
    toInteger(query.limit, 'limit', { min: 0, accepted: accepts('integerFrom', { min: 0 }) }) ||
    Number.POSITIVE_INFINITY;
  oneOf(AGGREGATORS, aggregator, 'aggregator');
  oneOf(AGGREGATE_UNITS, unit, 'unit');
  if (query.attrs.length === 0) throw badInput('noItems', { field: 'attrs', accepted: accepts('names') });

  const end = Math.min(query.endMs, query.clock.now());
  const windows = [...cutAtPeriods({ start: query.startMs, end }, unit)];
  if (order === 'desc') windows.reverse();
  let held: ApiRecord | undefined;
  let given = 0;
  for (const [index, window] of windows.entries()) {
    throwIfAborted(signal);
    const params = { did, start_ts: window.start, end_ts: window.end, attrs: query.attrs.join(), aggregator, unit };
    const reply = await call('device.aggregate', params, { signal });
    let records = readPeriods(reply.body, unit, order);
    if (held) records = joined(held, records, aggregator);
    let last = index === windows.length - 1;
    held = last ? undefined : records.pop();
    const page: Page = { page: index + 1, records, meta: metaOf(reply), window };
    if (given + records.length >= limit) {
      if (given + records.length > limit || held || !last) page.truncated = true;
      page.records = records.slice(0, limit - given);
      last = true;
    }
    given += page.records.length;
    if (last) page.last = true;
    yield page;
    if (last) return;
  }
}

function oneOf(values: readonly string[], value: unknown, field: string): void {
  if (!values.includes(value as string)) {
    throw badInput('value', { field, given: excerpt(value), accepted: values.join(' | ') });
  }
}

/** The records of a reply in `order`. The sister API writes `datatime`; both names are read. */
function readPeriods(body: unknown, unit: AggregateUnit, order: Order): ApiRecord[] {
  const data = isPlainObject(body) ? body.data : undefined;
  if (!Array.isArray(data) || !data.every(isPlainObject)) throw badShape('data');
  const dated = data.map((record) => ({ record, start: periodStart(record.datetime ?? record.datatime, unit) }));
  const direction = order === 'asc' ? 1 : -1;
  dated.sort((a, b) => direction * ((a.start ?? 0) - (b.start ?? 0)));
  return dated.map(({ record, start }) =>
    start === undefined ? { ...record } : { ...record, time: new Date(start).toISOString() },
  );
}

/** Puts the record held at the seam in front of the next window's, into one where both are parts of one period. */
function joined(held: ApiRecord, records: ApiRecord[], aggregator: Aggregator): ApiRecord[] {
  const [first, ...others] = records;
  const parts = held.time !== undefined && held.time === first?.time && aggregator !== 'avg';
  if (!parts) return [held, ...records];
  return [{ ...held, attrs: combined(held.attrs, first.attrs, aggregator) }, ...others];
}

function combined(a: unknown, b: unknown, aggregator: Exclude<Aggregator, 'avg'>): unknown {
  if (!isPlainObject(a) || !isPlainObject(b)) return a ?? b;
  const result: Record<string, unknown> = { ...b, ...a };
  for (const name of Object.keys(result)) {
    if (!Object.hasOwn(a, name) || !Object.hasOwn(b, name)) continue;
    const [one, other] = [Number(a[name]), Number(b[name])];
    if (aggregator === 'sum') result[name] = one + other;
    else result[name] = aggregator === 'max' ? Math.max(one, other) : Math.min(one, other);
  }
  return result;
}
