import { type Attrs, type RawAttrs, type RawValue, toValue } from './datapoint';
import type { Device } from './device';
import { COMMAND_FROM_DEVICE, COMMAND_TO_DEVICE, encodeFrame, encodeReport, encodeWrite } from './frame';
import { heartbeats, KEEP_ALIVE_S, type OfflineReason } from './presence';
import { COMMAND_LEAD_MS, commandOf, lastSlot, SETTLE_MS, slotsPerCommand, slotTime } from './schedule';
import { countUntil } from './sorted';
import { rawState, reportedAt, sessionsOf, toAttrs } from './state';

/** Something that happened at an instant, epoch milliseconds. */
export interface Stamped<T> {
  at: number;
  entry: T;
}

/** Entries of one kind in a window, sorted by time, countable without being made. */
interface Stream<T> {
  /** Entries from the window's start to `until`, inclusive. */
  count(until: number): number;
  /** Entries in [from, to], oldest first. */
  list(from: number, to: number): Stamped<T>[];
}

/** Entries of a window, readable by rank in either order; nothing but the page asked for is ever made. */
export interface Log<T> {
  total: number;
  page(offset: number, limit: number, order: 'asc' | 'desc'): Stamped<T>[];
}

/** A command that the schedule holds: which writable datapoint got which value, and the frame that said so. */
export interface ScheduledCommand {
  name: string;
  raw: RawValue;
  frame: Buffer;
}

export type CommandEntry = { type: 'app2dev' | 'dev2app'; frame: Buffer };

export type OnlineEntry =
  | { type: 'dev_online'; payload: { keep_alive: number } }
  | {
      type: 'dev_offline';
      payload: { duration: number; heartbeat: ReturnType<typeof heartbeats>; reason: OfflineReason };
    };

interface SlotRange {
  first: number;
  last: number;
}

/** Scheduled slots of a device that lie in a stay online, each `lead` milliseconds before its report. */
function slotStream<T>(
  device: Device,
  window: { from: number; to: number },
  stride: number,
  lead: number,
  make: (slot: number, time: number) => T,
): Stream<T> {
  const { rhythm } = device;
  const ranges: SlotRange[] = [];
  for (const session of sessionsOf(device, window.from, window.to + lead)) {
    const first = lastSlot(rhythm, Math.max(session.from + SETTLE_MS, window.from + lead) - 1) + 1;
    const last = lastSlot(rhythm, Math.min(session.to - 1, window.to + lead));
    if (first <= last) ranges.push({ first, last });
  }
  return {
    count(until) {
      const end = lastSlot(rhythm, until + lead);
      let total = 0;
      for (const { first, last } of ranges) {
        if (first > end) break;
        total += Math.max(0, Math.floor(Math.min(last, end) / stride) - Math.ceil(first / stride) + 1);
      }
      return total;
    },
    list(from, to) {
      const start = lastSlot(rhythm, from + lead - 1) + 1;
      const end = lastSlot(rhythm, to + lead);
      const found: Stamped<T>[] = [];
      for (const range of ranges) {
        const first = Math.ceil(Math.max(range.first, start) / stride) * stride;
        for (let slot = first; slot <= Math.min(range.last, end); slot += stride) {
          const time = slotTime(rhythm, slot);
          found.push({ at: time - lead, entry: make(slot, time) });
        }
      }
      return found;
    },
  };
}

function listStream<S extends { at: number }, T>(
  list: readonly S[],
  window: { from: number; to: number },
  make: (element: S) => T,
): Stream<T> {
  const first = countUntil(list, window.from - 1);
  return {
    count: (until) => Math.max(0, countUntil(list, Math.min(until, window.to)) - first),
    list(from, to) {
      const start = countUntil(list, Math.max(from, window.from) - 1);
      const end = countUntil(list, Math.min(to, window.to));
      return list.slice(start, end).map((element) => ({ at: element.at, entry: make(element) }));
    },
  };
}

