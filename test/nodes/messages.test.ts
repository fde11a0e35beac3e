import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { definitions, messageSchema, nodeMessages } from '../../nodes/messages';
import type { FlowNode } from '../support/flows';
import { variantsOf, violation } from '../support/message-contract';
import { languages, nodeSets } from '../support/package-facts';
import { root } from '../support/packed-package';
import { DID } from '../support/push-bench';
import { loadWholeFlow, savedNodes, type WholeFlow } from '../support/saved-flow';

describe('the contract of the messages', function () {
  this.timeout(60_000);

  it('has an entry for every flow node', () => {
    const configs = ['gizwits-enterprise', 'gizwits-product', 'gizwits-app', 'expeed-platform'];
    should(Object.keys(nodeMessages).sort()).eql(nodeSets.filter((set) => !configs.includes(set)).sort());
  });

  it('leads to nothing that is not defined', () => {
    const asked = [...JSON.stringify(messageSchema()).matchAll(/"#\/definitions\/(\w+)"/g)].map(
      ([, name]) => name ?? '',
    );
    should([...new Set(asked)].filter((name) => !Object.hasOwn(definitions, name))).eql([]);
  });

  for (const language of languages) {
    it(`has a text for every part in ${language}, and none that nothing asks for`, async () => {
      const { describeMessages } = await import('../../scripts/lib/describe-messages.mjs');
      should(() => describeMessages(messageSchema(), language)).not.throw();
    });
  }

  it('is the source of the types, which are up to date', async () => {
    const { describeMessages } = await import('../../scripts/lib/describe-messages.mjs');
    const { messageTypes } = await import('../../scripts/lib/message-types.mjs');
    const types = await messageTypes(describeMessages(messageSchema(), 'en-US'));
    const written = readFileSync(join(root, 'nodes/messages/types.ts'), 'utf8');
    should(written === types).be.true('nodes/messages/types.ts is out of date: npm run docs');
  });

  describe('the check of it', () => {
    const gizwits = { operation: 'device.did', productKey: 'k', attempts: 1, waitedMs: 0, elapsedMs: 3 };
    const right = { payload: { mac: 'm', did: 'd' }, did: 'd', mac: 'm', gizwits };

    it('takes what is right, and whatever else a message carries', () => {
      should(violation('GetDidOutput', right)).be.undefined();
      should(violation('GetDidOutput', { ...right, topic: 'mine', req: {} })).be.undefined();
    });

    for (const [what, wrong] of Object.entries({
      'a missing id': { ...right, did: undefined },
      'a wrong type': { ...right, did: 5 },
      'a field of ours that nobody has written down': { ...right, gizwits: { ...gizwits, seconds: 1 } },
      'metadata without its cost': { ...right, gizwits: { operation: 'x', productKey: 'k' } },
      'an outcome that does not exist': {
        ...right,
        gizwits: { ...gizwits, error: { code: 'GIZ_5301', outcome: 'perhaps', retryable: false } },
      },
      'a code that does not exist': {
        ...right,
        gizwits: { ...gizwits, error: { code: 'GIZ_SOMETHING', outcome: 'unknown', retryable: false } },
      },
    })) {
      it(`finds ${what}`, () => should(violation('GetDidOutput', wrong)).be.a.String());
    }

    it('tells a Buffer from an object', () => {
      const entry = { time: '2026-01-05T00:00:00.000Z', bytes: Buffer.of(1) };
      should(violation('HistoryEntry', entry)).be.undefined();
      should(violation('HistoryEntry', { ...entry, bytes: { 0: 1 } })).be.a.String();
    });
  });

  describe('of the nodes that return lists', () => {
    const own: Record<string, { fields: object; msg: object; definition: string }> = {
      'gizwits-search': { fields: { pageSize: 5, limit: 10 }, msg: {}, definition: 'Search' },
      'gizwits-history': { fields: { kind: 'cmd', start: '-5d' }, msg: { did: DID }, definition: 'History' },
      'gizwits-report': { fields: { report: 'activated', format: 'rows' }, msg: {}, definition: 'ReportRows' },
      'gizwits-app-api': { fields: {}, msg: { payload: {} }, definition: 'AppApi' },
      'expeed-device': {
        fields: { operation: 'history', start: '-6h', limit: 10 },
        msg: { deviceId: 'ex1001', deviceKey: '33a1062e2bb5fce3' },
        definition: 'ExpeedHistory',
      },
    };

    for (const output of ['array', 'page', 'each'] as const) {
      describe(`with output ${output}`, () => {
        let flow: WholeFlow;
        before(async () => {
          const nodes = savedNodes('0.1.0').map((node) => ({ ...node, ...own[node.type]?.fields, output }) as FlowNode);
          flow = await loadWholeFlow(nodes.filter(({ type }) => type !== 'gizwits-events'));
        });
        after(() => flow?.close());

        for (const [type, { msg, definition }] of Object.entries(own)) {
          it(`${type} sends what the contract says`, async () => {
            const { messages, error } = await flow.run(type, { ...msg });
            should(error?.error).be.undefined();
            messages.length.should.be.above(0);
            const kind = `${definition}${{ array: 'List', page: 'Page', each: 'Record' }[output]}`;
            should(variantsOf(nodeMessages[type]?.output ?? '')).containEql(kind);
            for (const message of messages) should(violation(kind, message)).be.undefined();
          });
        }
      });
    }
  });
});
