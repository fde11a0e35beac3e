import type { Node, NodeAPI, NodeDef } from 'node-red';
import { badInput } from '../src/cloud/errors';
import { handleInputs } from './shared/input';
import { deliveries } from './shared/open-push';
import { registerNode } from './shared/register';

export default function register(RED: NodeAPI): void {
  function GizwitsAck(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = handleInputs(RED, this, {
      // The event's own metadata goes on as it came.
      describe: ({ gizwits }) => Object.assign({}, gizwits),
      work: async (input) => {
        const delivery = (input.msg.gizwits as { delivery?: unknown } | undefined)?.delivery;
        if (typeof delivery !== 'string' || delivery === '')
          throw badInput('delivery', { field: 'msg.gizwits.delivery' });
        const result = deliveries.acknowledge(delivery);
        if (result === 'unknown') throw badInput('unknownDelivery', { field: 'msg.gizwits.delivery' });
        input.send(input.msg);
        if (result === 'acknowledged') input.status.succeeded('acknowledged');
        else input.status.succeeded('alreadyDone');
      },
    });
    status.ready();
  }

  registerNode(RED, 'gizwits-ack', GizwitsAck);
}
