import type { Caller } from '../../src/cloud/caller';
import type { WireRequest } from '../../src/cloud/reply';
import { account, commandOf, outcomeOf, readOf, vendorError, withScope } from './account';
import { type ScriptedAnswer, ScriptedSender } from './scripted-sender';
import { VirtualClock } from './virtual-clock';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** What becomes of older tokens of a credential at a new login; the documents do not say. */
export type Reading = 'live on' | 'die';

export interface TokenFleetSettings {
  runtimes: number;
  reading: Reading;
  hours: number;
  seed: number;
  /** Of each runtime, at random times. */
  readsPerHour: number;
  commandsPerHour: number;
}

export interface TokenFleetResult {
  logins: number;
  /** Requests that reached the cloud, logins and refused ones too. */
  requests: number;
  reads: Tally;
  commands: Tally;
  /** Commands carried out, by the cloud's own count. */
  carriedOut: number;
  /** Runtimes that say at the end that their credentials are used elsewhere. */
  elsewhere: number;
  /** Most logins of one runtime within any minute of the second half. */
  loginsWithinAMinute: number;
}

interface Tally {
  ok: number;
  failed: number;
}

/** Several runtimes that log in with one credential, each with a caller of its own, in virtual time. */
export async function simulateTokens(settings: TokenFleetSettings): Promise<TokenFleetResult> {
  const { runtimes, reading, hours, seed, readsPerHour, commandsPerHour } = settings;
  const clock = new VirtualClock(undefined, seed);
  const valid = new Set<string>();
  const loginTimes: number[][] = Array.from({ length: runtimes }, () => []);
  const result: TokenFleetResult = {
    ...{ logins: 0, requests: 0, carriedOut: 0, elsewhere: 0, loginsWithinAMinute: 0 },
    reads: { ok: 0, failed: 0 },
    commands: { ok: 0, failed: 0 },
  };
  const answer = (request: WireRequest, runtime: number): ScriptedAnswer => {
    result.requests++;
    const delayMs = 30 + clock.random() * 60;
    if (request.path.startsWith('/login')) {
      if (reading === 'die') valid.clear();
      const token = `token${++result.logins}x`;
      valid.add(token);
      loginTimes[runtime]?.push(clock.mono());
      return { status: 201, body: { token, expired_at: Math.floor((clock.now() + WEEK_MS) / 1000) }, delayMs };
    }
    const token = (request.headers?.authorization ?? '').replace('token ', '');
    if (!valid.has(token)) return { status: 400, body: vendorError(5009), delayMs };
    if (request.method === 'POST') result.carriedOut++;
    return { body: {}, delayMs };
  };
  const callers = loginTimes.map((_, runtime) => {
    const sender = new ScriptedSender(clock, (request) => answer(request, runtime), 50, 0);
    const bounds = { timeoutMs: 30_000, concurrency: 10, queue: 10_000, maxWaitMs: 60_000, quotaPerHour: 10_000_000 };
    return account(sender, clock, { settings: bounds });
  });
  const act = (caller: Caller, command: boolean): void => {
    const spec = withScope(command ? commandOf('/c') : readOf('/r'));
    const tally = command ? result.commands : result.reads;
    void outcomeOf(caller.call(spec)).then((end) => {
      if (end === 'ok') tally.ok++;
      else tally.failed++;
    });
  };
  const atRandom = (perHour: number, action: () => void): void => {
    const ms = -Math.log(1 - clock.random()) * (HOUR_MS / perHour);
    clock.setTimeout(() => {
      if (clock.mono() >= hours * HOUR_MS) return;
      action();
      atRandom(perHour, action);
    }, ms);
  };
  for (const caller of callers) {
    atRandom(readsPerHour, () => act(caller, false));
    atRandom(commandsPerHour, () => act(caller, true));
  }
  await clock.advance(hours * HOUR_MS + 120_000);
  result.elsewhere = callers.filter((caller) => caller.tokenElsewhere('pk')).length;
  for (const times of loginTimes) {
    const late = times.filter((at) => at > (hours * HOUR_MS) / 2);
    for (const [index, at] of late.entries()) {
      const within = late.slice(index).filter((other) => other - at < 60_000).length;
      result.loginsWithinAMinute = Math.max(result.loginsWithinAMinute, within);
    }
  }
  await Promise.all(callers.map((caller) => caller.close()));
  return result;
}
