import type { Device } from '../world/device';
import type { Log } from '../world/history';
import type { Call } from './call';
import { deviceOf } from './device-operations';
import { Refused } from './errors';
import { DEFAULT_LIMIT, type Meta, readCursor, skipMeta, writeCursor } from './paging';

const LIMIT = 100;
const DEFAULT_WINDOW_S = 2 * 86_400;

interface Window {
  /** Epoch milliseconds, both inclusive. */
  from: number;
  to: number;
}

/** start_ts and end_ts: both omitted means the last two days, an omitted end means now. */
function windowOf(call: Call, lastMs: number): Window {
  const now = call.world.now();
  const { windowSeconds } = call.enterprise.behaviour;
  const asked = call.integer('end_ts');
  const end = asked ?? Math.floor(now / 1000);
  const start = call.integer('start_ts') ?? end - Math.min(DEFAULT_WINDOW_S, windowSeconds);
  if (end < start) throw new Refused(5002, 'end_ts is before start_ts');
  if (end - start > windowSeconds) throw new Refused(5002, 'start_ts and end_ts are more than 2 days apart');
  return { from: start * 1000, to: asked === undefined ? now : Math.min(end * 1000 + lastMs, now) };
}

type LogOf<T> = (device: Device, from: number, to: number, asOf: number) => Log<T>;

function logPage<T, R>(call: Call, logOf: LogOf<T>, lastMs: number, print: (at: number, entry: T) => R): object {
  const device = deviceOf(call);
  const { behaviour, world } = call.enterprise;
  if (behaviour.published !== null) throw new Refused(behaviour.published);
  const asked = call.choice('sort', ['asc', 'desc']);
  const limit = call.integer('limit', { low: 1, high: LIMIT }) ?? DEFAULT_LIMIT;
  const skip = call.integer('skip') ?? 0;
  const byCursor = behaviour.cursor === 'meta' || behaviour.cursor === 'top';
  const context = byCursor ? call.text('context') : undefined;
  const window = windowOf(call, lastMs);
  const cursor = context === undefined ? undefined : readCursor(context, call.request.path, world.now());
  // "Repeat the same query, adding context": another order or start is another query.
  if (cursor && asked !== undefined && asked !== cursor.sort) throw new Refused(5002, 'context invalid');
  if (cursor && call.text('start_ts') !== undefined && window.from !== cursor.from)
    throw new Refused(5002, 'context invalid');
  const { from, to } = cursor ?? window;
  const sort = cursor?.sort ?? asked ?? 'desc';
  const offset = cursor?.offset ?? (behaviour.cursor === 'ignores-skip' ? 0 : skip);
  const now = world.now();
  // What the cloud still keeps is settled with the first page of a walk.
  const asOf = cursor?.asOf ?? now;
  const log = logOf(device, from, to, asOf);
  const objects = log.page(offset, limit, sort).map(({ at, entry }) => print(at, entry));
  if (!byCursor) {
    return { meta: skipMeta(call, log.total, { limit, skip: offset }), objects };
  }
  const meta: Meta = { previous: null, skip, total: log.total, limit, next: null };
  const more = offset + objects.length < log.total && objects.length > 0;
  const walk = { path: call.request.path, from, to, sort, asOf, issuedAt: now };
  const next = more ? writeCursor({ ...walk, offset: offset + objects.length }) : null;
  return behaviour.cursor === 'top' ? { meta, objects, context: next } : { meta: { ...meta, context: next }, objects };
}

const floatSeconds = (ms: number): number => ms / 1000;

/** Comings and goings of a device. */
export function onlineRecords(call: Call): object {
  const { world } = call;
  return logPage(
    call,
    (...range) => world.onlineLog(...range),
    0,
    (at, { type, payload }) => ({
      timestamp: floatSeconds(at),
      type,
      payload,
    }),
  );
}

/** Frames between the cloud and a device, as hex. */
export function commandRecords(call: Call): object {
  const { world } = call;
  return logPage(
    call,
    (...range) => world.commandLog(...range),
    0,
    (at, { type, frame }) => ({
      timestamp: floatSeconds(at),
      type,
      payload: frame.toString('hex'),
    }),
  );
}

/** Datapoint reports of a device. Their time is whole seconds, so the last second of the window counts whole. */
export function dataRecords(call: Call): object {
  const { world } = call;
  return logPage(
    call,
    (...range) => world.dataLog(...range),
    999,
    (at, attrs) => ({
      ts: Math.floor(at / 1000),
      attrs,
    }),
  );
}
