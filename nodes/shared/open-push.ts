import { systemClock } from '../../src/cloud/clock';
import type { Logger } from '../../src/cloud/logger';
import { identityKey, Registry } from '../../src/cloud/registry';
import type { ProxySettings, TlsSettings } from '../../src/cloud/transport';
import { DeliveryRegistry } from '../../src/gizwits/push/delivery-registry';
import type { PushProduct } from '../../src/gizwits/push/frames';
import type { DeliveryLedger } from '../../src/gizwits/push/ledger';
import type { PushClient } from '../../src/gizwits/push/push-client';

/** Where deliveries of this process are found by their text, whichever connection brought them. */
export const deliveries = new DeliveryRegistry(systemClock);

export interface PushSettings {
  host: string;
  port: number;
  product: PushProduct;
  prefetch: number;
  tls?: TlsSettings;
  proxy?: ProxySettings;
}

/** A push connection lent to a product node. */
export interface OpenedPush {
  client: PushClient;
  /** Gives it back; it stays for a while, so that a redeploy finds what is in the flow again. */
  release(): void;
}

class SharedPush {
  constructor(readonly client: PushClient) {}

  close(): Promise<void> {
    return this.client.close();
  }
}

const connections = new Registry<SharedPush>(systemClock);

/** What this process has emitted from each queue: a connection with other settings must not emit it again. */
const ledgers = new Map<string, DeliveryLedger>();

/** The connection that was lent last for each queue, by its key. */
const latest = new Map<string, string>();

/** The push connection with exactly these settings, if a node has one. */
export function runningPush(settings: PushSettings): PushClient | undefined {
  return connections.find(keyOf(settings))?.client;
}

/** Lends the push connection of a product's queue. */
export function openPush(settings: PushSettings, log: Logger): OpenedPush {
  const { host, port, product, prefetch, tls, proxy } = settings;
  const queue = queueOf(settings);
  const key = keyOf(settings);
  const former = latest.get(queue);
  // The cloud shares a queue out among its connections: one with former settings would keep its part from the flow.
  if (former !== undefined && former !== key) connections.closeUnused(former);
  latest.set(queue, key);
  const lease = connections.borrow(key, () => {
    // Only who opens a connection loads what it is made of.
    const { DeliveryLedger: Ledger } =
      require('../../src/gizwits/push/ledger') as typeof import('../../src/gizwits/push/ledger');
    const { PushClient: Client } =
      require('../../src/gizwits/push/push-client') as typeof import('../../src/gizwits/push/push-client');
    const ledger = ledgers.get(queue) ?? new Ledger();
    ledgers.set(queue, ledger);
    return new SharedPush(
      new Client({
        host,
        port,
        products: [product],
        clock: systemClock,
        registry: deliveries,
        prefetch,
        tls,
        proxy,
        ledger,
        log,
      }),
    );
  });
  return { client: lease.value.client, release: () => lease.release() };
}

/** What tells one queue from another. */
function queueOf({ host, port, product: { productKey, subkey } }: PushSettings): string {
  return identityKey({ host, port: String(port), productKey, subkey });
}

/** What tells one connection from another, as a key that shows none of it. */
export function keyOf(settings: PushSettings): string {
  const { product, prefetch, tls = null, proxy = null } = settings;
  return identityKey({ queue: queueOf(settings), settings: JSON.stringify([product, prefetch, tls, proxy]) });
}

/** Closes every push connection: for tests, and when the runtime ends. */
export function closePush(): Promise<void> {
  return connections.closeAll();
}
