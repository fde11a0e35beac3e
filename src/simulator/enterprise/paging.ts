import type { Call } from './call';
import { Refused } from './errors';

export interface Meta {
  total: number;
  limit: number;
  skip: number;
  previous: string | null;
  next: string | null;
}

export const DEFAULT_LIMIT = 20;

/** `limit` and `skip` of a skip-paged list. */
export function skipPage(call: Call, high = call.enterprise.behaviour.pageLimit): { limit: number; skip: number } {
  return { limit: call.integer('limit', { low: 1, high }) ?? DEFAULT_LIMIT, skip: call.integer('skip') ?? 0 };
}

/** The meta of a skip-paged answer, with neighbours as relative addresses that repeat the request's other parameters. */
export function skipMeta(call: Call, total: number, { limit, skip }: { limit: number; skip: number }): Meta {
  const neighbour = (target: number): string => {
    const query = new URLSearchParams(call.request.query);
    query.set('skip', String(target));
    query.set('limit', String(limit));
    return `${call.request.path}?${query}`;
  };
  return {
    previous: skip > 0 ? neighbour(Math.max(0, skip - limit)) : null,
    skip,
    total,
    limit,
    next: skip + limit < total ? neighbour(skip + limit) : null,
  };
}

/** One page of a list that is at hand, in the API's shape. */
export function pageOf<T, R>(call: Call, list: readonly T[], print: (element: T) => R): { meta: Meta; objects: R[] } {
  const page = skipPage(call);
  const objects = list.slice(page.skip, page.skip + page.limit).map(print);
  return { meta: skipMeta(call, list.length, page), objects };
}

/** Where a walk through a log stands. The window is frozen with the first page, so later records do not shift it. */
export interface Cursor {
  path: string;
  /** Epoch milliseconds. */
  from: number;
  to: number;
  sort: 'asc' | 'desc';
  offset: number;
  /** When the first page and when this cursor was given out, epoch milliseconds. */
  asOf: number;
  issuedAt: number;
}

const CURSOR_LIFE_MS = 3_600_000;

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** Reads a `context`; 5002 when it is not one of ours, belongs to another path, or is older than an hour. */
export function readCursor(text: string, path: string, now: number): Cursor {
  let cursor: Partial<Cursor>;
  try {
    cursor = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) ?? {};
  } catch {
    throw new Refused(5002, 'context invalid');
  }
  const { from, to, sort, offset, asOf, issuedAt } = cursor;
  const numbers = [from, to, offset, asOf, issuedAt].every((value) => Number.isSafeInteger(value));
  if (!numbers || cursor.path !== path || (sort !== 'asc' && sort !== 'desc'))
    throw new Refused(5002, 'context invalid');
  if (now - (issuedAt as number) > CURSOR_LIFE_MS) throw new Refused(5002, 'context has expired');
  return cursor as Cursor;
}
