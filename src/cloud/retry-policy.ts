import type { VendorRules } from './call-types';
import type { Lane } from './catalogue';
import type { CloudError } from './errors';

/**
 * What to do after a failed try:
 * - `give-up`: the call ends with the error;
 * - `repeat`: once more after a pause, if budget, tries and freshness allow;
 * - `reauthenticate`: get another token and make the call once more, at once, one time;
 * - `await-quota`: the gate closes; the call waits for it as far as its class may.
 */
export type RetryDecision = 'give-up' | 'repeat' | 'reauthenticate' | 'await-quota';

/** Tries of one call, the first included. */
export const MAX_TRIES = 3;

const BACK_OFF_BASE_MS = 500;
const BACK_OFF_CAP_MS = 20_000;

/** Statuses of gateways and overloaded servers; only looked at when the answer carries no code of the vendor. */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 425, 500, 502, 503, 504]);
const TOO_MANY_REQUESTS = 429;

/** Failures of the connection; whether they may be repeated is marked on them. */
const WIRE_CODES: ReadonlySet<string> = new Set(['GIZ_NETWORK', 'GIZ_TIMEOUT', 'GIZ_TLS']);

/** What a decision is made on. */
interface Situation {
  readonly error: CloudError;
  readonly read: boolean;
  readonly rules: VendorRules;
}

/**
 * The policy, row by row; the first that fits decides. A command is repeated only when it provably was not carried out:
 * nothing was sent, or it was refused for its token or the quota, before anything is done (RFC 9110 section 9.2.2
 * forbids to repeat what is not idempotent without such knowledge). Everything else about it is an unknown outcome.
 */
const POLICY: readonly { readonly fits: (situation: Situation) => boolean; readonly decision: RetryDecision }[] = [
  { fits: ({ error, rules }) => has(rules.reauthCodes, error.vendorCode), decision: 'reauthenticate' },
  { fits: ({ error, rules }) => isOverQuota(error, rules), decision: 'await-quota' },
  { fits: ({ error, rules }) => has(rules.credentialCodes, error.vendorCode), decision: 'give-up' },
  { fits: ({ error }) => !WIRE_CODES.has(error.code) && error.outcome === 'not-sent', decision: 'give-up' },
  { fits: ({ error }) => WIRE_CODES.has(error.code) && !error.retryable, decision: 'give-up' },
  { fits: ({ error }) => WIRE_CODES.has(error.code) && error.outcome === 'not-sent', decision: 'repeat' },
  { fits: ({ read }) => !read, decision: 'give-up' },
  { fits: ({ error }) => WIRE_CODES.has(error.code), decision: 'repeat' },
  { fits: ({ error, rules }) => has(rules.retryableReadCodes, error.vendorCode), decision: 'repeat' },
  { fits: ({ error }) => error.vendorCode !== undefined, decision: 'give-up' },
  { fits: ({ error }) => has(RETRYABLE_STATUSES, error.statusCode), decision: 'repeat' },
  // An answer that broke off, or that is no JSON for once.
  { fits: ({ error }) => error.code === 'GIZ_BAD_RESPONSE' && error.retryable, decision: 'repeat' },
];

/** What to do after a try that failed with `error`. */
export function retryDecision(error: CloudError, lane: Lane, rules: VendorRules): RetryDecision {
  const situation: Situation = { error, read: lane !== 'control', rules };
  return POLICY.find((row) => row.fits(situation))?.decision ?? 'give-up';
}

/** Whether the error says that the quota is spent: the vendor's code, or the status made for it (RFC 6585). */
export function isOverQuota(error: CloudError, rules: VendorRules): boolean {
  return has(rules.quotaCodes, error.vendorCode) || (error.statusCode === TOO_MANY_REQUESTS && !error.vendorCode);
}

/** Whether the error is a failure of the connection, as the breaker counts them. */
export function isWireFailure(error: CloudError): boolean {
  return WIRE_CODES.has(error.code);
}

/**
 * Milliseconds to wait before the next try: full jitter, so that callers that failed together do not come back together
 * (AWS Architecture Blog, "Exponential backoff and jitter"). A server that asks for more gets it.
 * @param tries made so far, 1 or more
 * @param random uniform in [0, 1)
 */
export function backOffMs(tries: number, random: number, retryAfterMs = 0): number {
  return Math.max(random * Math.min(BACK_OFF_CAP_MS, BACK_OFF_BASE_MS * 2 ** (tries - 1)), retryAfterMs);
}

function has(set: ReadonlySet<number>, code: number | undefined): boolean {
  return code !== undefined && set.has(code);
}
