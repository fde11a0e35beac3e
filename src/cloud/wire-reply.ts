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
}

/** The value of the first header of that lower-case name among raw names and values in turn. */
export function findHeader(raw: readonly Buffer[], name: string): string | undefined {
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (namesMatch(raw[index] as Buffer, name)) return (raw[index + 1] as Buffer).toString('latin1');
  }
  return undefined;
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
