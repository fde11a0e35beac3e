import type { Clock } from './clock';

/** Differences up to this are the resolution of the `Date` header and the way there, not a wrong clock. */
const IGNORED_DIFFERENCE_MS = 2000;
/** The header is read at most this often: once a second is its resolution. */
const SAMPLE_INTERVAL_MS = 1000;
/** Earlier than any answer of these clouds can be: a `Date` before it comes from a broken clock. */
const EARLIEST_MS = Date.UTC(2015, 0, 1);

/**
 * The server's wall clock, taken from the `Date` header of its answers and carried on by the monotonic clock, so that
 * neither a wrong local clock nor a jump of it moves the expiry of a token or the end of a quota window.
 */
export class ServerTime {
  private anchorServer = 0;
  private anchorMono = Number.NEGATIVE_INFINITY;
  /** Whether an answer has told the time. */
  known = false;

  constructor(private readonly clock: Clock) {}

  /** Whether an answer's header would be read now. Lets the caller spare itself the search for it. */
  get wantsSample(): boolean {
    return this.clock.mono() - this.anchorMono >= SAMPLE_INTERVAL_MS;
  }

  /** Takes the text of a `Date` header; anything that is not a plausible date is ignored. */
  observe(date: string | undefined): void {
    if (date === undefined) return;
    const server = Date.parse(date);
    if (!(server >= EARLIEST_MS)) return;
    const local = this.clock.now();
    this.anchorServer = Math.abs(server - local) < IGNORED_DIFFERENCE_MS ? local : server;
    this.anchorMono = this.clock.mono();
    this.known = true;
  }

  /** The server's time, epoch milliseconds; the local clock's until a first answer has come. */
  now(): number {
    return this.known ? this.anchorServer + (this.clock.mono() - this.anchorMono) : this.clock.now();
  }
}
