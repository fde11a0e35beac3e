/** Levels that a body may nest. Node-RED copies messages recursively, and a few thousand levels end its process. */
const MAX_DEPTH = 64;

/** What became of parsing a body. */
export type ParsedJson =
  | { readonly state: 'value'; readonly value: unknown }
  /** Nothing but white space. */
  | { readonly state: 'empty' }
  /** A page for people: a proxy, a firewall or a login page answered. */
  | { readonly state: 'html' }
  /** Begins as JSON but does not parse: most likely it broke off. */
  | { readonly state: 'broken' }
  /** Something else. */
  | { readonly state: 'other' }
  /** Nested deeper than a message may be. */
  | { readonly state: 'deep' };

/**
 * Parses a reply's body, whatever its content type says: services of this vendor send JSON as text/html too. A byte
 * order mark is skipped, members named `__proto__` are left out.
 */
export function parseJson(text: string): ParsedJson {
  // Nearly every body begins right away and with an object.
  const trimmed = text.startsWith('{') ? text : text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return { state: 'empty' };
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    if (trimmed.startsWith('<')) return { state: 'html' };
    return { state: /^[[{"]/.test(trimmed) ? 'broken' : 'other' };
  }
  return !isObject(value) || clean(value, 0) ? { state: 'value', value } : { state: 'deep' };
}

/** Whether the value is shallow enough; takes `__proto__` members out on the way. */
function clean(value: object, depth: number): boolean {
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (const entry of value as unknown[]) if (isObject(entry) && !clean(entry, depth + 1)) return false;
    return true;
  }
  const members = value as Record<string, unknown>;
  // What is parsed has no members but its own.
  for (const name in members) {
    const member = members[name];
    if (name === '__proto__') delete members[name];
    else if (isObject(member) && !clean(member, depth + 1)) return false;
  }
  return true;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
