import { createHash } from 'node:crypto';

/** Kinds of WebSocket frames (RFC 6455 section 5.2). */
export const OPCODE = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

export interface SocketFrame {
  final: boolean;
  opcode: number;
  payload: Buffer;
}

const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Largest frame that is read, bytes. */
const LARGEST = 1024 * 1024;

/** Value of Sec-WebSocket-Accept for a client's key (RFC 6455 section 4.2.2). */
export function acceptKey(key: string): string {
  return createHash('sha1')
    .update(key + KEY_SUFFIX)
    .digest('base64');
}

/** A frame of the server: whole, and not masked. */
export function encodeSocketFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = length;
  else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** Cuts a client's bytes into frames. */
export class SocketFrameReader {
  private rest: Buffer = Buffer.alloc(0);

  /** The frames that are whole now. @throws Error for a frame that is too large or not masked. */
  read(bytes: Buffer): SocketFrame[] {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const frames: SocketFrame[] = [];
    for (let frame = this.next(); frame; frame = this.next()) frames.push(frame);
    return frames;
  }

  private next(): SocketFrame | undefined {
    const { rest } = this;
    if (rest.length < 2) return undefined;
    const [first, second] = rest as unknown as [number, number];
    if ((second & 0x80) === 0) throw new Error('frame is not masked');
    let length = second & 0x7f;
    let at = 2;
    if (length === 126) {
      if (rest.length < 4) return undefined;
      length = rest.readUInt16BE(2);
      at = 4;
    } else if (length === 127) {
      if (rest.length < 10) return undefined;
      length = Number(rest.readBigUInt64BE(2));
      at = 10;
    }
    if (length > LARGEST) throw new Error('frame is too large');
    if (rest.length < at + 4 + length) return undefined;
    const mask = rest.subarray(at, at + 4);
    const payload = Buffer.from(rest.subarray(at + 4, at + 4 + length));
    for (let index = 0; index < length; index++)
      payload[index] = (payload[index] as number) ^ (mask[index % 4] as number);
    this.rest = rest.subarray(at + 4 + length);
    return { final: (first & 0x80) !== 0, opcode: first & 0x0f, payload };
  }
}
