import type { Call } from './call';
import { readPage } from './paging';

/** What somebody who looks for a device types in and ticks. */
export interface DeviceQuery {
  /** A mac, a did, or a place; empty for any device. */
  text: string;
  /** What the text is for certain; else it is taken for what it looks like. */
  by?: 'did' | 'mac';
  /** Only devices that are online, or only those that are not. */
  online?: boolean;
  /** Only devices of a group and the groups below it. */
  gid?: string;
}

/** A device as far as somebody needs it to recognise it. */
export interface DeviceSummary {
  did: string;
  mac: string;
  online: boolean;
  /** `City, Region, Country`, as far as the cloud knows it. */
  place: string;
}

/** Devices that match, up to a page of them. */
export interface FoundDevices {
  devices: DeviceSummary[];
  /** Matches in all, where the cloud says so. */
  total?: number;
}

/** Devices that are shown: the first page only, however many there are. */
const PAGE_SIZE = 50;

/** A device id of the cloud: 22 letters and digits. */
const DID = /^[A-Za-z0-9]{22}$/;

/** What only a mac looks like: hexadecimal digits or an IMEI, six at least, or one with a colon. */
const MAC = /^[0-9A-Fa-f]{6,}$|:/;

/** What a mac may consist of (gizwits-http.md A.2.1). */
const MAC_LETTERS = /^[A-Za-z0-9:_-]{1,64}$/;

/**
 * The first page of devices that match. The search of the API compares whole values only, so a text is tried as what it
 * looks like: a did, a mac, else a city, a region, a country; the first that finds something counts.
 * @throws CloudError whatever `call` throws
 */
export async function findDevices(call: Call, query: DeviceQuery, signal?: AbortSignal): Promise<FoundDevices> {
  const { online, gid } = query;
  const fixed = { ...(online === undefined ? {} : { is_online: Number(online) }), ...(gid ? { gid } : {}) };
  let found: FoundDevices = { devices: [] };
  for (const filter of readings(query.text.trim(), query.by)) {
    const params = { ...fixed, ...filter, limit: PAGE_SIZE, skip: 0 };
    const { records, total } = readPage(await call('devices.search', params, { signal }), { skip: 0 }, PAGE_SIZE);
    found = { devices: records.slice(0, PAGE_SIZE).map(summaryOf), ...(total === undefined ? {} : { total }) };
    if (found.devices.length > 0) break;
  }
  return found;
}

/** What a text may mean, the likeliest first. */
function readings(text: string, by: DeviceQuery['by']): Record<string, string>[] {
  if (text === '') return [{}];
  if (by) return [{ type: by, val: text }];
  if (DID.test(text)) return [{ type: 'did', val: text }];
  const mac = { type: 'mac', val: text };
  if (MAC.test(text)) return [mac];
  const place = placeName(text);
  const places: Record<string, string>[] = [{ city: place }, { region: place }, { country: place }];
  return MAC_LETTERS.test(text) && /\d/.test(text) ? [mac, ...places] : places;
}

/** Places have English names with capitals; people type them without. */
function placeName(text: string): string {
  return text.replace(/(^|\s)[a-z]/g, (first) => first.toUpperCase());
}

function summaryOf(record: Record<string, unknown>): DeviceSummary {
  const { did, mac, is_online: online, city, region, country } = record;
  const place = [city, region, country].filter((name) => typeof name === 'string' && name !== '');
  return { did: textOf(did), mac: textOf(mac), online: online === true || online === 1, place: place.join(', ') };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
