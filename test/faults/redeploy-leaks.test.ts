import { createRequire } from 'node:module';
import helper from 'node-red-node-test-helper';
import should from 'should';
import control from '../../nodes/gizwits-control';
import enterprise from '../../nodes/gizwits-enterprise';
import getDid from '../../nodes/gizwits-get-did';
import product from '../../nodes/gizwits-product';
import { closeAccounts } from '../../nodes/shared/open-account';
import { createSimulator, type Simulator } from '../../src/simulator';
import { configNodes, credentials, startRuntime, stopRuntime } from '../support/flows';
import { nodeRedPath } from '../support/runtime';
import { record } from './support/table';

const DID = 'Mavn3NpqLZ32XDEjWYb83h';
const MAC = 'fd06c330fc77';
const REDEPLOYS = 500;
const TYPES = ['full', 'nodes', 'flows'] as const;

interface Hooks {
  add(name: string, callback: (event: { msg: { job?: string }; node: { id: string } }) => void): void;
  remove(name: string): void;
}

const { hooks } = createRequire(nodeRedPath())('@node-red/util') as { hooks: Hooks };

/** What keeps a process alive or is watched by it, by kind. */
function handles(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function listeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

/** The helper gives a deploy 300 ms; on a busy machine it may take longer, and goes on all the same. */
async function redeploy(flows: object[], type: string | undefined): Promise<void> {
  try {
    await helper.setFlows(flows as never, type as never);
  } catch (error) {
    if ((error as Error).message !== 'timeout waiting event') throw error;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

describe('500 redeploys under traffic', function () {
  this.timeout(180_000);
  let simulator: Simulator;

  before(async () => {
    simulator = await createSimulator();
    simulator.behaviour.quotaLimit = 1_000_000;
    simulator.faults.add({ kind: 'delay', ms: 3, times: 'forever' });
    simulator.world.setPresence(simulator.world.device(DID) as never, 'online');
  });
  after(() => simulator.close());

  const flow = (round: number): object[] => [
    { id: 'tab', type: 'tab' },
    // A changed setting must take effect without a restart; it comes and goes here with every deploy.
    ...configNodes(simulator, 0, { maxWait: String(30 + (round % 2)) }),
    { id: 'n', z: 'tab', type: 'gizwits-get-did', product: 'product', cacheSeconds: String(round % 2), wires: [[]] },
    { id: 'c', z: 'tab', type: 'gizwits-control', product: 'product', name: String(round), wires: [[]] },
  ];
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));

  const run = async (rounds: number): Promise<Map<string, number>> => {
    const ended = new Map<string, number>();
    hooks.add('onComplete.redeploys', ({ msg }) => {
      if (msg.job !== undefined) ended.set(msg.job, (ended.get(msg.job) ?? 0) + 1);
    });
    await startRuntime();
    await helper.load(
      [enterprise, product, getDid, control] as never,
      flow(0) as never,
      credentials(simulator) as never,
    );
    for (let round = 0; round < rounds; round++) {
      for (const job of [`${round}.a`, `${round}.b`]) ended.set(job, ended.get(job) ?? 0);
      ended.set(`${round}.c`, 0);
      helper.getNode('n').receive({ payload: MAC, job: `${round}.a` } as never);
      helper.getNode('n').receive({ payload: [MAC, '000000000000'], job: `${round}.b` } as never);
      helper.getNode('c').receive({ payload: { switch: true }, did: DID, job: `${round}.c` } as never);
      // Deploys that come at once meet what waits, later ones what is on its way or done.
      await new Promise((resolve) => setTimeout(resolve, (round % 4) * 4));
      await redeploy(flow(round + 1), TYPES[round % TYPES.length]);
    }
    await settle();
    await stopRuntime();
    await closeAccounts();
    await settle();
    hooks.remove('*.redeploys');
    return ended;
  };

  it('leave no handle and no listener behind, and end every input exactly once', async () => {
    // The first runs warm up what is made once a process: modules, the simulated world, agents.
    await run(3);
    await run(3);
    const before = { handles: handles(), listeners: listeners() };
    const executedBefore = simulator.executed.length;
    const ended = await run(REDEPLOYS);
    const after = { handles: handles(), listeners: listeners() };

    const counts = [...ended.values()];
    console.log(
      `      ${counts.length} inputs over ${REDEPLOYS} redeploys, ${simulator.executed.length - executedBefore} commands executed`,
    );
    record({
      check: 'E92',
      fault: `${REDEPLOYS} redeploys under traffic`,
      inputs: counts.length,
      executed: simulator.executed.length - executedBefore,
      lost: counts.filter((count) => count === 0).length,
      doubled: counts.filter((count) => count > 1).length,
    });
    should(counts.filter((count) => count !== 1)).eql([]);
    should(counts.length).equal(3 * REDEPLOYS);
    should(simulator.executed.length - executedBefore)
      .be.belowOrEqual(REDEPLOYS)
      .and.be.above(REDEPLOYS / 10);
    should(after.listeners).equal(before.listeners);
    for (const [kind, count] of Object.entries(after.handles)) {
      should(count).be.belowOrEqual(
        before.handles[kind] ?? 0,
        `${kind}: ${JSON.stringify(before)} ${JSON.stringify(after)}`,
      );
    }
  });
});
