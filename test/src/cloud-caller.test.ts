import should from 'should';
import { type Caller, type CallerOptions, callMetaOf } from '../../src/cloud/caller';
import type { CloudError } from '../../src/cloud/errors';
import { record } from '../faults/support/table';
import { account, commandOf, outcomeOf, readOf, vendorError, withScope } from '../support/account';
import { networkFailure, type ScriptedCloud, ScriptedSender } from '../support/scripted-sender';
import { VirtualClock } from '../support/virtual-clock';

interface Bench {
  clock: VirtualClock;
  sender: ScriptedSender;
  caller: Caller;
}

function bench(cloud: ScriptedCloud = () => ({ body: { fine: true } }), options: Partial<CallerOptions> = {}): Bench {
  const clock = new VirtualClock();
  const sender = new ScriptedSender(clock, cloud);
  return { clock, sender, caller: account(sender, clock, options) };
}

const settings = { timeoutMs: 30_000, concurrency: 10, queue: 10_000, maxWaitMs: 60_000 };
const quotaHeaders = (remaining: number, limit = 3600, resetIn = 1800): Record<string, string> => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(resetIn),
});

describe('a call', () => {
  it('tells what it cost', async () => {
    const { clock, caller } = bench((_request, index) =>
      index === 0 ? { error: networkFailure() } : { body: [1], delayMs: 250, headers: quotaHeaders(77) },
    );
    const call = caller.call(readOf('/x'));
    await clock.advance(2000);
    const result = await call;
    should(result).match({ body: [1], statusCode: 200, attempts: 2, quota: { limit: 3600, remaining: 77 } });
    result.waitedMs.should.be.within(0, 500);
    result.elapsedMs.should.be.within(result.waitedMs + 250, result.waitedMs + 251);
    // Half an hour after the answer, which came a quarter of a second after the pause; to the second.
    const answeredAt = Date.UTC(2026, 0, 5, 8) + result.elapsedMs;
    should(result.quota?.resetAt).equal(new Date(Math.round((answeredAt + 1_800_000) / 1000) * 1000).toISOString());
  });

  it('tells the same with its error, beside it', async () => {
    const { clock, caller } = bench(() => ({
      status: 404,
      body: vendorError(5301),
      delayMs: 10,
      headers: quotaHeaders(5),
    }));
    const ending = outcomeOf(caller.call(readOf('/x')));
    await clock.advance(100);
    const error = await ending;
    should(callMetaOf(error)).match({
      statusCode: 404,
      attempts: 1,
      waitedMs: 0,
      elapsedMs: 10,
      quota: { remaining: 5 },
    });
    Object.keys(error).should.not.containEql('meta');
    should(callMetaOf(new Error('other'))).be.undefined();
    should(callMetaOf(undefined)).be.undefined();
  });

  it('has no quota to tell when the cloud reports none', async () => {
    const { clock, caller } = bench();
    const call = caller.call(readOf('/x'));
    await clock.advance(1);
    Object.keys(await call).should.not.containEql('quota');
  });

  it('fails with an error of ours, free of secrets, whatever its own functions throw', async () => {
    const { clock, caller, sender } = bench(undefined, { secrets: ['geheim123'] });
    const building = outcomeOf(
      caller.call({
        ...readOf('/x'),
        build: () => {
          throw new TypeError('bad geheim123');
        },
      }),
    );
    const reading = outcomeOf(
      caller.call({
        ...readOf('/x'),
        read: () => {
          throw new TypeError('worse geheim123');
        },
      }),
    );
    await clock.advance(1000);
    for (const end of [await building, await reading]) {
      should(end).match({ code: 'GIZ_INTERNAL', textParams: { reason: /\*\*\*$/ } });
    }
    sender.sent.length.should.equal(1);
    caller.state().inFlight.should.equal(0);
  });

  it('says why it waits', async () => {
    const waits: string[] = [];
    const { clock, caller } = bench(
      (request, index) => {
        if (request.path.startsWith('/login')) return { body: { token: 'abc1', expired_at: 0 }, delayMs: 100 };
        return index === 2
          ? { error: networkFailure() }
          : { body: {}, delayMs: 1000, headers: quotaHeaders(100, 3600, 10) };
      },
      { settings: { ...settings, concurrency: 1 } },
    );
    const first = caller.call(readOf('/first'));
    const call = caller.call({
      ...withScope(readOf('/x')),
      onWait: ({ reason, ms }) => waits.push(`${reason} ${ms > 0}`),
    });
    await clock.advance(60_000);
    await Promise.all([first, call]);
    waits.should.deepEqual(['login false', 'quota true', 'retry true']);
  });
});

