import { type Clock, systemClock } from '../../src/cloud/clock';
import { configError } from '../../src/cloud/input';
import type { Logger } from '../../src/cloud/logger';
import { type Lease, Registry } from '../../src/cloud/registry';
import type { EnterpriseAccount, EnterpriseIdentity, EnterpriseSettings } from '../../src/gizwits/enterprise/account';
import type { ProductIdentity } from '../../src/gizwits/enterprise/product-client';
import type { PushProduct } from '../../src/gizwits/push/frames';
import type { SimulatedProduct, Simulator } from '../../src/simulator';
import { borrowAccount } from './borrow-account';

/** An account lent to a config node. */
export interface OpenedAccount {
  account: EnterpriseAccount;
  /** The simulated cloud behind it, if that is what it is. */
  simulated?: SimulatedProducts;
  /** Gives it back; the account stays for a while, so that a redeploy finds tokens, quota and connections again. */
  release(): void;
}

/** Products of the simulated cloud, which need no credentials typed in. */
export interface SimulatedProducts {
  readonly products: readonly SimulatedProduct[];
  /** The identity of a product by its key; of the first one when the key is empty. @throws CloudError GIZ_CONFIG */
  product(productKey: string): ProductIdentity;
  /** Where its push service is, and what opens a product's queue there. @throws CloudError GIZ_CONFIG */
  push(productKey: string, subkey: string): { service: PushService; product: PushProduct };
}

export interface PushService {
  host: string;
  port: number;
  tls: { ca: string };
}

/** Accounts of this process by address and identity. */
const accounts = new Registry<EnterpriseAccount>(systemClock);

/** The one simulated cloud of this process, shared by all config nodes with that region. */
const simulators = new Registry<RunningSimulator>(systemClock);

class RunningSimulator {
  readonly started: Promise<Simulator>;

  constructor(clock: Clock) {
    // Only here do clients and simulator meet, and only when a config node asks for it.
    const { createSimulator } = require('../../src/simulator') as typeof import('../../src/simulator');
    this.started = createSimulator({ clock });
    // A failure to start is told to whoever waits for it.
    this.started.catch(() => undefined);
  }

  async close(): Promise<void> {
    await (await this.started).close();
  }
}

/** Lends the account of that address and identity, as {@link borrowAccount} does; without `log`, only to look. */
export function openEnterpriseAccount(
  identity: EnterpriseIdentity,
  settings: EnterpriseSettings,
  log?: Logger,
): OpenedAccount {
  // A good part of the package: only who opens an account loads it.
  const enterprise =
    require('../../src/gizwits/enterprise/account') as typeof import('../../src/gizwits/enterprise/account');
  const lease = borrowAccount(accounts, { ...identity }, settings, log, enterprise.routeOf, (own) => {
    return new enterprise.EnterpriseAccount(identity, settings, systemClock, own);
  });
  return { account: lease.value, release: () => lease.release() };
}

/** Lends the one simulated cloud of this process, for the accounts of other clouds too. */
export function lendSimulator(): Lease<{ readonly started: Promise<Simulator> }> {
  return simulators.borrow('simulator', () => new RunningSimulator(systemClock));
}

/** Lends an account of the simulated cloud, which runs inside this process on loopback. */
export async function openSimulatedAccount(settings: EnterpriseSettings, log?: Logger): Promise<OpenedAccount> {
  const lease = lendSimulator();
  try {
    const { enterprise, products, snoti } = await lease.value.started;
    const identity = { baseUrl: enterprise.baseUrl, enterpriseId: enterprise.id, enterpriseSecret: enterprise.secret };
    const opened = openEnterpriseAccount(identity, settings, log);
    return {
      account: opened.account,
      simulated: {
        products,
        product: (productKey) => simulatedProduct(products, productKey),
        push(wanted, subkey) {
          const { productKey, authId, authSecret } = simulatedProduct(products, wanted);
          const service = { host: snoti.host, port: snoti.port, tls: { ca: snoti.ca } };
          return { service, product: { productKey, authId, authSecret, subkey } };
        },
      },
      release() {
        opened.release();
        lease.release();
      },
    };
  } catch (error) {
    lease.release();
    throw error;
  }
}

/** Closes every account and the simulated cloud: for tests, and when the runtime ends. */
export async function closeAccounts(): Promise<void> {
  await accounts.closeAll();
  await simulators.closeAll();
}

function simulatedProduct(products: readonly SimulatedProduct[], productKey: string): SimulatedProduct {
  const product = productKey === '' ? products[0] : products.find((known) => known.productKey === productKey);
  if (product) return product;
  const accepted = products.map((known) => known.productKey).join(' | ');
  throw configError('invalid', { field: 'productKey', given: productKey.slice(0, 40), accepted });
}
