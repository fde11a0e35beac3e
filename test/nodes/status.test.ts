import type { Node, NodeAPI } from 'node-red';
import should from 'should';
import { NodeStatus } from '../../nodes/shared/status';
import { textsOf } from '../support/texts';

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

  it('names a span of time in the largest unit that it holds twice', async () => {
    const spans: [ms: number, text: string][] = [
      [300, 'lag {"seconds":1}'],
      [119_000, 'lag {"seconds":119}'],
      [120_000, 'lagMinutes {"minutes":2}'],
      [2_843_000, 'lagMinutes {"minutes":47}'],
      [7_200_000, 'lagHours {"hours":2}'],
      [172_800_000, 'lagDays {"days":2}'],
      [226_098_967_000, 'lagDays {"days":2617}'],
    ];
    for (const [ms, text] of spans) {
      status.saySpan('yellow', 'ring', 'lag', ms);
      await new Promise((resolve) => setTimeout(resolve, 110));
      should(shown.at(-1)?.text).equal(text);
    }
  });

  for (const language of ['en-US', 'zh-CN'] as const) {
    it(`has words in ${language} for each unit of a span`, () => {
      const keys = textsOf(language).map(({ key }) => key);
      for (const name of ['lag', 'usedElsewhere']) {
        const wanted = ['', 'Minutes', 'Hours', 'Days'].map((unit) => `common.status.${name}${unit}`);
        keys.should.containDeep(wanted);
      }
    });
  }
});
