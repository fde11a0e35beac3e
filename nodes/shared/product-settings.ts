import { accepts } from '../../src/cloud/catalogue';
import { configError } from '../../src/cloud/input';
import type { ProductClient } from '../../src/gizwits/enterprise/product-client';
import type { OpenedAccount } from './open-account';
import { requiredSetting, textSetting } from './settings';

/** 32 hexadecimal digits, as the developer centre shows it. */
const PRODUCT_KEY = /^[0-9a-f]{32}$/i;

/** The product's share of an account, as a `gizwits-product` node describes it. @throws CloudError GIZ_CONFIG */
export function openProduct(
  { account, simulated }: OpenedAccount,
  config: { productKey?: string },
  credentials: { productSecret?: string },
): ProductClient {
  if (simulated) return account.product(simulated.product(textSetting('productKey', config.productKey)));
  return account.product({
    productKey: productKeyOf(config),
    productSecret: requiredSetting('productSecret', credentials.productSecret),
  });
}

/** The product key of a product on a real cloud. @throws CloudError GIZ_CONFIG */
export function productKeyOf(config: { productKey?: string }): string {
  const productKey = requiredSetting('productKey', config.productKey);
  if (PRODUCT_KEY.test(productKey)) return productKey;
  throw configError('invalid', {
    field: 'productKey',
    given: productKey.slice(0, 40),
    accepted: accepts('productKey'),
  });
}