describe('a command', () => {
  it('goes on a fresh connection, everything else on a kept one', async () => {
    const { clock, caller, sender } = bench();
    const calls = [caller.call(readOf('/r')), caller.call(commandOf('/c'))];
    await clock.advance(10);
    await Promise.all(calls);
    sender.sent.map(({ fresh }) => fresh).should.deepEqual([false, true]);
  });

  it('that grows too old in the queue is not sent, and says so on time', async () => {
    const { clock, caller, sender } = bench(() => ({ hang: true }), { settings: { ...settings, concurrency: 1 } });
    const slow = outcomeOf(caller.call(readOf('/slow')));
    const command = outcomeOf(caller.call(commandOf('/c', { deadlineMs: 5000 })));
    await clock.advance(5100);
    should(await command).match({ code: 'GIZ_EXPIRED', outcome: 'not-sent' });
    sender.paths.should.deepEqual(['/slow']);
    record({ check: 'H26', fault: 'command too old in the queue', inputs: 1, notSent: 1, executed: 0, lost: 0 });
    await caller.close();
    should(await slow).match({ code: 'GIZ_CLOSED' });
  });

  it('that grows too old in a pause between tries ends with what went wrong', async () => {
    const { clock, caller, sender } = bench(() => ({ error: networkFailure('not-sent') }));
    const command = outcomeOf(caller.call(commandOf('/c', { deadlineMs: 300 })));
    await clock.advance(20_000);
    const end = await command;
    should(end).match({ outcome: 'not-sent' });
    should(['GIZ_NETWORK', 'GIZ_EXPIRED']).containEql((end as CloudError).code);
    for (const { at } of sender.sent) at.should.be.belowOrEqual(300);
    record({ check: 'H26', fault: 'command in a pause between tries', inputs: 1, notSent: 1, executed: 0, lost: 0 });
  });

  it('is not sent late after the machine has slept, though the monotonic clock stood still', async () => {
    const { clock, caller, sender } = bench((request) => ({ body: {}, delayMs: request.path === '/slow' ? 1000 : 0 }), {
      settings: { ...settings, concurrency: 1 },
    });
    const slow = outcomeOf(caller.call(readOf('/slow')));
    const command = outcomeOf(caller.call(commandOf('/c')));
    await clock.advance(500);
    clock.jumpWall(60_000);
    await clock.advance(1000);
    should(await command).match({ code: 'GIZ_EXPIRED', outcome: 'not-sent' });
    should(await slow).equal('ok');
    sender.paths.should.deepEqual(['/slow']);
    record({ check: 'H26', fault: 'command while the machine slept', inputs: 1, notSent: 1, executed: 0, lost: 0 });
  });

  it('is not sent late when timers come late after a jump of the monotonic clock', async () => {
    const { clock, caller, sender } = bench((request) => ({ body: {}, delayMs: request.path === '/slow' ? 1000 : 0 }), {
      settings: { ...settings, concurrency: 1 },
    });
    const slow = outcomeOf(caller.call(readOf('/slow')));
    const command = outcomeOf(caller.call(commandOf('/c')));
    clock.jumpMono(60_000);
    await clock.advance(2000);
    should(await command).match({ code: 'GIZ_EXPIRED' });
    should(await slow).equal('ok');
    sender.paths.should.deepEqual(['/slow']);
    record({ check: 'H26', fault: 'command with late timers', inputs: 1, notSent: 1, executed: 0, lost: 0 });
  });

  it('refused for the quota waits by the reset alone, when the cloud tells nothing else', async () => {
    const { clock, sender, caller } = bench((_request, index) =>
      index === 0
        ? { status: 403, body: vendorError(5013), headers: { 'x-ratelimit-reset': '20' } }
        : { body: { fine: true } },
    );
    const drawn = outcomeOf(caller.call(readOf('/x')));
    await clock.advance(19_000);
    sender.sent.length.should.equal(1);
    await clock.advance(9000);
    should(await drawn).equal('ok');
  });

  it('that the rest of a spent hour is spread over says so, and one of a spent hour says that', async () => {
    const { clock, caller } = bench(() => ({ body: {}, headers: quotaHeaders(40) }), {
      settings: { ...settings, maxWaitMs: 0 },
    });
    await clock.advance(0);
    await Promise.all([caller.call(readOf('/x')), clock.advance(10)]);
    const read = await outcomeOf(caller.call(readOf('/x')));
    should(read).match({ code: 'GIZ_QUOTA', textKey: 'errors.quotaPaced', outcome: 'not-sent' });
  });

  it('refused for the quota fails at once with the time to wait, and so do those that follow', async () => {
    const { clock, caller, sender } = bench(() => ({
      status: 403,
      body: vendorError(5013),
      headers: quotaHeaders(0, 3600, 600),
    }));
    const first = outcomeOf(caller.call(commandOf('/c')));
    await clock.advance(10);
    const drawn = await first;
    should(drawn).match({ code: 'GIZ_QUOTA', vendorCode: 5013, statusCode: 403, outcome: 'refused', retryable: true });
    should((drawn as CloudError).retryAfterMs).be.within(600_000, 607_000);
    should(await outcomeOf(caller.call(commandOf('/c')))).match({ code: 'GIZ_QUOTA', outcome: 'not-sent' });
    sender.sent.length.should.equal(1);
  });

  it('refused for its token is made once more with another, not twice', async () => {
    let valid = 'none';
    let logins = 0;
    const { clock, caller, sender } = bench((request) => {
      if (request.path.startsWith('/login')) {
        valid = `tok${++logins}`;
        return { body: { token: valid, expired_at: 0 } };
      }
      return request.headers?.authorization === `token ${valid}`
        ? { body: {} }
        : { status: 400, body: vendorError(5009) };
    });
    caller.seedToken('pk', 'old1', clock.now() + 1e9);
    const call = caller.call(withScope(commandOf('/c')));
    await clock.advance(100);
    should(await call).match({ attempts: 2, statusCode: 200 });
    sender.paths.should.deepEqual(['/c', '/login/pk', '/c']);
  });
});

