import type { NestedText, TextParams } from '../texts';
import type { Clock } from './clock';
import type { WireRequest } from './reply';

/**
 * Class of a call, which decides its turn at the governor and whether it may be repeated:
 * - `control`: changes something (a command, a binding, a group); goes first, and is never repeated unless it provably
 *   was not carried out;
 * - `read`: somebody waits for the answer; may be repeated;
 * - `report`: a statistic; may be repeated and waits behind the others.
 */
export type Lane = 'control' | 'read' | 'report';

/**
 * How a call proves who it is from: `token` a product's access token in a header, added when it is sent;
 * `enterprise` id and secret in headers; `secrets` in the JSON body; `signature` a digest of a secret and the time;
 * `none`. Other APIs add names of their own.
 */
export type Authentication = 'token' | 'enterprise' | 'secrets' | 'signature' | 'none' | (string & {});

/**
 * What a value must be, and the form it takes on the wire:
 * - `text`: a string without control characters (numbers are written out);
 * - `id`: an id of the kind named by {@link Parameter.id}, taken by allow-list and never changed;
 * - `integer`: a whole number or its decimal text;
 * - `flag`: a boolean, sent as 1 or 0;
 * - `boolean`: a boolean, sent as true or false;
 * - `date`: text in one of the forms of {@link Parameter.dates};
 * - `list`: an array of `text` or `id` entries, or one such text with commas; joined by commas in a query;
 * - `bytes`: a Buffer, an array of 0..255, or text in the coding named by the parameter {@link Parameter.coding};
 * - `object`: a JSON object with free names;
 * - `json`: any JSON value.
 */
export type ParameterType =
  | 'text'
  | 'id'
  | 'integer'
  | 'flag'
  | 'boolean'
  | 'date'
  | 'list'
  | 'bytes'
  | 'object'
  | 'json';

/** Families of ids; each has its own allow-list in `input.ts`. */
export type IdKind = 'id' | 'mac' | 'name';

/** Forms of a calendar period: a day `2016-08-01`, an ISO week `2016-51`, a month `2016-12`. */
export type DateForm = 'date' | 'week' | 'month';

/** One parameter of an operation: how a flow author names it, what it may be, and where it goes on the wire. */
export interface Parameter {
  /** Name as flow authors write it; that of the API wherever it has one. */
  readonly name: string;
  /** Names on the wire, when they differ from `name`; the value is sent under each of them. */
  readonly wire?: readonly string[];
  readonly in: 'path' | 'query' | 'body' | 'header';
  readonly type: ParameterType;
  readonly required?: boolean;
  /** A body parameter of type `object` that is the body itself, and no member of it. */
  readonly whole?: boolean;
  /** The account gives the value (a product key, a secret); an author may only repeat a product key that agrees. */
  readonly supplied?: boolean;
  /** Must not appear in any text, log or message. */
  readonly secret?: boolean;
  /** Allow-list of an `id`, or of the entries of a `list`. */
  readonly id?: IdKind;
  /** The only values that are allowed. */
  readonly values?: readonly string[];
  /** Bounds of an `integer`, both included. */
  readonly min?: number;
  readonly max?: number;
  /** Unit of an `integer` that is a time: authors may give it in any form of `times.ts`. */
  readonly unit?: 's' | 'ms';
  /** Longest `text`, in characters. 256 when absent. */
  readonly maxLength?: number;
  /** Empty `text` is a value of its own: it takes away what is there. */
  readonly allowEmpty?: boolean;
  /** Most entries of a `list`. */
  readonly maxItems?: number;
  /** Accepted forms of a `date`; when `cycle` is named too, its value picks the one. */
  readonly dates?: readonly DateForm[];
  /** Name of the parameter whose value (`date`, `week`, `month`) tells the form of this `date`. */
  readonly cycle?: string;
  /** Name of the parameter that tells the text coding of `bytes`: `hex` or `base64`. */
  readonly coding?: string;
  /** Sent when the author gives nothing. */
  readonly default?: string | number | boolean;
  /** Key of its description in `src/texts`. */
  readonly description: string;
}

/** Rules that tie several parameters of one operation together. */
export type Constraint =
  /** One of them must be given, and no other. */
  | { readonly rule: 'exactlyOne'; readonly of: readonly string[] }
  /** All of them or none. */
  | { readonly rule: 'together'; readonly of: readonly string[] }
  /** `end` not before `start`, and their distance below (or at most, when `inclusive`) `limit`, in the parameters' unit. */
  | {
      readonly rule: 'window';
      readonly start: string;
      readonly end: string;
      readonly limit?: number;
      readonly inclusive?: boolean;
    }
  /** `end` not before `start`, and at most so many periods of the kind that `cycle` names, both ends counted. */
  | {
      readonly rule: 'periods';
      readonly start: string;
      readonly end: string;
      readonly cycle?: string;
      readonly most?: Readonly<Record<DateForm, number>>;
    };

