import type { PushEventRow } from './events';

/**
 * What became of one consumer's copy of an event:
 * - `in-flow`: handed over and not done;
 * - `due`: to be handed over (again), because its work was given up or its consumer is away;
 * - `done`: finished, or not wanted any more.
 */
export type SlotState = 'in-flow' | 'due' | 'done';

/** What the ledger keeps of a consumer's copy; the dispatcher's slots are such records. */
export interface SlotRecord {
  readonly consumerId: string;
  readonly state: SlotState;
  /** Takes a copy that is due out of its consumer's hands. */
  withdraw(): void;
}

/** One event that has been given to somebody, from its arrival until it is forgotten. */
export class LedgerEntry {
  /** Consumers that were given the event. */
  slots: SlotRecord[] = [];
  /** How many of them are in the flow, and how many are due. */
  flowing = 0;
  due = 0;
  /** All of them are done; what remains is the memory that it was. */
  done = false;
  /** Counts against the window: some consumer is at work on it. */
  inFlow = false;
  /** Has been emitted at least once by this process. */
  emitted = false;
  /** How often the server has sent it again. */
  redeliveries = 0;
  /** Ledger time (see {@link DeliveryLedger.time}) when it was finished or given up. */
  retiredAt = 0;
  /** Number of its latest retirement; an event that was given up can come again and retire a second time. */
  retirement = 0;
  /** Further delivery ids under which the same connection has sent it. */
  extraTokens: string[] | undefined;
  /** Next entry with the same hash. */
  twin: LedgerEntry | undefined;

  constructor(
    readonly hash: number,
    readonly row: PushEventRow,
    /** `created_at` as parsed. */
    readonly createdAt: unknown,
    /** The event's JSON text, kept until it is done: a flow may change the objects it was given. */
    public text: string,
    /** Nested deeper than a message may be: it can only become a dead letter. */
    readonly deep: boolean,
    /** Connection that the delivery id belongs to. */
    public epoch: number,
    /** Delivery id on that connection, as written. */
    public deliveryToken: string,
    /** Message id, as written. */
    public messageToken: string,
    /** Monotonic milliseconds when that connection brought it. */
    public boundAt: number,
  ) {}

  /** The event has come again on a new connection and is acknowledged there from now on. */
  rebind(epoch: number, deliveryToken: string, messageToken: string, now: number): void {
    this.epoch = epoch;
    this.deliveryToken = deliveryToken;
    this.messageToken = messageToken;
    this.boundAt = now;
    this.extraTokens = undefined;
  }
}

/** Finished events are remembered for this long, counted while connected. */
export const MEMORY_MS = 10 * 60_000;
/** And at most so many of them. */
export const MEMORY_ENTRIES = 10_000;
/**
 * The document says in one place that an unacknowledged event is not sent again on the same connection, in another that it
 * is sent repeatedly. A server that does so waits first; an equal event within this time is another event.
 */
export const REPEAT_AFTER_MS = 100;

/**
 * Remembers which events this process has emitted, so that a redelivery is not emitted twice: an event still in the flow
 * takes over the new delivery id, a finished one is acknowledged at once. It belongs to a push queue, not to a
 * connection, and is handed from a closed client to the next one for the same queue.
 *
 * Events are told apart by the hash of their content without delivery and message id (whether the message id survives a
 * redelivery is documented nowhere), and by `created_at` itself.
 */
export class DeliveryLedger {
  private readonly byHash = new Map<number, LedgerEntry>();
  /** Entries no longer in the flow, in the order in which they left it. */
  private readonly retired: (LedgerEntry | undefined)[] = [];
  private oldest = 0;
  /** Retirements cut off the array's beginning: `retired[i]` is number `cut + i`. */
  private cut = 0;
  private epochs = 0;
  private offlineMs = 0;
  private offlineSince: number | undefined;

  constructor(
    private readonly memoryMs = MEMORY_MS,
    private readonly memoryEntries = MEMORY_ENTRIES,
  ) {}

  /** Number for a new connection; never given twice. `now` is monotonic milliseconds. */
  openEpoch(now: number): number {
    if (this.offlineSince !== undefined) this.offlineMs += now - this.offlineSince;
    this.offlineSince = undefined;
    return ++this.epochs;
  }

  /** The connection is gone. Until the next one, memory does not age: nothing can be redelivered meanwhile. */
  closeEpoch(now: number): void {
    this.offlineSince ??= now;
  }

  /** Entries known, in the flow or remembered. */
  get size(): number {
    return this.byHash.size;
  }

  /** Milliseconds of connected time. */
  private time(now: number): number {
    return (this.offlineSince ?? now) - this.offlineMs;
  }

  /**
   * The entry that a pushed event is a redelivery of, or undefined when it is a new event.
   * @param now monotonic milliseconds
   */
  recognise(
    hash: number,
    createdAt: unknown,
    epoch: number,
    deliveryToken: string,
    messageToken: string,
    now: number,
  ): LedgerEntry | undefined {
    let likely: LedgerEntry | undefined;
    for (let entry = this.byHash.get(hash); entry; entry = entry.twin) {
      if (entry.createdAt !== createdAt || this.forgotten(entry, now)) continue;
      if (entry.epoch === epoch) {
        if (entry.deliveryToken === deliveryToken) return entry;
        if (entry.messageToken !== messageToken) continue;
        const openMs = (entry.done ? entry.retiredAt : this.time(now)) - (entry.boundAt - this.offlineMs);
        if (openMs >= REPEAT_AFTER_MS) return entry;
      } else if (entry.messageToken === messageToken) {
        return entry;
      } else {
        likely ??= entry;
      }
    }
    return likely;
  }

  add(entry: LedgerEntry): void {
    entry.twin = this.byHash.get(entry.hash);
    this.byHash.set(entry.hash, entry);
  }

  /** Forgets an entry at once: it was never emitted. */
  remove(entry: LedgerEntry): void {
    const first = this.byHash.get(entry.hash);
    if (first === entry) {
      if (entry.twin) this.byHash.set(entry.hash, entry.twin);
      else this.byHash.delete(entry.hash);
    } else {
      for (let before = first; before; before = before.twin) {
        if (before.twin !== entry) continue;
        before.twin = entry.twin;
        break;
      }
    }
    entry.twin = undefined;
  }

  /** The entry has left the flow, finished or given up: keeps it as a memory, and lets the oldest memory go. */
  retire(entry: LedgerEntry, now: number): void {
    entry.inFlow = false;
    entry.retiredAt = this.time(now);
    entry.retirement = this.cut + this.retired.length;
    this.retired.push(entry);
    while (this.retired.length - this.oldest > this.memoryEntries) this.forgetOldest();
    // The array is cut when half of it is spent, so that a retirement costs O(1).
    if (this.oldest > this.memoryEntries) {
      this.retired.splice(0, this.oldest);
      this.cut += this.oldest;
      this.oldest = 0;
    }
  }

  private forgetOldest(): void {
    const entry = this.retired[this.oldest];
    const isLatest = entry?.retirement === this.cut + this.oldest;
    this.retired[this.oldest++] = undefined;
    if (entry && isLatest && !entry.inFlow) this.remove(entry);
  }

  private forgotten(entry: LedgerEntry, now: number): boolean {
    return !entry.inFlow && entry.done && this.time(now) - entry.retiredAt > this.memoryMs;
  }
}
