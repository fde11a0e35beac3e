import type { Node, NodeAPI, NodeDef } from 'node-red';
import { badInput } from '../src/cloud/errors';
import type { SearchOperation } from '../src/gizwits/enterprise/search';
import { callOptions } from './shared/call-options';
import { handleInputs } from './shared/input';
import { linkProduct } from './shared/product';
import { outputMode, RecordSender } from './shared/record-sender';
import { registerNode } from './shared/register';
import { typedField } from './shared/typed-fields';
import { countOf, objectOf } from './shared/values';

interface SearchDef extends NodeDef {
  product?: string;
  target?: 'devices' | 'boundUsers' | 'registeredUsers';
  filters?: unknown;
  filtersType?: string;
  limit?: number | string;
  limitType?: string;
  pageSize?: number | string;
  pageSizeType?: string;
  output?: string;
}

/** What is looked for, and the operation that finds it (ruling c9: the documents' captions of the two users are swapped). */
const OPERATIONS: Readonly<Record<string, SearchOperation>> = {
  devices: 'devices.search',
  boundUsers: 'product.users',
  registeredUsers: 'users.search',
};

export default function register(RED: NodeAPI): void {
  function GizwitsSearch(this: Node, config: SearchDef): void {
    RED.nodes.createNode(this, config);
    // Only who deploys such a node loads it.
    const { search } = require('../src/gizwits/enterprise/search') as typeof import('../src/gizwits/enterprise/search');
    const link = linkProduct(RED, this, config.product);
    const operation = OPERATIONS[config.target ?? 'devices'];
    const filters = typedField(config, 'filters', { value: '{}', type: 'json' });
    const limit = typedField(config, 'limit', { value: 1000, type: 'num' });
    const pageSize = typedField(config, 'pageSize', { value: 100, type: 'num' });

    const status = handleInputs(RED, this, {
      describe: () => ({ operation: operation ?? String(config.target), productKey: link.productKey }),
      close: link.leave,
      work: async (input) => {
        if (!operation) {
          const accepted = Object.keys(OPERATIONS).join(' | ');
          throw badInput('value', { field: 'target', given: String(config.target).slice(0, 40), accepted });
        }
        const query = {
          operation,
          filters: objectOf(filters, await input.read(filters)),
          limit: countOf(limit, await input.read(limit), { fallback: 1000, min: 0 }),
          pageSize: countOf(pageSize, await input.read(pageSize), { fallback: 100, min: 1, max: 1000 }),
          signal: input.signal,
        };
        const client = await link.client();
        input.metadata.set('productKey', client.productKey);
        const sender = new RecordSender(RED, input.msg, input.send, outputMode(config.output), idsOf);
        let truncated = false;
        let pages = 0;
        try {
          for await (const page of search(client.caller(callOptions(this, input)), query)) {
            input.metadata.add(page.meta);
            truncated = page.truncated === true;
            await sender.page(page.records, { gizwits: input.metadata.object({ page: ++pages }) });
            input.status.progress(sender.count);
          }
        } catch (error) {
          sender.abandon();
          throw error;
        }
        sender.end({ gizwits: input.metadata.object(truncated ? { truncated } : undefined) });
        input.status.succeeded('found', { count: sender.count });
      },
    });
    if (link.present) status.ready();
    else status.unusable();
  }

  registerNode(RED, 'gizwits-search', GizwitsSearch);
}

/** What the next node needs of one record: a device's ids, or a user's. */
function idsOf(record: unknown): Record<string, unknown> {
  if (typeof record !== 'object' || record === null) return {};
  const ids: Record<string, unknown> = {};
  for (const name of ['did', 'mac', 'uid']) {
    const value = (record as Record<string, unknown>)[name];
    if (typeof value === 'string') ids[name] = value;
  }
  return ids;
}