describe('commands in sequence', () => {
  it('are made one after the other, in order, whatever time each takes', async () => {
    const { clock, caller, sender } = bench(() => ({ body: {}, delayMs: clock.random() * 40 }));
    const calls: Promise<unknown>[] = [];
    for (let index = 0; index < 100; index++) {
      for (const device of ['a', 'b', 'c']) {
        calls.push(caller.call(commandOf(`/${device}/${index}`, { sequence: device })));
      }
    }
    await clock.advance(5000);
    await Promise.all(calls);
    for (const device of ['a', 'b', 'c']) {
      const order = sender.paths.filter((path) => path.startsWith(`/${device}/`)).map((path) => Number(path.slice(3)));
      order.should.deepEqual(Array.from({ length: 100 }, (_, index) => index));
    }
    const counts = { inputs: 300, ok: 300, executed: sender.sent.length, lost: 0, doubled: 0 };
    record({ check: 'Q48', fault: 'commands of three devices', ...counts, note: 'each in order' });
    sender.mostInFlight.should.equal(3);
    clock.timers.should.be.belowOrEqual(2);
  });

  it('do not wait for one that hangs', async () => {
    const { clock, caller, sender } = bench((request) => (request.path === '/on' ? { hang: true } : { body: {} }));
    const on = outcomeOf(caller.call(commandOf('/on', { sequence: 'a' })));
    await clock.advance(100);
    const off = outcomeOf(caller.call(commandOf('/off', { sequence: 'a' })));
    const last = outcomeOf(caller.call(commandOf('/last', { sequence: 'a' })));
    await clock.advance(4000);
    should([await off, await last]).deepEqual(['ok', 'ok']);
    sender.paths.should.deepEqual(['/on', '/off', '/last']);
    await clock.advance(60_000);
    should(await on).match({ code: 'GIZ_OUTCOME_UNKNOWN' });
    const again = outcomeOf(caller.call(commandOf('/again', { sequence: 'a' })));
    await clock.advance(10);
    should(await again).equal('ok');
  });

  it('go on when one of them is taken out while it waits', async () => {
    const { clock, caller, sender } = bench(() => ({ body: {}, delayMs: 100 }));
    const node = new AbortController();
    const ends = ['1', '2', '3'].map((name) =>
      outcomeOf(
        caller.call(commandOf(`/${name}`, { sequence: 'a', ...(name === '2' ? { signal: node.signal } : {}) })),
      ),
    );
    await clock.advance(10);
    node.abort();
    await clock.advance(1000);
    const [first, second, third] = await Promise.all(ends);
    should([first, third]).deepEqual(['ok', 'ok']);
    should(second).match({ code: 'GIZ_CLOSED', outcome: 'not-sent' });
    sender.paths.should.deepEqual(['/1', '/3']);
  });
});

