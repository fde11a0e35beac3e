import type { Clock } from '../../cloud/clock';
import { Emitter } from '../emitter';
import { DAY, dayOf } from './calendar';
import { type BinaryCoding, isRead, parseAttrs, parseBytes, unframed } from './command';
import type { Attrs, Datapoint, RawAttrs } from './datapoint';
import { type Device, makeDevice } from './device';
import type { CommandSource, WorldEvents } from './events';
import { ACTION, COMMAND_FROM_DEVICE, COMMAND_TO_DEVICE, decodeWrite, encodeFrame } from './frame';
import { Groups } from './groups';
import { type CommandEntry, commandLog, dataLog, type Log, type OnlineEntry, onlineLog, writeFrame } from './history';
import { incidentsBetween } from './incidents';
import { People, type User } from './people';
import type { OfflineReason, PresenceMode } from './presence';
import { type App, ENTERPRISE, makeApps, makeProducts, type Product } from './products';
import { hash, uuid } from './random';
import { insert } from './sorted';
import { lastReport, nextReport, raisedIncident, recentSessions, reportedAt, sessionAt, toAttrs } from './state';
import { Ticker } from './ticker';

/** A command as any of the clouds' doors takes it: exactly one of `attrs` and `raw`. */
export interface Command {
  attrs?: Readonly<Record<string, unknown>>;
  /** Bytes as an array of 0..255, or as text in the coding. */
  raw?: unknown;
  /** How text stands for bytes, in `raw` and in binary datapoints; hex unless told. */
  coding?: BinaryCoding;
}

/** Who sends a command. `appid` and `uid` for a user's, `enterpriseId` for the Enterprise API's. */
export interface CommandOrigin {
  source: CommandSource;
  appid?: string;
  uid?: string;
  enterpriseId?: string;
}

export type Refusal = 'disabled' | 'offline' | 'attr-unknown' | 'attr-invalid' | 'raw-invalid';

export type ControlResult = { accepted: true } | { accepted: false; reason: Refusal; detail: string };

/** A command that a device really carried out: what a test compares its expectations with. */
export interface Execution {
  /** Epoch milliseconds. */
  at: number;
  did: string;
  mac: string;
  productKey: string;
  source: CommandSource;
  attrs?: Attrs;
  /** Lower-case hex of a raw command's payload. */
  raw?: string;
}

/** A fault or alert as the cloud saw it. */
export interface SeenIncident {
  name: string;
  eventId: string;
  /** Instant of the report that showed it first, epoch milliseconds. */
  raisedAt: number;
  /** Instant of the report that no longer showed it; null while it lasts. */
  resolvedAt: number | null;
}

/** What the cloud knows of a device now. */
export interface DeviceStatus {
  online: boolean;
  faulty: boolean;
  alert: boolean;
  /** Beginning of the last stay online, epoch milliseconds. */
  onlineLatest: number | null;
}

/** A device answers a command after this long. */
export const REACTION_MS = 300;

/** Extra records kept for each device; older ones are forgotten. */
const OVERLAY_LIMIT = 20_000;
const EXECUTIONS_LIMIT = 200_000;

export interface WorldOptions {
  clock: Clock;
  /** Same seed and same day, same world. */
  seed: number;
  /** Days of history that the cloud keeps. */
  historyDays: number;
  /** Devices of the first product; as many as it has sold unless given. */
  devices?: number | undefined;
}

/**
 * One living world: products, devices, users, groups and their past, all a function of a seed and the time. Nothing of the
 * past is stored; only what calls changed lies over it. While somebody listens to `events`, a ticker tells what happens.
 */
export class World {
  readonly enterprise = ENTERPRISE;
  readonly products: readonly Product[];
  readonly apps: readonly App[];
  readonly devices: readonly Device[];
  readonly people: People;
  readonly groups: Groups;
  readonly events: Emitter<WorldEvents>;
  /** Commands that took effect, oldest first. */
  readonly executed: Execution[] = [];
  /** How far back the logs reach, milliseconds. */
  readonly horizonMs: number;

  private readonly clock: Clock;
  private readonly byDid: Map<string, Device>;
  private readonly byMac: Map<string, Device>;
  private readonly ticker: Ticker;
  private forcedCount = 0;

