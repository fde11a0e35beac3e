import type { Node, NodeAPI, NodeDef } from 'node-red';
import { configError } from '../src/cloud/input';
import type { ProductClient } from '../src/gizwits/enterprise/product-client';
import type { EnterpriseNode } from './gizwits-enterprise';
import { requiredSetting, textSetting } from './shared/settings';

interface ProductDef extends NodeDef {
  enterprise?: string;
  productKey?: string;
  subkey?: string;
  prefetch?: string | number;
  pushHost?: string;
  pushPort?: string | number;
  pushTls?: string;
}

interface ProductCredentials {
  productSecret?: string;
  authId?: string;
  authSecret?: string;
}

/** 32 hexadecimal digits, as the developer centre shows it. */
const PRODUCT_KEY = /^[0-9a-f]{32}$/i;

/** The config node as flow nodes see it. */
export interface ProductNode extends Node<ProductCredentials> {
  users: Record<string, Node>;
  /**
   * Ties a flow node to this product and its enterprise: errors and status of both reach the node's tab. Only nodes on
   * tabs may stand in `users`: with a config node there, Node-RED would look for its users again, without end.
   */
  join(user: Node): void;
  leave(user: Node): void;
  /** As configured, for metadata; empty until something is typed in. */
  readonly productKey: string;
  /**
   * The product's share of the enterprise account, opened with the first call.
   * @throws CloudError GIZ_CONFIG when the settings cannot work.
   */
  client(): Promise<ProductClient>;
}

export default function register(RED: NodeAPI): void {
  function GizwitsProduct(this: ProductNode, config: ProductDef): void {
    RED.nodes.createNode(this, config);
    this.users = {};
    const enterprise = RED.nodes.getNode(config.enterprise ?? '') as EnterpriseNode | null;
    this.join = (user) => {
      this.users[user.id] = user;
      if (enterprise?.users) enterprise.users[user.id] = user;
    };
    this.leave = (user) => {
      delete this.users[user.id];
      if (enterprise?.users) delete enterprise.users[user.id];
    };

    const open = async (): Promise<ProductClient> => {
      if (!enterprise?.account) throw configError('node', { field: 'enterprise' });
      const { account, simulated } = await enterprise.opened();
      if (simulated) return account.product(simulated.product(textSetting('productKey', config.productKey)));
      const productKey = requiredSetting('productKey', config.productKey);
      if (!PRODUCT_KEY.test(productKey)) {
        throw configError('invalid', { field: 'productKey', given: productKey.slice(0, 40), accepted: '[0-9a-f]{32}' });
      }
      return account.product({
        productKey,
        productSecret: requiredSetting('productSecret', this.credentials?.productSecret),
      });
    };

    let opening: Promise<ProductClient> | undefined;
    Object.defineProperty(this, 'productKey', { value: config.productKey ?? '', enumerable: true });
    this.client = () => {
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    };
  }

  RED.nodes.registerType<ProductNode, ProductDef, object, ProductCredentials>('gizwits-product', GizwitsProduct, {
    credentials: { productSecret: { type: 'password' }, authId: { type: 'text' }, authSecret: { type: 'password' } },
  });
}
