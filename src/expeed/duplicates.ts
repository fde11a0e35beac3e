import type { Clock } from '../cloud/clock';
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
  /** Content and the monotonic time at which it may be forgotten, oldest first. */
  private readonly known = new Map<string, number>();
  /** The last status of each device, the most recent last. */
  private readonly lastStatus = new Map<string, { content: string; until: number }>();

  constructor(private readonly clock: Clock) {}

  /** Whether a push only repeats one that was noted. */
  isRepeated(push: Push): boolean {
    const now = this.clock.mono();
    if (push.topic === 'status') {
      const last = this.lastStatus.get(push.deviceId);
      return last !== undefined && last.content === push.content && last.until > now;
    }
    return (this.known.get(push.content) ?? 0) > now;
  }

  /** Notes a push that was handed on. */
  note(push: Push): void {
    const now = this.clock.mono();
    const until = now + REMEMBERED_MS;
    if (push.topic === 'status') {
      this.lastStatus.delete(push.deviceId);
      this.lastStatus.set(push.deviceId, { content: push.content, until });
      dropOldest(this.lastStatus, (entry) => entry.until <= now);
    } else if (push.identified) {
      this.known.delete(push.content);
      this.known.set(push.content, until);
      dropOldest(this.known, (end) => end <= now);
    }
  }
}

/** Drops entries from the old end of a map while they have expired or the map is too large. */
function dropOldest<T>(map: Map<string, T>, expired: (entry: T) => boolean): void {
  for (const [key, entry] of map) {
    if (map.size <= MOST_REMEMBERED && !expired(entry)) break;
    map.delete(key);
  }
}
