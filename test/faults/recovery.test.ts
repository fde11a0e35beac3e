import should from 'should';
import { callMetaOf } from '../../src/cloud/caller';
import type { CloudError } from '../../src/cloud/errors';
import { account, commandOf, outcomeOf, readOf, vendorError, withScope } from '../support/account';
import { networkFailure, type ScriptedCloud, ScriptedSender } from '../support/scripted-sender';
import { VirtualClock } from '../support/virtual-clock';

const settings = { timeoutMs: 30_000, concurrency: 10, queue: 10_000, maxWaitMs: 60_000 };
const dead: ScriptedCloud = () => ({ error: networkFailure('unknown') });
const working: ScriptedCloud = (request) =>
  request.path.startsWith('/login') ? { body: { token: 'abcd-1234', expired_at: 0 } } : { body: {} };

/** The end of a call, which has three seconds of virtual time for it: enough for its tries. */
async function endOf(clock: VirtualClock, call: Promise<unknown>): Promise<CloudError | 'ok'> {
  const end = outcomeOf(call);
  await clock.advance(3000);
  return end;
}

describe('a corrected connection', () => {
  it('is tried at once, though the breaker was open over the old one', async () => {
    const clock = new VirtualClock();
    const caller = account(new ScriptedSender(clock, dead), clock);
    for (let index = 0; index < 6; index++) await endOf(clock, caller.call(commandOf('/c')));
    should(await endOf(clock, caller.call(commandOf('/c')))).match({ textKey: 'errors.networkCases.breaker' });
    const corrected = new ScriptedSender(clock, working);
    caller.configure(settings, corrected);
    should(await endOf(clock, caller.call(commandOf('/c')))).equal('ok');
    await caller.close();
    clock.timers.should.equal(0);
  });

  it('logs in at once, though logins over the old one kept failing', async () => {
    const clock = new VirtualClock();
    const gateway = new ScriptedSender(clock, () => ({ status: 502, body: '<h1>Bad gateway</h1>' }));
    const caller = account(gateway, clock);
    for (let index = 0; index < 8; index++) {
      await endOf(clock, caller.call(withScope(readOf('/r'))));
      await clock.advance(60_000);
    }
    await endOf(clock, caller.call(withScope(readOf('/r'))));
    const logins = gateway.sent.length;
    should(await endOf(clock, caller.call(withScope(readOf('/r'))))).match({ code: 'GIZ_BAD_RESPONSE' });
    gateway.sent.length.should.equal(logins);
    caller.configure(settings, new ScriptedSender(clock, working));
    should(await endOf(clock, caller.call(withScope(readOf('/r'))))).equal('ok');
    await caller.close();
  });

  it('does not shorten the distance of logins refused for their credentials', async () => {
    const clock = new VirtualClock();
    const refusing: ScriptedCloud = () => ({ status: 400, body: vendorError(5003) });
    const caller = account(new ScriptedSender(clock, refusing), clock);
    for (let index = 0; index < 5; index++) await endOf(clock, caller.call(withScope(readOf('/r'))));
    const corrected = new ScriptedSender(clock, refusing);
    caller.configure(settings, corrected);
    await endOf(clock, caller.call(withScope(readOf('/r'))));
    corrected.sent.length.should.equal(0);
    await caller.close();
  });
});

describe('a refused login', () => {
  it('is told of once it is paced, and so is its end', async () => {
    const clock = new VirtualClock();
    const sender = new ScriptedSender(clock, () => ({ status: 400, body: vendorError(5003) }));
    const told: string[] = [];
    const tell = (_text: string, textKey = ''): void => void told.push(textKey);
    const caller = account(sender, clock, { log: { info: tell, warn: tell } });
    for (let index = 0; index < 5; index++) await endOf(clock, caller.call(withScope(readOf('/r'))));
    sender.behave(working);
    await clock.advance(60_000);
    for (let index = 0; index < 3; index++) await endOf(clock, caller.call(withScope(readOf('/r'))));
    told.should.eql(['errors.events.loginRefused', 'errors.events.loginAccepted']);
    await caller.close();
  });
});

describe('calls that fail with one login', () => {
  it('each tell what they cost themselves', async () => {
    const clock = new VirtualClock();
    const refusing: ScriptedCloud = () => ({ status: 400, body: vendorError(5003), delayMs: 1000 });
    const caller = account(new ScriptedSender(clock, refusing), clock);
    const early = outcomeOf(caller.call(withScope(readOf('/r'))));
    await clock.advance(600);
    const late = outcomeOf(caller.call(withScope(readOf('/r'))));
    await clock.advance(1000);
    const elapsed = [await early, await late].map((error) => callMetaOf(error)?.elapsedMs);
    elapsed.should.eql([1000, 400]);
    await caller.close();
  });
});