/** How an operation hands out long lists. */
export interface Paging {
  /** `skip` by offset, `cursor` by a `context` that the reply returns, `none` everything at once. */
  readonly style: 'skip' | 'cursor' | 'none';
  /** Property of the body that holds the records; empty when the body itself is the array. */
  readonly records: string;
}

/** What a property of a successful reply must be, where later code relies on it. `?` lets it be absent or null. */
export type ReplyField = 'text' | 'id' | 'token' | 'list' | 'object' | 'number' | 'list?' | 'object?' | 'number?';

/** A peculiarity of an operation, with where it is known from (see the reference notes of the API). */
export interface Quirk {
  readonly says: string;
  readonly source: string;
}

/** Marks that a user must know about; each has a text. */
export type OperationNote = 'chinaOnly' | 'unpublishedOnly' | 'onRequest' | 'obsolete' | 'undocumented';

/** One call of an API, as data. Requests, validation, forms, documentation and tests are all made from this. */
export interface Operation {
  readonly id: string;
  readonly method: WireRequest['method'];
  /** Path below the base URL, with `{name}` for path parameters. */
  readonly path: string;
  /** Other paths that documents print for the same call; to be tried in turn when the first answers 404 without a code. */
  readonly alternatives?: readonly string[];
  readonly authentication: Authentication;
  readonly lane: Lane;
  readonly parameters: readonly Parameter[];
  readonly constraints?: readonly Constraint[];
  readonly paging?: Paging;
  /** Whether a success may come without a body. */
  readonly emptyReply?: boolean;
  /** Whether the body of a success is an object (the default), an array, or anything. */
  readonly replyShape?: 'object' | 'array' | 'any';
  readonly reply?: Readonly<Record<string, ReplyField>>;
  readonly notes?: readonly OperationNote[];
  readonly quirks?: readonly Quirk[];
  /** Made by the library itself only, never by an author: its answer is a secret. */
  readonly internal?: boolean;
  /** Keys of its short name and its description in `src/texts`. */
  readonly title: string;
  readonly description: string;
}

/** What the account gives to a request. */
export interface RequestContext {
  /** Values of `supplied` parameters by their name: `product_key`, `enterprise_secret` and so on. */
  readonly supplied: Readonly<Record<string, string | undefined>>;
  /** One of the operation's `alternatives`, to be used instead of its path. */
  readonly path?: string;
  /** For times that are given back from now; the machine's clock when absent. */
  readonly clock?: Pick<Clock, 'now'>;
}

/** Longest text where an operation says nothing else, in characters. */
export const MAX_TEXT_LENGTH = 256;

/** How the forms of a calendar period are written. */
export const DATE_NOTATION: Readonly<Record<DateForm, string>> = {
  date: 'YYYY-MM-DD',
  week: 'YYYY-WW',
  month: 'YYYY-MM',
};

/** What a parameter accepts, for error texts, forms and the reference table; words are a text to be translated. */
export function acceptedForm(parameter: Parameter): string | NestedText {
  const { type, values, maxItems, maxLength = MAX_TEXT_LENGTH } = parameter;
  if (values) return values.join(' | ');
  switch (type) {
    case 'text':
      return accepts('text', { max: maxLength });
    case 'integer':
      return acceptedInteger(parameter);
    case 'flag':
    case 'boolean':
      return accepts('boolean');
    case 'id':
      return accepts(parameter.id ?? 'id');
    case 'date':
      return (parameter.dates ?? ['date']).map((form) => DATE_NOTATION[form]).join(' | ');
    case 'list':
      return accepts('listOf', {
        list: maxItems === undefined ? accepts('list') : accepts('listMax', { max: maxItems }),
        entry: parameter.id ? accepts(parameter.id) : accepts('text', { max: maxLength }),
      });
    case 'bytes':
      return accepts('bytes', { coding: parameter.coding });
    default:
      return accepts(type);
  }
}

/** A text of `errors.accepts`. */
export function accepts(key: string, textParams?: TextParams): NestedText {
  return { textKey: `errors.accepts.${key}`, textParams };
}

function acceptedInteger({ min, max, unit }: Parameter): NestedText {
  if (unit) return accepts(unit === 's' ? 'seconds' : 'milliseconds');
  if (min === undefined) return accepts('integer');
  return max === undefined ? accepts('integerFrom', { min }) : accepts('integerRange', { min, max });
}
