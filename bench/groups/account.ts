import type { Pool } from 'undici';
import { authority } from '../files';
import { type FlowPlan, flowsOf } from '../flow-subject';
import { Helper } from '../helper';
import { type Credentials, type FlowNode, type Runtime, startRuntime, TLS } from '../runtime';
import type { OriginOptions } from '../servers/origin';
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
function rawPool(baseUrl: string): Pool {
  // Here and not above: nobody else must find the library loaded already.
  const { Pool: PoolOfConnections } = require('undici') as typeof import('undici');
  const secure = baseUrl.startsWith('https:');
  return new PoolOfConnections(baseUrl, {
    connections: CONNECTIONS,
    ...(secure ? { connect: { ca: authority } } : {}),
  });
}

/** Has an origin run while `work` does. */
export async function withOrigin(
  options: OriginOptions,
  work: (origin: Helper, baseUrl: string) => Promise<void>,
): Promise<void> {
  const origin = Helper.start('origin');
  try {
    await work(origin, await newAddress(origin, options));
  } finally {
    await origin.stop();
  }
}

/** Has an origin listen at one more address. */
export async function newAddress(origin: Helper, options: OriginOptions): Promise<string> {
  return `${options.tls ? 'https' : 'http'}://localhost:${await origin.ask<number>('listen', options)}`;
}

/** What those work with who measure the calls of one account. */
export interface AccountBench {
  readonly origin: Helper;
  readonly pool: Pool;
  readonly runtime: Runtime;
  readonly plans: readonly FlowPlan[];
}

/**
 * Has an origin, the raw library and Node-RED with an account and these plans run while `work` does.
 *
 * @param plansFor gets the origin's address and, where it speaks TLS, the id of the tls-config node
 */
export async function withAccount(
  options: OriginOptions,
  plansFor: (baseUrl: string, tls?: string) => readonly FlowPlan[],
  work: (bench: AccountBench) => Promise<void>,
): Promise<void> {
  await withOrigin(options, async (origin, baseUrl) => {
    const tls = options.tls ? TLS : undefined;
    const pool = rawPool(baseUrl);
    const plans = plansFor(baseUrl, tls);
    const runtime = await startRuntime([...accountNodes(baseUrl, tls), ...plans.flatMap(flowsOf)], accountCredentials);
    try {
      await work({ origin, pool, runtime, plans });
    } finally {
      await pool.destroy();
      await runtime.stop();
    }
  });
}
