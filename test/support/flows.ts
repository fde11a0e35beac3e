import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import enterprise from '../../nodes/gizwits-enterprise';
import product from '../../nodes/gizwits-product';
import { closeAccounts } from '../../nodes/shared/open-account';
import { createSimulator, type Simulator } from '../../src/simulator';
import './canaries-in-process';
import './message-contract';
import { nodeRedPath } from './runtime';

helper.init(nodeRedPath());

/** A message as a test sees it. */
// biome-ignore lint/suspicious/noExplicitAny: messages are whatever the flow makes of them
export type Message = Record<string, any>;
export type NodeSet = (RED: NodeAPI) => void;
export type FlowNode = Record<string, unknown> & { id: string; type: string };

/** A flow of one node under test between what feeds it and what takes its messages and errors. */
export interface Bench {
  /** Sends one message in and waits for its end: what came out, and the error that Catch got. */
  run(msg: Message): Promise<{ messages: Message[]; error?: Message }>;
  /** Waits until that many inputs have ended; the caller feeds them. */
  count(inputs: number): Promise<{ ok: number; failed: number; codes?: string[] }>;
  /** Statuses that the node has set, oldest first. */
  statuses(): Status[];
  /** The status once the last change, which may be thinned out for a tenth of a second, is shown. */
  settledStatus(): Promise<Status>;
}

export interface Status {
  fill: string;
  shape: string;
  text: string;
}

/** Fields of a product on a simulator of the test's own, reached as a private cloud, so that its log can be read. */
export function configNodes(simulator: Simulator, index = 0, settings: Record<string, unknown> = {}): FlowNode[] {
  const { productKey } = simulator.products[index] as Simulator['products'][number];
  return [
    {
      id: 'enterprise',
      type: 'gizwits-enterprise',
      region: 'custom',
      baseUrl: simulator.enterprise.baseUrl,
      ...settings,
    },
    { id: 'product', type: 'gizwits-product', enterprise: 'enterprise', productKey },
  ];
}

export function credentials(simulator: Simulator, index = 0): Record<string, Record<string, string>> {
  const { productSecret } = simulator.products[index] as Simulator['products'][number];
  const { id, secret } = simulator.enterprise;
  return { enterprise: { enterpriseId: id, enterpriseSecret: secret }, product: { productSecret } };
}

/** Loads one node of the given set as `n`, with a helper node behind it and Catch, Complete and their helpers around. */
export async function loadBench(
  set: NodeSet,
  node: Record<string, unknown> & { type: string },
  configs: readonly FlowNode[],
  secrets: Record<string, Record<string, string>>,
): Promise<Bench> {
  const flow = [
    { id: 'tab', type: 'tab' },
    ...configs,
    { id: 'n', z: 'tab', wires: [['out']], product: 'product', ...node },
    { id: 'out', type: 'helper', z: 'tab' },
    { id: 'errors', type: 'catch', z: 'tab', wires: [['error']] },
    { id: 'error', type: 'helper', z: 'tab' },
    { id: 'ends', type: 'complete', z: 'tab', scope: ['n'], wires: [['end']] },
    { id: 'end', type: 'helper', z: 'tab' },
  ];
  await helper.load([enterprise, product, set] as never, flow as never, secrets as never);
  // biome-ignore lint/suspicious/noExplicitAny: the helper makes every method of a node a sinon spy
  const statuses = (): Status[] => (helper.getNode('n') as any).status.args.map(([status]: [Status]) => status);
  const messages: Message[] = [];
  helper.getNode('out').on('input', (msg: Message) => messages.push(msg));
  return {
    run(msg) {
      return new Promise((resolve) => {
        const from = messages.length;
        const finish = (error?: Message): void => {
          for (const id of ['end', 'error']) helper.getNode(id).removeAllListeners('input');
          // Complete and Catch may be told before the last message has reached its helper.
          setImmediate(() => setImmediate(() => resolve({ messages: messages.slice(from), error })));
        };
        helper.getNode('end').once('input', () => finish());
        helper.getNode('error').once('input', (caught: Message) => finish(caught));
        helper.getNode('n').receive(msg as never);
      });
    },
    count(inputs) {
      return new Promise((resolve) => {
        const counted: { ok: number; failed: number; codes?: string[] } = { ok: 0, failed: 0 };
        const check = (): void => {
          if (counted.ok + counted.failed === inputs) resolve(counted);
        };
        helper.getNode('end').on('input', () => {
          counted.ok++;
          check();
        });
        helper.getNode('error').on('input', (caught: Message) => {
          counted.failed++;
          counted.codes = [...(counted.codes ?? []), caught.error.code];
          check();
        });
      });
    },
    statuses,
    async settledStatus() {
      await new Promise((resolve) => setTimeout(resolve, 120));
      return statuses().at(-1) as Status;
    },
  };
}

export async function startRuntime(): Promise<void> {
  await new Promise<void>((resolve) => helper.startServer(() => resolve()));
}

export async function stopRuntime(): Promise<void> {
  await helper.unload();
  await new Promise<void>((resolve) => helper.stopServer(() => resolve()));
}

/**
 * For the suite that calls it: one simulator, handed over before the first test; around each test a runtime of its own,
 * and after it no account and no fault of the simulator that is left.
 */
export function useSimulator(created: (simulator: Simulator) => void): void {
  let simulator: Simulator | undefined;
  before(async () => {
    simulator = await createSimulator();
    created(simulator);
  });
  after(() => simulator?.close());
  beforeEach(startRuntime);
  afterEach(async () => {
    await stopRuntime();
    await closeAccounts();
    simulator?.faults.clear();
  });
}
