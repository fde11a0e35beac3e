import { type Datapoint, isBitField, type ProtocolType, type RawAttrs, type RawValue } from './datapoint';

/** Cloud → device. */
export const COMMAND_TO_DEVICE = 0x0090;
/** Device → cloud. */
export const COMMAND_FROM_DEVICE = 0x0091;

/** First byte of a payload: what it asks or tells. The variable-length family has 0x10 added. */
export const ACTION = { write: 0x01, read: 0x02, reply: 0x03, report: 0x04, passDown: 0x05, passUp: 0x06 } as const;
const VARIABLE_LENGTH = 0x10;

/** What the codec must know of a product. */
export interface FrameFormat {
  protocolType: ProtocolType;
  datapoints: readonly Datapoint[];
}

/** A device frame: `00 00 00 03`, the length of the rest in MQTT's 7-bit coding, a flag byte, the command, the payload. */
export function encodeFrame(command: number, payload: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = payload.length + 3;
  do {
    const more = rest >= 0x80;
    length.push((rest & 0x7f) | (more ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([0, 0, 0, 3, ...length, 0, command >>> 8, command & 0xff]), payload]);
}

/** Takes a frame apart; undefined when the bytes are not exactly one frame. */
export function decodeFrame(bytes: Buffer): { command: number; payload: Buffer } | undefined {
  if (bytes.length < 8 || bytes.readUInt32BE(0) !== 3) return undefined;
  let length = 0;
  let at = 4;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 21) return undefined;
    length |= (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) break;
  }
  if (length < 3 || bytes.length !== at + length) return undefined;
  return { command: bytes.readUInt16BE(at + 1), payload: bytes.subarray(at + 3) };
}

/** The action of this kind in the product's protocol family. */
export function actionOf(format: FrameFormat, action: keyof typeof ACTION): number {
  const base = ACTION[action];
  return format.protocolType === 'var_len' && base <= ACTION.report ? base + VARIABLE_LENGTH : base;
}

/** Big-endian number of any width; bit groups and flags are sent so, bit 0 in the last byte. */
function writeGroup(value: bigint, bytes: number): Buffer {
  return Buffer.from(
    value
      .toString(16)
      .padStart(bytes * 2, '0')
      .slice(-bytes * 2),
    'hex',
  ).subarray(0, bytes);
}

function readGroup(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
}

function writeBytes(datapoint: Datapoint, raw: RawValue): Buffer {
  const { len } = datapoint.position;
  if (Buffer.isBuffer(raw)) return Buffer.concat([raw, Buffer.alloc(len)], len);
  const buffer = Buffer.alloc(len);
  buffer.writeUIntBE(raw, 0, len);
  return buffer;
}

function readBytes(datapoint: Datapoint, bytes: Buffer): RawValue {
  return datapoint.dataType === 'binary' ? Buffer.from(bytes) : bytes.readUIntBE(0, bytes.length);
}

function flagsOf(datapoints: readonly Datapoint[], named: ReadonlySet<string>): Buffer {
  let flags = 0n;
  datapoints.forEach((datapoint, bit) => {
    if (named.has(datapoint.name)) flags |= 1n << BigInt(bit);
  });
  return writeGroup(flags, Math.ceil(datapoints.length / 8));
}

/** Fixed-length values of some sections at their places, `from` being the first section's byte. */
function packFixed(datapoints: readonly Datapoint[], values: RawAttrs): Buffer {
  const groups = new Map<number, { value: bigint; bits: number }>();
  const pieces = new Map<number, Buffer>();
  for (const datapoint of datapoints) {
    const { byte_offset, bit_offset, len } = datapoint.position;
    const raw = values.get(datapoint.name) ?? (datapoint.dataType === 'binary' ? Buffer.alloc(0) : 0);
    if (isBitField(datapoint)) {
      const group = groups.get(byte_offset) ?? { value: 0n, bits: 0 };
      group.value |= BigInt(raw as number) << BigInt(bit_offset);
      group.bits = Math.max(group.bits, bit_offset + len);
      groups.set(byte_offset, group);
    } else {
      pieces.set(byte_offset, writeBytes(datapoint, raw));
    }
  }
  for (const [offset, { value, bits }] of groups) pieces.set(offset, writeGroup(value, Math.ceil(bits / 8)));
  return Buffer.concat([...pieces].sort(([left], [right]) => left - right).map(([, piece]) => piece));
}

function unpackFixed(datapoints: readonly Datapoint[], bytes: Buffer): RawAttrs | undefined {
  const groupBits = new Map<number, number>();
  let size = 0;
  for (const { position } of datapoints) {
    if (position.unit === 'bit') {
      const bits = Math.max(groupBits.get(position.byte_offset) ?? 0, position.bit_offset + position.len);
      groupBits.set(position.byte_offset, bits);
      size = Math.max(size, position.byte_offset + Math.ceil(bits / 8));
    } else {
      size = Math.max(size, position.byte_offset + position.len);
    }
  }
  if (bytes.length !== size) return undefined;
  const values: RawAttrs = new Map();
  for (const datapoint of datapoints) {
    const { byte_offset, bit_offset, len, unit } = datapoint.position;
    if (unit === 'bit') {
      const width = Math.ceil((groupBits.get(byte_offset) as number) / 8);
      const group = readGroup(bytes.subarray(byte_offset, byte_offset + width));
      values.set(datapoint.name, Number((group >> BigInt(bit_offset)) & ((1n << BigInt(len)) - 1n)));
    } else {
      values.set(datapoint.name, readBytes(datapoint, bytes.subarray(byte_offset, byte_offset + len)));
    }
  }
  return values;
}

