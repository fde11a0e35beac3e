import { CloudError } from '../../cloud/errors';
import { FORBIDDEN_NAMES } from '../../cloud/input';
import { decimalsOf, toDecimals } from './decimals';

/** Who may set a datapoint: flows may only set `writable` ones, the others are reported by the device. */
export type Access = 'writable' | 'readonly' | 'alert' | 'fault';

/** One datapoint of a product, as the `gizwits-datapoints` node gives it. */
export interface Datapoint {
  name: string;
  /** Name for people, in the language of whoever defined the product. */
  displayName: string;
  access: Access;
  /** `bool`, `enum`, `uint8`, `uint16`, `uint32`, `binary`, or a word of a newer definition as it stands there. */
  dataType: string;
  /** Values of an `enum` in the order of their positions, from 0. */
  enum?: string[];
  /** Bounds of a number in engineering units, both included. */
  min?: number;
  max?: number;
  /** Distance between two values of a number in engineering units; they are counted from `min`. */
  step?: number;
  /** Bytes of a `binary`. */
  length?: number;
}

/** The datapoint definition of a product. A product without datapoints (pass-through only) has an empty list. */
export interface Schema {
  productKey: string;
  name: string;
  /** `standard` (all datapoints in fixed places) or `var_len`. */
  protocolType: string;
  datapoints: Datapoint[];
}

type Fields = Record<string, unknown>;

/**
 * Values of an attribute's `type`. Real definitions have the long words; the documents also print letters, where `N` and
 * `E` are alert and fault (contradiction c30 of the reference notes).
 */
const ACCESS: ReadonlyMap<unknown, Access> = new Map<unknown, Access>([
  ['status_writable', 'writable'],
  ['status_readonly', 'readonly'],
  ['alert', 'alert'],
  ['fault', 'fault'],
  ['W', 'writable'],
  ['R', 'readonly'],
  ['N', 'alert'],
  ['E', 'fault'],
]);

/** Letters of a description that are kept. */
const MOST_DESCRIPTION = 200;

/** Largest raw values of the number types. */
const RAW_MAX: ReadonlyMap<unknown, number> = new Map([
  ['uint8', 0xff],
  ['uint16', 0xffff],
  ['uint32', 0xffffffff],
]);

/**
 * Brings the cloud's definition (`product.datapoints`) into the form that flows get and values are checked against.
 *
 * `uint_spec` holds raw bounds; engineering value = raw × ratio + addition, so a step is the ratio's size, and a
 * negative ratio swaps the bounds. All entities count, although real products have one. What a definition lacks is
 * filled with the neutral value (ratio 1, addition 0, the type's whole range, the name as display name); attributes
 * without a usable name, or with a name that would reach an object's prototype, and repeated names are left out.
 * An access that is not known is taken for read-only.
 *
 * @throws CloudError `GIZ_BAD_RESPONSE` when it is no definition at all
 */
export function normaliseSchema(definition: unknown): Schema {
  if (!isFields(definition)) throw notADefinition('entities');
  const datapoints = new Map<string, Datapoint>();
  for (const attribute of attributesOf(definition)) {
    const datapoint = toDatapoint(attribute);
    if (datapoint && !datapoints.has(datapoint.name)) datapoints.set(datapoint.name, datapoint);
  }
  return {
    productKey: textOf(definition.product_key) ?? '',
    name: textOf(definition.name) ?? '',
    protocolType: textOf(definition.protocolType) ?? 'standard',
    datapoints: [...datapoints.values()],
  };
}

/**
 * What a definition says in words about its datapoints, by name: units and meanings, which nothing else in it tells.
 * Descriptions that only fill a required field, with dots or with the name once more, are left out.
 */
export function describeDatapoints(definition: unknown): Record<string, string> {
  const descriptions: Record<string, string> = {};
  if (!isFields(definition)) return descriptions;
  for (const attribute of attributesOf(definition)) {
    const name = textOf(attribute.name);
    const text = textOf(attribute.desc)?.trim() ?? '';
    const says = /[\p{Letter}\p{Number}]/u.test(text) && text !== name && text !== attribute.display_name;
    if (name !== undefined && says && !FORBIDDEN_NAMES.has(name)) descriptions[name] = text.slice(0, MOST_DESCRIPTION);
  }
  return descriptions;
}

function attributesOf(definition: Fields): Fields[] {
  const entities = listOf(definition, 'entities').filter(isFields);
  return entities.flatMap((entity) => listOf(entity, 'attrs')).filter(isFields);
}

const indexes = new WeakMap<Schema, ReadonlyMap<string, Datapoint>>();

/** The datapoints of a schema by name. The index is made once; a schema is not changed after it has been made. */
export function datapointsByName(schema: Schema): ReadonlyMap<string, Datapoint> {
  let index = indexes.get(schema);
  if (!index) {
    index = new Map(schema.datapoints.map((datapoint) => [datapoint.name, datapoint]));
    indexes.set(schema, index);
  }
  return index;
}

function toDatapoint(attribute: Fields): Datapoint | undefined {
  const name = textOf(attribute.name);
  if (name === undefined || FORBIDDEN_NAMES.has(name)) return undefined;
  const dataType = textOf(attribute.data_type) ?? '';
  const datapoint: Datapoint = {
    name,
    displayName: textOf(attribute.display_name) ?? name,
    access: ACCESS.get(attribute.type) ?? 'readonly',
    dataType,
  };
  if (dataType === 'enum') datapoint.enum = enumOf(attribute.enum);
  else if (dataType === 'binary') Object.assign(datapoint, lengthOf(attribute.position));
  else if (RAW_MAX.has(dataType)) Object.assign(datapoint, rangeOf(attribute.uint_spec, dataType));
  return datapoint;
}

function enumOf(values: unknown): string[] {
  return Array.isArray(values) ? values.map(String) : [];
}

/** Length in whole bytes; a definition without a usable one has none, and values are not padded then. */
function lengthOf(position: unknown): { length?: number } {
  if (!isFields(position)) return {};
  const length = numberOf(position.len) ?? 0;
  const bytes = Math.ceil(position.unit === 'bit' ? length / 8 : length);
  return bytes > 0 ? { length: bytes } : {};
}

function rangeOf(spec: unknown, dataType: string): { min: number; max: number; step: number } {
  const fields = isFields(spec) ? spec : {};
  const ratio = numberOf(fields.ratio) || 1;
  const addition = numberOf(fields.addition) ?? 0;
  const rawMin = numberOf(fields.min) ?? 0;
  const rawMax = numberOf(fields.max) ?? RAW_MAX.get(dataType) ?? 0;
  const decimals = Math.max(...[ratio, addition, rawMin, rawMax].map(decimalsOf));
  const ends = [rawMin, rawMax].map((raw) => toDecimals(raw * ratio + addition, decimals));
  return { min: Math.min(...ends), max: Math.max(...ends), step: Math.abs(ratio) };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(fields: Fields, name: string): unknown[] {
  const list = fields[name];
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw notADefinition(name);
  return list;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A finite number, also as the decimal text that some definitions hold. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function notADefinition(field: string): CloudError {
  return new CloudError({
    code: 'GIZ_BAD_RESPONSE',
    textKey: 'errors.badResponse.shape',
    textParams: { field },
    outcome: 'refused',
  });
}