  constructor({ clock, seed, historyDays, devices }: WorldOptions) {
    this.clock = clock;
    this.horizonMs = historyDays * DAY;
    const now = this.now();
    const today = dayOf(now);
    this.products = makeProducts();
    this.apps = makeApps(this.products);
    this.devices = this.products.flatMap((product, order) =>
      Array.from({ length: (order === 0 && devices) || product.deviceCount }, (_, index) =>
        makeDevice(seed, product, order, index, today),
      ),
    );
    this.byDid = new Map(this.devices.map((device) => [device.did, device]));
    this.byMac = new Map(this.devices.map((device) => [`${device.product.productKey} ${device.mac}`, device]));
    this.people = new People(seed, this.apps, this.devices, now);
    this.groups = new Groups(seed, this.devices);
    this.ticker = new Ticker(
      clock,
      this.devices,
      (name, event) => this.events.emit(name, event),
      (device) => this.ownerOf(device),
    );
    this.events = new Emitter((listeners) => (listeners > 0 ? this.ticker.start() : this.ticker.stop()));
  }

  /** Wall time, epoch milliseconds, whole. */
  now(): number {
    return Math.floor(this.clock.now());
  }

  product(productKey: string): Product | undefined {
    return this.products.find((product) => product.productKey === productKey);
  }

  app(appid: string): App | undefined {
    return this.apps.find((app) => app.appid === appid);
  }

  device(did: string): Device | undefined {
    return this.byDid.get(did);
  }

  deviceByMac(productKey: string, mac: string): Device | undefined {
    return this.byMac.get(`${productKey} ${mac}`);
  }

  devicesOf(productKey: string): Device[] {
    return this.devices.filter(({ product }) => product.productKey === productKey);
  }

  isOnline(device: Device): boolean {
    return sessionAt(device, this.now()) !== undefined;
  }

  status(device: Device): DeviceStatus {
    const now = this.now();
    const seen = lastReport(device, now);
    const session = recentSessions(device, now)[0];
    return {
      online: session !== undefined && now < session.to,
      faulty: seen !== undefined && this.hasIncident(device, 'fault', seen),
      alert: seen !== undefined && this.hasIncident(device, 'alert', seen),
      onlineLatest: session?.from ?? null,
    };
  }

  /** Instant of the last report, or undefined before the first. */
  lastReportAt(device: Device): number | undefined {
    return lastReport(device, this.now());
  }

  /** What a device said at the instant of one of its reports. */
  attrsAt(device: Device, ms: number): Attrs {
    return toAttrs(device, reportedAt(device, ms));
  }

  /** Reports in [from, to], epoch milliseconds, within what the cloud kept at `asOf` and never in the future. */
  dataLog(device: Device, from: number, to: number, asOf = this.now()): Log<Attrs> {
    return dataLog(device, ...this.kept(device, from, to, asOf));
  }

  /** Frames in [from, to], bounded likewise. */
  commandLog(device: Device, from: number, to: number, asOf = this.now()): Log<CommandEntry> {
    return commandLog(device, ...this.kept(device, from, to, asOf));
  }

  /** Comings and goings in [from, to], bounded likewise. */
  onlineLog(device: Device, from: number, to: number, asOf = this.now()): Log<OnlineEntry> {
    return onlineLog(device, ...this.kept(device, from, to, asOf));
  }

  /** Faults or alerts that were there at any time in [from, to], or still are, oldest first. */
  incidents(device: Device, kind: 'fault' | 'alert', from: number, to: number): SeenIncident[] {
    const now = this.now();
    const end = Math.min(to, now);
    const start = Math.min(from, lastReport(device, end) ?? from);
    const found: SeenIncident[] = [];
    for (const { name, id } of this.prone(device, kind)) {
      const planned = incidentsBetween({ seed: device.seed, attrId: id }, start, end).map((incident) => ({
        ...incident,
        to: Math.min(incident.to, device.overlay.recovered.get(incident.eventId) ?? incident.to),
      }));
      const forced = device.overlay.forced.filter((incident) => incident.name === name);
      for (const incident of [...planned, ...forced]) {
        const raisedAt = nextReport(device, incident.from);
        const gone = incident.to === Number.POSITIVE_INFINITY ? undefined : nextReport(device, incident.to);
        if (raisedAt === undefined || raisedAt > end || raisedAt === gone) continue;
        const resolvedAt = gone === undefined || gone > now ? null : gone;
        if (resolvedAt === null || resolvedAt > from)
          found.push({ name, eventId: incident.eventId, raisedAt, resolvedAt });
      }
    }
    return found.sort((left, right) => left.raisedAt - right.raisedAt);
  }

