import type { Constraint, Operation, OperationNote, Paging, Parameter, Quirk, ReplyField } from '../../cloud/catalogue';

/** Groups of operations, in the order of the vendor's documents; each has a name in `src/texts`. */
export const appCategories = [
  'users',
  'messages',
  'bindings',
  'devices',
  'sharing',
  'groups',
  'rules',
  'scenes',
  'schedules',
  'data',
  'system',
] as const;

export type AppCategory = (typeof appCategories)[number];

/**
 * How a call of the Open API proves who it is from, beside the app ID that all of them carry:
 * - `app`: the app ID alone;
 * - `user`: a user's token;
 * - `signedUser`: a user's token and a signature made with the product secret;
 * - `appSecret`: a digest of app ID and app secret;
 * - `appToken`: an app's token, which a call of the kind before brings.
 */
export type AppAuthentication = 'app' | 'user' | 'signedUser' | 'appSecret' | 'appToken';

/** One operation of the Open API. */
export interface AppOperation extends Operation {
  readonly authentication: AppAuthentication;
  readonly category: AppCategory;
  /** It makes a device act: sent fresh or not at all, and in the order in which such calls came in. */
  readonly command?: true;
}

/** An operation as the tables of this folder write it; id and texts follow from method and path. */
export interface AppDefinition {
  readonly method: Operation['method'];
  readonly path: string;
  readonly authentication: AppAuthentication;
  readonly lane: Operation['lane'];
  readonly parameters: readonly Parameter[];
  readonly command?: true;
  readonly constraints?: readonly Constraint[];
  readonly paging?: Paging;
  readonly replyShape?: Operation['replyShape'];
  readonly reply?: Readonly<Record<string, ReplyField>>;
  readonly notes?: readonly OperationNote[];
  readonly quirks?: readonly Quirk[];
}

type Options = Partial<Omit<AppDefinition, 'method' | 'path' | 'parameters'>>;

/** A call that only reads, by the user's token unless told otherwise. */
export function get(path: string, parameters: readonly Parameter[] = [], more: Options = {}): AppDefinition {
  return { method: 'GET', path, authentication: 'user', lane: 'read', parameters, ...more };
}

/** A call that changes something: never repeated unless it provably was not carried out. Its answer may be anything. */
export function change(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  parameters: readonly Parameter[] = [],
  more: Options = {},
): AppDefinition {
  return { method, path, authentication: 'user', lane: 'control', replyShape: 'any', parameters, ...more };
}

/** Id of an operation: method and path in lower case, joined by `_`, without braces, as the vendor's anchors have it. */
export function operationId(method: string, path: string): string {
  return `${method}${path}`.toLowerCase().replace(/[{}]/g, '').replaceAll('/', '_');
}

/** Lists that come whole: the body is the array, or holds it under a name. */
export const whole = (records = ''): Paging => ({ style: 'none', records });
/** Lists that come in pages by `limit` and `skip`. */
export const paged = (records: string): Paging => ({ style: 'skip', records });
