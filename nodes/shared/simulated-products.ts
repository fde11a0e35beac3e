import type { NodeAPI } from 'node-red';
import { adminRoute } from './admin-route';
import { lendSimulator } from './open-account';

/** A product of the simulated cloud, as the product dialog offers it. */
export interface OfferedProduct {
  productKey: string;
  name: string;
}

/** Serves the products of the simulated cloud, which the dialogs let the author choose from: `{}` → `{products}`. */
export function serveSimulatedProducts(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/gizwits-product/simulated',
    RED.auth.needsPermission('gizwits.read'),
    adminRoute(RED, async () => {
      const lease = lendSimulator();
      try {
        const { products } = await lease.value.started;
        return { products: products.map(({ productKey, name }): OfferedProduct => ({ productKey, name })) };
      } finally {
        lease.release();
      }
    }),
  );
}
