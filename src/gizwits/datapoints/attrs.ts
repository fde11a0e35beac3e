import { types } from 'node:util';
import { bytesOf, type Coding, decodeText } from '../../cloud/bytes';
import { accepts } from '../../cloud/catalogue';
import { badInput, type CloudError } from '../../cloud/errors';
import { checkName, copyJson, excerpt, isPlainObject } from '../../cloud/input';
import type { NestedText } from '../../texts';
import { nearNames } from './near-names';
import { type Datapoint, datapointsByName, type Schema } from './schema';
import { type Formed, formBool, formBytes, formEnum, formNumber, hexDigits, namesOf } from './value-forms';

/** Datapoint values by name, in the form that goes on the wire. */
export type Attrs = Record<string, unknown>;

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
  const formed = form(datapoint, value, coding);
  if (!formed) return plainValue(value, field);
  const { trouble } = formed;
  if (!trouble) return formed.value;
  const { key, accepted, given = excerpt(value) } = trouble;
  const error = badInput(key, { field, given, accepted });
  throw trouble.mismatch ? mismatch(error) : error;
}

/** Undefined for a data type that the schema does not describe. */
function form(datapoint: Datapoint, value: unknown, coding: Coding): Formed<unknown> | undefined {
  const { dataType, length } = datapoint;
  if (dataType === 'bool') return formBool(value);
  if (datapoint.enum?.length) return formEnum(datapoint.enum, value);
  if (dataType === 'binary') return formBytes(length, hexOf(value, length, coding), coding);
  return datapoint.step === undefined ? undefined : formNumber(datapoint, value);
}

function hexOf(value: unknown, length: number | undefined, coding: Coding): string | undefined {
  if (typeof value !== 'string') return bytesOf(value)?.toString('hex');
  return coding === 'hex' ? hexDigits(value, length) : decodeText(value, coding)?.toString('hex');
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

function mismatch(error: CloudError): CloudError {
  mismatches.add(error);
  return error;
}
