import type { Abortable, AbortGroups } from './abort-groups';
import type { Breaker } from './breaker';
import {
  type CallMeta,
  type CallResult,
  type CallSpec,
  type Quota,
  type VendorRules,
  type Wait,
  withCallMeta,
} from './call-types';
import type { Lane } from './catalogue';
import type { Clock, Timer } from './clock';
import type { DeadlineList, Deadlines, Expiring } from './deadlines';
import { CloudError, type Outcome } from './errors';
import type { ReplySink } from './exchange';
import type { Governor, Ticket } from './governor';
import type { LinkedList, Place } from './linked-list';
import { parseRetryAfter, type RateLimit, readRateLimit, readReset } from './rate-limit-headers';
import type { Redactor } from './redact';
import type { RetryBudget } from './retry-budget';
import { backOffMs, isOverQuota, isWireFailure, MAX_TRIES, retryDecision } from './retry-policy';
import type { Sequenced, Sequences } from './sequences';
import type { TokenProvider, TokenWaiter } from './token-provider';
import type { Sender, SentRequest } from './transport';
import type { OriginQueue, Queued } from './turn-queue';
import type { WireReply } from './wire-reply';

/**
 * The monotonic clock stands still while a machine sleeps, the wall clock does not: a command is too old when either
 * says so. The wall clock is granted this much, for small corrections.
 */
const WALL_TOLERANCE_MS = 2000;
/** Freshness deadlines while waiting are put on a grid, so that they share timers; before sending it is checked exactly. */
const FRESHNESS_GRID_MS = 50;

/** What the calls of an account share. */
export interface CallCore {
  readonly clock: Clock;
  readonly rules: VendorRules;
  readonly deadlines: Deadlines;
  readonly governor: Governor;
  readonly breaker: Breaker;
  readonly budget: RetryBudget;
  readonly tokens: TokenProvider;
  readonly sequences: Sequences;
  readonly aborts: AbortGroups;
  /** The calls that are not over. */
  readonly live: LinkedList<Abortable>;
  readonly redactor: Redactor;
  /** May be exchanged while calls are under way. */
  readonly transport: Sender;
  /** For one try. */
  readonly timeoutMs: number;
  /** Longest wait for a pause that the cloud asks for. */
  readonly maxWaitMs: number;
  readonly closed: boolean;
  /** The quota of an answer as calls report it. */
  quota(rate: RateLimit): Quota;
  /** A call is over, and out of {@link live}. */
  callOver(): void;
}

/**
 * One call from its description to its end: place in its sequence, token, turn, tries with pauses between them, result
 * or error. It is the ticket at the governor, the waiter for the token, the sink of the transport and the entry in the
 * deadline lists all at once, so that a call costs one object and a promise.
 */
export class CallRun<T> implements Ticket, ReplySink, Expiring, TokenWaiter, Sequenced {
  queuePrevious: Queued | undefined;
  queueNext: Queued | undefined;
  queueOrigin: OriginQueue | undefined;
  quotaNumber = 0;
  blockedBefore = 0;
  arrivalPrevious: Ticket | undefined;
  arrivalNext: Ticket | undefined;
  deadlineAt = 0;
  deadlineList: DeadlineList | undefined;
  deadlinePrevious: Expiring | undefined;
  deadlineNext: Expiring | undefined;

  private readonly startedAt: number;
  private readonly startedWall: number;
  private waitingSince: number;
  private waitedMs = 0;
  private tries = 0;
  private statusCode = 0;
  private rate: RateLimit | undefined;
  private lastError: CloudError | undefined;
  private replayed = false;
  private over = false;
  private sending = false;
  /** Its login is held back. */
  private held = false;
  private sent: SentRequest | undefined;
  private tokenUsed: string | undefined;
  private timer: Timer | undefined;
  private readonly livePlace: Place<Abortable>;
  private signalPlace: Place<Abortable> | undefined;

