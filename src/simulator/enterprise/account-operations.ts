import { createHash, timingSafeEqual } from 'node:crypto';
import type { Product } from '../world/products';
import { type Call, textField } from './call';
import { Refused } from './errors';

function same(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

/** Checks the three secrets of a login or association. */
function checkSecrets(call: Call): Product {
  const body = call.body();
  const id = textField(body, 'enterprise_id');
  const secret = textField(body, 'enterprise_secret');
  const productSecret = textField(body, 'product_secret');
  const { enterprise } = call.world;
  if (!same(id, enterprise.id)) throw new Refused(5003);
  if (!same(secret, enterprise.secret)) throw new Refused(5004);
  const { product } = call;
  if (!same(productSecret, product.productSecret)) throw new Refused(5005);
  return product;
}

/** The enterprise headers of the three calls that need no token. */
export function checkEnterpriseHeaders(call: Call): void {
  const { enterprise } = call.world;
  const { headers } = call.request;
  if (!same(headers['x-gizwits-enterprise-id'] ?? '', enterprise.id)) throw new Refused(5003);
  if (!same(headers['x-gizwits-enterprise-secret'] ?? '', enterprise.secret)) throw new Refused(5004);
}

/** The signature of the location call: lower-case hex MD5 of product secret and timestamp. */
export function checkSignature(call: Call): void {
  const { headers } = call.request;
  const product = call.world.product(headers['x-gizwits-productkey'] ?? '');
  if (!product) throw new Refused(5015);
  const timestamp = headers['x-gizwits-timestamp'] ?? '';
  const expected = createHash('md5')
    .update(product.productSecret + timestamp)
    .digest('hex');
  if (timestamp === '' || !same(headers['x-gizwits-signature'] ?? '', expected)) throw new Refused(5005);
}

/** Association of a product with the enterprise; obsolete, only the oldest document has it. */
export function associate(call: Call): object {
  const product = checkSecrets(call);
  if (product.associated) throw new Refused(5008);
  if (call.world.groups.of(product.productKey).length > 0) throw new Refused(5006);
  product.associated = true;
  call.enterprise.quota.count();
  return {};
}

/** Login: a token for one product. */
export function accessToken(call: Call): object {
  const { tokens, quota } = call.enterprise;
  try {
    const product = checkSecrets(call);
    if (!product.associated) throw new Refused(5007);
    quota.count();
    return tokens.issue(product.productKey);
  } catch (error) {
    tokens.refusedLogins++;
    throw error;
  }
}
