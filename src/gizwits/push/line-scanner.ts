const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const UNDERSCORE = 0x5f;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

const DELIVERY_ID = Buffer.from('delivery_id');
const MSG_ID = Buffer.from('msg_id');

/**
 * One pass over the bytes of a JSON line, before it is parsed. It finds what `JSON.parse` would spoil or cannot tell:
 * the delivery and message ids exactly as they are written (a number beyond 2^53 loses its last digits when parsed), how
 * deep the text nests, and a hash of everything but these two ids, by which a redelivered event is recognised.
 *
 * Only the shape is checked; whether the line is valid JSON is for `JSON.parse` to say. One instance is reused for all
 * lines of a connection: its fields describe the last line scanned.
 */
export class LineScanner {
  /** Where the object begins and ends in the line, without byte order mark, NUL bytes and white space around it. */
  start = 0;
  end = 0;
  /** Levels of nesting; 1 is a flat object. */
  depth = 0;
  /**
   * 53 bits over all top-level members except `delivery_id` and `msg_id`, whatever the order of the members. Not a
   * cryptographic hash: the sender is authenticated, and a match is confirmed by `created_at`.
   */
  hash = 0;
  deliveryStart = -1;
  deliveryEnd = -1;
  messageStart = -1;
  messageEnd = -1;
  /**
   * Whether some string begins with an underscore or holds an escape: the only lines that can hold the name `__proto__`.
   */
  suspicious = false;

  private readonly members: number[] = [];

  /** @returns false when the line is not one JSON object by its outer shape (blank, bare text, array, cut) */
  scan(line: Buffer): boolean {
    this.trim(line);
    this.depth = 1;
    this.deliveryStart = this.deliveryEnd = this.messageStart = this.messageEnd = -1;
    this.members.length = 0;
    this.suspicious = false;
    if (this.end - this.start < 2 || line[this.start] !== OPEN_BRACE || line[this.end - 1] !== CLOSE_BRACE)
      return false;

    let high = 0;
    let low = 0;
    const last = this.end - 1;
    let at = this.start + 1;
    for (;;) {
      at = skipSpace(line, at, last);
      if (at >= last) break;
      if (line[at] === COMMA) {
        at++;
        continue;
      }
      if (line[at] !== QUOTE) return false;
      const keyStart = at + 1;
      at = this.skipString(line, at, last);
      const keyEnd = at - 1;
      at = skipSpace(line, at, last);
      if (at >= last || line[at] !== COLON) return false;
      at = skipSpace(line, at + 1, last);
      const valueStart = at;
      at = this.skipValue(line, at, last);
      if (at <= valueStart || at > last) return false;
      this.members.push(keyStart, keyEnd, valueStart, at);

      if (equals(line, keyStart, keyEnd, DELIVERY_ID)) {
        this.deliveryStart = valueStart;
        this.deliveryEnd = at;
      } else if (equals(line, keyStart, keyEnd, MSG_ID)) {
        this.messageStart = valueStart;
        this.messageEnd = at;
      } else {
        let a = at - keyStart;
        let b = 0x2545f491;
        let i = keyStart;
        for (const whole = at - 3; i < whole; i += 4) {
          const word = line[i] | (line[i + 1] << 8) | (line[i + 2] << 16) | (line[i + 3] << 24);
          const mixed = Math.imul(word, 0xcc9e2d51);
          a ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
          a = Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64;
          b = Math.imul(b ^ word, 0x85ebca6b);
          b ^= b >>> 15;
        }
        for (; i < at; i++) {
          a = Math.imul(a ^ line[i], 0x9e3779b1);
          a ^= a >>> 13;
          b = Math.imul(b ^ line[i], 0x01000193);
        }
        // Members are added up, so that their order does not matter; each is mixed through first.
        high = (high + finish(a)) | 0;
        low = (low + finish(b)) | 0;
      }
    }
    this.hash = (high >>> 0) * 2 ** 21 + (low >>> 11);
    return true;
  }

  /**
   * The top-level members with a scalar value, for a line too deeply nested to be handed to anyone whole.
   * To be called right after {@link scan} of the same line.
   */
  scalars(line: Buffer): Record<string, unknown> {
    const found: Record<string, unknown> = {};
    for (let i = 0; i < this.members.length; i += 4) {
      const [keyStart, keyEnd, valueStart, valueEnd] = this.members.slice(i, i + 4);
      if (line[valueStart] === OPEN_BRACE || line[valueStart] === OPEN_BRACKET) continue;
      try {
        const name: unknown = JSON.parse(line.toString('utf8', keyStart - 1, keyEnd + 1));
        if (typeof name !== 'string' || name === '__proto__') continue;
        found[name] = JSON.parse(line.toString('utf8', valueStart, valueEnd));
      } catch {
        // A member that is not valid JSON is left out; the line is being rejected anyway.
      }
    }
    return found;
  }

  private trim(line: Buffer): void {
    let start = 0;
    let end = line.length;
    while (start < end && line[start] <= 0x20) start++;
    if (BYTE_ORDER_MARK.every((byte, i) => line[start + i] === byte)) start += BYTE_ORDER_MARK.length;
    while (start < end && line[start] <= 0x20) start++;
    while (end > start && line[end - 1] <= 0x20) end--;
    this.start = start;
    this.end = end;
  }

  private skipValue(line: Buffer, from: number, last: number): number {
    let at = from;
    const first = line[at];
    if (first === QUOTE) return this.skipString(line, at, last);
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
      while (at < last && line[at] !== COMMA && line[at] > 0x20) at++;
      return at;
    }
    let depth = 1;
    while (at < last) {
      const byte = line[at];
      if (byte === QUOTE) {
        at = this.skipString(line, at, last);
        continue;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (++depth > this.depth) this.depth = depth;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (--depth === 1) return at + 1;
      }
      at++;
    }
    return last + 1;
  }

  /** From an opening quote to the byte after the closing one; beyond `last` when the string does not end. */
  private skipString(line: Buffer, from: number, last: number): number {
    let at = from + 1;
    if (line[at] === UNDERSCORE) this.suspicious = true;
    while (at < last) {
      const byte = line[at];
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH) {
        this.suspicious = true;
        at++;
      }
      at++;
    }
    return last + 1;
  }
}

function skipSpace(line: Buffer, from: number, last: number): number {
  let at = from;
  while (at < last && line[at] <= 0x20) at++;
  return at;
}

function equals(line: Buffer, start: number, end: number, name: Buffer): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (line[start + i] !== name[i]) return false;
  return true;
}

/** Final mix of MurmurHash3 (public domain): every input bit reaches every output bit. */
function finish(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
