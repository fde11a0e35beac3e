import { accepts } from '../../cloud/catalogue';
import type { Clock } from '../../cloud/clock';
import { badInput } from '../../cloud/errors';
import { toInteger } from '../../cloud/input';
import { type AggregateQuery, aggregate } from './aggregate';
import type { Call } from './call';
import { type HistoryKind, recordTime, toHistoryRecord } from './log-records';
import { type ApiRecord, contentKey, type Page, type Position, RepeatGuard, readPage, throwIfAborted } from './paging';
import { LOG_PAGE, LOG_WINDOW_SECONDS } from './parameters';
import { ReadAhead } from './read-ahead';
import { Seam, type SeamRecord } from './seam';
import { cutWindows, type Order, type Window } from './windows';

export type { HistoryKind } from './log-records';

const OPERATIONS: Readonly<Record<HistoryKind, string>> = {
  data: 'device.data',
  online: 'device.online',
  cmd: 'device.commands',
};

/** A `context` lives an hour (S1); one that is nearly that old is not used any more. */
const CONTEXT_LIFE_MS = 55 * 60_000;

/** How far the clocks of this machine and the cloud may be apart before `end` stops meaning now. */
const CLOCK_DIFFERENCE_MS = 60_000;

/** Which records of a device to read. Times are epoch milliseconds, both ends counted. */
export interface LogQuery {
  kind: HistoryKind;
  did: string;
  startMs: number;
  /** A time in the future means now. */
  endMs: number;
  order: Order;
  /** Datapoints to keep, for kind `data`; none given keeps all. A record with none of them is left out. */
  attrs?: readonly string[];
  /** Records to give at most; 0 for all. */
  limit: number;
  /** Records a call asks for, 1..100. 100 when absent. */
  pageLimit?: number;
  /**
   * Whether the next pages are asked for while one is handed on, where no `limit` is given; see {@link ReadAhead}. For
   * those who collect: what a flow takes at its own pace is asked for at that pace.
   */
  readAhead?: boolean;
  signal?: AbortSignal;
  clock: Clock;
}

/**
 * The history of a device over any range, page by page as it arrives: the range is cut into windows that the API takes,
 * each is paged, overlaps are dropped at the seams (see {@link Seam}), and the records come in `order` with `time` (and
 * `bytes`) added. Memory holds a few pages and a seam, whatever the range.
 *
 * A consumer may take its time: a paging cursor that has aged meanwhile is given up and the rest of its window asked for
 * anew. Every answer that is used gives a page, so that its cost is seen, also when it brought nothing new.
 *
 * @throws CloudError `GIZ_BAD_INPUT` for a start after the end and for limits out of range; `GIZ_CLOSED` once `signal`
 *   has been aborted; `GIZ_BAD_RESPONSE` for pages without records; whatever `call` throws
 */
export async function* history(call: Call, query: LogQuery | AggregateQuery): AsyncGenerator<Page, void, undefined> {
  if (query.startMs > query.endMs) {
    const given = [query.startMs, query.endMs].map((ms) => new Date(ms).toISOString()).join(' … ');
    throw badInput('order', {
      field: 'start, end',
      given,
      accepted: accepts('ordered', { start: 'start', end: 'end' }),
    });
  }
  if (query.startMs > query.clock.now()) return;
  if (query.kind === 'aggregate') yield* aggregate(call, query);
  else yield* readLog(call, query);
}

async function* readLog(call: Call, query: LogQuery): AsyncGenerator<Page, void, undefined> {
  const { kind, startMs, endMs, order, clock, attrs = [] } = query;
  const limit =
    toInteger(query.limit, 'limit', { min: 0, accepted: accepts('integerFrom', { min: 0 }) }) ||
    Number.POSITIVE_INFINITY;
  const pageLimit = toInteger(query.pageLimit ?? LOG_PAGE, 'pageLimit', {
    min: 1,
    max: LOG_PAGE,
    accepted: accepts('integerRange', { min: 1, max: LOG_PAGE }),
  });
  // A page cannot be planned by the limit where datapoints are filtered: most of its records may fall away.
  const asked = attrs.length > 0 ? pageLimit : Math.min(pageLimit, limit);
  const now = clock.now();
  const range = { start: Math.floor(startMs / 1000), end: Math.ceil(Math.min(endMs, now) / 1000) };
  // Near now the cloud decides what is in the range: its clock may be ahead of this machine's.
  const latestMs = endMs < now - CLOCK_DIFFERENCE_MS ? endMs : Number.POSITIVE_INFINITY;

  const readsAhead = query.readAhead === true && limit === Number.POSITIVE_INFINITY;
  const seam = new Seam();
  const windows = cutWindows(range, LOG_WINDOW_SECONDS, order);
  let number = 0;
  let given = 0;
  let truncated = false;
  for (let window = windows.next(); !window.done; ) {
    const following = windows.next();
    for await (const part of readWindow(call, query, window.value, asked, seam, readsAhead)) {
      let records: ApiRecord[] = [];
      for (const { record, time } of part.came) {
        if (!isWithin(time, startMs, latestMs)) continue;
        const converted = toHistoryRecord(kind, record, time, attrs);
        if (converted) records.push(converted);
      }
      let last = part.over && following.done === true;
      if (part.stalled) truncated = true;
      if (given + records.length >= limit) {
        if (given + records.length > limit || !last) truncated = true;
        records = records.slice(0, limit - given);
        last = true;
      }
      given += records.length;
      const page: Page = { page: ++number, records, meta: part.meta, window: part.window };
      if (part.total !== undefined) page.total = part.total;
      if (truncated) page.truncated = true;
      if (last) page.last = true;
      yield page;
      if (last) return;
    }
    window = following;
  }
}

