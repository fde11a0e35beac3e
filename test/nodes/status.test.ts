import type { Node, NodeAPI } from 'node-red';
import should from 'should';
import { NodeStatus } from '../../nodes/shared/status';

const KEY = '@gizflow/node-red-gizwits/gizwits-enterprise:common.status.';

describe("a node's status", () => {
  let translated: number;
  let shown: { fill?: string; shape?: string; text?: string }[];
  let status: NodeStatus;

  beforeEach(() => {
    translated = 0;
    shown = [];
    const RED = {
      _: (key: string, params: object) => {
        translated++;
        return `${key.replace(KEY, '')} ${JSON.stringify(params)}`;
      },
    } as unknown as NodeAPI;
    const node = { status: (given: object) => shown.push(given) } as unknown as Node;
    status = new NodeStatus(RED, node);
  });

  afterEach(() => status.close());

  it('is put into words when it is shown, not with each message', async () => {
    for (let message = 0; message < 1000; message++) status.begin();
    for (let message = 0; message < 999; message++) status.succeeded('found', { count: message });
    status.succeeded('found', { count: 7 });
    should(translated).be.belowOrEqual(1);
    await new Promise((resolve) => setTimeout(resolve, 150));
    should(translated).be.belowOrEqual(2);
    should(shown.at(-1)).eql({ fill: 'green', shape: 'dot', text: 'found {"count":7}' });
  });

  it('takes a text of the node, or a way to it', async () => {
    let asked = 0;
    status.report('grey', 'dot', 'listening');
    for (let message = 1; message <= 100; message++) {
      status.report('green', 'dot', () => {
        asked++;
        return `received ${message}`;
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
    should(asked).equal(1);
    should(shown.map(({ text }) => text)).eql(['listening', 'received 100']);
  });
});
