import type { DeadlineList, Deadlines, Expiring } from './deadlines';

/** How long a call waits for its predecessor: a command that hangs must not keep the next, perhaps "off", from leaving. */
const PATIENCE_MS = 3000;

/** A call that keeps its place in a sequence. */
export interface Sequenced {
  readonly sequence?: string;
  /** The predecessor is over, or has taken too long: the call may go on. */
  proceed(): void;
}

/** The calls of one key. */
class Sequence implements Expiring {
  deadlineAt = 0;
  deadlineList: DeadlineList | undefined;
  deadlinePrevious: Expiring | undefined;
  deadlineNext: Expiring | undefined;
  /** In order; a Set, since a call may leave from the middle; none before a second call comes. */
  waiting: Set<Sequenced> | undefined;
  /** Whose turn it is; none when the sequence is over: V8 keeps what was in a Map for longer than it is in there. */
  current: Sequenced | undefined;

  constructor(
    private readonly sequences: Sequences,
    readonly key: string,
    first: Sequenced,
  ) {
    this.current = first;
  }

  expire(): void {
    this.sequences.advance(this);
  }
}

/** Calls with the same key one after the other, in the order of their coming, each waiting at most three seconds. */
export class Sequences {
  private readonly sequences = new Map<string, Sequence>();

  constructor(private readonly deadlines: Deadlines) {}

  /** Whether the call may go on at once; otherwise its `proceed` is called when it may. */
  enter(call: Sequenced): boolean {
    if (call.sequence === undefined) return true;
    const sequence = this.sequences.get(call.sequence);
    if (!sequence) {
      this.sequences.set(call.sequence, new Sequence(this, call.sequence, call));
      return true;
    }
    sequence.waiting ??= new Set();
    if (sequence.waiting.size === 0) this.deadlines.arm(sequence, PATIENCE_MS);
    sequence.waiting.add(call);
    return false;
  }

  /** The call is over, whether it had its turn or not. */
  leave(call: Sequenced): void {
    if (call.sequence === undefined) return;
    const sequence = this.sequences.get(call.sequence);
    if (!sequence) return;
    if (sequence.current === call) this.advance(sequence);
    else if (sequence.waiting?.delete(call) && sequence.waiting.size === 0) this.deadlines.disarm(sequence);
  }

  /** For {@link Sequence}. */
  advance(sequence: Sequence): void {
    this.deadlines.disarm(sequence);
    const { waiting } = sequence;
    const next: Sequenced | undefined = waiting?.values().next().value;
    sequence.current = next;
    if (!waiting || !next) {
      this.sequences.delete(sequence.key);
      return;
    }
    waiting.delete(next);
    if (waiting.size > 0) this.deadlines.arm(sequence, PATIENCE_MS);
    next.proceed();
  }
}