/**
 * Variable-length values: only what the flags name; the bits of all named bools and enums in one group, then numbers and
 * binaries, a binary with its length in two bytes before it. No public text fixes this order; the flags and the action
 * numbers are the device protocol's, the rest is this simulator's reading.
 */
function packVariable(datapoints: readonly Datapoint[], values: RawAttrs): Buffer {
  let group = 0n;
  let bits = 0;
  const pieces: Buffer[] = [];
  for (const datapoint of datapoints) {
    const raw = values.get(datapoint.name);
    if (raw === undefined) continue;
    if (isBitField(datapoint)) {
      group |= BigInt(raw as number) << BigInt(bits);
      bits += datapoint.position.len;
    } else if (Buffer.isBuffer(raw)) {
      pieces.push(writeGroup(BigInt(raw.length), 2), raw);
    } else {
      pieces.push(writeBytes(datapoint, raw));
    }
  }
  return Buffer.concat([bits > 0 ? writeGroup(group, Math.ceil(bits / 8)) : Buffer.alloc(0), ...pieces]);
}

function unpackVariable(datapoints: readonly Datapoint[], flags: bigint, bytes: Buffer): RawAttrs | undefined {
  const named = datapoints.filter((_, bit) => (flags >> BigInt(bit)) & 1n);
  const fields = named.filter(isBitField);
  const groupBytes = Math.ceil(fields.reduce((sum, { position }) => sum + position.len, 0) / 8);
  if (bytes.length < groupBytes) return undefined;
  let group = readGroup(bytes.subarray(0, groupBytes));
  let at = groupBytes;
  const values: RawAttrs = new Map();
  for (const datapoint of named) {
    let { len } = datapoint.position;
    if (isBitField(datapoint)) {
      values.set(datapoint.name, Number(group & ((1n << BigInt(len)) - 1n)));
      group >>= BigInt(len);
      continue;
    }
    if (datapoint.dataType === 'binary') {
      if (bytes.length < at + 2) return undefined;
      len = bytes.readUInt16BE(at);
      at += 2;
    }
    if (bytes.length < at + len) return undefined;
    values.set(datapoint.name, readBytes(datapoint, bytes.subarray(at, at + len)));
    at += len;
  }
  return at === bytes.length ? values : undefined;
}

/** Payload of a status report (0x04, 0x14). A variable-length report holds only the values given. */
export function encodeReport(format: FrameFormat, values: RawAttrs): Buffer {
  const action = Buffer.from([actionOf(format, 'report')]);
  if (format.protocolType === 'standard') return Buffer.concat([action, packFixed(format.datapoints, values)]);
  const flags = flagsOf(format.datapoints, new Set(values.keys()));
  return Buffer.concat([action, flags, packVariable(format.datapoints, values)]);
}

/** Reads a report's payload; undefined when it is none. */
export function decodeReport(format: FrameFormat, payload: Buffer): RawAttrs | undefined {
  if (payload[0] !== actionOf(format, 'report')) return undefined;
  if (format.protocolType === 'standard') return unpackFixed(format.datapoints, payload.subarray(1));
  const size = Math.ceil(format.datapoints.length / 8);
  if (payload.length < 1 + size) return undefined;
  return unpackVariable(format.datapoints, readGroup(payload.subarray(1, 1 + size)), payload.subarray(1 + size));
}

/**
 * Payload of a write (0x01, 0x11): flags over the writable datapoints, then values. A fixed-length write carries the
 * whole writable section, so `current` fills what is not written.
 */
export function encodeWrite(format: FrameFormat, values: RawAttrs, current: RawAttrs): Buffer {
  const writable = format.datapoints.filter(({ access }) => access === 'status_writable');
  const flags = flagsOf(writable, new Set(values.keys()));
  const action = Buffer.from([actionOf(format, 'write')]);
  const body =
    format.protocolType === 'standard'
      ? packFixed(writable, new Map([...current, ...values]))
      : packVariable(writable, values);
  return Buffer.concat([action, flags, body]);
}

/** Reads a write's payload: the values it names; undefined when it is none. */
export function decodeWrite(format: FrameFormat, payload: Buffer): RawAttrs | undefined {
  if (payload[0] !== actionOf(format, 'write')) return undefined;
  const writable = format.datapoints.filter(({ access }) => access === 'status_writable');
  const size = Math.ceil(writable.length / 8);
  if (payload.length < 1 + size) return undefined;
  const flags = readGroup(payload.subarray(1, 1 + size));
  const body = payload.subarray(1 + size);
  if (format.protocolType === 'var_len') return unpackVariable(writable, flags, body);
  const all = unpackFixed(writable, body);
  if (!all) return undefined;
  return new Map([...all].filter(([name]) => (flags >> BigInt(writable.findIndex((dp) => dp.name === name))) & 1n));
}
