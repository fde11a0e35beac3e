import type { Pool } from 'undici';
import { barePlan, type FlowPlan, FlowSubject, PlainSubject, setBareWork, sinkOf } from '../flow-subject';
import { measureGrowth } from '../memory';
import type { Sink } from '../nodes';
import type { Message } from '../runtime';
import type { Report } from '../samples';
import { DID, FIRST_RECORD_S, PRODUCT_KEY, RECORD_EVERY_S } from '../servers/replies';
import { runRounds, runWindow, type Subject, withBusy } from '../window';
import { httpRequest, PRODUCT, TOKEN_HEADER, withAccount } from './account';
import { type Group, type RunOptions, wanted } from './group';

const RECORDS = 100_000;
/** The API's own limits: records a page, and a window a little shorter than two days. */
const PAGE = 100;
const WINDOW_S = 172_799;
const START_S = FIRST_RECORD_S;
const endOf = (records: number): number => FIRST_RECORD_S + records * RECORD_EVERY_S;
const PATH = `/v1/products/${PRODUCT_KEY}/devices/${DID}/data`;

const OUTPUTS = ['array', 'page', 'each'] as const;
type Output = (typeof OUTPUTS)[number];

/** What somebody writes into function nodes around `http request`: windows from the newest on, pages by `skip`. */
const CORE_FIRST = (baseUrl: string): string => `
msg.records = [];
msg.to = msg.end;
msg.skip = 0;
msg.from = Math.max(msg.start, msg.to - ${WINDOW_S});
msg.url = '${baseUrl}${PATH}?start_ts=' + msg.from + '&end_ts=' + msg.to + '&sort=desc&limit=${PAGE}&skip=0';
return msg;`;
const CORE_NEXT = (baseUrl: string): string => `
const { objects, meta } = msg.payload;
for (const record of objects) {
  const last = msg.records[msg.records.length - 1];
  // The border of two windows comes twice.
  if (!last || record.ts < last.ts) {
    record.time = new Date(record.ts * 1000).toISOString();
    msg.records.push(record);
  }
}
msg.skip += objects.length;
if (msg.skip >= meta.total || objects.length === 0) {
  if (msg.from <= msg.start) return [null, { at: msg.at, payload: msg.records }];
  msg.to = msg.from;
  msg.from = Math.max(msg.start, msg.to - ${WINDOW_S});
  msg.skip = 0;
}
msg.url = '${baseUrl}${PATH}?start_ts=' + msg.from + '&end_ts=' + msg.to + '&sort=desc&limit=${PAGE}&skip=' + msg.skip;
return [msg, null];`;

interface RawRecord {
  ts: number;
  time?: string;
}

/** The same as a program of its own. */
async function readAll(pool: Pool, start: number, end: number): Promise<RawRecord[]> {
  const records: RawRecord[] = [];
  for (let to = end; to > start; to -= WINDOW_S) {
    const from = Math.max(start, to - WINDOW_S);
    for (let skip = 0; ; ) {
      const path = `${PATH}?start_ts=${from}&end_ts=${to}&sort=desc&limit=${PAGE}&skip=${skip}`;
      const reply = await pool.request({ path, method: 'GET', headers: { authorization: TOKEN_HEADER } });
      const { objects, meta } = (await reply.body.json()) as { objects: RawRecord[]; meta: { total: number } };
      for (const record of objects) {
        if (records.length > 0 && record.ts >= records[records.length - 1].ts) continue;
        record.time = new Date(record.ts * 1000).toISOString();
        records.push(record);
      }
      skip += objects.length;
      if (skip >= meta.total || objects.length === 0) break;
    }
  }
  return records;
}

/** One of our nodes, for a range that its message names. */
function historyPlan(id: string, variant: string, output: Output): FlowPlan {
  return {
    id,
    variant,
    nodes: [
      {
        ...{ id: `${id}-node`, type: 'gizwits-history', product: PRODUCT, kind: 'data', targetBy: 'did' },
        ...{ target: 'did', targetType: 'msg', start: 'start', startType: 'msg', end: 'end', endType: 'msg' },
        ...{ order: 'desc', attrs: '[]', attrsType: 'json', limit: '0', limitType: 'num', output },
        wires: [[sinkOf(id)]],
      },
    ],
  };
}

