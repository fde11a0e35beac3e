import type { IssuedToken } from './call-types';
import type { Clock, Timer } from './clock';
import { CloudError } from './errors';
import { type Logger, logEvent } from './logger';
import { LoginPacing } from './login-pacing';
import type { ServerTime } from './server-time';
import { renewalTimes, type TokenRenewal, tokenLifeMs } from './token-life';

/** What may stand in a header: anything else would break the request, or be quoted in a library's error text. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

/** Distance between renewals that fail while the token at hand still works. */
const FIRST_SOFT_DISTANCE_MS = 60_000;
const LONGEST_SOFT_DISTANCE_MS = 3_600_000;
/** Distance after a login that failed for other reasons than its credentials: the cloud was away, say. */
const FIRST_FAILURE_DISTANCE_MS = 1000;
const LONGEST_FAILURE_DISTANCE_MS = 60_000;
/**
 * Refusals of tokens that should still be valid weigh this much, and more than so much weight within the time says that
 * somebody else's logins void ours. The cloud may let a token expire early: one that it has accepted and then calls
 * expired weighs little, since who has had an expired token must not wait for the next. One that is called invalid, or
 * that was never good for anything, weighs much.
 */
const EARLY_EXPIRY_WEIGHT = 1;
const REFUSAL_WEIGHT = 5;
const ELSEWHERE_WEIGHT = 10;
const ELSEWHERE_WITHIN_MS = 600_000;
const FIRST_ELSEWHERE_DISTANCE_MS = 60_000;
const LONGEST_ELSEWHERE_DISTANCE_MS = 900_000;
/** A token that lives this long serves everybody who waits; when it does not, there are so many others that all must go slower. */
const LONG_ENOUGH_MS = 6000;
/** Calls that may wait for a login which is not due yet. */
const MOST_PATIENT = 1000;

/** Waits for a scope's token. Exactly one of the two is called, once, unless the waiter leaves. */
export interface TokenWaiter {
  /** Milliseconds that it may wait for a login that is not due yet. */
  readonly patienceMs: number;
  tokenReady(): void;
  /** The login is held back, against another program with the same credentials; `ms` until it is made. */
  tokenHeld?(ms: number): void;
  tokenFailed(error: CloudError): void;
}

export interface TokenProviderOptions {
  clock: Clock;
  serverTime: () => ServerTime;
  /** Logs in; with a deadline of its own, and without the signal of a caller. @throws CloudError */
  login: (scope: string) => Promise<IssuedToken>;
  /** Codes of a login that was refused for its credentials. */
  credentialCodes: ReadonlySet<number>;
  /** Codes of a call that was refused because its token has expired. */
  expiryCodes?: ReadonlySet<number>;
  /** When tokens are renewed, unless as usual. */
  renewal?: TokenRenewal;
  host: string;
  log: Logger;
  /** Told of each new token, for the redactor and for a store. `expiresAt` is epoch milliseconds by the server's clock. */
  onToken?: (scope: string, token: string, expiresAt: number) => void;
}

/** One token and the login for it. */
interface Scope {
  readonly name: string;
  token: string | undefined;
  /** Whether the cloud has accepted the token in a call. */
  proven: boolean;
  issuedAt: number;
  softAt: number;
  hardAt: number;
  /** Renewals that failed in a row while the token worked. */
  softFailures: number;
  /** A login under way; at most one a scope. */
  loggingIn: boolean;
  readonly waiters: Set<TokenWaiter>;
  /** For the login that some of them wait for. */
  timer: Timer | undefined;
  /** Refusals for credentials. */
  readonly pacing: LoginPacing;
  /** Logins that failed otherwise, in a row; and when the next may be made. */
  failures: number;
  notBefore: number;
  /** What to fail with until then. */
  lastError: CloudError | undefined;
  /** Refusals of valid tokens: when (monotonic milliseconds), and their weight; only the recent ones. */
  refusals: { at: number; weight: number }[];
  elsewhereDistanceMs: number;
  elsewhere: boolean;
  /** Whether a distance between refused logins was told of and not taken back. */
  warned: boolean;
}

