import type { Pool } from 'undici';
import { authority } from '../files';
import type { Credentials, FlowNode } from '../runtime';
import { PRODUCT_KEY } from '../servers/replies';

/** Connections of an account, which the raw and the bare client get too. */
export const CONNECTIONS = 50;

/** The login's answer, for those who do not log in. */
export const TOKEN_HEADER = 'token bench0123456789abcdef';

export const ENTERPRISE = 'enterprise-of-bench';
export const PRODUCT = 'product-of-bench';

/** The config nodes of an account at that address. */
export function accountNodes(baseUrl: string, tls?: string): FlowNode[] {
  return [
    {
      ...{ id: ENTERPRISE, type: 'gizwits-enterprise', region: 'custom', baseUrl, tls },
      ...{ concurrency: CONNECTIONS, queue: 10_000 },
    },
    { id: PRODUCT, type: 'gizwits-product', enterprise: ENTERPRISE, productKey: PRODUCT_KEY },
  ];
}

export const accountCredentials: Credentials = {
  [ENTERPRISE]: { enterpriseId: 'bench', enterpriseSecret: 'bench-secret' },
  [PRODUCT]: { productSecret: 'bench-product-secret', authId: 'bench', authSecret: 'bench-auth-secret' },
};

/** A core `http request` node as somebody sets it up who wants the same. */
export function httpRequest(id: string, fields: Readonly<Record<string, unknown>>, to: string): FlowNode {
  return {
    ...{ id, type: 'http request', method: 'GET', ret: 'obj', paytoqs: 'ignore', persist: true, senderr: true },
    headers: [{ keyType: 'other', keyValue: 'Authorization', valueType: 'other', valueValue: TOKEN_HEADER }],
    ...fields,
    wires: [[to]],
  };
}

/** The raw library as the bare nodes use it. */
export function rawPool(baseUrl: string, connections: number | null = CONNECTIONS): Pool {
  // Here and not above: nobody else must find the library loaded already.
  const { Pool: PoolOfConnections } = require('undici') as typeof import('undici');
  const secure = baseUrl.startsWith('https:');
  return new PoolOfConnections(baseUrl, { connections, ...(secure ? { connect: { ca: authority } } : {}) });
}
