const CAPACITY = 100;
const COST = 10;

/**
 * How many repeats an account may still make: each costs ten, each success gives one back. So repeats add at most a
 * tenth to the calls, however long a cloud is down, and every one of them also counts against the hourly quota.
 */
export class RetryBudget {
  private tokens = CAPACITY;

  /** Takes the cost of one repeat; false when the budget is used up. */
  take(): boolean {
    if (this.tokens < COST) return false;
    this.tokens -= COST;
    return true;
  }

  success(): void {
    if (this.tokens < CAPACITY) this.tokens++;
  }

  /** What is left, of 100. */
  get left(): number {
    return this.tokens;
  }
}
