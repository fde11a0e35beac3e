import type { WireReply } from './wire-reply';

/** What an answer's headers say of the quota, made sense of. */
export interface RateLimit {
  /** Calls a window. */
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly resetInMs: number;
}

/** An hour, and a minute for clocks that differ. */
const LONGEST_WINDOW_MS = 3_660_000;
/** A window that has just ended by our reckoning may not have ended by the server's. */
const JUST_ENDED_MS = 5000;
/** The longest pause that a server is granted. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * Reads quota headers tolerantly: the vendors mean epoch seconds, epoch milliseconds or seconds from now by the reset.
 * Nonsense (a remainder above the limit, a reset long past, words) gives undefined: a local count is safer then.
 * @param serverNow the server's time, epoch milliseconds: the reset is counted by its clock
 */
export function readRateLimit(reply: WireReply, serverNow: number): RateLimit | undefined {
  const limit = reply.wholeNumber('x-ratelimit-limit');
  const remaining = reply.wholeNumber('x-ratelimit-remaining');
  const resetInMs = readReset(reply, serverNow);
  if (limit === undefined || remaining === undefined || resetInMs === undefined) return undefined;
  if (limit < 1 || remaining > limit) return undefined;
  return { limit, remaining, resetInMs };
}

/** Milliseconds until the window ends, by its header alone; undefined when there is none or it makes no sense. */
export function readReset(reply: WireReply, serverNow: number): number | undefined {
  const reset = reply.wholeNumber('x-ratelimit-reset');
  const distanceMs = reset === undefined ? -Infinity : resetDistance(reset, serverNow);
  return distanceMs <= -JUST_ENDED_MS ? undefined : Math.min(Math.max(distanceMs, 1), LONGEST_WINDOW_MS);
}

function resetDistance(reset: number, serverNow: number): number {
  if (reset < 1e6) return reset * 1000;
  return (reset < 1e11 ? reset * 1000 : reset) - serverNow;
}

/**
 * Milliseconds that a `Retry-After` header asks for (RFC 9110 section 10.2.3: seconds or a date), at most an hour;
 * undefined when there is none or it makes no sense.
 */
export function parseRetryAfter(text: string | undefined, serverNow: number): number | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return Math.min(Number(trimmed) * 1000, LONGEST_RETRY_AFTER_MS);
  // A bare or signed number would pass for a year in Date.parse.
  const date = /^[A-Za-z]{3}/.test(trimmed) ? Date.parse(trimmed) : Number.NaN;
  if (Number.isNaN(date)) return undefined;
  return Math.min(Math.max(0, date - serverNow), LONGEST_RETRY_AFTER_MS);
}
