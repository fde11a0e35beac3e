import type { Clock } from '../cloud/clock';
import { CloudError } from '../cloud/errors';

/** Token calls that Expeed answers in a day (seed 004). */
export const TOKEN_CALLS_A_DAY = 200;

const DAY_MS = 86_400_000;

/** Counts at which a warning is due. A day of normal work takes twelve. */
const WARNINGS = [50, 100, 150, 190];

/**
 * Counts token calls against the day's budget. When the platform's day begins is not documented, so any 24 hours count
 * as one: that keeps the bound whenever it begins. Wall time, since the count is kept over restarts.
 */
export class TokenBudget {
  /** Epoch milliseconds, oldest first. */
  private calls: number[] = [];
  private warnedAt = 0;

  /** @param warn told the count when a further quarter of the budget is used */
  constructor(
    private readonly clock: Clock,
    private readonly warn: (count: number) => void,
  ) {}

  /** Milliseconds until the next call may be made; 0 when it may now. */
  waitMs(): number {
    this.forgetOld();
    if (this.calls.length < TOKEN_CALLS_A_DAY) return 0;
    return Math.max(1, (this.calls[this.calls.length - TOKEN_CALLS_A_DAY] as number) + DAY_MS - this.clock.now());
  }

  /** Counts a call that is about to be made. Returns a function that takes it back, for one that never left. */
  take(): () => void {
    this.forgetOld();
    const at = Math.floor(this.clock.now());
    this.calls.push(at);
    const reached = WARNINGS.filter((count) => count <= this.calls.length).at(-1) ?? 0;
    if (reached > this.warnedAt) this.warn(this.calls.length);
    this.warnedAt = reached;
    return () => {
      const index = this.calls.lastIndexOf(at);
      if (index >= 0) this.calls.splice(index, 1);
    };
  }

  /** Times of the calls of the last day, epoch milliseconds, oldest first. */
  get recent(): readonly number[] {
    this.forgetOld();
    return this.calls;
  }

  /** Adds calls that an earlier process made. */
  restore(calls: readonly number[]): void {
    const now = this.clock.now();
    this.calls = [...this.calls, ...calls.map((at) => Math.min(at, now))].sort((left, right) => left - right);
    this.forgetOld();
  }

  private forgetOld(): void {
    const oldest = this.clock.now() - DAY_MS;
    const kept = this.calls.findIndex((at) => at > oldest);
    if (kept !== 0) this.calls = kept < 0 ? [] : this.calls.slice(kept);
  }
}

/** The error of a call for which no token may be fetched today. */
export function budgetSpent(waitMs: number): CloudError {
  return new CloudError({
    code: 'GIZ_QUOTA',
    textKey: 'expeed.tokenBudget',
    textParams: { limit: TOKEN_CALLS_A_DAY, minutes: Math.ceil(waitMs / 60_000) },
    outcome: 'not-sent',
    retryable: true,
    retryAfterMs: Math.ceil(waitMs),
  });
}
