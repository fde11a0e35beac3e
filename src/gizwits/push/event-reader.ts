import { IsoTimes } from '../../cloud/iso-times';
import type { PushEvent, PushEventRow } from './events';
import { isObject } from './frame-reader';

const ENVELOPE: ReadonlySet<string> = new Set([
  'cmd',
  'delivery_id',
  'msg_id',
  'event_type',
  'product_key',
  'did',
  'mac',
  'group_id',
  'created_at',
  'event_id',
]);

/** Members documented as numbers whose type the document leaves open: numbers in quotes occur. */
const NUMERIC: Partial<Record<PushEventRow['event'], readonly string[]>> = {
  device_gps_kv: ['longitude', 'latitude', 'hdop', 'num_satellites'],
  device_lbs_kv: ['longitude', 'latitude', 'signal'],
};

/** Seconds after which a `created_at` must be milliseconds: the year 5138. */
const LATEST_SECONDS = 1e11;
const LATEST_DATE_MS = 8.64e15;

/** Turns parsed `event_push` bodies into events. One instance serves one connection. */
export class EventReader {
  private readonly isoTimes = new IsoTimes();

  /**
   * @param body owned by the event afterwards
   * @param messageToken `msg_id` as written on the wire, empty when there is none
   */
  read(row: PushEventRow, body: Record<string, unknown>, messageToken: string): PushEvent {
    const event: Record<string, unknown> = {
      event: row.event,
      productKey: text(body.product_key) ?? '',
      groupId: text(body.group_id) ?? null,
      createdAt: this.isoTime(readCreatedAt(body.created_at)),
    };
    const did = text(body.did);
    if (did !== undefined) event.did = did;
    const mac = text(body.mac);
    if (mac !== undefined) event.mac = mac;
    if (messageToken !== '') event.msgId = typeof body.msg_id === 'string' ? body.msg_id : messageToken;
    const eventId = text(body.event_id);
    if (eventId !== undefined) event.eventId = eventId;
    event.payload = readPayload(row, body);
    event.body = body;
    // The payload follows the row, which is what the discriminated type says and the compiler cannot see.
    return event as unknown as PushEvent;
  }

  private isoTime(ms: number | undefined): string | null {
    return ms === undefined ? null : this.isoTimes.format(ms);
  }
}

/** Epoch milliseconds of a `created_at`, which is float seconds (numbers in quotes and milliseconds accepted). */
export function readCreatedAt(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  const ms = Math.round(Math.abs(number) < LATEST_SECONDS ? number * 1000 : number);
  return Math.abs(ms) <= LATEST_DATE_MS ? ms : undefined;
}

function readPayload(row: PushEventRow, body: Record<string, unknown>): unknown {
  const data = body.data;
  switch (row.payload) {
    case 'raw':
      return readRaw(data);
    case 'fields': {
      const fields: Record<string, unknown> = {};
      for (const name in body) if (!ENVELOPE.has(name)) fields[name] = copyValue(body[name]);
      return fields;
    }
    default: {
      const copy = isObject(data) ? copyObject(data) : {};
      const numeric = NUMERIC[row.event];
      if (numeric) for (const name of numeric) if (name in copy) copy[name] = numberIfNumeric(copy[name]);
      return copy;
    }
  }
}

/**
 * The bytes of a raw event. The documents show `data` as a base64 string, captures of the live service an object
 * `{raw: <base64>}`; a list of bytes, the form of the control request, is read too.
 */
function readRaw(data: unknown): Buffer {
  const raw = isObject(data) ? data.raw : data;
  if (typeof raw === 'string') return Buffer.from(raw, 'base64');
  if (Array.isArray(raw)) return Buffer.from(raw.map((byte) => Number(byte) & 0xff));
  return Buffer.alloc(0);
}

/** A copy that shares no object with the original. Depth is bounded before an event gets here. */
function copyObject(value: Record<string, unknown>): Record<string, unknown> {
  const copy = { ...value };
  for (const name in copy) {
    const inner = copy[name];
    if (typeof inner === 'object' && inner !== null) copy[name] = copyValue(inner);
  }
  return copy;
}

function copyValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyValue);
  return isObject(value) ? copyObject(value) : value;
}

function numberIfNumeric(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}
