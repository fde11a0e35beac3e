import type { Clock } from '../../cloud/clock';
import type { CloudError } from '../../cloud/errors';
import { RefusalPacing } from './back-off';
import type { RefusedProduct } from './client-state';
import type { PushProduct } from './frames';

interface Login {
  readonly product: PushProduct;
  readonly pacing: RefusalPacing;
  refusal: { error: CloudError; nextTryAt: number; untilMono: number } | undefined;
}

/**
 * Which products log in together. Normally all in one login; a refused login does not say which product it was for, so
 * from then on one leads and the others are added one by one, and a refused one is left alone for its time while the
 * others run.
 */
export class ProductLogins {
  private readonly logins: readonly Login[];
  private together = true;

  constructor(
    private readonly clock: Clock,
    products: readonly PushProduct[],
  ) {
    this.logins = products.map((product) => ({ product, pacing: new RefusalPacing(clock), refusal: undefined }));
  }

  /** Products that may be tried now. */
  eligible(): PushProduct[] {
    const now = this.clock.mono();
    return this.logins.filter(({ refusal }) => !refusal || refusal.untilMono <= now).map(({ product }) => product);
  }

  /** Products for the next login; empty when all have been refused and none is due. */
  leaders(): PushProduct[] {
    const eligible = this.eligible();
    if (this.together) return eligible;
    const trusted = this.logins.find(({ product, refusal }) => !refusal && eligible.includes(product));
    return trusted ? [trusted.product] : eligible.slice(0, 1);
  }

  /** Adding products to a running connection does not work with this server. */
  loginTogether(): void {
    this.together = true;
  }

  accepted(products: readonly PushProduct[]): void {
    for (const login of this.logins) {
      if (!products.includes(login.product)) continue;
      login.refusal = undefined;
      login.pacing.reset();
    }
  }

  /** @returns epoch milliseconds of the next try; now, when it is not known which product was refused */
  refused(products: readonly PushProduct[], error: CloudError): number {
    if (products.length > 1) {
      this.together = false;
      return this.clock.now();
    }
    const login = this.logins.find(({ product }) => product === products[0]);
    if (!login) return this.clock.now();
    const waitMs = login.pacing.next();
    const nextTryAt = this.clock.now() + waitMs;
    login.refusal = { error, nextTryAt, untilMono: this.clock.mono() + waitMs };
    return nextTryAt;
  }

  /** Milliseconds until a refused product may be tried again; undefined when none is refused. */
  nextTryIn(): number | undefined {
    const due = this.logins.flatMap(({ refusal }) => (refusal ? [refusal.untilMono] : []));
    return due.length === 0 ? undefined : Math.max(0, Math.min(...due) - this.clock.mono());
  }

  refusedProducts(): RefusedProduct[] {
    return this.logins.flatMap(({ product, refusal }) =>
      refusal ? [{ productKey: product.productKey, error: refusal.error, nextTryAt: refusal.nextTryAt }] : [],
    );
  }
}
