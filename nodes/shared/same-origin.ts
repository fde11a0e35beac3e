import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether the page of another site made a request. Node-RED has no defence of its own against that (and answers every
 * origin on 4.1). Browsers say it in `Sec-Fetch-Site` where the address is https or loopback, else `Origin` is compared
 * with the host that was asked; a reverse proxy passes that on as `Host` or as `X-Forwarded-Host`. What has neither
 * header was made by no page.
 */
export function isForeign(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin } = headers;
  if (origin === undefined) return false;
  const asked = [headers.host, headers['x-forwarded-host']].flat().filter((host) => host !== undefined);
  return !URL.canParse(origin) || !asked.some((host) => isHostOf(host, new URL(origin)));
}

/** Proxies often leave the port out; a different port is another site's. */
function isHostOf(host: string, origin: URL): boolean {
  return host === origin.host || host === origin.hostname;
}
