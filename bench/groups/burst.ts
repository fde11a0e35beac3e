import { type FlowPlan, FlowSubject, flowsOf, setWork, sinkOf } from '../flow-subject';
import { Helper } from '../helper';
import { measureGrowth } from '../memory';
import { startRuntime } from '../runtime';
import type { Report, Values } from '../samples';
import { runWindow, type Subject, shuffled } from '../window';
import { accountCredentials, accountNodes, httpRequest, rawPool } from './account';
import { ask, lookUp, MAC, pathOf } from './call';
import { type Group, type RunOptions, wanted } from './group';

const BURST = 10_000;
/** What many systems allow a process; Node-RED's own node opens a connection for each message. */
const FEW_FILES = 4096;
/** Each variant bursts so often before it counts, so that the engine has compiled what runs. */
const WARM_UPS = 1;
const ROUNDS = 2;

const plans: readonly FlowPlan[] = [
  { id: 'ours', variant: 'ours', nodes: [lookUp('ours')] },
  { id: 'again', variant: 'ours again', nodes: [lookUp('again')] },
  { id: 'core', variant: 'core', nodes: [httpRequest('core-node', { url: '' }, sinkOf('core'))] },
  { id: 'bare', variant: 'bare', nodes: [{ id: 'bare-node', type: 'bench-bare', wires: [[sinkOf('bare')]] }] },
];

type Burst = () => Promise<Values>;

/** Node-RED with these flows, and for each of them what sends a burst through it. */
async function withBursts(
  some: readonly FlowPlan[],
  work: (bursts: ReadonlyMap<string, Burst>) => Promise<void>,
): Promise<void> {
  const origin = Helper.start('origin');
  const newAddress = async (): Promise<string> => `http://localhost:${await origin.ask<number>('listen', {})}`;
  const baseUrl = await newAddress();
  const pool = rawPool(baseUrl);
  const runtime = await startRuntime([...accountNodes(baseUrl), ...some.flatMap(flowsOf)], accountCredentials);
  try {
    let coreUrl = '';
    const bursts = some.map((plan): [string, Burst] => {
      const subject: Subject = new FlowSubject(runtime, plan, () => ({ payload: MAC, url: coreUrl }));
      return [
        plan.variant,
        async () => {
          // A port that was left by 10 000 connections has too few free counterparts for the next 10 000.
          if (plan.variant === 'core') coreUrl = `${await newAddress()}${pathOf(MAC)}`;
          await origin.ask('busy');
          const values = await burst(subject);
          return { ...values, busy: await origin.ask<number>('busy') };
        },
      ];
    });
    if (some.some(({ id }) => id === 'bare')) setWork(runtime, 'bare-node', (msg) => ask(pool, msg.payload, msg));
    await work(new Map(bursts));
  } finally {
    await pool.destroy();
    await runtime.stop();
    await origin.stop();
  }
}

/** All messages at once, then nothing more until the last has ended. */
async function burst(subject: Subject): Promise<Values> {
  const values = await runWindow(subject, { inFlight: BURST, ms: 0 });
  return { ...values, ms: ((BURST - (values.lost ?? 0)) * 1000) / (values.perSecond ?? Number.NaN) };
}

async function measure(report: Report, options: RunOptions, name: string): Promise<void> {
  await withBursts(wanted(plans, options), async (bursts) => {
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      for (const [variant, send] of shuffled([...bursts])) {
        const values = await send();
        if (round >= 0) report.sample({ case: name, variant, round, values });
      }
    }
  });
}

/** Resident memory at its highest during the second burst, over that of the process at rest after the first. */
async function measureMemory(report: Report, plan: FlowPlan): Promise<void> {
  await withBursts([plan], async (bursts) => {
    for (const [variant, send] of bursts) {
      await send();
      const growthMb = await measureGrowth(async () => {
        await send();
      });
      report.sample({ case: MEMORY_CASE, variant, round: 0, values: { growthMb } });
    }
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
    ...plans
      .filter(({ variant }) => variant !== 'ours again')
      .map((plan) => ({
        name: `memory ${plan.variant}`,
        seconds: 25,
        flags: ['--expose-gc'],
        measure: (report: Report, options: RunOptions) =>
          wanted([plan], options).length > 0 ? measureMemory(report, plan) : Promise.resolve(),
      })),
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