  /** Sends a command to a device, whoever asks. Accepted means carried out: this world's devices do as they are told. */
  control(device: Device, command: Command, origin: CommandOrigin): ControlResult {
    const parsed = this.parse(device, command);
    if ('reason' in parsed) return { accepted: false, ...parsed };
    if (device.disabled) return { accepted: false, reason: 'disabled', detail: 'device is disabled' };
    if (!this.isOnline(device)) return { accepted: false, reason: 'offline', detail: 'Did is offline' };
    this.carryOut(device, parsed, origin);
    return { accepted: true };
  }

  /** Makes a device report now. Nothing happens while it is offline. */
  report(device: Device): void {
    if (this.isOnline(device)) this.addReport(device, this.now(), []);
  }

  /** Holds a device online or offline, or lets it follow its schedule again. */
  setPresence(device: Device, mode: PresenceMode, reason: OfflineReason = 'tcp_closed'): void {
    insert(device.presence, { at: this.now(), mode, reason });
    this.ticker.touch(device);
  }

  /** Deregisters a device, which disconnects it, or takes it in again. */
  setDisabled(device: Device, disabled: boolean): void {
    if (device.disabled === disabled) return;
    device.disabled = disabled;
    this.setPresence(device, disabled ? 'offline' : 'schedule', 'offline_reset');
  }

  /**
   * Changes how often a device reports, in milliseconds (at least 1000). The past is computed with the same figure, so
   * 8500 gives 100 000 records in ten days at once.
   */
  setReportEvery(device: Device, everyMs: number): void {
    const every = Math.max(1000, Math.floor(everyMs));
    device.rhythm = { seed: device.seed, everyMs: every, phaseMs: hash(device.seed, 48) % every };
    this.ticker.touch(device);
  }

  /** Raises or clears a fault or alert by a report made now; false when there is no such datapoint or nothing to do. */
  setIncident(device: Device, name: string, raised: boolean): boolean {
    const datapoint = device.product.datapoints.find((candidate) => candidate.name === name);
    if (!datapoint || (datapoint.access !== 'alert' && datapoint.access !== 'fault')) return false;
    const now = this.now();
    const there = raisedIncident(device, datapoint, now);
    if (raised === (there !== undefined) || !this.isOnline(device)) return false;
    if (there) {
      const forced = device.overlay.forced.find(({ eventId }) => eventId === there.eventId);
      if (forced) forced.to = now;
      else device.overlay.recovered.set(there.eventId, now);
    } else {
      const eventId = uuid(device.seed, 61, this.forcedCount++);
      device.overlay.forced.push({ name, eventId, from: now, to: Number.POSITIVE_INFINITY });
    }
    this.addReport(device, now, [name]);
    return true;
  }

  /** Binds a user to a device; false when it was so already. */
  bind(user: User, appid: string, device: Device): boolean {
    const at = this.now();
    const done = this.people.bind(user, appid, device.did, at);
    if (done) this.events.emit('bind', { device, at, uid: user.uid, appid });
    return done;
  }

  /** Takes a binding back; false when there was none. */
  unbind(user: User, appid: string, device: Device): boolean {
    const at = this.now();
    const done = this.people.unbind(user.uid, device.did, at);
    if (done) this.events.emit('unbind', { device, at, uid: user.uid, appid });
    return done;
  }

  /** Resets a device as its button does: bindings go, the event is told. */
  reset(device: Device): void {
    for (const { uid, did, appid } of this.people.held()) {
      const user = did === device.did ? this.people.user(uid) : undefined;
      if (user) this.unbind(user, appid, device);
    }
    this.events.emit('reset', { device, at: this.now() });
  }

  /** Tells that a sub-device joined or left its gateway. */
  setSubDevice(device: Device, child: Device, added: boolean): void {
    this.events.emit(added ? 'subDeviceAdded' : 'subDeviceDeleted', { device, child, at: this.now() });
  }

