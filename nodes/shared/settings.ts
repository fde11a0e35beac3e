import type { Node, NodeAPI } from 'node-red';
import { accepts } from '../../src/cloud/catalogue';
import { configError, excerpt } from '../../src/cloud/input';
import type { ProxySettings, TlsSettings } from '../../src/cloud/transport';

/**
 * A number of a config node's dialog; the field is text, because `${ENV}` may stand in it.
 * @throws CloudError GIZ_CONFIG when it is no whole number within the bounds.
 */
export function numberSetting(
  field: string,
  value: unknown,
  fallback: number,
  bounds: { min: number; max: number },
): number {
  if (value === undefined || value === null || String(value).trim() === '') return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < bounds.min || number > bounds.max) {
    throw configError('invalid', { field, given: excerpt(String(value)), accepted: accepts('integerRange', bounds) });
  }
  return number;
}

/** A text of a dialog or a credential, trimmed; an environment variable that is not set is an error of its own. */
export function textSetting(field: string, value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : '';
  const variable = /^\$\{(\w+)\}$/.exec(text)?.[1];
  // Node-RED has put in every variable that is set before the node sees its config.
  if (variable !== undefined) throw configError('env', { field, name: variable });
  return text;
}

/** The same, for a setting that must be there. */
export function requiredSetting(field: string, value: unknown): string {
  const text = textSetting(field, value);
  if (text === '') throw configError('missing', { field });
  return text;
}

/** Reads a referenced `tls-config` node; undefined when none is chosen. */
export function tlsSettings(RED: NodeAPI, field: string, id: unknown): TlsSettings | undefined {
  if (typeof id !== 'string' || id === '') return undefined;
  const node = RED.nodes.getNode(id) as
    | (Node & { valid?: boolean; addTLSOptions?(options: TlsSettings): TlsSettings })
    | null;
  // One whose files cannot be read gives no options: going on without them would trust the wrong authorities.
  if (!node || typeof node.addTLSOptions !== 'function' || node.valid === false) throw configError('node', { field });
  return node.addTLSOptions({});
}

/** Reads a referenced core `http proxy` node; undefined when none is chosen (the environment's variables count then). */
export function proxySettings(RED: NodeAPI, field: string, id: unknown): ProxySettings | undefined {
  if (typeof id !== 'string' || id === '') return undefined;
  const node = RED.nodes.getNode(id) as
    | (Node & { url?: string; noproxy?: string[]; credentials?: { username?: string; password?: string } })
    | null;
  if (!node?.url) throw configError('node', { field });
  const { username, password } = node.credentials ?? {};
  return { url: node.url, noProxy: node.noproxy ?? [], ...(username ? { username, password: password ?? '' } : {}) };
}

/** A base URL of a dialog, without its trailing slash; a path prefix is allowed, a query or credentials are not. */
export function urlSetting(field: string, value: unknown): string {
  const text = requiredSetting(field, value);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw configError('url', { field, given: excerpt(text), accepted: 'https://host[:port][/prefix]' });
  }
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || !plain) {
    throw configError('url', {
      field,
      given: `${url.protocol}//${url.host}`,
      accepted: 'https://host[:port][/prefix]',
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
