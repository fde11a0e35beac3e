import type { IssuedToken } from './call-types';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SHORTEST_LIFE_MS = MINUTE_MS;
const LONGEST_LIFE_MS = 30 * DAY_MS;
/** For a token that comes without a sensible end: long enough for no storm, and a refusal renews it anyway. */
const ASSUMED_LIFE_MS = 3_600_000;
/** A token is not used any more when less than this is left of it (google-auth-library and MSAL take the same). */
const HARD_MARGIN_MS = 300_000;
/** Shorter lives are not renewed early: their logins would come too close. */
const LEAST_LIFE_TO_RENEW_MS = 600_000;
/** When this part of its life is left, a token is renewed beside the traffic. */
const SOFT_PART = 0.1;

/** How an account renews its tokens, where the usual way does not suit its cloud. */
export interface TokenRenewal {
  /** A token is not used any more when less than this is left of it, milliseconds. */
  readonly marginMs: number;
  /** No more than this part of its life is given away for that; a short-lived token would have no life left. */
  readonly marginPart: number;
  /** When this part of its life is left, a token is renewed beside the traffic; 0 never does. */
  readonly softPart: number;
  /** What a shorter life is taken for, milliseconds. */
  readonly shortestMs: number;
}

const USUAL_RENEWAL: TokenRenewal = {
  marginMs: HARD_MARGIN_MS,
  marginPart: 1,
  softPart: SOFT_PART,
  shortestMs: SHORTEST_LIFE_MS,
};

/**
 * How long an issued token lives from now, in milliseconds, between the shortest (a minute, as usual) and 30 days. The
 * documents name the end `expired_at` and `expire_at`, and show seconds; milliseconds, numeric text and nothing at all
 * are taken too.
 * @param serverNow the server's time, epoch milliseconds: its end is told by that clock
 */
export function tokenLifeMs(issued: IssuedToken, serverNow: number, { shortestMs } = USUAL_RENEWAL): number {
  const seconds = positiveNumber(issued.expiresIn);
  if (seconds !== undefined) return clampLife(seconds * 1000, shortestMs);
  const end = positiveNumber(issued.expiresAt);
  if (end === undefined) return ASSUMED_LIFE_MS;
  return clampLife((end < 1e11 ? end * 1000 : end) - serverNow, shortestMs);
}

/** When a token is to be renewed, in milliseconds after its issue. */
export interface RenewalTimes {
  /** From here on it is renewed beside the traffic, which goes on with it. */
  readonly softMs: number;
  /** From here on it is not used any more. */
  readonly hardMs: number;
}

/** @param random uniform in [0, 1): programs that logged in together do not renew together */
export function renewalTimes(lifeMs: number, random: number, renewal = USUAL_RENEWAL): RenewalTimes {
  const { marginMs, marginPart, softPart, shortestMs } = renewal;
  const marginOfLife = Math.min(marginMs, lifeMs * marginPart);
  const hardMs = Math.max(Math.min(lifeMs, shortestMs), lifeMs - marginOfLife);
  if (softPart === 0 || lifeMs < LEAST_LIFE_TO_RENEW_MS) return { softMs: hardMs, hardMs };
  const softMs = lifeMs * (1 - softPart - softPart * softPart * random);
  return { softMs: Math.min(softMs, hardMs), hardMs };
}

function clampLife(ms: number, shortestMs: number): number {
  return Math.min(Math.max(ms, shortestMs), LONGEST_LIFE_MS);
}

function positiveNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : undefined;
}
