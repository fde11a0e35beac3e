/** Order of a listing by time. */
export type Order = 'asc' | 'desc';

/** One query's span of time. Whole seconds for the logs, whole milliseconds for aggregates; both ends may count. */
export interface Window {
  start: number;
  end: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The cloud counts days in China's zone, which has no change of clocks. */
const CLOUD_OFFSET_MS = 8 * HOUR_MS;

/** Four weeks: within one month whichever month is meant. */
const AGGREGATE_SPAN_MS = 28 * DAY_MS;

/** 1970-01-05 was a Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/**
 * Cuts a range of whole seconds into windows shorter than `limit` seconds, in the order in which they are to be read.
 *
 * Neighbours share their border second, because the documents do not say whether the cloud counts the end of a window in:
 * were the next one to begin a second later, a cloud that does not, or one that compares fractions of a second, would
 * give the records of that second to neither. What comes twice is dropped at the seam.
 * An empty range is one window of a second.
 */
export function* cutWindows(range: Window, limit: number, order: Order): Generator<Window> {
  const longest = limit - 1;
  const end = Math.max(range.end, range.start + 1);
  if (order === 'asc') {
    for (let from = range.start; from < end; from += longest) yield { start: from, end: Math.min(from + longest, end) };
  } else {
    for (let to = end; to > range.start; to -= longest) yield { start: Math.max(to - longest, range.start), end: to };
  }
}

/** Periods over which the cloud aggregates. */
export const AGGREGATE_UNITS = ['HOURS', 'DAYS', 'WEEKS', 'MONTHS'] as const;
export type AggregateUnit = (typeof AGGREGATE_UNITS)[number];

/**
 * Cuts a range of milliseconds into windows of at most a month that begin and end where periods of `unit` do (in the
 * cloud's zone), so that no period is cut in two: its aggregate could not be put together again. A window ends a
 * millisecond before the next begins. Always ascending.
 */
export function* cutAtPeriods(range: Window, unit: AggregateUnit): Generator<Window> {
  for (let from = range.start; from <= range.end; ) {
    const next = nextBorder(from, unit);
    yield { start: from, end: Math.min(next - 1, range.end) };
    from = next;
  }
}

/** The last period border within a month after an instant. */
function nextBorder(ms: number, unit: AggregateUnit): number {
  const local = ms + CLOUD_OFFSET_MS;
  if (unit === 'MONTHS') {
    const date = new Date(local);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) - CLOUD_OFFSET_MS;
  }
  const origin = unit === 'WEEKS' ? FIRST_MONDAY_MS : 0;
  const period = unit === 'WEEKS' ? 7 * DAY_MS : DAY_MS;
  const begun = local - ((((local - origin) % period) + period) % period);
  return begun + AGGREGATE_SPAN_MS - CLOUD_OFFSET_MS;
}

const DATETIME: Readonly<Record<AggregateUnit, RegExp>> = {
  HOURS: /^(\d{4})(\d{2})(\d{2})(\d{2})$/,
  DAYS: /^(\d{4})(\d{2})(\d{2})$/,
  WEEKS: /^(\d{4})(\d{1,2})$/,
  MONTHS: /^(\d{4})(\d{2})$/,
};

/**
 * Where the period of an aggregate begins, epoch milliseconds, from its `datetime`: `2015072010`, `20150720`, `201529`,
 * `201507`. Weeks count as in strftime's `%W` (from Monday; days before the year's first Monday are week 0): so the
 * documents' week 201529 holds the 20 July 2015 of their other samples, which is in ISO week 30. Weeks from Sunday would
 * fit as well, but this cloud's other weeks begin on Monday.
 * Undefined for text that is no such period.
 */
export function periodStart(datetime: unknown, unit: AggregateUnit): number | undefined {
  const match = DATETIME[unit].exec(String(datetime));
  if (!match) return undefined;
  const [year, second, day = 1, hour = 0] = match.slice(1).map(Number);
  if (unit === 'WEEKS') {
    const newYear = Date.UTC(year, 0, 1);
    const firstMonday = newYear + ((8 - new Date(newYear).getUTCDay()) % 7) * DAY_MS;
    if (second > 53) return undefined;
    return Math.max(newYear, firstMonday + (second - 1) * 7 * DAY_MS) - CLOUD_OFFSET_MS;
  }
  if (second < 1 || second > 12 || day < 1 || day > 31 || hour > 23) return undefined;
  return Date.UTC(year, second - 1, day, hour) - CLOUD_OFFSET_MS;
}
