import { accepts } from '../../src/cloud/catalogue';
import { badInput } from '../../src/cloud/errors';
import { excerpt, toBoolean } from '../../src/cloud/input';
import type { TypedField } from './typed-fields';

/**
 * A whole number from an evaluated field; absent or blank is the fallback.
 * @throws CloudError GIZ_BAD_INPUT naming the field and its bounds.
 */
export function countOf(
  field: TypedField,
  value: unknown,
  bounds: { fallback: number; min: number; max?: number },
): number {
  if (value === undefined || value === null || value === '') return bounds.fallback;
  const number = typeof value === 'string' ? Number(value) : value;
  const { min, max } = bounds;
  const accepted = max === undefined ? accepts('integerFrom', { min }) : accepts('integerRange', { min, max });
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
    throw badInput('integer', { field: field.name, given: excerpt(value), accepted });
  }
  if (number < min || number > (max ?? Number.MAX_SAFE_INTEGER)) {
    throw badInput('range', { field: field.name, given: excerpt(value), accepted });
  }
  return number;
}

/** Seconds from an evaluated field, fractions allowed, as milliseconds. */
export function secondsOf(
  field: TypedField,
  value: unknown,
  bounds: { fallback: number; min: number; max: number },
): number {
  if (value === undefined || value === null || value === '') return bounds.fallback * 1000;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= bounds.min && number <= bounds.max)) {
    throw badInput('range', { field: field.name, given: excerpt(value), accepted: accepts('secondsRange', bounds) });
  }
  return number * 1000;
}

/**
 * The word that a select field of a dialog has saved; absent or blank is the first of the choices.
 * @throws CloudError GIZ_BAD_INPUT naming the field and the choices
 */
export function choiceOf<Word extends string>(
  field: string,
  saved: unknown,
  choices: readonly [Word, ...Word[]],
): Word {
  if (saved === undefined || saved === null || saved === '') return choices[0];
  const word = choices.find((choice) => choice === saved);
  if (word !== undefined) return word;
  throw badInput('value', { field, given: excerpt(saved), accepted: choices.join(' | ') });
}

/**
 * What a checkbox of a dialog has saved, or its words where `${ENV}` or a script has put it in; absent is the fallback.
 * @throws CloudError GIZ_BAD_INPUT naming the field
 */
export function switchOf(field: string, saved: unknown, fallback: boolean): boolean {
  return saved === undefined || saved === null || saved === '' ? fallback : toBoolean(saved, field);
}

/** A plain object from an evaluated field; absent is an empty one. */
export function objectOf(field: TypedField, value: unknown): Record<string, unknown> {
  if (value === undefined || value === null || value === '') return {};
  if (typeof value !== 'object' || Array.isArray(value) || Buffer.isBuffer(value)) {
    throw badInput('type', { field: field.name, given: excerpt(value), accepted: accepts('members') });
  }
  return value as Record<string, unknown>;
}

/** A list of texts from an evaluated field: an array, or text with commas; absent or empty is undefined. */
export function listOf(field: TypedField, value: unknown): string[] | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const list = typeof value === 'string' ? value.split(',').map((entry) => entry.trim()) : value;
  if (!Array.isArray(list) || list.some((entry) => typeof entry !== 'string' || entry === '')) {
    throw badInput('type', { field: field.name, given: excerpt(value), accepted: accepts('names') });
  }
  return list.length > 0 ? (list as string[]) : undefined;
}
