import should from 'should';
import type { Caller, CallerOptions } from '../../src/cloud/caller';
import type { CloudError } from '../../src/cloud/errors';
import type { WireRequest } from '../../src/cloud/reply';
import { record } from '../faults/support/table';
import { account, commandOf, outcomeOf, readOf, vendorError, withScope } from '../support/account';
import { networkFailure, type ScriptedAnswer, ScriptedSender } from '../support/scripted-sender';
import { VirtualClock } from '../support/virtual-clock';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** A cloud with tokens: it issues them, and refuses those that it does not know or that are too old. */
class TokenCloud {
  readonly sender: ScriptedSender;
  logins = 0;
  /** Valid tokens, with their end by the server's clock. */
  readonly valid = new Map<string, number>();
  lifeMs = WEEK;
  loginDelayMs = 0;
  /** What a login is answered instead. */
  onLogin: (() => ScriptedAnswer | undefined) | undefined;
  /** How the end of a token is told. */
  tellEnd: (endsAt: number) => unknown = (endsAt) => Math.floor(endsAt / 1000);
  replyDelayMs: () => number = () => 0;
  voidsOlder = false;

  constructor(readonly clock: VirtualClock) {
    this.sender = new ScriptedSender(clock, (request) => this.answer(request), 50, 0);
  }

  private get now(): number {
    return this.clock.now() + (this.sender.serverAheadMs ?? 0);
  }

  private answer(request: WireRequest): ScriptedAnswer {
    if (request.path.startsWith('/login')) return this.logIn();
    const token = (request.headers?.authorization ?? '').replace('token ', '');
    const endsAt = this.valid.get(token);
    const delayMs = this.replyDelayMs();
    if (endsAt === undefined) return { status: 400, body: vendorError(5009, `no ${token}`), delayMs };
    if (endsAt <= this.now) return { status: 400, body: vendorError(5011), delayMs };
    return { body: { fine: true }, delayMs };
  }

  private logIn(): ScriptedAnswer {
    this.logins++;
    const other = this.onLogin?.();
    if (other) return { delayMs: this.loginDelayMs, ...other };
    if (this.voidsOlder) this.valid.clear();
    const token = `token${this.logins}x`;
    const endsAt = this.now + this.lifeMs;
    this.valid.set(token, endsAt);
    return { status: 201, body: { token, expired_at: this.tellEnd(endsAt) }, delayMs: this.loginDelayMs };
  }
}

function bench(options: Partial<CallerOptions> = {}): { clock: VirtualClock; cloud: TokenCloud; caller: Caller } {
  const clock = new VirtualClock();
  const cloud = new TokenCloud(clock);
  const settings = { timeoutMs: 30_000, concurrency: 50, queue: 10_000, maxWaitMs: 60_000, quotaPerHour: 10_000_000 };
  return { clock, cloud, caller: account(cloud.sender, clock, { settings, ...options }) };
}

const read = withScope(readOf('/x'));

