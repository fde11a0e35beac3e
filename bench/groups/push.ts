import { join } from 'node:path';
import type { Node } from 'node-red';
import { authority, root } from '../files';
import { type FlowPlan, flowsOf, sinkOf } from '../flow-subject';
import { goodReader } from '../good-reader';
import { Helper } from '../helper';
import { measureGrowth } from '../memory';
import type { Sink } from '../nodes';
import { type Credentials, type FlowNode, type Message, type Runtime, startRuntime, TLS } from '../runtime';
import type { Report, Values } from '../samples';
import type { PushListener, PushResult, PushRun } from '../servers/push-service';
import { PRODUCT_KEY } from '../servers/replies';
import { runRounds } from '../window';
import { type Group, memoryRuns, type RunOptions, wanted } from './group';

const PREFETCHES = [50, 1000, 32_767];
const WARM_UPS = 2;

/** Work that looks at the event and ends there. */
const WORK = "if (msg.payload.switch === undefined) node.error('no datapoint', msg); return null;";

/** A way to take events; each has a connection of its own to the service. */
interface Taker {
  readonly variant: string;
  /** Whether it speaks the protocol. */
  readonly asks: boolean;
  /** Its flow, for what runs in Node-RED. */
  readonly flow?: (id: string, port: number, prefetch: number) => FlowPlan['nodes'];
  /** Begins to read; for what is no node of a flow that connects by itself. */
  readonly open?: (port: number, prefetch: number, source: Node | undefined) => () => void;
}

/** Without `z`: a config node belongs to no tab. */
const product = (id: string, port: number, prefetch: number): FlowNode => ({
  ...{ id: `${id}-product`, z: undefined, type: 'gizwits-product', enterprise: 'enterprise', productKey: PRODUCT_KEY },
  ...{ pushHost: 'localhost', pushPort: String(port), pushTls: TLS, prefetch: String(prefetch) },
  subkey: id.replace(/\W/g, '_'),
});

const events = (fields: Readonly<Record<string, unknown>>, ...after: ((id: string) => FlowNode)[]): Taker['flow'] => {
  return (id, port, prefetch) => {
    const first: FlowNode = {
      ...{ id: `${id}-node`, type: 'gizwits-events', product: `${id}-product`, events: ['device.status.kv'] },
      ...fields,
      wires: [[after.length > 0 ? `${id}-work` : sinkOf(id)]],
    };
    return [first, ...after.map((make) => make(id)), product(id, port, prefetch)];
  };
};

const work =
  (func = WORK) =>
  (id: string): FlowNode => ({ id: `${id}-work`, type: 'function', func, outputs: 1, wires: [[`${id}-ack`]] });
const acknowledge = (id: string): FlowNode => ({ id: `${id}-ack`, type: 'gizwits-ack', wires: [[]] });
/** A node that others wire to must be there. */
const end = (id: string): FlowNode => ({ id: `${id}-ack`, type: 'bench-sink', wires: [] });

const CORE_WORK = `const { delivery_id, msg_id, data } = msg.payload; msg.payload = data;
if (msg.payload.switch === undefined) node.error('no datapoint', msg);
return { payload: JSON.stringify({ cmd: 'event_ack', delivery_id, msg_id }) + '\\n', _session: msg._session };`;

const takers: readonly Taker[] = [
  {
    variant: 'core: tcp in, json, function, tcp out',
    asks: false,
    flow: (id, port) => [
      {
        ...{ id: `${id}-node`, type: 'tcp in', server: 'client', host: 'localhost', port: String(port), tls: TLS },
        ...{ datamode: 'stream', datatype: 'utf8', newline: '\\n', trim: false, topic: '' },
        wires: [[`${id}-json`]],
      },
      { id: `${id}-json`, type: 'json', property: 'payload', action: '', wires: [[`${id}-work`]] },
      work(CORE_WORK)(id),
      { id: `${id}-ack`, type: 'tcp out', beserver: 'reply', base64: false, end: false, wires: [] },
    ],
  },
  { variant: 'ours', asks: true, flow: events({}) },
  { variant: 'ours again', asks: true, flow: events({}) },
  { variant: 'ours, function', asks: true, flow: events({}, work(), end) },
  {
    variant: 'ours, function, acknowledge',
    asks: true,
    flow: events({ ack: 'manual' }, work(WORK.replace('return null', 'return msg')), acknowledge),
  },
  { variant: 'ours, batch', asks: true, flow: events({ output: 'batch', batchMax: 500, batchMs: 5 }) },
  { variant: 'bare', asks: false, flow: (id) => [{ id: sinkOf(id), type: 'bench-sink', wires: [] }], open: bare },
  {
    variant: 'bare, function',
    asks: false,
    flow: (id) => [work()(id), end(id)],
    open: bare,
  },
  { variant: 'raw', asks: false, open: (port) => closer(goodReader(port, () => undefined)) },
  { variant: 'ours without Node-RED', asks: true, open: client },
];

