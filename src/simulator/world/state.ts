import { DAY, HOUR } from './calendar';
import { type Attrs, type Datapoint, isNumeric, type RawAttrs, type RawValue, toRawNumber, toValue } from './datapoint';
import type { Device } from './device';
import { type Incident, incidentsBetween } from './incidents';
import { type Session, sessionsBetween } from './presence';
import { between, hash, hex } from './random';
import { commandOf, lastSlot, SETTLE_MS, slotTime } from './schedule';
import { countUntil } from './sorted';

const TWO_PI = 2 * Math.PI;

/** Clear of the world's other uses of the same seed. */
const salt = (datapoint: Datapoint, use: number): number => datapoint.id * 64 + use;

function limits({ dataType, choices, min = 0, max = 255 }: Datapoint): { low: number; count: number } {
  if (dataType === 'bool') return { low: 0, count: 2 };
  if (dataType === 'enum') return { low: 0, count: choices?.length ?? 1 };
  return { low: min, count: max - min + 1 };
}

function drawn(device: Device, datapoint: Datapoint, moment: number, use: number): RawValue {
  if (datapoint.dataType === 'binary') {
    const longest = datapoint.length ?? 1;
    const variable = device.product.protocolType === 'var_len';
    const bytes = variable ? 1 + (hash(device.seed, salt(datapoint, use), moment, 1) % longest) : longest;
    return Buffer.from(hex(bytes, device.seed, salt(datapoint, use + 1), moment), 'hex');
  }
  const { low, count } = limits(datapoint);
  return low + (hash(device.seed, salt(datapoint, use), moment) % count);
}

function measured(device: Device, datapoint: Datapoint, ms: number): RawValue {
  const { curve } = datapoint;
  if (!curve) return drawn(device, datapoint, Math.floor(ms / (isNumeric(datapoint) ? HOUR : 3 * HOUR)), 2);
  const turn = (ms % DAY) / DAY;
  const phase = between(0, 0.2, device.seed, salt(datapoint, 4));
  const wave = Math.sin(TWO_PI * (turn - phase));
  const { low, count } = limits(datapoint);
  let value: number;
  if (curve.kind === 'daily') {
    const middle = (curve.low + curve.high) / 2;
    const noise = between(-0.08, 0.08, device.seed, salt(datapoint, 5), Math.floor(ms / 1000));
    value = middle + ((curve.high - curve.low) / 2) * (0.92 * wave + noise);
  } else {
    const share = between(0.5, 1.5, device.seed, salt(datapoint, 6));
    // The wave's slope stays below the line's, so the counter never falls.
    value = curve.perDay * share * ((ms - device.createdAt) / DAY + 0.05 * (wave + 1));
  }
  return Math.min(low + count - 1, Math.max(low, toRawNumber(datapoint, value)));
}

/** The fault or alert of a datapoint that is there, as a report made at that instant would say. */
export function raisedIncident(device: Device, datapoint: Datapoint, ms: number): Incident | undefined {
  const { forced, recovered } = device.overlay;
  const asked = forced.find(({ name, from, to }) => name === datapoint.name && from <= ms && ms < to);
  if (asked) return asked;
  return incidentsBetween({ seed: device.seed, attrId: datapoint.id }, ms, ms).find(
    ({ eventId, from, to }) => from <= ms && ms < Math.min(to, recovered.get(eventId) ?? to),
  );
}

/**
 * The raw values that a device would report at an instant. Writable values change with the commands of the schedule,
 * each of which writes the next writable datapoint; a value that was written by a call stays as it was written.
 */
export function rawState(device: Device, ms: number): RawAttrs {
  const slot = lastSlot(device.rhythm, ms);
  const command = commandOf(device.rhythm, slot);
  const { datapoints } = device.product;
  const writable = datapoints.reduce((count, { access }) => count + (access === 'status_writable' ? 1 : 0), 0);
  const values: RawAttrs = new Map();
  let order = 0;
  for (const datapoint of datapoints) {
    if (datapoint.access === 'status_writable') {
      const written = device.overlay.writes.get(datapoint.name) ?? [];
      const latest = written[countUntil(written, ms) - 1];
      const age = (((command - order) % writable) + writable) % writable;
      values.set(datapoint.name, latest ? latest.raw : drawn(device, datapoint, command - age, 7));
      order++;
    } else if (datapoint.access === 'status_readonly') {
      values.set(datapoint.name, measured(device, datapoint, ms));
    } else {
      values.set(datapoint.name, raisedIncident(device, datapoint, ms) ? 1 : 0);
    }
  }
  return values;
}

