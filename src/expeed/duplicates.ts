import type { Clock } from '../cloud/clock';
import { LinkedList, type Place } from '../cloud/linked-list';
import type { Push } from './pushes';

/** A push is known for so long. */
const REMEMBERED_MS = 600_000;
const MOST_REMEMBERED = 10_000;

/**
 * Drops repetitions, since a sender that misses our answer may send again. What carries an id or a time is known by its
 * content. A status push carries neither: it is dropped only when the device's last status push said the same, for on,
 * off, on are three events. Data without a time is never dropped: two equal readings may both be true.
 */
export class Duplicates {
  private readonly known = new Lately();
  /** The last status of each device. */
  private readonly lastStatus = new Lately();

  constructor(private readonly clock: Clock) {}

  /** Whether a push only repeats one that was noted. */
  isRepeated(push: Push): boolean {
    const [noted, key] = this.place(push);
    return noted.get(key, this.clock.mono()) === push.content;
  }

  /** Notes a push that was handed on. */
  note(push: Push): void {
    if (push.topic !== 'status' && !push.identified) return;
    const [noted, key] = this.place(push);
    noted.set(key, push.content, this.clock.mono());
  }

  private place(push: Push): [Lately, string] {
    return push.topic === 'status' ? [this.lastStatus, push.deviceId] : [this.known, push.content];
  }
}

interface Seen {
  readonly key: string;
  readonly content: string;
  /** Monotonic milliseconds when it may be forgotten. */
  readonly until: number;
}

/**
 * What was last seen by key, a bounded number for a bounded time. A list of its own tells the oldest: to ask a `Map` for
 * its first entry means to walk over all that were deleted before it, thousands when one comes and one goes each time.
 */
class Lately {
  private readonly places = new Map<string, Place<Seen>>();
  private readonly byAge = new LinkedList<Seen>();

  get(key: string, now: number): string | undefined {
    const seen = this.places.get(key)?.value;
    return seen && seen.until > now ? seen.content : undefined;
  }

  set(key: string, content: string, now: number): void {
    this.places.get(key)?.leave();
    this.places.set(key, this.byAge.add({ key, content, until: now + REMEMBERED_MS }));
    for (let { oldest } = this.byAge; oldest; { oldest } = this.byAge) {
      if (this.places.size <= MOST_REMEMBERED && oldest.value.until > now) break;
      oldest.leave();
      this.places.delete(oldest.value.key);
    }
  }
}