function closer(socket: { destroy(): unknown }): () => void {
  return () => {
    socket.destroy();
  };
}

/** A node around the good reader: an event is a message. */
function bare(port: number, _prefetch: number, source: Node | undefined): () => void {
  return closer(
    goodReader(port, (event) => {
      source?.send({ topic: 'event', payload: event.data, gizwits: event } as unknown as Message);
    }),
  );
}

/** Our push client as a program of its own would use it: decoding, ledger and acknowledgements. */
function client(port: number, prefetch: number): () => void {
  const load = <T>(path: string): T => require(join(root, 'dist/src', path)) as T;
  const { PushClient } = load<typeof import('../../src/gizwits/push/push-client')>('gizwits/push/push-client.js');
  const registry = load<typeof import('../../src/gizwits/push/delivery-registry')>('gizwits/push/delivery-registry.js');
  const { systemClock } = load<typeof import('../../src/cloud/clock')>('cloud/clock.js');
  const identity = { productKey: PRODUCT_KEY, authId: 'bench', authSecret: 'bench-secret', subkey: 'bench' };
  const push = new PushClient({
    host: 'localhost',
    port,
    prefetch,
    products: [identity],
    clock: systemClock,
    registry: new registry.DeliveryRegistry(systemClock),
    tls: { ca: authority },
  });
  push.attach({
    id: 'bench',
    productKey: PRODUCT_KEY,
    events: ['device.status.kv'],
    deliver: (_, event) => event.done(),
  });
  return () => {
    void push.close(0);
  };
}

/** A taker that is connected and waits. */
interface Connected {
  readonly taker: Taker;
  readonly prefetch: number;
  readonly port: number;
  /** Messages that reached its sink since it was last asked; undefined where the sink is not its end. */
  taken(): number | undefined;
}

