import { randomUUID } from 'node:crypto';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Server } from 'node:net';
import type { NodeAPI } from 'node-red';
import { codeOf } from '../../src/cloud/wire-errors';
import { originOf, rootOf } from './own-address';

/** Carries the number of a probe; whoever does not know one that is under way is answered as everybody. */
const HEADER = 'x-gizwits-check';

const TIMEOUT_MS = 5000;

/** Numbers of probes under way. */
const probes = new Set<string>();

/** What came back from this Node-RED's own server. */
export type Probed = { readonly status: number } | { readonly reason: string };

/** Whether a request is a probe of this process; it is answered 204, and the node at that path hears nothing of it. */
export function isOwnProbe({ headers }: IncomingMessage): boolean {
  const number = headers[HEADER];
  return typeof number === 'string' && probes.has(number);
}

/** Asks this Node-RED's own server for the path of a webhook node, as Expeed would; 204 when the request gets to the node. */
export async function probeWebhook(RED: NodeAPI, path: string): Promise<Probed> {
  const { server } = RED as unknown as { server: Server & Parameters<typeof originOf>[0] };
  const number = randomUUID();
  probes.add(number);
  try {
    return await ask(`${originOf(server)}${rootOf(RED)}${path}`, number);
  } finally {
    probes.delete(number);
  }
}

function ask(url: string, number: string): Promise<Probed> {
  const options = { method: 'GET', agent: false, headers: { [HEADER]: number }, timeout: TIMEOUT_MS };
  return new Promise((resolve) => {
    const heard = (response: IncomingMessage): void => {
      response.resume();
      resolve({ status: response.statusCode ?? 0 });
    };
    // Its certificate is for the public name, which the server itself need not know; nothing secret is sent.
    const request = url.startsWith('https:')
      ? requestSecure(url, { ...options, rejectUnauthorized: false }, heard)
      : requestPlain(url, options, heard);
    request.on('timeout', () => request.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    request.on('error', (error) => resolve({ reason: codeOf(error) }));
    request.end();
  });
}
