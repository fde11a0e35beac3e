import { badInput } from '../../src/cloud/errors';
import { excerpt } from '../../src/cloud/input';
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
  const accepted = `${bounds.min}..${bounds.max ?? ''}`;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
    throw badInput('integer', { field: field.name, given: excerpt(value), accepted });
  }
  if (number < bounds.min || number > (bounds.max ?? Number.MAX_SAFE_INTEGER)) {
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
    throw badInput('range', { field: field.name, given: excerpt(value), accepted: `${bounds.min}..${bounds.max} (s)` });
  }
  return number * 1000;
}

/** A plain object from an evaluated field; absent is an empty one. */
export function objectOf(field: TypedField, value: unknown): Record<string, unknown> {
  if (value === undefined || value === null || value === '') return {};
  if (typeof value !== 'object' || Array.isArray(value) || Buffer.isBuffer(value)) {
    throw badInput('type', { field: field.name, given: excerpt(value), accepted: '{…}' });
  }
  return value as Record<string, unknown>;
}

/** A list of texts from an evaluated field: an array, or text with commas; absent or empty is undefined. */
export function listOf(field: TypedField, value: unknown): string[] | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const list = typeof value === 'string' ? value.split(',').map((entry) => entry.trim()) : value;
  if (!Array.isArray(list) || list.some((entry) => typeof entry !== 'string' || entry === '')) {
    throw badInput('type', { field: field.name, given: excerpt(value), accepted: 'string[]' });
  }
  return list.length > 0 ? (list as string[]) : undefined;
}
