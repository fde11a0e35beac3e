import type { IssuedToken, VendorRules } from '../cloud/call-types';
import type { Operation } from '../cloud/catalogue';
import { CloudError } from '../cloud/errors';
import { isPlainObject } from '../cloud/input';
import { parseJson } from '../cloud/json';
import type { Reply } from '../cloud/reply';
import { englishTemplate } from '../texts';
import { quoteLongIntegers } from './json';

/** Code 1: on a token call the keys were refused, on every other call the token is too old. */
export const TOKEN_REFUSED = 1;

/** What the calls of this platform may do after an error. It knows no hourly quota. */
export const EXPEED_RULES: VendorRules = {
  reauthCodes: new Set([TOKEN_REFUSED]),
  credentialCodes: new Set([TOKEN_REFUSED]),
  quotaCodes: new Set(),
  retryableReadCodes: new Set(),
};

/**
 * What a message says, whatever its number: the document's appendix and the tables of its calls give 3 three meanings.
 * The texts named here are those of `src/texts/expeed.json`.
 */
const MESSAGES: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/token\s*(?:过期|失效|无效)/i, '1'],
  [/验证失败/, 'credentials'],
  [/device_?key/i, 'deviceKey'],
  [/设备不在线/, 'offline'],
  [/设备不存在/, '2'],
  [/查询参数/, 'query'],
  [/url\s*参数/i, '4'],
  [/body\s*参数/i, '5'],
];

const MAX_VENDOR_MESSAGE = 500;

/** Statuses that say nothing about whether the request was carried out. */
function isUnclear(status: number): boolean {
  return status >= 500 || status === 408;
}

/**
 * The body of a successful reply. The number in `result_code` decides, never the HTTP status; what kind of error it is,
 * its message decides, where it is known.
 * @throws CloudError `EXPEED_<n>` for an error of the platform, GIZ_BAD_RESPONSE for what is no answer of it; for a
 *   setting whose answer cannot be read its outcome is `unknown`.
 */
export function readReply(operation: Operation, reply: Reply): Readonly<Record<string, unknown>> {
  const { status } = reply;
  const parsed = parseJson(quoteLongIntegers(reply.text));
  const body = parsed.state === 'value' && isPlainObject(parsed.value) ? parsed.value : undefined;
  const code = body ? resultCode(body.result_code) : undefined;
  if (body && code !== undefined && code !== 0) throw vendorError(operation, status, code, body.result_message);
  if (status < 200 || status > 299) throw badResponse(statusText(status, parsed.state === 'html'), status);
  if (body && code === 0) return body;
  switch (parsed.state) {
    case 'value':
      throw badResponse('shape', status, { field: 'result_code' });
    case 'deep':
      throw badResponse('shape', status, { field: 'JSON' });
    case 'broken':
      throw badResponse('cut', status, {}, true);
    case 'other':
      throw badResponse('notJson', status, {}, true);
    default:
      throw badResponse(parsed.state, status);
  }
}

/** The token of a reply. @throws CloudError */
export function readToken(operation: Operation, reply: Reply): IssuedToken {
  const { access_token: value, expires_in: expiresIn } = readReply(operation, reply);
  // What it may consist of the token provider checks, for every cloud alike.
  if (typeof value !== 'string' || value === '') throw wrongField('access_token', reply.status);
  return { value, expiresIn };
}

/** A successful answer that lacks what it should hold. */
export function wrongField(field: string, status: number): CloudError {
  return badResponse('shape', status, { field });
}

/** A number, also as text; undefined for anything else. */
function resultCode(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function vendorError(operation: Operation, status: number, number: number, words: unknown): CloudError {
  const message =
    typeof words === 'string'
      ? words
          .replace(/\p{Cc}+/gu, ' ')
          .trim()
          .slice(0, MAX_VENDOR_MESSAGE)
      : '';
  const meant = MESSAGES.find(([pattern]) => pattern.test(message))?.[1];
  // A token that is too old is answered with another token, whichever number says it.
  const code = meant === '1' ? TOKEN_REFUSED : number;
  const text = meant ?? (operation.internal && code === TOKEN_REFUSED ? 'credentials' : String(code));
  const vendor = message === '' ? ` [${code}]` : { textKey: 'errors.vendor', textParams: { code, message } };
  return new CloudError({
    code: `EXPEED_${code}`,
    textKey: englishTemplate(`expeed.${text}`) === undefined ? 'expeed.unlisted' : `expeed.${text}`,
    textParams: { vendor },
    vendorCode: code,
    ...(message === '' ? {} : { vendorMessage: message }),
    statusCode: status,
    outcome: isUnclear(status) ? 'unknown' : 'refused',
    retryable: text === 'offline' || (code === TOKEN_REFUSED && !operation.internal),
  });
}

function statusText(status: number, isHtml: boolean): string {
  if (status >= 300 && status < 400) return 'redirect';
  if (status === 404) return 'notFound';
  return isHtml && !isUnclear(status) ? 'html' : 'status';
}

function badResponse(
  key: string,
  status: number,
  textParams: Readonly<Record<string, string>> = {},
  passing = isUnclear(status),
): CloudError {
  const refused = status >= 300 && !isUnclear(status);
  return new CloudError({
    code: 'GIZ_BAD_RESPONSE',
    textKey: `errors.badResponse.${key}`,
    textParams: { status, ...textParams },
    statusCode: status,
    outcome: refused ? 'refused' : 'unknown',
    retryable: passing || status === 425 || status === 429,
  });
}
