import type { Clock } from './clock';
import type { RateLimit } from './rate-limit-headers';
import { SlidingCount } from './sliding-count';

/** The documented quota (gizwits-http.md A.1), for clouds that send no headers. */
const DEFAULT_PER_HOUR = 3600;
const HOUR_MS = 3_600_000;
/** Part of the quota that only commands may use. */
const RESERVE = 0.1;
/** Bursts are free until less than this part is left. */
const FREE_ABOVE = 1 / 3;
/** Part of what is left that the pace gives to reads: commands take theirs meanwhile, and none must run out at the end. */
const PACED_PART = 0.9;
/** Paced calls that may go together, and as a part of what is left: a poll of a few calls is not torn apart. */
const PACED_BURST = 5;
const BURST_PART = 0.05;
/** And so many more for callers that ask seldom: they need not stand behind those that ask all the time. */
const SELDOM_BURST = 25;
const SELDOM_PART = 0.5;
/** Who has had no turn during so many turns asks seldom. */
const SELDOM_TURNS = 4;
/** Calls wait this long after the end of a window, for clocks that differ. */
const RESET_MARGIN_MS = 1000;

/**
 * What is left of the hourly quota. The cloud's headers are the truth, since other programs use the same quota; what was
 * sent meanwhile and is not in them yet is taken off, and our own count of the last hour is a floor under them. Without
 * headers, our count alone decides, by the configured limit or 3600.
 */
export class QuotaWindow {
  private readonly own = new SlidingCount();
  private reported: { limit: number; remaining: number; endsAt: number } | undefined;
  private learnedLimit: number | undefined;
  private sent = 0;
  /** Number of the newest call whose headers were taken. */
  private newest = 0;
  private inFlight = 0;
  /** When the next paced call is due, by the pace alone. */
  private nextPaced = 0;
  private limit = DEFAULT_PER_HOUR;
  private remaining = DEFAULT_PER_HOUR;
  private leftMs = HOUR_MS;

  constructor(
    private readonly clock: Clock,
    /** Calls an hour at most, as configured; undefined: what the cloud reports. */
    private perHour: number | undefined,
  ) {}

  configure(perHour: number | undefined): void {
    this.perHour = perHour;
  }

  /** Takes one call off; `paced` for those that keep to the pace. Returns its number, for {@link end} and {@link cancel}. */
  begin(paced: boolean): number {
    const now = this.clock.mono();
    if (paced) {
      this.refresh(now);
      if (this.paces) this.nextPaced = Math.max(now, this.nextPaced) + this.intervalMs();
    }
    this.own.add(now);
    if (this.reported) this.reported.remaining--;
    this.inFlight++;
    return ++this.sent;
  }

  /** The call was not sent after all. */
  cancel(): void {
    this.inFlight--;
    this.own.add(this.clock.mono(), -1);
    if (this.reported) this.reported.remaining++;
  }

  /** The call is over; `rate` is what its answer's headers said. */
  end(number: number, rate: RateLimit | undefined): void {
    this.inFlight--;
    // An answer to an older call tells of an older state.
    if (!rate || number < this.newest) return;
    this.newest = number;
    const now = this.clock.mono();
    const endsAt = now + rate.resetInMs;
    this.roll(now);
    if (this.reported && endsAt - this.reported.endsAt > HOUR_MS / 2) this.forgetOwn();
    this.learnedLimit = rate.limit;
    // What is on its way may be counted in the header or not; the careful reading is that it is not.
    const remaining = rate.remaining - this.inFlight;
    if (this.reported) Object.assign(this.reported, { limit: rate.limit, remaining, endsAt });
    else this.reported = { limit: rate.limit, remaining, endsAt };
  }

  /** Milliseconds until a command may go by the quota; 0 for at once. */
  commandWait(now: number): number {
    this.refresh(now);
    return this.remaining >= 1 ? 0 : Math.max(1, this.leftMs);
  }

  /**
   * Milliseconds until a read or report may go by quota, reserve and pace; 0 for at once.
   * @param seldom for a caller that asks seldom, see {@link asksSeldom}
   */
  othersWait(now: number, seldom = false): number {
    this.refresh(now);
    if (!this.paces) return 0;
    const usable = this.remaining - this.reserve();
    if (usable < 1) return Math.max(1, this.leftMs);
    const burst = seldom ? Math.min(SELDOM_BURST, usable * SELDOM_PART) : Math.min(PACED_BURST, usable * BURST_PART);
    return Math.max(0, this.nextPaced - burst * this.intervalMs() - now);
  }

  /** Whether reads and reports are held to a pace, by the last reckoning. */
  get paces(): boolean {
    return this.remaining <= this.limit * FREE_ABOVE;
  }

  /** Whether a caller who had its last turn then asks seldom, by the last reckoning. */
  asksSeldom(lastTurn: number | undefined, now: number): boolean {
    return lastTurn === undefined || now - lastTurn > SELDOM_TURNS * this.intervalMs();
  }

  /** Whether calls are on their way whose answers may correct the reckoning. */
  get uncertain(): boolean {
    return this.inFlight > 0;
  }

  /** Limit and remainder as reckoned now; `resetInMs` until the window ends, or the oldest calls are an hour old. */
  snapshot(): RateLimit & { readonly reported: boolean } {
    this.refresh(this.clock.mono());
    const { limit, leftMs } = this;
    return { limit, remaining: Math.max(0, this.remaining), resetInMs: leftMs, reported: this.reported !== undefined };
  }

  private reserve(): number {
    return Math.ceil(this.limit * RESERVE);
  }

  private intervalMs(): number {
    return this.leftMs / Math.max(1, (this.remaining - this.reserve()) * PACED_PART);
  }

  private refresh(now: number): void {
    this.roll(now);
    const { reported } = this;
    const ownLimit = this.perHour ?? this.learnedLimit ?? DEFAULT_PER_HOUR;
    const ownRemaining = ownLimit - this.own.count(now);
    if (reported && (reported.remaining <= ownRemaining || this.perHour === undefined)) {
      this.leftMs = reported.endsAt + RESET_MARGIN_MS - now;
    } else {
      this.leftMs = this.own.untilRelief(now) || HOUR_MS;
    }
    this.limit = reported ? Math.min(reported.limit, ownLimit) : ownLimit;
    this.remaining = reported ? Math.min(reported.remaining, ownRemaining) : ownRemaining;
  }

  /** A window that has ended leaves nothing but its limit. */
  private roll(now: number): void {
    if (!this.reported || now < this.reported.endsAt + RESET_MARGIN_MS) return;
    this.reported = undefined;
    this.forgetOwn();
  }

  /** A limit that the user set holds for any hour, whatever the cloud's windows are. */
  private forgetOwn(): void {
    if (this.perHour === undefined) this.own.clear();
  }
}
