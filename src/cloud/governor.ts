import type { Lane } from './catalogue';
import type { Clock, Timer } from './clock';
import { CloudError } from './errors';
import { type Logger, logEvent } from './logger';
import { QuotaWindow } from './quota-window';
import type { RateLimit } from './rate-limit-headers';
import { type Queued, TurnQueue } from './turn-queue';

/** Commands that wait for a free line at most. They grow too old within seconds, so only a flood gets there. */
const MOST_COMMANDS_WAITING = 10_000;
/** From this many lines on, one is kept free of reads and reports: a command need not wait for the slowest of them. */
const LEAST_LINES_TO_KEEP_ONE = 5;
/** Added to an end of the closure that the cloud has told, for clocks that differ. */
const REOPEN_MARGIN_MS = 1000;

/** How calls are held back after the cloud said that there were too many. */
export interface Closure {
  /** When the cloud does not say for how long; doubled with each probe that meets the same, up to the longest. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Random time more, so that not all clients come back at once. */
  readonly jitterMs: number;
  /** Text of the error of a call that cannot wait so long; takes `seconds`. */
  readonly errorKey: string;
  /** Events of the log. */
  readonly closedEvent: string;
  readonly openEvent: string;
}

/** The quota of the hour is spent. */
export const HOURLY_QUOTA: Closure = {
  firstMs: 60_000,
  longestMs: 3_600_000,
  jitterMs: 5000,
  errorKey: 'errors.quota',
  closedEvent: 'quotaClosed',
  openEvent: 'quotaOpen',
};

/** Too many calls in a short time, of a cloud without a quota: reads that wait as long as they may outlast it. */
export const THROTTLING: Closure = {
  firstMs: 5000,
  longestMs: 50_000,
  jitterMs: 2000,
  errorKey: 'errors.paused',
  closedEvent: 'throttled',
  openEvent: 'throttleOver',
};

/** Origins are nodes; more than this are none that a person made, and are not remembered. */
const MOST_ORIGINS_NOTED = 10_000;

/** The call must wait for an event (an answer on its way) and not for a time. */
const FOR_AN_ANSWER = -1;

/** A call as the governor sees it. The fields are the governor's; the call only has to declare them. */
export interface Ticket extends Queued {
  readonly lane: Lane;
  /** Number of the call in the quota's reckoning, while it holds a line. */
  quotaNumber: number;
  /** Quota-blocked time of the account when the call began to wait, in milliseconds. */
  blockedBefore: number;
  arrivalPrevious: Ticket | undefined;
  arrivalNext: Ticket | undefined;
  /** The call's turn: it holds a line until {@link Governor.finish}. */
  granted(): void;
  /** The call does not get a turn. */
  refused(error: CloudError): void;
  /** The call begins to wait, or now waits for another reason. `ms` is 0 when unknown. */
  waiting(reason: 'quota' | 'queue', ms: number): void;
}

export interface GovernorSettings {
  /** Calls on their way at most. */
  concurrency: number;
  /** Calls an hour at most; undefined: what the cloud reports, else 3600. */
  quotaPerHour?: number;
  /** Reads and reports waiting at most. */
  queue: number;
  /** Milliseconds that a read or report may wait for quota. */
  maxWaitMs: number;
}

/** How a call that held a line ended, as far as the quota is concerned. */
export type Finish = 'answered' | 'over-quota' | 'no-answer' | 'not-sent';

/** State of an account for status and tests. */
export interface GovernorState {
  inFlight: number;
  waiting: Readonly<Record<Lane, number>>;
  limit: number;
  remaining: number;
  /** Milliseconds until the window ends. */
  resetInMs: number;
  /** Whether limit and remainder are the cloud's own. */
  reported: boolean;
  /** Milliseconds until the gate may open, 0 when it is open. */
  closedForMs: number;
}

/**
 * Whose turn it is, one governor an account. Commands go first, then reads, then reports; within a class turns rotate
 * between origins. Calls on their way, calls waiting and calls an hour are bounded; nothing that waits is dropped in
 * silence. When the cloud says that the quota is spent, a gate closes until it is renewed, and exactly one call probes.
 * All operations take constant time, except that a change of state is told to each call that waits.
 */
