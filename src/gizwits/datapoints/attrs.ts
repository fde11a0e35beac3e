import { types } from 'node:util';
import { bytesOf, type Coding, decodeText } from '../../cloud/bytes';
import { accepts } from '../../cloud/catalogue';
import { badInput, type CloudError } from '../../cloud/errors';
import { checkName, copyJson, excerpt, isPlainObject } from '../../cloud/input';
import type { NestedText } from '../../texts';
import { decimalsOf, toDecimals } from './decimals';
import { nearNames } from './near-names';
import { type Datapoint, datapointsByName, type Schema } from './schema';

/** Datapoint values by name, in the form that goes on the wire. */
export type Attrs = Record<string, unknown>;

/** Names listed at most in an error text. */
const MOST_NAMES = 12;

/** How far a value may lie off its step, in steps: what binary fractions add, and no more. */
const STEP_TOLERANCE = 1e-6;

/** Errors that a newer definition of the product could lift. */
const mismatches = new WeakSet<Error>();

/**
 * Whether an error says that values do not fit the schema (an unknown or read-only datapoint, an unknown enum value, a
 * number out of range, a binary too long), so that fetching the definition anew and checking once more may help.
 */
export function isSchemaMismatch(error: unknown): boolean {
  return error instanceof Error && mismatches.has(error);
}

/**
 * Copies datapoint values, an object or a Map by name, name by name without a schema; bytes become hex text, the API's default coding of binaries.
 * @throws CloudError `GIZ_BAD_INPUT` when `attrs` is no object, is empty, has a name that reaches a prototype at any
 *   depth, or a value that JSON cannot carry
 */
export function copyAttrs(attrs: unknown, field = 'attrs'): Attrs {
  return mapAttrs(attrs, field, plainValue);
}

/**
 * Checks datapoint values against the product's schema and gives them in the form that goes on the wire, copied name by
 * name: bool as boolean (1 and 0 are accepted), enum as its text (its position is accepted), numbers on their step,
 * binary as lower-case hex, padded with zeros on the right to the declared length. Data types that the schema does not
 * describe pass as they are.
 *
 * @param coding how text of a `binary` is written. Hex text is padded by the digit, as the documents do it (`1234567`
 *   for five bytes is `1234567000`)
 * @throws CloudError `GIZ_BAD_INPUT` naming the datapoint, its value's problem and what is accepted;
 *   see {@link isSchemaMismatch}
 */
export function validateAttrs(schema: Schema, attrs: unknown, coding: Coding = 'hex', field = 'attrs'): Attrs {
  const datapoints = datapointsByName(schema);
  return mapAttrs(attrs, field, (value, at, name) => {
    const datapoint = datapoints.get(name);
    if (!datapoint) throw mismatch(unknownName(schema, name, at));
    if (datapoint.access !== 'writable') throw mismatch(badInput(datapoint.access, { field: at }));
    return wireValue(datapoint, value, at, coding);
  });
}

function mapAttrs(
  attrs: unknown,
  field: string,
  convert: (value: unknown, field: string, name: string) => unknown,
): Attrs {
  const accepted = accepts('attrs');
  const entries = types.isMap(attrs) ? [...attrs] : isPlainObject(attrs) ? Object.entries(attrs) : undefined;
  if (!entries) throw badInput('type', { field, given: excerpt(attrs), accepted });
  const copy: Attrs = {};
  for (const [name, value] of entries) {
    if (typeof name !== 'string') throw badInput('type', { field, given: excerpt(name), accepted });
    checkName(name, field);
    if (value !== undefined) copy[name] = convert(value, `${field}.${name}`, name);
  }
  if (Object.keys(copy).length === 0) throw badInput('noItems', { field, accepted });
  return copy;
}

function plainValue(value: unknown, field: string): unknown {
  // An array may be a list of a product's own type: only what is bytes for certain becomes hex.
  const bytes = Array.isArray(value) ? undefined : bytesOf(value);
  return bytes ? bytes.toString('hex') : copyJson(value, field);
}

