const SPACE = 0x20;
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

/** What {@link LineScanner} is at while it walks over a member. */
const OTHER = 0;
const DELIVERY = 1;
const MESSAGE = 2;

/** Where the two halves of a hash begin, and how they go on: the prime of FNV-1a (public domain). */
const HASH_START = 0x2545f491;
const HASH_PRIME = 0x01000193;

/**
 * One pass over the bytes of a JSON line, before it is parsed. It finds what `JSON.parse` would spoil or cannot tell:
 * the delivery and message ids exactly as they are written (a number beyond 2^53 loses its last digits when parsed), how
 * deep the text nests, and a hash of everything but these two ids, by which a redelivered event is recognised.
 *
 * Only the shape is followed; whether the line is valid JSON is for `JSON.parse` to say. One instance is reused for all
 * lines of a connection: its fields describe the last line scanned.
 */
export class LineScanner {
  /** Where the object begins and ends in the bytes, without byte order mark, NUL bytes and white space around it. */
  start = 0;
  end = 0;
  /** Levels of nesting; 1 is a flat object. */
  depth = 0;
  /**
   * 53 bits over all top-level members except `delivery_id` and `msg_id`, whatever the order of the members. Not a
   * cryptographic hash: the sender is authenticated, and a match is confirmed by `created_at`.
   */
  hash = 0;
  /** 32 bits over `delivery_id` and over `msg_id`, as written; 0 for none. */
  deliveryHash = 0;
  messageHash = 0;
  deliveryStart = -1;
  deliveryEnd = -1;
  messageStart = -1;
  messageEnd = -1;
  /**
   * Whether some string begins with an underscore or holds an escape: the only lines that can hold the name `__proto__`.
   */
  suspicious = false;

  private high = 0;
  private low = 0;
  /** Where names and values of members are written down, when somebody wants them. */
  private members: number[] | undefined;