export class Governor {
  private readonly quota: QuotaWindow;
  private readonly lanes: Readonly<Record<Lane, TurnQueue>> = {
    control: new TurnQueue(),
    read: new TurnQueue(),
    report: new TurnQueue(),
  };
  /** Reads and reports by arrival: the one that has waited longest is the first to give up. */
  private arrivalHead: Ticket | undefined;
  private arrivalTail: Ticket | undefined;
  private inFlight = 0;
  private closedUntil: number | undefined;
  private closures = 0;
  private probe: Ticket | undefined;
  private pausedUntil = 0;
  /** When each origin had its last turn by the pace. */
  private readonly pacedTurns = new Map<string, number>();
  /** Time during which reads and reports waited for quota, in all; and since when they do now. */
  private blockedMs = 0;
  private blockedSince: number | undefined;
  private timer: Timer | undefined;
  private wakeAt = 0;
  private pumping = false;

  constructor(
    private readonly clock: Clock,
    private settings: GovernorSettings,
    private readonly host: string,
    private readonly log: Logger,
    private readonly closure: Closure = HOURLY_QUOTA,
  ) {
    this.quota = new QuotaWindow(clock, settings.quotaPerHour);
  }

  /** Takes new bounds; what is on its way or waits already stays. */
  configure(settings: GovernorSettings): void {
    this.settings = settings;
    this.quota.configure(settings.quotaPerHour);
    this.pump();
  }

  /**
   * Asks for a turn. `granted` or `refused` is called, perhaps before this returns.
   * @param again the call was accepted before and comes back: it goes before the others of its origin, and the bound on
   *   waiting calls does not count.
   */
  submit(ticket: Ticket, again = false): void {
    const now = this.clock.mono();
    const isCommand = ticket.lane === 'control';
    if (this.mayOvertakeNobody(ticket.lane) && this.hasLine(isCommand)) {
      const wait = this.waitFor(isCommand, now);
      if (wait === 0) {
        this.grant(ticket);
        return;
      }
      if (isCommand && wait > 0) {
        ticket.refused(this.quotaError(wait));
        return;
      }
    }
    if (ticket.lane === 'read' && this.mayGoBefore(ticket, now)) {
      this.grant(ticket);
      return;
    }
    const bound = isCommand ? MOST_COMMANDS_WAITING : this.settings.queue;
    const waiting = isCommand ? this.lanes.control.size : this.othersWaiting;
    if (waiting >= bound && !again) {
      ticket.refused(queueFullError(bound));
      return;
    }
    this.enqueue(ticket, again, now);
    const wasBlocked = this.blockedSince !== undefined;
    this.pump();
    // When reads and reports have just begun to wait for quota, each of them has been told.
    const told = !isCommand && !wasBlocked && this.blockedSince !== undefined;
    if (ticket.queueOrigin && !told) this.tell(ticket);
  }

  /** Takes a waiting call out; nothing happens when it does not wait. */
  remove(ticket: Ticket): void {
    if (!ticket.queueOrigin) return;
    this.dequeue(ticket);
    if (this.othersWaiting === 0) this.settleBlocked(this.clock.mono());
  }

  /**
   * Gives the line back. `rate` is what the answer's headers said; `retryAfterMs` how long the cloud asked to be left
   * alone: by everybody after `over-quota`, by reads and reports otherwise.
   */
  finish(ticket: Ticket, finish: Finish, rate?: RateLimit, retryAfterMs?: number): void {
    this.inFlight--;
    if (finish === 'not-sent') this.quota.cancel();
    else this.quota.end(ticket.quotaNumber, rate);
    const probed = ticket === this.probe;
    if (probed) this.probe = undefined;
    if (finish === 'over-quota') this.close(probed, retryAfterMs ?? rate?.resetInMs);
    else if (finish === 'answered') {
      if (probed) this.reopen();
      if (retryAfterMs) this.pausedUntil = Math.max(this.pausedUntil, this.clock.mono() + retryAfterMs);
    }
    this.pump();
  }

  /** Milliseconds until a call of that class could go by quota, gate and pauses; 0 for at once. */
  quotaWait(lane: Lane): number {
    return Math.max(0, this.waitFor(lane === 'control', this.clock.mono()));
  }

  /** The error of a call that cannot wait for the quota that long. */
  quotaError(waitMs: number): CloudError {
    const now = this.clock.mono();
    const paused = this.closedUntil === undefined && this.pausedUntil > now;
    return new CloudError({
      code: 'GIZ_QUOTA',
      textKey: paused ? 'errors.paused' : this.spent(now) ? this.closure.errorKey : 'errors.quotaPaced',
      textParams: { seconds: Math.max(1, Math.ceil(waitMs / 1000)) },
      outcome: 'not-sent',
      retryable: true,
      retryAfterMs: Math.ceil(waitMs),
    });
  }