function wireValue(datapoint: Datapoint, value: unknown, field: string, coding: Coding): unknown {
  if (datapoint.dataType === 'bool') return boolValue(value, field);
  if (datapoint.enum?.length) return enumValue(datapoint.enum, value, field);
  if (datapoint.dataType === 'binary') return binaryValue(datapoint.length, value, field, coding);
  if (datapoint.step !== undefined) return numberValue(datapoint, value, field);
  return plainValue(value, field);
}

function boolValue(value: unknown, field: string): boolean {
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  throw badInput('boolean', { field, given: excerpt(value), accepted: accepts('boolean') });
}

function enumValue(values: readonly string[], value: unknown, field: string): string {
  if (typeof value === 'string' && values.includes(value)) return value;
  const given = excerpt(value);
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < values.length) {
    const meant = values[value as number];
    // With values such as "1", "2", "3" the number 1 could be the first value or the position of the second.
    if (values.includes(String(value)) && meant !== String(value)) throw badInput('position', { field, given });
    return meant;
  }
  const accepted = accepts('enum', {
    values: namesOf(values.map((text) => JSON.stringify(text))),
    last: values.length - 1,
  });
  throw mismatch(badInput('value', { field, given, accepted }));
}

function numberValue({ min = 0, max = 0, step = 1 }: Datapoint, value: unknown, field: string): number {
  const accepted = accepts('numberRange', { min, max, step });
  const given = excerpt(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) throw badInput('type', { field, given, accepted });
  const steps = Math.round((value - min) / step);
  const exact = toDecimals(min + steps * step, Math.max(decimalsOf(min), decimalsOf(step)));
  const offStep = Math.abs(value - exact) > step * STEP_TOLERANCE;
  const near = offStep ? value : exact;
  if (near < min || near > max) throw mismatch(badInput('range', { field, given, accepted }));
  if (offStep) throw mismatch(badInput('value', { field, given, accepted }));
  return exact;
}

function binaryValue(length: number | undefined, value: unknown, field: string, coding: Coding): string {
  const digits = length === undefined ? 0 : length * 2;
  const hex =
    typeof value === 'string' && coding === 'hex'
      ? hexDigits(value, digits)
      : (typeof value === 'string' ? decodeText(value, coding) : bytesOf(value))?.toString('hex');
  const accepted = length === undefined ? accepts('bytesOrText', { coding }) : accepts('bytesMax', { coding, length });
  if (hex === undefined) throw badInput('bytes', { field, given: excerpt(value), accepted });
  if (hex === '') throw badInput('noItems', { field, accepted });
  if (length !== undefined && hex.length > digits) {
    throw mismatch(badInput('length', { field, given: Math.ceil(hex.length / 2), accepted }));
  }
  return hex.padEnd(digits, '0');
}

/** Hex digits in lower case; an odd number of them only where padding completes the last byte. */
function hexDigits(text: string, digits: number): string | undefined {
  if (!/^[0-9a-f]*$/i.test(text)) return undefined;
  return text.length % 2 === 0 || digits > 0 ? text.toLowerCase() : undefined;
}

function unknownName(schema: Schema, name: string, field: string): CloudError {
  return badInput('datapoint', { field, given: excerpt(name), hint: nameHint(schema, name) });
}

function nameHint(schema: Schema, name: string): NestedText {
  if (schema.datapoints.length === 0) return { textKey: 'errors.accepts.noDatapoints' };
  const near = nearNames(schema, name);
  if (near.length > 0) return accepts('nearNames', { names: near.join(', ') });
  const writable = schema.datapoints.filter(({ access }) => access === 'writable');
  return accepts('writableNames', { names: namesOf(writable.map((datapoint) => datapoint.name)) });
}

function namesOf(names: readonly string[]): string {
  return names.length > MOST_NAMES ? `${names.slice(0, MOST_NAMES).join(', ')}, …` : names.join(', ');
}

function mismatch(error: CloudError): CloudError {
  mismatches.add(error);
  return error;
}
