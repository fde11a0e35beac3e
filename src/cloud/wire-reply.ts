import type { Reply } from './reply';

/** A complete answer, whose header names and values are decoded only when somebody asks for them. */
export class WireReply implements Reply {
  private decoded: Record<string, string | string[] | undefined> | undefined;

  constructor(
    readonly status: number,
    /** Names and values in turn, as they came. */
    private readonly raw: readonly Buffer[],
    readonly text: string,
  ) {}

  get headers(): Readonly<Record<string, string | string[] | undefined>> {
    if (!this.decoded) {
      const headers: Record<string, string | string[] | undefined> = Object.create(null);
      for (let index = 0; index + 1 < this.raw.length; index += 2) {
        const name = (this.raw[index] as Buffer).toString('latin1').toLowerCase();
        const value = (this.raw[index + 1] as Buffer).toString('latin1');
        const before = headers[name];
        if (before === undefined) headers[name] = value;
        else if (Array.isArray(before)) before.push(value);
        else headers[name] = [before, value];
      }
      this.decoded = headers;
    }
    return this.decoded;
  }

  /** The first header of that name (lower case), without decoding the others. */
  header(name: string): string | undefined {
    return findHeader(this.raw, name);
  }

  /** The first header of that name (lower case) as a whole number; undefined when there is none, or it is none. */
  wholeNumber(name: string): number | undefined {
    const value = findValue(this.raw, name);
    return value === undefined ? undefined : wholeNumberOf(value);
  }
}

/** The value of the first header of that lower-case name among raw names and values in turn. */
export function findHeader(raw: readonly Buffer[], name: string): string | undefined {
  return findValue(raw, name)?.toString('latin1');
}

function findValue(raw: readonly Buffer[], name: string): Buffer | undefined {
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (namesMatch(raw[index] as Buffer, name)) return raw[index + 1];
  }
  return undefined;
}

const SPACE = 0x20;
const ZERO = 0x30;
/** Longer numbers than this lose digits. */
const MOST_DIGITS = 15;

/** Decimal digits with spaces around them, read from the bytes: three such headers come with every answer. */
function wholeNumberOf(value: Buffer): number | undefined {
  let from = 0;
  let to = value.length;
  while (from < to && value[from] === SPACE) from++;
  while (to > from && value[to - 1] === SPACE) to--;
  if (to === from || to - from > MOST_DIGITS) return undefined;
  let number = 0;
  for (let index = from; index < to; index++) {
    const digit = (value[index] as number) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}

function namesMatch(raw: Buffer, name: string): boolean {
  if (raw.length !== name.length) return false;
  for (let index = 0; index < name.length; index++) {
    const byte = raw[index] as number;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== name.charCodeAt(index)) return false;
  }
  return true;
}
