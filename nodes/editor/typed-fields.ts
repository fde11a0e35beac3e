import { nameTypedInput } from './accessible-names';
import { fieldOf, labelOf, savedValue } from './fields';
import { textOf } from './saved-values';

/** Types that the editor's typed input knows by name. */
type TypeName = 'msg' | 'flow' | 'global' | 'str' | 'num' | 'bool' | 'json' | 'bin' | 'date' | 'jsonata' | 'env';

/** An id or several: a MAC address, a did, a group. */
export const ID_TYPES: readonly TypeName[] = ['msg', 'flow', 'global', 'str', 'env', 'jsonata', 'json'];
/** How many records. */
export const COUNT_TYPES: readonly TypeName[] = ['num', 'msg', 'flow', 'global', 'env', 'jsonata'];
/** Settings of a node that rarely change with the message: seconds, page sizes. */
export const SETTING_TYPES: readonly TypeName[] = ['num', 'env', 'msg'];
/** A point in time; text holds ISO 8601, `now` or a relative time. */
export const TIME_TYPES: readonly TypeName[] = ['str', 'msg', 'flow', 'global', 'env', 'jsonata', 'date', 'num'];
/** An object of filters. */
export const FILTER_TYPES: readonly TypeName[] = ['json', 'msg', 'flow', 'global', 'jsonata'];
/** A list of names. */
export const LIST_TYPES: readonly TypeName[] = ['json', 'msg', 'flow', 'global', 'env', 'jsonata'];
/** A command's content. */
export const COMMAND_TYPES: readonly TypeName[] = ['msg', 'flow', 'global', 'json', 'jsonata', 'str', 'bin', 'env'];
/** A choice of yes and no. */
export const FLAG_TYPES: readonly TypeName[] = ['bool', 'msg', 'flow', 'global', 'env', 'jsonata'];
/** One attribute's value. */
export const ATTRIBUTE_TYPES: readonly TypeName[] = [
  'msg',
  'flow',
  'global',
  'str',
  'num',
  'bool',
  'json',
  'jsonata',
  'env',
];

/** A type of a typed input: one that the editor knows, or one of ours. */
export type TypeChoice =
  | TypeName
  | {
      value: string;
      label: string;
      icon?: string;
      options?: readonly { value: string; label: string }[];
      /** True, or the reason why a value is none. */
      validate?: (value: string) => true | string;
      hasValue?: boolean;
    };

const KNOWN_TYPES: readonly string[] = [
  ...['msg', 'flow', 'global', 'str', 'num', 'bool', 'json', 'bin', 're', 'date', 'jsonata', 'env', 'node', 'cred'],
];

/** The list of types for one input: what is offered, and what is saved even when it is not offered. */
export function typesWith(offered: readonly TypeChoice[], saved: string): TypeChoice[] {
  if (offered.some((choice) => (typeof choice === 'string' ? choice : choice.value) === saved)) return [...offered];
  return [...offered, KNOWN_TYPES.includes(saved) ? (saved as TypeName) : { value: saved, label: saved }];
}

/**
 * The type of a value saved without one, as the runtime takes it: text has the property's default type, a number,
 * a boolean or a list stands for itself.
 */
export function typeOfUntyped(value: unknown, defaultType: string, offered: readonly string[]): string {
  if (typeof value === 'string' || value === undefined || value === null) return defaultType;
  return typeof value === 'number' && offered.includes('num') ? 'num' : 'json';
}

/** Turns the pair of inputs `x` and `xType` into a typed input. Types come from the list, the default from `defaults`. */
export function typedField(node: EditorNode<object>, property: string, offered: readonly TypeName[]): void {
  const typeProperty = `${property}Type`;
  const { defaults } = node._def;
  const value = savedValue(node, property);
  const savedType = savedValue(node, typeProperty);
  const hasType = typeof savedType === 'string' && savedType !== '';
  const defaultType = String(defaults[typeProperty]?.value);
  const type = hasType ? savedType : typeOfUntyped(value, defaultType, offered);
  // An empty value without a type means the default to the runtime.
  const shown = value === undefined || value === null || (value === '' && !hasType) ? defaults[property]?.value : value;

  fieldOf(node, typeProperty).val(type);
  fieldOf(node, property)
    .val(textOf(shown))
    .typedInput({
      default: type,
      types: typesWith(offered, type) as never,
      typeField: fieldOf(node, typeProperty),
    });
  nameTypedInput(fieldOf(node, property), labelOf(node, property));
}
