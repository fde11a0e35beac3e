import { accepts } from '../../cloud/catalogue';
import type { NestedText } from '../../texts';
import { decimalsOf, toDecimals } from './decimals';
import type { Datapoint } from './schema';

/** Why a value is none for a datapoint. */
export interface Trouble {
  /** Key of the text, below `errors.input`. */
  key: 'boolean' | 'position' | 'value' | 'type' | 'range' | 'bytes' | 'noItems' | 'length';
  /** What is accepted. */
  accepted?: NestedText;
  /** What to show as given, where that is not the value itself. */
  given?: number;
  /** Whether a newer definition of the product could lift it. */
  mismatch?: true;
}

/** A value in the form that goes on the wire, or why it has none. */
export type Formed<T> = { value: T; trouble?: undefined } | { trouble: Trouble };

/** Names listed at most in an error text. */
const MOST_NAMES = 12;

/** How far a value may lie off its step, in steps: what binary fractions add, and no more. */
const STEP_TOLERANCE = 1e-6;

/** A boolean; 1 and 0 stand for true and false. */
export function formBool(value: unknown): Formed<boolean> {
  if (value === true || value === 1) return { value: true };
  if (value === false || value === 0) return { value: false };
  return { trouble: { key: 'boolean', accepted: accepts('boolean') } };
}

/** One of the values of an `enum`, as its text or by its position. */
export function formEnum(values: readonly string[], value: unknown): Formed<string> {
  if (typeof value === 'string' && values.includes(value)) return { value };
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < values.length) {
    const meant = values[value as number] as string;
    // With values such as "1", "2", "3" the number 1 could be the first value or the position of the second.
    if (values.includes(String(value)) && meant !== String(value)) return { trouble: { key: 'position' } };
    return { value: meant };
  }
  const accepted = accepts('enum', {
    values: namesOf(values.map((text) => JSON.stringify(text))),
    last: values.length - 1,
  });
  return { trouble: { key: 'value', accepted, mismatch: true } };
}

/** A number in range and on its step. */
export function formNumber({ min = 0, max = 0, step = 1 }: Datapoint, value: unknown): Formed<number> {
  const accepted = accepts('numberRange', { min, max, step });
  if (typeof value !== 'number' || !Number.isFinite(value)) return { trouble: { key: 'type', accepted } };
  const steps = Math.round((value - min) / step);
  const exact = toDecimals(min + steps * step, Math.max(decimalsOf(min), decimalsOf(step)));
  const offStep = Math.abs(value - exact) > step * STEP_TOLERANCE;
  const near = offStep ? value : exact;
  if (near < min || near > max) return { trouble: { key: 'range', accepted, mismatch: true } };
  if (offStep) return { trouble: { key: 'value', accepted, mismatch: true } };
  return { value: exact };
}

/**
 * Hex digits in lower case, padded with zeros on the right to the declared length.
 * @param hex the digits, or undefined for what is none
 * @param coding how the author was asked to write bytes, for the text of what is accepted
 */
export function formBytes(
  length: number | undefined,
  hex: string | undefined,
  coding: 'hex' | 'base64' = 'hex',
): Formed<string> {
  const accepted = length === undefined ? accepts('bytesOrText', { coding }) : accepts('bytesMax', { coding, length });
  if (hex === undefined) return { trouble: { key: 'bytes', accepted } };
  if (hex === '') return { trouble: { key: 'noItems', accepted } };
  const digits = length === undefined ? 0 : length * 2;
  if (length !== undefined && hex.length > digits) {
    return { trouble: { key: 'length', given: Math.ceil(hex.length / 2), accepted, mismatch: true } };
  }
  return { value: hex.padEnd(digits, '0') };
}

/**
 * Hex digits in lower case; undefined for other text. An odd number of them only where padding completes the last byte:
 * `1234567` for five bytes is `1234567000`, as the documents do it.
 */
export function hexDigits(text: string, length: number | undefined): string | undefined {
  if (!/^[0-9a-f]*$/i.test(text)) return undefined;
  return text.length % 2 === 0 || length !== undefined ? text.toLowerCase() : undefined;
}

/** Names in an error text, not too many of them. */
export function namesOf(names: readonly string[]): string {
  return names.length > MOST_NAMES ? `${names.slice(0, MOST_NAMES).join(', ')}, …` : names.join(', ');
}
