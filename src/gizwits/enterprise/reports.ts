import { accepts, type DateForm } from '../../cloud/catalogue';
import type { Clock } from '../../cloud/clock';
import { badInput } from '../../cloud/errors';
import { checkName, excerpt, isAbsent, isPlainObject, periodNumber } from '../../cloud/input';
import { type Call, type CallMeta, metaOf } from './call';
import { type ApiRecord, type Page, throwIfAborted } from './paging';
import { REPORT_PERIODS } from './parameters';
import { cutPeriods, type PeriodRange, periodAt, periodText, readPeriod } from './periods';
import { type ReportFields, type ReportId, reportFields, reportIds } from './report-fields';
import { periodOf, recordsOf, reportRows } from './report-rows';
import { type SearchOperation, search } from './search';

/** Which report, of what, and over which time. What a report does not take ({@link reportFields}) is not looked at. */
export interface ReportQuery {
  report: unknown;
  gid?: unknown;
  /** `date` (the default), `week` or `month`. */
  cycle?: unknown;
  /** First and last period, see {@link readPeriod}; an absent end is the present period. */
  start?: unknown;
  end?: unknown;
  /** Other parameters of the report by the API's names. */
  filters?: unknown;
  signal?: AbortSignal;
  /** Reads relative times. */
  clock: Clock;
  /** The cloud's wall clock, epoch milliseconds. */
  nowMs: number;
}

/** A report read and checked: the calls that it takes. */
export interface ReportPlan {
  report: ReportId;
  fields: ReportFields;
  cycle: DateForm;
  /** Parameters of each call, the oldest periods first. */
  calls: readonly Record<string, unknown>[];
}

/** Records that a call of a paged report asks for. */
const PAGE_SIZE = 100;

/**
 * Checks what a report is asked for and cuts its range into calls of at most 30 days, 53 weeks or 12 months: the
 * documents limit #26 so, name no limit for the others, and a cloud that had one would refuse the range as a whole. The
 * future has no reports: a range that begins in the past ends with the present period.
 * @throws CloudError GIZ_BAD_INPUT
 */
export function planReport(query: ReportQuery): ReportPlan {
  const fields = reportFields(query.report);
  if (!fields) {
    throw badInput('value', { field: 'report', given: excerpt(query.report), accepted: reportIds.join(' | ') });
  }
  const common = readFilters(fields, query.filters);
  if (fields.gid && !isBlank(query.gid)) {
    if (common.gid !== undefined) throw badInput('exclusive', { field: 'gid, filters.gid', given: 'gid, filters.gid' });
    common.gid = query.gid;
  }
  const cycle = readCycle(fields, query.cycle);
  if (fields.cycles.length > 0) common.cycle = cycle;
  const calls = readRanges(fields, cycle, query).map((range) => ({ ...common, ...range }));
  return { report: query.report as ReportId, fields, cycle, calls };
}

/**
 * A report as the API's object. Several calls are put into one: its `data` in order, a period that came twice once, and
 * `start` and `end`, where the report has them, those of the whole.
 * @param onMeta hears of the cost of each call
 * @throws CloudError that of a call; parts that came before it are not given. GIZ_BAD_RESPONSE
 */
export async function readReport(
  call: Call,
  plan: ReportPlan,
  signal: AbortSignal | undefined,
  onMeta: (meta: CallMeta) => void,
): Promise<unknown> {
  const bodies: unknown[] = [];
  for (const params of plan.calls) {
    throwIfAborted(signal);
    const reply = await call(plan.fields.operation.id, params, { signal });
    onMeta(metaOf(reply));
    bodies.push(reply.body);
  }
  return bodies.length === 1 ? bodies[0] : merged(plan, bodies);
}

/**
 * A report as records, a page a call: those of a paged report as the API gives them, or the rows of any report
 * ({@link reportRows}).
 * @throws CloudError that of a call; GIZ_CLOSED; GIZ_BAD_RESPONSE
 */
export async function* reportPages(
  call: Call,
  plan: ReportPlan,
  format: 'raw' | 'rows',
  signal: AbortSignal | undefined,
): AsyncGenerator<Page, void, undefined> {
  const pages = plan.fields.paged ? listPages(call, plan, signal) : bodyPages(call, plan, signal);
  let number = 0;
  for await (const { page, body } of pages) {
    const records = format === 'rows' ? reportRows(plan.report, body, plan.cycle) : page.records;
    yield { ...page, page: ++number, records };
  }
}

interface ReportPage {
  page: Page;
  /** What rows are made of. */
  body: unknown;
}

