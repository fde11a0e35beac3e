import should from 'should';
import { Breaker } from '../../src/cloud/breaker';
import { callMetaOf } from '../../src/cloud/caller';
import type { CloudError } from '../../src/cloud/errors';
import { silentLogger } from '../../src/cloud/logger';
import { RetryBudget } from '../../src/cloud/retry-budget';
import { backOffMs } from '../../src/cloud/retry-policy';
import { record } from '../faults/support/table';
import { account, commandOf, outcomeOf, readOf, vendorError, withScope } from '../support/account';
import { networkFailure, type ScriptedAnswer, ScriptedSender } from '../support/scripted-sender';
import { VirtualClock } from '../support/virtual-clock';

/** Jitter pinned to its maximum, as in the retry tables of the AWS SDKs. */
class PinnedClock extends VirtualClock {
  override random(): number {
    return 1;
  }
}

interface Row {
  says: string;
  answers: ScriptedAnswer[];
  command?: true;
  /** `ok` or the error's code, tries, and the pauses between them in milliseconds. */
  ends: string;
  tries: number;
  pauses: number[];
  outcome?: string;
}

const OK: ScriptedAnswer = { body: { fine: true } };
const LOST: ScriptedAnswer = { error: networkFailure('unknown') };
const UNSENT: ScriptedAnswer = { error: networkFailure('not-sent') };
const status = (code: number, headers: Record<string, string> = {}): ScriptedAnswer => ({
  status: code,
  body: '{}',
  headers,
});
const vendor = (code: number, http = 400): ScriptedAnswer => ({ status: http, body: vendorError(code) });

const TABLE: Row[] = [
  { says: 'a success is not repeated', answers: [OK], ends: 'ok', tries: 1, pauses: [] },
  { says: 'a read is repeated after a reset', answers: [LOST, OK], ends: 'ok', tries: 2, pauses: [500] },
  {
    says: 'a read is tried three times',
    answers: [LOST, LOST, LOST, OK],
    ends: 'GIZ_NETWORK',
    tries: 3,
    pauses: [500, 1000],
  },
  { says: 'a read is repeated after 500', answers: [status(500), OK], ends: 'ok', tries: 2, pauses: [500] },
  {
    says: 'a read is repeated after 502 and 503',
    answers: [status(502), status(503), OK],
    ends: 'ok',
    tries: 3,
    pauses: [500, 1000],
  },
  { says: 'a read is repeated after 504', answers: [status(504), OK], ends: 'ok', tries: 2, pauses: [500] },
  { says: 'a read is repeated after 408', answers: [status(408), OK], ends: 'ok', tries: 2, pauses: [500] },
  {
    says: 'a read is not repeated after 501',
    answers: [status(501), OK],
    ends: 'GIZ_BAD_RESPONSE',
    tries: 1,
    pauses: [],
  },
  {
    says: 'a read is not repeated after 404',
    answers: [status(404), OK],
    ends: 'GIZ_BAD_RESPONSE',
    tries: 1,
    pauses: [],
  },
  {
    says: 'a read waits as long as asked',
    answers: [status(503, { 'retry-after': '7' }), OK],
    ends: 'ok',
    tries: 2,
    pauses: [7000],
  },
  {
    says: 'a negative pause counts as none',
    answers: [status(503, { 'retry-after': '-5' }), OK],
    ends: 'ok',
    tries: 2,
    pauses: [500],
  },
  {
    says: 'a pause of nothing leaves the jitter',
    answers: [status(503, { 'retry-after': '0' }), OK],
    ends: 'ok',
    tries: 2,
    pauses: [500],
  },
  {
    says: 'a pause longer than reads may wait ends the call',
    answers: [status(503, { 'retry-after': '120' }), OK],
    ends: 'GIZ_BAD_RESPONSE',
    tries: 1,
    pauses: [],
  },
  {
    says: 'a read is repeated after the vendor’s passing trouble',
    answers: [vendor(5409, 500), OK],
    ends: 'ok',
    tries: 2,
    pauses: [500],
  },
  {
    says: 'a read is not repeated after a refusal',
    answers: [vendor(5301, 404), OK],
    ends: 'GIZ_5301',
    tries: 1,
    pauses: [],
    outcome: 'refused',
  },
  {
    says: 'a refusal with a 5xx is still the vendor’s',
    answers: [vendor(5014, 503), OK],
    ends: 'GIZ_5014',
    tries: 1,
    pauses: [],
  },
  { says: 'half a JSON text is repeated', answers: [{ body: '{"a":' }, OK], ends: 'ok', tries: 2, pauses: [500] },
  {
    says: 'a web page is not repeated',
    answers: [{ body: '<html>' }, OK],
    ends: 'GIZ_BAD_RESPONSE',
    tries: 1,
    pauses: [],
  },
  {
    says: 'a read that is never answered is repeated',
    answers: [{ hang: true }, OK],
    ends: 'ok',
    tries: 2,
    pauses: [30_500],
  },
  {
    says: 'a command that may have been sent is not repeated',
    command: true,
    answers: [LOST, OK],
    ends: 'GIZ_OUTCOME_UNKNOWN',
    tries: 1,
    pauses: [],
    outcome: 'unknown',
  },
  {
    says: 'a command that was never sent is repeated',
    command: true,
    answers: [UNSENT, UNSENT, OK],
    ends: 'ok',
    tries: 3,
    pauses: [500, 1000],
  },
  {
    says: 'a command that is never answered is unknown',
    command: true,
    answers: [{ hang: true }, OK],
    ends: 'GIZ_OUTCOME_UNKNOWN',
    tries: 1,
    pauses: [],
    outcome: 'unknown',
  },
  {
    says: 'a command is unknown after 500',
    command: true,
    answers: [status(500), OK],
    ends: 'GIZ_OUTCOME_UNKNOWN',
    tries: 1,
    pauses: [],
    outcome: 'unknown',
  },
  {
    says: 'a command is unknown after 503 with a pause',
    command: true,
    answers: [status(503, { 'retry-after': '1' }), OK],
    ends: 'GIZ_OUTCOME_UNKNOWN',
    tries: 1,
    pauses: [],
    outcome: 'unknown',
  },
  {
    says: 'a command is unknown after 500/5409',
    command: true,
    answers: [vendor(5409, 500), OK],
    ends: 'GIZ_OUTCOME_UNKNOWN',
    tries: 1,
    pauses: [],
    outcome: 'unknown',
  },
  {
    says: 'a refused command stays refused',
    command: true,
    answers: [vendor(5305), OK],
    ends: 'GIZ_5305',
    tries: 1,
    pauses: [],
    outcome: 'refused',
  },
  {
    says: 'an empty answer to a command is a success',
    command: true,
    answers: [{ body: '' }],
    ends: 'ok',
    tries: 1,
    pauses: [],
  },
];

