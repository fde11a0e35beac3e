import {
  acceptedForm,
  accepts,
  MAX_TEXT_LENGTH,
  type Operation,
  type Parameter,
  type RequestContext,
} from './catalogue';
import { systemClock } from './clock';
import { checkConstraints } from './constraints';
import { badInput, CloudError } from './errors';
import {
  checkName,
  configError,
  copyJson,
  copyObject,
  excerpt,
  isAbsent,
  isPlainObject,
  toBoolean,
  toBytes,
  toHeaderText,
  toId,
  toInteger,
  toList,
  toPeriod,
  toText,
} from './input';
import type { WireRequest } from './reply';
import { parseTime } from './times';

/** Values of an operation's parameters, checked and in their wire form, by parameter name. */
type Values = Record<string, unknown>;

type WallClock = NonNullable<RequestContext['clock']>;

/** Header of every request with a body. */
export const JSON_BODY = { 'content-type': 'application/json' };

/**
 * Turns an operation and an author's parameters into a request, after checking all of them; a product's access token
 * is added later, when the request is sent.
 * @param params an object whose own properties are the parameters by name; undefined and null count as not given.
 * @throws CloudError GIZ_BAD_INPUT naming the field, what is wrong with it and what is accepted; GIZ_CONFIG for a value
 *   that the account should have supplied.
 */
export function buildRequest(operation: Operation, params: unknown, context: RequestContext): WireRequest {
  const values = readParameters(operation, params, context);
  checkConstraints(operation, values);

  const parts: RequestParts = { path: context.path ?? operation.path, query: '', headers: undefined, body: undefined };
  for (const parameter of operation.parameters) {
    const value = values[parameter.name];
    if (value === undefined) continue;
    if (!parameter.wire) addPart(parts, parameter, parameter.name, value);
    else for (const name of parameter.wire) addPart(parts, parameter, name, value);
  }
  const { path, query, headers } = parts;
  const request: WireRequest = { method: operation.method, path: path + query };
  // A POST or PUT without parameters still carries `{}`: a JSON service refuses an empty body (5001).
  const body = parts.body ?? (operation.method === 'POST' || operation.method === 'PUT' ? {} : undefined);
  if (body) {
    request.body = JSON.stringify(body);
    request.headers = Object.assign({}, JSON_BODY, headers);
  } else if (headers) request.headers = headers;
  return request;
}

/** A request while it is put together; headers and body only when there is something in them. */
interface RequestParts {
  path: string;
  /** With its question mark. */
  query: string;
  headers: Record<string, string> | undefined;
  body: Record<string, unknown> | undefined;
}

function addPart(parts: RequestParts, parameter: Parameter, name: string, value: unknown): void {
  switch (parameter.in) {
    case 'query':
      parts.query += `${parts.query === '' ? '?' : '&'}${queryPart(name, value)}`;
      break;
    case 'header':
      parts.headers ??= {};
      parts.headers[name] = toHeaderText(String(value), parameter.name);
      break;
    case 'body':
      if (parameter.whole) parts.body = Object.assign(parts.body ?? Object.create(null), value);
      else {
        parts.body ??= Object.create(null) as Record<string, unknown>;
        parts.body[name] = value;
      }
      break;
    default:
      parts.path = parts.path.replace(`{${name}}`, () => pathSegment(String(value), parameter));
  }
}

/** One `name=value` of a query, encoded; lists are joined by commas. */
export function queryPart(name: string, value: unknown): string {
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return `${encoded(name)}=${encoded(text)}`;
}