/** Has the push service run, and every taker with every prefetch connected to it in this process, while `work` does. */
async function withConnected(
  some: readonly Taker[],
  prefetches: readonly number[],
  work: (connected: readonly Connected[], service: Helper) => Promise<void>,
): Promise<void> {
  const service = Helper.start('push-service');
  const flows: FlowNode[] = [
    { id: 'enterprise', type: 'gizwits-enterprise', region: 'custom', baseUrl: 'http://127.0.0.1:9' },
  ];
  const credentials: Record<string, Credentials[string]> = {
    enterprise: { enterpriseId: 'bench', enterpriseSecret: 'bench-secret' },
  };
  const made: { taker: Taker; prefetch: number; port: number; id: string }[] = [];
  for (const [number, taker] of some.entries()) {
    for (const prefetch of prefetches) {
      const id = `v${number}-${prefetch}`;
      const port = await service.ask<number>('listen', { prefetch, asks: taker.asks } satisfies PushListener);
      made.push({ taker, prefetch, port, id });
      const nodes = taker.flow?.(id, port, prefetch);
      if (nodes) flows.push(...flowsOf({ id, variant: taker.variant, nodes }));
      credentials[`${id}-product`] = { productSecret: 'bench-secret', authId: 'bench', authSecret: 'bench-secret' };
    }
  }
  const runtime = await startRuntime(flows, credentials);
  const closers: (() => void)[] = [];
  try {
    const connected = made.map(({ taker, prefetch, port, id }): Connected => {
      const close = taker.open?.(port, prefetch, taker.flow && runtime.node(`${id}-source`));
      if (close) closers.push(close);
      return { taker, prefetch, port, taken: counter(runtime, taker, id) };
    });
    for (const { port } of connected) {
      while (!(await service.ask<boolean>('connected', port))) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await work(connected, service);
  } finally {
    for (const close of closers) close();
    await runtime.stop();
    await service.stop();
  }
}

/** Counts the events at a taker's sink, each in a batch. */
function counter(runtime: Runtime, { flow, variant }: Taker, id: string): () => number | undefined {
  if (!flow || variant.includes('function')) return () => undefined;
  let count = 0;
  (runtime.node(sinkOf(id)) as Sink).take = ({ payload }) => {
    count += Array.isArray(payload) ? payload.length : 1;
  };
  return () => {
    const taken = count;
    count = 0;
    return taken;
  };
}

async function pushTo({ port, taken }: Connected, service: Helper, run: Omit<PushRun, 'port'>): Promise<Values> {
  taken();
  const cpu = process.cpuUsage();
  const result = await service.ask<PushResult>('run', { port, ...run } satisfies PushRun);
  // What has been acknowledged may still be on its way to the sink.
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { user, system } = process.cpuUsage(cpu);
  const { events: count, ms, busy, p50Ms, p99Ms } = result;
  const arrived = taken();
  return {
    ...{ perSecond: (count * 1000) / ms, cpuUs: (user + system) / count, p50Ms, p99Ms, busy },
    lost: arrived === undefined ? 0 : count - arrived,
  };
}

const caseOf = (prefetch: number): string => `prefetch ${prefetch}`;

async function measure(report: Report, options: RunOptions): Promise<void> {
  await withConnected(wanted(takers, options), PREFETCHES, (connected, service) =>
    runRounds(report, connected, { warmUps: WARM_UPS, rounds: options.rounds }, async (one) => {
      const { variant } = one.taker;
      const name = caseOf(one.prefetch);
      const values = await pushTo(one, service, { ms: options.windowMs });
      const trouble = values.lost ? `${name}, ${variant}: ${values.lost} events did not arrive` : undefined;
      return { case: name, variant, values, trouble };
    }),
  );
}

const MEMORY_PREFETCH = 32_767;
const MEMORY_CASE = `memory, prefetch ${MEMORY_PREFETCH}`;
const MEMORY_EVENTS = 300_000;
const WARM_UP_EVENTS = 20_000;

/** Resident memory at its highest over that of the process at rest, connected and warm. */
async function measureMemory(report: Report, taker: Taker): Promise<void> {
  await withConnected([taker], [MEMORY_PREFETCH], async ([connected], service) => {
    await pushTo(connected, service, { events: WARM_UP_EVENTS });
    const growthMb = await measureGrowth(async () => {
      await pushTo(connected, service, { events: MEMORY_EVENTS });
    });
    report.sample({ case: MEMORY_CASE, variant: taker.variant, round: 0, values: { growthMb } });
  });
}

const CORE = takers[0].variant;
const REMEMBERED = [CORE, 'ours', 'ours, batch', 'ours, function, acknowledge', 'bare'];

export const push: Group = {
  name: 'push',
  runs: [
    { name: 'events', seconds: 110, measure },
    ...memoryRuns(
      takers.filter(({ variant }) => REMEMBERED.includes(variant)),
      15,
      measureMemory,
    ),
  ],
  goals: [
    ...PREFETCHES.flatMap((prefetch) => [
      { case: caseOf(prefetch), quantity: 'perSecond' as const, of: 'ours', to: CORE, atLeast: 4.5 },
      { case: caseOf(prefetch), quantity: 'perSecond' as const, of: 'ours, function', to: CORE, atLeast: 1.45 },
      { case: caseOf(prefetch), quantity: 'perSecond' as const, of: 'ours, batch', to: CORE, atLeast: 8 },
      { case: caseOf(prefetch), quantity: 'perSecond' as const, of: 'ours without Node-RED', to: 'raw', atLeast: 1 },
    ]),
    { case: MEMORY_CASE, quantity: 'growthMb', of: 'ours', atMost: 60 },
    { case: MEMORY_CASE, quantity: 'growthMb', of: 'ours, batch', atMost: 60 },
    { case: MEMORY_CASE, quantity: 'growthMb', of: 'ours, function, acknowledge', atMost: 60 },
  ],
};
