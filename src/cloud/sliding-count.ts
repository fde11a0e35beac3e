const BUCKETS = 60;
const BUCKET_MS = 60_000;

/** Counts events of the last hour, to the minute, in constant memory. */
export class SlidingCount {
  private readonly counts = new Uint32Array(BUCKETS);
  private minute = Number.NEGATIVE_INFINITY;
  private total = 0;

  /** @param mono monotonic milliseconds, as everywhere here */
  add(mono: number, events = 1): void {
    this.turn(mono);
    const index = this.minute % BUCKETS;
    const before = this.counts[index] as number;
    const after = Math.max(0, before + events);
    this.counts[index] = after;
    this.total += after - before;
  }

  count(mono: number): number {
    this.turn(mono);
    return this.total;
  }

  clear(): void {
    this.counts.fill(0);
    this.total = 0;
  }

  /** Milliseconds until the oldest counted events are an hour old; 0 when nothing is counted. */
  untilRelief(mono: number): number {
    this.turn(mono);
    if (this.total === 0) return 0;
    for (let age = BUCKETS - 1; age >= 0; age--) {
      const minute = this.minute - age;
      if (minute >= 0 && (this.counts[minute % BUCKETS] as number) > 0) return (minute + BUCKETS) * BUCKET_MS - mono;
    }
    return 0;
  }

  private turn(mono: number): void {
    const minute = Math.max(0, Math.floor(mono / BUCKET_MS));
    if (minute <= this.minute) return;
    const steps = Math.min(BUCKETS, minute - this.minute);
    for (let step = 0; step < steps; step++) {
      const index = (minute + BUCKETS - step) % BUCKETS;
      this.total -= this.counts[index] as number;
      this.counts[index] = 0;
    }
    this.minute = minute;
  }
}
