/**
 * The cloud's calendar. Days, weeks and months of the reports are those of Asia/Shanghai, which is UTC+8 all year round,
 * so plain arithmetic serves.
 */

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const OFFSET = 8 * HOUR;

/** The three periods by which the reports count. */
export type Cycle = 'date' | 'week' | 'month';

/** A stretch of days: `from` inclusive, `to` exclusive, epoch milliseconds; `label` as the cloud prints it. */
export interface Period {
  label: string;
  from: number;
  to: number;
}

/** Number of the day (days since 1970-01-01 in Shanghai) that holds an instant. */
export function dayOf(ms: number): number {
  return Math.floor((ms + OFFSET) / DAY);
}

/** First instant of a numbered day, epoch milliseconds. */
export function startOfDay(day: number): number {
  return day * DAY - OFFSET;
}

function civil(day: number): { year: number; month: number; date: number } {
  const utc = new Date(day * DAY);
  return { year: utc.getUTCFullYear(), month: utc.getUTCMonth() + 1, date: utc.getUTCDate() };
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `2017-12-07`. */
export function dayText(day: number): string {
  const { year, month, date } = civil(day);
  return `${year}-${two(month)}-${two(date)}`;
}

/** `2017-12-07 10:12:45`, wall time of Shanghai. */
export function dateTimeText(ms: number): string {
  const utc = new Date(ms + OFFSET);
  return `${dayText(dayOf(ms))} ${two(utc.getUTCHours())}:${two(utc.getUTCMinutes())}:${two(utc.getUTCSeconds())}`;
}

/** Number of the day written as `YYYY-MM-DD`, or undefined when that is no date. */
export function parseDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const day = Math.floor(Date.parse(`${text}T00:00:00Z`) / DAY);
  return Number.isNaN(day) || dayText(day) !== text ? undefined : day;
}

/** ISO year and week (Monday first, week 1 holds the year's first Thursday) of a numbered day. */
export function weekOf(day: number): { year: number; week: number } {
  const thursday = day - ((day + 3) % 7) + 3;
  const { year } = civil(thursday);
  const newYear = Math.floor(Date.UTC(year, 0, 1) / DAY);
  return { year, week: Math.floor((thursday - newYear) / 7) + 1 };
}

/**
 * Year and week of a numbered day as aggregates write them: how many Mondays the year has had so far, none in the days
 * before its first. The documents write 2015-07-20, a Monday, as week 29, which is 30 by ISO.
 */
export function mondaysOf(day: number): { year: number; week: number } {
  const { year } = civil(day);
  const monday = day - ((day + 3) % 7);
  return { year, week: Math.floor((monday - Math.floor(Date.UTC(year, 0, 1) / DAY)) / 7) + 1 };
}

/** Number of the Monday that begins an ISO week. */
function mondayOf(year: number, week: number): number {
  const fourth = Math.floor(Date.UTC(year, 0, 4) / DAY);
  return fourth - ((fourth + 3) % 7) + (week - 1) * 7;
}

function period(label: string, firstDay: number, endDay: number): Period {
  return { label, from: startOfDay(firstDay), to: startOfDay(endDay) };
}

/** The period of that kind that holds a numbered day. */
export function periodOf(day: number, cycle: Cycle): Period {
  if (cycle === 'date') return period(dayText(day), day, day + 1);
  if (cycle === 'week') {
    const { year, week } = weekOf(day);
    const monday = mondayOf(year, week);
    return period(`${year}-${two(week)}`, monday, monday + 7);
  }
  const { year, month } = civil(day);
  return period(`${year}-${two(month)}`, Date.UTC(year, month - 1, 1) / DAY, Date.UTC(year, month, 1) / DAY);
}

/** Reads `YYYY-MM-DD`, `YYYY-WW` or `YYYY-MM`, whichever the cycle asks for; undefined when it is not one. */
export function parsePeriod(text: string, cycle: Cycle): Period | undefined {
  if (cycle === 'date') {
    const day = parseDay(text);
    return day === undefined ? undefined : periodOf(day, cycle);
  }
  const match = /^(\d{4})-(\d{2})$/.exec(text);
  if (!match) return undefined;
  const year = Number(match[1]);
  const number = Number(match[2]);
  const day = cycle === 'week' ? mondayOf(year, number) : Math.floor(Date.UTC(year, number - 1, 1) / DAY);
  const found = periodOf(day, cycle);
  return found.label === text ? found : undefined;
}

/** The periods from one to another, both included, oldest first; at most `limit` of them are made. */
export function periodsBetween(first: Period, last: Period, cycle: Cycle, limit: number): Period[] {
  const periods: Period[] = [];
  for (let next = first; next.from <= last.from && periods.length < limit; next = periodOf(dayOf(next.to), cycle)) {
    periods.push(next);
  }
  return periods;
}
