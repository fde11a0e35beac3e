import type { CallMeta } from '../../cloud/call-types';
import { metaOf } from '../enterprise/call';
import { contentKey, RepeatGuard, throwIfAborted } from '../enterprise/paging';
import type { AppAccount, AppCallOptions } from './account';
import type { AppOperation } from './operation';
import { LOG_PAGE, LOG_REACH } from './parameters';
import { recordsOf } from './replies';

/** What one call of a listing brought. */
export interface AppPage {
  records: unknown[];
  meta: CallMeta;
  /** Records that the cloud counts in all, when it says so. */
  total?: number;
  /** Set when the cloud holds more than it hands out. */
  truncated?: true;
}

/** Records asked for in one call: the documented default, which every list grants; lists that tell a total may grant less. */
const PAGE = 20;
const PAGE_WITH_TOTAL = 100;

/** Lists whose answers tell how many records there are. */
const WITH_TOTAL: ReadonlySet<string> = new Set(['get_app_messages', 'get_app_sharing']);
const LOG = 'get_app_devices_did_raw_data';

/**
 * All records of a listing, page by page. An author who gives `limit` or `skip` gets the one page that they name.
 * Without a total, a page that is not full is the last; a server that ignores `skip` is noticed by its repeating itself.
 * @throws CloudError
 */
export async function* listAll(
  account: AppAccount,
  operation: AppOperation,
  params: Readonly<Record<string, unknown>>,
  options: AppCallOptions,
): AsyncGenerator<AppPage, void, undefined> {
  const isPaged = operation.paging?.style === 'skip';
  if (!isPaged || isGiven(params.limit) || isGiven(params.skip)) {
    const reply = await account.call(operation, params, options);
    const { records, meta } = recordsOf(operation, reply.body);
    yield pageOf(records, metaOf(reply), countOf(meta.total));
    return;
  }
  const guard = new RepeatGuard();
  const size = operation.id === LOG ? LOG_PAGE : WITH_TOTAL.has(operation.id) ? PAGE_WITH_TOTAL : PAGE;
  for (let skip = 0; ; ) {
    throwIfAborted(options.signal);
    const reply = await account.call(operation, { ...params, limit: size, skip }, options);
    const { records, meta } = recordsOf(operation, reply.body);
    const repeated = guard.repeats(records.map((record) => contentKey(record)));
    const total = countOf(meta.total);
    const page = pageOf(repeated ? [] : records, metaOf(reply), total);
    skip += records.length;
    const more = total === undefined ? records.length >= size : skip < total;
    const ended = records.length === 0 || repeated || !more;
    const outOfReach = operation.id === LOG && skip + size > LOG_REACH;
    if (more && (repeated || outOfReach) && total !== undefined) page.truncated = true;
    yield page;
    if (ended || outOfReach) return;
  }
}

function pageOf(records: unknown[], meta: CallMeta, total: number | undefined): AppPage {
  return total === undefined ? { records, meta } : { records, meta, total };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && count >= 0 ? count : undefined;
}