  /** Tells that a device offers a file. */
  offerFile(device: Device, url: string): void {
    this.events.emit('fileDownload', { device, url, at: this.now() });
  }

  /** Tells that the definition of a product's datapoints was edited. */
  changeDatapoints(productKey: string): void {
    this.events.emit('datapointsChanged', { productKey, at: this.now() });
  }

  /** Stops the ticker and drops all listeners. */
  close(): void {
    this.events.clear();
    this.ticker.stop();
  }

  private ownerOf({ did }: Device): { appid: string; uid: string } | undefined {
    const owned = this.people.held().find((binding) => binding.did === did && binding.isOwner);
    return owned && { appid: owned.appid, uid: owned.uid };
  }

  private kept(device: Device, from: number, to: number, asOf: number): [number, number] {
    return [Math.max(from, asOf - this.horizonMs, device.createdAt), Math.min(to, this.now())];
  }

  private prone(device: Device, kind: 'fault' | 'alert'): Datapoint[] {
    return device.product.datapoints.filter(({ access }) => access === kind);
  }

  private hasIncident(device: Device, kind: 'fault' | 'alert', ms: number): boolean {
    return this.prone(device, kind).some((datapoint) => raisedIncident(device, datapoint, ms) !== undefined);
  }

  private parse(
    device: Device,
    { attrs, raw, coding = 'hex' }: Command,
  ): { values?: RawAttrs; payload?: Buffer } | { reason: Refusal; detail: string } {
    if (attrs !== undefined) {
      const values = parseAttrs(device.product, attrs, coding);
      return values instanceof Map ? { values } : values;
    }
    const bytes = parseBytes(raw, coding);
    if (!bytes || bytes.length === 0) return { reason: 'raw-invalid', detail: `raw is not ${coding} or a byte array` };
    return { payload: unframed(bytes) };
  }

  private carryOut(device: Device, command: { values?: RawAttrs; payload?: Buffer }, origin: CommandOrigin): void {
    const at = this.now();
    const { payload } = command;
    const values = command.values ?? (payload && decodeWrite(device.product, payload));
    const frame = payload ? encodeFrame(COMMAND_TO_DEVICE, payload) : writeFrame(device, values as RawAttrs, at);
    const attrs = values && toAttrs(device, values);
    this.remember(device.overlay.frames, { at, type: 'app2dev', frame });
    const execution = {
      at,
      did: device.did,
      mac: device.mac,
      productKey: device.product.productKey,
      source: origin.source,
    };
    this.executed.push({ ...execution, ...(payload ? { raw: payload.toString('hex') } : { attrs }) });
    if (this.executed.length > EXECUTIONS_LIMIT) this.executed.shift();
    this.events.emit('command', { device, at, frame, ...origin, ...(attrs && { attrs }) });
    if (values) {
      const seenAt = this.addReport(device, at + REACTION_MS, [...values.keys()]);
      for (const [name, raw] of values) {
        const written = device.overlay.writes.get(name) ?? [];
        device.overlay.writes.set(name, written);
        this.remember(written, { at: seenAt, raw });
      }
    } else if (payload && isRead(device.product, payload)) {
      this.addReport(
        device,
        at + REACTION_MS,
        device.product.datapoints.map(({ name }) => name),
      );
    } else if (payload?.[0] === ACTION.passDown) {
      const answer = Buffer.concat([Buffer.from([ACTION.passUp]), payload.subarray(1)]);
      const up = encodeFrame(COMMAND_FROM_DEVICE, answer);
      this.remember(device.overlay.frames, { at: at + REACTION_MS, type: 'dev2app', frame: up });
      this.ticker.touch(device);
    }
  }

  /** Adds a report beyond the schedule and returns its instant, which no other extra report of the device has. */
  private addReport(device: Device, earliest: number, names: readonly string[]): number {
    const last = device.overlay.reports.at(-1);
    const at = last && last.at >= earliest ? last.at + 1 : earliest;
    this.remember(device.overlay.reports, { at, names });
    this.ticker.touch(device);
    return at;
  }

  private remember<T extends { at: number }>(list: T[], element: T): void {
    insert(list, element);
    if (list.length > OVERLAY_LIMIT) list.shift();
  }
}
