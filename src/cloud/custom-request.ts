import { accepts, type RequestContext } from './catalogue';
import { badInput } from './errors';
import {
  checkName,
  configError,
  copyJson,
  copyObject,
  excerpt,
  isAbsent,
  isId,
  isPlainObject,
  toId,
  toList,
  toText,
} from './input';
import type { WireRequest } from './reply';
import { JSON_BODY, pathSegment, queryPart } from './request';

/** A call that stands in no catalogue. */
export interface CustomRequest {
  /** GET, POST, PUT or DELETE, in either case. */
  method: unknown;
  /** Path below the base URL, beginning with `/`; `{name}` is filled in from the account or from `params`. */
  path: unknown;
  /**
   * What the path does not take goes into the query of a GET, or into the JSON body of any other method (this API's
   * only DELETE with parameters has them in its body).
   */
  params?: unknown;
  /** Object for the query, whatever the method. */
  query?: unknown;
  /** JSON value for the body, whatever the method but GET. */
  body?: unknown;
}

const METHODS: readonly WireRequest['method'][] = ['GET', 'POST', 'PUT', 'DELETE'];
const MAX_PATH_LENGTH = 2048;
const MAX_QUERY_TEXT = 4096;
const EXAMPLE_PATH = '/v1/products/{product_key}/devices';

/**
 * Turns a call of an author's own into a request. The path cannot leave the base URL: no host, no empty, `.` or `..`
 * segment in any encoding, no control character.
 * @throws CloudError GIZ_BAD_INPUT naming the field; GIZ_CONFIG when the account lacks a value that the path asks for.
 */
export function buildCustomRequest(custom: CustomRequest, context: RequestContext): WireRequest {
  const method = readMethod(custom.method);
  const params = isAbsent(custom.params) ? undefined : copyJson(custom.params, 'params');
  const named = isPlainObject(params) ? params : {};
  const { path, inlineQuery } = readPath(custom.path, named, context);

  const query = [...inlineQuery, ...readQuery(custom.query, 'query')];
  let body = isAbsent(custom.body) ? undefined : copyJson(custom.body, 'body');
  if (params !== undefined && !isPlainObject(params)) {
    if (method === 'GET' || body !== undefined) throw wrongParams(params);
    body = params;
  } else if (Object.keys(named).length > 0) {
    if (method === 'GET') query.push(...readQuery(named, 'params'));
    else if (body === undefined) body = named;
    else throw badInput('exclusive', { field: 'params, body', given: 'params, body' });
  }
  if (body !== undefined && method === 'GET') {
    throw badInput('unknown', { field: 'body', accepted: 'params, query' });
  }

  const request: WireRequest = { method, path: query.length > 0 ? `${path}?${query.join('&')}` : path };
  if (body === undefined && (method === 'POST' || method === 'PUT')) body = {};
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers = JSON_BODY;
  }
  return request;
}

function wrongParams(params: unknown) {
  return badInput('type', { field: 'params', given: excerpt(params), accepted: accepts('params') });
}

function readMethod(value: unknown): WireRequest['method'] {
  const method = METHODS.find((known) => typeof value === 'string' && known === value.toUpperCase());
  if (method) return method;
  if (isAbsent(value)) throw badInput('required', { field: 'method', accepted: METHODS.join(', ') });
  throw badInput('method', { field: 'method', given: excerpt(value), accepted: METHODS.join(', ') });
}

/** Fills in the path's placeholders, taking what it uses out of `params`, and encodes every segment anew. */
function readPath(value: unknown, params: Record<string, unknown>, context: RequestContext) {
  const accepted = accepts('path', { example: EXAMPLE_PATH });
  if (isAbsent(value)) throw badInput('required', { field: 'path', accepted });
  const wrong = () => badInput('path', { field: 'path', given: excerpt(value), accepted });
  if (typeof value !== 'string' || !value.startsWith('/') || value.length > MAX_PATH_LENGTH) throw wrong();
  const mark = value.indexOf('?');
  const segments = (mark < 0 ? value : value.slice(0, mark)).split('/').slice(1);
  const taken = new Set<string>();
  const encoded = segments.map((segment, index) => {
    const name = /^\{([A-Za-z0-9_]{1,64})\}$/.exec(segment)?.[1];
    if (name !== undefined) {
      taken.add(name);
      return pathSegment(placeholderValue(name, params, context), { name });
    }
    if (segment === '' && index === segments.length - 1 && index > 0) return '';
    const plain = decode(segment);
    if (plain === undefined || plain === '' || UNSAFE_SEGMENT.test(plain)) throw wrong();
    return encodeURIComponent(plain);
  });
  for (const name of taken) delete params[name];
  return { path: `/${encoded.join('/')}`, inlineQuery: mark < 0 ? [] : readInlineQuery(value.slice(mark + 1), wrong) };
}

/** Dots that servers resolve, delimiters (a `%` would be a second encoding), braces, spaces and control characters. */
const UNSAFE_SEGMENT = /^\.{1,2}$|[/\\?#%{}\p{Cc}\p{Surrogate}\p{Z}]/u;

function placeholderValue(name: string, params: Record<string, unknown>, context: RequestContext): string {
  checkName(name, 'path');
  const own = Object.hasOwn(params, name) ? params[name] : undefined;
  const supplied = Object.hasOwn(context.supplied, name) ? context.supplied[name] : undefined;
  if (name === 'product_key') {
    if (!supplied) throw configError('missing', { field: name });
    if (!isAbsent(own) && own !== supplied) throw badInput('productKey', { field: name, given: excerpt(own) });
    if (isId(supplied)) return supplied;
    throw configError('invalid', { field: name, given: excerpt(supplied), accepted: accepts('id') });
  }
  if (isAbsent(own)) throw badInput('required', { field: name, accepted: accepts('mac') });
  return toId(own, name, 'mac');
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function readInlineQuery(text: string, wrong: () => Error): string[] {
  if (text.includes('#')) throw wrong();
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      const name = decode(equals < 0 ? part : part.slice(0, equals));
      const value = equals < 0 ? '' : decode(part.slice(equals + 1));
      if (!name || value === undefined) throw wrong();
      checkName(name, 'path');
      return queryPart(toText(name, 'path', MAX_QUERY_TEXT), value === '' ? '' : toText(value, name, MAX_QUERY_TEXT));
    });
}

/** Query members of an object. Booleans go as 1 and 0, the only form of a boolean that this API's queries know. */
function readQuery(value: unknown, field: string): string[] {
  if (isAbsent(value)) return [];
  const members = copyObject(value, field);
  return Object.keys(members)
    .filter((name) => !isAbsent(members[name]))
    .map((name) => queryPart(toText(name, field, MAX_QUERY_TEXT), queryValue(members[name], name)));
}

function queryValue(value: unknown, field: string): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  const accepted = accepts('text', { max: MAX_QUERY_TEXT });
  if (Array.isArray(value)) {
    return toList(value, field, (entry, name) => toText(entry, name, MAX_QUERY_TEXT), { accepted });
  }
  return toText(value, field, MAX_QUERY_TEXT);
}
