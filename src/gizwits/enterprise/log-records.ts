import { bytesOf, decodeText } from '../../cloud/bytes';
import { FORBIDDEN_NAMES } from '../../cloud/input';
import { IsoTimes } from '../../cloud/iso-times';
import type { ApiRecord } from './paging';

/** Logs of one device: reported datapoints, coming and going, messages in both directions. */
export type HistoryKind = 'data' | 'online' | 'cmd';

/** First bytes of every frame of the device protocol (reference notes A.7). */
const FRAME_PREFIX = '00000003';

const isoTimes = new IsoTimes();

/** Times below this are seconds. */
const FIRST_MILLISECONDS = 1e11;

/**
 * When a record was made, epoch milliseconds: `timestamp` is seconds with a fraction (online, cmd), `ts` whole seconds
 * (data). Undefined when neither can be read.
 */
export function recordTime(record: ApiRecord): number | undefined {
  const value = record.timestamp ?? record.ts;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= 0 && number < FIRST_MILLISECONDS * 1000)) return undefined;
  // Cut to milliseconds, not rounded: a record must not move into the next second. The microseconds absorb what the
  // binary fraction adds.
  return number < FIRST_MILLISECONDS ? Math.floor(Math.round(number * 1e6) / 1e3) : Math.floor(number);
}

/**
 * The API's record with what flows need beside it: `time` (ISO 8601), for `cmd` the payload as `bytes`, for `online` the
 * payload as an object where it came as JSON text (c22). With `attrs`, a data record keeps the named datapoints only;
 * one that has none of them is left out: undefined.
 * @param time its {@link recordTime}
 */
export function toHistoryRecord(
  kind: HistoryKind,
  record: ApiRecord,
  time: number | undefined,
  attrs: readonly string[],
): ApiRecord | undefined {
  // V8 takes ten times as long for a spread that more properties follow.
  const result: ApiRecord = Object.assign({}, record);
  if (time !== undefined) result.time = isoTimes.format(time);
  if (kind === 'data' && attrs.length > 0) {
    const kept = pick(record.attrs, attrs);
    if (!kept) return undefined;
    result.attrs = kept;
  } else if (kind === 'cmd') {
    const bytes = payloadBytes(record.payload);
    if (bytes) result.bytes = bytes;
  } else if (kind === 'online' && typeof record.payload === 'string') {
    result.payload = parsedPayload(record.payload);
  }
  return result;
}

function pick(values: unknown, names: readonly string[]): Record<string, unknown> | undefined {
  if (typeof values !== 'object' || values === null) return undefined;
  const kept: Record<string, unknown> = {};
  let any = false;
  for (const name of names) {
    if (FORBIDDEN_NAMES.has(name) || !Object.hasOwn(values, name)) continue;
    kept[name] = (values as Record<string, unknown>)[name];
    any = true;
  }
  return any ? kept : undefined;
}

/**
 * Bytes of a message. The documents call the payload base64 and print hex (c23): hex is what is read. Text that is not hex
 * is taken for base64 only where it decodes to a frame of the device protocol. Undefined when it is neither.
 */
function payloadBytes(payload: unknown): Buffer | undefined {
  if (typeof payload !== 'string') return bytesOf(payload);
  const bytes = decodeText(payload, 'hex');
  if (bytes) return bytes;
  const decoded = decodeText(payload, 'base64');
  return decoded?.toString('hex', 0, 4) === FRAME_PREFIX ? decoded : undefined;
}

/** The object in a JSON text, or the text as it is. */
function parsedPayload(payload: string): unknown {
  try {
    const parsed: unknown = JSON.parse(payload);
    return typeof parsed === 'object' && parsed !== null ? parsed : payload;
  } catch {
    return payload;
  }
}
