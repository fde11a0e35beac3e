import { createHash } from 'node:crypto';

/**
 * The signature that the vendor asks for instead of a token in calls signed by a product: md5 over the product secret
 * followed by the time, in lower-case hex.
 * @param epochSeconds the time that goes into the request beside the signature; the server allows five minutes.
 */
export function productSignature(productSecret: string, epochSeconds: number): string {
  return createHash('md5').update(`${productSecret}${epochSeconds}`).digest('hex');
}
