/** The place of one value in a {@link LinkedList}. */
export class Place<T> {
  previous: Place<T> | undefined;
  next: Place<T> | undefined;

  constructor(
    private list: LinkedList<T> | undefined,
    readonly value: T,
  ) {}

  /** Takes the value out; nothing happens when it is out already. */
  leave(): void {
    this.list?.remove(this);
    this.list = undefined;
  }
}

/**
 * Values in the order of their coming, for what comes and goes with every call. A `Set` is dearer here than it looks:
 * when one is full of places that were left, V8 gives it a new table to which the old one keeps a pointer, and once an old
 * table has outlived a collection, every later one and all that ever was in it live until a full collection.
 */
export class LinkedList<T> {
  private first: Place<T> | undefined;
  private last: Place<T> | undefined;

  get empty(): boolean {
    return this.first === undefined;
  }

  get oldest(): Place<T> | undefined {
    return this.first;
  }

  add(value: T): Place<T> {
    const place = new Place(this, value);
    place.previous = this.last;
    if (this.last) this.last.next = place;
    else this.first = place;
    this.last = place;
    return place;
  }

  /** For {@link Place}, which knows whether it is in the list. */
  remove(place: Place<T>): void {
    const { previous, next } = place;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    // Nor must a place that has outlived a collection keep those that came after it.
    place.previous = undefined;
    place.next = undefined;
  }

  /** A copy, which stays as it is while values leave. */
  values(): T[] {
    const values: T[] = [];
    for (let place = this.first; place; place = place.next) values.push(place.value);
    return values;
  }
}
