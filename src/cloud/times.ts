import { types } from 'node:util';
import { accepts } from './catalogue';
import type { Clock } from './clock';
import { badInput, type CloudError } from './errors';
import { excerpt } from './input';

/** Numbers below this are epoch seconds, from here on epoch milliseconds (10^11 s is the year 5138; 10^11 ms is 1973). */
const FIRST_MILLISECONDS = 1e11;

/** The end of the year 9999, epoch milliseconds: beyond it lie only microseconds and other misread units. */
const LAST_INSTANT = 253_402_300_799_999;

/** What "now" is. */
type WallClock = Pick<Clock, 'now'>;

const SECOND = 1000;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
  d: 86_400 * SECOND,
  w: 604_800 * SECOND,
};

const RELATIVE = /^-(\d{1,9}(?:\.\d{1,9})?)([smhdw])$/;
const NUMERIC = /^\d{1,16}(?:\.\d{1,9})?$/;
const OFFSET = '(Z|[+-]\\d{2}(?::?\\d{2})?)?';
const EXTENDED = new RegExp(
  `^(\\d{4})-(\\d{2})-(\\d{2})(?:[T ](\\d{2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?${OFFSET})?$`,
  'i',
);
const BASIC = new RegExp(`^(\\d{4})(\\d{2})(\\d{2})T(\\d{2})(\\d{2})(?:(\\d{2})(?:[.,](\\d{1,9}))?)?${OFFSET}$`, 'i');

/**
 * Reads an instant in any of the forms that the nodes accept, as epoch milliseconds:
 *
 * - a valid Date;
 * - epoch milliseconds, or epoch seconds when the number is below 10^11, also as decimal text. Text of four digits, or
 *   of eight that are a calendar date (`2026`, `20260105`), is refused, because a date was meant and 1970 would be read;
 * - ISO 8601, extended (`2026-01-05`, `2026-01-05T08:00:00.5+08:00`, a space for the `T`) or basic with a time
 *   (`20260105T080000Z`). Without an offset it is the machine's zone, for a date alone too, where JavaScript would take
 *   UTC. A wall time that a change of clocks skips is moved on by the skipped hour; of one that occurs twice the first is
 *   taken. `24:00` is the next midnight, and a leap second the second after it;
 * - `now`;
 * - a distance back from now: `-90s -15m -6h -2d -4w`, also with a fraction. A day is 24 hours, a week seven of these.
 *   There is no `+`: nothing that the clouds keep lies in the future.
 *
 * @param field name of the field or message property, for the error's text
 * @throws CloudError `GIZ_BAD_INPUT` for anything else, an empty value included; what empty means is the caller's to say,
 *   see {@link parseOptionalTime}
 */
export function parseTime(value: unknown, field: string, clock: WallClock): number {
  const time = readTime(value, clock);
  if (time === undefined || !(time >= 0 && time <= LAST_INSTANT)) throw notATime(value, field);
  return Math.round(time);
}

/** As {@link parseTime}, but undefined, null and blank text are no time at all: undefined. */
export function parseOptionalTime(value: unknown, field: string, clock: WallClock): number | undefined {
  if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return undefined;
  return parseTime(value, field, clock);
}

function notATime(value: unknown, field: string): CloudError {
  return badInput('value', { field, given: excerpt(value), accepted: accepts('time') });
}

/** Epoch milliseconds, or undefined (or NaN) for what is no time. */
function readTime(value: unknown, clock: WallClock): number | undefined {
  // Not instanceof: a Date made in a function node comes from another realm.
  if (types.isDate(value)) return value.getTime();
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text.toLowerCase() === 'now') return clock.now();
  const relative = RELATIVE.exec(text);
  if (relative) return clock.now() - Number(relative[1]) * UNIT_MS[relative[2]];
  if (NUMERIC.test(text)) return looksLikeDate(text) ? undefined : fromEpoch(Number(text));
  const calendar = EXTENDED.exec(text) ?? BASIC.exec(text);
  return calendar ? fromCalendar(calendar) : undefined;
}

function fromEpoch(number: number): number {
  return number < FIRST_MILLISECONDS ? number * SECOND : number;
}

function looksLikeDate(digits: string): boolean {
  if (/^\d{4}$/.test(digits)) return true;
  const date = /^(\d{4})(\d{2})(\d{2})$/.exec(digits);
  return date !== null && isDate(Number(date[1]), Number(date[2]), Number(date[3]));
}

function isDate(year: number, month: number, day: number): boolean {
  if (year < 1970 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function fromCalendar(match: RegExpExecArray): number | undefined {
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  if (!isDate(year, month, day)) return undefined;
  const fraction = Number(`0.${match[7] ?? '0'}`);
  const endOfDay = hour === 24 && minute === 0 && second === 0 && fraction === 0;
  if ((hour > 23 && !endOfDay) || minute > 59) return undefined;
  if (second > 59 && !(second === 60 && minute === 59)) return undefined;
  const millisecond = Math.round(fraction * SECOND);
  const offset = offsetMs(match[8]);
  if (offset === undefined) return new Date(year, month - 1, day, hour, minute, second, millisecond).getTime();
  return Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - offset;
}

/** Milliseconds east of UTC; undefined without an offset, NaN for one that no place on Earth has. */
function offsetMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text.toUpperCase() === 'Z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3).replace(':', '') || 0);
  if (hours * 60 + minutes > 14 * 60 || minutes > 59) return Number.NaN;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * UNIT_MS.m;
}
