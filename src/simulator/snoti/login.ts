import type { SnotiBehaviour } from './behaviour';
import type { Broker } from './broker';
import type { PushQueue } from './queue';
import type { SnotiProduct, SnotiSource } from './source';

/** The 17 names a login may ask for. */
export const SUBSCRIPTIONS: ReadonlySet<string> = new Set([
  'device.online',
  'device.offline',
  'device.status.raw',
  'device.status.kv',
  'device.attr_fault',
  'device.attr_alert',
  'datapoints.changed',
  'center_control.sub_device_added',
  'center_control.sub_device_deleted',
  'device.bind',
  'device.unbind',
  'device.reset',
  'device.file.download',
  'device.app2dev.raw',
  'device.app2dev.kv',
  'device.gps.kv',
  'device.lbs.kv',
]);

/** One accepted entry of a login or subscription. */
export interface Grant {
  queue: PushQueue;
  events: ReadonlySet<string>;
}

/** Judges the entries of a login or subscription. The texts of refusals are invented: none is documented. */
export function judge(
  entries: unknown,
  products: readonly SnotiProduct[],
  broker: Broker,
  behaviour: SnotiBehaviour,
): { grants: Grant[] } | { refusal: string } {
  if (!Array.isArray(entries)) return { refusal: 'data must be a list' };
  const checked: { productKey: string; subkey: string; events: Set<string> }[] = [];
  for (const entry of entries) {
    const fields = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
    const { product_key: productKey, auth_id: authId, auth_secret: authSecret, subkey, events } = fields;
    const product = products.find((candidate) => candidate.productKey === productKey);
    if (!product) return { refusal: 'product_key is invalid' };
    if (product.authId !== authId || product.authSecret !== authSecret)
      return { refusal: 'auth_id or auth_secret is invalid' };
    if (typeof subkey !== 'string' || !/^\w{1,32}$/.test(subkey)) return { refusal: 'subkey is invalid' };
    if (!Array.isArray(events)) return { refusal: 'events must be a list' };
    const unknown = events.find((event) => !SUBSCRIPTIONS.has(event as string));
    if (unknown !== undefined && behaviour.unknownEvents === 'refuse')
      return { refusal: `unknown event ${String(unknown)}` };
    const known = events.filter((event) => SUBSCRIPTIONS.has(event as string)) as string[];
    checked.push({ productKey: product.productKey, subkey, events: new Set(known) });
  }
  const grants: Grant[] = [];
  for (const { productKey, subkey, events } of checked) {
    const queue = broker.queue(productKey, subkey);
    if (!queue) return { refusal: 'too many subkeys' };
    grants.push({ queue, events });
  }
  return { grants };
}

/**
 * The entries of an `enterprise_login_req` as those of a login by products. No document has this command; a public client
 * of 2023 sends it (snoti.md 4.4). Which products and events it brings is not known: here all of the enterprise's, unless
 * an entry names them.
 */
export function enterpriseEntries(
  entries: unknown,
  { enterprise, products }: SnotiSource,
): { entries: unknown[] } | { refusal: string } {
  if (!Array.isArray(entries)) return { refusal: 'data must be a list' };
  const all: unknown[] = [];
  for (const entry of entries) {
    const fields = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
    const { enterprise_id: id, enterprise_secret: secret, product_key: productKey, subkey, events } = fields;
    if (!enterprise || enterprise.id !== id || enterprise.secret !== secret) {
      return { refusal: 'enterprise_id or enterprise_secret is invalid' };
    }
    const named = productKey ? products.filter((product) => product.productKey === productKey) : products;
    if (named.length === 0) return { refusal: 'product_key is invalid' };
    const wanted = Array.isArray(events) && events.length > 0 ? events : [...SUBSCRIPTIONS];
    for (const { productKey: key, authId, authSecret } of named) {
      all.push({ product_key: key, auth_id: authId, auth_secret: authSecret, subkey, events: wanted });
    }
  }
  return { entries: all };
}