async function* listPages(
  call: Call,
  { fields, calls }: ReportPlan,
  signal: AbortSignal | undefined,
): AsyncGenerator<ReportPage, void, undefined> {
  const operation = fields.operation.id as SearchOperation;
  let truncated = false;
  for (const [index, filters] of calls.entries()) {
    for await (const one of search(call, { operation, filters, limit: 0, pageSize: PAGE_SIZE, signal })) {
      const { last, truncated: cut, total: _ofThisPart, ...page } = one;
      truncated ||= cut === true;
      const whole: Page = page;
      if (truncated) whole.truncated = true;
      if (last && index === calls.length - 1) whole.last = true;
      yield { page: whole, body: { objects: page.records } };
    }
  }
}

async function* bodyPages(
  call: Call,
  { fields, calls, cycle }: ReportPlan,
  signal: AbortSignal | undefined,
): AsyncGenerator<ReportPage, void, undefined> {
  const seen = new Set<string>();
  for (const [index, params] of calls.entries()) {
    throwIfAborted(signal);
    const reply = await call(fields.operation.id, params, { signal });
    const body =
      calls.length === 1 ? reply.body : withData(reply.body, inOrder(newRecords([reply.body], cycle, seen), cycle));
    const page: Page = { page: index + 1, records: [], meta: metaOf(reply) };
    if (index === calls.length - 1) page.last = true;
    yield { page, body };
  }
}

function merged({ fields, calls, cycle }: ReportPlan, bodies: readonly unknown[]): unknown {
  const whole = withData(bodies[0], inOrder(newRecords(bodies, cycle, new Set()), cycle));
  const { range } = fields;
  if (range && Object.hasOwn(whole, 'start')) whole.start = calls[0]?.[range.start];
  if (range && Object.hasOwn(whole, 'end')) whole.end = calls.at(-1)?.[range.end];
  return whole;
}

function withData(body: unknown, data: ApiRecord[]): ApiRecord {
  return { ...(body as ApiRecord), data };
}

/** The records of periods that are not in `seen` yet; those without a readable period are kept. */
function newRecords(bodies: readonly unknown[], cycle: DateForm, seen: Set<string>): ApiRecord[] {
  return bodies
    .flatMap((body) => recordsOf(body, 'data'))
    .filter((record) => {
      const period = periodOf(record, cycle);
      if (period === undefined) return true;
      if (seen.has(period)) return false;
      seen.add(period);
      return true;
    });
}

/** Ascending by period; left as it came where a period cannot be read. */
function inOrder(records: ApiRecord[], cycle: DateForm): ApiRecord[] {
  const dated = records.map((record) => ({ record, at: periodNumber(periodOf(record, cycle) ?? '', cycle) }));
  if (dated.some(({ at }) => at === undefined)) return records;
  return dated.sort((a, b) => (a.at as number) - (b.at as number)).map(({ record }) => record);
}

function readCycle(fields: ReportFields, given: unknown): DateForm {
  if (fields.cycles.length === 0 || isBlank(given)) return 'date';
  const cycle = fields.cycles.find((known) => known === given);
  if (cycle) return cycle;
  throw badInput('value', { field: 'cycle', given: excerpt(given), accepted: fields.cycles.join(' | ') });
}

/** The ranges of the calls, by the names of the report's parameters; one empty range for a report without any. */
function readRanges(fields: ReportFields, cycle: DateForm, query: ReportQuery): Record<string, string>[] {
  const { range } = fields;
  if (!range) return [{}];
  const named = ({ start, end }: Partial<PeriodRange>): Record<string, string> => ({
    ...(start === undefined ? {} : { [range.start]: start }),
    ...(end === undefined ? {} : { [range.end]: end }),
  });
  const { clock, nowMs } = query;
  if (isBlank(query.start) && !range.required) {
    if (isBlank(query.end)) return [{}];
    return [named({ end: periodText(readPeriod(query.end, 'end', cycle, clock), cycle) })];
  }
  const start = readPeriod(query.start, 'start', cycle, clock);
  const present = periodAt(nowMs, cycle);
  const wanted = isBlank(query.end) ? Math.max(start, present) : readPeriod(query.end, 'end', cycle, clock);
  const end = start <= present ? Math.min(wanted, present) : wanted;
  return cutPeriods(start, wanted < start ? wanted : end, cycle, REPORT_PERIODS[cycle]).map(named);
}

function readFilters(fields: ReportFields, filters: unknown): Record<string, unknown> {
  if (isBlank(filters)) return {};
  if (!isPlainObject(filters)) {
    throw badInput('type', { field: 'filters', given: excerpt(filters), accepted: accepts('params') });
  }
  const names = fields.gid ? ['gid', ...fields.filters] : fields.filters;
  const params: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(filters)) {
    checkName(name, 'filters');
    if (isBlank(value)) continue;
    if (!names.includes(name)) {
      const accepted = names.length > 0 ? names.join(', ') : accepts('nothing');
      throw badInput('unknown', { field: `filters.${name}`, accepted });
    }
    params[name] = value;
  }
  return params;
}

function isBlank(value: unknown): boolean {
  return isAbsent(value) || value === '';
}
