// Events a second through a flow: our nodes beside the same job built from Node-RED's own (tcp in, json, function, tcp
// out), in one process, in turns. Run: npx tsx bench/push-flow.ts
import { readFileSync } from 'node:fs';
import { type FlowNode, type RunningNodeRed, startNodeRed } from '../test/support/runtime';
import { testAuthority } from '../test/support/tls-files';
import { PushServer } from './push-server';

const EVENTS = 20_000;
const ROUNDS = 5;
/** Linux counts a process's time in hundredths of a second. */
const TICK_US = 10_000;
const PRODUCT = '34920fbd01f40072e3cf347862554017';
const WINDOWS = [50, 1000];

interface Variant {
  name: string;
  asked: boolean;
  /** Nodes between the service on that port and the last node, `sink-<id>`. */
  nodes(id: string, port: number, window: number): FlowNode[];
}

const work = "if (msg.payload.switch === undefined) node.error('what?'); return null;";
const events = (id: string, port: number, window: number, fields: Record<string, unknown>): FlowNode[] => [
  {
    ...{ id: `p-${id}`, type: 'gizwits-product', enterprise: 'enterprise', productKey: PRODUCT, pushTls: 'ca' },
    ...{ pushHost: 'localhost', pushPort: String(port), prefetch: String(window), subkey: id.replace(/\W/g, '_') },
  },
  { id: `n-${id}`, z: 'tab', type: 'gizwits-events', product: `p-${id}`, wires: [[`sink-${id}`]], ...fields },
];
const sink = (id: string, func = work): FlowNode => ({
  ...{ id: `sink-${id}`, z: 'tab', type: 'function', func, outputs: 1, wires: [[`ack-${id}`]] },
});

const variants: Variant[] = [
  {
    name: 'core: tcp in, json, function, tcp out',
    asked: false,
    nodes: (id, port) => [
      {
        ...{ id: `n-${id}`, z: 'tab', type: 'tcp in', server: 'client', host: 'localhost', port: String(port) },
        ...{ datamode: 'stream', datatype: 'utf8', newline: '\\n', trim: false, topic: '', tls: 'ca' },
        wires: [[`json-${id}`]],
      },
      { id: `json-${id}`, z: 'tab', type: 'json', property: 'payload', action: '', wires: [[`sink-${id}`]] },
      sink(
        id,
        `const { delivery_id, msg_id, data } = msg.payload; msg.payload = data; ${work.replace('return null;', '')}
         const ack = JSON.stringify({ cmd: 'event_ack', delivery_id, msg_id }) + '\\n';
         return { payload: ack, _session: msg._session };`,
      ),
      { id: `ack-${id}`, z: 'tab', type: 'tcp out', beserver: 'reply', base64: false, end: false, wires: [] },
    ],
  },
  {
    name: 'live events (automatic), function',
    asked: true,
    nodes: (id, port, window) => [...events(id, port, window, { events: ['device.status.kv'] }), sink(id)],
  },
  {
    name: 'live events (manual), function, acknowledge',
    asked: true,
    nodes: (id, port, window) => [
      ...events(id, port, window, { events: ['device.status.kv'], ack: 'manual' }),
      sink(id, work.replace('return null', 'return msg')),
      { id: `ack-${id}`, z: 'tab', type: 'gizwits-ack', wires: [[]] },
    ],
  },
  {
    name: 'live events (batches of 500, 5 ms), function',
    asked: true,
    nodes: (id, port, window) => [
      ...events(id, port, window, { events: ['device.status.kv'], output: 'batch', batchMax: 500, batchMs: 5 }),
      sink(id, 'for (const { payload } of msg.payload) if (payload.switch === undefined) node.error("what?");'),
    ],
  },
];

async function main(): Promise<void> {
  const runs = WINDOWS.flatMap((window) => variants.map((variant) => ({ variant, window })));
  const flow: FlowNode[] = [
    { id: 'tab', type: 'tab', label: 'bench' },
    { id: 'ca', type: 'tls-config', name: '', cert: '', key: '', ca: '', verifyservercert: true },
    { id: 'enterprise', type: 'gizwits-enterprise', region: 'custom', baseUrl: 'http://127.0.0.1:9' },
  ];
  const credentials: Record<string, Record<string, string>> = {
    ca: { cadata: testAuthority },
    enterprise: { enterpriseId: 'bench', enterpriseSecret: 'bench' },
  };
  const servers: PushServer[] = [];
  for (const [index, { variant, window }] of runs.entries()) {
    const server = new PushServer(window, variant.asked);
    servers.push(server);
    flow.push(...variant.nodes(`v${index}`, await server.listen(), window));
    credentials[`p-v${index}`] = { productSecret: 'bench', authId: 'bench', authSecret: 'bench' };
  }
  let runtime: RunningNodeRed | undefined;
  try {
    runtime = await startNodeRed({ flows: flow, credentials });
    while (!servers.every(({ connected }) => connected)) await new Promise((resolve) => setTimeout(resolve, 50));
    const seen = runs.map(() => [] as { perSecond: number; cpuUs: number }[]);
    for (let round = -1; round < ROUNDS; round++) {
      for (const [index, server] of servers.entries()) {
        const before = cpuTicks(runtime);
        const ms = await server.run(EVENTS);
        const cpuUs = ((cpuTicks(runtime) - before) * TICK_US) / EVENTS;
        // The first round warms up.
        if (round >= 0) seen[index]?.push({ perSecond: (EVENTS / ms) * 1000, cpuUs });
      }
    }
    for (const [index, { variant, window }] of runs.entries()) {
      const rates = seen[index] ?? [];
      const rate = Math.round(median(rates.map(({ perSecond }) => perSecond)));
      const cpu = median(rates.map(({ cpuUs }) => cpuUs)).toFixed(1);
      console.log(
        `window ${String(window).padEnd(6)}${variant.name.padEnd(46)}${rate} events/s, ${cpu} µs CPU an event`,
      );
    }
    const trouble = runtime.logs().match(/\[error\].*/g);
    if (trouble) console.log(trouble.slice(0, 5).join('\n'));
  } finally {
    await runtime?.stop('SIGKILL');
    for (const server of servers) await server.close();
  }
}

/** User and system time of the Node-RED process so far, in ticks. */
function cpuTicks({ pid }: RunningNodeRed): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
