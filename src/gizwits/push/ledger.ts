import type { PushEventRow } from './events';
import { type DeliveryMark, FinishedMemory } from './finished-memory';
import type { FrameReader } from './frame-reader';
import { type Keyed, KeyTable } from './key-table';

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

/** A further delivery of an event by the connection that brought it. */
export interface ExtraDelivery {
  /** As written. */
  readonly token: string;
  readonly hash: number;
}

const NO_SLOTS: SlotRecord[] = [];

/** One event that has been given to somebody, from its arrival until it is finished. */
export class LedgerEntry implements DeliveryMark, Keyed<LedgerEntry> {
  /** Consumers that were given the event; the list is replaced, never changed. */
  slots: readonly SlotRecord[] = NO_SLOTS;
  /** How many of them are in the flow, and how many are due. */
  flowing = 0;
  due = 0;
  /** All of them are done. */
  done = false;
  /** Counts against the window: some consumer is at work on it. */
  inFlow = false;
  /** Has been emitted at least once by this process. */
  emitted = false;
  /** How often the server has sent it again. */
  redeliveries = 0;
  /** Number of its latest retirement; an event that was given up can come again and retire a second time. */
  retirement = 0;
  /** Deliveries beside the first one on the same connection. */
  extra: ExtraDelivery[] | undefined;
  next: LedgerEntry | undefined;
  readonly hash: number;
  /** `created_at` as parsed. */
  readonly createdAt: unknown;
  /** The event's JSON text, kept until it is done: a flow may change the objects it was given. */
  text: string;
  /** Ids of the delivery on the connection `epoch`, as written, and their hashes. */
  deliveryToken: string;
  messageToken: string;
  deliveryHash: number;
  messageHash: number;

  /**
   * @param reader has just read the event
   * @param deep nested deeper than a message may be: it can only become a dead letter
   * @param epoch connection that the delivery id belongs to
   * @param boundAt monotonic milliseconds when that connection brought it
   */
  constructor(
    reader: FrameReader,
    readonly row: PushEventRow,
    readonly deep: boolean,
    public epoch: number,
    public boundAt: number,
  ) {
    this.hash = reader.hash;
    this.createdAt = reader.body.created_at;
    this.text = reader.text;
    this.deliveryToken = reader.deliveryToken;
    this.messageToken = reader.messageToken;
    this.deliveryHash = reader.deliveryHash;
    this.messageHash = reader.messageHash;
  }

  get key(): number {
    return this.hash;
  }

  /** The event has come again on a new connection and is acknowledged there from now on. */
  rebind(reader: FrameReader, epoch: number, now: number): void {
    this.epoch = epoch;
    this.deliveryToken = reader.deliveryToken;
    this.messageToken = reader.messageToken;
    this.deliveryHash = reader.deliveryHash;
    this.messageHash = reader.messageHash;
    this.boundAt = now;
    this.extra = undefined;
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
  /** Events that are not finished. */
  private readonly open = new KeyTable<LedgerEntry>();
  private readonly finished: FinishedMemory;
  /** Entries given up by everybody, in the order in which they left the flow. */
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
  ) {
    this.finished = new FinishedMemory(memoryEntries);
  }

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

  /** Events known, in the flow or remembered. */
  get size(): number {
    return this.open.size + this.finished.size;
  }

  /** Milliseconds of connected time. */
  private time(now: number): number {
    return (this.offlineSince ?? now) - this.offlineMs;
  }

  /**
   * What a pushed event is: the entry of one that is not finished; `finished` another delivery of one that is; `same` a
   * push that came before, finished meanwhile; undefined a new event.
   * @param reader has just read it
   * @param now monotonic milliseconds
   */
  recognise(reader: FrameReader, epoch: number, now: number): LedgerEntry | 'finished' | 'same' | undefined {
    let likely: LedgerEntry | undefined;
    for (let entry = this.open.bucket(reader.hash); entry; entry = entry.next) {
      if (entry.hash !== reader.hash || entry.createdAt !== reader.body.created_at) continue;
      if (entry.epoch === epoch) {
        if (entry.deliveryToken === reader.deliveryToken) return entry;
        if (entry.messageToken !== reader.messageToken) continue;
        if (this.time(now) - (entry.boundAt - this.offlineMs) >= REPEAT_AFTER_MS) return entry;
      } else if (entry.messageToken === reader.messageToken) {
        return entry;
      } else {
        likely ??= entry;
      }
    }
    const since = this.time(now) - this.memoryMs;
    const known = this.finished.recognise(reader, reader.body.created_at, epoch, since, REPEAT_AFTER_MS);
    if (known === 'new' || (known === 'perhaps' && likely)) return likely;
    if (known === 'same') return 'same';
    this.finished.takeOver(reader, epoch);
    return 'finished';
  }

  /** Makes an entry that is not finished known. */
  add(entry: LedgerEntry): void {
    this.open.add(entry);
  }

  /** Forgets an entry at once: it was never emitted. */
  remove(entry: LedgerEntry): void {
    this.open.remove(entry);
  }

  /** The entry has left the flow, finished or given up: keeps it as a memory, and lets the oldest memory go. */
  retire(entry: LedgerEntry, now: number): void {
    entry.inFlow = false;
    if (entry.done) this.finish(entry, this.time(now));
    else this.giveUp(entry);
  }

  private finish(entry: LedgerEntry, at: number): void {
    const { createdAt, epoch, extra } = entry;
    const openMs = at - (entry.boundAt - this.offlineMs);
    this.open.remove(entry);
    this.finished.add(entry, createdAt, epoch, at, openMs);
    for (const { hash: deliveryHash } of extra ?? []) {
      this.finished.add({ ...entry, deliveryHash }, createdAt, epoch, at, openMs);
    }
  }

  private giveUp(entry: LedgerEntry): void {
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
    if (entry && isLatest && !entry.inFlow) this.open.remove(entry);
  }
}