  constructor(
    private readonly core: CallCore,
    private readonly spec: CallSpec<T>,
    /** A login has the priority of a command, but changes nothing and may be repeated like a read. */
    private readonly isLogin: boolean,
    private readonly resolve: (result: CallResult<T>) => void,
    private readonly reject: (error: CloudError) => void,
  ) {
    this.livePlace = core.live.add(this);
    this.startedAt = core.clock.mono();
    this.startedWall = spec.deadlineMs === undefined ? 0 : core.clock.now();
    this.waitingSince = this.startedAt;
  }

  get lane(): Lane {
    return this.spec.lane;
  }

  get origin(): string {
    return this.spec.origin;
  }

  get patienceMs(): number {
    const waitedMs = this.core.clock.mono() - this.startedAt;
    return Math.min(this.core.maxWaitMs - waitedMs, this.freshForMs());
  }

  get sequence(): string | undefined {
    return this.spec.sequence;
  }

  begin(): void {
    const { core, spec } = this;
    const refusal = this.refusal();
    if (refusal) {
      this.fail(refusal);
      return;
    }
    if (spec.signal) this.signalPlace = core.aborts.add(spec.signal, this);
    if (core.sequences.enter(this)) this.proceed();
    else this.beginWait({ reason: 'queue', ms: 0 });
  }

  /** Takes the next step towards sending: a token, then a turn. */
  proceed(): void {
    const { core, spec } = this;
    if (this.over) return;
    const refusal = this.refusal();
    if (refusal) {
      this.fail(refusal);
      return;
    }
    const { tokenScope } = spec;
    if (tokenScope !== undefined && core.tokens.peek(tokenScope) === undefined) {
      core.tokens.wait(tokenScope, this);
      if (!this.over && !this.sending && !this.queueOrigin && !this.held) this.beginWait({ reason: 'login', ms: 0 });
      return;
    }
    core.governor.submit(this, this.tries > 0);
  }

  tokenReady(): void {
    this.held = false;
    this.proceed();
  }

  tokenHeld(ms: number): void {
    this.held = true;
    this.beginWait({ reason: 'elsewhere', ms });
  }

  /** The login failed, so this call was never sent, whatever became of the login. */
  tokenFailed(error: CloudError): void {
    this.fail(error.outcome === 'unknown' ? new CloudError({ ...error, outcome: 'not-sent' }) : error);
  }

  waiting(reason: 'quota' | 'queue', ms: number): void {
    this.beginWait({ reason, ms });
  }

  refused(error: CloudError): void {
    const { lastError } = this;
    if (!lastError || !isOverQuota(lastError, this.core.rules)) {
      this.fail(error);
      return;
    }
    if (this.core.rules.throttles) {
      // The vendor's own words fit: nothing is known of a quota.
      this.fail(new CloudError({ ...lastError, retryAfterMs: error.retryAfterMs }));
      return;
    }
    const { vendorCode, vendorMessage, statusCode } = lastError;
    this.fail(new CloudError({ ...error, vendorCode, vendorMessage, statusCode, outcome: 'refused' }));
  }

  granted(): void {
    const { core, spec } = this;
    const refusal = this.refusal();
    if (refusal) {
      this.giveBack();
      this.fail(refusal);
      return;
    }
    const { tokenScope } = spec;
    const token = tokenScope === undefined ? undefined : core.tokens.peek(tokenScope);
    if (tokenScope !== undefined && token === undefined) {
      // It grew old or was refused while the call waited for its turn.
      this.giveBack();
      this.proceed();
      return;
    }
    const stopped = core.breaker.admit(this);
    if (stopped) {
      this.giveBack();
      this.fail(this.lastError ?? stopped);
      return;
    }
    this.send(token);
  }

  /** Why the call must not be sent any more. Asked at every step, and last with a connection at hand. */
  refusal(): CloudError | undefined {
    if (this.core.closed || this.spec.signal?.aborted) return closedError('not-sent');
    return this.isStale() ? expiredError() : undefined;
  }

