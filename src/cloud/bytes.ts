import { types } from 'node:util';
import { byteList } from './byte-list';

/** How bytes are written as text. */
export type Coding = 'hex' | 'base64';

const HEX = /^[0-9a-f]*$/i;

/** One class of characters in a row, not groups of four: on megabytes those overflow the stack of the expression. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Bytes from a Buffer or other view, from an array of whole numbers 0..255, or from a Buffer that went through JSON
 * (`{type: 'Buffer', data: [...]}`); undefined for anything else. Text is not read here: see {@link decodeText}.
 */
export function bytesOf(value: unknown): Buffer | undefined {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (types.isAnyArrayBuffer(value)) return Buffer.from(value);
  const list = byteList(value);
  return list && Buffer.from(list);
}

/** Bytes from text in the given coding, every digit of it valid; undefined otherwise. Empty text is no bytes. */
export function decodeText(text: string, coding: Coding): Buffer | undefined {
  if (coding === 'hex') return text.length % 2 === 0 && HEX.test(text) ? Buffer.from(text, 'hex') : undefined;
  return text.length % 4 === 0 && BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}
