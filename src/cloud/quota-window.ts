import type { Clock } from './clock';
import { QuotaShare } from './quota-share';
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
/**
 * Programs that share a quota cannot talk to each other; each takes of the pace its part of the use, to this power. Below
 * 1, so that who has less than the others catches up; the price is that together they take more than the pace.
 */
const SHARE_POWER = 0.7;
/** In a window that begins paced, what is left against an even use, to this power: it takes back what they take too much. */
const LINE_POWER = 2;
/** Others who use less than this part of the quota are not taken for rivals. */
const NOTICED_PART = 0.02;
/** A window is judged by its use so far when it was seen for this long at least. */
const LEAST_SEEN_MS = HOUR_MS / 6;
/** Calls wait this long after the end of a window, for clocks that differ. */
const RESET_MARGIN_MS = 1000;

/**
 * What is left of the hourly quota. The cloud's headers are the truth, since other programs use the same quota; what was
 * sent meanwhile and is not in them yet is taken off, and our own count of the last hour is a floor under them. Without
 * headers, our count alone decides, by the configured limit or 3600.
 */
export class QuotaWindow {
  private readonly own = new SlidingCount();
  private readonly share = new QuotaShare();
  /** Whether the window before was used up, or nearly; and whether others were seen to use it. */
  private before = { heavy: false, shared: false };
  /** What the newest answer said, whatever was sent since. */
  private told: { used: number; at: number; endsAt: number } | undefined;
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
    this.share.sent(1);
    if (this.reported) this.reported.remaining--;
    this.inFlight++;
    return ++this.sent;
  }

  /** The call was not sent after all. */
  cancel(): void {
    this.inFlight--;
    this.own.add(this.clock.mono(), -1);
    this.share.sent(-1);
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
    this.countShares(rate, now, endsAt);
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
    const usable = this.usable();
    if (usable < 1) return Math.max(1, this.leftMs);
    const burst = seldom ? Math.min(SELDOM_BURST, this.mine() * SELDOM_PART) : this.burst(usable);
    const wait = this.nextPaced - burst * this.intervalMs() - now;
    // With the next window, the reckoning is another.
    return Math.min(Math.max(0, wait), Math.max(1, this.leftMs));
  }

  /** Whether reads and reports are held to a pace, by the last reckoning. */
  get paces(): boolean {
    return this.contended || this.remaining <= this.limit * FREE_ABOVE;
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

  /**
   * Whether several programs fight for the quota. Then the window is paced from its start, and nobody bursts: the one
   * who came first would leave nothing to the others. One who uses it up alone harms nobody.
   */
  private get contended(): boolean {
    return this.before.heavy && (this.before.shared || this.othersNoticed);
  }

  private get othersNoticed(): boolean {
    return this.share.others > this.limit * NOTICED_PART;
  }

  /** What reads and reports may use in what is left of the window, all programs together. */
  private usable(): number {
    return this.remaining - this.reserve();
  }

  /** And of that, what is ours. */
  private mine(): number {
    return this.usable() * this.share.part ** SHARE_POWER * this.againstEvenUse() ** LINE_POWER;
  }

  /** How much is left against what an even use of a whole window would have left, at most 1. */
  private againstEvenUse(): number {
    if (!this.contended) return 1;
    return Math.min(1, this.usable() / ((this.limit - this.reserve()) * (this.leftMs / HOUR_MS)));
  }

  /** Paced calls that may go together, one at least unless not even one is left for us. */
  private burst(usable: number): number {
    const burst = Math.min(PACED_BURST, usable * BURST_PART) * this.share.part ** SHARE_POWER;
    return Math.min(Math.max(1, burst), this.mine());
  }

  private intervalMs(): number {
    return this.leftMs / Math.max(Number.EPSILON, this.mine() * PACED_PART);
  }

  /** Judges the window before when a new one has begun, and tells ours from the others' use in this one. */
  private countShares(rate: RateLimit, now: number, endsAt: number): void {
    const used = rate.limit - rate.remaining;
    const { told } = this;
    if (told && endsAt - told.endsAt > HOUR_MS / 2) {
      const seenMs = Math.max(LEAST_SEEN_MS, HOUR_MS - (told.endsAt - told.at));
      const heavy = told.used * (HOUR_MS / seenMs) > rate.limit * (1 - FREE_ABOVE);
      this.before = { heavy, shared: this.othersNoticed };
      // The call that brought this answer is the new window's, and those on their way will be.
      this.share.begin(this.inFlight + 1);
    }
    this.share.told(used);
    this.told = { used, at: now, endsAt };
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
    this.nextPaced = 0;
    this.forgetOwn();
  }

  /** A limit that the user set holds for any hour, whatever the cloud's windows are. */
  private forgetOwn(): void {
    if (this.perHour === undefined) this.own.clear();
  }
}