  onReply(reply: WireReply): void {
    const { core } = this;
    this.sending = false;
    this.sent = undefined;
    this.statusCode = reply.status;
    core.breaker.answered();
    const serverNow = core.transport.serverTime.now();
    this.rate = readRateLimit(reply, serverNow);
    let body: T;
    try {
      body = this.spec.read(reply);
    } catch (thrown) {
      const error = asCloudError(thrown);
      if (error.vendorCode !== undefined && !core.rules.reauthCodes.has(error.vendorCode)) this.tokenAccepted();
      const retryAfterMs = parseRetryAfter(reply.header('retry-after'), serverNow);
      const overQuota = isOverQuota(error, core.rules);
      const pauseMs = retryAfterMs ?? (overQuota ? readReset(reply, serverNow) : undefined);
      core.governor.finish(this, overQuota ? 'over-quota' : 'answered', this.rate, pauseMs);
      this.failedTry(error, retryAfterMs);
      return;
    }
    core.governor.finish(this, 'answered', this.rate);
    core.budget.success();
    this.tokenAccepted();
    if (this.end()) this.resolve(Object.assign(this.meta(), { body }));
  }

  private tokenAccepted(): void {
    const { tokenScope } = this.spec;
    if (tokenScope !== undefined && this.tokenUsed !== undefined) this.core.tokens.accepted(tokenScope, this.tokenUsed);
  }

  onFailure(error: CloudError): void {
    const { breaker, governor } = this.core;
    this.sending = false;
    this.sent = undefined;
    if (error.statusCode !== undefined) this.statusCode = error.statusCode;
    if (isWireFailure(error)) breaker.failed(this);
    else if (error.statusCode !== undefined) breaker.answered();
    else breaker.abandoned(this);
    governor.finish(this, error.outcome === 'not-sent' ? 'not-sent' : 'no-answer');
    this.failedTry(error, undefined);
  }

  /** Its command has grown too old while it waited. On its way, the time of the try counts. */
  expire(): void {
    if (!this.sending) this.fail(expiredError());
  }

  /** The node is closed. */
  abort(): void {
    if (this.over) return;
    if (this.sent && this.sending) this.sent.abort(closedError(this.sent.begun ? 'unknown' : 'not-sent'));
    else this.fail(closedError('not-sent'));
  }

  private send(token: string | undefined): void {
    const { core, spec } = this;
    let request: ReturnType<CallSpec<T>['build']>;
    try {
      request = spec.build(token);
    } catch (thrown) {
      core.breaker.abandoned(this);
      this.giveBack();
      this.fail(asCloudError(thrown));
      return;
    }
    this.waitedMs += core.clock.mono() - this.waitingSince;
    this.tokenUsed = token;
    this.tries++;
    this.sending = true;
    const timeoutMs = spec.timeoutMs ?? core.timeoutMs;
    const sent = core.transport.send(request, { timeoutMs, fresh: spec.lane === 'control' && !this.isLogin }, this);
    // A transport that cannot send at all has already said so.
    if (this.sending) this.sent = sent;
  }

  private failedTry(error: CloudError, retryAfterMs: number | undefined): void {
    const { core, spec } = this;
    if (this.over) return;
    this.lastError = error;
    this.waitingSince = core.clock.mono();
    switch (retryDecision(error, this.isLogin ? 'read' : spec.lane, core.rules)) {
      case 'reauthenticate':
        if (spec.tokenScope === undefined || this.tokenUsed === undefined) break;
        core.tokens.invalidate(spec.tokenScope, this.tokenUsed, error);
        if (this.replayed) break;
        this.replayed = true;
        this.proceed();
        return;
      case 'await-quota':
        if (this.tries >= MAX_TRIES) break;
        this.proceed();
        return;
      case 'repeat':
        if (this.repeatLater(retryAfterMs)) return;
        break;
      default:
    }
    this.fail(retryAfterMs === undefined ? error : new CloudError({ ...error, retryAfterMs }));
  }

