import type { Node, NodeAPI, NodeDef } from 'node-red';
import { configError } from '../src/cloud/input';
import type { ProductClient } from '../src/gizwits/enterprise/product-client';
import type { PushClient } from '../src/gizwits/push/push-client';
import type { EnterpriseNode } from './gizwits-enterprise';
import { serveAssociation } from './shared/association';
import { serveProductCheck } from './shared/check-routes';
import { closedError } from './shared/input';
import { type OpenedPush, openPush } from './shared/open-push';
import { serveProductLookups } from './shared/product-lookups';
import { openProduct, productKeyOf } from './shared/product-settings';
import { type ProductConfig, type ProductCredentials, pushSettings } from './shared/push-settings';
import { registerNode } from './shared/register';
import { textSetting } from './shared/settings';
import { serveSimulatedProducts } from './shared/simulated-products';
import { nodeLogger } from './shared/texts';

type ProductDef = NodeDef & ProductConfig;

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
  /**
   * The product's push connection, made when first asked for; it connects when somebody wants something of it.
   * @throws CloudError GIZ_CONFIG when the settings cannot work.
   */
  push(): Promise<PushClient>;
  /** The key in use: that of the simulated product where none was typed in. */
  productKeyInUse(): Promise<string>;
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
      return openProduct(await enterprise.opened(), config, this.credentials ?? {});
    };

    let opening: Promise<ProductClient> | undefined;
    let closed = false;
    Object.defineProperty(this, 'productKey', { value: config.productKey ?? '', enumerable: true });
    this.client = () => {
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    };

    this.productKeyInUse = async () => {
      const simulated = enterprise?.account ? (await enterprise.opened()).simulated : undefined;
      return simulated
        ? simulated.product(textSetting('productKey', config.productKey)).productKey
        : productKeyOf(config);
    };

    const openQueue = async (): Promise<OpenedPush> => {
      if (!enterprise?.account) throw configError('node', { field: 'enterprise' });
      const { simulated } = await enterprise.opened();
      return openPush(pushSettings(RED, enterprise, simulated, config, this.credentials ?? {}), nodeLogger(RED, this));
    };

    let queue: Promise<OpenedPush> | undefined;
    this.push = async () => {
      if (closed) throw closedError();
      queue ??= openQueue().catch((error: unknown) => {
        queue = undefined;
        throw error;
      });
      return (await queue).client;
    };

    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true;
      void (queue ?? Promise.resolve(undefined))
        .then((opened) => opened?.release())
        .catch(() => undefined)
        .then(() => done());
    });
  }

  registerNode<ProductNode, ProductDef, ProductCredentials>(RED, 'gizwits-product', GizwitsProduct, {
    productSecret: { type: 'password' },
    authId: { type: 'text' },
    authSecret: { type: 'password' },
  });
  serveAssociation(RED);
  serveProductLookups(RED);
  serveProductCheck(RED);
  serveSimulatedProducts(RED);
}
