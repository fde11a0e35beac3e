import type { Operation, ReplyField } from '../cloud/catalogue';
import { CloudError, type ErrorDetails } from '../cloud/errors';
import { isId, isPlainObject } from '../cloud/input';
import { parseJson } from '../cloud/json';
import type { Reply } from '../cloud/reply';
import { englishTemplate, type NestedText } from '../texts';

/** What differs between the HTTP APIs of this vendor when their replies are read. */
export interface ReplyRules {
  /** Name of the texts of its error codes: `gizwits` holds `gizwits.5305`. */
  readonly texts: 'gizwits' | 'app';
  /** Codes after which a change may or may not have been carried out, whatever the HTTP status. */
  readonly unknownOutcomeCodes: ReadonlySet<number>;
  /** Codes after which the same call may succeed later without a change. */
  readonly laterCodes: ReadonlySet<number>;
}

/** Longest vendor message that is kept, in characters. */
const MAX_VENDOR_MESSAGE = 500;

/** What may stand in an Authorization header and is never mistaken for anything else. */
const TOKEN = /^[A-Za-z0-9._~+/=-]{1,4096}$/;

/** Statuses without a vendor code after which nothing was done and a later try may succeed (RFC 9110, RFC 6585). */
const LATER_STATUSES: ReadonlySet<number> = new Set([425, 429]);
/** The server gave up waiting for the request (RFC 9110): whether it had begun is not known. */
const REQUEST_TIMEOUT = 408;

/** Properties in which the APIs tell details of an error: documented, and seen on the wire. */
const DETAIL_PROPERTIES = ['detail', 'detail_message', 'detail_msg'] as const;

/**
 * The body of a successful reply. The vendor's code decides what an error is, never the HTTP status, since documents
 * disagree about statuses (c36) and errors have been seen with 2xx.
 * @throws CloudError `GIZ_<n>` for an error of the vendor, GIZ_BAD_RESPONSE for what is no answer of the API, and for a
 *   call that changes something GIZ_OUTCOME_UNKNOWN whenever it may have been carried out all the same.
 */
export function readApiReply(operation: Operation, reply: Reply, rules: ReplyRules): unknown {
  const { status } = reply;
  const parsed = parseJson(reply.text);
  const body = parsed.state === 'value' ? parsed.value : undefined;
  const code = errorCode(body);
  if (code) throw vendorError(operation, status, code, vendorMessage(body), rules);
  if (status < 200 || status > 299) throw statusError(operation, status, parsed.state === 'html', vendorMessage(body));
  if (code !== undefined) throw badReply(operation, status, 'shape', { field: 'error_code' });

  switch (parsed.state) {
    case 'value':
      if (parsed.value === null && operation.emptyReply) return {};
      checkShape(operation, status, parsed.value);
      return parsed.value;
    case 'empty':
      if (operation.emptyReply) return {};
      throw badReply(operation, status, 'empty');
    case 'html':
      throw badReply(operation, status, 'html');
    case 'broken':
      throw badReply(operation, status, 'cut', {}, true);
    case 'deep':
      throw badReply(operation, status, 'shape', { field: 'JSON' });
    default:
      throw badReply(operation, status, 'notJson', {}, true);
  }
}

/**
 * Whether an error only says that the service has no such path, so that another path printed for the same operation may
 * be tried: a 404 without a code of the vendor, which would have given the error a code of its own.
 */
export function isWrongPath(error: unknown): boolean {
  return error instanceof CloudError && error.code === 'GIZ_BAD_RESPONSE' && error.statusCode === 404;
}

/** The `error_code` of a body as a number; NaN when there is one that is no number; undefined when there is none. */
function errorCode(body: unknown): number | undefined {
  if (!isPlainObject(body)) return undefined;
  const code = body.error_code;
  if (code === undefined || code === null || code === '' || code === false) return undefined;
  const number = typeof code === 'string' && /^\d{1,9}$/.test(code.trim()) ? Number(code) : code;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) return Number.NaN;
  return number === 0 ? undefined : number;
}

/** The words of an error, which the APIs spread over several properties. */
function vendorMessage(body: unknown): string | undefined {
  if (!isPlainObject(body)) return undefined;
  const message = wordsOf(body.error_message);
  const detail = DETAIL_PROPERTIES.map((name) => wordsOf(body[name])).find((words) => words !== undefined);
  if (message === undefined || detail === undefined) return message ?? detail;
  return `${message} (${detail})`.slice(0, MAX_VENDOR_MESSAGE);
}

function wordsOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const words = typeof value === 'string' ? value : JSON.stringify(value);
  // Line breaks and other control characters would let a server write lines of its own into a log.
  return (
    words
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, MAX_VENDOR_MESSAGE) || undefined
  );
}

function vendorError(
  operation: Operation,
  status: number,
  code: number,
  message: string | undefined,
  rules: ReplyRules,
): CloudError {
  const isUnknown = status >= 500 || rules.unknownOutcomeCodes.has(code);
  const textKey = `${rules.texts}.${code}`;
  const vendor: NestedText | string =
    message === undefined ? ` [${code}]` : { textKey: 'errors.vendor', textParams: { code, message } };
  const details: ErrorDetails = {
    code: `GIZ_${code}`,
    textKey: englishTemplate(textKey) === undefined ? `${rules.texts}.unlisted` : textKey,
    textParams: { vendor },
    vendorCode: code,
    vendorMessage: message,
    statusCode: status,
    outcome: isUnknown ? 'unknown' : 'refused',
    retryable: rules.laterCodes.has(code),
  };
  if (operation.lane !== 'control' || !isUnknown) return new CloudError(details);
  return new CloudError({
    ...details,
    code: 'GIZ_OUTCOME_UNKNOWN',
    textKey: 'errors.outcomeUnknownVendor',
    retryable: false,
  });
}

/** An HTTP error without a code of the vendor: a gateway, a proxy or a wrong path answered. */
function statusError(operation: Operation, status: number, isHtml: boolean, message?: string): CloudError {
  const isUnknown = status >= 500 || status === REQUEST_TIMEOUT;
  if (isUnknown && operation.lane === 'control') return outcomeUnknown(status, message);
  const isRedirect = status >= 300 && status < 400;
  const key = isRedirect ? 'redirect' : status === 404 ? 'notFound' : isHtml && !isUnknown ? 'html' : 'status';
  return new CloudError({
    code: 'GIZ_BAD_RESPONSE',
    textKey: `errors.badResponse.${key}`,
    textParams: { status },
    vendorMessage: message,
    statusCode: status,
    outcome: isUnknown ? 'unknown' : 'refused',
    retryable: isUnknown || LATER_STATUSES.has(status),
  });
}

/** A success that cannot be read. What changes something may have been carried out. */
function badReply(
  operation: Operation,
  status: number,
  key: string,
  textParams: Record<string, string> = {},
  retryable = false,
): CloudError {
  if (operation.lane === 'control') return outcomeUnknown(status);
  return new CloudError({
    code: 'GIZ_BAD_RESPONSE',
    textKey: `errors.badResponse.${key}`,
    textParams: { status, ...textParams },
    statusCode: status,
    outcome: 'unknown',
    retryable,
  });
}

function outcomeUnknown(status: number, message?: string): CloudError {
  return new CloudError({
    code: 'GIZ_OUTCOME_UNKNOWN',
    textKey: 'errors.outcomeUnknown',
    vendorMessage: message,
    statusCode: status,
    outcome: 'unknown',
  });
}

function checkShape(operation: Operation, status: number, body: unknown): void {
  const { replyShape = 'object', reply = {}, paging } = operation;
  if (replyShape === 'any') return;
  const isRight = replyShape === 'array' ? Array.isArray(body) : isPlainObject(body);
  if (!isRight) throw badReply(operation, status, 'shape', { field: replyShape });
  if (replyShape === 'array') return;
  const members = body as Record<string, unknown>;
  for (const field in reply) {
    if (!isReplyField(members[field], reply[field])) throw badReply(operation, status, 'shape', { field });
  }
  if (paging && paging.style !== 'none' && !isRecordList(members[paging.records])) {
    throw badReply(operation, status, 'shape', { field: paging.records });
  }
}

function isRecordList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isPlainObject);
}

function isReplyField(value: unknown, kind: ReplyField): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'id':
      return typeof value === 'string' && isId(value);
    case 'token':
      return typeof value === 'string' && TOKEN.test(value);
    case 'list':
      return Array.isArray(value);
    case 'object':
      return isPlainObject(value);
    case 'number':
      return isNumeric(value);
    default:
      return value === undefined || value === null || isReplyField(value, kind.slice(0, -1) as ReplyField);
  }
}

/** Counts come as numbers, and in some replies as text. */
function isNumeric(value: unknown): boolean {
  return Number.isFinite(value) || (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value));
}
