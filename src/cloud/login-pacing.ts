import type { Clock } from './clock';

/** Logins that may be refused for their credentials before a distance is kept. */
const FREE_REFUSALS = 3;
const FIRST_DISTANCE_MS = 60_000;
const LONGEST_DISTANCE_MS = 900_000;

/**
 * Distance between logins that are refused for their credentials: three at once, then a minute, doubling to a quarter of
 * an hour, whatever the traffic. A day of a wrong secret so costs some hundred logins, and locks no account out.
 */
export class LoginPacing {
  private refusals = 0;
  private distanceMs = 0;
  private nextAt = 0;

  constructor(private readonly clock: Clock) {}

  /** Milliseconds until the next login may be made, 0 for now. */
  waitMs(): number {
    return this.refusals < FREE_REFUSALS ? 0 : Math.max(0, this.nextAt - this.clock.mono());
  }

  /**
   * A login begins. From now on others keep their distance, so that of many who wait only one goes when it is time.
   * Returns whether it was due; the first login of another scope goes before its time.
   */
  begin(): boolean {
    const due = this.waitMs() === 0;
    if (due && this.refusals >= FREE_REFUSALS) this.nextAt = this.clock.mono() + this.distanceMs;
    return due;
  }

  /** A login was refused. One made before its time does not push the others further away. */
  refused(due: boolean): void {
    this.refusals++;
    if (this.refusals < FREE_REFUSALS || !due) return;
    this.distanceMs = Math.min(Math.max(FIRST_DISTANCE_MS, this.distanceMs * 2), LONGEST_DISTANCE_MS);
    this.nextAt = this.clock.mono() + this.distanceMs;
  }

  accepted(): void {
    this.refusals = 0;
    this.distanceMs = 0;
  }

  /** Whether the last login was refused. */
  get blocked(): boolean {
    return this.refusals > 0;
  }
}
