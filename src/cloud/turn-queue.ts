/** A call that waits for its turn. The links live in it, so that queueing and leaving cost no search and no copy. */
export interface Queued {
  /** Who asks; turns rotate between origins. */
  readonly origin: string;
  queuePrevious: Queued | undefined;
  queueNext: Queued | undefined;
  queueOrigin: OriginQueue | undefined;
}

/** The calls of one origin, and its place in the ring of origins that wait. */
export interface OriginQueue {
  readonly origin: string;
  head: Queued | undefined;
  tail: Queued | undefined;
  previous: OriginQueue;
  next: OriginQueue;
}

/**
 * Turns in rotation between origins, first in first out within one (deficit round robin with calls of equal cost).
 * Every operation takes constant time, however many wait.
 */
export class TurnQueue {
  private readonly origins = new Map<string, OriginQueue>();
  /** The origin whose turn is next. */
  private turn: OriginQueue | undefined;
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Whether calls of that origin wait. */
  has(origin: string): boolean {
    return this.origins.has(origin);
  }

  /** Adds a call behind those of its origin, or before them with `front`. */
  add(call: Queued, front = false): void {
    let queue = this.origins.get(call.origin);
    if (!queue) {
      queue = this.enter(call.origin);
      this.origins.set(call.origin, queue);
    }
    call.queueOrigin = queue;
    if (!queue.head || !queue.tail) {
      queue.head = call;
      queue.tail = call;
    } else if (front) {
      call.queueNext = queue.head;
      queue.head.queuePrevious = call;
      queue.head = call;
    } else {
      call.queuePrevious = queue.tail;
      queue.tail.queueNext = call;
      queue.tail = call;
    }
    this.count++;
  }

  /** Takes the call whose turn it is; the next turn is another origin's. */
  take(): Queued | undefined {
    const queue = this.turn;
    if (!queue?.head) return undefined;
    this.turn = queue.next;
    const call = queue.head;
    this.remove(call);
    return call;
  }

  /** Takes a call out of the middle; nothing happens when it does not wait here. */
  remove(call: Queued): void {
    const queue = call.queueOrigin;
    if (!queue) return;
    const { queuePrevious: previous, queueNext: next } = call;
    if (previous) previous.queueNext = next;
    else queue.head = next;
    if (next) next.queuePrevious = previous;
    else queue.tail = previous;
    call.queueOrigin = undefined;
    call.queuePrevious = undefined;
    call.queueNext = undefined;
    this.count--;
    if (!queue.head) this.leave(queue);
  }

  /** A new origin comes last in the rotation: just before the one whose turn is next. */
  private enter(origin: string): OriginQueue {
    const queue = { origin, head: undefined, tail: undefined } as Partial<OriginQueue> as OriginQueue;
    const { turn } = this;
    queue.next = turn ?? queue;
    queue.previous = turn?.previous ?? queue;
    queue.previous.next = queue;
    queue.next.previous = queue;
    this.turn ??= queue;
    return queue;
  }

  private leave(queue: OriginQueue): void {
    this.origins.delete(queue.origin);
    queue.previous.next = queue.next;
    queue.next.previous = queue.previous;
    if (this.turn === queue) this.turn = queue.next === queue ? undefined : queue.next;
  }
}
