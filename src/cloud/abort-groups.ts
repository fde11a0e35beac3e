/** What can be ended from outside. */
export interface Abortable {
  abort(): void;
}

/** The calls under one signal. */
class Group {
  readonly members = new Set<Abortable>();
}

/**
 * Calls that end when a signal aborts. One listener a signal, not one a call: a node's signal lives as long as the node,
 * and a listener for each of its messages would cost time and, forgotten once, memory.
 */
export class AbortGroups {
  private readonly groups = new WeakMap<AbortSignal, Group>();

  add(signal: AbortSignal, member: Abortable): void {
    let group = this.groups.get(signal);
    if (!group) {
      const created = new Group();
      group = created;
      this.groups.set(signal, created);
      signal.addEventListener(
        'abort',
        () => {
          for (const each of [...created.members]) each.abort();
        },
        { once: true },
      );
    }
    group.members.add(member);
  }

  remove(signal: AbortSignal, member: Abortable): void {
    this.groups.get(signal)?.members.delete(member);
  }
}
