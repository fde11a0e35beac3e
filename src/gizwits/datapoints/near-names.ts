import type { Schema } from './schema';

/** Names offered at most. */
const MOST_NAMES = 3;

/**
 * Writable datapoints that a wrong name may mean, best first: by the display name, by the same letters in another case,
 * by a few wrong letters, or by one name holding the other.
 */
export function nearNames(schema: Schema, wrong: string): string[] {
  const wanted = fold(wrong);
  const scored: { name: string; score: number }[] = [];
  for (const { name, displayName, access } of schema.datapoints) {
    if (access !== 'writable') continue;
    const score = displayName === wrong ? 0 : likeness(fold(name), wanted);
    if (score !== undefined) scored.push({ name, score });
  }
  scored.sort((a, b) => a.score - b.score);
  return scored.slice(0, MOST_NAMES).map(({ name }) => name);
}

/** Case and separators are what people get wrong first. */
function fold(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}

/** The number of edits, or undefined when the names are too different to mean each other. */
function likeness(name: string, wanted: string): number | undefined {
  const longer = Math.max(name.length, wanted.length);
  if (longer > 64) return undefined;
  const edits = editDistance(name, wanted);
  if (edits <= Math.max(1, Math.floor(longer / 3))) return edits;
  const held = wanted.length >= 3 && name.length >= 3 && (name.includes(wanted) || wanted.includes(name));
  return held ? longer : undefined;
}

/** Levenshtein distance: insertions, deletions and replacements from one text to the other. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1] + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, above[column] + 1, current[column - 1] + 1));
    }
    above = current;
  }
  return above[b.length];
}
