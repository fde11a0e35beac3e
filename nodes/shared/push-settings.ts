import type { NodeAPI } from 'node-red';
import { accepts } from '../../src/cloud/catalogue';
import { configError } from '../../src/cloud/input';
import type { ProxySettings } from '../../src/cloud/transport';
import type { OpenedAccount } from './open-account';
import type { PushSettings } from './open-push';
import { productKeyOf } from './product-settings';
import { numberSetting, requiredSetting, textSetting, tlsSettings } from './settings';

/** Fields of a `gizwits-product` node. */
export interface ProductConfig {
  enterprise?: string;
  productKey?: string;
  subkey?: string;
  prefetch?: string | number;
  pushHost?: string;
  pushPort?: string | number;
  pushTls?: string;
}

export interface ProductCredentials {
  productSecret?: string;
  authId?: string;
  authSecret?: string;
}

/** The fields that decide where a product's push secret is sent, besides those of its enterprise. */
export const PUSH_ADDRESS: readonly (keyof ProductConfig)[] = ['enterprise', 'pushHost', 'pushPort', 'pushTls'];

/** The push service of the public cloud (snoti.md, section 1). */
const CHINA_PUSH = 'snoti.gizwits.com';

/** Name of a push queue. */
const SUBKEY = /^[A-Za-z0-9_]{1,32}$/;

/** A host name or an address, without scheme, port or path. */
const HOST = /^(?:[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:]{2,45})$/;

/**
 * The push connection that a product node describes.
 * @param enterprise the product's enterprise, as its node describes it
 * @param simulated the simulated cloud behind it, if that is what it is
 * @throws CloudError GIZ_CONFIG when the settings cannot work
 */
export function pushSettings(
  RED: NodeAPI,
  enterprise: { readonly region: string; proxy(): ProxySettings | undefined },
  simulated: OpenedAccount['simulated'],
  config: ProductConfig,
  credentials: ProductCredentials,
): PushSettings {
  const prefetch = numberSetting('prefetch', config.prefetch, 50, { min: 1, max: 32_767 });
  const subkey = textSetting('subkey', config.subkey) || 'node_red';
  if (!SUBKEY.test(subkey)) {
    throw configError('invalid', { field: 'subkey', given: subkey, accepted: accepts('subkey') });
  }
  if (simulated) {
    const { service, product } = simulated.push(textSetting('productKey', config.productKey), subkey);
    return { ...service, product, prefetch };
  }
  const product = {
    productKey: productKeyOf(config),
    authId: requiredSetting('authId', credentials.authId),
    authSecret: requiredSetting('authSecret', credentials.authSecret),
    subkey,
  };
  const host = textSetting('pushHost', config.pushHost) || (enterprise.region === 'cn' ? CHINA_PUSH : '');
  if (!HOST.test(host)) {
    if (host === '') throw configError('missing', { field: 'pushHost' });
    throw configError('invalid', { field: 'pushHost', given: host.slice(0, 60), accepted: 'host' });
  }
  return {
    host,
    port: numberSetting('pushPort', config.pushPort, 2017, { min: 1, max: 65_535 }),
    product,
    prefetch,
    tls: tlsSettings(RED, 'pushTls', config.pushTls),
    proxy: enterprise.proxy(),
  };
}