describe('the end of a node', () => {
  it('ends its calls wherever they are, and no others', async () => {
    const { clock, caller, sender } = bench(
      (request) => (request.path === '/hang' || request.path === '/c' ? { hang: true } : { error: networkFailure() }),
      {
        settings: { ...settings, concurrency: 3 },
      },
    );
    const node = new AbortController();
    const { signal } = node;
    const retrying = outcomeOf(caller.call(readOf('/retry', { signal })));
    await clock.advance(1);
    const reading = outcomeOf(caller.call(readOf('/hang', { signal })));
    const commanding = outcomeOf(caller.call(commandOf('/c', { signal })));
    const other = outcomeOf(caller.call(readOf('/hang')));
    const queued = outcomeOf(caller.call(readOf('/queued', { signal })));
    await clock.advance(1);
    node.abort();
    await clock.advance(0);
    should(await retrying).match({ code: 'GIZ_CLOSED', outcome: 'not-sent' });
    should(await reading).match({ code: 'GIZ_CLOSED', outcome: 'unknown' });
    should(await commanding).match({ code: 'GIZ_OUTCOME_UNKNOWN', outcome: 'unknown' });
    should(await queued).match({ code: 'GIZ_CLOSED', outcome: 'not-sent' });
    should(await outcomeOf(caller.call(readOf('/late', { signal })))).match({
      code: 'GIZ_CLOSED',
      outcome: 'not-sent',
    });
    sender.inFlight.should.equal(1);
    const ends = { inputs: 5, unknown: 2, notSent: 3, lost: 0 };
    record({ check: 'H25', fault: 'node closed in pause, try, queue', ...ends, note: 'the other node goes on' });
    await caller.close();
    should(await other).match({ code: 'GIZ_CLOSED' });
  });

  it('costs one listener a signal, not one a call', async () => {
    const { clock, caller } = bench();
    const node = new AbortController();
    let listeners = 0;
    const { addEventListener } = node.signal;
    node.signal.addEventListener = function (this: AbortSignal, ...rest: Parameters<typeof addEventListener>) {
      listeners++;
      return addEventListener.apply(this, rest);
    } as typeof addEventListener;
    for (let index = 0; index < 100; index++) void caller.call(readOf('/x', { signal: node.signal }));
    await clock.advance(10);
    listeners.should.equal(1);
  });
});

describe('the end of an account', () => {
  it('ends every call exactly once and leaves no timer', async () => {
    const { clock, caller, sender } = bench((request) =>
      request.path.startsWith('/login') ? { body: { token: 'abcd', expired_at: 0 }, delayMs: 5000 } : { hang: true },
    );
    const ends: Promise<CloudError | 'ok'>[] = [];
    for (let index = 0; index < 50; index++) {
      ends.push(outcomeOf(caller.call(readOf('/r'))));
      ends.push(outcomeOf(caller.call(commandOf('/c', { sequence: 'a' }))));
      ends.push(outcomeOf(caller.call(withScope(readOf('/t')))));
    }
    await clock.advance(1000);
    await caller.close();
    const codes = new Set((await Promise.all(ends)).map((end) => (end === 'ok' ? end : end.code)));
    [...codes].sort().should.deepEqual(['GIZ_CLOSED', 'GIZ_OUTCOME_UNKNOWN']);
    should(await outcomeOf(caller.call(readOf('/late')))).match({ code: 'GIZ_CLOSED', outcome: 'not-sent' });
    sender.closed.should.be.true();
    clock.timers.should.equal(0);
    sender.inFlight.should.equal(0);
  });
});

describe('new settings', () => {
  it('hold from the next call on, over another transport, and tokens and quota stay', async () => {
    const cloud: ScriptedCloud = (request) =>
      request.path.startsWith('/login')
        ? { body: { token: 'abcd', expired_at: 0 } }
        : { body: {}, delayMs: 100, headers: quotaHeaders(500) };
    const { clock, caller, sender } = bench(cloud);
    const before = caller.call(withScope(readOf('/1')));
    await clock.advance(50);
    const next = new ScriptedSender(clock, cloud);
    caller.configure({ ...settings, concurrency: 1, timeoutMs: 50 }, next);
    const after = outcomeOf(caller.call(withScope(commandOf('/2'))));
    sender.closed.should.be.false();
    await clock.advance(1000);
    await before;
    should(await after).match({ code: 'GIZ_OUTCOME_UNKNOWN' });
    sender.closed.should.be.true();
    next.paths.should.deepEqual(['/2']);
    caller.state().limit.should.equal(3600);
    caller.state().remaining.should.be.below(501);
    await caller.close();
    next.closed.should.be.true();
  });
});

describe('a flood', () => {
  it('of calls is bounded, and each one ends', async function () {
    this.timeout(60_000);
    this.slow(20_000);
    const { clock, caller } = bench(() => ({ hang: true }));
    let full = 0;
    let ended = 0;
    global.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 100_000; index++) {
      caller.call(readOf('/x')).catch((error: CloudError) => {
        ended++;
        if (error.code === 'GIZ_QUEUE_FULL') full++;
      });
      if (index % 1000 === 0) await clock.settle(2);
    }
    await clock.settle();
    full.should.equal(100_000 - 10_000 - 9);
    (process.memoryUsage().heapUsed - before).should.be.below(80 * 2 ** 20);
    await caller.close();
    await clock.settle();
    ended.should.equal(100_000);
  });
});
