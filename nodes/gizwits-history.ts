import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemClock } from '../src/cloud/clock';
import { badInput } from '../src/cloud/errors';
import { parseOptionalTime } from '../src/cloud/times';
import type { Aggregator } from '../src/gizwits/enterprise/aggregate';
import type { HistoryKind } from '../src/gizwits/enterprise/history';
import type { AggregateUnit } from '../src/gizwits/enterprise/windows';
import { callOptions } from './shared/call-options';
import { handleInputs } from './shared/input';
import { linkProduct } from './shared/product';
import { outputMode, RecordSender } from './shared/record-sender';
import { registerNode } from './shared/register';
import { oneTarget } from './shared/targets';
import { typedField } from './shared/typed-fields';
import { choiceOf, countOf, listOf } from './shared/values';

interface HistoryDef extends NodeDef {
  product?: string;
  kind?: string;
  targetBy?: string;
  target?: string;
  targetType?: string;
  start?: string;
  startType?: string;
  end?: string;
  endType?: string;
  order?: string;
  attrs?: unknown;
  attrsType?: string;
  aggregator?: string;
  unit?: string;
  limit?: number | string;
  limitType?: string;
  output?: string;
}

const OPERATIONS: Readonly<Record<HistoryKind | 'aggregate', string>> = {
  data: 'device.data',
  online: 'device.online',
  cmd: 'device.commands',
  aggregate: 'device.aggregate',
};

export default function register(RED: NodeAPI): void {
  function GizwitsHistory(this: Node, config: HistoryDef): void {
    RED.nodes.createNode(this, config);
    // Only who deploys such a node loads it.
    const { history } =
      require('../src/gizwits/enterprise/history') as typeof import('../src/gizwits/enterprise/history');
    const link = linkProduct(RED, this, config.product);
    const kind = (config.kind ?? 'data') as keyof typeof OPERATIONS;
    const target = typedField(config, 'target', { value: 'did', type: 'msg' });
    const start = typedField(config, 'start', { value: '-2d', type: 'str' });
    const end = typedField(config, 'end', { value: 'now', type: 'str' });
    const attrs = typedField(config, 'attrs', { value: '[]', type: 'json' });
    const limit = typedField(config, 'limit', { value: 0, type: 'num' });

    const status = handleInputs(RED, this, {
      describe: () => ({ operation: OPERATIONS[kind] ?? String(config.kind), productKey: link.productKey }),
      close: link.leave,
      work: async (input) => {
        if (!Object.hasOwn(OPERATIONS, kind)) {
          const accepted = Object.keys(OPERATIONS).join(' | ');
          throw badInput('value', { field: 'kind', given: String(config.kind).slice(0, 40), accepted });
        }
        const now = systemClock.now();
        const range = {
          startMs: parseOptionalTime(await input.read(start), 'start', systemClock) ?? now - 172_800_000,
          endMs: parseOptionalTime(await input.read(end), 'end', systemClock) ?? now,
          order: choiceOf('order', config.order, ['desc', 'asc']),
          limit: countOf(limit, await input.read(limit), { fallback: 0, min: 0 }),
          signal: input.signal,
          clock: systemClock,
        };
        const mode = outputMode(config.output);
        const names = listOf(attrs, await input.read(attrs));
        const given = await input.read(target);
        const client = await link.client();
        input.metadata.set('productKey', client.productKey);
        const options = callOptions(this, input);
        const device = await oneTarget(client, config.targetBy, target, given, input, options);
        input.metadata.set('did', device.did);
        const ids: Record<string, unknown> = device.mac === undefined ? { did: device.did } : { ...device };

        const query =
          kind === 'aggregate'
            ? {
                kind,
                ...range,
                did: device.did,
                attrs: names ?? [],
                // Both are checked where the windows are cut by them.
                aggregator: (config.aggregator ?? 'avg') as Aggregator,
                unit: (config.unit ?? 'DAYS') as AggregateUnit,
              }
            : { kind, ...range, did: device.did, attrs: names, readAhead: mode === 'array' };
        const sender = new RecordSender(RED, input.msg, input.send, mode);
        let truncated = false;
        let pages = 0;
        try {
          for await (const page of history(client.caller(options), query)) {
            input.metadata.add(page.meta);
            truncated = page.truncated === true;
            await sender.page(page.records, { ...ids, gizwits: input.metadata.object({ page: ++pages }) });
            input.status.progress(sender.count);
          }
        } catch (error) {
          sender.abandon();
          throw error;
        }
        sender.end({ ...ids, gizwits: input.metadata.object(truncated ? { truncated } : undefined) });
        input.status.succeeded('found', { count: sender.count });
      },
    });
    if (link.present) status.ready();
    else status.unusable();
  }

  registerNode(RED, 'gizwits-history', GizwitsHistory);
}
