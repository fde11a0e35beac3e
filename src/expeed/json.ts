/** Names that would reach a prototype instead of a property wherever a flow copies an object. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** What follows a whole number and makes it a fraction. */
const FRACTION = /[.eE+]/;

/**
 * JSON text with its whole numbers beyond 2^53 put in quotes, for the parser to keep them as text: ids and cursors are
 * of type long in seed 004, and a rounded id is another id. Reads each character once, since the text may be hostile;
 * what is no JSON stays so.
 */
export function quoteLongIntegers(text: string): string {
  if (!/\d{16}/.test(text)) return text;
  const number = /-?\d+/y;
  let result = '';
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at);
      continue;
    }
    number.lastIndex = at;
    const token = (code === 0x2d || isDigit(code)) && number.exec(text)?.[0];
    if (!token) {
      at++;
      continue;
    }
    const end = at + token.length;
    const whole = !FRACTION.test(text.charAt(end)) && !FRACTION.test(text.charAt(at - 1));
    if (whole && token.length >= 16 && !Number.isSafeInteger(Number(token))) {
      result += `${text.slice(copied, at)}"${token}"`;
      copied = end;
    }
    at = end;
  }
  return result + text.slice(copied);
}

/**
 * Whether JSON text nests deeper than `limit`, whatever else it may be. Asked before it is parsed: parsing 100 KB of open
 * brackets, only to find that they are too many, takes milliseconds.
 */
export function nestsDeeper(text: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at) - 1;
    else if (code === 0x5b || code === 0x7b) {
      depth++;
      if (depth > limit) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Position behind the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) break;
  }
  return at + 1;
}

/**
 * Whether a parsed value is safe to hand to a flow: nested at most `limit` deep, because Node-RED copies messages with a
 * recursive function, and without names that reach a prototype.
 */
export function isSafeValue(value: unknown, limit: number): boolean {
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let entry = waiting.pop(); entry; entry = waiting.pop()) {
    if (typeof entry.value !== 'object' || entry.value === null) continue;
    const depth = entry.depth + 1;
    if (depth > limit) return false;
    for (const name of Object.keys(entry.value)) {
      if (FORBIDDEN_NAMES.has(name)) return false;
      waiting.push({ value: (entry.value as Record<string, unknown>)[name], depth });
    }
  }
  return true;
}
