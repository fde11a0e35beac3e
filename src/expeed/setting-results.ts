import { type Abortable, AbortGroups } from '../cloud/abort-groups';
import type { Clock, Timer } from '../cloud/clock';
import { CloudError } from '../cloud/errors';

/** A result that nobody waits for yet is kept so long: it may be faster than the answer of the call that asked for it. */
const KEPT_MS = 120_000;
const MOST_KEPT = 1000;

interface Waiting extends Abortable {
  settle(success: boolean): void;
}

/**
 * Joins settings with their results, which arrive as pushes of type 3 with the same `message_id`. One for each platform
 * in the process: the node that sets and the node that receives need not know each other.
 */
export class SettingResults {
  private readonly waiting = new Map<string, Set<Waiting>>();
  private readonly aborts = new AbortGroups();
  private readonly early = new Map<string, { success: boolean; at: number }>();

  constructor(private readonly clock: Clock) {}

  /** Notes a result that a push has brought. */
  arrived(messageId: string, success: boolean): void {
    const id = this.matching(messageId);
    const waiting = this.waiting.get(id);
    if (waiting) {
      this.waiting.delete(id);
      for (const one of waiting) one.settle(success);
      return;
    }
    this.forgetOld();
    this.early.delete(messageId);
    this.early.set(messageId, { success, at: this.clock.mono() });
  }

  /**
   * Waits for the result of a setting.
   * @param since monotonic time at which the setting was sent; a result older than that belongs to another one
   * @param ms how long to wait at most
   * @throws CloudError GIZ_OUTCOME_UNKNOWN when no result comes in time, or the signal aborts the wait: the platform has
   *   taken the setting, and whether the device has followed is not known
   */
  wait(messageId: string, since: number, ms: number, signal?: AbortSignal): Promise<boolean> {
    const known = this.early.has(messageId) ? messageId : rounded(messageId);
    const early = this.early.get(known);
    if (early && early.at >= since) {
      this.early.delete(known);
      return Promise.resolve(early.success);
    }
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(noResult());
        return;
      }
      const stop = (): void => {
        this.clock.clearTimeout(timer);
        place?.leave();
      };
      const entry: Waiting = {
        settle: (success) => {
          stop();
          resolve(success);
        },
        abort: () => {
          stop();
          this.remove(messageId, entry);
          reject(noResult());
        },
      };
      const timer: Timer = this.clock.setTimeout(() => entry.abort(), ms);
      const place = signal && this.aborts.add(signal, entry);
      const others = this.waiting.get(messageId);
      if (others) others.add(entry);
      else this.waiting.set(messageId, new Set([entry]));
    });
  }

  /** Ends every wait as one that no result came for. */
  async close(): Promise<void> {
    for (const waiting of [...this.waiting.values()]) for (const one of [...waiting]) one.abort();
    this.early.clear();
  }

  /** Settings that wait for their result. */
  get size(): number {
    return this.waiting.size;
  }

  /**
   * The id under which a result is awaited. Where Node-RED's own parser has read the push before us, a whole number
   * beyond 2^53 has lost its last digits; it then stands for the one awaited id that rounds to it, if there is only one.
   */
  private matching(messageId: string): string {
    if (this.waiting.has(messageId) || rounded(messageId) !== messageId) return messageId;
    const candidates = [...this.waiting.keys()].filter((id) => id !== messageId && rounded(id) === messageId);
    return candidates.length === 1 ? candidates[0] : messageId;
  }

  private remove(messageId: string, entry: Waiting): void {
    const others = this.waiting.get(messageId);
    others?.delete(entry);
    if (others?.size === 0) this.waiting.delete(messageId);
  }

  private forgetOld(): void {
    const oldest = this.clock.mono() - KEPT_MS;
    for (const [id, { at }] of this.early) {
      if (at >= oldest && this.early.size < MOST_KEPT) break;
      this.early.delete(id);
    }
  }
}

/** A whole number beyond 2^53 as JavaScript prints it after rounding; any other id as it is. */
function rounded(messageId: string): string {
  return /^\d{16,20}$/.test(messageId) ? String(Number(messageId)) : messageId;
}

/** The platform took a setting, and what became of it is not known. */
export function noResult(): CloudError {
  return new CloudError({ code: 'GIZ_OUTCOME_UNKNOWN', textKey: 'expeed.noResult', outcome: 'unknown' });
}
