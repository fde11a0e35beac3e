/** What tells one delivery of an event from another. */
export interface DeliveryMark {
  /** Hash of the event's content, see `LineScanner`. */
  readonly hash: number;
  /** Hashes of the ids as written. */
  readonly deliveryHash: number;
  readonly messageHash: number;
}

/**
 * What a pushed event is beside those that are finished: `same` the very same push, whose acknowledgement answers both;
 * `again` another delivery of one of them; `perhaps` one whose message id has changed on the way; `new` none of them.
 */
export type Recognition = 'same' | 'again' | 'perhaps' | 'new';

const NONE = -1;
/** How long an event was open that has been sent again on another connection: no time at all. */
const REBOUND = -1;

/**
 * The last events that were finished. They are many and nearly all of them are never asked for, so that they live in
 * columns of numbers that are filled in turns and not in objects: nothing is left for the garbage collector.
 */
export class FinishedMemory {
  private readonly hashes: Float64Array;
  private readonly createdAt: Float64Array;
  private readonly at: Float64Array;
  private readonly openMs: Float64Array;
  private readonly epochs: Int32Array;
  private readonly deliveries: Int32Array;
  private readonly messages: Int32Array;
  /** Newest entry of each bucket, and to each entry the next older one of its bucket. */
  private readonly heads: Int32Array;
  private readonly older: Int32Array;
  private next = 0;
  private count = 0;

  private readonly bucketMask: number;
  /** The entry that {@link recognise} has found. */
  private found = NONE;

  /** @param capacity events remembered at most */
  constructor(private readonly capacity: number) {
    // Twice as many buckets as entries, and a power of two: chains are short, and found without a division.
    const buckets = 2 ** Math.ceil(Math.log2(capacity * 2));
    this.bucketMask = buckets - 1;
    this.hashes = new Float64Array(capacity);
    this.createdAt = new Float64Array(capacity);
    this.at = new Float64Array(capacity);
    this.openMs = new Float64Array(capacity);
    this.epochs = new Int32Array(capacity);
    this.deliveries = new Int32Array(capacity);
    this.messages = new Int32Array(capacity);
    this.heads = new Int32Array(buckets).fill(NONE);
    this.older = new Int32Array(capacity);
  }

  get size(): number {
    return this.count;
  }

  /**
   * Remembers a delivery of an event, in the place of the oldest one when there is no other.
   * @param createdAt `created_at` as parsed; what is no number is left to the hash
   * @param epoch number of the connection
   * @param at when it was finished, milliseconds
   * @param openMs how long it had been open by then
   */
  add(mark: DeliveryMark, createdAt: unknown, epoch: number, at: number, openMs: number): void {
    const index = this.next;
    if (this.count === this.capacity) this.forget(index);
    else this.count++;
    this.next = index + 1 === this.capacity ? 0 : index + 1;
    this.hashes[index] = mark.hash;
    this.createdAt[index] = timeOf(createdAt);
    this.at[index] = at;
    this.openMs[index] = openMs;
    this.epochs[index] = epoch;
    this.deliveries[index] = mark.deliveryHash;
    this.messages[index] = mark.messageHash;
    const bucket = mark.hash & this.bucketMask;
    this.older[index] = this.heads[bucket];
    this.heads[bucket] = index;
  }

  /**
   * What a pushed event is beside those remembered.
   * @param since what was finished before then is forgotten
   * @param repeatAfterMs an equal event that comes on the same connection while the first one was open for less is another event
   */
  recognise(mark: DeliveryMark, createdAt: unknown, epoch: number, since: number, repeatAfterMs: number): Recognition {
    let result: Recognition = 'new';
    for (let index = this.heads[mark.hash & this.bucketMask]; index !== NONE; index = this.older[index]) {
      if (this.hashes[index] !== mark.hash || this.at[index] < since) continue;
      if (!Object.is(this.createdAt[index], timeOf(createdAt))) continue;
      const sameMessage = this.messages[index] === mark.messageHash;
      const sameConnection = this.epochs[index] === epoch;
      if (sameConnection && this.deliveries[index] === mark.deliveryHash) return 'same';
      if (sameMessage && (!sameConnection || this.openMs[index] >= repeatAfterMs)) {
        if (result !== 'again') this.found = index;
        result = 'again';
      } else if (!sameConnection && result === 'new') {
        this.found = index;
        result = 'perhaps';
      }
    }
    return result;
  }

  /** The event just recognised has come again by this delivery, which is remembered with it. */
  takeOver(mark: DeliveryMark, epoch: number): void {
    const index = this.found;
    if (this.epochs[index] === epoch) {
      this.add(mark, this.createdAt[index], epoch, this.at[index], REBOUND);
      return;
    }
    this.epochs[index] = epoch;
    this.deliveries[index] = mark.deliveryHash;
    this.messages[index] = mark.messageHash;
    this.openMs[index] = REBOUND;
  }

  /** Takes the oldest entry out of its bucket, where it is the last. */
  private forget(index: number): void {
    const bucket = this.hashes[index] & this.bucketMask;
    if (this.heads[bucket] === index) {
      this.heads[bucket] = NONE;
      return;
    }
    for (let newer = this.heads[bucket]; newer !== NONE; newer = this.older[newer]) {
      if (this.older[newer] !== index) continue;
      this.older[newer] = NONE;
      return;
    }
  }
}

function timeOf(createdAt: unknown): number {
  return typeof createdAt === 'number' ? createdAt : Number.NaN;
}
