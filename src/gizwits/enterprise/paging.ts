import { hash } from 'node:crypto';
import { CloudError } from '../../cloud/errors';
import { type CallMeta, type CallReply, metaOf } from './call';
import type { Window } from './windows';

/** A record as the API gives it. */
export type ApiRecord = Record<string, unknown>;

/** What one call of a listing brought. */
export interface Page {
  /** Its number among the pages of the listing, from 1. */
  page: number;
  /** Records that are new and wanted, in order; may be none. */
  records: ApiRecord[];
  /** What the call cost. */
  meta: CallMeta;
  /** Span of time that the call asked for: epoch seconds (logs) or milliseconds (aggregates), as sent. */
  window?: Window;
  /** Records that the cloud counts for the query or the window, when it says so. */
  total?: number;
  /** Set on the last page; a listing that needs no call at all (a range in the future) has no page. */
  last?: true;
  /**
   * Set from the page on at which something was left out: the limit was reached and there may be more, or the cloud
   * went round in circles and did not hand out what it announced.
   */
  truncated?: true;
}

type Fields = Record<string, unknown>;

/** How the next page is asked for; parameters of the call. */
export type Position = { context?: string; skip?: number };

/** A page as the cloud sent it. */
export interface RawPage {
  records: ApiRecord[];
  meta: CallMeta;
  total?: number;
  /** Where the next page is; undefined when the cloud says that this was the last. */
  next?: Position;
}

/**
 * Reads one page and where the next one is.
 *
 * A `context` (at the top of the body or in `meta`: the documents show neither) leads on whenever there is one; a listing
 * that has had one ends with it. Without one, pages follow by `skip`, until `next` is null, the page is empty, or `skip`
 * reaches `total`; `skip` moves on by what came, not by what was asked for, because a server may send less
 * (reference notes A.3, c24). `next` itself is never followed: it may name another host.
 *
 * @param at the position of this page
 * @param asked the `limit` of the call: where the body says nothing about more, a full page means there may be
 * @throws CloudError `GIZ_BAD_RESPONSE` when `objects` is no list of records
 */
export function readPage(reply: CallReply, at: Position, asked: number): RawPage {
  const body = fieldsOf(reply.body);
  const records = body.objects;
  if (!Array.isArray(records) || !records.every(isFields)) throw badShape('objects');
  const info = fieldsOf(body.meta);
  const total = countOf(info.total);
  const page: RawPage = { records, meta: metaOf(reply) };
  if (total !== undefined) page.total = total;
  const context = contextOf(body.context) ?? contextOf(info.context);
  if (context !== undefined) page.next = { context };
  else if (at.context === undefined) {
    const skip = (at.skip ?? 0) + records.length;
    if (hasMore(info, total, skip, records.length >= asked)) page.next = { skip };
  }
  if (records.length === 0) delete page.next;
  return page;
}

function hasMore(info: Fields, total: number | undefined, skip: number, full: boolean): boolean {
  const said = info.next !== undefined;
  if (said && (info.next === null || info.next === '')) return false;
  return total === undefined ? said || full : skip < total;
}

function contextOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && count >= 0 ? count : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** A successful answer of an unexpected form. */
export function badShape(field: string): CloudError {
  return new CloudError({
    code: 'GIZ_BAD_RESPONSE',
    textKey: 'errors.badResponse.shape',
    textParams: { field },
    outcome: 'refused',
  });
}

/** @throws CloudError `GIZ_CLOSED` once the signal has been aborted */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CloudError({ code: 'GIZ_CLOSED', textKey: 'errors.closed', outcome: 'not-sent' });
}

/** Levels of a record that are compared; no documented one has more than four. */
const COMPARED_DEPTH = 32;

/**
 * A record's content as a text that does not depend on the order of its names: equal texts mean equal records. What is
 * nested deeper than any real record is left out, so that a hostile one cannot exhaust the stack.
 */
export function contentKey(value: unknown, depth = COMPARED_DEPTH): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (depth === 0) return '…';
  if (Array.isArray(value)) return `[${value.map((entry) => contentKey(entry, depth - 1)).join()}]`;
  const fields = value as Fields;
  const members = Object.keys(fields).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${contentKey(fields[name], depth - 1)}`).join()}}`;
}

/** Pages remembered one by one. Servers that go round in larger circles are caught later, but are caught. */
const REMEMBERED_PAGES = 256;

/**
 * Tells when a server hands out a page that it has handed out before: one that ignores `skip` or `context` repeats its
 * first page for ever. Memory is bounded: the last pages are remembered one by one, and of the older ones that at the
 * last power of two, which finds a circle of any length (Brent's cycle detection).
 */
export class RepeatGuard {
  private readonly recent = new Set<string>();
  private landmark: string | undefined;
  private pages = 0;

  /** Takes the keys of a page's records; true when the same page came before. Empty pages never count. */
  repeats(keys: readonly string[]): boolean {
    if (keys.length === 0) return false;
    const page = hash('sha1', keys.join('\n'), 'base64');
    if (this.recent.has(page) || this.landmark === page) return true;
    this.recent.add(page);
    if (this.recent.size > REMEMBERED_PAGES) this.recent.delete(this.recent.values().next().value as string);
    this.pages++;
    if ((this.pages & (this.pages - 1)) === 0) this.landmark = page;
    return false;
  }
}
