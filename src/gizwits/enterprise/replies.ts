import type { VendorRules } from '../../cloud/call-types';
import type { Operation } from '../../cloud/catalogue';
import type { Reply } from '../../cloud/reply';
import { type ReplyRules, readApiReply } from '../reply-reader';

/** The token was not accepted or is too old: log in again and repeat the call once. */
export const REAUTH_CODES: ReadonlySet<number> = new Set([5009, 5011]);

/** Those that say that it is too old. */
const EXPIRY_CODES: ReadonlySet<number> = new Set([5011]);

/** The hour's calls are used up: wait for the reset, whatever the call. */
export const QUOTA_CODES: ReadonlySet<number> = new Set([5013]);

/**
 * Answers to a login that no repetition mends, because something in the configuration, in the developer center or in
 * the vendor's permissions must change first.
 */
export const CREDENTIAL_CODES: ReadonlySet<number> = new Set([
  5003, 5004, 5005, 5006, 5007, 5008, 5010, 5012, 5015, 5018, 5019, 5022, 5024, 5025, 5801,
]);

/** Failures inside the cloud that a read may try again at once. */
export const RETRYABLE_READ_CODES: ReadonlySet<number> = new Set([5403, 5409, 5601]);

/**
 * Codes after which a change may or may not have been carried out: sending failed somewhere on the way (5403), or a
 * service inside the cloud did (those that the documents give with HTTP 500). All others refuse before anything is done.
 */
export const UNKNOWN_OUTCOME_CODES: ReadonlySet<number> = new Set([5403, 5406, 5407, 5409, 5601]);

/** Codes after which the same call may succeed later by itself, without a change of input or configuration. */
export const LATER_CODES: ReadonlySet<number> = new Set([
  ...REAUTH_CODES,
  ...QUOTA_CODES,
  ...RETRYABLE_READ_CODES,
  5014, // report not generated yet
  5023, // enterprise is being created
  5208, // devices are being assigned
  5305, // device offline
]);

/** The codes above, for the layers that repeat calls and log in. */
export const VENDOR_RULES: VendorRules = {
  reauthCodes: REAUTH_CODES,
  expiryCodes: EXPIRY_CODES,
  quotaCodes: QUOTA_CODES,
  credentialCodes: CREDENTIAL_CODES,
  retryableReadCodes: RETRYABLE_READ_CODES,
};

const RULES: ReplyRules = {
  texts: 'gizwits',
  unknownOutcomeCodes: UNKNOWN_OUTCOME_CODES,
  laterCodes: LATER_CODES,
};

/**
 * The body of a reply of the Enterprise API; `{}` where a success came without one and may.
 * @throws CloudError as {@link readApiReply} says.
 */
export function readReply(operation: Operation, reply: Reply): unknown {
  return readApiReply(operation, reply, RULES);
}
