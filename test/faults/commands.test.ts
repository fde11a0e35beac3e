import should from 'should';
import { createSimulator, type FaultKind, type Simulator } from '../../src/simulator';
import { CommandBench, rowOf } from './support/command-bench';
import { chance, printsSeedOnFailure } from './support/seed';
import { record } from './support/table';

const COMMANDS = 500;
/** A part of the requests that meet the fault; fewer than five in a row, which would open the breaker for half a minute. */
const FAULTY = 0.25;
const LONGEST_ROW = 2;

interface Kind {
  name: string;
  fault: FaultKind & { execute?: boolean };
  /** Endings that may come besides `ok`. */
  may: readonly ('refused' | 'unknown' | 'not-sent')[];
  /** Part of the requests, where the usual part would take too long. */
  part?: number;
  /** Faults at most. */
  most?: number;
  /** A check of the list that this kind is; its row stands under that too. */
  check?: string;
  /** Seconds for one try; short only where the time is the subject, since a busy machine must not decide. */
  timeout?: string;
}

/** Failures of the connection may open the breaker, which then sends nothing for half a minute. */
const CUT_OFF = ['unknown', 'not-sent'] as const;

const error = (code: number): FaultKind => ({ kind: 'error', code });
const status = (code: number, headers?: Record<string, string>): FaultKind => ({
  kind: 'status',
  status: code,
  body: '<h1>error</h1>',
  headers: { 'content-type': 'text/html', ...headers },
});

const kinds: readonly Kind[] = [
  { name: 'slow answer', fault: { kind: 'delay', ms: 60 }, may: [] },
  {
    name: 'answer after the time of the try',
    fault: { kind: 'delay', ms: 1200 },
    may: CUT_OFF,
    part: 0.1,
    timeout: '1',
  },
  { name: 'no answer', fault: { kind: 'hang' }, may: CUT_OFF, part: 0.1, timeout: '1' },
  { name: 'reset before the body is read', fault: { kind: 'resetOnHead' }, may: CUT_OFF },
  { name: 'reset before the answer', fault: { kind: 'resetAfterRequest' }, may: CUT_OFF },
  { name: 'body cut short of its length', fault: { kind: 'cut', framing: 'length' }, may: CUT_OFF },
  { name: 'chunked body cut', fault: { kind: 'cut', framing: 'chunked' }, may: CUT_OFF },
  { name: 'body ended by the connection', fault: { kind: 'cut', framing: 'close' }, may: CUT_OFF },
  { name: 'reset in mid-body', fault: { kind: 'cut', framing: 'length', reset: true }, may: CUT_OFF },
  { name: 'empty 200', fault: { kind: 'empty', status: 200 }, may: [] },
  { name: 'broken JSON', fault: { kind: 'notJson' }, may: ['unknown'] },
  { name: 'login page of a captive portal', fault: { kind: 'html' }, may: ['unknown'] },
  { name: '500', fault: status(500), may: ['unknown'] },
  { name: '502', fault: status(502), may: ['unknown'] },
  { name: '503 with Retry-After', fault: status(503, { 'retry-after': '1' }), may: ['unknown'] },
  { name: '504, carried out all the same', fault: { ...status(504), execute: true }, may: ['unknown'] },
  { name: '404 without a code', fault: status(404), may: ['refused'] },
  { name: 'redirect', fault: { kind: 'redirect', location: 'http://127.0.0.1:9/', status: 307 }, may: ['refused'] },
  { name: 'token unknown (5009), once', fault: error(5009), may: [], part: 0.1, most: 1 },
  { name: 'token unknown (5009), on and on', fault: error(5009), may: ['refused'], part: 0.1 },
  { name: 'tokens expire (5011), once', check: 'T32', fault: { kind: 'expireTokens' }, may: [], part: 0.1, most: 1 },
  { name: 'tokens expire (5011), on and on', fault: { kind: 'expireTokens' }, may: ['refused'], part: 0.02 },
  { name: 'quota spent (5013)', fault: error(5013), may: ['refused', 'not-sent'], part: 0.01 },
  { name: 'device offline (5305)', fault: error(5305), may: ['refused'] },
  { name: 'no remote control (5404)', fault: error(5404), may: ['refused'] },
  { name: 'sending failed (5403)', fault: error(5403), may: ['unknown'] },
  { name: 'inner call failed (5409)', fault: error(5409), may: ['unknown'] },
];

describe('500 commands under each fault', function () {
  this.timeout(60_000);
  printsSeedOnFailure();
  let simulator: Simulator;
  let bench: CommandBench | undefined;

  before(async () => {
    simulator = await createSimulator();
  });
  after(() => simulator.close());
  afterEach(async () => {
    await bench?.unload();
    bench = undefined;
  });

  kinds.forEach(({ name, check, fault, may, part = FAULTY, most = COMMANDS, timeout = '10' }, index) => {
    it(name, async () => {
      bench = await CommandBench.load({ simulator, enterprise: { timeout } });
      const random = chance(name);
      let inARow = 0;
      for (let request = 0; request < COMMANDS; request++) {
        inARow = random() < part && inARow < LONGEST_ROW ? inARow + 1 : 0;
        if (inARow > 0 && simulator.faults.pending.length < most)
          simulator.faults.add({ ...fault, match: { operation: 'device.control' }, skip: request });
      }
      const faults = simulator.faults.pending.length;
      await bench.sendAll(COMMANDS, (number) => (number % 25 === 24 ? 5 + random() * 10 : 0));
      await bench.allEnded(40_000);
      const tally = bench.tally();
      record(rowOf(`G1.${index + 1}`, name, tally));
      if (check) record(rowOf(check, name, tally));
      should(faults).be.above(0);
      should(tally).containEql({ inputs: COMMANDS, lost: 0, doubled: 0 });
      should(tally.executed).be.belowOrEqual(COMMANDS);
      const { refused, unknown, notSent } = tally;
      for (const [end, count] of Object.entries({ refused, unknown, 'not-sent': notSent })) {
        if (!(may as readonly string[]).includes(end)) should(count).equal(0, `${count} inputs ended as ${end}`);
      }
    });
  });
});
