import type { Clock } from '../cloud/clock';

/** Failures of one address that are answered as such, in one window. */
const MOST_FAILURES = 10;
const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 10_000;

/** Counts failed handshakes by address, so that tokens cannot be tried out. */
export class FailureLimit {
  private readonly failures = new Map<string, { count: number; until: number }>();

  constructor(private readonly clock: Clock) {}

  /** Milliseconds until this address may try again; 0 when it may now. */
  waitMs(address: string): number {
    const entry = this.failures.get(address);
    if (!entry || entry.count < MOST_FAILURES) return 0;
    return Math.max(0, entry.until - this.clock.mono());
  }

  failed(address: string): void {
    const now = this.clock.mono();
    const entry = this.failures.get(address);
    if (entry && entry.until > now) {
      entry.count++;
      return;
    }
    this.failures.delete(address);
    this.failures.set(address, { count: 1, until: now + WINDOW_MS });
    for (const [known, { until }] of this.failures) {
      if (until > now && this.failures.size <= MOST_ADDRESSES) break;
      this.failures.delete(known);
    }
  }
}
