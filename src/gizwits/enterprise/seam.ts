/** A record as the seam sees it. */
export interface SeamRecord {
  /** Its content, see `contentKey`; asked for only where two pages or windows meet. */
  readonly key: string;
  /** Whole epoch second of the record; undefined when its time cannot be read. */
  readonly second: number | undefined;
}

/** Contents with how often each was given. */
type Counts = Map<string, number>;

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
  private previous = new GivenPage([]);
  /** What is left of earlier pages at the second at which the listing stands. */
  private edge: { second: number | undefined; counts: Counts } = { second: undefined, counts: new Map() };

  /** For each record of the page whether it is new. Everything in the page counts as given afterwards. */
  admit(records: readonly SeamRecord[]): boolean[] {
    const fresh = records.map((record) => !this.take(record));
    if (records.length === 0) return fresh;
    const standing = records[records.length - 1].second;
    const counts: Counts = new Map();
    if (standing !== undefined) {
      for (const left of [this.previous.at(standing), this.edgeAt(standing)]) {
        for (const [key, count] of left ?? []) counts.set(key, (counts.get(key) ?? 0) + count);
      }
    }
    this.edge = { second: standing, counts };
    this.previous = new GivenPage(records);
    return fresh;
  }

  /** Records remembered, for those who watch memory. */
  get size(): number {
    return this.previous.size + this.edge.counts.size;
  }

  private take(record: SeamRecord): boolean {
    return takeFrom(this.previous.at(record.second), record) || takeFrom(this.edgeAt(record.second), record);
  }

  private edgeAt(second: number | undefined): Counts | undefined {
    return this.edge.counts.size > 0 && this.edge.second === second ? this.edge.counts : undefined;
  }
}

/** The records of a page by their seconds, of which only those that are asked for are looked into. */
class GivenPage {
  private earliest = Number.POSITIVE_INFINITY;
  private latest = Number.NEGATIVE_INFINITY;
  private readonly known = new Map<number | undefined, Counts>();

  constructor(private readonly records: readonly SeamRecord[]) {
    for (const { second } of records) {
      if (second === undefined) continue;
      if (second < this.earliest) this.earliest = second;
      if (second > this.latest) this.latest = second;
    }
  }

  get size(): number {
    return this.records.length;
  }

  /** The contents given at a second; undefined when there can be none. */
  at(second: number | undefined): Counts | undefined {
    if (second !== undefined && (second < this.earliest || second > this.latest)) return undefined;
    let counts = this.known.get(second);
    if (!counts) {
      counts = new Map();
      for (const record of this.records) {
        if (record.second !== second) continue;
        const { key } = record;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      this.known.set(second, counts);
    }
    return counts;
  }
}

function takeFrom(counts: Counts | undefined, record: SeamRecord): boolean {
  if (!counts) return false;
  const { key } = record;
  const count = counts.get(key);
  if (count === undefined) return false;
  if (count === 1) counts.delete(key);
  else counts.set(key, count - 1);
  return true;
}
