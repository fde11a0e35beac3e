interface Given {
  count: number;
  /** Whole epoch second of the record; undefined when its time cannot be read. */
  second: number | undefined;
}

/** A record as the seam sees it. */
export interface SeamRecord {
  /** Its content, see `contentKey`. */
  key: string;
  second: number | undefined;
}

/**
 * Tells which records of a page have been given already, so that where two pages or two windows overlap every record
 * comes once.
 *
 * A record has been given when one of equal content, its time included, was on the previous page, or at the second
 * at which the listing stands: only there can windows overlap. Records are counted, not merely compared: of two
 * equal ones inside one page both are kept, since the cloud holds two. Two equal ones to either side of a page's end cannot
 * be told from an overlap and count as one.
 *
 * Memory: one page, and the records of one second.
 */
export class Seam {
  private previous = new Map<string, Given>();
  private edge = new Map<string, Given>();

  /** For each record of the page whether it is new. Everything in the page counts as given afterwards. */
  admit(records: readonly SeamRecord[]): boolean[] {
    const fresh = records.map(({ key }) => !(take(this.previous, key) || take(this.edge, key)));
    if (records.length === 0) return fresh;
    const standing = records[records.length - 1].second;
    const edge = new Map<string, Given>();
    if (standing !== undefined) {
      for (const given of [this.previous, this.edge]) {
        for (const [key, { count, second }] of given) if (second === standing) put(edge, key, second, count);
      }
    }
    this.edge = edge;
    this.previous = new Map();
    for (const { key, second } of records) put(this.previous, key, second, 1);
    return fresh;
  }

  /** Records remembered, for those who watch memory. */
  get size(): number {
    return this.previous.size + this.edge.size;
  }
}

function take(given: Map<string, Given>, key: string): boolean {
  const found = given.get(key);
  if (!found) return false;
  if (--found.count === 0) given.delete(key);
  return true;
}

function put(given: Map<string, Given>, key: string, second: number | undefined, count: number): void {
  const found = given.get(key);
  if (found) found.count += count;
  else given.set(key, { count, second });
}