  /** Whether the call will be made once more, after a pause. */
  private repeatLater(retryAfterMs: number | undefined): boolean {
    const { core } = this;
    if (this.tries >= MAX_TRIES) return false;
    const ms = backOffMs(this.tries, core.clock.random(), retryAfterMs);
    // An error that says what happened is better than a command that grows too old in a pause.
    if ((retryAfterMs ?? 0) > core.maxWaitMs || ms >= this.freshForMs() || !core.budget.take()) return false;
    this.timer = core.clock.setTimeout(() => {
      this.timer = undefined;
      this.proceed();
    }, ms);
    this.beginWait({ reason: 'retry', ms });
    return true;
  }

  private beginWait(wait: Wait): void {
    const { core, spec } = this;
    if (spec.deadlineMs !== undefined && !this.deadlineList) {
      core.deadlines.arm(this, Math.ceil(Math.max(1, this.freshForMs()) / FRESHNESS_GRID_MS) * FRESHNESS_GRID_MS);
    }
    spec.onWait?.(wait);
  }

  private freshForMs(): number {
    const { deadlineMs } = this.spec;
    return deadlineMs === undefined ? Number.POSITIVE_INFINITY : deadlineMs - (this.core.clock.mono() - this.startedAt);
  }

  private isStale(): boolean {
    const { deadlineMs } = this.spec;
    if (deadlineMs === undefined) return false;
    const { clock } = this.core;
    return (
      clock.mono() - this.startedAt > deadlineMs || clock.now() - this.startedWall > deadlineMs + WALL_TOLERANCE_MS
    );
  }

  private giveBack(): void {
    this.core.governor.finish(this, 'not-sent');
  }

  private fail(error: CloudError): void {
    if (!this.end()) return;
    const isUnknownCommand = this.spec.lane === 'control' && !this.isLogin && error.outcome === 'unknown';
    const masked = this.core.redactor.error(isUnknownCommand ? outcomeUnknown(error) : error);
    if (error.statusCode !== undefined) this.statusCode = error.statusCode;
    this.reject(withCallMeta(masked, this.meta()));
  }

  /** Leaves every list. False when it had left before. */
  private end(): boolean {
    if (this.over) return false;
    const { core, spec } = this;
    this.over = true;
    core.governor.remove(this);
    core.deadlines.disarm(this);
    if (this.timer !== undefined) core.clock.clearTimeout(this.timer);
    this.timer = undefined;
    if (spec.tokenScope !== undefined) core.tokens.leave(spec.tokenScope, this);
    this.signalPlace?.leave();
    this.livePlace.leave();
    core.callOver();
    core.sequences.leave(this);
    return true;
  }

  private meta(): CallMeta {
    const { core, rate, statusCode, waitedMs } = this;
    const elapsedMs = core.clock.mono() - this.startedAt;
    return rate
      ? { statusCode, attempts: this.tries, waitedMs, elapsedMs, quota: core.quota(rate) }
      : { statusCode, attempts: this.tries, waitedMs, elapsedMs };
  }
}

/** A defect of ours, or a reader that throws something else, as the one error type. */
export function asCloudError(thrown: unknown): CloudError {
  if (thrown instanceof CloudError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new CloudError({
    code: 'GIZ_INTERNAL',
    textKey: 'errors.internal',
    textParams: { reason },
    outcome: 'unknown',
  });
}

/** A command that may have been carried out ends with one code, whatever went wrong; the numbers stay. */
function outcomeUnknown(error: CloudError): CloudError {
  if (error.code === 'GIZ_OUTCOME_UNKNOWN') return error;
  const { vendorCode, vendorMessage, statusCode } = error;
  return new CloudError({
    code: 'GIZ_OUTCOME_UNKNOWN',
    textKey: 'errors.outcomeUnknown',
    vendorCode,
    vendorMessage,
    statusCode,
    outcome: 'unknown',
  });
}

/** Only what has begun can have an unknown outcome. */
export function closedError(outcome: Outcome): CloudError {
  return new CloudError({ code: 'GIZ_CLOSED', textKey: 'errors.closed', outcome });
}

function expiredError(): CloudError {
  return new CloudError({ code: 'GIZ_EXPIRED', textKey: 'errors.expired', outcome: 'not-sent' });
}
