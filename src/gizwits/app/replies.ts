import type { VendorRules } from '../../cloud/call-types';
import { CloudError } from '../../cloud/errors';
import { isPlainObject } from '../../cloud/input';
import type { Reply } from '../../cloud/reply';
import type { NestedText } from '../../texts';
import { type ReplyRules, readApiReply } from '../reply-reader';
import type { AppOperation } from './operation';

/** The user's or app's token was not accepted, or is too old: log in again and make the call once more. */
const REAUTH_CODES: ReadonlySet<number> = new Set([9004, 9006]);

/** Those that say that it is too old; the other one is seen for both (gizwits-http.md B.1). */
const EXPIRY_CODES: ReadonlySet<number> = new Set([9006]);

/** Too many calls at once; no figures are documented. */
const THROTTLE_CODES: ReadonlySet<number> = new Set([9041]);

/** Answers to a login that no repetition mends: app, user, password or region must change first. */
const CREDENTIAL_CODES: ReadonlySet<number> = new Set([9003, 9005, 9015, 9020, 9026, 9038, 9039]);

/** Failures inside the cloud. A command that met one may or may not have reached its device. */
export const INNER_FAILURES: ReadonlySet<number> = new Set([9008, 9021, 9024, 9035]);

/** Codes after which the same call may succeed later by itself. */
export const LATER_CODES: ReadonlySet<number> = new Set([
  ...REAUTH_CODES,
  ...THROTTLE_CODES,
  ...INNER_FAILURES,
  9037, // the text message was not sent
  9042, // device offline
  9046, // registration under way
]);

/** The codes above, for the layers that repeat calls and log in. */
export const APP_RULES: VendorRules = {
  reauthCodes: REAUTH_CODES,
  expiryCodes: EXPIRY_CODES,
  quotaCodes: THROTTLE_CODES,
  throttles: true,
  credentialCodes: CREDENTIAL_CODES,
  retryableReadCodes: INNER_FAILURES,
};

const RULES: ReplyRules = { texts: 'app', unknownOutcomeCodes: INNER_FAILURES, laterCodes: LATER_CODES };

/** Errors that also mean: this account lives in another region. */
const REGION_CODES: ReadonlySet<number> = new Set([9004, 9005]);

/**
 * The body of a reply of the Open API; `{}` where a success came without one and may.
 * @param region where the call went, in words: tokens and users exist in one region only
 * @throws CloudError as {@link readApiReply} says
 */
export function readAppReply(operation: AppOperation, reply: Reply, region: NestedText): unknown {
  try {
    return readApiReply(operation, reply, RULES);
  } catch (error) {
    if (!(error instanceof CloudError) || !REGION_CODES.has(error.vendorCode ?? 0)) throw error;
    throw new CloudError({ ...error, textParams: { ...error.textParams, region } });
  }
}

/** What a login brings. The name of the token's end differs by operation (B.3). */
export interface LoggedIn {
  token: string;
  uid?: string;
  expire_at?: unknown;
  expired_at?: unknown;
}

/**
 * The records of a listing's body, in whichever of the seen forms: the array itself, an array under its name, or (raw
 * data of 2024) an object whose `hits` hold the array.
 * @throws CloudError GIZ_BAD_RESPONSE when there are none
 */
export function recordsOf(
  operation: AppOperation,
  body: unknown,
): { records: unknown[]; meta: Record<string, unknown> } {
  const name = operation.paging?.records ?? '';
  const holder = isPlainObject(body) ? body : {};
  const value = name === '' ? body : holder[name];
  const hits = isPlainObject(value) && isPlainObject(value.hits) ? value.hits : undefined;
  const records = hits ? hits.objects : value;
  if (!Array.isArray(records)) {
    throw new CloudError({
      code: 'GIZ_BAD_RESPONSE',
      textKey: 'errors.badResponse.shape',
      textParams: { field: name || 'array' },
      outcome: operation.lane === 'control' ? 'unknown' : 'refused',
    });
  }
  const meta = isPlainObject(holder.meta) ? holder.meta : {};
  return { records, meta: hits && meta.total === undefined ? { ...meta, total: hits.total } : meta };
}
