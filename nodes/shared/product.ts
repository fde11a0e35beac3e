import type { Node, NodeAPI } from 'node-red';
import { configError } from '../../src/cloud/input';
import type { ProductClient } from '../../src/gizwits/enterprise/product-client';
import type { ProductNode } from '../gizwits-product';

/** A flow node's tie to its product node. */
export interface ProductLink {
  /** As configured; for `msg.gizwits.productKey`. */
  readonly productKey: string;
  /** @throws CloudError GIZ_CONFIG when no product is chosen, or it cannot work. */
  client(): Promise<ProductClient>;
  /** Whether a product node is there at all. */
  readonly present: boolean;
  /** Ends the tie when the node closes. */
  leave(): void;
}

/** Ties a flow node to the product node of its dialog, so that the product's errors and status reach the node's tab. */
export function linkProduct(RED: NodeAPI, node: Node, id: string | undefined): ProductLink {
  const product = RED.nodes.getNode(id ?? '') as ProductNode | null;
  if (!product || typeof product.join !== 'function') {
    return {
      productKey: '',
      present: false,
      client: () => Promise.reject(configError('node', { field: 'product' })),
      leave: () => undefined,
    };
  }
  product.join(node);
  return {
    productKey: product.productKey,
    present: true,
    client: () => product.client(),
    leave: () => product.leave(node),
  };
}
