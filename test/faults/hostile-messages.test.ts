import helper from 'node-red-node-test-helper';
import should from 'should';
import control from '../../nodes/gizwits-control';
import getDid from '../../nodes/gizwits-get-did';
import history from '../../nodes/gizwits-history';
import search from '../../nodes/gizwits-search';
import { closeAccounts } from '../../nodes/shared/open-account';
import { createSimulator, type Simulator } from '../../src/simulator';
import { configNodes, credentials, loadBench, type NodeSet, startRuntime, stopRuntime } from '../support/flows';
import { Endings } from './support/endings';
import { ProcessSpy } from './support/process-spy';
import { record } from './support/table';

const DID = 'Mavn3NpqLZ32XDEjWYb83h';

function cyclic(): Record<string, unknown> {
  const value: Record<string, unknown> = { switch: true };
  value.self = value;
  return value;
}

function deep(levels: number): unknown {
  let value: unknown = true;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { switch: value };
  return value;
}

const throwing = (): never => {
  throw new Error('no such luck');
};

const trap = (): unknown => new Proxy({}, { get: throwing, ownKeys: throwing, getOwnPropertyDescriptor: throwing });

/** Messages that Function nodes can make; each has a `number` of its own put on it. */
const messages: readonly [name: string, make: () => Record<string, unknown>][] = [
  ['cyclic payload', () => ({ did: DID, payload: cyclic() })],
  ['payload nested 4000 deep', () => ({ did: DID, payload: deep(4000) })],
  ['other property nested 4000 deep', () => ({ did: DID, payload: { switch: true }, other: deep(4000) })],
  ['payload that throws', () => ({ did: DID, payload: trap() })],
  ['did that throws', () => ({ did: trap(), payload: { switch: true } })],
  ['big integer', () => ({ did: DID, payload: { switch: 1n } })],
  ['symbol', () => ({ did: Symbol('x'), payload: Symbol('y') })],
  ['function', () => ({ did: () => DID, payload: () => true })],
  ['no payload at all', () => ({})],
  ['null and prototype names', () => ({ did: null, payload: JSON.parse('{"__proto__":{"x":1},"constructor":1}') })],
  ['metadata of an odd form', () => ({ did: DID, payload: { switch: true }, gizwits: 'text', parts: 7 })],
  ['list of everything', () => ({ did: [DID, null, {}, cyclic(), 7, trap()], payload: { switch: true } })],
  ['lone surrogates', () => ({ did: '\ud800', payload: { switch: '\udfff' } })],
  [
    'metadata that throws',
    () => Object.defineProperty({ did: DID, payload: { switch: true } }, 'gizwits', { get: throwing, set: throwing }),
  ],
  ['frozen', () => ({ did: DID, payload: { switch: true }, frozen: true })],
  ['empty without a prototype', () => Object.assign(Object.create(null), { did: DID, payload: { switch: true } })],
];

const sets: readonly [type: string, set: NodeSet, fields: Record<string, unknown>][] = [
  ['gizwits-control', control, {}],
  ['gizwits-control', control, { validate: false, value: '$eval(payload)', valueType: 'jsonata' }],
  ['gizwits-get-did', getDid, {}],
  ['gizwits-search', search, { filters: 'payload', filtersType: 'msg', limit: 3 }],
  ['gizwits-history', history, { output: 'each', limit: 3, limitType: 'num' }],
  ['gizwits-history', history, { start: '$error("thrown")', startType: 'jsonata' }],
];

describe('hostile messages', function () {
  this.timeout(30_000);
  let simulator: Simulator;
  let spy: ProcessSpy;

  before(async () => {
    simulator = await createSimulator();
  });
  after(() => simulator.close());
  beforeEach(async () => {
    spy = new ProcessSpy();
    await startRuntime();
  });
  afterEach(async () => {
    spy.stop();
    await stopRuntime();
    await closeAccounts();
  });

  for (const [type, set, fields] of sets) {
    it(`${type} ${JSON.stringify(fields)} ends each one exactly once, and the runtime lives`, async () => {
      const bench = await loadBench(set, { type, ...fields }, configNodes(simulator), credentials(simulator));
      await bench.run({ did: DID, payload: { switch: true } });
      const endings = new Endings('n');
      try {
        messages.forEach(([, make], number) => {
          const msg = Object.assign(make(), { _msgid: `m${number}`, number });
          helper.getNode('n').receive((msg.frozen ? Object.freeze(msg) : msg) as never);
        });
        await endings.wait(messages.length, 15_000);
        await new Promise((resolve) => setTimeout(resolve, 200));
        const lost = messages.filter((_, number) => !endings.byNumber.has(number)).map(([name]) => name);
        const note = Object.entries(endings.codes).map(([code, times]) => `${code} ×${times}`);
        const what = `hostile messages to ${type} ${Object.values(fields).join(' ')}`.slice(0, 60);
        const { doubled } = endings;
        record({
          check: 'E93',
          fault: what,
          inputs: messages.length,
          lost: lost.length,
          doubled,
          note: note.join(', '),
        });
        should(lost).eql([]);
        should(doubled).equal(0);
        should(spy.seen).eql([]);
        // It works on as before.
        await bench.run({ did: DID, payload: { switch: true } });
      } finally {
        endings.stop();
      }
    });
  }

  const ids = [
    '..',
    '.',
    '%2e%2e',
    'a/b',
    'a?b',
    'a#b',
    'a b',
    'a\r\nHost: b',
    '\u0000',
    '\ud800',
    'x'.repeat(10_240),
    ['..'],
    { toString: () => DID },
    1.5,
    true,
    '',
  ];
  const fields: readonly [type: string, set: NodeSet, node: Record<string, unknown>][] = [
    ['gizwits-control', control, { value: '{"switch":true}', valueType: 'json' }],
    ['gizwits-get-did', getDid, { mac: 'did' }],
    ['gizwits-history', history, {}],
    ['gizwits-search', search, { filters: '{"gid":did}', filtersType: 'jsonata' }],
  ];
  for (const [type, set, node] of fields) {
    it(`${type} sends no id that could change the request`, async () => {
      const bench = await loadBench(set, { type, ...node }, configNodes(simulator), credentials(simulator));
      await bench.run({ did: DID, payload: 1 });
      const devicePaths = (): number => simulator.requests.filter(({ path }) => !path.includes('datapoints')).length;
      const before = devicePaths();
      const codes: string[] = [];
      for (const did of ids) {
        const { error, messages: sent } = await bench.run({ did, payload: 1 });
        codes.push(error?.error.code ?? sent[0]?.payload?.results?.[0]?.error?.code ?? 'ok');
      }
      // An absent group is no filter at all, and a group's name has a shape of its own.
      const refused = codes.filter((code) => code === 'GIZ_BAD_INPUT').length;
      record({ check: 'E90', fault: `ids that fit no path, to ${type}`, inputs: ids.length, notSent: refused });
      if (type !== 'gizwits-search') {
        should(codes.every((code) => code === 'GIZ_BAD_INPUT')).be.true(codes.join(' '));
        devicePaths().should.equal(before);
      }
      for (const { path } of simulator.requests) path.should.match(/^\/v1\/[\w\-./?=&%:+]*$/);
      should(spy.seen).eql([]);
    });
  }
});