/**
 * The tokens of one account, one a scope (a product). However many calls ask, one login is under way; a token that is
 * refused is only thrown away when it is still the current one, so that a thousand late refusals cost one login. Tokens
 * are renewed by the traffic that finds them old, never by a timer: who makes no call makes no login.
 */
export class TokenProvider {
  private readonly scopes = new Map<string, Scope>();
  /** Until a scope has logged in, the credential as a whole is in doubt, and all scopes keep one distance. */
  private readonly shared: LoginPacing;
  private everLoggedIn = false;
  private closed = false;

  constructor(private readonly options: TokenProviderOptions) {
    this.shared = new LoginPacing(options.clock);
  }

  /** The scope's token when it can be used now; starts its renewal when it grows old. */
  peek(name: string): string | undefined {
    const scope = this.scopes.get(name);
    if (!scope || scope.token === undefined) return undefined;
    const now = this.options.clock.mono();
    if (now >= scope.hardAt) return undefined;
    if (scope.elsewhere) this.endElsewhere(scope, now);
    if (now >= scope.softAt && !scope.loggingIn && !this.closed) void this.logIn(scope);
    return scope.token;
  }

  /** Waits for a usable token; logs in unless that is under way or too early. The waiter may be called at once. */
  wait(name: string, waiter: TokenWaiter): void {
    const scope = this.scope(name);
    if (this.peek(name) !== undefined) {
      waiter.tokenReady();
      return;
    }
    if (!scope.loggingIn) {
      const early = this.tooEarly(scope);
      if (early) {
        if (this.mayWait(scope, waiter)) this.waitForDistance(scope, waiter);
        else waiter.tokenFailed(early);
        return;
      }
    }
    scope.waiters.add(waiter);
    if (!scope.loggingIn) void this.logIn(scope);
  }

  /**
   * Whether a call can wait until it is time for the next login, against others who void our tokens: all who waited then
   * go together, before that token is void too. Where the last token was never good for anything, nor will the next be.
   */
  private mayWait(scope: Scope, { patienceMs }: TokenWaiter): boolean {
    const ms = scope.notBefore - this.options.clock.mono();
    return (
      scope.elsewhere && scope.proven && !scope.pacing.blocked && ms <= patienceMs && scope.waiters.size < MOST_PATIENT
    );
  }

  private waitForDistance(scope: Scope, waiter: TokenWaiter): void {
    const { clock } = this.options;
    scope.waiters.add(waiter);
    waiter.tokenHeld?.(scope.notBefore - clock.mono());
    scope.timer ??= clock.setTimeout(
      () => {
        scope.timer = undefined;
        if (scope.waiters.size > 0 && !scope.loggingIn) void this.logIn(scope);
      },
      Math.max(0, scope.notBefore - clock.mono()),
    );
  }

  /** Stops waiting; a login under way goes on for the others. */
  leave(name: string, waiter: TokenWaiter): void {
    this.scopes.get(name)?.waiters.delete(waiter);
  }

  /** A call with this token was answered. */
  accepted(name: string, tokenUsed: string): void {
    const scope = this.scopes.get(name);
    if (scope && scope.token === tokenUsed) scope.proven = true;
  }

