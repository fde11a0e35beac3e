import { createHash } from 'node:crypto';

/**
 * Value of X-Gizwits-Application-Auth: md5 over app ID and app secret, in lower-case hex. The official Java SDK lowers
 * the case of the input as well, which makes no difference for secrets in hex (B.1).
 */
export function applicationAuth(appId: string, appSecret: string): string {
  return createHash('md5').update(`${appId}${appSecret}`).digest('hex');
}
