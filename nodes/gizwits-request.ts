import type { Node, NodeAPI, NodeDef } from 'node-red';
import { isPlainObject } from '../src/cloud/input';
import type { CallOptions } from '../src/gizwits/enterprise/account';
import type { CallReply } from '../src/gizwits/enterprise/call';
import type { OperationId } from '../src/gizwits/enterprise/operations';
import type { ProductClient } from '../src/gizwits/enterprise/product-client';
import { callOptions } from './shared/call-options';
import { handleInputs, type Input } from './shared/input';
import { linkProduct } from './shared/product';
import { registerNode } from './shared/register';
import { typedField } from './shared/typed-fields';

interface RequestDef extends NodeDef {
  product?: string;
  operation?: string;
  method?: string;
  path?: string;
  pathType?: string;
  params?: unknown;
  paramsType?: string;
}

const CUSTOM = 'custom';

/** A command that could not be sent for so long is given up: what was meant a while ago may be wrong by now. */
const COMMAND_LIFE_MS = 10_000;

/** Only who makes a call loads the catalogue. */
const operations = () =>
  require('../src/gizwits/enterprise/operations') as typeof import('../src/gizwits/enterprise/operations');

export default function register(RED: NodeAPI): void {
  function GizwitsRequest(this: Node, config: RequestDef): void {
    RED.nodes.createNode(this, config);
    const link = linkProduct(RED, this, config.product);
    const operation = config.operation ?? '';
    const path = typedField(config, 'path', { value: '', type: 'str' });
    const params = typedField(config, 'params', { value: 'payload', type: 'msg' });

    const status = handleInputs(RED, this, {
      describe: () => ({ operation, productKey: link.productKey }),
      close: link.leave,
      work: async (input) => {
        const isCustom = operation === CUSTOM;
        if (!isCustom) operations().findOperation(operation);
        const given = await input.read(params);
        const customPath = isCustom ? await input.read(path) : undefined;
        const client = await link.client();
        input.metadata.set('productKey', client.productKey);
        const options = callOptions(this, input);
        const reply = isCustom
          ? await client.account.customCall(
              client,
              {
                // What the dialog starts with.
                method: config.method || 'GET',
                path: customPath === '' ? undefined : customPath,
                params: absentWhenBlank(given),
              },
              options,
            )
          : await callOperation(client, operation as OperationId, given, input, options);
        input.metadata.add(reply);
        sendReply(input, reply, given);
      },
    });
    if (link.present) status.ready();
    else status.unusable();
  }

  registerNode(RED, 'gizwits-request', GizwitsRequest);
}

function callOperation(
  client: ProductClient,
  id: OperationId,
  given: unknown,
  input: Input,
  options: CallOptions,
): Promise<CallReply> {
  const params = paramsOf(id, given);
  if (id !== 'device.control') return client.call(id, params, options);
  // The same promises as those of the control node: in order for one device, and not when it has grown old.
  return client.call(id, params, {
    ...options,
    sequence: `${client.productKey}/${idIn(given, 'did') ?? ''}`,
    expiresAt: input.arrivedAt + COMMAND_LIFE_MS,
  });
}

/** An operation that takes no parameters can be triggered by any message; what is no object is none of them then. */
function paramsOf(id: OperationId, given: unknown): Record<string, unknown> {
  const takesNone = operations()
    .findOperation(id)
    .parameters.every(({ supplied }) => supplied);
  if (takesNone && !isPlainObject(given)) return {};
  return absentWhenBlank(given) as Record<string, unknown>;
}

function absentWhenBlank(value: unknown): unknown {
  return value === '' ? undefined : value;
}

/** The API's body, with the device or the group that it is about for the nodes behind. */
function sendReply(input: Input, { body }: CallReply, given: unknown): void {
  const { msg, metadata } = input;
  for (const name of ['did', 'mac', 'gid']) {
    const id = idIn(body, name) ?? idIn(given, name);
    if (id !== undefined) msg[name] = id;
    if (id !== undefined && name === 'did') metadata.set('did', id);
  }
  msg.payload = body;
  msg.gizwits = metadata.object();
  input.send(msg);
  input.status.succeeded();
}

function idIn(value: unknown, name: string): string | undefined {
  const id = isPlainObject(value) ? value[name] : undefined;
  return typeof id === 'string' ? id : undefined;
}
