import type { Clock } from '../../cloud/clock';
import { hash, hex } from '../world/random';
import type { AppBehaviour } from './behaviour';
import { AppRefused } from './errors';

interface Issued {
  appid: string;
  /** Undefined for an app's own token. */
  uid: string | undefined;
  /** Epoch seconds. */
  expireAt: number;
  /** Calls of the running minute. */
  minute: number;
  calls: number;
}

/** Tokens of users and apps, 32 hex digits. Each login gives another one; the older ones stay valid. */
export class AppTokens {
  private readonly issued = new Map<string, Issued>();
  private readonly seed: number;
  private count = 0;
  /** Logins that succeeded, by uid. */
  readonly logins: Record<string, number> = {};
  /** Logins that were refused. */
  refusedLogins = 0;

  constructor(
    private readonly clock: Clock,
    seed: number,
    private readonly behaviour: AppBehaviour,
  ) {
    // Two runs must not give out the same token, or one kept from an earlier run would seem to work.
    this.seed = hash(seed, Math.floor(clock.now()), Math.floor(clock.now() / 2 ** 32), 2);
  }

  issue(appid: string, uid: string | undefined): { token: string; expireAt: number } {
    const { tokenSeconds, appTokenSeconds } = this.behaviour;
    const token = hex(16, this.seed, this.count++);
    const expireAt = this.now() + (uid === undefined ? appTokenSeconds : tokenSeconds);
    this.issued.set(token, { appid, uid, expireAt, minute: 0, calls: 0 });
    if (uid !== undefined) this.logins[uid] = (this.logins[uid] ?? 0) + 1;
    return { token, expireAt };
  }

  /** The user that a token stands for: 9004 missing, unknown or another app's, 9006 expired, 9041 too many calls. */
  user(token: string | undefined, appid: string): string {
    const { uid } = this.check(token, appid, true);
    return uid as string;
  }

  /** Checks an app's own token. */
  app(token: string | undefined, appid: string): void {
    this.check(token, appid, false);
  }

  /** Whether a WebSocket may log in with the token. */
  holds(token: string, appid: string, uid: string): boolean {
    const found = this.issued.get(token);
    return found !== undefined && found.appid === appid && found.uid === uid && found.expireAt >= this.now();
  }

  /** Lets every token given out so far expire at once. */
  expire(): void {
    for (const token of this.issued.values()) token.expireAt = Math.min(token.expireAt, this.now() - 1);
  }

  /** Makes the cloud forget every token. */
  forget(): void {
    this.issued.clear();
  }

  private check(token: string | undefined, appid: string, ofUser: boolean): Issued {
    const found = token === undefined ? undefined : this.issued.get(token);
    if (!found || found.appid !== appid || (found.uid !== undefined) !== ofUser) throw new AppRefused(9004);
    if (this.now() > found.expireAt) throw new AppRefused(9006);
    const minute = Math.floor(this.now() / 60);
    if (found.minute !== minute) Object.assign(found, { minute, calls: 0 });
    if (++found.calls > this.behaviour.callsPerMinute) throw new AppRefused(9041);
    return found;
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}