describe('tokens', () => {
  it('cost one login however many calls ask at once', async () => {
    const { clock, cloud, caller } = bench();
    cloud.loginDelayMs = 500;
    const calls = Array.from({ length: 1000 }, () => outcomeOf(caller.call(read)));
    await clock.advance(10 * SECOND);
    for (const end of await Promise.all(calls)) should(end).equal('ok');
    cloud.logins.should.equal(1);
  });

  it('cost one login when a thousand calls are refused late and out of order', async () => {
    const { clock, cloud, caller } = bench();
    await first(clock, caller);
    cloud.replyDelayMs = () => Math.floor(clock.random() * 400);
    cloud.loginDelayMs = 20;
    cloud.valid.clear();
    const calls = Array.from({ length: 1000 }, () => outcomeOf(caller.call(read)));
    await clock.advance(60 * SECOND);
    for (const end of await Promise.all(calls)) should(end).equal('ok');
    const note = `${cloud.logins - 1} login, ${cloud.sender.sent.length} requests`;
    record({ check: 'T29', fault: 'token ends under a thousand calls', inputs: 1000, ok: 1000, lost: 0, note });
    cloud.logins.should.equal(2);
    cloud.sender.sent.length.should.be.below(2000 + 4);
  });

  it('are renewed beside the traffic: in eight days no call waits for one, and there are two logins', async () => {
    const { clock, cloud, caller } = bench();
    cloud.loginDelayMs = 2 * SECOND;
    await first(clock, caller);
    for (let at = 0; at < 8 * DAY; at += 30 * SECOND) {
      const before = clock.mono();
      const result = caller.call(read);
      await clock.advance(0);
      should((await result).attempts).equal(1);
      clock.mono().should.equal(before);
      await clock.advance(30 * SECOND);
    }
    cloud.logins.should.equal(2);
  });

  it('keep working while their renewal fails for hours, and end with a clear error', async () => {
    const { clock, cloud, caller } = bench();
    await first(clock, caller);
    cloud.onLogin = () => ({ status: 500, body: '{}' });
    let failedAt: number | undefined;
    for (let at = 0; at < WEEK + HOUR && failedAt === undefined; at += 10 * MINUTE) {
      const ending = outcomeOf(caller.call(read));
      await clock.advance(10 * MINUTE);
      const end = await ending;
      if (end !== 'ok') {
        failedAt = at;
        should(end).match({ code: 'GIZ_BAD_RESPONSE', outcome: 'not-sent', statusCode: 500 });
      }
    }
    (failedAt as number).should.be.within(WEEK - 15 * MINUTE, WEEK + MINUTE);
    const note = `fails after ${((failedAt as number) / DAY).toFixed(2)} days, ${cloud.logins} logins`;
    record({ check: 'T35', fault: 'renewal fails for a week', note });
    // Renewals at 1, 2, 4, 8, 16, 32 and then 60 minutes, three tries each.
    cloud.logins.should.be.within(40, 80);
  });

  it('make all who wait share the one login, and its failure', async () => {
    const { clock, cloud, caller } = bench();
    let tries = 0;
    cloud.onLogin = () => (++tries <= 3 ? { status: 500, body: '{}' } : undefined);
    const calls = Array.from({ length: 100 }, () => outcomeOf(caller.call(read)));
    await clock.advance(5 * SECOND);
    const ends = await Promise.all(calls);
    for (const end of ends) should(end).match({ code: 'GIZ_BAD_RESPONSE', statusCode: 500, outcome: 'not-sent' });
    cloud.logins.should.equal(3);
    record({ check: 'T30', fault: 'login fails', inputs: 100, notSent: 100, lost: 0, note: 'one login, three tries' });
    should(await one(clock, caller)).equal('ok');
    cloud.logins.should.equal(4);
  });

  it('take a login that hangs for failed after its own time, and leave commands unsent', async () => {
    const { clock, cloud, caller } = bench();
    cloud.onLogin = () => ({ hang: true });
    const command = outcomeOf(caller.call(withScope(commandOf('/c'))));
    const reading = outcomeOf(caller.call(read));
    await clock.advance(10_100);
    should(await command).match({ code: 'GIZ_EXPIRED', outcome: 'not-sent' });
    await clock.advance(60 * SECOND);
    should(await reading).match({ code: 'GIZ_TIMEOUT', outcome: 'not-sent' });
    cloud.sender.paths.should.deepEqual(['/login/pk', '/login/pk', '/login/pk']);
    record({ check: 'T30', fault: 'login hangs', inputs: 2, notSent: 2, executed: 0, lost: 0 });
  });

  it('survive the end of the caller who asked first', async () => {
    const { clock, cloud, caller } = bench();
    cloud.loginDelayMs = SECOND;
    const node = new AbortController();
    const impatient = outcomeOf(caller.call({ ...read, signal: node.signal }));
    const patient = outcomeOf(caller.call(read));
    await clock.advance(100);
    node.abort();
    await clock.advance(0);
    should(await impatient).match({ code: 'GIZ_CLOSED', outcome: 'not-sent' });
    await clock.advance(2 * SECOND);
    should(await patient).equal('ok');
    cloud.logins.should.equal(1);
    record({ check: 'T31', fault: 'first caller gives up', inputs: 2, ok: 1, notSent: 1, lost: 0, note: 'one login' });
  });

  it('are told apart by scope', async () => {
    const { clock, cloud, caller } = bench();
    const ends = [
      outcomeOf(caller.call(withScope(readOf('/a'), 'a'))),
      outcomeOf(caller.call(withScope(readOf('/b'), 'b'))),
    ];
    await clock.advance(SECOND);
    should(await Promise.all(ends)).deepEqual(['ok', 'ok']);
    cloud.sender.paths.sort().should.deepEqual(['/a', '/b', '/login/a', '/login/b']);
  });

  it('can be brought along, and are told when they are new', async () => {
    const told: [string, string, number][] = [];
    const { clock, cloud, caller } = bench({ onToken: (...token) => told.push(token) });
    cloud.valid.set('stored', clock.now() + HOUR);
    caller.seedToken('pk', 'stored', clock.now() + HOUR);
    should(await one(clock, caller)).equal('ok');
    cloud.logins.should.equal(0);
    caller.seedToken('old', 'gone', clock.now() - 1);
    told.length.should.equal(1);
    await clock.advance(HOUR);
    should(await one(clock, caller)).equal('ok');
    cloud.logins.should.equal(1);
    should(told[1]).deepEqual(['pk', 'token1x', told[1]?.[2]]);
    ((told[1]?.[2] as number) - clock.now()).should.be.within(WEEK - 12 * SECOND, WEEK);
  });
});

