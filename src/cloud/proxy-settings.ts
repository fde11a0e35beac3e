import { configError } from './input';

/** A proxy as configured; without one, the environment's variables count. */
export interface ProxySettings {
  /** `http://host[:port]` or `https://host[:port]`; user and password may stand in it. */
  url: string;
  /** Hosts that are reached without it: names with their subdomains, `.suffix`, `host:port`, or `*` for all. */
  noProxy?: readonly string[];
  username?: string;
  password?: string;
}

/** A proxy to be used for one target. */
export interface ProxyRoute {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** Value of the `Proxy-Authorization` header. A secret. */
  readonly authorization?: string;
}

const DEFAULT_PORT: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Which proxy, if any, leads to `target`. Without `settings` the variables `http_proxy`, `https_proxy`, `all_proxy` and
 * `no_proxy` count, lower case before upper case, as curl and Node-RED read them.
 * @throws CloudError GIZ_CONFIG when the address of the proxy cannot be used.
 */
export function resolveProxy(
  target: URL,
  settings: ProxySettings | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): ProxyRoute | undefined {
  if (settings) {
    if (bypasses(target, settings.noProxy ?? [])) return undefined;
    return readProxy('proxy', settings.url, settings.username, settings.password);
  }
  const name = target.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const url = variable(environment, name) || variable(environment, 'all_proxy');
  if (!url || bypasses(target, (variable(environment, 'no_proxy') ?? '').split(/[,\s]+/))) return undefined;
  return readProxy(name, /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`);
}

function variable(environment: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  return environment[name] ?? environment[name.toUpperCase()];
}

function readProxy(field: string, text: string, username?: string, password?: string): ProxyRoute {
  const accepted = 'http://host[:port], https://host[:port]';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // The text is not shown: it may hold a password.
    throw configError('url', { field, given: '?', accepted });
  }
  const port = DEFAULT_PORT[url.protocol];
  if (port === undefined) throw configError('url', { field, given: `${url.protocol}//${url.host}`, accepted });
  const user = username ?? decode(url.username);
  const authorization = user
    ? `Basic ${Buffer.from(`${user}:${password ?? decode(url.password)}`).toString('base64')}`
    : undefined;
  return {
    secure: url.protocol === 'https:',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || port,
    ...(authorization ? { authorization } : {}),
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function bypasses(target: URL, entries: readonly string[]): boolean {
  const host = target.hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const port = Number(target.port) || DEFAULT_PORT[target.protocol];
  return entries.some((entry) => {
    const text = entry.trim().toLowerCase();
    if (text === '') return false;
    if (text === '*') return true;
    const [, name = text, entryPort] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(text) ?? [];
    if (entryPort !== undefined && Number(entryPort) !== port) return false;
    const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
    return host === bare || host.endsWith(`.${bare}`);
  });
}
