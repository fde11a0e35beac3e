/** Addresses remembered at most: the table is emptied each minute, and does not grow within it either. */
const MOST_ADDRESSES = 1000;

const MINUTE_MS = 60_000;

/** How many requests an address may make in a minute. */
export class RequestRate {
  private readonly counts = new Map<string, number>();
  private since = Number.NEGATIVE_INFINITY;

  /** @param now monotonic milliseconds */
  constructor(
    private readonly most: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts a request; false when it is one too many. */
  admits(address: string): boolean {
    const now = this.now();
    if (now - this.since >= MINUTE_MS || this.counts.size >= MOST_ADDRESSES) {
      this.counts.clear();
      this.since = now;
    }
    const count = (this.counts.get(address) ?? 0) + 1;
    this.counts.set(address, count);
    return count <= this.most;
  }
}
