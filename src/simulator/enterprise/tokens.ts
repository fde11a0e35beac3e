import type { Clock } from '../../cloud/clock';
import { hash, hex } from '../world/random';
import type { Behaviour } from './behaviour';
import { Refused } from './errors';

interface Issued {
  productKey: string;
  /** Epoch seconds. */
  expiredAt: number;
  revoked: boolean;
}

/** Access tokens of the enterprise: one product each, 32 hex digits. */
export class Tokens {
  private readonly issued = new Map<string, Issued>();
  private count = 0;
  private readonly seed: number;
  /** Logins that succeeded, by product key. */
  readonly logins: Record<string, number> = {};
  /** Logins that were refused. */
  refusedLogins = 0;

  constructor(
    private readonly clock: Clock,
    seed: number,
    private readonly behaviour: Behaviour,
  ) {
    // Two runs must not give out the same token, or one kept from an earlier run would seem to work.
    this.seed = hash(seed, Math.floor(clock.now()), Math.floor(clock.now() / 2 ** 32));
  }

  issue(productKey: string): { token: string; expired_at: number } {
    const now = Math.floor(this.clock.now() / 1000);
    for (const [token, other] of this.issued) {
      if (other.expiredAt + 86_400 < now) this.issued.delete(token);
      else if (this.behaviour.singleToken && other.productKey === productKey) other.revoked = true;
    }
    const token = hex(16, this.seed, this.count++);
    const expiredAt = now + this.behaviour.tokenSeconds;
    this.issued.set(token, { productKey, expiredAt, revoked: false });
    this.logins[productKey] = (this.logins[productKey] ?? 0) + 1;
    return { token, expired_at: expiredAt };
  }

  /** Checks an Authorization header for a product: 5009 missing, malformed or unknown, 5011 expired, 5010 another's. */
  check(authorization: string | undefined, productKey: string): void {
    const token = /^token\s+(\S+)$/i.exec(authorization ?? '')?.[1];
    const issued = token === undefined ? undefined : this.issued.get(token);
    if (!issued || issued.revoked) throw new Refused(5009);
    if (Math.floor(this.clock.now() / 1000) > issued.expiredAt) throw new Refused(5011);
    if (issued.productKey !== productKey) throw new Refused(5010);
  }

  /** Lets every token given out so far (or those of one product) expire at once. */
  expire(productKey?: string): void {
    const past = Math.floor(this.clock.now() / 1000) - 1;
    for (const issued of this.issued.values()) {
      if (productKey === undefined || issued.productKey === productKey)
        issued.expiredAt = Math.min(issued.expiredAt, past);
    }
  }

  /** Makes the cloud forget every token, as if it had restarted: 5009 from then on. */
  forget(): void {
    this.issued.clear();
  }
}
