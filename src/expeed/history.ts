import type { CallMeta } from '../cloud/call-types';
import { isPlainObject } from '../cloud/input';
import { type CallOptions, type ExpeedAccount, metaOf } from './account';
import type { DeviceAddress } from './device-calls';
import { type DatapointRecord, toRecord } from './records';
import { wrongField } from './replies';
import type { Timestamps } from './timestamp';

/** Records asked for at once: answers stay small, and a long history takes few calls. */
const PAGE = 1000;

/** Asked for beyond what is wanted, after the first page: a page may begin with what the last one ended with. */
const OVERLAP = 16;

export interface HistoryQuery extends DeviceAddress {
  /** Datapoints by name; undefined for all. */
  ids?: readonly string[];
  /** Epoch milliseconds; both or none. */
  startMs?: number;
  endMs?: number;
  /** Newest or oldest first. */
  order: 'desc' | 'asc';
  /** Records at most; 0 for all. */
  limit: number;
}

export interface HistoryPage {
  readonly records: DatapointRecord[];
  /** Number of the page, from 1. */
  readonly page: number;
  readonly meta: CallMeta;
  /** Set on the last page when the limit cut the list. */
  readonly truncated?: boolean;
}

/**
 * The datapoints of a device over time, page by page as they come. The document does not say how the last page is told,
 * nor whether a cursor points at the last record or behind it: the list ends when no cursor comes, or one that came
 * before, when a page is empty or brings nothing new; what the page before has had is left out.
 * @throws CloudError
 */
export async function* history(
  account: ExpeedAccount,
  query: HistoryQuery,
  timestamps: Timestamps,
  options: CallOptions,
): AsyncGenerator<HistoryPage> {
  const { deviceId, deviceKey, ids, startMs, endMs, order, limit } = query;
  const fixed = {
    deviceId,
    deviceKey,
    ids,
    start: startMs === undefined ? undefined : timestamps.format(startMs),
    end: endMs === undefined ? undefined : timestamps.format(endMs),
    first: order === 'asc' ? 1 : 0,
  };
  const used = new Set<string>();
  let cursor: string | undefined;
  let before: ReadonlySet<string> = new Set();
  let given = 0;
  for (let page = 1; ; page++) {
    const wanted = limit === 0 ? PAGE : limit - given;
    const asked = Math.min(PAGE, wanted + (page === 1 ? 0 : OVERLAP));
    const call = await account.call('device.history', { ...fixed, limit: asked, cursor }, options);
    const raw = recordsOf(call.body.data);
    if (!raw) throw wrongField('data', call.statusCode);
    const keys = raw.map((record) => JSON.stringify(record));
    const fresh = raw.filter((_record, index) => !before.has(keys[index] as string));
    const records = (limit === 0 ? fresh : fresh.slice(0, wanted)).map((record) => toRecord(record, timestamps));
    given += records.length;
    cursor = cursorOf(call.body.cursor);
    const ends = cursor === undefined || fresh.length === 0 || used.has(cursor);
    const reached = limit > 0 && given >= limit;
    const truncated = reached && (fresh.length > wanted || !ends);
    yield { records, page, meta: metaOf(call), ...(truncated ? { truncated } : {}) };
    if (ends || reached) return;
    used.add(cursor as string);
    before = new Set(keys);
  }
}

function recordsOf(data: unknown): Record<string, unknown>[] | undefined {
  if (data === undefined || data === null) return [];
  return Array.isArray(data) && data.every(isPlainObject) ? data : undefined;
}

/** A position, as text so that none of its digits is lost; undefined where there is none. */
function cursorOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined;
  return typeof value === 'string' && /^[\w.:=+/-]{1,128}$/.test(value) && !/^-?0*$|^-\d+$/.test(value)
    ? value
    : undefined;
}
