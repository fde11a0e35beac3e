import type { Call, CallReply } from '../../src/gizwits/enterprise/call';

/** A record as the documents print it, with its time: `timestamp` float seconds, or `ts` whole seconds. */
export type LogRecord = Record<string, unknown>;

/** How the documents leave it open that a log server behaves; every combination must be read the same. */
export interface LogServerOptions {
  records: LogRecord[];
  /** Where the next page is told: `context` in one of two places, or `skip` with `next`. */
  paging: 'context' | 'meta.context' | 'skip';
  /** Whether a record at exactly `end_ts` is in the window. */
  endCounts: boolean;
  /** Whether times are compared by whole seconds. */
  wholeSeconds?: boolean;
  /** Most records that the server sends, whatever `limit` says. */
  cap?: number;
  /** One and the same context text for a whole listing, as a scrolling database gives it. */
  sameContext?: boolean;
  /** Wall clock of the server, for the hour that a context lives. */
  now?: () => number;
  /** Gives `meta.next` beside a context. */
  nextBesideContext?: boolean;
}

export interface LogServer {
  call: Call;
  requests: Record<string, unknown>[];
}

const timeOf = (record: LogRecord) => Number(record.timestamp ?? record.ts);

/**
 * The logs of one device (#10, #11, #12) as the documents describe them: a window below two days in whole seconds, 20
 * records by default and 100 at most, `sort` desc by default, a context that repeats the same query and lives an hour.
 */
export function logServer(options: LogServerOptions): LogServer {
  const requests: Record<string, unknown>[] = [];
  const cursors = new Map<string, { query: string; offset: number; madeAt: number }>();
  const now = options.now ?? (() => 0);
  const call: Call = async (operation, params) => {
    requests.push({ operation, ...params });
    const { did, start_ts, end_ts, sort = 'desc', limit = 20, context, skip = 0, ...others } = params;
    const [start, end, size, from] = [start_ts, end_ts, limit, skip].map(Number);
    if (!['device.data', 'device.online', 'device.commands'].includes(operation)) throw new Error('unknown operation');
    if (Object.keys(others).length > 0) throw new Error(`unknown parameters: ${Object.keys(others)}`);
    if (typeof did !== 'string') throw new Error('5301');
    if (!Number.isInteger(start) || !Number.isInteger(end) || end < start) throw new Error('5002 start_ts, end_ts');
    if (end - start >= 172_800) throw new Error('5002 window');
    if (!Number.isInteger(size) || size < 1 || size > 100) throw new Error('5002 limit');
    if (sort !== 'asc' && sort !== 'desc') throw new Error('5002 sort');

    const found = options.records.filter((record) => {
      const time = options.wholeSeconds ? Math.floor(timeOf(record)) : timeOf(record);
      return time >= start && (options.endCounts ? time <= end : time < end);
    });
    // Stable in both orders: records of one time stay as they are, or are turned round as a whole.
    found.sort((a, b) => timeOf(a) - timeOf(b));
    if (sort === 'desc') found.reverse();

    const query = JSON.stringify([operation, did, start, end, sort, size]);
    let offset = from;
    if (context !== undefined) {
      const cursor = cursors.get(String(context));
      if (!cursor || cursor.query !== query) throw new Error('5002 context');
      if (now() - cursor.madeAt > 3_600_000) throw new Error('5002 context expired');
      offset = cursor.offset;
    }
    const page = found.slice(offset, offset + Math.min(size, options.cap ?? 100));
    const more = offset + page.length < found.length;
    const meta: Record<string, unknown> = {
      total: found.length,
      limit: size,
      skip: offset,
      previous: null,
      next: null,
    };
    const body: Record<string, unknown> = { meta, objects: page };
    if (options.paging === 'skip') {
      if (more) meta.next = `/v1/products/pk/devices/${did}/data?skip=${offset + page.length}&limit=${size}`;
    } else {
      let name: string | null = null;
      if (more) {
        name = options.sameContext ? `scroll-${query}` : `c${cursors.size + 1}-${offset + page.length}`;
        cursors.set(name, { query, offset: offset + page.length, madeAt: now() });
      }
      if (options.paging === 'context') body.context = name;
      else meta.context = name;
      if (options.nextBesideContext && more) meta.next = '/v1/elsewhere?skip=0';
    }
    return reply(body);
  };
  return { call, requests };
}

/** A successful answer; the body goes through JSON as on the wire. */
export function reply(body: unknown): CallReply {
  return { body: JSON.parse(JSON.stringify(body)), statusCode: 200, attempts: 1, waitedMs: 0, elapsedMs: 1 };
}
