const LINE_FEED = 0x0a;
const FIRST_CAPACITY = 4096;
/** A carry-over buffer larger than this is given back once its line has ended. */
const KEPT_CAPACITY = 256 * 1024;

/**
 * Cuts a byte stream at every 0x0A, before anything is decoded: that byte never occurs inside a UTF-8 sequence, so a
 * character split over two chunks survives. The unfinished rest is carried over in one buffer that grows by doubling,
 * so that a line of n bytes costs O(n) whatever the size of its chunks.
 */
export class LineSplitter {
  private carry = Buffer.allocUnsafe(FIRST_CAPACITY);
  private carried = 0;

  /** @param maxBytes longest line accepted, without its line feed */
  constructor(readonly maxBytes: number) {}

  /** Bytes of the line that has begun and not ended. */
  get pendingBytes(): number {
    return this.carried;
  }

  /**
   * Takes a chunk and calls `onLine` with every line that it completes: the bytes from `from` up to `to`, which is where
   * its line feed is. The buffer handed over is valid only during the call; a view of each line would cost more than the
   * search for it.
   * @returns false when a line exceeds the limit; the stream cannot be followed any further then
   */
  push(chunk: Buffer, onLine: (bytes: Buffer, from: number, to: number) => void): boolean {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, from);
      if (end < 0) break;
      if (this.carried + end - from > this.maxBytes) return false;
      if (this.carried === 0) {
        onLine(chunk, from, end);
      } else {
        this.keep(chunk, from, end);
        const { carry, carried } = this;
        this.carried = 0;
        onLine(carry, 0, carried);
        if (this.carry.length > KEPT_CAPACITY) this.carry = Buffer.allocUnsafe(FIRST_CAPACITY);
      }
      from = end + 1;
    }
    if (this.carried + chunk.length - from > this.maxBytes) return false;
    if (from < chunk.length) this.keep(chunk, from, chunk.length);
    return true;
  }

  private keep(chunk: Buffer, from: number, to: number): void {
    const needed = this.carried + to - from;
    if (needed > this.carry.length) {
      let capacity = this.carry.length * 2;
      while (capacity < needed) capacity *= 2;
      const larger = Buffer.allocUnsafe(Math.min(capacity, Math.max(needed, this.maxBytes)));
      this.carry.copy(larger, 0, 0, this.carried);
      this.carry = larger;
    }
    chunk.copy(this.carry, this.carried, from, to);
    this.carried = needed;
  }
}
