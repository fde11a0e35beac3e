import { accepts } from '../../cloud/catalogue';
import { badInput } from '../../cloud/errors';
import { checkName, excerpt, isPlainObject, toInteger } from '../../cloud/input';
import type { Call } from './call';
import { type ApiRecord, contentKey, type Page, RepeatGuard, readPage, throwIfAborted } from './paging';

/** Listings that page by `skip`. */
export type SearchOperation =
  | 'devices.search'
  | 'users.search'
  | 'product.users'
  | 'report.activated'
  | 'report.active';

export interface SearchQuery {
  operation: SearchOperation;
  /** Filters by the API's names; booleans become 1 and 0, what is undefined, null or empty text is left out. */
  filters?: unknown;
  /** Records to give at most; 0 for all. */
  limit: number;
  /** Records a call asks for. 100 when absent. The documents name no maximum; the cloud may send less. */
  pageSize?: number;
  signal?: AbortSignal;
}

/**
 * Property that names a record. The reports list a device once a day and have no did; Bluetooth devices have `device_sn`
 * instead of `mac` (A.2.1 #23).
 */
const IDENTITIES: Readonly<Record<SearchOperation, readonly string[]>> = {
  'devices.search': ['did'],
  'users.search': ['uid'],
  'product.users': ['uid'],
  'report.activated': ['report_date', 'mac', 'device_sn'],
  'report.active': ['report_date', 'mac', 'device_sn'],
};

/** Records a call asks for where nothing else is said. */
const PAGE_SIZE = 100;

/** Times in a row that a page is read again because the total shrank. */
const STEPS_BACK = 3;

/** Ids remembered at least, to drop what comes again on a later page. */
const REMEMBERED_IDS = 1000;

/**
 * A search or a paged report, page by page as it arrives.
 *
 * The list lives while it is read. A record that moves to a later page because others came in before it is dropped there
 * by its id. When the total shrinks, the records behind the ones that went have moved to earlier pages: the page is read
 * once more from as many records earlier, at most a page, so that none slips through. Ids are remembered for the last
 * pages only, so memory stays flat: a record that turns up again much later comes twice. Inside one page nothing is
 * dropped.
 *
 * Ends where the cloud says so (see {@link readPage}), at `limit`, or with a page that brings nothing new: a server that
 * ignores `skip` does not loop.
 *
 * @throws CloudError `GIZ_BAD_INPUT` for filters that are no object, that set the paging, or that `call` refuses;
 *   `GIZ_CLOSED` once `signal` has been aborted; `GIZ_BAD_RESPONSE`; whatever `call` throws
 */
export async function* search(call: Call, query: SearchQuery): AsyncGenerator<Page, void, undefined> {
  const { operation, signal } = query;
  const filters = readFilters(query.filters ?? {});
  const limit =
    toInteger(query.limit, 'limit', { min: 0, accepted: accepts('integerFrom', { min: 0 }) }) ||
    Number.POSITIVE_INFINITY;
  const pageSize = toInteger(query.pageSize ?? PAGE_SIZE, 'pageSize', {
    min: 1,
    accepted: accepts('integerFrom', { min: 1 }),
  });
  const known = new RecentIds(Math.max(REMEMBERED_IDS, (STEPS_BACK + 2) * pageSize));
  const guard = new RepeatGuard();
  let skip = 0;
  let given = 0;
  let total: number | undefined;
  let stepsBack = 0;
  let idle = 0;
  for (let number = 1; ; number++) {
    throwIfAborted(signal);
    const asked = Math.min(pageSize, limit - given);
    const raw = readPage(await call(operation, { ...filters, limit: asked, skip }, { signal }), { skip }, asked);
    const ids = raw.records.map((record) => idOf(record, IDENTITIES[operation]));
    const repeated = guard.repeats(ids);
    const fresh = known.admit(ids);
    const shrunk = total === undefined || raw.total === undefined ? 0 : Math.max(0, total - raw.total);
    total = raw.total ?? total;
    // Not for ever: with a total that shrinks at every call the listing would never come on.
    const back: number = stepsBack < STEPS_BACK ? Math.min(shrunk, skip, pageSize - 1) : 0;
    const stepping = stepsBack > 0 || back > 0;
    let records = repeated && !stepping ? [] : raw.records.filter((_, index) => fresh[index]);
    idle = ids.length > 0 && records.length === 0 ? idle + 1 : 0;
    const stuck = idle > (stepping ? STEPS_BACK + 1 : 0);
    let last = stuck || (back === 0 && raw.next === undefined);
    let truncated = stuck && raw.next !== undefined;
    if (given + records.length >= limit) {
      truncated = given + records.length > limit || !last;
      records = records.slice(0, limit - given);
      last = true;
    }
    given += records.length;
    const page: Page = { page: number, records, meta: raw.meta };
    if (total !== undefined) page.total = total;
    if (truncated) page.truncated = true;
    if (last) page.last = true;
    yield page;
    if (last) return;
    skip = back > 0 ? skip - back : skip + ids.length;
    stepsBack = back > 0 ? stepsBack + 1 : 0;
  }
}

/** The parameters that the filters stand for; their names are the catalogue's to check. */
function readFilters(filters: unknown): Record<string, unknown> {
  if (!isPlainObject(filters)) {
    throw badInput('type', { field: 'filters', given: excerpt(filters), accepted: accepts('params') });
  }
  const params: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(filters)) {
    checkName(name, 'filters');
    if (name === 'limit' || name === 'skip') throw badInput('filterPaging', { field: `filters.${name}` });
    if (value === undefined || value === null || value === '') continue;
    params[name] = typeof value === 'boolean' ? Number(value) : value;
  }
  return params;
}

function idOf(record: ApiRecord, properties: readonly string[]): string {
  const values = properties.map((property) => record[property]);
  return values.some((value) => typeof value === 'string') ? JSON.stringify(values) : contentKey(record);
}

/** The ids seen last, up to a number. */
class RecentIds {
  private readonly ids = new Set<string>();

  constructor(private readonly most: number) {}

  /** For each id of a page whether it was on none of the pages before. Ids that repeat inside the page stay. */
  admit(ids: readonly string[]): boolean[] {
    const fresh = ids.map((id) => !this.ids.has(id));
    for (const id of ids) {
      // Deleted first, so that it moves to the young end.
      this.ids.delete(id);
      this.ids.add(id);
    }
    for (const id of this.ids) {
      if (this.ids.size <= this.most) break;
      this.ids.delete(id);
    }
    return fresh;
  }
}
