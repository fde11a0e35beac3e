import { accepts, DATE_NOTATION, type DateForm } from '../../cloud/catalogue';
import type { Clock } from '../../cloud/clock';
import { badInput } from '../../cloud/errors';
import { excerpt, isAbsent, periodNumber } from '../../cloud/input';
import { parseTime } from '../../cloud/times';

/**
 * The calendar of the reports: days, weeks and months of Asia/Shanghai, which has no change of clocks. Weeks are ISO 8601
 * weeks (Monday first; week 1 holds the year's first Thursday), written with the year that they belong to, so that
 * 2016-01-01 lies in `2015-53`. The documents only give a sample, `2016-51`; the other common ways of counting either
 * begin a week 0 or cut the week at new year in two, and nothing in the documents speaks of either.
 */

const DAY_MS = 86_400_000;
const CLOUD_OFFSET_MS = 8 * 3_600_000;

/** Monday 1969-12-29, from which {@link periodNumber} counts weeks, in days from 1970-01-01. */
const FIRST_MONDAY = -3;

/** Periods from one to another, both counted, in the cloud's notation. */
export interface PeriodRange {
  start: string;
  end: string;
}

/** The notation of a period by its number, the inverse of {@link periodNumber}. */
export function periodText(number: number, form: DateForm): string {
  switch (form) {
    case 'month':
      return `${padded(Math.floor(number / 12), 4)}-${padded((number % 12) + 1, 2)}`;
    case 'week': {
      // A week belongs to the year in which its Thursday lies.
      const thursday = dateOf(number * 7 + FIRST_MONDAY + 3);
      const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
      const week = Math.floor((thursday.getTime() - newYear) / DAY_MS / 7) + 1;
      return `${padded(thursday.getUTCFullYear(), 4)}-${padded(week, 2)}`;
    }
    default:
      return dateOf(number).toISOString().slice(0, 10);
  }
}

/** The number of the period, in the cloud's zone, that holds an instant given in epoch milliseconds. */
export function periodAt(ms: number, form: DateForm): number {
  return periodOfDay(Math.floor((ms + CLOUD_OFFSET_MS) / DAY_MS), form);
}

/**
 * Reads one end of a report's range as the number of a period.
 *
 * Text in the notation of the form is that very period; a calendar date (`2016-12-31`) is the cloud's day of that name,
 * or the week or month that holds it. Everything else is an instant in any form that {@link parseTime} takes, and
 * becomes the period that holds it in Asia/Shanghai.
 * @throws CloudError GIZ_BAD_INPUT; a week 53 that its year does not have is refused too
 */
export function readPeriod(value: unknown, field: string, form: DateForm, clock: Clock): number {
  const text = typeof value === 'string' ? value.trim() : value;
  if (typeof text === 'string') {
    if (/^\d{4}-\d\d$/.test(text)) {
      const number = form === 'date' ? undefined : periodNumber(text, form);
      if (number !== undefined && periodText(number, form) === text) return number;
      throw badInput('date', { field, given: excerpt(value), accepted: DATE_NOTATION[form] });
    }
    const day = periodNumber(text, 'date');
    if (day !== undefined) return periodOfDay(day, form);
  }
  if (isAbsent(text) || text === '') throw badInput('required', { field, accepted: periodForms(form) });
  return periodAt(parseTime(text, field, clock), form);
}

/**
 * Cuts a range into ranges of at most `most` periods, oldest first; they do not overlap.
 * @throws CloudError GIZ_BAD_INPUT when `end` lies before `start`
 */
export function cutPeriods(start: number, end: number, form: DateForm, most: number): PeriodRange[] {
  if (end < start) {
    throw badInput('order', {
      field: 'start, end',
      given: `${periodText(start, form)}, ${periodText(end, form)}`,
      accepted: accepts('ordered', { start: 'start', end: 'end' }),
    });
  }
  const ranges: PeriodRange[] = [];
  for (let from = start; from <= end; from += most) {
    ranges.push({ start: periodText(from, form), end: periodText(Math.min(from + most - 1, end), form) });
  }
  return ranges;
}

function periodForms(form: DateForm) {
  return accepts('period', { form: DATE_NOTATION[form], time: accepts('time') });
}

function periodOfDay(day: number, form: DateForm): number {
  if (form === 'date') return day;
  if (form === 'week') return Math.floor((day - FIRST_MONDAY) / 7);
  const date = dateOf(day);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function dateOf(day: number): Date {
  return new Date(day * DAY_MS);
}

function padded(number: number, length: number): string {
  return String(number).padStart(length, '0');
}
