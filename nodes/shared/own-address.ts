import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { NodeAPI } from 'node-red';

/** `http(s)://host:port` at which this machine reaches a server of its own. */
export function originOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) return 'http://127.0.0.1';
  const isAny = address.address === '0.0.0.0' || address.address === '::';
  const host = isAny ? '127.0.0.1' : address.address.includes(':') ? `[${address.address}]` : address.address;
  return `${server instanceof TlsServer ? 'https' : 'http'}://${host}:${address.port}`;
}

/** Path in front of what nodes serve, without a slash at its end. */
export function rootOf(RED: NodeAPI): string {
  const { httpNodeRoot } = RED.settings as { httpNodeRoot?: unknown };
  return typeof httpNodeRoot === 'string' ? httpNodeRoot.replace(/\/+$/, '') : '';
}
