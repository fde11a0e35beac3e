/**
 * How the use of the quota in this window divides between us and the other programs on the same account, as far as the
 * cloud's headers tell: what they say was used, less what we sent, is the others'.
 */
export class QuotaShare {
  /** Calls that we sent since the count began. */
  private own = 0;
  /** What others had used when the count began, so that it may begin in the middle of a window. */
  private before: number | undefined;
  private theirs = 0;

  /** Counts calls as they are sent; less than none for those that were not sent after all. */
  sent(calls: number): void {
    this.own += calls;
  }

  /** An answer tells how many calls of the window are used. */
  told(used: number): void {
    // Calls on their way may be in the header or not; none of them is ever taken for another's.
    this.before ??= used - 1;
    this.theirs = Math.max(this.theirs, used - this.own - this.before);
  }

  /** The count begins with a window; `own` of our calls are in it already. */
  begin(own: number): void {
    this.own = own;
    this.before = 0;
    this.theirs = 0;
  }

  /** Calls that others made while we counted, at least. */
  get others(): number {
    return this.theirs;
  }

  /** Our part of what was used while we counted, above 0 and at most 1. Who has had none yet is taken to have had one. */
  get part(): number {
    return (this.own + 1) / (this.own + this.theirs + 1);
  }
}