  /**
   * Scans the bytes from `from` up to `to`.
   * @returns false when they are not one JSON object by its outer shape (blank, bare text, array, cut)
   */
  scan(bytes: Buffer, from = 0, to = bytes.length): boolean {
    this.trim(bytes, from, to);
    this.depth = 1;
    this.deliveryStart = this.deliveryEnd = this.messageStart = this.messageEnd = -1;
    this.deliveryHash = this.messageHash = 0;
    this.suspicious = false;
    this.high = this.low = 0;
    const { start, end } = this;
    if (end - start < 2 || bytes[start] !== OPEN_BRACE || bytes[end - 1] !== CLOSE_BRACE) return false;

    const last = end - 1;
    let deepest = 1;
    let depth = 1;
    let what = OTHER;
    let nameAt = -1;
    let valueAt = -1;
    // The bytes of a string go to the two halves in turns: each waits for its last multiplication only half of the time.
    let one = HASH_START;
    let other = HASH_START;
    let at = start + 1;
    while (at < last) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        const opening = at;
        at++;
        if (bytes[at] === UNDERSCORE) this.suspicious = true;
        one = Math.imul(one ^ QUOTE, HASH_PRIME);
        for (; at < last; at++) {
          const first = bytes[at];
          if (first === QUOTE) break;
          one = Math.imul(one ^ first, HASH_PRIME);
          if (first === BACKSLASH) one = Math.imul(one ^ this.escaped(bytes, ++at), HASH_PRIME);
          const second = bytes[++at];
          if (second === QUOTE) break;
          other = Math.imul(other ^ second, HASH_PRIME);
          if (second === BACKSLASH) other = Math.imul(other ^ this.escaped(bytes, ++at), HASH_PRIME);
        }
        if (at >= last) return false;
        if (depth === 1 && nameAt < 0) {
          nameAt = opening;
          if (equals(bytes, opening + 1, at, DELIVERY_ID)) what = DELIVERY;
          else if (equals(bytes, opening + 1, at, MSG_ID)) what = MESSAGE;
          if (what !== OTHER) one = other = HASH_START;
        }
      } else if (byte > SPACE) {
        if (byte === COMMA && depth === 1) {
          this.member(bytes, what, nameAt, valueAt, at, one, other);
          what = OTHER;
          nameAt = valueAt = -1;
          one = other = HASH_START;
        } else {
          if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
            depth++;
            if (depth > deepest) deepest = depth;
          } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
          else if (byte === COLON && depth === 1) valueAt = at + 1;
          one = Math.imul(one ^ byte, HASH_PRIME);
        }
      }
      at++;
    }
    if (nameAt >= 0) this.member(bytes, what, nameAt, valueAt, last, one, other);
    this.depth = deepest;
    this.hash = (this.high >>> 0) * 2 ** 21 + (this.low >>> 11);
    return true;
  }

  /**
   * The top-level members with a scalar value, for a line too deeply nested to be handed to anyone whole.
   * To be called right after {@link scan} of the same bytes.
   */
  scalars(bytes: Buffer): Record<string, unknown> {
    const members: number[] = [];
    this.members = members;
    this.scan(bytes, this.start, this.end);
    this.members = undefined;
    const found: Record<string, unknown> = {};
    for (let i = 0; i < members.length; i += 3) {
      const [nameAt, valueAt, valueEnd] = members.slice(i, i + 3);
      try {
        const nameEnd = bytes.lastIndexOf(QUOTE, valueAt - 1) + 1;
        const name: unknown = JSON.parse(bytes.toString('utf8', nameAt, nameEnd));
        const value = bytes.toString('utf8', valueAt, valueEnd).trimStart();
        if (typeof name !== 'string' || name === '__proto__' || /^[{[]/.test(value)) continue;
        found[name] = JSON.parse(value);
      } catch {
        // A member that is not valid JSON is left out; the line is being rejected anyway.
      }
    }
    return found;
  }

  /** Takes note of one member, which ends before `end`. */
  private member(
    bytes: Buffer,
    what: number,
    nameAt: number,
    valueAt: number,
    end: number,
    one: number,
    other: number,
  ): void {
    // Halves are mixed into each other, so that a difference in one of them is seen in all bits.
    const high = finish(one + Math.imul(other, 0x9e3779b1));
    if (what === OTHER) {
      // Members are added up, so that their order does not matter; each is mixed through first.
      this.high = (this.high + high) | 0;
      this.low = (this.low + finish(other ^ Math.imul(one, 0x85ebca6b))) | 0;
    } else if (what === DELIVERY) {
      this.deliveryHash = high;
      this.deliveryStart = skipSpace(bytes, valueAt, end);
      this.deliveryEnd = skipSpaceBack(bytes, this.deliveryStart, end);
    } else {
      this.messageHash = high;
      this.messageStart = skipSpace(bytes, valueAt, end);
      this.messageEnd = skipSpaceBack(bytes, this.messageStart, end);
    }
    if (this.members && valueAt >= 0) this.members.push(nameAt, valueAt, end);
  }

  /** The byte after a backslash. */
  private escaped(bytes: Buffer, at: number): number {
    this.suspicious = true;
    return bytes[at];
  }

  private trim(bytes: Buffer, from: number, to: number): void {
    let start = from;
    let end = to;
    while (start < end && bytes[start] <= SPACE) start++;
    if (BYTE_ORDER_MARK.every((byte, i) => bytes[start + i] === byte)) start += BYTE_ORDER_MARK.length;
    while (start < end && bytes[start] <= SPACE) start++;
    while (end > start && bytes[end - 1] <= SPACE) end--;
    this.start = start;
    this.end = end;
  }
}

function skipSpace(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] <= SPACE) at++;
  return at;
}

function skipSpaceBack(bytes: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && bytes[at - 1] <= SPACE) at--;
  return at;
}

function equals(bytes: Buffer, start: number, end: number, name: Buffer): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
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
