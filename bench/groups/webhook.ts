import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NodeMessage } from 'node-red';
import { type FlowPlan, flowsOf, sinkOf } from '../flow-subject';
import { Helper } from '../helper';
import { httpNode } from '../nodes';
import { type FlowNode, type Message, startRuntime } from '../runtime';
import type { Report, Values } from '../samples';
import type { WebhookResult, WebhookRun } from '../servers/webhook-sender';
import { type Outcome, runRounds } from '../window';
import { type Group, type RunOptions, wanted } from './group';

const CONNECTIONS = [1, 10, 50];
const ANSWER = JSON.stringify({ result_code: 0, result_message: 'ok' });
const WORK = `if (!Array.isArray(msg.payload.data)) node.error('no data', msg);
msg.headers = { 'content-type': 'application/json' };
msg.payload = ${JSON.stringify(ANSWER)};
return msg;`;

const PLATFORM: FlowNode = { id: 'platform', type: 'expeed-platform', region: 'custom', baseUrl: 'http://127.0.0.1:9' };
const SECRETS = { platform: { platformKey: 'bench', secretKey: 'bench-secret', webhookToken: 'bench-token' } };

/** A way to take pushes, at a path of its own. */
interface Taker {
  readonly variant: string;
  readonly path: string;
  readonly nodes: (id: string) => FlowPlan['nodes'];
}

const ours =
  (path: string) =>
  (id: string): FlowPlan['nodes'] => [
    {
      ...{ id: `${id}-node`, type: 'expeed-webhook-in', platform: 'platform', path, allowFrom: ['127.0.0.0/8'] },
      wires: [[sinkOf(id)]],
    },
  ];

const takers: readonly Taker[] = [
  { variant: 'ours', path: '/expeed', nodes: ours('/expeed') },
  { variant: 'ours again', path: '/again', nodes: ours('/again') },
  {
    variant: 'core',
    path: '/core',
    nodes: (id) => [
      { id: `${id}-node`, type: 'http in', url: '/core', method: 'post', upload: false, wires: [[`${id}-work`]] },
      { id: `${id}-work`, type: 'function', func: WORK, outputs: 1, wires: [[`${id}-answer`]] },
      { id: `${id}-answer`, type: 'http response', statusCode: '', headers: {}, wires: [] },
    ],
  },
  { variant: 'bare', path: '/bare', nodes: (id) => [{ id: `${id}-node`, type: 'bench-bare', wires: [[sinkOf(id)]] }] },
];

async function measure(report: Report, options: RunOptions): Promise<void> {
  await withTakers(options, async (targets, sender) => {
    for (const connections of CONNECTIONS) {
      await runRounds(report, targets, { warmUps: 2, rounds: options.rounds }, async ({ variant, path, port }) => {
        const values = await send(sender, { port, path, connections, ms: options.windowMs });
        return outcome(caseOf(connections), variant, values);
      });
    }
  });
}

function outcome(name: string, variant: string, values: Values): Outcome {
  const trouble = values.failed ? `${name}, ${variant}: ${values.failed} pushes were refused` : undefined;
  return { case: name, variant, values, trouble };
}

const HOSTILE_CASE = 'webhook, 10 connections, 100 hostile requests a second beside them';
const HOSTILE_A_SECOND = 100;

/** Pushes beside hostile requests, and without them in the same round. */
async function measureHostile(report: Report, options: RunOptions): Promise<void> {
  const alone: RunOptions = { ...options, variants: ['ours'] };
  await withTakers(alone, async ([{ port, path }], sender) => {
    const run = { port, path, connections: 10, ms: options.windowMs * 4 };
    await runRounds(report, [0, HOSTILE_A_SECOND], { warmUps: 1, rounds: options.rounds }, async (hostile) => {
      const values = await send(sender, { ...run, hostile });
      return outcome(HOSTILE_CASE, hostile === 0 ? 'ours, undisturbed' : 'ours', values);
    });
  });
}

interface Target {
  readonly variant: string;
  readonly path: string;
  readonly port: number;
}

async function withTakers(
  options: RunOptions,
  work: (targets: readonly Target[], sender: Helper) => Promise<void>,
): Promise<void> {
  const some = wanted(takers, options);
  const plans = some.map(({ variant, nodes }, index) => ({ id: `v${index}`, variant, nodes: nodes(`v${index}`) }));
  const runtime = await startRuntime([PLATFORM, ...plans.flatMap(flowsOf)], SECRETS);
  const sender = Helper.start('webhook-sender');
  const raw = createServer(answerAlone);
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  const bare = plans.find(({ variant }) => variant === 'bare');
  if (bare) answerLightly('/bare', (msg) => runtime.node(`${bare.id}-source`).send(msg));
  const targets: Target[] = some.map(({ variant, path }) => ({ variant, path, port: runtime.port }));
  targets.push(...wanted([{ variant: 'raw', path: '/raw', port: (raw.address() as AddressInfo).port }], options));
  try {
    await work(targets, sender);
  } finally {
    await sender.stop();
    raw.closeAllConnections();
    raw.close();
    await runtime.stop();
  }
}

async function send(sender: Helper, run: WebhookRun): Promise<Values> {
  const cpu = process.cpuUsage();
  const { ended, failed, ms, busy, p50Ms, p99Ms } = await sender.ask<WebhookResult>('run', run);
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (ended * 1000) / ms, cpuUs: (user + system) / ended, p50Ms, p99Ms, busy, failed };
}

/** node's own server with nothing around it. */
function answerAlone(request: IncomingMessage, response: ServerResponse): void {
  readJson(request, () => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': ANSWER.length }).end(ANSWER);
  });
}

/** A light route on Node-RED's HTTP server, which sends a message and answers. */
function answerLightly(path: string, take: (msg: NodeMessage) => void): void {
  httpNode()?.post(path, (request, response) => {
    readJson(request, (payload) => {
      take({ topic: 'push', payload } as Message);
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': ANSWER.length }).end(ANSWER);
    });
  });
}

function readJson(request: IncomingMessage, done: (body: unknown) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(JSON.parse(Buffer.concat(chunks).toString())));
}

const caseOf = (connections: number): string => `webhook, ${connections} connections`;

export const webhook: Group = {
  name: 'webhook',
  runs: [
    { name: 'pushes', seconds: 45, measure },
    { name: 'hostile', seconds: 25, measure: measureHostile },
  ],
  goals: [
    ...CONNECTIONS.map((connections) => ({
      ...{ case: caseOf(connections), quantity: 'perSecond' as const, of: 'ours', to: 'core', atLeast: 1.5 },
    })),
    { case: HOSTILE_CASE, quantity: 'perSecond', of: 'ours', to: 'ours, undisturbed', atLeast: 0.9 },
  ],
};
