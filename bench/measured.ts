// The process that is measured: `measured.js <group> <run> <options as JSON>`, started by main.ts.
import { groups } from './groups';
import type { RunOptions } from './groups/group';
import type { Sample } from './samples';

/** What this process tells the one that started it. */
export type Word = { readonly sample: Sample } | { readonly trouble: string };

const [groupName, runName, options] = process.argv.slice(2);
const run = groups.find(({ name }) => name === groupName)?.runs.find(({ name }) => name === runName);
if (!run) throw new Error(`no such run: ${groupName} ${runName}`);

const say = (word: Word): void => {
  process.send?.(word);
};

run
  .measure(
    { sample: (sample) => say({ sample }), trouble: (trouble) => say({ trouble }) },
    JSON.parse(options) as RunOptions,
  )
  .catch((error: unknown) => say({ trouble: error instanceof Error ? (error.stack ?? error.message) : String(error) }))
  // Nothing is kept alive by a profile or a socket that lingers.
  .finally(() => setTimeout(() => process.exit(), 100));
