import { type Datapoint, isNumeric, type RawAttrs, type RawValue, toRawNumber } from './datapoint';
import { actionOf, COMMAND_TO_DEVICE, decodeFrame, type FrameFormat } from './frame';

/** How text stands for bytes in a command. */
export type BinaryCoding = 'hex' | 'base64';

/** Why a command cannot be for this product. */
export interface CommandFault {
  reason: 'attr-unknown' | 'attr-invalid' | 'raw-invalid';
  /** In plain English, for an error's detail. */
  detail: string;
}

const isByte = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;

function decodeText(text: string, coding: BinaryCoding): Buffer | undefined {
  const pattern = coding === 'hex' ? /^(?:[0-9a-f]{2})*$/i : /^(?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}==|[a-z0-9+/]{3}=)?$/i;
  return pattern.test(text) ? Buffer.from(text, coding) : undefined;
}

/** Bytes given as an array of 0..255 or as text in the coding; undefined when they are neither. */
export function parseBytes(value: unknown, coding: BinaryCoding): Buffer | undefined {
  if (Array.isArray(value)) return value.every(isByte) ? Buffer.from(value) : undefined;
  return typeof value === 'string' ? decodeText(value, coding) : undefined;
}

function parseValue(
  format: FrameFormat,
  datapoint: Datapoint,
  value: unknown,
  coding: BinaryCoding,
): RawValue | string {
  const { dataType, choices = [], min = 0, max = 0, length = 1 } = datapoint;
  if (dataType === 'bool') {
    return value === true || value === 1 ? 1 : value === false || value === 0 ? 0 : 'is not a boolean';
  }
  if (dataType === 'enum') {
    const index = typeof value === 'string' ? choices.indexOf(value) : value;
    const known = Number.isInteger(index) && (index as number) >= 0 && (index as number) < choices.length;
    return known ? (index as number) : 'is not one of the choices';
  }
  if (isNumeric(datapoint)) {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'is not a number';
    const raw = toRawNumber(datapoint, value);
    return raw >= min && raw <= max ? raw : 'is out of range';
  }
  const bytes = parseBytes(value, coding);
  if (!bytes) return `is not ${coding}`;
  const fits = format.protocolType === 'var_len' ? bytes.length <= length : bytes.length === length;
  return fits ? bytes : 'data length does not match';
}

/**
 * Reads `{name: value}` of a control call: a bool as true, false, 1 or 0; an enum as text or index; a number in
 * engineering units; a binary as bytes of exactly the declared length (at most that, for a variable-length product).
 */
export function parseAttrs(
  format: FrameFormat,
  attrs: Readonly<Record<string, unknown>>,
  coding: BinaryCoding,
): RawAttrs | CommandFault {
  const values: RawAttrs = new Map();
  for (const [name, value] of Object.entries(attrs)) {
    const datapoint = format.datapoints.find((candidate) => candidate.name === name);
    if (!datapoint) return { reason: 'attr-unknown', detail: `attr ${name} does not exist` };
    if (datapoint.access !== 'status_writable') return { reason: 'attr-invalid', detail: `attr ${name} is read only` };
    const raw = parseValue(format, datapoint, value, coding);
    if (typeof raw === 'string') return { reason: 'attr-invalid', detail: `attr ${name} ${raw}` };
    values.set(name, raw);
  }
  return values;
}

/** Takes the frame prefix off a raw command that was sent with one; the cloud frames the payload itself. */
export function unframed(raw: Buffer): Buffer {
  const frame = decodeFrame(raw);
  return frame?.command === COMMAND_TO_DEVICE ? frame.payload : raw;
}

/** True for a payload that asks the device for its status. */
export function isRead(format: FrameFormat, payload: Buffer): boolean {
  return payload[0] === actionOf(format, 'read');
}
