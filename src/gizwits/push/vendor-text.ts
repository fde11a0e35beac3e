import type { PushProduct } from './frames';
import type { VendorText } from './remote-control';

const LONGEST = 300;

/** Makes words of the server fit for logs and messages: one short line that repeats no secret of ours. */
export function vendorText(products: readonly PushProduct[]): VendorText {
  const secrets = products.map((product) => product.authSecret).filter((secret) => secret !== '');
  return (value) => {
    let text = typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
    for (const secret of secrets) text = text.replaceAll(secret, '***');
    text = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  };
}
