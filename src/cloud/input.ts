import type { TextParams } from '../texts';
import { bytesOf, type Coding, decodeText } from './bytes';
import { accepts, DATE_NOTATION, type DateForm, type IdKind } from './catalogue';
import { badInput, CloudError } from './errors';

/** Names that would reach a prototype instead of a property. */
export const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Levels of objects and arrays inside one value; no documented body needs more than four. */
const MAX_DEPTH = 32;

/** Longest excerpt of a refused value in an error text, in characters. */
const EXCERPT_LENGTH = 60;

/**
 * Allow-lists of ids. Percent encoding does not stop `.` and `..`, which servers resolve as path segments, so ids are
 * refused by list and never cleaned. MAC addresses come as hex of either case, as `virtual:site` (the virtual device of
 * the Gizwits site) and as IMEI numbers; case is significant in all of them.
 */
const ID_PATTERN: Readonly<Record<IdKind, RegExp>> = {
  id: /^[A-Za-z0-9_-]{1,64}$/,
  mac: /^[A-Za-z0-9:_-]{1,64}$/,
  name: /^[^\p{Cc}\p{Surrogate},]{1,128}$/u,
};

/** Control characters, line separators, and halves of a surrogate pair, which no UTF-8 can carry. */
const UNSAFE_TEXT = /[\p{Cc}\p{Surrogate}\u2028\u2029]/u;

/** Characters that may stand in an HTTP header without quoting or folding. */
const HEADER_TEXT = /^[\x21-\x7e]+$/;

/** An incomplete or contradictory configuration: nothing was sent. `textKey` is below `errors.config`. */
export function configError(textKey: string, textParams: TextParams): CloudError {
  return new CloudError({ code: 'GIZ_CONFIG', textKey: `errors.config.${textKey}`, textParams, outcome: 'not-sent' });
}

/** A short picture of a value for error texts, in JSON-like notation that needs no translation. */
export function excerpt(value: unknown): string {
  if (typeof value === 'string') return cut(JSON.stringify(value));
  if (typeof value === 'function' || typeof value === 'symbol') return typeof value;
  if (Array.isArray(value)) return `[${value.length}]`;
  if (ArrayBuffer.isView(value)) return `Buffer[${value.byteLength}]`;
  if (typeof value === 'object' && value !== null) return isPlainObject(value) ? '{…}' : tagOf(value);
  return cut(String(value));
}

function cut(text: string): string {
  return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Objects made by `{}` or `Object.create(null)`, in this realm or in that of a Function node. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || tagOf(value) !== 'Object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether a value counts as not given. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** @throws CloudError GIZ_BAD_INPUT when `name` is empty, or would reach a prototype. */
export function checkName(name: string, field: string): void {
  if (name === '' || FORBIDDEN_NAMES.has(name)) throw badInput('forbiddenName', { field, given: name || '""' });
}

/**
 * Copies a JSON value into objects without a prototype, so that no name in it can mean anything but itself.
 * Properties that are undefined are left out, as JSON does.
 * @throws CloudError GIZ_BAD_INPUT for names that are empty or reach a prototype, for what JSON cannot carry and for deep
 *   nesting.
 */
export function copyJson(value: unknown, field: string, depth = 0): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return wellFormed(value, field);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (depth >= MAX_DEPTH) throw badInput('depth', { field, accepted: MAX_DEPTH });
  if (Array.isArray(value)) return Array.from(value, (entry) => copyJson(entry, field, depth + 1));
  if (isPlainObject(value)) return copyMembers(value, field, depth);
  throw badInput('json', { field, given: excerpt(value), accepted: accepts('json') });
}

/**
 * Copies an object with free names, such as datapoint values, as {@link copyJson} does.
 * @throws CloudError GIZ_BAD_INPUT when it is no plain object, or for what it holds.
 */
export function copyObject(value: unknown, field: string): Record<string, unknown> {
  if (!isPlainObject(value)) throw badInput('type', { field, given: excerpt(value), accepted: accepts('object') });
  return copyMembers(value, field, 0);
}

function copyMembers(value: Record<string, unknown>, field: string, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(value)) {
    checkName(name, field);
    wellFormed(name, field);
    if (value[name] !== undefined) copy[name] = copyJson(value[name], field, depth + 1);
  }
  return copy;
}

function wellFormed(text: string, field: string): string {
  if (/\p{Surrogate}/u.test(text)) throw badInput('text', { field, given: excerpt(text), accepted: accepts('json') });
  return text;
}

/** Text without control characters; whole numbers are written out. Length in characters as JavaScript counts them. */
export function toText(value: unknown, field: string, max: number): string {
  const accepted = accepts('text', { max });
  const text = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string') throw badInput('type', { field, given: excerpt(value), accepted });
  if (text === '' || text.length > max) throw badInput('length', { field, given: excerpt(value), accepted });
  if (UNSAFE_TEXT.test(text)) throw badInput('text', { field, given: excerpt(value), accepted });
  return text;
}

/** Whether a text is an id of the given kind as it stands. */
export function isId(text: string, kind: IdKind = 'id'): boolean {
  return ID_PATTERN[kind].test(text);
}

