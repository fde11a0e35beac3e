import type { Node, NodeAPI, NodeDef } from 'node-red';
import { badInput } from '../src/cloud/errors';
import { excerpt } from '../src/cloud/input';
import { changeBindings } from '../src/gizwits/enterprise/bindings';
import { callOptions } from './shared/call-options';
import { sendChange } from './shared/change-result';
import { handleInputs } from './shared/input';
import { linkProduct } from './shared/product';
import { registerNode } from './shared/register';
import { typedField } from './shared/typed-fields';

interface BindDef extends NodeDef {
  product?: string;
  action?: string;
  uid?: string;
  uidType?: string;
  appid?: string;
  appidType?: string;
  dids?: unknown;
  didsType?: string;
}

const OPERATIONS = { bind: 'bindings.create', unbind: 'bindings.delete' } as const;

export default function register(RED: NodeAPI): void {
  function GizwitsBind(this: Node, config: BindDef): void {
    RED.nodes.createNode(this, config);
    const link = linkProduct(RED, this, config.product);
    const action = (config.action ?? 'bind') as keyof typeof OPERATIONS;
    const uid = typedField(config, 'uid', { value: 'uid', type: 'msg' });
    const appid = typedField(config, 'appid', { value: 'appid', type: 'msg' });
    const dids = typedField(config, 'dids', { value: 'payload', type: 'msg' });

    const status = handleInputs(RED, this, {
      describe: () => ({ operation: OPERATIONS[action] ?? String(config.action), productKey: link.productKey }),
      close: link.leave,
      work: async (input) => {
        if (!Object.hasOwn(OPERATIONS, action)) {
          const accepted = Object.keys(OPERATIONS).join(' | ');
          throw badInput('value', { field: 'action', given: excerpt(config.action), accepted });
        }
        const given = { uid: await input.read(uid), appid: await input.read(appid), dids: await input.read(dids) };
        const client = await link.client();
        input.metadata.set('productKey', client.productKey);
        const call = client.caller(callOptions(this, input));
        const result = await changeBindings(call, { action, ...given }, input.signal, (meta) =>
          input.metadata.add(meta),
        );
        sendChange(input, result, { uid: given.uid });
      },
    });
    if (link.present) status.ready();
    else status.unusable();
  }

  registerNode(RED, 'gizwits-bind', GizwitsBind);
}
