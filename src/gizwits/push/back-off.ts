import type { Clock } from '../../cloud/clock';

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
const REFUSED_FIRST_MS = 60_000;
const REFUSED_LONGEST_MS = 15 * 60_000;

/** A connection that has been logged in for this long counts as stable: the next outage starts from the shortest wait. */
export const STABLE_MS = 60_000;

/**
 * Waits between connections: random in [1 s, min(60 s, 2^n s)], n counting the tries since the last stable minute. A
 * connection that has brought something new was worth its login, however short it was: n shrinks by one, so that a flow
 * of events over a bad line is not held up for a minute each time.
 */
export class ReconnectBackOff {
  private tries = 0;

  constructor(private readonly clock: Clock) {}

  /** Milliseconds to wait before the next try; `progressed` when the connection lost has brought something new. */
  next(progressed = false): number {
    this.tries = progressed ? Math.max(1, this.tries - 1) : Math.min(this.tries + 1, 10);
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.tries);
    return Math.round(FIRST_MS + this.clock.random() * (longest - FIRST_MS));
  }

  reset(): void {
    this.tries = 0;
  }
}

/** Waits after a refused login: a minute, doubling up to a quarter of an hour, up to a tenth longer by chance. */
export class RefusalPacing {
  private refusals = 0;

  constructor(private readonly clock: Clock) {}

  next(): number {
    const wait = Math.min(REFUSED_LONGEST_MS, REFUSED_FIRST_MS * 2 ** Math.min(this.refusals++, 10));
    return Math.min(REFUSED_LONGEST_MS, Math.round(wait * (1 + this.clock.random() / 10)));
  }

  reset(): void {
    this.refusals = 0;
  }
}
