import type { RequestContext } from '../../cloud/catalogue';
import type { WireRequest } from '../../cloud/reply';
import { productSignature } from '../signature';

/** Identity of one product at the Enterprise API; what the configuration does not hold is absent. */
export interface Credentials {
  enterpriseId?: string;
  enterpriseSecret?: string;
  productKey?: string;
  productSecret?: string;
}

/**
 * The values that operations take from the account instead of the author.
 * @param epochSeconds the server's time as far as known; only signed calls (#37) need it.
 */
export function suppliedValues(credentials: Credentials, epochSeconds?: number): RequestContext['supplied'] {
  const { enterpriseId, enterpriseSecret, productKey, productSecret } = credentials;
  const signs = epochSeconds !== undefined && productSecret !== undefined && productSecret !== '';
  return {
    enterprise_id: enterpriseId,
    enterprise_secret: enterpriseSecret,
    product_key: productKey,
    product_secret: productSecret,
    timestamp: signs ? String(Math.floor(epochSeconds)) : undefined,
    signature: signs ? productSignature(productSecret, Math.floor(epochSeconds)) : undefined,
  };
}

/** The request with a product's access token: the literal word, one space, the token (S1, section 4). */
export function withToken(request: WireRequest, token: string): WireRequest {
  const { method, path, headers, body } = request;
  const Authorization = `token ${token}`;
  return { method, path, headers: Object.assign({ Authorization }, headers), body };
}
