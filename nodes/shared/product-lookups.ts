import type { NodeAPI } from 'node-red';
import { accepts } from '../../src/cloud/catalogue';
import { badInput } from '../../src/cloud/errors';
import { excerpt } from '../../src/cloud/input';
import type { CallOptions } from '../../src/gizwits/enterprise/account';
import type { DeviceQuery } from '../../src/gizwits/enterprise/find-devices';
import type { ProductClient } from '../../src/gizwits/enterprise/product-client';
import type { EnterpriseNode } from '../gizwits-enterprise';
import type { ProductNode } from '../gizwits-product';
import { type Asked, adminRoute } from './admin-route';
import { AnswerCache } from './answer-cache';
import { requireRetyped } from './editor-nodes';
import { ENTERPRISE_ADDRESS, openEnterprise } from './enterprise-settings';
import type { OpenedAccount } from './open-account';
import { openProduct } from './product-settings';

/** Groups in an answer at most. */
const MOST_GROUPS = 2000;

/** In whose name dialogs call: their turns rotate with those of the nodes, so that neither waits for the other. */
export const ORIGIN = 'editor';

const answers = new AnswerCache<ProductClient>();

/**
 * Serves what dialogs show of a product: its datapoint definition, a first page of devices, its groups. Each body has
 * `product`, the id of the product's config node; `refresh: true` asks the cloud in spite of a young answer.
 */
export function serveProductLookups(RED: NodeAPI): void {
  // {product} → the schema as `src/gizwits/datapoints` has it, and `descriptions` by name where the product has some.
  RED.httpAdmin.post(
    '/gizwits-product/datapoints',
    RED.auth.needsPermission('gizwits.read'),
    adminRoute(RED, (asked) =>
      withProduct(RED, asked, async (client, options) => {
        if (asked.body.refresh === true) await client.newerSchema(options);
        const schema = await client.schema(options);
        return { ...schema, descriptions: client.descriptions };
      }),
    ),
  );
  // {product, text?, by?, online?, gid?} → {devices: [{did, mac, online, place}], total?}
  RED.httpAdmin.post(
    '/gizwits-product/devices',
    RED.auth.needsPermission('gizwits.read'),
    adminRoute(RED, (asked) =>
      withProduct(RED, asked, (client, options) => {
        const query = deviceQueryOf(asked.body);
        return answers.get(client, `devices ${JSON.stringify(query)}`, asked.body.refresh === true, async () => {
          const { findDevices } =
            require('../../src/gizwits/enterprise/find-devices') as typeof import('../../src/gizwits/enterprise/find-devices');
          return findDevices(client.caller(options), query, options.signal);
        });
      }),
    ),
  );
  // {product} → {groups: [{gid, parent}]}, each behind the one that it lies in.
  RED.httpAdmin.post(
    '/gizwits-product/groups',
    RED.auth.needsPermission('gizwits.read'),
    adminRoute(RED, (asked) =>
      withProduct(RED, asked, (client, options) =>
        answers.get(client, 'groups', asked.body.refresh === true, async () => {
          const { flattenGroups } =
            require('../../src/gizwits/enterprise/groups') as typeof import('../../src/gizwits/enterprise/groups');
          const { body } = await client.call('groups.list', {}, options);
          return { groups: flattenGroups(body).slice(0, MOST_GROUPS) };
        }),
      ),
    ),
  );
}

/**
 * Does something with the product that a dialog named, deployed or not.
 * @throws CloudError GIZ_CONFIG when there is no such product, or its settings cannot work
 */
export async function withProduct<T>(
  RED: NodeAPI,
  asked: Asked,
  work: (client: ProductClient, options: CallOptions) => Promise<T>,
): Promise<T> {
  const options: CallOptions = { origin: ORIGIN, signal: asked.signal };
  const named = asked.nodes.find<ProductNode>(asked.body.product, 'gizwits-product');
  const enterprise = asked.nodes.find<EnterpriseNode>(
    named.config.enterprise,
    'gizwits-enterprise',
    ENTERPRISE_ADDRESS,
  );
  const product = asked.nodes.find<ProductNode>(asked.body.product, 'gizwits-product', ['enterprise'], enterprise);
  if (product.running && enterprise.running) return work(await product.running.client(), options);

  if (enterprise.config.region !== 'simulator') {
    requireRetyped(enterprise, 'enterpriseSecret');
    requireRetyped(product, 'productSecret');
  }
  const opened = enterprise.running
    ? lent(await enterprise.running.opened())
    : await openEnterprise(RED, enterprise.config, enterprise.credentials);
  try {
    return await work(openProduct(opened, product.config, product.credentials), options);
  } finally {
    opened.release();
  }
}

/** An account that its config node keeps: there is nothing to give back. */
function lent(opened: OpenedAccount): OpenedAccount {
  return { ...opened, release: () => undefined };
}

/** What a dialog searches devices by. @throws CloudError GIZ_BAD_INPUT */
export function deviceQueryOf({ text = '', by, online, gid }: Asked['body']): DeviceQuery {
  if (typeof text !== 'string' || text.length > 100) {
    throw badInput('type', { field: 'text', given: excerpt(text), accepted: accepts('text', { max: 100 }) });
  }
  if (by !== undefined && by !== 'did' && by !== 'mac') {
    throw badInput('value', { field: 'by', given: excerpt(by), accepted: 'did | mac' });
  }
  if (online !== undefined && typeof online !== 'boolean') {
    throw badInput('boolean', { field: 'online', given: excerpt(online), accepted: accepts('boolean') });
  }
  if (gid !== undefined && typeof gid !== 'string') {
    throw badInput('type', { field: 'gid', given: excerpt(gid), accepted: accepts('id') });
  }
  return { text, ...(by ? { by } : {}), ...(online === undefined ? {} : { online }), ...(gid ? { gid } : {}) };
}
