import type { Clock } from '../../cloud/clock';
import type { Behaviour } from './behaviour';
import { Refused } from './errors';

const WINDOW_S = 3600;

/** The enterprise's calls an hour. The hour begins with the first call after the last one ended. */
export class Quota {
  private used = 0;
  /** Epoch seconds; 0 before the first call. */
  private resetAt = 0;

  constructor(
    private readonly clock: Clock,
    private readonly behaviour: Behaviour,
  ) {}

  /** Counts a call; 5013 when none is left. */
  take(): void {
    this.roll();
    if (this.used >= this.behaviour.quotaLimit) throw new Refused(5013);
    this.used++;
  }

  /** Counts a call that is never refused: a login. */
  count(): void {
    this.roll();
    this.used = Math.min(this.used + 1, this.behaviour.quotaLimit);
  }

  /** Sets what is left of the present hour, and how long the hour still lasts. */
  set({ limit, remaining, resetSeconds }: { limit?: number; remaining?: number; resetSeconds?: number }): void {
    if (limit !== undefined) this.behaviour.quotaLimit = limit;
    this.roll();
    if (resetSeconds !== undefined) this.resetAt = Math.ceil(this.clock.now() / 1000) + resetSeconds;
    if (remaining !== undefined) this.used = Math.max(0, this.behaviour.quotaLimit - remaining);
  }

  get state(): { limit: number; remaining: number; resetAt: number } {
    this.roll();
    const { quotaLimit } = this.behaviour;
    return { limit: quotaLimit, remaining: Math.max(0, quotaLimit - this.used), resetAt: this.resetAt };
  }

  /** The documented headers; the reset is in epoch seconds. */
  headers(): Record<string, string> {
    const { limit, remaining, resetAt } = this.state;
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(resetAt),
    };
  }

  private roll(): void {
    const now = this.clock.now() / 1000;
    if (now < this.resetAt) return;
    this.used = 0;
    this.resetAt = Math.ceil(now) + WINDOW_S;
  }
}
