import { parseArgs } from 'node:util';
import type { Group, RunOptions } from './groups/group';

export const USAGE = `npm run bench -- [options]

  --only a,b       these groups alone: call, control, history, push, webhook, burst,
                   start, growth
  --run a,b        these runs of them alone
  --starts n       process starts of each (5)
  --rounds n       windows of each variant in a start (6)
  --window ms      length of a window (300)
  --report         measures nothing, prints what has been measured
  --doc            measures nothing, writes what has been measured into docs/performance*.md
  --variants a,b   these variants alone; what is measured is printed and not kept
  --profile        writes a CPU profile of each process into .cache/bench; the same`;

export interface Arguments {
  only: readonly string[];
  runs?: readonly string[];
  starts: number;
  options: RunOptions;
  profile: boolean;
  report: boolean;
  doc: boolean;
}

/** @throws Error with a plain text for what cannot be understood. */
export function readArguments(given: readonly string[], groups: readonly Group[]): Arguments | 'help' {
  const { values } = parseArgs({
    args: [...given],
    options: {
      only: { type: 'string' },
      run: { type: 'string' },
      starts: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '6' },
      window: { type: 'string', default: '300' },
      report: { type: 'boolean', default: false },
      doc: { type: 'boolean', default: false },
      variants: { type: 'string' },
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const names = groups.map(({ name }) => name);
  const only = list(values.only) ?? names;
  for (const name of only) if (!names.includes(name)) throw new Error(`--only takes ${names.join(', ')}; not ${name}`);
  const variants = list(values.variants);
  return {
    only,
    runs: list(values.run),
    starts: count('starts', values.starts),
    options: {
      rounds: count('rounds', values.rounds),
      windowMs: count('window', values.window),
      ...(variants ? { variants } : {}),
    },
    profile: values.profile,
    report: values.report,
    doc: values.doc,
  };
}

function list(text: string | undefined): string[] | undefined {
  return text?.split(',').map((name) => name.trim());
}

function count(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name} takes a whole number above 0, not ${text}`);
}
