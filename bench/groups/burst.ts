import { barePlan, type FlowPlan, FlowSubject, oursTwice, setBareWork, sinkOf } from '../flow-subject';
import { measureGrowth } from '../memory';
import type { Report, Values } from '../samples';
import { runRounds, runWindow, type Subject, withBusy } from '../window';
import { httpRequest, newAddress, withAccount } from './account';
import { ask, lookUp, MAC, pathOf } from './call';
import { type Group, memoryRuns, type RunOptions, wanted } from './group';

const BURST = 10_000;
/** What many systems allow a process; Node-RED's own node opens a connection for each message. */
const FEW_FILES = 4096;
/** Each variant bursts so often before it counts, so that the engine has compiled what runs. */
const WARM_UPS = 1;
const ROUNDS = 2;

const plans: readonly FlowPlan[] = [
  ...oursTwice((id) => [lookUp(id)]),
  { id: 'core', variant: 'core', nodes: [httpRequest('core-node', { url: '' }, sinkOf('core'))] },
  barePlan,
];

/** A variant, and what sends a burst through its flow. */
interface Sender {
  readonly variant: string;
  burst(): Promise<Values>;
}

/** Node-RED with these flows, and for each of them what sends a burst through it. */
async function withSenders(
  some: readonly FlowPlan[],
  work: (senders: readonly Sender[]) => Promise<void>,
): Promise<void> {
  await withAccount(
    {},
    () => some,
    async ({ origin, pool, runtime }) => {
      let coreUrl = '';
      const senders = some.map((plan): Sender => {
        const subject: Subject = new FlowSubject(runtime, plan, () => ({ payload: MAC, url: coreUrl }));
        return {
          variant: plan.variant,
          burst: async () => {
            // A port that was left by 10 000 connections has too few free counterparts for the next 10 000.
            if (plan.variant === 'core') coreUrl = `${await newAddress(origin, {})}${pathOf(MAC)}`;
            return withBusy(origin, () => burst(subject));
          },
        };
      });
      setBareWork(runtime, some, (msg) => ask(pool, msg.payload, msg));
      await work(senders);
    },
  );
}

/** All messages at once, then nothing more until the last has ended. */
async function burst(subject: Subject): Promise<Values> {
  const values = await runWindow(subject, { inFlight: BURST, ms: 0 });
  return { ...values, ms: ((BURST - (values.lost ?? 0)) * 1000) / (values.perSecond ?? Number.NaN) };
}

async function measure(report: Report, options: RunOptions, name: string): Promise<void> {
  await withSenders(wanted(plans, options), (senders) =>
    runRounds(report, senders, { warmUps: WARM_UPS, rounds: ROUNDS }, async (sender) => ({
      case: name,
      variant: sender.variant,
      values: await sender.burst(),
    })),
  );
}

/** Resident memory at its highest during the second burst, over that of the process at rest after the first. */
async function measureMemory(report: Report, plan: FlowPlan): Promise<void> {
  await withSenders([plan], async ([sender]) => {
    await sender.burst();
    const growthMb = await measureGrowth(async () => {
      await sender.burst();
    });
    report.sample({ case: MEMORY_CASE, variant: sender.variant, round: 0, values: { growthMb } });
  });
}

const CASE = `${BURST} messages at once`;
const FEW_FILES_CASE = `${BURST} messages at once, ${FEW_FILES} files`;
const MEMORY_CASE = `${BURST} messages at once, memory`;

export const burstGroup: Group = {
  name: 'burst',
  runs: [
    { name: 'http', seconds: 90, measure: (report, options) => measure(report, options, CASE) },
    {
      name: 'few files',
      seconds: 60,
      openFiles: FEW_FILES,
      measure: (report, options) => measure(report, options, FEW_FILES_CASE),
    },
    ...memoryRuns(
      plans.filter(({ variant }) => variant !== 'ours again'),
      25,
      measureMemory,
    ),
  ],
  goals: [
    { case: CASE, quantity: 'perSecond', of: 'ours', to: 'core', atLeast: 4 },
    ...[CASE, FEW_FILES_CASE].flatMap((name) => [
      { case: name, quantity: 'lost' as const, of: 'ours', atMost: 0 },
      { case: name, quantity: 'failed' as const, of: 'ours', atMost: 0 },
    ]),
    { case: MEMORY_CASE, quantity: 'growthMb', of: 'ours', atMost: 60 },
  ],
};