describe('retry policy', () => {
  for (const row of TABLE) {
    it(row.says, async () => {
      const clock = new PinnedClock();
      const sender = new ScriptedSender(clock, (_request, index) => row.answers[index] as ScriptedAnswer);
      const caller = account(sender, clock);
      const ending = outcomeOf(caller.call(row.command ? commandOf('/x') : readOf('/x')));
      await clock.advance(600_000);
      const end = await ending;
      should(end === 'ok' ? 'ok' : end.code).equal(row.ends);
      if (row.outcome) should((end as CloudError).outcome).equal(row.outcome);
      sender.sent.length.should.equal(row.tries);
      if (end !== 'ok') should(callMetaOf(end)?.attempts).equal(row.tries);
      const pauses = sender.sent.slice(1).map(({ at }, index) => at - (sender.sent[index] as { at: number }).at);
      pauses.should.deepEqual(row.pauses);
      clock.timers.should.equal(0);
      await caller.close();
    });
  }

  it('repeats a call that is reauthenticated once, and a second refusal comes out', async () => {
    const clock = new PinnedClock();
    let logins = 0;
    const sender = new ScriptedSender(clock, (request) =>
      request.path.startsWith('/login')
        ? { body: { token: `t${++logins}`, expired_at: 0 } }
        : { status: 400, body: vendorError(5011) },
    );
    const caller = account(sender, clock);
    const ending = outcomeOf(caller.call(withScope(commandOf('/x'))));
    await clock.advance(1000);
    should(await ending).match({ code: 'GIZ_5011', outcome: 'refused' });
    sender.paths.should.deepEqual(['/login/pk', '/x', '/login/pk', '/x']);
  });

  it('spreads the tries of a thousand callers that failed together', () => {
    const clock = new VirtualClock();
    const bins = new Array<number>(10).fill(0);
    for (let index = 0; index < 1000; index++) {
      const bin = Math.floor(backOffMs(1, clock.random()) / 50);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    record({
      check: 'H28',
      fault: 'a thousand fail together',
      inputs: 1000,
      note: `largest bin of 50 ms: ${Math.max(...bins)}`,
    });
    Math.max(...bins).should.be.below(300);
    Math.min(...bins).should.be.above(50);
  });
});

describe('retry budget', () => {
  it('adds at most a tenth to the calls of an outage, and recovers with successes', () => {
    const budget = new RetryBudget();
    let repeats = 0;
    for (let call = 0; call < 10_000; call++) {
      for (let again = 0; again < 2; again++) if (budget.take()) repeats++;
    }
    repeats.should.equal(10);
    for (let call = 0; call < 10_000; call++) {
      budget.success();
      if (call % 2 === 0 && budget.take()) repeats++;
    }
    repeats.should.be.below(1015);
    for (let call = 0; call < 100; call++) budget.success();
    budget.left.should.equal(100);
  });

  it('holds for an account: ten thousand reads against failing answers are eleven thousand calls at most', async () => {
    const clock = new VirtualClock();
    const sender = new ScriptedSender(clock, () => status(500));
    const caller = account(sender, clock, {
      settings: { timeoutMs: 1000, concurrency: 50, queue: 10_000, maxWaitMs: 60_000, quotaPerHour: 1_000_000 },
    });
    const calls = Array.from({ length: 10_000 }, () => outcomeOf(caller.call(readOf('/x'))));
    await clock.advance(60_000);
    const ends = await Promise.all(calls);
    should(ends.every((end) => end !== 'ok' && end.code === 'GIZ_BAD_RESPONSE')).be.true();
    const note = `${sender.sent.length} requests`;
    record({ check: 'H23', fault: 'outage under ten thousand reads', inputs: 10_000, unknown: 10_000, lost: 0, note });
    sender.sent.length.should.be.within(10_001, 11_000);
  });
});

describe('breaker', () => {
  const FIVE = 5;

  it('opens after five failures in a row, lets one of a thousand probe after 30 s, and closes on its answer', async () => {
    const clock = new VirtualClock();
    const events: string[] = [];
    const log = { info: (text: string) => events.push(text), warn: (text: string) => events.push(text) };
    const sender = new ScriptedSender(clock, () => UNSENT);
    const caller = account(sender, clock, { log });
    for (let index = 0; index < 3; index++) {
      const ending = outcomeOf(caller.call(readOf('/x')));
      await clock.advance(5000);
      should(await ending).match({ code: 'GIZ_NETWORK' });
    }
    sender.sent.length.should.equal(FIVE);
    should(await outcomeOf(caller.call(readOf('/x')))).match({
      code: 'GIZ_NETWORK',
      textKey: 'errors.networkCases.breaker',
      outcome: 'not-sent',
      retryable: true,
    });
    caller.state().stopped.should.be.true();
    await clock.advance(31_000);
    sender.behave(() => ({ ...OK, delayMs: 1000 }));
    const thousand = Array.from({ length: 1000 }, () => outcomeOf(caller.call(readOf('/x'))));
    await clock.advance(500);
    sender.sent.length.should.equal(FIVE + 1);
    await clock.advance(1000);
    const ends = await Promise.all(thousand);
    const ok = ends.filter((end) => end === 'ok').length;
    record({ check: 'H24', fault: 'breaker: a thousand at the probe', inputs: 1000, ok, notSent: 1000 - ok, lost: 0 });
    ok.should.equal(1);
    should(await settled(clock, outcomeOf(caller.call(readOf('/x'))))).equal('ok');
    events.length.should.equal(2);
  });

  it('doubles its pause with each probe that fails, to five minutes', async () => {
    const clock = new VirtualClock();
    const breaker = new Breaker(clock, 'cloud.test', silentLogger);
    for (let index = 0; index < FIVE; index++) breaker.failed({});
    const pauses: number[] = [];
    for (let round = 0; round < 6; round++) {
      const since = clock.mono();
      const probe = {};
      while (breaker.admit(probe)) await clock.advance(1000);
      pauses.push((clock.mono() - since) / 1000);
      should(breaker.admit({})).not.be.undefined();
      breaker.failed(probe);
    }
    pauses.should.deepEqual([30, 60, 120, 240, 300, 300]);
  });

  it('is not opened by answers, whatever they say, nor by failures that are not in a row', () => {
    const breaker = new Breaker(new VirtualClock(), 'cloud.test', silentLogger);
    for (let index = 0; index < 20; index++) {
      for (let again = 0; again < FIVE - 1; again++) breaker.failed({});
      breaker.answered();
    }
    breaker.open.should.be.false();
  });

  it('gives the probe to another call when the first one ends for reasons of its own', async () => {
    const clock = new VirtualClock();
    const breaker = new Breaker(clock, 'cloud.test', silentLogger);
    for (let index = 0; index < FIVE; index++) breaker.failed({});
    await clock.advance(30_000);
    const closed = {};
    should(breaker.admit(closed)).be.undefined();
    should(breaker.admit({})).not.be.undefined();
    breaker.abandoned(closed);
    should(breaker.admit({})).be.undefined();
  });
});

async function settled<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  await clock.advance(2000);
  return promise;
}
