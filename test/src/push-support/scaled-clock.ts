import type { Clock, Timer } from '../../../src/cloud/clock';

/** The machine's time, so many times faster: for runs over real sockets whose waits would take minutes. */
export class ScaledClock implements Clock {
  private readonly pending = new Set<NodeJS.Timeout>();

  constructor(private readonly factor: number) {}

  now(): number {
    return Date.now();
  }

  mono(): number {
    return performance.now() * this.factor;
  }

  setTimeout(callback: () => void, ms: number): Timer {
    const timer = setTimeout(() => {
      this.pending.delete(timer);
      callback();
    }, ms / this.factor);
    this.pending.add(timer);
    return timer;
  }

  clearTimeout(timer: Timer): void {
    this.pending.delete(timer as NodeJS.Timeout);
    clearTimeout(timer as NodeJS.Timeout);
  }

  random(): number {
    return Math.random();
  }

  /** Timers armed and not yet fired. */
  get timers(): number {
    return this.pending.size;
  }
}

/** Waits for a condition of the real world, looking every few milliseconds; throws when it takes too long. */
export async function until(condition: () => boolean, what: string, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
