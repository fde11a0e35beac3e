import { createRequire } from 'node:module';
import helper from 'node-red-node-test-helper';
import should from 'should';
import search from '../../nodes/gizwits-search';
import type { Simulator } from '../../src/simulator';
import {
  configNodes,
  credentials,
  loadBench,
  type Message,
  type NodeSet,
  startRuntime,
  stopRuntime,
  useSimulator,
} from '../support/flows';
import { nodeRedPath } from '../support/runtime';

/** Node-RED's own Split and Join beside the node. */
const withJoin: NodeSet = (RED) => {
  createRequire(nodeRedPath())('@node-red/nodes/core/sequence/17-split')(RED);
  search(RED);
};

describe('gizwits-search', () => {
  let simulator: Simulator;

  useSimulator((created) => {
    simulator = created;
  });

  const load = (fields: Record<string, unknown> = {}) =>
    loadBench(search, { type: 'gizwits-search', ...fields }, configNodes(simulator), credentials(simulator));
  const sent = (): string[] => simulator.requests.map(({ path }) => path).filter((path) => path.includes('/search'));

  it('gives all devices as one array, over as many pages as it takes', async () => {
    const bench = await load({ limit: '0', limitType: 'num', pageSize: '50', pageSizeType: 'num' });
    const before = sent().length;
    const { messages } = await bench.run({ payload: 'x' });
    messages.length.should.equal(1);
    const dids = new Set(messages[0].payload.map((device: { did: string }) => device.did));
    dids.size.should.equal(messages[0].payload.length);
    dids.size.should.equal(198); // as one call with a limit of 1000 counts them: see the simulator's own tests
    messages[0].gizwits.attempts.should.equal(sent().length - before);
    messages[0].should.not.have.property('parts');
    messages[0].should.not.have.property('complete');
  });

  it('sends a page a message, with parts that Join can rebuild', async () => {
    const bench = await load({ limit: '120', limitType: 'num', pageSize: '50', pageSizeType: 'num', output: 'page' });
    const { messages } = await bench.run({ payload: 'x', parts: { id: 'outer', index: 3 } });
    messages.map((msg) => msg.payload.length).should.eql([50, 50, 20]);
    messages.map((msg) => msg.parts.index).should.eql([0, 1, 2]);
    messages.map((msg) => msg.parts.len).should.eql([50, 50, 20]);
    messages.map((msg) => msg.parts.count).should.eql([undefined, undefined, 3]);
    messages.map((msg) => msg.complete).should.eql([undefined, undefined, true]);
    messages.every((msg) => msg.parts.id === messages[0].parts.id && msg.parts.type === 'array').should.be.true();
    messages[0].parts.parts.should.eql({ id: 'outer', index: 3 });
    messages[2].gizwits.truncated.should.be.true();
  });

  it('tells the page in every message of a page', async () => {
    const bench = await load({ limit: '120', limitType: 'num', pageSize: '50', pageSizeType: 'num', output: 'page' });
    const { messages } = await bench.run({ payload: 'x' });
    messages.map((msg) => msg.gizwits.page).should.eql([1, 2, 3]);
  });

  const results: [what: string, fields: Record<string, unknown>, filters: Record<string, unknown>, count: number][] = [
    ['pages', { output: 'page', limit: '5', pageSize: '2' }, {}, 5],
    ['a page of one record and others', { output: 'page', limit: '3', pageSize: '1' }, {}, 3],
    ['a page of one record alone', { output: 'page', limit: '1' }, {}, 1],
    ['no page', { output: 'page' }, { city: 'Nowhere' }, 0],
    ['records', { output: 'each', limit: '3' }, {}, 3],
    ['one record', { output: 'each', limit: '1' }, {}, 1],
    ['no record', { output: 'each' }, { city: 'Nowhere' }, 0],
  ];
  for (const [what, fields, filters, count] of results) {
    it(`lets a Join node make one flat list of ${what}`, async () => {
      const node = { type: 'gizwits-search', filters: 'payload', filtersType: 'msg', ...fields };
      const join = { id: 'joiner', z: 'tab', type: 'join', mode: 'auto', build: 'object', property: 'payload' };
      const more = [
        { ...join, wires: [['joined']] },
        { id: 'joined', z: 'tab', type: 'helper' },
      ];
      const joined = await loadBench(
        withJoin,
        { ...node, wires: [['out', 'joiner']] },
        [...configNodes(simulator), ...more],
        {
          ...credentials(simulator),
        },
      );
      const list = new Promise<Message>((resolve) => helper.getNode('joined').once('input', resolve));
      await joined.run({ payload: filters });
      const { payload } = await list;
      payload.length.should.equal(count);
      for (const record of payload) record.did.should.be.a.String();
    });
  }

  it('refuses an output that it does not know', async () => {
    const bench = await load({ output: 'pages' });
    const { error } = await bench.run({ payload: 'x' });
    should(error?.error).match({ code: 'GIZ_BAD_INPUT', message: /output cannot be "pages".*array \| page \| each/ });
  });

  it('takes a time in any form as the time of the last activity', async () => {
    const bench = await load({ filters: 'payload', filtersType: 'msg', limit: '1' });
    const { error } = await bench.run({ payload: { liveness_start: '-2d' } });
    should(error).be.undefined();
    const start = Number(/liveness_start=(\d+)/.exec(sent().at(-1) as string)?.[1]);
    start.should.be.approximately(Date.now() / 1000 - 172_800, 60);
  });

  it('sends a record a message with its ids', async () => {
    const bench = await load({ limit: '7', limitType: 'num', output: 'each' });
    const { messages } = await bench.run({ payload: 'x', topic: 't' });
    messages.length.should.equal(7);
    for (const [index, msg] of messages.entries()) {
      msg.did.should.equal(msg.payload.did);
      msg.mac.should.equal(msg.payload.mac);
      msg.topic.should.equal('t');
      msg.parts.should.containEql({ index, len: 1, type: 'array' });
    }
    messages[6].complete.should.be.true();
    messages[6].parts.count.should.equal(7);
    // Metadata is each message's own.
    messages[0].gizwits.mark = 1;
    messages[1].gizwits.should.not.have.property('mark');
  });

  it('turns booleans into the numbers of the API and takes filters from the message', async () => {
    const bench = await load({ filters: 'payload', filtersType: 'msg' });
    const { messages } = await bench.run({ payload: { is_online: true, city: 'Guangzhou' } });
    const [last] = sent().slice(-1);
    const query = new URL(`http://x${last}`).searchParams;
    query.get('is_online')?.should.equal('1');
    query.get('city')?.should.equal('Guangzhou');
    messages[0].payload.length.should.be.above(0);
    for (const device of messages[0].payload) device.should.containEql({ is_online: true, city: 'Guangzhou' });
  });

  it('sends one empty array when nothing was found, in every output', async () => {
    for (const output of ['array', 'page', 'each']) {
      const bench = await load({ filters: '{"city": "Nowhere"}', filtersType: 'json', output });
      const { messages } = await bench.run({ payload: 'x' });
      messages.length.should.equal(1);
      messages[0].payload.should.eql([]);
      if (output !== 'array') {
        messages[0].complete.should.be.true();
        messages[0].parts.count.should.equal(1);
      }
      await stopRuntime();
      await startRuntime();
    }
  });

  it('finds bound and registered users', async () => {
    const bound = await load({ target: 'boundUsers' });
    (await bound.run({ payload: 'x' })).messages[0].payload[0].should.have.property('uid');
    await stopRuntime();
    await startRuntime();
    const registered = await load({ target: 'registeredUsers', limit: '5', limitType: 'num' });
    const { messages } = await registered.run({ payload: 'x' });
    messages[0].payload.length.should.equal(5);
    sent()
      .slice(-1)[0]
      .should.match(/^\/v1\/users\/search/);
  });

  it('refuses wrong filters and numbers before anything is sent', async () => {
    const wrong: [Record<string, unknown>, RegExp][] = [
      [{ filters: '{"colour": "red"}', filtersType: 'json' }, /colour/],
      [{ filters: '{"is_online": "maybe"}', filtersType: 'json' }, /is_online/],
      [{ filters: '{oops', filtersType: 'json' }, /filters/],
      [{ filters: '[1]', filtersType: 'json' }, /filters/],
      [{ filters: '{"__proto__": 1}', filtersType: 'json' }, /__proto__/],
      [{ limit: '-1', limitType: 'num' }, /limit/],
      [{ limit: 'many', limitType: 'num' }, /limit/],
      [{ pageSize: '0', pageSizeType: 'num' }, /pageSize/],
      [{ target: 'planets' }, /target/],
    ];
    for (const [fields, names] of wrong) {
      const bench = await load(fields);
      const before = simulator.requests.length;
      const { messages, error } = await bench.run({ payload: 'x' });
      messages.length.should.equal(0);
      should(error?.error.code).equal('GIZ_BAD_INPUT');
      should(error?.error.message).match(names);
      simulator.requests.length.should.equal(before);
      await stopRuntime();
      await startRuntime();
    }
  });

  it('hands over what has arrived when a later page fails, and then the error', async () => {
    simulator.faults.add({ kind: 'error', code: 5002, match: { operation: 'devices.search' }, skip: 1 });
    const bench = await load({ limit: '0', limitType: 'num', pageSize: '50', pageSizeType: 'num', output: 'page' });
    const { messages, error } = await bench.run({ payload: 'x' });
    should(error?.error.code).equal('GIZ_5002');
    messages.length.should.equal(1);
    messages[0].should.not.have.property('complete');
  });
});
