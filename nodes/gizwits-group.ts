import type { Node, NodeAPI, NodeDef } from 'node-red';
import { badInput } from '../src/cloud/errors';
import { excerpt } from '../src/cloud/input';
import { changeMembers, flattenGroups } from '../src/gizwits/enterprise/groups';
import type { OperationId } from '../src/gizwits/enterprise/operations';
import type { ProductClient } from '../src/gizwits/enterprise/product-client';
import { callOptions } from './shared/call-options';
import { sendChange } from './shared/change-result';
import { handleInputs, type Input } from './shared/input';
import { linkProduct } from './shared/product';
import { registerNode } from './shared/register';
import { typedField } from './shared/typed-fields';

interface GroupDef extends NodeDef {
  product?: string;
  action?: string;
  gid?: string;
  gidType?: string;
  parentGid?: string;
  parentGidType?: string;
  macs?: unknown;
  macsType?: string;
  reassign?: unknown;
  reassignType?: string;
}

const OPERATIONS = {
  list: 'groups.list',
  create: 'groups.create',
  delete: 'groups.delete',
  members: 'groups.members',
  assign: 'groups.update',
  unassign: 'groups.update',
} as const satisfies Record<string, OperationId>;

type Action = keyof typeof OPERATIONS;

export default function register(RED: NodeAPI): void {
  function GizwitsGroup(this: Node, config: GroupDef): void {
    RED.nodes.createNode(this, config);
    const link = linkProduct(RED, this, config.product);
    const action = (config.action ?? 'list') as Action;
    const gid = typedField(config, 'gid', { value: 'gid', type: 'msg' });
    const parentGid = typedField(config, 'parentGid', { value: '', type: 'str' });
    const macs = typedField(config, 'macs', { value: 'payload', type: 'msg' });
    const reassign = typedField(config, 'reassign', { value: 'false', type: 'bool' });

    const status = handleInputs(RED, this, {
      describe: () => ({ operation: OPERATIONS[action] ?? String(config.action), productKey: link.productKey }),
      close: link.leave,
      work: async (input) => {
        if (!Object.hasOwn(OPERATIONS, action)) {
          const accepted = Object.keys(OPERATIONS).join(' | ');
          throw badInput('value', { field: 'action', given: excerpt(config.action), accepted });
        }
        if (action === 'assign' || action === 'unassign') await change(action, input);
        else await call(action, input);
      },
    });
    if (link.present) status.ready();
    else status.unusable();

    const clientFor = async (input: Input): Promise<ProductClient> => {
      const client = await link.client();
      input.metadata.set('productKey', client.productKey);
      return client;
    };

    /** The actions that are one call. */
    const call = async (kind: Exclude<Action, 'assign' | 'unassign'>, input: Input): Promise<void> => {
      const params: Record<string, unknown> = {};
      if (kind === 'create') params.parent_gid = absentWhenBlank(await input.read(parentGid));
      else if (kind !== 'list') params.gid = absentWhenBlank(await input.read(gid));
      const client = await clientFor(input);
      const { body } = input.metadata.add(await client.call(OPERATIONS[kind], params, callOptions(this, input)));
      const { msg, metadata } = input;
      msg.payload = body;
      if (kind === 'list') metadata.set('groups', flattenGroups(body));
      else if (kind === 'create') msg.gid = (body as { gid: string }).gid;
      else msg.gid = params.gid;
      if (kind === 'members') msg.payload = (body as { macs: unknown[] }).macs;
      msg.gizwits = metadata.object();
      input.send(msg);
      if (kind === 'members') input.status.succeeded('found', { count: (msg.payload as unknown[]).length });
      else input.status.succeeded();
    };

    const change = async (kind: 'assign' | 'unassign', input: Input): Promise<void> => {
      const group = absentWhenBlank(await input.read(gid));
      const moves = kind === 'assign' ? absentWhenBlank(await input.read(reassign)) : undefined;
      const list = await input.read(macs);
      const client = await clientFor(input);
      const result = await changeMembers(
        client.caller(callOptions(this, input)),
        { gid: group, action: kind, macs: list, reassign: moves },
        input.signal,
        (meta) => input.metadata.add(meta),
      );
      sendChange(input, result, { gid: group });
    };
  }

  registerNode(RED, 'gizwits-group', GizwitsGroup);
}

/** An empty field means nothing given. */
function absentWhenBlank(value: unknown): unknown {
  return value === '' ? undefined : value;
}
