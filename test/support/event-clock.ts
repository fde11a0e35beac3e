import type { Clock, Timer } from '../../src/cloud/clock';

interface Pending {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/**
 * A clock for simulations without promises: millions of timers fire one after the other, in the order of their times,
 * as fast as the machine goes. `random` replays a seeded sequence.
 */
export class EventClock implements Clock {
  private time = 0;
  private order = 0;
  private readonly heap: Pending[] = [];
  private state: number;

  constructor(
    seed = 1,
    /** Wall time at the origin of the monotonic clock, epoch milliseconds. */
    private readonly epoch = Date.UTC(2026, 0, 5, 8, 0, 0),
  ) {
    this.state = seed >>> 0;
  }

  now(): number {
    return this.epoch + this.time;
  }

  mono(): number {
    return this.time;
  }

  setTimeout(callback: () => void, ms: number): Timer {
    const timer: Pending = { at: this.time + Math.max(0, ms), order: this.order++, callback };
    this.push(timer);
    return timer;
  }

  clearTimeout(timer: Timer): void {
    (timer as Pending).callback = undefined;
  }

  random(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Fires everything that is due until then. */
  run(untilMs: number): void {
    for (;;) {
      const next = this.heap[0];
      if (!next || next.at > untilMs) break;
      this.pop();
      if (!next.callback) continue;
      this.time = next.at;
      next.callback();
    }
    this.time = untilMs;
  }

  private push(timer: Pending): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(timer, heap[parent] as Pending)) break;
      heap[index] = heap[parent] as Pending;
      index = parent;
    }
    heap[index] = timer;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop() as Pending;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Pending, heap[child] as Pending)) child++;
      if (!before(heap[child] as Pending, last)) break;
      heap[index] = heap[child] as Pending;
      index = child;
    }
    heap[index] = last;
  }
}

function before(a: Pending, b: Pending): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
