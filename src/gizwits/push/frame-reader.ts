import { LineScanner } from './line-scanner';

/** Deepest nesting that is handed on: Node-RED's cloning of messages overflows the stack some thousand levels down. */
export const MAX_DEPTH = 64;

/**
 * What a line turned out to be:
 * - `frame`: a JSON object, in `body`;
 * - `deep`: a JSON object nested deeper than {@link MAX_DEPTH}; `body` holds its scalar members only, `text` all of it;
 * - `blank`: nothing in it;
 * - `no-heartbeat`: the bare text `No Heartbeat!` that the server sends before it drops a silent client;
 * - `garbage`: anything else.
 */
export type LineKind = 'frame' | 'deep' | 'blank' | 'no-heartbeat' | 'garbage';

const NO_HEARTBEAT = 'No Heartbeat!';

/** Reads lines one after another; its fields describe the last one. */
export class FrameReader {
  body: Record<string, unknown> = {};
  /** The object's JSON text. */
  text = '';
  /** `delivery_id` as written, e.g. `9007199254740993` or `"12"`; empty when there is none that can be echoed. */
  deliveryToken = '';
  /** `msg_id` as written; empty when there is none. */
  messageToken = '';
  /** See {@link LineScanner}. */
  hash = 0;
  deliveryHash = 0;
  messageHash = 0;

  private readonly scanner = new LineScanner();

  /** Reads the line that lies in the bytes from `from` up to `to`. */
  read(bytes: Buffer, from = 0, to = bytes.length): LineKind {
    const scanner = this.scanner;
    if (!scanner.scan(bytes, from, to)) {
      if (scanner.start === scanner.end) return 'blank';
      return bytes.toString('latin1', scanner.start, scanner.end) === NO_HEARTBEAT ? 'no-heartbeat' : 'garbage';
    }
    this.hash = scanner.hash;
    this.deliveryHash = scanner.deliveryHash;
    this.messageHash = scanner.messageHash;
    // Without a name of the encoding node takes a shorter way to the same result.
    this.text = bytes.toString(undefined, scanner.start, scanner.end);
    if (scanner.depth > MAX_DEPTH) {
      this.body = scanner.scalars(bytes);
    } else {
      const body = parse(this.text, scanner.suspicious);
      if (!body) return 'garbage';
      this.body = body;
    }
    this.deliveryToken = idToken(bytes, scanner.deliveryStart, scanner.deliveryEnd, this.body.delivery_id);
    this.messageToken = idToken(bytes, scanner.messageStart, scanner.messageEnd, this.body.msg_id);
    return scanner.depth > MAX_DEPTH ? 'deep' : 'frame';
  }
}

/** Parses the text of one JSON object; undefined when it is not valid. No object in it owns a `__proto__`. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  return parse(text, true);
}

function parse(text: string, suspicious: boolean): Record<string, unknown> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(parsed)) return undefined;
  if (suspicious) dropPrototypeNames(parsed);
  return parsed;
}

/** Whether the value is an object with names, i.e. neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own `__proto__` is harmless here but becomes a real prototype as soon as a flow copies the object by assignment. */
function dropPrototypeNames(value: object): void {
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) dropPrototypeNames(inner);
}

/**
 * An id as it is written, when it is a JSON number or string, which alone can be echoed meaningfully. Short ids, nearly
 * all, are put together from the parsed value when that gives the same text; cutting them out of the bytes costs more.
 */
function idToken(bytes: Buffer, start: number, end: number, parsed: unknown): string {
  if (start < 0) return '';
  if (typeof parsed === 'number') {
    return end - start <= 15 && allDigits(bytes, start, end) ? `${parsed}` : bytes.toString('latin1', start, end);
  }
  if (typeof parsed !== 'string') return '';
  return parsed.length === end - start - 2 ? `"${parsed}"` : bytes.toString('utf8', start, end);
}

function allDigits(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] < 0x30 || bytes[i] > 0x39) return false;
  return true;
}