  /**
   * A call was refused for its token. Nothing happens when that is not the scope's current one any more.
   * @param error what the cloud said; calls fail with it while the next login must wait
   */
  invalidate(name: string, tokenUsed: string, error: CloudError): void {
    const scope = this.scope(name);
    if (scope.token !== tokenUsed) return;
    const now = this.options.clock.mono();
    scope.token = undefined;
    if (now >= scope.hardAt) return;
    const expired = scope.proven && error.vendorCode !== undefined && this.options.expiryCodes?.has(error.vendorCode);
    scope.refusals = scope.refusals.filter(({ at }) => now - at < ELSEWHERE_WITHIN_MS);
    scope.refusals.push({ at: now, weight: expired ? EARLY_EXPIRY_WEIGHT : REFUSAL_WEIGHT });
    if (!scope.elsewhere) {
      if (scope.refusals.reduce((sum, { weight }) => sum + weight, 0) <= ELSEWHERE_WEIGHT) return;
      scope.elsewhere = true;
      logEvent(this.options.log, 'warn', 'tokenElsewhere', { host: this.options.host });
    }
    const factor = now - scope.issuedAt < LONG_ENOUGH_MS ? 2 : 1;
    scope.elsewhereDistanceMs = Math.min(
      Math.max(FIRST_ELSEWHERE_DISTANCE_MS, scope.elsewhereDistanceMs * factor),
      LONGEST_ELSEWHERE_DISTANCE_MS,
    );
    scope.notBefore = scope.issuedAt + scope.elsewhereDistanceMs;
    scope.lastError = error;
  }

  /** Takes a token that is known from before, a store for example. `expiresAt` is epoch milliseconds by the server's clock. */
  seed(name: string, token: string, expiresAt: number): void {
    if (!TOKEN.test(token) || expiresAt <= this.options.serverTime().now()) return;
    this.keep(this.scope(name), token, { value: token, expiresAt });
  }

  /** There is another way to the host: logins that failed for other reasons than their credentials need not wait. */
  routeChanged(): void {
    for (const scope of this.scopes.values()) {
      if (scope.elsewhere) continue;
      scope.failures = 0;
      scope.notBefore = 0;
    }
  }

  /** Whether valid tokens of the scope keep being refused: another program may be using the credentials. */
  elsewhere(name: string): boolean {
    return this.scopes.get(name)?.elsewhere ?? false;
  }

  /** Fails everybody who waits, and logs in no more. */
  close(error: CloudError): void {
    this.closed = true;
    for (const scope of this.scopes.values()) {
      scope.token = undefined;
      if (scope.timer !== undefined) this.options.clock.clearTimeout(scope.timer);
      this.release(scope, error);
    }
  }

  /** A token that has not been refused for so long is ours alone again. */
  private endElsewhere(scope: Scope, now: number): void {
    const quietMs = now - (scope.refusals.at(-1)?.at ?? 0);
    if (quietMs < ELSEWHERE_WITHIN_MS + scope.elsewhereDistanceMs) return;
    scope.elsewhere = false;
    scope.elsewhereDistanceMs = 0;
    logEvent(this.options.log, 'info', 'tokenKept', { host: this.options.host });
  }

  private scope(name: string): Scope {
    let scope = this.scopes.get(name);
    if (!scope) {
      scope = {
        name,
        token: undefined,
        proven: false,
        issuedAt: 0,
        softAt: 0,
        hardAt: 0,
        softFailures: 0,
        loggingIn: false,
        waiters: new Set(),
        timer: undefined,
        pacing: new LoginPacing(this.options.clock),
        failures: 0,
        notBefore: 0,
        lastError: undefined,
        refusals: [],
        elsewhereDistanceMs: 0,
        elsewhere: false,
        warned: false,
      };
      this.scopes.set(name, scope);
    }
    return scope;
  }

  /** The error to fail with when the next login is not due; undefined when it may be made now. */
  private tooEarly(scope: Scope): CloudError | undefined {
    const now = this.options.clock.mono();
    // A first login never waits, nor does one for a token that has simply grown old.
    const pacing = this.everLoggedIn ? scope.pacing : this.shared;
    const waitMs = Math.max(scope.pacing.blocked ? pacing.waitMs() : 0, scope.notBefore - now);
    if (waitMs <= 0 || !scope.lastError) return undefined;
    const error = withRetryAfter(scope.lastError, waitMs);
    return scope.elsewhere && !scope.pacing.blocked ? usedElsewhere(error) : error;
  }

