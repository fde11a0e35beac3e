import { byteList } from '../../src/cloud/byte-list';
import type { Datapoint } from '../../src/gizwits/datapoints/schema';
import {
  type Formed,
  formBool,
  formBytes,
  formEnum,
  formNumber,
  hexDigits,
} from '../../src/gizwits/datapoints/value-forms';
import { rangeText } from './datapoint-texts';
import { nestedText } from './nested-text';
import { cloudText, commonText } from './text';
import { ATTRIBUTE_TYPES, type TypeChoice, typesWith } from './typed-fields';

/** A value with its type, as a row saves them. */
export interface TypedValue {
  value: string;
  type: string;
}

/** Where a value may come from instead of being written out. */
const FROM_ELSEWHERE: readonly TypeChoice[] = ['msg', 'flow', 'global', 'env', 'jsonata'];

/**
 * The types that a value of this datapoint may have: first its own form (a switch, a list, a number, hex digits), then
 * where it may come from. Without a datapoint, every type. What is saved is always among them as it is.
 */
export function valueTypes(datapoint: Datapoint | undefined, saved: TypedValue | undefined): TypeChoice[] {
  const own = datapoint && ownType(datapoint, saved);
  if (!own) return typesWith(ATTRIBUTE_TYPES, saved?.type ?? ownTypeName(datapoint));
  return typesWith([own, ...FROM_ELSEWHERE], saved?.type ?? own.value);
}

/** What a row holds for a datapoint that was just chosen: something that the datapoint can be, where there is one. */
export function firstValue(datapoint: Datapoint | undefined): TypedValue {
  const type = ownTypeName(datapoint);
  if (datapoint?.dataType === 'bool') return { type, value: 'true' };
  if (datapoint?.enum?.length) return { type, value: datapoint.enum[0] as string };
  return { type, value: datapoint?.min === undefined ? '' : String(datapoint.min) };
}

/** Whether a written-out value is one for the datapoint, by the checks of the runtime: true, or why not. */
export function checkValue(datapoint: Datapoint, { type, value }: TypedValue): true | string {
  const formed = formOf(datapoint, type, value);
  if (!formed?.trouble) return true;
  const { key, accepted, given } = formed.trouble;
  const field = datapoint.displayName || datapoint.name;
  return cloudText(`errors.input.${key}`, {
    field,
    given: given ?? JSON.stringify(value),
    accepted: accepted ? nestedText(accepted) : '',
  });
}

function ownTypeName(datapoint: Datapoint | undefined): string {
  if (datapoint?.dataType === 'bool') return 'bool';
  return datapoint?.step === undefined ? 'str' : 'num';
}

/** Undefined for a data type that the definition does not describe. */
function ownType(datapoint: Datapoint, saved: TypedValue | undefined): Exclude<TypeChoice, string> | undefined {
  const value = ownTypeName(datapoint);
  const label = rangeText(datapoint);
  const validate = (text: string): true | string => checkValue(datapoint, { type: value, value: text });
  if (datapoint.dataType === 'bool') {
    const options = [
      { value: 'true', label: commonText('datapoint.on') },
      { value: 'false', label: commonText('datapoint.off') },
    ];
    return { value, label, icon: 'fa fa-toggle-on', validate, options: withSaved(options, value, saved) };
  }
  if (datapoint.enum?.length) {
    const options = datapoint.enum.map((text) => ({ value: text, label: text }));
    return { value, label, icon: 'fa fa-list-ul', validate, options: withSaved(options, value, saved) };
  }
  if (datapoint.dataType === 'binary') return { value, label, icon: 'red/images/typedInput/bin.svg', validate };
  return datapoint.step === undefined ? undefined : { value, label, icon: 'red/images/typedInput/09.svg', validate };
}

/** A list to choose from would take its first entry for a value that it lacks: what is saved gets an entry. */
function withSaved(
  options: { value: string; label: string }[],
  type: string,
  saved: TypedValue | undefined,
): { value: string; label: string }[] {
  if (!saved || saved.type !== type || options.some(({ value }) => value === saved.value)) return options;
  return [...options, { value: saved.value, label: commonText('option.notFound', { value: saved.value }) }];
}

/** Undefined where the value comes from elsewhere, or the definition does not describe the data type. */
function formOf(datapoint: Datapoint, type: string, text: string): Formed<unknown> | undefined {
  const literal = literalOf(type, text);
  if (!literal) return undefined;
  const { value } = literal;
  const { dataType, length } = datapoint;
  if (dataType === 'bool') return formBool(value);
  if (datapoint.enum?.length) return formEnum(datapoint.enum, value);
  if (dataType === 'binary') return formBytes(length, hexOf(value, length));
  return datapoint.step === undefined ? undefined : formNumber(datapoint, value);
}

/** Bytes as hexadecimal digits, from text or from a list in JSON; undefined for what is none. */
function hexOf(value: unknown, length: number | undefined): string | undefined {
  if (typeof value === 'string') return hexDigits(value, length);
  return byteList(value)
    ?.map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

/** What a written-out value is to the runtime; undefined for one that comes from elsewhere. */
function literalOf(type: string, text: string): { value: unknown } | undefined {
  if (type === 'str') return { value: text };
  if (type === 'num') return { value: text.trim() === '' ? undefined : Number(text) };
  if (type === 'bool') return { value: /^true$/i.test(text) };
  if (type !== 'json') return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { value: undefined };
  }
}
