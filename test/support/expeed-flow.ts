import { createHash } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import device from '../../nodes/expeed-device';
import platform from '../../nodes/expeed-platform';
import webhook from '../../nodes/expeed-webhook-in';
import { closeAccounts } from '../../nodes/shared/open-account';
import { closePlatforms } from '../../nodes/shared/open-platform';
import type { Simulator } from '../../src/simulator';
import type { PlatformDevice } from '../../src/simulator/expeed/platform';
import type { FlowNode, Message, NodeSet, Status } from './flows';
import './canaries-in-process';
import './message-contract';
import { nodeRedPath } from './runtime';

helper.init(nodeRedPath());

/** Token of the handshake in these flows. */
export const WEBHOOK_TOKEN = 'tok-of-the-test';

/** What is around the nodes under test: a Catch, a Complete and their helpers. */
const AROUND: readonly FlowNode[] = [
  { id: 'tab', type: 'tab' },
  { id: 'errors', type: 'catch', z: 'tab', wires: [['error']] },
  { id: 'error', type: 'helper', z: 'tab' },
  { id: 'ends', type: 'complete', z: 'tab', scope: ['n'], wires: [['end']] },
  { id: 'end', type: 'helper', z: 'tab' },
  { id: 'out', type: 'helper', z: 'tab' },
];

/** The platform node for a simulator of the test's own, reached as a custom address. */
export function platformNode(simulator: Simulator, settings: Record<string, unknown> = {}): FlowNode {
  return { id: 'platform', type: 'expeed-platform', region: 'custom', baseUrl: simulator.expeed.baseUrl, ...settings };
}

export function platformSecrets(simulator: Simulator): Record<string, Record<string, string>> {
  const { platformKey, secretKey } = simulator.expeed;
  return { platform: { platformKey, secretKey, webhookToken: WEBHOOK_TOKEN } };
}

/** Puts the HTTP application of the nodes on the helper's server, which serves only the admin one by itself. */
export function mountHttpNodes(RED: NodeAPI): void {
  const { _app: app } = helper as unknown as { _app?: { use(application: unknown): void } };
  app?.use(RED.httpNode);
}

/**
 * Loads nodes with a Catch, a Complete and helpers around; `n` is the one whose ends are told.
 * @param before sets that are registered before ours, to look at the runtime or to prepare it
 */
export async function loadExpeed(
  nodes: readonly FlowNode[],
  secrets: Record<string, Record<string, string>> = {},
  before: readonly NodeSet[] = [],
): Promise<void> {
  const sets = [mountHttpNodes, ...before, platform, device, webhook];
  await helper.load(sets as never, [...AROUND, ...nodes] as never, secrets as never);
}

/** Redeploys: only what differs, or all. */
export async function redeployExpeed(nodes: readonly FlowNode[], type: 'full' | 'nodes' = 'full'): Promise<void> {
  const flow = [...AROUND, ...nodes];
  const before = new Map(flow.map(({ id }) => [id, helper.getNode(id) as unknown]));
  // The helper gives up after 0.3 s, which a busy machine exceeds.
  const late = await helper.setFlows(flow as never, type as never).then(
    () => false,
    () => true,
  );
  if (!late) return;
  const isNew = ({ id }: FlowNode): boolean => helper.getNode(id) !== null && helper.getNode(id) !== before.get(id);
  await until(() => flow.every((node) => node.type === 'tab' || isNew(node)), 'the deploy');
}

/** Sends one message to `n` and waits for its end. */
export function runExpeed(msg: Message): Promise<{ messages: Message[]; error?: Message }> {
  return new Promise((resolve) => {
    const messages: Message[] = [];
    const collect = (sent: Message): void => {
      messages.push(sent);
    };
    const finish = (error?: Message): void => {
      for (const id of ['end', 'error']) helper.getNode(id).removeAllListeners('input');
      // Complete and Catch may be told before the last message has reached its helper.
      setImmediate(() =>
        setImmediate(() => {
          helper.getNode('out').removeListener('input', collect);
          resolve({ messages, ...(error ? { error } : {}) });
        }),
      );
    };
    helper.getNode('out').on('input', collect);
    helper.getNode('end').once('input', () => finish());
    helper.getNode('error').once('input', (caught: Message) => finish(caught));
    helper.getNode('n').receive(msg as never);
  });
}

/** Statuses that a node has set, oldest first. */
export function statusesOf(id: string): Status[] {
  return calls(id, 'status').map(([status]) => status as Status);
}

/** What a node has logged. */
export function logged(id: string, level: 'log' | 'warn' | 'error'): string[] {
  return calls(id, level).map(([text]) => String(text));
}

/** Calls of a method that the helper has made a sinon spy, one for all nodes: those of one node. */
function calls(id: string, method: string): unknown[][] {
  // biome-ignore lint/suspicious/noExplicitAny: the spy stands in the place of a typed method
  const spy = (helper.getNode(id) as any)[method] as { args: unknown[][]; thisValues: { id: string }[] };
  return spy.args.filter((_args, index) => spy.thisValues[index]?.id === id);
}

/** The signed query of a handshake, as the document has it. */
export function signedQuery(token = WEBHOOK_TOKEN, nonce = 'n0nce', timestamp = Math.floor(Date.now() / 1000)): string {
  const inner = createHash('sha1').update(`${token}${nonce}${timestamp}`).digest('hex');
  const signature = createHash('md5').update(inner).digest('hex');
  return `signature=${signature}&nonce=${nonce}&timestamp=${timestamp}`;
}

export function firstDevice(simulator: Simulator): PlatformDevice {
  const one = simulator.expeed.api.fleet.devices[0] as PlatformDevice;
  simulator.world.setPresence(one.device, 'online');
  return one;
}

export async function startExpeed(): Promise<void> {
  await new Promise<void>((resolve) => helper.startServer(() => resolve()));
}

/** Unloads the flow and closes every account, so that nothing is left for the next test. */
export async function stopExpeed(): Promise<void> {
  await helper.unload();
  await closePlatforms();
  await closeAccounts();
  await new Promise<void>((resolve) => helper.stopServer(() => resolve()));
}

/** Waits until something holds, looking again every few milliseconds. */
export async function until(holds: () => boolean, what = 'it'): Promise<void> {
  for (let round = 0; !holds(); round++) {
    if (round > 1000) throw new Error(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