function plansOf(baseUrl: string): FlowPlan[] {
  return [
    historyPlan('ours', 'ours', 'array'),
    historyPlan('again', 'ours again', 'array'),
    historyPlan('page', 'ours, page', 'page'),
    historyPlan('each', 'ours, each', 'each'),
    {
      id: 'core',
      variant: 'core',
      nodes: [
        { id: 'core-first', type: 'function', func: CORE_FIRST(baseUrl), outputs: 1, wires: [['core-call']] },
        httpRequest('core-call', { url: '' }, 'core-next'),
        {
          ...{ id: 'core-next', type: 'function', func: CORE_NEXT(baseUrl), outputs: 2 },
          wires: [['core-call'], [sinkOf('core')]],
        },
      ],
    },
    barePlan,
  ];
}

/** Counts records, and knows the message that ends a job: the last of a list, or the only one. */
class Counter {
  records = 0;

  isLast(msg: Message): boolean {
    const { payload, parts, complete } = msg as Message & { parts?: unknown; complete?: boolean };
    this.records += Array.isArray(payload) ? payload.length : 1;
    return parts === undefined || complete === true;
  }
}

const query = (records: number) => () => ({ did: DID, start: START_S, end: endOf(records) - 1 });

async function measure(report: Report, options: RunOptions): Promise<void> {
  await withAccount(
    { records: RECORDS },
    (baseUrl) => wanted(plansOf(baseUrl), options),
    async ({ origin, pool, runtime, plans }) => {
      const counters = new Map<Subject, Counter>();
      const subjects: Subject[] = plans.map((plan) => {
        const counter = new Counter();
        const isLast = (msg: Message): boolean => counter.isLast(msg);
        const subject = new FlowSubject(runtime, plan, query(RECORDS), { isLast, weight: RECORDS });
        counters.set(subject, counter);
        return subject;
      });
      setBareWork(runtime, plans, () => readAll(pool, START_S, endOf(RECORDS) - 1));
      const raw = new PlainSubject('raw', () => readAll(pool, START_S, endOf(RECORDS) - 1), RECORDS);
      subjects.push(...wanted([raw], options));
      await runRounds(report, subjects, { warmUps: 1, rounds: Math.ceil(options.rounds / 2) }, async (subject) => {
        const { variant } = subject;
        const counter = counters.get(subject);
        if (counter) counter.records = 0;
        const values = await withBusy(origin, () => runWindow(subject, ONE_JOB));
        const complete = !counter || counter.records === RECORDS;
        const trouble = complete ? undefined : `${CASE}, ${variant}: ${counter.records} records`;
        return { case: CASE, variant, values, trouble };
      });
    },
  );
}

/** A window that is over before its first unit is. */
const ONE_JOB = { inFlight: 1, ms: 1 };

const MANY = 1_000_000;
const MEMORY_CASE = `history of ${MANY} records, memory`;

/** Reads a million records, message by message, after some that warm up. */
async function measureMemory(report: Report): Promise<void> {
  await withAccount(
    { records: MANY },
    () => [historyPlan('each', 'ours, each', 'each')],
    async ({ runtime, plans }) => {
      const counter = new Counter();
      const read = async (records: number): Promise<void> => {
        counter.records = 0;
        const isLast = (msg: Message): boolean => counter.isLast(msg);
        const subject = new FlowSubject(runtime, plans[0], query(records), { isLast });
        await runWindow(subject, ONE_JOB);
        (runtime.node(sinkOf('each')) as Sink).take = undefined;
        if (counter.records !== records) report.trouble(`${MEMORY_CASE}: ${counter.records} records`);
      };
      await read(RECORDS);
      const growthMb = await measureGrowth(() => read(MANY));
      report.sample({ case: MEMORY_CASE, variant: 'ours, each', round: 0, values: { growthMb } });
    },
  );
}

const CASE = `history of ${RECORDS} records`;

export const history: Group = {
  name: 'history',
  runs: [
    { name: 'jobs', seconds: 40, measure },
    { name: 'memory', seconds: 30, flags: ['--expose-gc'], measure: (report) => measureMemory(report) },
  ],
  goals: [
    { case: CASE, quantity: 'perSecond', of: 'ours', to: 'core', atLeast: 5 },
    { case: MEMORY_CASE, quantity: 'growthMb', of: 'ours, each', atMost: 20 },
  ],
};
