/** What a {@link KeyTable} holds: it carries its own link, so that the table allocates nothing for it. */
export interface Keyed<Item> {
  /** The table uses its low 32 bits; different items may have the same. */
  readonly key: number;
  /** The item before it in its bucket; set by the table alone. */
  next: Item | undefined;
}

const FIRST_BUCKETS = 64;

/**
 * Finds items by a number, for items that come and go by the thousand a second. A `Map` would do but for memory: it
 * throws its tables away time and again, each with what it held and a pointer to the one after it, so that a table that
 * the garbage collector has once taken for long-lived keeps all that came later until the next full collection.
 */
export class KeyTable<Item extends Keyed<Item>> {
  private buckets: (Item | undefined)[] = new Array(FIRST_BUCKETS).fill(undefined);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The newest item of the bucket that items with this key are in, itself perhaps of another key; follow `next`. */
  bucket(key: number): Item | undefined {
    return this.buckets[key & (this.buckets.length - 1)];
  }

  get(key: number): Item | undefined {
    let item = this.bucket(key);
    while (item && item.key !== key) item = item.next;
    return item;
  }

  /** Adds an item that is not in the table. */
  add(item: Item): void {
    if (this.count === this.buckets.length) this.grow();
    this.count++;
    this.link(item);
  }

  /** @returns whether it was there */
  remove(item: Item): boolean {
    const index = item.key & (this.buckets.length - 1);
    let newer: Item | undefined;
    for (let found = this.buckets[index]; found; found = found.next) {
      if (found === item) {
        if (newer) newer.next = item.next;
        else this.buckets[index] = item.next;
        item.next = undefined;
        this.count--;
        return true;
      }
      newer = found;
    }
    return false;
  }

  private link(item: Item): void {
    const index = item.key & (this.buckets.length - 1);
    item.next = this.buckets[index];
    this.buckets[index] = item;
  }

  private grow(): void {
    const before = this.buckets;
    this.buckets = new Array(before.length * 2).fill(undefined);
    for (const newest of before) {
      const items: Item[] = [];
      for (let item = newest; item; item = item.next) items.push(item);
      // Oldest first, so that the newest is found first again.
      for (const item of items.reverse()) this.link(item);
    }
  }
}