/** An id of the given kind, unchanged; whole numbers (an IMEI, say) are written out. */
export function toId(value: unknown, field: string, kind: IdKind = 'id'): string {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string') throw badInput('type', { field, given: excerpt(value), accepted: accepts(kind) });
  if (!isId(text, kind)) {
    throw badInput(kind === 'mac' ? 'mac' : 'id', { field, given: excerpt(value), accepted: accepts(kind) });
  }
  return text;
}

/** Text that can stand in an HTTP header. The error never quotes the value: it may be a secret. */
export function toHeaderText(value: string, field: string): string {
  if (!HEADER_TEXT.test(value)) throw badInput('text', { field, given: '***', accepted: 'ASCII' });
  return value;
}

/** A whole number, or its decimal text, within bounds that are both included. */
export function toInteger(
  value: unknown,
  field: string,
  bounds: { min?: number; max?: number; accepted: TextParams[string] },
): number {
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  const given = excerpt(value);
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
    throw badInput('integer', { field, given, accepted: bounds.accepted });
  }
  if (number < (bounds.min ?? -Infinity) || number > (bounds.max ?? Infinity)) {
    throw badInput('range', { field, given, accepted: bounds.accepted });
  }
  return number;
}

/** A boolean, also as 1, 0, or as any of these in text of either case, because forms and other systems write it so. */
export function toBoolean(value: unknown, field: string): boolean {
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (word === true || word === 1 || word === '1' || word === 'true') return true;
  if (word === false || word === 0 || word === '0' || word === 'false') return false;
  throw badInput('boolean', { field, given: excerpt(value), accepted: accepts('boolean') });
}

/** A list from an array, or from one text with commas between its entries; every entry goes through `read`. */
export function toList<T>(
  value: unknown,
  field: string,
  read: (entry: unknown, field: string) => T,
  limits: { max?: number; accepted: TextParams[string] },
): T[] {
  const entries: unknown = typeof value === 'string' ? value.split(',').map((entry) => entry.trim()) : value;
  const { accepted } = limits;
  if (!Array.isArray(entries)) throw badInput('type', { field, given: excerpt(value), accepted });
  if (entries.length === 0 || value === '') throw badInput('noItems', { field, given: excerpt(value), accepted });
  if (entries.length > (limits.max ?? Infinity)) throw badInput('items', { field, given: entries.length, accepted });
  return Array.from(entries, (entry, index) => read(entry, `${field}[${index}]`));
}

/**
 * Bytes in the form that the wire wants: an array of 0..255, or with a `coding` text in it.
 * Text is only read when a coding says what it is.
 */
export function toBytes(value: unknown, field: string, coding?: string): number[] | string {
  const known: Coding | undefined = coding === 'hex' || coding === 'base64' ? coding : undefined;
  const bytes = typeof value !== 'string' ? bytesOf(value) : known && decodeText(value, known);
  if (bytes === undefined) {
    const isText = typeof value === 'string' && known;
    const accepted = isText ? accepts(known) : accepts('bytes', { coding: 'binary_coding' });
    throw badInput('bytes', { field, given: excerpt(value), accepted });
  }
  if (bytes.length === 0) {
    throw badInput('noItems', {
      field,
      given: excerpt(value),
      accepted: accepts('bytes', { coding: 'binary_coding' }),
    });
  }
  if (typeof value === 'string') return value;
  return known ? bytes.toString(known) : Array.from(bytes);
}

const MS_PER_DAY = 86_400_000;

/**
 * Number of a calendar period on a line without gaps, so that two of the same form can be compared and counted:
 * days, ISO weeks or months. Undefined when the text is not a period of that form.
 */
export function periodNumber(text: string, form: DateForm): number | undefined {
  const match = (form === 'date' ? /^(\d{4})-(\d\d)-(\d\d)$/ : /^(\d{4})-(\d\d)$/).exec(text);
  if (!match) return undefined;
  const [year, second, day] = match.slice(1).map(Number);
  switch (form) {
    case 'month':
      return second >= 1 && second <= 12 ? year * 12 + second - 1 : undefined;
    case 'week':
      return second >= 1 && second <= 53 ? firstIsoWeek(year) + second - 1 : undefined;
    default: {
      const time = new Date(Date.UTC(year, second - 1, day));
      return time.toISOString().startsWith(text) ? time.getTime() / MS_PER_DAY : undefined;
    }
  }
}

/** Weeks from Monday 1969-12-29 to the Monday of ISO week 1, which is the week of 4 January. */
function firstIsoWeek(year: number): number {
  return Math.floor((Date.UTC(year, 0, 4) / MS_PER_DAY + 3) / 7);
}

/** A day, week or month in one of the accepted forms. */
export function toPeriod(value: unknown, field: string, forms: readonly DateForm[]): string {
  const accepted = forms.map((form) => DATE_NOTATION[form]).join(' | ');
  if (typeof value !== 'string') throw badInput('type', { field, given: excerpt(value), accepted });
  if (forms.every((form) => periodNumber(value, form) === undefined)) {
    throw badInput('date', { field, given: excerpt(value), accepted });
  }
  return value;
}
