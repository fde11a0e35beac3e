import helper from 'node-red-node-test-helper';
import ack from '../../nodes/gizwits-ack';
import control from '../../nodes/gizwits-control';
import enterprise from '../../nodes/gizwits-enterprise';
import events from '../../nodes/gizwits-events';
import product from '../../nodes/gizwits-product';
import { closeAccounts } from '../../nodes/shared/open-account';
import { closePush } from '../../nodes/shared/open-push';
import { createSimulator, type Simulator } from '../../src/simulator';
import { type FlowNode, type Message, startRuntime, stopRuntime } from './flows';
import { tlsConfig } from './tls-node';

/** The simulated air conditioners, and one of them. */
export const KEY = '34920fbd01f40072e3cf347862554017';
export const DID = 'Mavn3NpqLZ32XDEjWYb83h';
export const MAC = 'fd06c330fc77';

/** An event as a test publishes it: by its two names, with its further members. */
export interface PublishedEvent {
  subscription: string;
  eventType: string;
  members?: Record<string, unknown>;
  did?: string;
  mac?: string;
  /** Epoch milliseconds; now unless given. */
  at?: number;
}

/** Push nodes in a flow, on a simulator of the test's own that they reach as a private cloud. */
export interface PushBench {
  readonly simulator: Simulator;
  /** Loads nodes on one tab with the config nodes `enterprise` and `product`; helper nodes collect what they get. */
  load(nodes: readonly FlowNode[], product?: Record<string, unknown>): Promise<void>;
  /** Deploys other nodes in their place, and other fields of the product. */
  deploy(
    nodes: readonly FlowNode[],
    type: 'full' | 'nodes' | 'flows',
    product?: Record<string, unknown>,
  ): Promise<void>;
  /** Messages that a helper node has got, over deploys. */
  got(id: string): Message[];
  /** Texts of the statuses of a node, oldest first. */
  statuses(id: string): string[];
  /** Waits until a node shows that it is connected. */
  connected(id: string): Promise<void>;
  until(what: string, come: () => boolean, ms?: number): Promise<void>;
  /** Publishes an event of {@link DID} or of another device; `did: ''` is for one without a device. */
  publish(event: PublishedEvent): number;
  /** Frames that the service got, of one command. */
  frames(cmd: string): Record<string, unknown>[];
  close(): Promise<void>;
}

export async function openPushBench(): Promise<PushBench> {
  const simulator = await createSimulator();
  simulator.world.setPresence(simulator.world.device(DID) as never, 'online');
  await startRuntime();
  const collected = new Map<string, Message[]>();
  let configs: FlowNode[] = [];

  const got = (id: string): Message[] => {
    const messages = collected.get(id) ?? [];
    collected.set(id, messages);
    return messages;
  };
  const flowOf = (nodes: readonly FlowNode[]): FlowNode[] => [
    { id: 'tab', type: 'tab' },
    ...configs,
    ...nodes.map((node) => ({ z: 'tab', wires: [], ...node })),
    { id: 'caught', type: 'catch', z: 'tab', wires: [['errors']] },
    { id: 'errors', type: 'helper', z: 'tab' },
  ];
  const collect = (nodes: readonly FlowNode[]): void => {
    for (const { id, type } of nodes) {
      if (type === 'helper') helper.getNode(id).on('input', (msg: Message) => got(id).push(msg));
    }
  };
  const until = async (what: string, come: () => boolean, ms = 6000): Promise<void> => {
    for (const end = Date.now() + ms; Date.now() < end; ) {
      if (come()) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${what} did not come`);
  };
  const statuses = (id: string): string[] => {
    // biome-ignore lint/suspicious/noExplicitAny: the helper makes every method of its nodes a sinon spy they share
    const calls = (helper.getNode(id) as any).status.getCalls() as { thisValue: { id: string }; args: [Message] }[];
    return calls.filter(({ thisValue }) => thisValue.id === id).map(({ args }) => args[0].text);
  };

  return {
    simulator,
    got,
    statuses,
    until,
    async load(nodes, settings = {}) {
      const { host, port, ca } = simulator.snoti;
      const { authId, authSecret, productSecret } = simulator.products[0] as Simulator['products'][number];
      configs = [
        { id: 'ca', type: 'tls-config', cert: '', key: '', ca: '', verifyservercert: true },
        { id: 'enterprise', type: 'gizwits-enterprise', region: 'custom', baseUrl: simulator.enterprise.baseUrl },
        {
          ...{ id: 'product', type: 'gizwits-product', enterprise: 'enterprise', productKey: KEY, pushTls: 'ca' },
          ...{ pushHost: host, pushPort: String(port), prefetch: '10', ...settings },
        },
      ];
      const flow = flowOf(nodes);
      await helper.load([tlsConfig, enterprise, product, events, ack, control] as never, flow as never, {
        enterprise: { enterpriseId: simulator.enterprise.id, enterpriseSecret: simulator.enterprise.secret },
        ca: { cadata: ca },
        product: { productSecret, authId, authSecret },
      });
      collect(flow);
    },
    async deploy(nodes, type, settings = {}) {
      configs = configs.map((config) => (config.id === 'product' ? { ...config, ...settings } : config));
      const flow = flowOf(nodes);
      // Helper nodes that stay keep their listeners only in a partial deploy.
      const before = new Map(flow.map(({ id }) => [id, helper.getNode(id) as unknown]));
      // The helper waits 0.3 s for the start, which a flow that drains exceeds.
      await helper.setFlows(flow as never, type).catch(() => undefined);
      const started = (): boolean => flow.every(({ id, type: kind }) => kind === 'tab' || helper.getNode(id) !== null);
      await until('the deploy', started, 12_000);
      collect(flow.filter(({ id }) => before.get(id) !== helper.getNode(id)));
    },
    connected: (id) => until(`the connection of ${id}`, () => statuses(id).at(-1)?.includes('connected') === true),
    publish({ subscription, eventType, members = {}, did = DID, mac = MAC, at = Date.now() }) {
      const device = did === '' ? {} : { did, mac };
      return simulator.snoti.server.publish({ subscription, eventType, productKey: KEY, ...device, at, members });
    },
    frames: (cmd) => simulator.snoti.server.frames.map(({ frame }) => frame).filter((frame) => frame.cmd === cmd),
    async close() {
      await stopRuntime();
      await closePush();
      await closeAccounts();
      await simulator.close();
    },
  };
}
