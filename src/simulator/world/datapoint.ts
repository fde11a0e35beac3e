/** Who may change a datapoint, in the words of the datapoint definition. */
export type Access = 'status_writable' | 'status_readonly' | 'alert' | 'fault';

export type DataType = 'bool' | 'enum' | 'uint8' | 'uint16' | 'uint32' | 'binary';

export type ProtocolType = 'standard' | 'var_len';

/** How a read-only number moves in time. */
export type Curve =
  /** A daily wave between two engineering values, with a little noise. */
  | { kind: 'daily'; low: number; high: number }
  /** A counter that grows by so many engineering units a day and never falls. */
  | { kind: 'meter'; perDay: number };

/** Where a datapoint lies in a frame. Bit fields count from the least significant bit of their whole group. */
export interface Position {
  byte_offset: number;
  bit_offset: number;
  len: number;
  unit: 'bit' | 'byte';
}

/** What the designer of a product writes down; ids and positions follow from the order. */
export interface DatapointDesign {
  name: string;
  displayName: string;
  access: Access;
  dataType: DataType;
  /** Values of an enum in the order of their indexes. */
  choices?: readonly string[];
  /** Raw limits; engineering value = raw × ratio + addition. */
  min?: number;
  max?: number;
  ratio?: number;
  addition?: number;
  /** Bytes of a binary; the most, for a variable-length product. */
  length?: number;
  curve?: Curve;
}

export interface Datapoint extends DatapointDesign {
  id: number;
  position: Position;
}

/** A value as the API reads it out: 0 or 1, an enum's text, an engineering number, lower-case hex of a binary. */
export type AttrValue = number | string;

/** Attribute values by datapoint name. */
export type Attrs = Record<string, AttrValue>;

/** What goes on the wire: an unsigned integer (bool, enum index, raw number) or the bytes of a binary. */
export type RawValue = number | Buffer;

export type RawAttrs = Map<string, RawValue>;

export const WIDTH: Readonly<Record<'uint8' | 'uint16' | 'uint32', number>> = { uint8: 1, uint16: 2, uint32: 4 };

/** True for what occupies bits, not bytes, of a frame. */
export function isBitField(design: DatapointDesign): boolean {
  return design.dataType === 'bool' || design.dataType === 'enum';
}

export function isNumeric(design: DatapointDesign): boolean {
  return design.dataType === 'uint8' || design.dataType === 'uint16' || design.dataType === 'uint32';
}

/** Bits of a bool or enum: ceil(log2(n)), as all real definitions have it. */
export function bitWidth(design: DatapointDesign): number {
  return design.dataType === 'bool' ? 1 : Math.max(1, Math.ceil(Math.log2(design.choices?.length ?? 2)));
}

/** Bytes of a number or binary. */
export function byteWidth(design: DatapointDesign): number {
  return design.dataType === 'uint8' || design.dataType === 'uint16' || design.dataType === 'uint32'
    ? WIDTH[design.dataType]
    : (design.length ?? 1);
}

function decimals(value: number): number {
  const text = String(value);
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

/** Raw → what the API shows. */
export function toValue(datapoint: DatapointDesign, raw: RawValue): AttrValue {
  if (Buffer.isBuffer(raw)) return raw.toString('hex');
  if (datapoint.dataType === 'enum') return datapoint.choices?.[raw] ?? raw;
  if (!isNumeric(datapoint)) return raw;
  const ratio = datapoint.ratio ?? 1;
  const addition = datapoint.addition ?? 0;
  return Number((raw * ratio + addition).toFixed(Math.max(decimals(ratio), decimals(addition))));
}

/** Engineering number → raw; neither rounded into the limits nor checked against them. */
export function toRawNumber(datapoint: DatapointDesign, value: number): number {
  return Math.round((value - (datapoint.addition ?? 0)) / (datapoint.ratio ?? 1));
}