describe('token ends', () => {
  const told: [string, (endsAt: number) => unknown][] = [
    ['in milliseconds', (endsAt) => endsAt],
    ['as text', (endsAt) => String(Math.floor(endsAt / 1000))],
    ['in the past', () => 1_500_000_000],
    ['as zero', () => 0],
    ['not at all', () => undefined],
    ['as 1e15', () => 1e15],
    ['as nonsense', () => 'never'],
  ];
  for (const [name, tellEnd] of told) {
    it(`told ${name} make no storm of logins`, async () => {
      const { clock, cloud, caller } = bench();
      cloud.tellEnd = tellEnd;
      for (let at = 0; at < 10 * MINUTE; at += SECOND) should(await one(clock, caller, SECOND)).equal('ok');
      const note = `${cloud.logins} logins in ten minutes`;
      record({ check: 'T34', fault: `end of the token told ${name}`, inputs: 600, ok: 600, lost: 0, note });
      cloud.logins.should.be.within(1, 11);
    });
  }

  const jumps: [string, number][] = [
    ['a day ahead', DAY],
    ['a day back', -DAY],
    ['eight days ahead', 8 * DAY],
    ['an hour, as daylight saving would', HOUR],
  ];
  for (const [name, ms] of jumps) {
    it(`do not move when the local clock jumps ${name}`, async () => {
      const { clock, cloud, caller } = bench();
      await first(clock, caller);
      clock.jumpWall(ms);
      // The server's clock does not jump along.
      cloud.sender.serverAheadMs = -ms;
      for (let at = 0; at < HOUR; at += 10 * SECOND) should(await one(clock, caller, 10 * SECOND)).equal('ok');
      const note = `${cloud.logins} logins in an hour`;
      record({ check: 'T33', fault: `clock jumps ${name}`, inputs: 360, ok: 360, lost: 0, note });
      cloud.logins.should.be.belowOrEqual(2);
    });

    it(`are right from the start when the local clock is off by ${name}`, async () => {
      const { clock, cloud, caller } = bench();
      cloud.sender.serverAheadMs = -ms;
      for (let at = 0; at < WEEK - HOUR; at += HOUR) should(await one(clock, caller, HOUR)).equal('ok');
      cloud.logins.should.be.belowOrEqual(2);
    });
  }
});

