import type { Node, NodeAPI } from 'node-red';
import { configError } from '../../src/cloud/input';
import type { ProductClient } from '../../src/gizwits/enterprise/product-client';
import type { PushClient } from '../../src/gizwits/push/push-client';
import type { ProductNode } from '../gizwits-product';

/** A flow node's tie to its product node. */
export interface ProductLink {
  /** As configured; for `msg.gizwits.productKey`. */
  readonly productKey: string;
  /** @throws CloudError GIZ_CONFIG when no product is chosen, or it cannot work. */
  client(): Promise<ProductClient>;
  /** The product's push connection. @throws CloudError GIZ_CONFIG */
  push(): Promise<PushClient>;
  /** The product key in use: that of the simulated product where none was typed in. */
  productKeyInUse(): Promise<string>;
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
      push: () => Promise.reject(configError('node', { field: 'product' })),
      productKeyInUse: () => Promise.reject(configError('node', { field: 'product' })),
      leave: () => undefined,
    };
  }
  product.join(node);
  return {
    productKey: product.productKey,
    present: true,
    client: () => product.client(),
    push: () => product.push(),
    productKeyInUse: () => product.productKeyInUse(),
    leave: () => product.leave(node),
  };
}
