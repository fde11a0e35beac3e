import type { Helper } from './helper';
import type { Report, Sample, Values, Variant } from './samples';

/** One way to do a job, unit by unit. */
export interface Subject {
  readonly variant: Variant;
  /** Set by the window; to be called when a unit is over, with the time at which it began. */
  onEnd: (beganAt: number, failed: boolean) => void;
  /** Begins one unit at that time (of performance.now). */
  begin(at: number): void;
  /** What one unit counts as; 1 when absent. */
  readonly weight?: number;
}

export interface WindowOptions {
  inFlight: number;
  /** How long new units are begun. */
  ms: number;
}

/** Units that have not ended so long after the window count as lost. */
const DRAIN_MS = 60_000;
const MOST_TIMES = 2 ** 16;
const times = new Float64Array(MOST_TIMES);

/**
 * Keeps so many units of a subject in flight for some time, then waits for those that are still on their way. In is out
 * plus errors plus lost.
 */
export async function runWindow(subject: Subject, { inFlight, ms }: WindowOptions): Promise<Values> {
  let running = 0;
  let ended = 0;
  let failed = 0;
  let finish: () => void = () => undefined;
  const drained = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const until = begun + ms;
  subject.onEnd = (beganAt, bad) => {
    const now = performance.now();
    if (bad) failed++;
    if (ended < MOST_TIMES) times[ended] = now - beganAt;
    ended++;
    if (now < until) subject.begin(now);
    else if (--running === 0) finish();
  };
  for (; running < inFlight; running++) subject.begin(performance.now());
  const timer = setTimeout(finish, ms + DRAIN_MS);
  await drained;
  clearTimeout(timer);
  const took = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const sorted = times.slice(0, Math.min(ended, MOST_TIMES)).sort();
  const weight = subject.weight ?? 1;
  return {
    perSecond: (ended * weight * 1000) / took,
    cpuUs: (user + system) / (ended * weight),
    p50Ms: sorted[Math.floor(sorted.length * 0.5)],
    p99Ms: sorted[Math.floor(sorted.length * 0.99)],
    failed,
    lost: running,
  };
}

/** How a case is measured. */
export interface CaseOptions extends WindowOptions {
  name: string;
  rounds: number;
  /** The server on the other side. */
  server: Helper;
}

/** A server that had less rest than this was the limit, not the client. */
export const MOST_BUSY = 0.92;
/** Windows before the first that counts: the compiler of the engine needs some thousand calls. */
const WARM_UPS = 3;

/** Measures several subjects side by side, in windows whose order changes from round to round. */
export async function runCase(report: Report, subjects: readonly Subject[], options: CaseOptions): Promise<void> {
  const { name, rounds, server } = options;
  await runRounds(report, subjects, { warmUps: WARM_UPS, rounds }, async (subject) => {
    const { variant } = subject;
    const values = await withBusy(server, () => runWindow(subject, options));
    return { case: name, variant, values, trouble: unfinished(`${name}, ${variant}`, values) };
  });
}

/** What a measurement brought; with a trouble when its figures are not to be used. */
export interface Outcome extends Omit<Sample, 'round'> {
  readonly trouble?: string;
}

/**
 * Measures several things side by side, round by round; what the rounds that warm up bring does not count. Whoever
 * follows whom decides whose garbage is collected when: the order is drawn anew for each round.
 */
export async function runRounds<T>(
  report: Report,
  things: readonly T[],
  { warmUps, rounds }: { warmUps: number; rounds: number },
  measure: (thing: T) => Promise<Outcome>,
): Promise<void> {
  for (let round = -warmUps; round < rounds; round++) {
    for (const thing of shuffled(things)) {
      const { trouble, ...sample } = await measure(thing);
      if (round < 0) continue;
      report.sample({ ...sample, round });
      if (trouble) report.trouble(trouble);
    }
  }
}

/** What `measure` brings, and how busy the server was meanwhile. */
export async function withBusy(server: Helper, measure: () => Promise<Values>): Promise<Values> {
  await server.ask('busy');
  const values = await measure();
  return { ...values, busy: await server.ask<number>('busy') };
}

/** The trouble of a window in which not every unit ended as a result. */
export function unfinished(what: string, { lost, failed }: Values): string | undefined {
  return lost || failed ? `${what}: ${lost} units never ended, ${failed} ended as an error` : undefined;
}

function shuffled<T>(items: readonly T[]): T[] {
  const order = [...items];
  for (let index = order.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1));
    [order[index], order[other]] = [order[other], order[index]];
  }
  return order;
}
