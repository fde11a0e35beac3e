import { type FlowPlan, FlowSubject, flowsOf } from '../flow-subject';
import { type Credentials, startRuntime } from '../runtime';
import type { Report } from '../samples';
import { runRounds, runWindow, type Subject, unfinished, withBusy } from '../window';
import { accountCredentials, accountNodes, CONNECTIONS, ENTERPRISE, PRODUCT, withOrigin } from './account';
import { lookUp, MAC } from './call';
import { type Group, type RunOptions, wanted } from './group';

const NODES = [1, 10, 50, 200];
/** Messages at once; the last is all that an account lets wait. */
const WAITING = [100, 1000, 10_000];
const WARM_UPS = 2;

/** One size of what grows. */
interface Step {
  readonly variant: string;
  readonly subject: Subject;
  readonly inFlight: number;
}

/** An account of its own with so many nodes on it; the messages go to them in turns. */
interface Account {
  readonly nodes: number;
  readonly enterprise: string;
  readonly product: string;
  readonly plans: readonly FlowPlan[];
}

function accountOf(nodes: number): Account {
  const product = `${PRODUCT}-${nodes}`;
  const ids = Array.from({ length: nodes }, (_, number) => `a${nodes}-${number}`);
  return {
    nodes,
    enterprise: `${ENTERPRISE}-${nodes}`,
    product,
    plans: ids.map((id) => ({ id, variant: nodesVariant(nodes), nodes: [lookUp(id, product)] })),
  };
}

/** Several subjects as one. */
class InTurns implements Subject {
  onEnd: Subject['onEnd'] = () => undefined;
  private next = 0;

  constructor(
    readonly variant: string,
    private readonly subjects: readonly Subject[],
  ) {
    for (const subject of subjects) subject.onEnd = (at, failed) => this.onEnd(at, failed);
  }

  begin(at: number): void {
    this.subjects[this.next++ % this.subjects.length].begin(at);
  }
}

async function measure(report: Report, options: RunOptions): Promise<void> {
  await withOrigin({}, async (origin, baseUrl) => {
    const accounts = NODES.map(accountOf);
    const flows = accounts.flatMap(({ enterprise, product, plans }) => [
      ...accountNodes(baseUrl).map((node) =>
        node.id === ENTERPRISE ? { ...node, id: enterprise } : { ...node, id: product, enterprise },
      ),
      ...plans.flatMap(flowsOf),
    ]);
    const runtime = await startRuntime(flows, Object.assign({}, ...accounts.map(credentialsOf)) as Credentials);
    const runSteps = (name: string, steps: readonly Step[]): Promise<void> =>
      runRounds(report, wanted(steps, options), { warmUps: WARM_UPS, rounds: options.rounds }, async (step) => {
        const { variant, subject, inFlight } = step;
        const values = await withBusy(origin, () => runWindow(subject, { inFlight, ms: options.windowMs }));
        return { case: name, variant, values, trouble: unfinished(`${name}, ${variant}`, values) };
      });
    try {
      const subjects = accounts.map(
        ({ nodes, plans }) =>
          new InTurns(
            nodesVariant(nodes),
            plans.map((plan) => new FlowSubject(runtime, plan, () => ({ payload: MAC }))),
          ),
      );
      await runSteps(
        NODES_CASE,
        subjects.map((subject) => ({ variant: subject.variant, subject, inFlight: CONNECTIONS })),
      );
      await runSteps(
        WAITING_CASE,
        WAITING.map((waiting) => ({ variant: waitingVariant(waiting), subject: subjects[0], inFlight: waiting })),
      );
    } finally {
      await runtime.stop();
    }
  });
}

/** Accounts with the same credentials would be one. */
function credentialsOf({ nodes, enterprise, product }: Account): Credentials {
  return {
    [enterprise]: { ...accountCredentials[ENTERPRISE], enterpriseId: `bench-${nodes}` },
    [product]: accountCredentials[PRODUCT],
  };
}

const NODES_CASE = `nodes on one account, ${CONNECTIONS} in flight`;
const WAITING_CASE = `messages waiting, ${CONNECTIONS} of them for an answer, the others for their turn`;
const nodesVariant = (nodes: number): string => (nodes === 1 ? '1 node' : `${nodes} nodes`);
const waitingVariant = (waiting: number): string => `${waiting} waiting`;

/** Whether a message costs more as there is more of something. The prefetch grows in the group push. */
export const growth: Group = {
  name: 'growth',
  runs: [{ name: 'http', seconds: 60, measure }],
  goals: [
    // Each to each other one: the most is at most so many times the least.
    ...NODES.flatMap((nodes) =>
      NODES.filter((others) => others !== nodes).map((others) => ({
        ...{ case: NODES_CASE, quantity: 'cpuUs' as const, of: nodesVariant(nodes), to: nodesVariant(others) },
        atMost: 1.15,
      })),
    ),
    ...WAITING.slice(1).map((waiting) => ({
      ...{ case: WAITING_CASE, quantity: 'cpuUs' as const, of: waitingVariant(waiting), to: waitingVariant(100) },
      atMost: 1.5,
    })),
  ],
};
