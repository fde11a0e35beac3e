import type { Message } from './message';

/** One connection's share in a queue. */
export interface QueueConsumer {
  /** Whether its prefetch window has room, and it is being served at all. */
  readonly hasRoom: boolean;
  /** Events it has asked for. */
  readonly events: ReadonlySet<string>;
  /** Takes a message and pushes it. */
  take(message: Message, queue: PushQueue): void;
}

/** More than any test or workshop needs; the oldest go first. */
const LONGEST = 100_000;

/** The durable queue of one product and subkey. It outlives its connections. */
export class PushQueue {
  private waiting: Message[] = [];
  /** Messages at the beginning of `waiting` that have been handed out. */
  private taken = 0;
  private readonly consumers: QueueConsumer[] = [];
  /** Events bound; the last list stays while nobody is connected. */
  private bound = new Set<string>();
  private turn = 0;

  constructor(
    readonly productKey: string,
    readonly subkey: string,
  ) {}

  /** Messages that wait. */
  get length(): number {
    return this.waiting.length - this.taken;
  }

  get events(): ReadonlySet<string> {
    return this.bound;
  }

  get connected(): number {
    return this.consumers.length;
  }

  join(consumer: QueueConsumer): void {
    this.consumers.push(consumer);
  }

  /** @param unacknowledged what it had, oldest first; goes back to the head of the queue */
  leave(consumer: QueueConsumer, unacknowledged: readonly Message[]): void {
    const index = this.consumers.indexOf(consumer);
    if (index >= 0) this.consumers.splice(index, 1);
    this.waiting = [...unacknowledged, ...this.waiting.slice(this.taken)];
    this.taken = 0;
    if (this.consumers.length > 0) this.rebind('replace');
  }

  /** The lists of the connected clients have changed. */
  rebind(mode: 'replace' | 'merge'): void {
    const all = this.consumers.flatMap((consumer) => [...consumer.events]);
    this.bound = new Set(mode === 'merge' ? [...this.bound, ...all] : all);
  }

  add(message: Message): void {
    this.waiting.push(message);
    if (this.length > LONGEST) this.taken++;
  }

  /** Drops what has waited too long, without a word to anybody. */
  expire(before: number): void {
    while (this.length > 0 && this.waiting[this.taken].queuedAt < before) this.taken++;
  }

  /** Hands messages out in turn, skipping who has no room. A consumer may leave while it takes one. */
  pump(): void {
    while (this.length > 0) {
      const consumer = this.next();
      if (!consumer) break;
      consumer.take(this.waiting[this.taken++], this);
    }
    // The array is cut when half of it is spent, so that a message costs O(1).
    if (this.taken * 2 > this.waiting.length) {
      this.waiting.splice(0, this.taken);
      this.taken = 0;
    }
  }

  private next(): QueueConsumer | undefined {
    const { length } = this.consumers;
    for (let step = 0; step < length; step++) {
      const consumer = this.consumers[(this.turn + step) % length];
      if (!consumer.hasRoom) continue;
      this.turn = (this.turn + step + 1) % length;
      return consumer;
    }
    return undefined;
  }
}
