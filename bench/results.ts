import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { workFolder } from './files';
import type { RunOptions } from './groups/group';
import { nodeRedVersion } from './runtime';
import type { Starts } from './samples';

/** What has been measured on one machine, by group and run. */
export interface Results {
  readonly machine: Machine;
  readonly groups: Record<string, Record<string, RunResults>>;
}

export interface Machine {
  readonly node: string;
  readonly nodeRed: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
}

export interface RunResults {
  /** Day of the last start, ISO 8601. */
  readonly day: string;
  readonly rounds: number;
  readonly windowMs: number;
  readonly starts: Starts;
}

const file = join(workFolder, 'results.json');

export function loadResults(): Results {
  const machine: Machine = {
    node: process.version,
    nodeRed: nodeRedVersion(),
    processor: cpus()[0]?.model.trim() ?? '?',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
  };
  const saved = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;
  const same = saved && JSON.stringify(saved.machine) === JSON.stringify(machine);
  // Figures of another machine or another Node-RED are not mixed in.
  return same ? saved : { machine, groups: {} };
}

/** Puts the starts of one run in the place of what was there before. */
export function putResults(
  results: Results,
  group: string,
  run: string,
  starts: Starts,
  { rounds, windowMs }: RunOptions,
): void {
  const day = new Date().toISOString().slice(0, 10);
  results.groups[group] = { ...results.groups[group], [run]: { day, rounds, windowMs, starts } };
}

export function saveResults(results: Results): void {
  writeFileSync(`${file}.new`, JSON.stringify(results));
  renameSync(`${file}.new`, file);
}

/** The starts of all runs of a group, one behind the other. */
export function startsOf(results: Results, group: string): Starts {
  return Object.values(results.groups[group] ?? {}).flatMap(({ starts }) => starts);
}
