import type { Pool } from 'undici';
import { barePlan, type FlowPlan, FlowSubject, oursTwice, PlainSubject, setBareWork, sinkOf } from '../flow-subject';
import type { Report } from '../samples';
import { PRODUCT_KEY } from '../servers/replies';
import { runCase, type Subject } from '../window';
import { httpRequest, PRODUCT, TOKEN_HEADER, withAccount } from './account';
import { type Group, type RunOptions, wanted } from './group';

/** More devices than commands in flight: commands to one device go one after the other. */
const DEVICES = 1000;
const IN_FLIGHT = [1, 10, 50];
const ATTRS = { switch: true, set_temp: 26, fan: 3 };
const path = (did: unknown): string => `/v1/products/${PRODUCT_KEY}/devices/${did}/control`;

async function measure(report: Report, options: RunOptions): Promise<void> {
  let command = 0;
  const did = (): string => `Mavn3NpqLZ32XDEj${String(command++ % DEVICES).padStart(6, '0')}`;
  await withAccount(
    {},
    (baseUrl) => wanted(plansOf(baseUrl), options),
    async ({ origin, pool, runtime, plans }) => {
      const subjects: Subject[] = plans.map(
        (plan) => new FlowSubject(runtime, plan, () => ({ payload: Object.assign({}, ATTRS), did: did() })),
      );
      setBareWork(runtime, plans, (msg) => send(pool, msg.did, msg.payload));
      subjects.push(...wanted([new PlainSubject('raw', () => send(pool, did(), ATTRS))], options));
      for (const inFlight of IN_FLIGHT) {
        const { windowMs: ms, rounds } = options;
        await runCase(report, subjects, { name: caseOf(inFlight), inFlight, ms, rounds, server: origin });
      }
    },
  );
}

async function send(pool: Pool, did: unknown, attrs: unknown): Promise<unknown> {
  const reply = await pool.request({
    path: path(did),
    method: 'POST',
    headers: { authorization: TOKEN_HEADER, 'content-type': 'application/json' },
    body: JSON.stringify({ attrs }),
  });
  return reply.body.json();
}

function plansOf(baseUrl: string): FlowPlan[] {
  const ours = (id: string): FlowPlan['nodes'] => [
    {
      ...{ id: `${id}-node`, type: 'gizwits-control', product: PRODUCT, targetBy: 'did', target: 'did' },
      ...{ targetType: 'msg', mode: 'attrs', value: 'payload', valueType: 'msg', attrs: [], validate: true },
      wires: [[sinkOf(id)]],
    },
  ];
  return [
    ...oursTwice(ours),
    {
      id: 'core',
      variant: 'core',
      nodes: [
        {
          ...{ id: 'core-body', type: 'function', func: 'msg.payload = { attrs: msg.payload }; return msg;' },
          ...{ outputs: 1, wires: [['core-node']] },
        },
        httpRequest('core-node', { method: 'POST', url: `${baseUrl}${path('{{{did}}}')}` }, sinkOf('core')),
      ],
    },
    barePlan,
  ];
}

const caseOf = (inFlight: number): string => `command, http, ${inFlight} in flight`;

export const control: Group = { name: 'control', runs: [{ name: 'http', seconds: 55, measure }], goals: [] };