  /** Whether not even a command may go by the quota. */
  private spent(now: number): boolean {
    return this.closedUntil !== undefined || this.quota.commandWait(now) > 0;
  }

  state(): GovernorState {
    const { control, read, report } = this.lanes;
    return {
      inFlight: this.inFlight,
      waiting: { control: control.size, read: read.size, report: report.size },
      ...this.quota.snapshot(),
      closedForMs: this.closedUntil === undefined ? 0 : Math.max(0, this.closedUntil - this.clock.mono()),
    };
  }

  /** Ends the timer. Calls that wait are the caller's to end. */
  stop(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private get othersWaiting(): number {
    return this.lanes.read.size + this.lanes.report.size;
  }

  private hasLine(isCommand: boolean): boolean {
    const { concurrency } = this.settings;
    return this.inFlight < (isCommand || concurrency < LEAST_LINES_TO_KEEP_ONE ? concurrency : concurrency - 1);
  }

  /** Whether nobody of the same class or a higher one waits. */
  private mayOvertakeNobody(lane: Lane): boolean {
    const { control, read, report } = this.lanes;
    if (control.size > 0) return false;
    if (lane === 'control') return true;
    return read.size === 0 && (lane === 'read' || report.size === 0);
  }

  /** Whether a read of somebody who asks seldom may go before those who keep to the pace. */
  private mayGoBefore(ticket: Ticket, now: number): boolean {
    const { control, read } = this.lanes;
    if (control.size > 0 || read.has(ticket.origin) || !this.hasLine(false)) return false;
    if (this.closedUntil !== undefined || this.pausedUntil > now) return false;
    return this.quota.othersWait(now, true) === 0 && this.quota.asksSeldom(this.pacedTurns.get(ticket.origin), now);
  }

  /** Milliseconds until a call may go by gate, pause and quota; 0 for now, {@link FOR_AN_ANSWER} when one decides. */
  private waitFor(isCommand: boolean, now: number): number {
    if (this.closedUntil !== undefined) {
      if (now < this.closedUntil) return this.closedUntil - now;
      return this.probe ? FOR_AN_ANSWER : 0;
    }
    if (!isCommand && this.pausedUntil > now) return this.pausedUntil - now;
    const wait = isCommand ? this.quota.commandWait(now) : this.quota.othersWait(now);
    return wait > 0 && this.quota.uncertain ? this.orAnAnswer(isCommand, wait, now) : wait;
  }

  /** What is on its way may prove the reckoning too careful; a pace is no reckoning and is waited for. */
  private orAnAnswer(isCommand: boolean, wait: number, now: number): number {
    return isCommand || wait > this.settings.maxWaitMs - this.longestBlockedMs(now) ? FOR_AN_ANSWER : wait;
  }

  private grant(ticket: Ticket): void {
    this.inFlight++;
    // Behind a closed gate the reckoning of the old window means nothing, and one probe needs no pace.
    if (this.closedUntil !== undefined) this.probe = ticket;
    const isOther = ticket.lane !== 'control' && this.closedUntil === undefined;
    ticket.quotaNumber = this.quota.begin(isOther);
    if (isOther && this.quota.paces) this.notePacedTurn(ticket.origin);
    ticket.granted();
  }

  private notePacedTurn(origin: string): void {
    if (this.pacedTurns.size >= MOST_ORIGINS_NOTED) this.pacedTurns.clear();
    this.pacedTurns.set(origin, this.clock.mono());
  }

  /** Gives turns as long as there are lines and quota. */
  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    try {
      this.pumpCommands();
      this.pumpOthers();
    } finally {
      this.pumping = false;
    }
  }

  private pumpCommands(): void {
    const { control } = this.lanes;
    while (control.size > 0 && this.hasLine(true)) {
      const wait = this.waitFor(true, this.clock.mono());
      if (wait === FOR_AN_ANSWER) return;
      const ticket = control.take() as Ticket;
      if (wait === 0) this.grant(ticket);
      else ticket.refused(this.quotaError(wait));
    }
  }

  private pumpOthers(): void {
    const { control, read, report } = this.lanes;
    const wasBlocked = this.blockedSince !== undefined;
    this.settleBlocked(this.clock.mono());
    while (this.othersWaiting > 0 && this.hasLine(false)) {
      if (control.size > 0 && this.hasLine(true)) this.pumpCommands();
      const now = this.clock.mono();
      const wait = this.waitFor(false, now);
      if (wait === FOR_AN_ANSWER) return;
      if (wait > 0) {
        this.block(now, wait, wasBlocked);
        return;
      }
      const ticket = (read.size > 0 ? read : report).take() as Ticket;
      this.leaveArrivals(ticket);
      this.grant(ticket);
    }
  }

