import { currentValue } from './fields';
import { textOf } from './saved-values';
import { commonText } from './text';

/** Looks at a text that is not blank and no `${ENV}`; returns what is wrong with it, or nothing. */
export type Check = (value: string) => string | undefined;

interface PlainOptions {
  /** Whether blank is refused; asked each time, since it may depend on other properties. */
  required?: (node: EditorNode<object>) => boolean;
  check?: Check;
  /** Whether the property counts at all at the moment; true when left out. */
  applies?: (node: EditorNode<object>) => boolean;
}

/** Validator of a property or credential without a type. Its reason begins with the property's `label`. */
export function plain(options: PlainOptions): EditorValidator {
  return function (value, property) {
    if (value === undefined || value === null) return true;
    if (options.applies?.(this) === false) return true;
    const text = textOf(value).trim();
    if (text === '') return options.required?.(this) ? reason(property?.label, commonText('invalid.required')) : true;
    return isVariable(text) ? true : judge(property?.label, options.check?.(text));
  };
}

interface TypedOptions {
  required?: boolean;
  /** Checks of values written out in the dialog, by type; what comes from a message can only be judged at run time. */
  literals?: Partial<Record<'str' | 'num' | 'json', Check>>;
  applies?: (node: EditorNode<object>) => boolean;
}

/** Validator of the property `name`, whose type is saved as `<name>Type`. */
export function typed(name: string, options: TypedOptions): EditorValidator {
  return function (value, property) {
    if (value === undefined || value === null) return true;
    if (options.applies?.(this) === false) return true;
    const type = String(currentValue(this, `${name}Type`));
    // A list or an object was saved by a script; the runtime takes it as it is.
    if (typeof value === 'object') return true;
    const text = String(value);
    // A date's value is only the form of the date; blank is one of them.
    if (type === 'date') return true;
    if (text.trim() === '') return options.required ? reason(property?.label, commonText('invalid.required')) : true;
    if (isVariable(text)) return true;
    const form = RED.utils.validateTypedProperty(text, type, {});
    if (form !== true) return reason(property?.label, form);
    return judge(property?.label, options.literals?.[type as 'str' | 'num' | 'json']?.(text.trim()));
  };
}

/** `${NAME}`: the runtime puts the environment variable in, whatever it holds. */
export function isVariable(text: string): boolean {
  return /^\$\{[^}]+\}$/.test(text.trim());
}

/** A whole number in a range; without `max`, from `min` up. */
export function wholeNumber(min: number, max?: number): Check {
  return (value) => {
    const number = Number(value);
    if (Number.isInteger(number) && number >= min && (max === undefined || number <= max)) return undefined;
    return max === undefined
      ? commonText('invalid.wholeNumberFrom', { min })
      : commonText('invalid.wholeNumber', { min, max });
  };
}

/** A number of seconds in a range, fractions allowed. */
export function seconds(min: number, max: number): Check {
  return (value) => {
    const number = Number(value);
    return number >= min && number <= max ? undefined : commonText('invalid.seconds', { min, max });
  };
}

/** A number of minutes above 0, fractions allowed. */
export function minutes(max: number): Check {
  return (value) => {
    const number = Number(value);
    return number > 0 && number <= max ? undefined : commonText('invalid.minutes', { max });
  };
}

/** What a text must look like, with the key of the reason below `common.invalid`. */
export function pattern(form: RegExp, reasonKey: string): Check {
  return (value) => (form.test(value) ? undefined : commonText(`invalid.${reasonKey}`));
}

/** An address of a cloud: http or https, a path allowed, no query and no credentials in it. */
export const baseUrl: Check = (value) => {
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return commonText('invalid.baseUrl');
  }
  const plainUrl = url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return /^https?:$/.test(url.protocol) && plainUrl ? undefined : commonText('invalid.baseUrl');
};

/** JSON text of an object. */
export const jsonObject: Check = (value) => {
  const parsed: unknown = JSON.parse(value);
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  return isObject ? undefined : commonText('invalid.jsonObject');
};

/** JSON text of a list of names. */
export const jsonNames: Check = (value) => {
  const parsed: unknown = JSON.parse(value);
  const areNames = Array.isArray(parsed) && parsed.every((name) => typeof name === 'string' && name !== '');
  return areNames ? undefined : commonText('invalid.jsonNames');
};

/** The forms of a time, loosely: the runtime judges whether it is a real date (src/cloud/times.ts). */
const TIME_FORMS = [
  /^now$/i,
  /^-\d+(\.\d+)?[smhdw]$/,
  /^\d+(\.\d+)?$/,
  /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?$/i,
  /^\d{8}T\d{4}(\d{2}([.,]\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?$/i,
];

/** A time written out: relative, `now`, ISO 8601 or an epoch number. */
export const time: Check = (value) =>
  TIME_FORMS.some((form) => form.test(value)) ? undefined : commonText('invalid.time');

/** Whether a property of the node, in its open dialog or as saved, is one of the values. */
export function when(property: string, ...values: string[]): (node: EditorNode<object>) => boolean {
  return (node) => values.includes(String(currentValue(node, property)));
}

function judge(label: string | undefined, trouble: string | undefined): true | string {
  return trouble === undefined ? true : reason(label, trouble);
}

function reason(label: string | undefined, trouble: string): string {
  return label === undefined ? trouble : commonText('invalid.of', { label, trouble });
}
