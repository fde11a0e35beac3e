/**
 * Chance as a pure function. The world stores nothing that it can compute: every figure is a hash of the seed and a few
 * small numbers (device, slot, day …), so the same question has the same answer on every page and after every restart.
 */

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function stir(state: number, part: number): number {
  let value = Math.imul(part, 0xcc9e2d51);
  value = Math.imul((value << 15) | (value >>> 17), 0x1b873593);
  const mixed = state ^ value;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** 32-bit hash of four numbers (MurmurHash3's mixing), uniform in [0, 2^32). Only the low 32 bits of each part count. */
export function hash(seed: number, a: number, b = 0, c = 0): number {
  let state = stir(stir(stir(seed | 0, a | 0), b | 0), c | 0);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** Uniform in [0, 1). */
export function unit(seed: number, a: number, b = 0, c = 0): number {
  return hash(seed, a, b, c) / 2 ** 32;
}

/** Uniform in [low, high). */
export function between(low: number, high: number, seed: number, a: number, b = 0, c = 0): number {
  return low + (high - low) * unit(seed, a, b, c);
}

/** One element of a list that is not empty. */
export function pick<T>(list: readonly T[], seed: number, a: number, b = 0, c = 0): T {
  return list[hash(seed, a, b, c) % list.length] as T;
}

/** `bytes` bytes as lower-case hex. */
export function hex(bytes: number, seed: number, a: number, b = 0): string {
  let text = '';
  for (let word = 0; text.length < bytes * 2; word++) text += hash(seed, a, b, word).toString(16).padStart(8, '0');
  return text.slice(0, bytes * 2);
}

/** A did as the cloud prints it: 22 characters of an alphabet without 0, O, I and l. */
export function didText(seed: number, a: number): string {
  let text = '';
  for (let place = 0; place < 22; place++) text += BASE58[hash(seed, a, place, 58) % 58];
  return text;
}

/** A version-4 shaped UUID. */
export function uuid(seed: number, a: number, b = 0): string {
  const text = hex(16, seed, a, b);
  const variant = '89ab'[Number.parseInt(text[16] as string, 16) % 4];
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-${variant}${text.slice(17, 20)}-${text.slice(20)}`;
}