  /** Reads and reports wait for quota: those that would wait too long give up now, the others wake up in time. */
  private block(now: number, wait: number, wasBlocked: boolean): void {
    this.blockedSince = now;
    while (this.arrivalHead && this.blockedMs - this.arrivalHead.blockedBefore + wait > this.settings.maxWaitMs) {
      const ticket = this.arrivalHead;
      this.dequeue(ticket);
      ticket.refused(this.quotaError(wait));
    }
    if (!this.arrivalHead) {
      this.settleBlocked(now);
      return;
    }
    this.wake(now, wait);
    if (wasBlocked) return;
    for (let ticket: Ticket | undefined = this.arrivalHead; ticket; ticket = ticket.arrivalNext) {
      ticket.waiting('quota', wait);
    }
  }

  private settleBlocked(now: number): void {
    if (this.blockedSince === undefined) return;
    this.blockedMs += now - this.blockedSince;
    this.blockedSince = undefined;
  }

  private longestBlockedMs(now: number): number {
    if (!this.arrivalHead) return 0;
    const since = this.blockedSince === undefined ? 0 : now - this.blockedSince;
    return this.blockedMs + since - this.arrivalHead.blockedBefore;
  }

  private wake(now: number, wait: number): void {
    const at = now + wait;
    if (this.timer !== undefined) {
      if (this.wakeAt <= at && this.wakeAt > now) return;
      this.clock.clearTimeout(this.timer);
    }
    this.wakeAt = at;
    this.timer = this.clock.setTimeout(
      () => {
        this.timer = undefined;
        this.pump();
      },
      Math.max(1, Math.ceil(wait)),
    );
  }

  private tell(ticket: Ticket): void {
    if (ticket.lane === 'control' || this.blockedSince === undefined) ticket.waiting('queue', 0);
    else ticket.waiting('quota', Math.max(0, this.wakeAt - this.clock.mono()));
  }

  private close(probed: boolean, knownMs: number | undefined): void {
    const now = this.clock.mono();
    const isNew = this.closedUntil === undefined;
    // Calls that were on their way together are refused together: that is one closure.
    if (!isNew && !probed && knownMs === undefined) return;
    const { firstMs, longestMs, jitterMs, closedEvent } = this.closure;
    const jitter = this.clock.random() * jitterMs;
    const ms = knownMs === undefined ? Math.min(firstMs * 2 ** this.closures, longestMs) : knownMs + REOPEN_MARGIN_MS;
    if (isNew || probed) this.closures++;
    this.closedUntil = Math.max(this.closedUntil ?? 0, now + ms + jitter);
    if (isNew) {
      logEvent(this.log, 'warn', closedEvent, { host: this.host, seconds: Math.ceil((ms + jitter) / 1000) });
    }
  }

  private reopen(): void {
    this.closedUntil = undefined;
    this.closures = 0;
    logEvent(this.log, 'info', this.closure.openEvent, { host: this.host });
  }

  private enqueue(ticket: Ticket, front: boolean, now: number): void {
    this.lanes[ticket.lane].add(ticket, front);
    if (ticket.lane === 'control') return;
    const since = this.blockedSince === undefined ? 0 : now - this.blockedSince;
    ticket.blockedBefore = this.blockedMs + since;
    ticket.arrivalPrevious = this.arrivalTail;
    if (this.arrivalTail) this.arrivalTail.arrivalNext = ticket;
    else this.arrivalHead = ticket;
    this.arrivalTail = ticket;
  }

  private dequeue(ticket: Ticket): void {
    this.lanes[ticket.lane].remove(ticket);
    if (ticket.lane !== 'control') this.leaveArrivals(ticket);
  }

  private leaveArrivals(ticket: Ticket): void {
    const { arrivalPrevious: previous, arrivalNext: next } = ticket;
    if (previous) previous.arrivalNext = next;
    else this.arrivalHead = next;
    if (next) next.arrivalPrevious = previous;
    else this.arrivalTail = previous;
    ticket.arrivalPrevious = undefined;
    ticket.arrivalNext = undefined;
  }
}

function queueFullError(limit: number): CloudError {
  return new CloudError({
    code: 'GIZ_QUEUE_FULL',
    textKey: 'errors.queueFull',
    textParams: { limit },
    outcome: 'not-sent',
    retryable: true,
  });
}
