/** Called with the event's value. */
export type Listener<T> = (event: T) => void;

/** A small emitter whose event names and values are checked by the compiler. */
export class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<Listener<never>>>();

  constructor(
    /** Told whenever the number of listeners changes. */
    private readonly onChange: (listeners: number) => void = () => {},
  ) {}

  /** Listens until the returned function is called. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    let set = this.listeners.get(name);
    if (!set) {
      set = new Set();
      this.listeners.set(name, set);
    }
    set.add(listener as Listener<never>);
    this.onChange(this.size);
    return () => {
      if (set.delete(listener as Listener<never>)) this.onChange(this.size);
    };
  }

  /** Calls every listener of that name in the order in which they came. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) (listener as Listener<Events[Name]>)(event);
  }

  /** Listeners of all names. */
  get size(): number {
    let count = 0;
    for (const set of this.listeners.values()) count += set.size;
    return count;
  }

  /** Drops every listener. */
  clear(): void {
    this.listeners.clear();
    this.onChange(0);
  }
}
