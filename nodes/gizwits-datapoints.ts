import type { Node, NodeAPI, NodeDef } from 'node-red';
import { badInput } from '../src/cloud/errors';
import { excerpt } from '../src/cloud/input';
import { normaliseSchema } from '../src/gizwits/datapoints/schema';
import { callOptions } from './shared/call-options';
import { handleInputs } from './shared/input';
import { linkProduct } from './shared/product';
import { registerNode } from './shared/register';

interface DatapointsDef extends NodeDef {
  product?: string;
  format?: string;
}

const FORMATS = ['schema', 'raw'];

export default function register(RED: NodeAPI): void {
  function GizwitsDatapoints(this: Node, config: DatapointsDef): void {
    RED.nodes.createNode(this, config);
    const link = linkProduct(RED, this, config.product);
    const format = config.format ?? 'schema';

    const status = handleInputs(RED, this, {
      describe: () => ({ operation: 'product.datapoints', productKey: link.productKey }),
      close: link.leave,
      work: async (input) => {
        if (!FORMATS.includes(format)) {
          throw badInput('value', { field: 'format', given: excerpt(config.format), accepted: FORMATS.join(' | ') });
        }
        const client = await link.client();
        input.metadata.set('productKey', client.productKey);
        // Who asks for the definition wants the present one, not the one that commands were checked against.
        const reply = input.metadata.add(await client.call('product.datapoints', {}, callOptions(this, input)));
        const schema = normaliseSchema(reply.body);
        input.msg.payload = format === 'raw' ? reply.body : schema;
        input.msg.gizwits = input.metadata.object();
        input.send(input.msg);
        input.status.succeeded('found', { count: schema.datapoints.length });
      },
    });
    if (link.present) status.ready();
    else status.unusable();
  }

  registerNode(RED, 'gizwits-datapoints', GizwitsDatapoints);
}