/** A path segment, encoded. Encoding leaves `.` and `..` as they are and servers may decode `%2F` early: refused. */
export function pathSegment(value: string, parameter: Pick<Parameter, 'name' | 'id'>): string {
  if (!PLAIN.test(value) && /^\.{1,2}$|[/\\?#%]/.test(value)) {
    throw badInput('id', { field: parameter.name, given: excerpt(value), accepted: accepts(parameter.id ?? 'id') });
  }
  return encoded(value);
}

/** Characters that need no encoding wherever they stand in a path or query; nearly all ids and names have no others. */
const PLAIN = /^[A-Za-z0-9_-]*$/;

function encoded(text: string): string {
  return PLAIN.test(text) ? text : encodeURIComponent(text);
}

function readParameters(operation: Operation, params: unknown, context: RequestContext): Values {
  const given = isAbsent(params) ? {} : params;
  if (!isPlainObject(given)) {
    throw badInput('type', { field: 'params', given: excerpt(given), accepted: accepts('params') });
  }
  for (const name of Object.keys(given)) checkKnown(name, operation);

  // The names are the catalogue's own, none of which an object inherits.
  const values: Values = {};
  for (const parameter of operation.parameters) {
    const own = Object.hasOwn(given, parameter.name) ? given[parameter.name] : undefined;
    const value = parameter.supplied
      ? suppliedValue(parameter, own, context)
      : isAbsent(own)
        ? defaultValue(parameter)
        : readGiven(parameter, own, values, context.clock ?? systemClock);
    if (value !== undefined) values[parameter.name] = value;
  }
  return values;
}

function checkKnown(name: string, operation: Operation): void {
  checkName(name, 'params');
  const known = operation.parameters.find((parameter) => parameter.name === name);
  if (known && (!known.supplied || name === 'product_key')) return;
  const names = operation.parameters.filter((parameter) => !parameter.supplied).map((parameter) => parameter.name);
  throw badInput('unknown', { field: name, accepted: names.length > 0 ? names.join(', ') : accepts('nothing') });
}

function defaultValue(parameter: Parameter): unknown {
  if (parameter.default !== undefined) return parameter.default;
  if (parameter.required) throw badInput('required', { field: parameter.name, accepted: acceptedForm(parameter) });
  return undefined;
}

/** A value of the account. What is wrong with it is a matter of the configuration, and its text stays out of errors. */
function suppliedValue(parameter: Parameter, own: unknown, context: RequestContext): unknown {
  const { name } = parameter;
  const supplied = Object.hasOwn(context.supplied, name) ? context.supplied[name] : undefined;
  if (supplied === undefined || supplied === '') {
    if (parameter.required) throw configError('missing', { field: name });
    return undefined;
  }
  if (!isAbsent(own) && own !== supplied) throw badInput('productKey', { field: name, given: excerpt(own) });
  try {
    const value = readValue(parameter, supplied, {}, systemClock);
    return parameter.in === 'header' ? toHeaderText(String(value), name) : value;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const given = parameter.secret ? '***' : excerpt(supplied);
    throw configError('invalid', { field: name, given, accepted: acceptedForm(parameter) });
  }
}

/** As {@link readValue}; the error of a secret does not repeat it. */
function readGiven(parameter: Parameter, value: unknown, earlier: Values, clock: WallClock): unknown {
  try {
    return readValue(parameter, value, earlier, clock);
  } catch (error) {
    if (!parameter.secret || !(error instanceof CloudError)) throw error;
    throw new CloudError({ ...error, textParams: { ...error.textParams, given: '***' } });
  }
}

/** One value in its wire form. `earlier` holds the parameters that stand before it in the operation. */
function readValue(parameter: Parameter, value: unknown, earlier: Values, clock: WallClock): unknown {
  const { name, maxLength = MAX_TEXT_LENGTH } = parameter;
  switch (parameter.type) {
    case 'id':
      return toId(value, name, parameter.id);
    case 'integer':
      if (parameter.unit) return toEpoch(parseTime(value, name, clock), parameter.unit);
      return isWithin(value, parameter)
        ? value
        : toInteger(value, name, { min: parameter.min, max: parameter.max, accepted: acceptedForm(parameter) });
    case 'flag':
      return toBoolean(value, name) ? 1 : 0;
    case 'boolean':
      return toBoolean(value, name);
    case 'date':
      return readPeriod(parameter, value, earlier);
    case 'list':
      return toList(
        value,
        name,
        (entry, field) => (parameter.id ? toId(entry, field, parameter.id) : toText(entry, field, maxLength)),
        { max: parameter.maxItems, accepted: acceptedForm(parameter) },
      );
    case 'bytes':
      return toBytes(value, name, parameter.coding ? (earlier[parameter.coding] as string | undefined) : undefined);
    case 'object': {
      const copy = copyObject(value, name);
      if (Object.keys(copy).length > 0) return copy;
      throw badInput('noItems', { field: name, given: excerpt(value), accepted: acceptedForm(parameter) });
    }
    case 'json':
      return copyJson(value, name);
    default:
      return readText(parameter, value, maxLength);
  }
}

/** Whether a value needs no reading: words for what is accepted are dearer than the number. */
function isWithin(value: unknown, { min = -Infinity, max = Infinity }: Parameter): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}

/** An instant in the unit that the wire wants. */
function toEpoch(ms: number, unit: 's' | 'ms'): number {
  return unit === 's' ? Math.floor(ms / 1000) : ms;
}

function readText(parameter: Parameter, value: unknown, maxLength: number): string {
  const { name, values, allowEmpty } = parameter;
  if (allowEmpty && value === '') return '';
  if (!values) return toText(value, name, maxLength);
  if (typeof value === 'string' && values.includes(value)) return value;
  throw badInput('value', { field: name, given: excerpt(value), accepted: acceptedForm(parameter) });
}

function readPeriod(parameter: Parameter, value: unknown, earlier: Values): string {
  const cycle = parameter.cycle ? earlier[parameter.cycle] : undefined;
  const forms = parameter.dates ?? ['date'];
  const form = forms.find((known) => known === cycle);
  return toPeriod(value, parameter.name, form ? [form] : forms);
}
