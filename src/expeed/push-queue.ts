/** Pushes that are waiting to be handed to the flow. */
const MOST_WAITING = 1000;

/** Handed over between two turns of the event loop; the editor and other nodes get theirs in between. */
const BATCH = 32;

export type PushFate = 'handed' | 'failed' | 'closed';

interface Entry<T> {
  item: T;
  settle(fate: PushFate): void;
}

/**
 * A bounded line between the HTTP server and the flow, in the order of arrival. What was answered as taken has been
 * handed over: nothing is kept that a redeploy could lose.
 */
export class PushQueue<T> {
  private waiting: Entry<T>[] = [];
  private scheduled = false;
  private closed = false;

  /**
   * @param hand hands one item to the flow; what it throws is that item's failure
   * @param defer calls back in a later turn of the event loop
   */
  constructor(
    private readonly hand: (item: T) => void,
    private readonly defer: (callback: () => void) => void = setImmediate,
  ) {}

  /** What became of the item; undefined at once when the queue is full. */
  add(item: T): Promise<PushFate> | undefined {
    if (this.closed) return Promise.resolve('closed');
    if (this.waiting.length >= MOST_WAITING) return undefined;
    return new Promise((settle) => {
      this.waiting.push({ item, settle });
      this.schedule();
    });
  }

  get size(): number {
    return this.waiting.length;
  }

  close(): void {
    this.closed = true;
    const left = this.waiting;
    this.waiting = [];
    for (const { settle } of left) settle('closed');
  }

  private schedule(): void {
    if (this.scheduled || this.waiting.length === 0) return;
    this.scheduled = true;
    this.defer(() => {
      this.scheduled = false;
      for (const { item, settle } of this.waiting.splice(0, BATCH)) settle(this.tryHand(item));
      this.schedule();
    });
  }

  private tryHand(item: T): PushFate {
    try {
      this.hand(item);
      return 'handed';
    } catch {
      return 'failed';
    }
  }
}
