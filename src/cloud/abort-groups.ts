import { LinkedList, type Place } from './linked-list';

/** What can be ended from outside. */
export interface Abortable {
  abort(): void;
}

/**
 * Calls that end when a signal aborts. One listener a signal, not one a call: a node's signal lives as long as the node,
 * and a listener for each of its messages would cost time and, forgotten once, memory.
 */
export class AbortGroups {
  private readonly groups = new WeakMap<AbortSignal, LinkedList<Abortable>>();

  /** Has `member` aborted with the signal, until it leaves its place. */
  add(signal: AbortSignal, member: Abortable): Place<Abortable> {
    let group = this.groups.get(signal);
    if (!group) {
      const created = new LinkedList<Abortable>();
      group = created;
      this.groups.set(signal, created);
      signal.addEventListener(
        'abort',
        () => {
          for (const each of created.values()) each.abort();
        },
        { once: true },
      );
    }
    return group.add(member);
  }
}
