import { type Cycle, dayOf, type Period, parseDay, parsePeriod, periodsBetween } from '../world/calendar';
import type { Call } from './call';
import { Refused } from './errors';

/** How many periods a history report covers at most. */
const LIMITS: Readonly<Record<Cycle, number>> = { date: 30, week: 53, month: 12 };

/** What a report by periods was asked for. */
export interface PeriodQuery {
  gid: string | null;
  cycle: Cycle;
  start: string;
  end: string;
  /** The periods that have begun, oldest first. */
  periods: readonly Period[];
}

/** Reads cycle, start and end: 30 days, 53 weeks or 12 months at most, in the cycle's own notation. */
export function periodQuery(call: Call): PeriodQuery {
  const cycle = call.choice('cycle', ['date', 'week', 'month']) ?? 'date';
  const start = call.required('start');
  const end = call.required('end');
  const first = parsePeriod(start, cycle);
  const last = parsePeriod(end, cycle);
  if (!first || !last) throw new Refused(5002, `start and end are not written as cycle ${cycle} wants them`);
  if (last.from < first.from) throw new Refused(5002, 'end is before start');
  const periods = periodsBetween(first, last, cycle, LIMITS[cycle] + 1);
  if (periods.length > LIMITS[cycle]) throw new Refused(5002, `at most ${LIMITS[cycle]} periods of cycle ${cycle}`);
  const now = call.world.now();
  return { gid: call.text('gid') ?? null, cycle, start, end, periods: periods.filter(({ from }) => from <= now) };
}

/** The answer of a report by periods: each row carries its period under the cycle's name. */
export function periodReport(query: PeriodQuery, row: (period: Period) => Record<string, unknown>): object {
  const { gid, cycle, start, end, periods } = query;
  return { start, gid, end, data: periods.map((period) => ({ ...row(period), [cycle]: period.label })), cycle };
}

const DAYS_LIMIT = 366;

/** Two dates under the given names as day numbers, both inclusive; undefined for one that is absent. */
export function dayRange(
  call: Call,
  startName: string,
  endName: string,
  defaults?: { start: number; end: number },
): { start: number; end: number } {
  const read = (name: string, fallback: number | undefined): number => {
    const text = fallback === undefined ? call.required(name) : call.text(name);
    const day = text === undefined ? fallback : parseDay(text);
    if (day === undefined) throw new Refused(5002, `${name} is not a date as YYYY-MM-DD`);
    return day;
  };
  const start = read(startName, defaults?.start);
  const end = read(endName, defaults?.end);
  if (end < start) throw new Refused(5002, `${endName} is before ${startName}`);
  if (end - start >= DAYS_LIMIT) throw new Refused(5002, `at most ${DAYS_LIMIT} days`);
  return { start, end: Math.min(end, dayOf(call.world.now())) };
}