/** Raw values → what the API shows. */
export function toAttrs(device: Device, values: RawAttrs): Attrs {
  const attrs: Attrs = {};
  for (const datapoint of device.product.datapoints) {
    const raw = values.get(datapoint.name);
    if (raw !== undefined) attrs[datapoint.name] = toValue(datapoint, raw);
  }
  return attrs;
}

/** The stay online that holds an instant. */
export function sessionAt(device: Device, ms: number): Session | undefined {
  return sessionsBetween(device.line, device.presence, ms, ms).find(({ from, to }) => from <= ms && ms < to);
}

/** Stays online that touch [from, to], whole, oldest first. */
export function sessionsOf(device: Device, from: number, to: number): Session[] {
  return sessionsBetween(device.line, device.presence, from, to);
}

/** Latest stays online that began at or before `ms`, newest first; empty for a device that never was online. */
export function recentSessions(device: Device, ms: number): Session[] {
  const change = device.presence.at(-1);
  const goneAt = change ? (change.mode === 'offline' ? change.at : ms) : device.line.diesAt;
  const end = Math.min(ms, goneAt);
  const sessions = sessionsOf(device, end - 3 * device.line.cycleMs, end);
  return sessions.filter(({ from }) => from <= ms).reverse();
}

/** Instant of the last report at or before `ms`, or undefined when there was none. */
export function lastReport(device: Device, ms: number): number | undefined {
  const { reports } = device.overlay;
  const extra = reports[countUntil(reports, ms) - 1]?.at;
  for (const session of recentSessions(device, ms)) {
    const time = slotTime(device.rhythm, lastSlot(device.rhythm, Math.min(ms, session.to - 1)));
    if (time >= session.from + SETTLE_MS) return extra !== undefined && extra > time ? extra : time;
  }
  return extra;
}

/** Instant of the first report at or after `ms`, or undefined when the device never reports again. */
export function nextReport(device: Device, ms: number): number | undefined {
  const { reports } = device.overlay;
  const extra = reports[countUntil(reports, ms - 1)]?.at;
  // A device may be held offline for longer than its schedule's gaps last; then it is back with a later change.
  const changes = device.presence.filter(({ at }) => at > ms).map(({ at }) => at);
  for (const start of [ms, ...changes]) {
    for (const session of sessionsOf(device, start, start + 3 * device.line.cycleMs)) {
      const time = slotTime(device.rhythm, lastSlot(device.rhythm, Math.max(ms, session.from + SETTLE_MS) - 1) + 1);
      if (time < session.to) return extra !== undefined && extra < time ? extra : time;
    }
  }
  return extra;
}

const FULL_REPORT_EVERY = 10;

/**
 * Raw values of the report that a device made at `ms`. A fixed-length product always reports everything; a
 * variable-length one everything at times (the first report of a stay online, then every tenth) and else what changed.
 */
export function reportedAt(device: Device, ms: number): RawAttrs {
  const values = rawState(device, ms);
  if (device.product.protocolType === 'standard') return values;
  const slot = lastSlot(device.rhythm, ms);
  const scheduled = slotTime(device.rhythm, slot) === ms;
  if (scheduled && slot % FULL_REPORT_EVERY === 0) return values;
  const previous = lastReport(device, ms - 1);
  const session = sessionAt(device, ms);
  if (previous === undefined || !session || previous < session.from) return values;
  const before = rawState(device, previous);
  const { reports } = device.overlay;
  const extra = reports[countUntil(reports, ms) - 1];
  const named = extra?.at === ms ? extra.names : [];
  const changed: RawAttrs = new Map(
    [...values].filter(([name, raw]) => named.includes(name) || String(raw) !== String(before.get(name))),
  );
  if (changed.size > 0) return changed;
  const first = device.product.datapoints.find(({ access }) => access === 'status_readonly') as Datapoint;
  return new Map([[first.name, values.get(first.name) as RawValue]]);
}
