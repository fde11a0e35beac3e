import { DAY, HOUR, startOfDay } from './calendar';
import type { RawValue } from './datapoint';
import { PLACES, type Place } from './places';
import { type Connectivity, FLAKY, type PresenceChange, STEADY } from './presence';
import type { Product } from './products';
import { between, didText, hash, hex, unit } from './random';
import type { Rhythm } from './schedule';

export type DeviceType = 'normal' | 'center_control' | 'sub_dev';

/** A report beyond the schedule; a variable-length product names in it at least `names`. */
export interface ExtraReport {
  at: number;
  names: readonly string[];
}

/** A frame beyond the schedule that is no report: a command, or a pass-through answer. */
export interface ExtraFrame {
  at: number;
  type: 'app2dev' | 'dev2app';
  frame: Buffer;
}

/** A fault or alert that was asked for. `to` is Infinity while it lasts. */
export interface ForcedIncident {
  name: string;
  eventId: string;
  from: number;
  to: number;
}

/** What control calls and test hooks laid over the computed life of a device. All lists are sorted by time. */
export interface Overlay {
  reports: ExtraReport[];
  frames: ExtraFrame[];
  writes: Map<string, { at: number; raw: RawValue }[]>;
  forced: ForcedIncident[];
  /** Planned incidents that were ended early, by event id. */
  recovered: Map<string, number>;
}

export interface Device {
  /** Unique in the world; the seed of everything about the device. */
  readonly number: number;
  readonly seed: number;
  readonly product: Product;
  readonly did: string;
  /** Opaque and case-sensitive: 12 or 16 hex digits, an IMEI, or `virtual:site`. */
  readonly mac: string;
  readonly passcode: string;
  readonly type: DeviceType;
  /** Serial number of a Bluetooth device, which the activation reports print instead of the mac. */
  readonly deviceSn: string | null;
  readonly place: Place | null;
  readonly longitude: number | null;
  readonly latitude: number | null;
  /** Activation, epoch milliseconds. */
  readonly createdAt: number;
  readonly mcuHardVersion: string | null;
  readonly mcuSoftVersion: string | null;
  readonly wifiHardVersion: string | null;
  readonly wifiSoftVersion: string | null;
  /** True for a device with a mobile modem, which tells its position. */
  readonly isMobile: boolean;
  disabled: boolean;
  rhythm: Rhythm;
  readonly line: Connectivity;
  readonly presence: PresenceChange[];
  readonly overlay: Overlay;
}

const REPORT_EVERY_MS = 600_000;
const MODULE_VERSIONS = ['00ESP826', '00HF2G0B', null] as const;

/** The first devices of each product are steady and old, so that examples and tests can rely on them. */
const STEADY_DEVICES = 10;

function macOf(product: Product, order: number, index: number, seed: number): string {
  if (order === 0 && index === 0) return 'virtual:site';
  if (order === 1 && index === 1) return `86${String(hash(seed, 21)).padStart(13, '0').slice(-13)}`;
  if (order === 1 && index % 20 === 5) return `86${String(hash(seed, 22)).padStart(13, '0').slice(-13)}`;
  if (product.protocolType === 'var_len' && index % 10 === 3) return hex(8, seed, 23);
  const mac = hex(6, seed, 24);
  return index % 25 === 7 ? mac.toUpperCase() : mac;
}

/** Makes device `index` of a product; `order` is the product's place among the products, `today` a day's number. */
export function makeDevice(worldSeed: number, product: Product, order: number, index: number, today: number): Device {
  // Clear of the other products' numbers, however many devices there are.
  const number = index < 1000 ? order * 1000 + index : (order + 1) * 1_000_000 + index;
  const seed = hash(worldSeed, number, 1);
  const early = index < STEADY_DEVICES;
  const virtual = order === 0 && index === 0;
  const age = early ? 120 + index * 9 : unit(seed, 31) < 0.25 ? between(0, 30, seed, 32) : between(30, 240, seed, 33);
  const createdAt = Math.round(startOfDay(today) - age * DAY + between(8 * HOUR, 20 * HOUR, seed, 34) - DAY);
  const kind = early ? 0 : unit(seed, 35);
  const dies = virtual || (kind >= 0.88 && kind < 0.96);
  const diesAt = virtual
    ? startOfDay(today) - 2 * HOUR
    : startOfDay(today) - Math.round(between(0.2, 45, seed, 36) * DAY);
  const pattern = kind >= 0.72 && kind < 0.88 ? FLAKY : STEADY;
  const placed = virtual || unit(seed, 37) >= 0.08;
  // A municipality or a big city holds more devices than the rest.
  const spread = unit(seed, 38);
  const place = virtual ? PLACES[0] : placed ? PLACES[Math.floor(spread * spread * PLACES.length)] : undefined;
  const module = MODULE_VERSIONS[hash(seed, 39) % MODULE_VERSIONS.length] ?? null;
  const mac = macOf(product, order, index, seed);
  const disabled = !early && unit(seed, 47) < 0.02;
  const center = product.protocolType === 'var_len' && index === 2;
  const child = product.protocolType === 'var_len' && (index === 4 || index === 5);
  return {
    number,
    seed,
    product,
    did: didText(seed, 40),
    mac,
    passcode: String(100000 + (hash(seed, 41) % 900000)),
    type: center ? 'center_control' : child ? 'sub_dev' : 'normal',
    deviceSn: order === 0 && index % 60 === 11 ? `BT${hex(4, seed, 42).toUpperCase()}` : null,
    place: place ?? null,
    longitude: place ? Number((place.longitude + (virtual ? 0 : between(-0.2, 0.2, seed, 43))).toFixed(6)) : null,
    latitude: place ? Number((place.latitude + (virtual ? 0 : between(-0.2, 0.2, seed, 44))).toFixed(6)) : null,
    createdAt,
    mcuHardVersion: module ? '03000001' : null,
    mcuSoftVersion: module ? `0300000${hash(seed, 45) % 9}` : null,
    wifiHardVersion: module,
    wifiSoftVersion: module ? `0402002${hash(seed, 46) % 9}` : null,
    isMobile: /^\d{15}$/.test(mac),
    disabled,
    rhythm: { seed, everyMs: REPORT_EVERY_MS, phaseMs: hash(seed, 48) % REPORT_EVERY_MS },
    line: {
      seed,
      cycleMs: Math.round(between(pattern.cycleMs[0], pattern.cycleMs[1], seed, 49)),
      gapMs: pattern.gapMs,
      bornAt: createdAt,
      diesAt: dies && diesAt > createdAt + HOUR ? diesAt : Number.POSITIVE_INFINITY,
    },
    presence: disabled ? [{ at: startOfDay(today) - 3 * DAY, mode: 'offline', reason: 'offline_reset' }] : [],
    overlay: { reports: [], frames: [], writes: new Map(), forced: [], recovered: new Map() },
  };
}
