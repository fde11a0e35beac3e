/** Chance of the fault tests: the same seed, the same faults. `GIZ_SEED` replays a run that failed. */
export const seed = readSeed(process.env.GIZ_SEED) ?? Math.floor(Math.random() * 2 ** 31);

function readSeed(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** A sequence of uniform numbers in [0, 1) that depends on the seed and a name alone, not on the order of the tests. */
export function chance(name: string): () => number {
  let state = seed >>> 0;
  for (const character of name) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Prints the seed behind every test that fails. To be called in each `describe` whose tests use chance. */
export function printsSeedOnFailure(): void {
  afterEach(function () {
    if (this.currentTest?.state === 'failed') console.log(`      replay with GIZ_SEED=${seed}`);
  });
}
