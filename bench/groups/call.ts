import type { Pool } from 'undici';
import { type FlowPlan, FlowSubject, flowsOf, PlainSubject, setWork, sinkOf } from '../flow-subject';
import { Helper } from '../helper';
import { type FlowNode, type Message, startRuntime, TLS } from '../runtime';
import type { Report } from '../samples';
import type { OriginOptions } from '../servers/origin';
import { PRODUCT_KEY } from '../servers/replies';
import { runCase, type Subject } from '../window';
import { accountCredentials, accountNodes, httpRequest, PRODUCT, rawPool, TOKEN_HEADER } from './account';
import { type Group, type RunOptions, wanted } from './group';

/** The device whose did is asked for. */
export const MAC = 'fd06c330fc77';
export const pathOf = (mac: unknown): string => `/v1/products/${PRODUCT_KEY}/devices?mac=${mac}`;
const DELAY_MS = 30;

interface Calls {
  origin: OriginOptions;
  inFlight: readonly number[];
  name: (inFlight: number) => string;
  /** A window holds enough answers of a slow origin too. */
  windowFactor: number;
}

async function measure(report: Report, options: RunOptions, calls: Calls): Promise<void> {
  const origin = Helper.start('origin');
  const port = await origin.ask<number>('listen', calls.origin);
  const { tls } = calls.origin;
  const baseUrl = tls ? `https://localhost:${port}` : `http://localhost:${port}`;
  const pool = rawPool(baseUrl);
  const plans = wanted(plansOf(baseUrl, tls ? TLS : undefined), options);
  const runtime = await startRuntime(
    [...accountNodes(baseUrl, tls ? TLS : ''), ...plans.flatMap(flowsOf)],
    accountCredentials,
  );
  try {
    const subjects: Subject[] = plans.map((plan) => new FlowSubject(runtime, plan, () => ({ payload: MAC })));
    if (plans.some(({ id }) => id === 'bare')) setWork(runtime, 'bare-node', (msg) => ask(pool, msg.payload, msg));
    const raw = new PlainSubject('raw', () => ask(pool, MAC, {} as Message));
    subjects.push(...wanted([raw], options));
    for (const inFlight of calls.inFlight) {
      await runCase(report, subjects, {
        name: calls.name(inFlight),
        inFlight,
        ms: options.windowMs * calls.windowFactor,
        rounds: options.rounds,
        server: origin,
      });
    }
  } finally {
    await pool.destroy();
    await runtime.stop();
    await origin.stop();
  }
}

/** What somebody writes who needs nothing but the answer. */
export async function ask(pool: Pool, mac: unknown, msg: Message): Promise<unknown> {
  const reply = await pool.request({ path: pathOf(mac), method: 'GET', headers: { authorization: TOKEN_HEADER } });
  msg.statusCode = reply.statusCode;
  return reply.body.json();
}

/** One of our nodes, wired to the sink of that plan; it keeps no answer. */
export function lookUp(id: string, product = PRODUCT): FlowNode {
  return {
    ...{ id: `${id}-node`, type: 'gizwits-get-did', product, mac: 'payload', macType: 'msg' },
    ...{ cacheSeconds: '0', cacheSecondsType: 'num', wires: [[sinkOf(id)]] },
  };
}

function plansOf(baseUrl: string, tls: string | undefined): FlowPlan[] {
  return [
    { id: 'ours', variant: 'ours', nodes: [lookUp('ours')] },
    { id: 'again', variant: 'ours again', nodes: [lookUp('again')] },
    {
      id: 'core',
      variant: 'core',
      nodes: [httpRequest('core-node', { url: `${baseUrl}${pathOf('{{{payload}}}')}`, tls }, sinkOf('core'))],
    },
    { id: 'bare', variant: 'bare', nodes: [{ id: 'bare-node', type: 'bench-bare', wires: [[sinkOf('bare')]] }] },
  ];
}

const http = (inFlight: number): string => `http, ${inFlight} in flight`;
const https = (inFlight: number): string => `https, origin ${DELAY_MS} ms away, ${inFlight} in flight`;

export const call: Group = {
  name: 'call',
  runs: [
    {
      name: 'http',
      seconds: 70,
      measure: (report, options) =>
        measure(report, options, { origin: {}, inFlight: [1, 10, 50, 200], name: http, windowFactor: 1 }),
    },
    {
      name: 'https',
      seconds: 90,
      measure: (report, options) =>
        measure(report, options, {
          origin: { tls: true, delayMs: DELAY_MS },
          inFlight: [10, 50],
          name: https,
          windowFactor: 3,
        }),
    },
  ],
  goals: [
    ...[10, 50].flatMap((inFlight) => [
      { case: http(inFlight), quantity: 'perSecond' as const, of: 'ours', to: 'core', atLeast: 7 },
      { case: http(inFlight), quantity: 'cpuUs' as const, of: 'core', to: 'ours', atLeast: 8 },
      { case: http(inFlight), quantity: 'perSecond' as const, of: 'ours', to: 'bare', atLeast: 0.95 },
      { case: http(inFlight), quantity: 'perSecond' as const, of: 'ours', to: 'raw', atLeast: 0.7 },
    ]),
    { case: http(1), quantity: 'perSecond', of: 'ours', to: 'core', atLeast: 3 },
    { case: https(10), quantity: 'cpuUs', of: 'core', to: 'ours', atLeast: 3 },
    { case: https(50), quantity: 'cpuUs', of: 'core', to: 'ours', atLeast: 5 },
    ...[10, 50].map((inFlight) => ({
      ...{ case: https(inFlight), quantity: 'p99Ms' as const, of: 'ours', to: 'core', atMost: 1 },
    })),
  ],
};
