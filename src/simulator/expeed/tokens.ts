import type { Clock } from '../../cloud/clock';
import { DAY, dayOf } from '../world/calendar';
import { hex } from '../world/random';
import type { ExpeedBehaviour } from './behaviour';
import { PLATFORM } from './platform';
import { Refused } from './refused';

/** The platform's tokens and its daily budget of calls for them. */
export class PlatformTokens {
  /** Token calls that were answered with a token, and those that were refused. */
  issued = 0;
  refused = 0;
  private readonly ends = new Map<string, number>();
  private day = Number.NaN;
  private callsToday = 0;

  constructor(
    private readonly clock: Clock,
    private readonly seed: number,
    private readonly behaviour: ExpeedBehaviour,
  ) {}

  /** Token calls of this day, Shanghai time, the refused ones included. */
  get today(): number {
    return this.day === dayOf(this.clock.now()) ? this.callsToday : 0;
  }

  /** @throws Refused for wrong keys and beyond the day's budget. */
  issue(platformKey: string | null, secretKey: string | null): { access_token: string; expires_in: number } {
    const today = dayOf(this.clock.now());
    if (today !== this.day) {
      this.day = today;
      this.callsToday = 0;
    }
    this.callsToday++;
    const known = platformKey === PLATFORM.platformKey && secretKey === PLATFORM.secretKey;
    if (!known || this.callsToday > this.behaviour.tokensPerDay) {
      this.refused++;
      throw new Refused(1, known ? '调用次数超过每日上限' : '验证失败');
    }
    this.issued++;
    const token = hex(16, this.seed, 93, this.issued);
    const seconds = this.behaviour.tokenSeconds;
    this.forgetOld();
    this.ends.set(token, this.clock.mono() + seconds * 1000);
    return { access_token: token, expires_in: seconds };
  }

  /** @throws Refused when the token is unknown or too old: the platform has one answer for both. */
  check(token: string | undefined): void {
    const end = token === undefined ? undefined : this.ends.get(token);
    if (end === undefined || end <= this.clock.mono()) throw new Refused(1);
  }

  /** Lets every token given out so far expire now. */
  expire(): void {
    this.ends.clear();
  }

  private forgetOld(): void {
    const oldest = this.clock.mono() - DAY;
    for (const [token, end] of this.ends) if (end < oldest) this.ends.delete(token);
  }
}
