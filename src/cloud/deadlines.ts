import type { Clock, Timer } from './clock';

/**
 * Something that ends at a time. The list links live in the object itself, so that arming and disarming one of ten
 * thousand costs no allocation and no timer. A class that implements this only has to declare the fields.
 */
export interface Expiring {
  /** Monotonic milliseconds. Set by {@link Deadlines.arm}. */
  deadlineAt: number;
  deadlineList: DeadlineList | undefined;
  deadlinePrevious: Expiring | undefined;
  deadlineNext: Expiring | undefined;
  /** Called once when the time has come, unless disarmed before. */
  expire(): void;
}

/** Entries that were armed with the same duration: in the order of their arming they also expire. */
export interface DeadlineList {
  readonly durationMs: number;
  head: Expiring | undefined;
  tail: Expiring | undefined;
  timer: Timer | undefined;
}

/**
 * Deadlines in bulk: one timer for all entries of the same duration, as Node does inside, but without a timer object
 * and a closure for each. An `AbortSignal.timeout` a call would cost a fifth of the throughput.
 */
export class Deadlines {
  private readonly lists = new Map<number, DeadlineList>();

  constructor(private readonly clock: Clock) {}

  /** Expires `entry` after `ms` milliseconds. An entry is armed at most once at a time. */
  arm(entry: Expiring, ms: number): void {
    let list = this.lists.get(ms);
    if (!list) {
      list = { durationMs: ms, head: undefined, tail: undefined, timer: undefined };
      this.lists.set(ms, list);
    }
    entry.deadlineAt = this.clock.mono() + ms;
    entry.deadlineList = list;
    entry.deadlinePrevious = list.tail;
    entry.deadlineNext = undefined;
    if (list.tail) list.tail.deadlineNext = entry;
    else list.head = entry;
    list.tail = entry;
    if (list.timer === undefined) this.schedule(list, ms);
  }

  /** Takes the entry out; nothing happens when it is not armed. The list's timer stays until its time: it is shared. */
  disarm(entry: Expiring): void {
    const list = entry.deadlineList;
    if (!list) return;
    const { deadlinePrevious: previous, deadlineNext: next } = entry;
    if (previous) previous.deadlineNext = next;
    else list.head = next;
    if (next) next.deadlinePrevious = previous;
    else list.tail = previous;
    entry.deadlineList = undefined;
    entry.deadlinePrevious = undefined;
    entry.deadlineNext = undefined;
  }

  /** Everything that is armed. */
  entries(): Expiring[] {
    const entries: Expiring[] = [];
    for (const list of this.lists.values()) {
      for (let entry = list.head; entry; entry = entry.deadlineNext) entries.push(entry);
    }
    return entries;
  }

  /** Drops every entry without expiring it, and every timer. */
  clear(): void {
    for (const list of this.lists.values()) {
      while (list.head) this.disarm(list.head);
      if (list.timer !== undefined) this.clock.clearTimeout(list.timer);
    }
    this.lists.clear();
  }

  private schedule(list: DeadlineList, ms: number): void {
    list.timer = unref(this.clock.setTimeout(() => this.fire(list), ms));
  }

  private fire(list: DeadlineList): void {
    list.timer = undefined;
    const now = this.clock.mono();
    // Entries that expire() arms anew go to the end of the list, later than `now`: the loop ends.
    for (let entry = list.head; entry && entry.deadlineAt <= now; entry = list.head) {
      this.disarm(entry);
      entry.expire();
    }
    if (list.timer !== undefined) return;
    // A timer may fire a fraction of a millisecond early: the head is then looked at once more.
    if (list.head) this.schedule(list, Math.max(1, list.head.deadlineAt - now));
    else if (this.lists.get(list.durationMs) === list) this.lists.delete(list.durationMs);
  }
}

/** Lets the process end in spite of the timer, where the clock's timers can do that. Returns the timer. */
export function unref(timer: Timer): Timer {
  (timer as { unref?(): void } | undefined)?.unref?.();
  return timer;
}