/** Whether a time lies in the range; `ts` has whole seconds, so that the second of the start counts as a whole. */
function isWithin(time: number | undefined, startMs: number, endMs: number): boolean {
  if (time === undefined) return true;
  const from = time % 1000 === 0 ? Math.floor(startMs / 1000) * 1000 : startMs;
  return time >= from && time <= endMs;
}

interface WindowPage extends Pick<Page, 'meta' | 'total'> {
  window: Window;
  /** Records of the window that were not given before. */
  came: CameRecord[];
  /** Whether nothing more comes of this window. */
  over: boolean;
  /** Whether the cloud repeated itself although it had announced more. */
  stalled: boolean;
}

async function* readWindow(
  call: Call,
  query: LogQuery,
  whole: Window,
  asked: number,
  seam: Seam,
  readsAhead: boolean,
): AsyncGenerator<WindowPage, void, undefined> {
  const { kind, did, order, signal, clock } = query;
  let window = whole;
  let at: Position = {};
  let guard = new RepeatGuard();
  let received = 0;
  const ahead = new ReadAhead((position) => {
    const { start, end } = window;
    const params = { did, start_ts: start, end_ts: end, sort: order, limit: asked, ...position };
    return call(OPERATIONS[kind], params, { signal });
  });
  for (;;) {
    throwIfAborted(signal);
    const page = readPage(await ahead.page(at), at, asked);
    const arrivedAt = clock.mono();
    const { start, end } = window;
    const came = page.records.map((record) => new CameRecord(record));
    const repeated = guard.repeats(pageKeys(came));
    if (readsAhead && !repeated) ahead.goOn(at, page);
    // A server that ignores the window would otherwise give its newest records once for each window.
    const inside = came.filter(({ second }) => second === undefined || (second >= start && second <= end));
    const fresh = seam.admit(inside);
    const given = repeated ? [] : inside.filter((_, index) => fresh[index]);
    if (!repeated) received += page.records.length;
    const over = repeated || !page.next;
    const stalled = repeated && !(page.total !== undefined && received >= page.total);
    yield { meta: page.meta, total: page.total, window, came: given, over, stalled };
    if (repeated || !page.next) return;
    at = page.next;
    const standing = inside.at(-1)?.second;
    if (at.context !== undefined && standing !== undefined && clock.mono() - arrivedAt > CONTEXT_LIFE_MS) {
      // The second at which the listing stands is asked for again, with its end counted in or not; the seam knows it.
      window = order === 'asc' ? { start: standing, end } : { start, end: Math.min(end, standing + 1) };
      at = {};
      guard = new RepeatGuard();
      received = 0;
    }
  }
}

/** A record of a page. Its content is only put into words when somebody compares it, which takes as long as its parsing. */
class CameRecord implements SeamRecord {
  /** Epoch milliseconds; undefined when it cannot be read. */
  readonly time: number | undefined;
  readonly second: number | undefined;
  private words: string | undefined;

  constructor(readonly record: ApiRecord) {
    this.time = recordTime(record);
    this.second = this.time === undefined ? undefined : Math.floor(this.time / 1000);
  }

  get key(): string {
    this.words ??= contentKey(this.record);
    return this.words;
  }
}

/**
 * What tells one page from another. A listing moves through time, so that no two pages reach over the same seconds from
 * equal records to equal records, unless that is one second, or there is no telling: then every record counts.
 */
function pageKeys(came: readonly CameRecord[]): readonly string[] {
  const [first, last] = [came.at(0), came.at(-1)];
  const seconds = came.map(({ second }) => second);
  if (!first || !last || first.second === last.second || seconds.includes(undefined)) return came.map(({ key }) => key);
  return [first.key, last.key, seconds.join()];
}