  private async logIn(scope: Scope): Promise<void> {
    scope.loggingIn = true;
    const due = { own: scope.pacing.begin(), shared: this.shared.begin() };
    try {
      const issued = await this.options.login(scope.name);
      if (this.closed) return;
      if (typeof issued.value !== 'string' || !TOKEN.test(issued.value)) throw badToken();
      this.loggedIn(scope, issued);
    } catch (error) {
      if (!this.closed) this.loginFailed(scope, error as CloudError, due);
    }
  }

  private loggedIn(scope: Scope, issued: IssuedToken): void {
    this.everLoggedIn = true;
    this.shared.accepted();
    if (scope.warned) logEvent(this.options.log, 'info', 'loginAccepted', { host: this.options.host });
    scope.warned = false;
    scope.pacing.accepted();
    this.keep(scope, issued.value, issued);
    scope.loggingIn = false;
    const waiters = [...scope.waiters];
    scope.waiters.clear();
    for (const waiter of waiters) waiter.tokenReady();
  }

  private keep(scope: Scope, token: string, issued: IssuedToken): void {
    const { clock, serverTime, onToken, renewal } = this.options;
    const serverNow = serverTime().now();
    const lifeMs = tokenLifeMs(issued, serverNow, renewal);
    const { softMs, hardMs } = renewalTimes(lifeMs, clock.random(), renewal);
    const now = clock.mono();
    scope.token = token;
    scope.proven = false;
    scope.issuedAt = now;
    scope.softAt = now + softMs;
    scope.hardAt = now + hardMs;
    scope.softFailures = 0;
    scope.failures = 0;
    scope.notBefore = 0;
    scope.lastError = undefined;
    onToken?.(scope.name, token, serverNow + lifeMs);
  }

  private loginFailed(scope: Scope, error: CloudError, due: { own: boolean; shared: boolean }): void {
    const { clock, credentialCodes, host, log } = this.options;
    const now = clock.mono();
    scope.loggingIn = false;
    if (error.vendorCode !== undefined && credentialCodes.has(error.vendorCode)) {
      scope.pacing.refused(due.own);
      this.shared.refused(due.shared);
      scope.lastError = error;
      const waitMs = (this.everLoggedIn ? scope.pacing : this.shared).waitMs();
      if (waitMs > 0) {
        scope.warned = true;
        logEvent(log, 'warn', 'loginRefused', { host, code: error.vendorCode, seconds: Math.ceil(waitMs / 1000) });
      }
    } else if (error.outcome !== 'not-sent') {
      // What was never sent (a breaker, a spent quota) has paced itself.
      scope.lastError = error;
      const distanceMs = FIRST_FAILURE_DISTANCE_MS * 2 ** scope.failures++;
      scope.notBefore = now + Math.min(distanceMs, LONGEST_FAILURE_DISTANCE_MS);
    }
    if (scope.token !== undefined && now < scope.hardAt) {
      const distanceMs = FIRST_SOFT_DISTANCE_MS * 2 ** scope.softFailures++;
      scope.softAt = now + Math.min(distanceMs, LONGEST_SOFT_DISTANCE_MS);
    }
    this.release(scope, error);
  }

  private release(scope: Scope, error: CloudError): void {
    const waiters = [...scope.waiters];
    scope.waiters.clear();
    for (const waiter of waiters) waiter.tokenFailed(error);
  }
}

function badToken(): CloudError {
  return new CloudError({
    code: 'GIZ_BAD_RESPONSE',
    textKey: 'errors.badResponse.shape',
    textParams: { field: 'token' },
    outcome: 'unknown',
  });
}

/** Why a call with valid credentials must wait for its login; code and numbers stay the vendor's. */
function usedElsewhere(error: CloudError): CloudError {
  const seconds = Math.ceil((error.retryAfterMs ?? 0) / 1000);
  return new CloudError({ ...error, textKey: 'errors.tokenElsewhere', textParams: { seconds } });
}

function withRetryAfter(error: CloudError, waitMs: number): CloudError {
  return new CloudError({ ...error, retryAfterMs: Math.ceil(waitMs) });
}