describe('logins', () => {
  const wrongSecret = (): ScriptedAnswer => ({ status: 400, body: vendorError(5003, 'wrong secret') });

  it('refused for their credentials are tried three times, then a minute later; the calls between fail at once', async () => {
    const { clock, cloud, caller } = bench();
    cloud.onLogin = wrongSecret;
    for (let index = 0; index < 20; index++) {
      should(await one(clock, caller, SECOND)).match({ code: 'GIZ_5003', outcome: 'refused' });
    }
    cloud.logins.should.equal(3);
    const end = await one(clock, caller, 0);
    should(end).match({ code: 'GIZ_5003', vendorCode: 5003 });
    should((end as { retryAfterMs?: number }).retryAfterMs).be.within(38_000, 60_000);
    await clock.advance(60 * SECOND);
    await one(clock, caller);
    cloud.logins.should.equal(4);
    await clock.advance(60 * SECOND);
    await one(clock, caller);
    cloud.logins.should.equal(4);
    await clock.advance(60 * SECOND);
    cloud.onLogin = undefined;
    should(await one(clock, caller)).equal('ok');
  });

  it('with a wrong secret are at most 110 in a day of traffic', async () => {
    const { clock, cloud, caller } = bench();
    cloud.onLogin = wrongSecret;
    for (let at = 0; at < DAY; at += 10 * SECOND) await one(clock, caller, 10 * SECOND);
    record({
      check: 'T37',
      fault: 'wrong secret for a day',
      inputs: 8640,
      refused: 8640,
      note: `${cloud.logins} logins`,
    });
    cloud.logins.should.be.within(50, 110);
  });

  it('of several products with one wrong secret share their distance, but each first one goes at once', async () => {
    const { clock, cloud, caller } = bench();
    cloud.onLogin = wrongSecret;
    const scopes = Array.from({ length: 10 }, (_, index) => `p${index}`);
    for (let at = 0; at < DAY; at += MINUTE) {
      const ends = scopes.map((scope) => outcomeOf(caller.call(withScope(readOf('/x'), scope))));
      await clock.advance(MINUTE);
      await Promise.all(ends);
    }
    new Set(cloud.sender.paths).size.should.equal(10);
    cloud.logins.should.be.within(50, 125);
  });

  it('of one product are not held back by the wrong secret of another', async () => {
    const { clock, cloud, caller } = bench();
    await first(clock, caller);
    cloud.onLogin = wrongSecret;
    for (let index = 0; index < 10; index++) {
      const ending = outcomeOf(caller.call(withScope(readOf('/x'), 'wrong')));
      await clock.advance(SECOND);
      await ending;
    }
    cloud.onLogin = undefined;
    const other = outcomeOf(caller.call(withScope(readOf('/x'), 'other')));
    await clock.advance(SECOND);
    should(await other).equal('ok');
    cloud.valid.clear();
    should(await one(clock, caller)).equal('ok');
  });

  it('for a token that has grown old never wait, though one was refused long ago', async () => {
    const { clock, cloud, caller } = bench();
    cloud.onLogin = wrongSecret;
    for (let index = 0; index < 2; index++) await one(clock, caller);
    cloud.onLogin = undefined;
    should(await one(clock, caller)).equal('ok');
    await clock.advance(WEEK);
    should(await one(clock, caller)).equal('ok');
    cloud.logins.should.equal(4);
  });

  it('are slowed down and told of when somebody else’s logins void ours', async () => {
    const events: string[] = [];
    const tell = (_text: string, key?: string): void => void events.push(String(key));
    const { clock, cloud, caller } = bench({ log: { info: tell, warn: tell } });
    cloud.voidsOlder = true;
    const refusals: CloudError[] = [];
    const waits = new Set<string>();
    const patient = { ...read, onWait: ({ reason }: { reason: string }) => void waits.add(reason) };
    for (let at = 0; at < HOUR; at += SECOND) {
      void outcomeOf(caller.call(patient)).then((end) => {
        if (end !== 'ok') refusals.push(end);
      });
      await clock.advance(SECOND);
      // The other program logs in whenever it is refused.
      if (![...cloud.valid.keys()].includes('theirs')) {
        cloud.valid.clear();
        cloud.valid.set('theirs', clock.now() + WEEK);
      }
    }
    await clock.advance(MINUTE);
    const refused = refusals.length;
    const counts = { inputs: 3600, ok: 3600 - refused, refused, lost: 0 };
    record({
      check: 'T36',
      fault: 'another program voids tokens',
      ...counts,
      note: `${cloud.logins} logins in an hour`,
    });
    cloud.logins.should.be.within(4, 60);
    should(caller.tokenElsewhere('pk')).be.true();
    should(events).deepEqual(['errors.events.tokenElsewhere']);
    should([...waits]).containEql('elsewhere');
    for (const { code, vendorCode } of refusals) should([code, vendorCode]).deepEqual(['GIZ_5009', 5009]);
    const told = refusals.filter(({ textKey }) => textKey === 'errors.tokenElsewhere');
    told.length.should.be.above(100);
    for (const { retryAfterMs } of told) should(retryAfterMs).be.within(1, 15 * MINUTE);

    // The other one is gone: calls go at once again, and that is told.
    cloud.voidsOlder = false;
    await clock.advance(20 * MINUTE);
    for (let at = 0; at < 30 * MINUTE; at += MINUTE) should(await one(clock, caller, MINUTE)).equal('ok');
    should(caller.tokenElsewhere('pk')).be.false();
    should(events).deepEqual(['errors.events.tokenElsewhere', 'errors.events.tokenKept']);
  });

  it('that expire early are renewed at once, time and again: who has had an expired token never waits', async () => {
    const { clock, cloud, caller } = bench();
    await first(clock, caller);
    for (let round = 0; round < 8; round++) {
      for (const token of cloud.valid.keys()) cloud.valid.set(token, clock.now());
      should(await one(clock, caller, SECOND)).equal('ok');
    }
    cloud.logins.should.equal(9);
    caller.tokenElsewhere('pk').should.be.false();
  });

  it('that are called expired without ever having been accepted make no storm of logins', async () => {
    const { clock, cloud, caller } = bench();
    cloud.sender.behave((request) =>
      request.path.startsWith('/login')
        ? { status: 201, body: { token: `token${++cloud.logins}x`, expired_at: 0 } }
        : { status: 400, body: vendorError(5011) },
    );
    for (let at = 0; at < 10 * MINUTE; at += SECOND) {
      should(await one(clock, caller, SECOND)).match({ code: 'GIZ_5011', outcome: 'refused' });
    }
    cloud.logins.should.be.below(12);
  });

  for (const token of ['ab\r\ncd', 'ab cd', 'токен', '', 'x'.repeat(5000), 7, null]) {
    it(`refuse the token ${JSON.stringify(token).slice(0, 20)} without naming it`, async () => {
      const { clock, cloud, caller } = bench();
      cloud.onLogin = () => ({ body: { token, expired_at: 0 } });
      const end = await one(clock, caller);
      should(end).match({ code: 'GIZ_BAD_RESPONSE', outcome: 'not-sent' });
      if (typeof token === 'string' && token) JSON.stringify(end).should.not.containEql(token.slice(0, 10));
      cloud.sender.paths.should.deepEqual(['/login/pk']);
      const fault = `token ${JSON.stringify(token).slice(0, 20)}`;
      record({ check: 'T38', fault, inputs: 1, notSent: 1, lost: 0 });
    });
  }

  it('that cannot be sent fail the calls that wait, and the breaker paces them', async () => {
    const { clock, cloud, caller } = bench();
    cloud.onLogin = () => ({ error: networkFailure('not-sent') });
    const ends: ReturnType<typeof outcomeOf>[] = [];
    for (let at = 0; at < MINUTE; at += SECOND) {
      ends.push(outcomeOf(caller.call(read)));
      await clock.advance(SECOND);
    }
    await clock.advance(5 * SECOND);
    for (const end of await Promise.all(ends)) should(end).match({ code: 'GIZ_NETWORK', outcome: 'not-sent' });
    // Five open the breaker, one probes.
    cloud.logins.should.equal(6);
  });

  it('never put a token into an error', async () => {
    const { clock, cloud, caller } = bench();
    await first(clock, caller);
    cloud.valid.clear();
    cloud.onLogin = () => ({ body: { token: 'another1token', expired_at: 0 } });
    const end = await one(clock, caller);
    should(end).match({ code: 'GIZ_5009', vendorMessage: 'no ***' });
  });
});

/** One call, and the virtual time it is given. */
async function one(clock: VirtualClock, caller: Caller, ms = 10 * SECOND): ReturnType<typeof outcomeOf> {
  const ending = outcomeOf(caller.call(read));
  await clock.advance(ms);
  return ending;
}

async function first(clock: VirtualClock, caller: Caller): Promise<void> {
  should(await one(clock, caller)).equal('ok');
}
