import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import { closeAccounts } from '../../nodes/shared/open-account';
import { closeApps } from '../../nodes/shared/open-app';
import { closePlatforms } from '../../nodes/shared/open-platform';
import { closePush } from '../../nodes/shared/open-push';
import { mountHttpNodes } from './expeed-flow';
import { type FlowNode, type Message, type NodeSet, startRuntime, stopRuntime } from './flows';
import { nodeSets } from './package-facts';
import { root } from './packed-package';

const load = createRequire(__filename);

/** The nodes of a file of test/fixtures/saved: a tab with one node of each type, whose id is `n <type>`. */
export function savedNodes(version: string): FlowNode[] {
  return JSON.parse(readFileSync(join(root, 'test/fixtures/saved', `${version}.json`), 'utf8'));
}

/** Nodes of every type at work together on the simulated cloud inside the package. */
export interface WholeFlow {
  /** Sends a message into a node and waits for its end: what came out of it, and the error that Catch got. */
  run(type: string, msg: Message): Promise<{ messages: Message[]; error?: Message }>;
  /** Messages that a node has sent so far. */
  sent(type: string): Message[];
  until(what: string, come: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Loads nodes, each with a helper node behind every output and Catch and Complete around them. */
export async function loadWholeFlow(nodes: readonly FlowNode[]): Promise<WholeFlow> {
  await startRuntime();
  const flowNodes = nodes.filter(({ z }) => z !== undefined);
  const wired = nodes.map((node) =>
    Array.isArray(node.wires) ? { ...node, wires: node.wires.map(() => [`out ${node.id}`]) } : node,
  );
  // The test helper takes each core node once only; inputs run one after another, so that their ends are told apart.
  const around = [
    ...flowNodes.map(({ id, z }) => ({ id: `out ${id}`, type: 'helper', z })),
    { id: 'errors', type: 'catch', z: 'tab', wires: [['error']] },
    { id: 'error', type: 'helper', z: 'tab' },
    { id: 'ends', type: 'complete', z: 'tab', scope: flowNodes.map(({ id }) => id), wires: [['end']] },
    { id: 'end', type: 'helper', z: 'tab' },
  ];
  const sets = nodeSets.map((set) => load(`../../nodes/${set}`).default as NodeSet);
  await helper.load([mountHttpNodes, ...sets] as never, [...wired, ...around] as never);
  const collected = new Map(flowNodes.map(({ type }) => [type, [] as Message[]]));
  for (const [type, messages] of collected) {
    helper.getNode(`out n ${type}`).on('input', (msg: Message) => messages.push(msg));
  }
  const sent = (type: string): Message[] => collected.get(type) as Message[];
  return {
    sent,
    run: (type, msg) =>
      new Promise((resolve) => {
        const from = sent(type).length;
        const finish = (error?: Message): void => {
          for (const kind of ['end', 'error']) helper.getNode(kind).removeAllListeners('input');
          // Complete and Catch may be told before the last message has reached its helper.
          setImmediate(() => setImmediate(() => resolve({ messages: sent(type).slice(from), error })));
        };
        helper.getNode('end').once('input', () => finish());
        helper.getNode('error').once('input', (caught: Message) => finish(caught));
        helper.getNode(`n ${type}`).receive(msg as never);
      }),
    async until(what, come) {
      for (const end = Date.now() + 8000; Date.now() < end; ) {
        if (come()) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`${what} did not come`);
    },
    async close() {
      await stopRuntime();
      await closePush();
      await closeApps();
      await closePlatforms();
      await closeAccounts();
    },
  };
}