function logOf<T>(streams: readonly Stream<T>[], from: number, to: number): Log<T> {
  const count = (until: number): number => streams.reduce((sum, stream) => sum + stream.count(until), 0);
  const total = from > to ? 0 : count(to);
  /** First instant by which `rank` entries have happened. */
  const instantOf = (rank: number): number => {
    let low = from;
    let high = to;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (count(middle) >= rank) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const ascending = (offset: number, limit: number): Stamped<T>[] => {
    if (limit <= 0 || offset >= total) return [];
    const start = instantOf(offset + 1);
    const end = instantOf(Math.min(offset + limit, total));
    const skipped = offset - count(start - 1);
    const entries = streams.flatMap((stream) => stream.list(start, end)).sort((left, right) => left.at - right.at);
    return entries.slice(skipped, skipped + limit);
  };
  return {
    total,
    page(offset, limit, order) {
      if (order === 'asc') return ascending(offset, limit);
      const end = total - offset;
      const start = Math.max(0, end - limit);
      return ascending(start, end - start).reverse();
    },
  };
}

function reportStreams<T>(device: Device, from: number, to: number, make: (at: number) => T): Stream<T>[] {
  const window = { from, to };
  return [
    slotStream(device, window, 1, 0, (_, time) => make(time)),
    listStream(device.overlay.reports, window, ({ at }) => make(at)),
  ];
}

/** Reports of a device in [from, to] as datapoint values; `to` must not lie in the future. */
export function dataLog(device: Device, from: number, to: number): Log<Attrs> {
  return logOf(
    reportStreams(device, from, to, (at) => toAttrs(device, reportedAt(device, at))),
    from,
    to,
  );
}

/** Number of reports of a device in [from, to]. */
export function countReports(device: Device, from: number, to: number): number {
  return reportStreams(device, from, to, () => undefined).reduce((sum, stream) => sum + stream.count(to), 0);
}

/** Instants of the reports in [from, to], oldest first. */
export function dataInstants(device: Device, from: number, to: number): number[] {
  const streams = reportStreams(device, from, to, () => undefined);
  return streams.flatMap((stream) => stream.list(from, to).map(({ at }) => at)).sort((left, right) => left - right);
}

/** Reports in [from, to] one after the other, without holding them. */
export function* reportsBetween(device: Device, from: number, to: number): Generator<Stamped<RawAttrs>> {
  const step = Math.max(3_600_000, device.rhythm.everyMs * 16);
  for (let start = from; start <= to; start += step) {
    const end = Math.min(to, start + step - 1);
    const streams = reportStreams(device, start, end, (at) => reportedAt(device, at));
    yield* streams.flatMap((stream) => stream.list(start, end)).sort((left, right) => left.at - right.at);
  }
}

/** The command of the schedule that precedes a command slot's report. */
function scheduledCommand(device: Device, slot: number, time: number): ScheduledCommand {
  const writable = device.product.datapoints.filter(({ access }) => access === 'status_writable');
  const command = commandOf(device.rhythm, slot);
  const { name } = writable[((command % writable.length) + writable.length) % writable.length] as { name: string };
  const raw = rawState(device, time).get(name) as RawValue;
  return { name, raw, frame: writeFrame(device, new Map([[name, raw]]), time) };
}

/** Frame of a write, as the cloud sends it to the device. */
export function writeFrame(device: Device, values: RawAttrs, ms: number): Buffer {
  return encodeFrame(COMMAND_TO_DEVICE, encodeWrite(device.product, values, rawState(device, ms)));
}

/** Frame of the report that a device made at `ms`. */
export function reportFrame(device: Device, ms: number): Buffer {
  return encodeFrame(COMMAND_FROM_DEVICE, encodeReport(device.product, reportedAt(device, ms)));
}

/** Commands of the schedule in [from, to], each with its own instant. */
export function scheduledCommands(device: Device, from: number, to: number): Stamped<ScheduledCommand>[] {
  return commandStream(device, from, to, (slot, time) => scheduledCommand(device, slot, time)).list(from, to);
}

function commandStream<T>(
  device: Device,
  from: number,
  to: number,
  make: (slot: number, time: number) => T,
): Stream<T> {
  return slotStream(device, { from, to }, slotsPerCommand(device.rhythm), COMMAND_LEAD_MS, make);
}

/** Frames between cloud and device in [from, to]. */
export function commandLog(device: Device, from: number, to: number): Log<CommandEntry> {
  const streams: Stream<CommandEntry>[] = [
    ...reportStreams<CommandEntry>(device, from, to, (at) => ({ type: 'dev2app', frame: reportFrame(device, at) })),
    commandStream<CommandEntry>(device, from, to, (slot, time) => ({
      type: 'app2dev',
      frame: scheduledCommand(device, slot, time).frame,
    })),
    listStream<Device['overlay']['frames'][number], CommandEntry>(
      device.overlay.frames,
      { from, to },
      ({ type, frame }) => ({ type, frame }),
    ),
  ];
  return logOf(streams, from, to);
}

/** Comings and goings in [from, to]. */
export function onlineEntries(device: Device, from: number, to: number): Stamped<OnlineEntry>[] {
  const entries: Stamped<OnlineEntry>[] = [];
  for (const session of sessionsOf(device, from, to)) {
    if (session.from >= from && session.from <= to) {
      entries.push({ at: session.from, entry: { type: 'dev_online', payload: { keep_alive: KEEP_ALIVE_S } } });
    }
    if (session.to >= from && session.to <= to) {
      const payload = {
        duration: Math.floor((session.to - session.from) / 1000),
        heartbeat: heartbeats(session, device.seed),
        reason: session.reason,
      };
      entries.push({ at: session.to, entry: { type: 'dev_offline', payload } });
    }
  }
  return entries;
}

/** Comings and goings of a device in [from, to]. */
export function onlineLog(device: Device, from: number, to: number): Log<OnlineEntry> {
  const entries = onlineEntries(device, from, to);
  return logOf([listStream(entries, { from, to }, ({ entry }) => entry)], from, to);
}

/** One value of a report, or undefined when the report does not name it. */
export function valueIn(device: Device, values: RawAttrs, name: string): number | undefined {
  const raw = values.get(name);
  const datapoint = device.product.datapoints.find((candidate) => candidate.name === name);
  if (raw === undefined || !datapoint) return undefined;
  const value = toValue(datapoint, raw);
  return typeof value === 'number' ? value : undefined;
}
