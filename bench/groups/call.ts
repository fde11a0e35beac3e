import type { Pool } from 'undici';
import { barePlan, type FlowPlan, FlowSubject, oursTwice, PlainSubject, setBareWork, sinkOf } from '../flow-subject';
import type { FlowNode, Message } from '../runtime';
import type { Report } from '../samples';
import type { OriginOptions } from '../servers/origin';
import { PRODUCT_KEY } from '../servers/replies';
import { runCase, type Subject } from '../window';
import { httpRequest, PRODUCT, TOKEN_HEADER, withAccount } from './account';
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
  await withAccount(
    calls.origin,
    (baseUrl, tls) => wanted(plansOf(baseUrl, tls), options),
    async ({ origin, pool, runtime, plans }) => {
      const subjects: Subject[] = plans.map((plan) => new FlowSubject(runtime, plan, () => ({ payload: MAC })));
      setBareWork(runtime, plans, (msg) => ask(pool, msg.payload, msg));
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
    },
  );
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
    ...oursTwice((id) => [lookUp(id)]),
    {
      id: 'core',
      variant: 'core',
      nodes: [httpRequest('core-node', { url: `${baseUrl}${pathOf('{{{payload}}}')}`, tls }, sinkOf('core'))],
    },
    barePlan,
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
