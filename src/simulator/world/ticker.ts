import type { Clock, Timer } from '../../cloud/clock';
import { HOUR, SECOND } from './calendar';
import type { Device } from './device';
import type { WorldEvents } from './events';
import { COMMAND_FROM_DEVICE, encodeFrame, encodeReport } from './frame';
import { dataInstants, onlineEntries, scheduledCommands } from './history';
import { hash } from './random';
import { lastSlot } from './schedule';
import { countUntil } from './sorted';
import { lastReport, nextReport, raisedIncident, reportedAt, sessionsOf, toAttrs } from './state';

type Emit = <Name extends keyof WorldEvents>(name: Name, event: WorldEvents[Name]) => void;

/** The user who owns a device; a device without one is commanded by a gateway, which needs no user. */
type OwnerOf = (device: Device) => { appid: string; uid: string } | undefined;

interface Due {
  at: number;
  device: Device;
}

interface Happening {
  at: number;
  tell: () => void;
}

/** After a jump of the wall clock, no more than this is told afterwards. */
const CATCH_UP_MS = HOUR;
/** Happenings closer together than this are told together. */
const SHORTEST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 60 * SECOND;
const POSITION_EVERY = 6;

/**
 * Tells what the computed world does as time passes. It wakes only for the next thing that happens, keeps no state but
 * how far each device has been told, and its timer never holds a process open.
 */
export class Ticker {
  private readonly heap: Due[] = [];
  private readonly told = new Map<Device, number>();
  private timer: Timer | undefined;
  private running = false;

  constructor(
    private readonly clock: Clock,
    private readonly devices: readonly Device[],
    private readonly emit: Emit,
    /** Who sends the commands of a device's schedule. */
    private readonly ownerOf: OwnerOf,
  ) {}

  /** Begins to tell from now on; a second call does nothing. */
  start(): void {
    if (this.running) return;
    this.running = true;
    const now = Math.floor(this.clock.now());
    for (const device of this.devices) {
      this.told.set(device, now);
      this.schedule(device, now);
    }
    this.arm();
  }

  stop(): void {
    this.running = false;
    this.heap.length = 0;
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** A device's near future has changed. */
  touch(device: Device): void {
    if (!this.running) return;
    this.schedule(device, this.told.get(device) ?? Math.floor(this.clock.now()));
    this.arm();
  }

  private schedule(device: Device, after: number): void {
    const at = nextHappening(device, after);
    if (at !== undefined) push(this.heap, { at, device });
  }

  private arm(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    const first = this.heap[0];
    const wait = first ? first.at - this.clock.now() : LONGEST_WAIT_MS;
    this.timer = this.clock.setTimeout(() => this.tick(), Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, wait)));
    (this.timer as { unref?: () => void } | undefined)?.unref?.();
  }

  private tick(): void {
    this.timer = undefined;
    const now = Math.floor(this.clock.now());
    const due = new Set<Device>();
    while (this.heap[0] && this.heap[0].at <= now) due.add((pop(this.heap) as Due).device);
    const happenings: Happening[] = [];
    for (const device of due) {
      const after = Math.max(this.told.get(device) ?? now, now - CATCH_UP_MS);
      happenings.push(...happeningsOf(device, after + 1, now, this.emit, this.ownerOf));
      this.told.set(device, now);
    }
    happenings.sort((left, right) => left.at - right.at);
    for (const { tell } of happenings) tell();
    if (!this.running) return;
    for (const device of due) this.schedule(device, now);
    this.arm();
  }
}

function nextHappening(device: Device, after: number): number | undefined {
  const { frames } = device.overlay;
  const candidates = [nextReport(device, after + 1), frames[countUntil(frames, after)]?.at];
  for (const { from, to } of sessionsOf(device, after, after + 3 * device.line.cycleMs)) {
    if (from > after) candidates.push(from);
    if (to > after && to < Number.POSITIVE_INFINITY) candidates.push(to);
  }
  const times = candidates.filter((time) => time !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

function happeningsOf(device: Device, from: number, to: number, emit: Emit, ownerOf: OwnerOf): Happening[] {
  const happenings: Happening[] = [];
  for (const { at, entry } of onlineEntries(device, from, to)) {
    const ip = `203.0.113.${1 + (hash(device.seed, 62) % 254)}`;
    happenings.push({
      at,
      tell:
        entry.type === 'dev_online'
          ? () => emit('online', { device, at, place: device.place, ip })
          : () => emit('offline', { device, at, reason: entry.payload.reason }),
    });
  }
  for (const { at, entry } of scheduledCommands(device, from, to)) {
    const attrs = toAttrs(device, new Map([[entry.name, entry.raw]]));
    const owner = ownerOf(device);
    const sender = owner ? { source: 'client' as const, ...owner } : { source: 'gateway' as const };
    happenings.push({ at, tell: () => emit('command', { device, at, ...sender, attrs, frame: entry.frame }) });
  }
  const { frames } = device.overlay;
  for (const { at, type, frame } of frames.slice(countUntil(frames, from - 1), countUntil(frames, to))) {
    if (type === 'dev2app') happenings.push({ at, tell: () => emit('passThrough', { device, at, frame }) });
  }
  for (const at of dataInstants(device, from, to)) happenings.push({ at, tell: () => tellReport(device, at, emit) });
  return happenings;
}

function tellReport(device: Device, at: number, emit: Emit): void {
  const values = reportedAt(device, at);
  const frame = encodeFrame(COMMAND_FROM_DEVICE, encodeReport(device.product, values));
  emit('report', { device, at, attrs: toAttrs(device, values), frame });
  const before = lastReport(device, at - 1);
  for (const datapoint of device.product.datapoints) {
    if (datapoint.access !== 'fault' && datapoint.access !== 'alert') continue;
    const now = raisedIncident(device, datapoint, at);
    const then = before === undefined ? undefined : raisedIncident(device, datapoint, before);
    const { access: kind, name, displayName } = datapoint;
    if (then && then.eventId !== now?.eventId) {
      emit('incident', { device, at, kind, name, displayName, eventId: then.eventId, raised: false });
    }
    if (now && now.eventId !== then?.eventId) {
      emit('incident', { device, at, kind, name, displayName, eventId: now.eventId, raised: true });
    }
  }
  if (device.isMobile && device.place && lastSlot(device.rhythm, at) % POSITION_EVERY === 0)
    tellPosition(device, at, emit);
}

function tellPosition(device: Device, at: number, emit: Emit): void {
  const { place, longitude, latitude } = device;
  if (!place || longitude === null || latitude === null) return;
  const satellites = 5 + (hash(device.seed, 63, at / 1000) % 7);
  emit('gps', { device, at, longitude, latitude, hdop: Number((6 / satellites).toFixed(1)), satellites });
  const signal = -60 - (hash(device.seed, 64, at / 1000) % 40);
  emit('lbs', { device, at, longitude: place.longitude, latitude: place.latitude, place, signal });
}

function push(heap: Due[], due: Due): void {
  heap.push(due);
  let index = heap.length - 1;
  while (index > 0) {
    const parent = (index - 1) >>> 1;
    if ((heap[parent] as Due).at <= due.at) break;
    heap[index] = heap[parent] as Due;
    index = parent;
  }
  heap[index] = due;
}

function pop(heap: Due[]): Due | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    let child = index * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as Due).at < (heap[child] as Due).at) child++;
    if ((heap[child] as Due).at >= last.at) break;
    heap[index] = heap[child] as Due;
    index = child;
  }
  heap[index] = last;
  return first;
}
