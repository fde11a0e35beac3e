import type { Clock, Timer } from '../../src/cloud/clock';

interface Pending {
  at: number;
  order: number;
  callback: () => void;
}

/** A clock that moves only when told. `random` replays a seeded sequence, so that a failing run can be repeated. */
export class VirtualClock implements Clock {
  private time = 0;
  private order = 0;
  private readonly pending = new Set<Pending>();
  private state: number;

  constructor(
    /** Wall time at the origin of the monotonic clock, epoch milliseconds. */
    private epoch = Date.UTC(2026, 0, 5, 8, 0, 0),
    seed = 1,
  ) {
    this.state = seed >>> 0;
  }

  now(): number {
    return this.epoch + this.time;
  }

  mono(): number {
    return this.time;
  }

  /** Moves the wall clock alone, as NTP or a user would. */
  jumpWall(ms: number): void {
    this.epoch += ms;
  }

  /** Moves both clocks without firing a timer, as a blocked event loop does: due timers fire late, at the next advance. */
  jumpMono(ms: number): void {
    this.time += ms;
  }

  setTimeout(callback: () => void, ms: number): Timer {
    const timer: Pending = { at: this.time + Math.max(0, ms), order: this.order++, callback };
    this.pending.add(timer);
    return timer;
  }

  clearTimeout(timer: Timer): void {
    this.pending.delete(timer as Pending);
  }

  random(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Timers armed and not yet fired. */
  get timers(): number {
    return this.pending.size;
  }

  /** Lets promise callbacks run; timers stay where they are. */
  async settle(rounds = 20): Promise<void> {
    for (let round = 0; round < rounds; round++) await Promise.resolve();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Moves both clocks on, firing timers in order and letting promises run between them. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settle();
    for (;;) {
      let next: Pending | undefined;
      for (const timer of this.pending) {
        if (timer.at > end) continue;
        if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
      }
      if (!next) break;
      this.pending.delete(next);
      this.time = Math.max(this.time, next.at);
      next.callback();
      await this.settle();
    }
    this.time = end;
    await this.settle();
  }
}
