import type { Simulator } from '../../../src/simulator';
import type { Credentials, FlowNode } from '../../support/runtime';

/** Config nodes of a push product on a simulator of the test's own, and what opens them. */
export interface PushConfigs {
  nodes: FlowNode[];
  credentials: Credentials;
}

/**
 * The config nodes by which a real Node-RED reaches a simulator as a private cloud: the product node has the id `id`,
 * the others are named after it.
 */
export function pushConfigs(id: string, simulator: Simulator, product: Record<string, unknown> = {}): PushConfigs {
  const { host, port, ca } = simulator.snoti;
  const { productKey, productSecret, authId, authSecret } = simulator.products[0] as Simulator['products'][number];
  const enterprise = `${id}-enterprise`;
  const tls = `${id}-ca`;
  return {
    nodes: [
      { id: tls, type: 'tls-config', name: '', cert: '', key: '', ca: '', verifyservercert: true },
      { id: enterprise, type: 'gizwits-enterprise', region: 'custom', baseUrl: simulator.enterprise.baseUrl },
      {
        id,
        type: 'gizwits-product',
        enterprise,
        productKey,
        pushHost: host,
        pushPort: String(port),
        pushTls: tls,
        ...product,
      },
    ],
    credentials: {
      [tls]: { cadata: ca },
      [enterprise]: { enterpriseId: simulator.enterprise.id, enterpriseSecret: simulator.enterprise.secret },
      [id]: { productSecret, authId, authSecret },
    },
  };
}

/** Waits until something has come; the name is for the error of a test that waits in vain. */
export async function until(what: string, come: () => boolean, ms: number): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (come()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${what} did not come in ${ms} ms`);
}
