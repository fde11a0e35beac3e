import { isPlainObject } from '../../../cloud/input';
import { parseJson } from '../../../cloud/json';

/** How devices' reports come: as datapoint values, or as bytes. */
export type P0Type = 'attrs_v4' | 'custom';

/** What the cloud says on the app WebSocket by itself; the names are those of its commands. */
export const liveEvents = ['s2c_noti', 's2c_raw', 's2c_online_status', 's2c_binding_changed'] as const;
export type LiveEventName = (typeof liveEvents)[number];

/** One message of the cloud. */
export interface LiveMessage {
  cmd: string;
  data: unknown;
  /** Number of a request of the cloud, which wants an acknowledgement. */
  requestNumber: unknown;
  /** Number of the request of ours that this answers. */
  answerTo: unknown;
  /** As received. */
  body: Record<string, unknown>;
}

/** What a device said, as consumers get it. */
export interface LiveEvent {
  event: LiveEventName;
  did: string;
  /** Empty while the bindings do not tell. */
  productKey: string;
  mac: string | undefined;
  /** When it came, ISO 8601: these messages carry no time. */
  createdAt: string;
  /** Datapoint values, a frame as a Buffer, or the event's own fields. */
  payload: unknown;
  body: Record<string, unknown>;
}

/**
 * Reads a text message; undefined for what is no message of this protocol, `deep` for one that is nested deeper than a
 * message of a flow may be.
 */
export function readMessage(text: string): LiveMessage | 'deep' | undefined {
  const parsed = parseJson(text);
  if (parsed.state === 'deep') return 'deep';
  const body = parsed.state === 'value' ? parsed.value : undefined;
  if (!isPlainObject(body) || typeof body.cmd !== 'string') return undefined;
  return { cmd: body.cmd, data: body.data, requestNumber: body.req_sn, answerTo: body.res_sn, body };
}

export function isLiveEvent(cmd: string): cmd is LiveEventName {
  return (liveEvents as readonly string[]).includes(cmd);
}

/** The payload of an event, and its device; undefined when the message does not have the documented form. */
export function readEvent(event: LiveEventName, data: unknown): { did: string; payload: unknown } | undefined {
  if (!isPlainObject(data) || typeof data.did !== 'string' || data.did === '') return undefined;
  const { did } = data;
  if (event === 's2c_noti') return isPlainObject(data.attrs) ? { did, payload: data.attrs } : undefined;
  if (event !== 's2c_raw') return { did, payload: data };
  const bytes = bytesOfRaw(data.raw);
  return bytes ? { did, payload: bytes } : undefined;
}

/** An array of 0..255, as documented; text is taken as hex. */
function bytesOfRaw(raw: unknown): Buffer | undefined {
  if (typeof raw === 'string' && raw.length % 2 === 0 && /^[0-9a-f]*$/i.test(raw)) return Buffer.from(raw, 'hex');
  const isByte = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
  return Array.isArray(raw) && raw.every(isByte) ? Buffer.from(raw) : undefined;
}

const FRAME_START = Buffer.from([0, 0, 0, 3]);
const COMMAND_TO_DEVICE = [0, 0, 0x90];

/** Raw bytes with the frame that this protocol, unlike the HTTP APIs, wants from the sender (reference notes C). */
export function framed(payload: readonly number[]): number[] {
  if (Buffer.from(payload.slice(0, FRAME_START.length)).equals(FRAME_START)) return [...payload];
  const length: number[] = [];
  // Seven bits a byte, the low ones first, the highest bit set on all but the last: MQTT's remaining length.
  for (let rest = COMMAND_TO_DEVICE.length + payload.length; ; ) {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    length.push(rest > 0 ? digit | 0x80 : digit);
    if (rest === 0) break;
  }
  return [...FRAME_START, ...length, ...COMMAND_TO_DEVICE, ...payload];
}

/** Codes of s2c_invalid_msg after which the connection is of no use any more (captures). */
export const DEAD_CONNECTION_CODES: ReadonlySet<number> = new Set([
  1003, // not logged in
  1009, // the connection behind it is closed
  1011, // no heartbeat
]);
