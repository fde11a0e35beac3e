// Runs the groups that are asked for, start by start, keeps what they bring, and prints it beside the goals.
import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { type Arguments, readArguments, USAGE } from './arguments';
import { writeDocs } from './doc';
import { program, workFolder } from './files';
import { groups } from './groups';
import type { Group, Run } from './groups/group';
import type { Word } from './measured';
import { loadResults, putResults, type Results, saveResults } from './results';
import type { Sample, Start } from './samples';
import { printGroup } from './table';

const LIMIT_FACTOR = 4;

async function main(): Promise<void> {
  const wanted = readArguments(process.argv.slice(2), groups);
  if (wanted === 'help') {
    console.log(USAGE);
    return;
  }
  mkdirSync(workFolder, { recursive: true });
  const chosen = groups.filter(({ name }) => wanted.only.includes(name));
  const results = loadResults();
  if (wanted.doc) {
    console.log((await writeDocs(groups, results)).join('\n'));
    return;
  }
  if (!wanted.report) await measure(results, chosen, wanted);
  let missed = 0;
  for (const group of chosen) missed += printGroup(group, results);
  console.log(missed === 0 ? '\nAll goals are met.' : `\n${missed} goals are missed, or figures that cannot be used.`);
  if (missed > 0 && !wanted.report) process.exitCode = 1;
}

/** Measures the groups start by start; after each of them the results are kept. */
async function measure(results: Results, chosen: readonly Group[], wanted: Arguments): Promise<void> {
  const { starts, options, runs } = wanted;
  const isWanted = (run: Run): boolean => runs === undefined || runs.includes(run.name);
  const all = chosen.flatMap((group) => group.runs.filter(isWanted).map((run) => ({ group, run })));
  const seconds = all.reduce((sum, { run }) => sum + run.seconds, 0) * starts;
  const [about, most] = [seconds, seconds * LIMIT_FACTOR].map((some) => Math.ceil(some / 60));
  console.log(
    `${starts} starts of ${chosen.map(({ name }) => name).join(', ')}: about ${about} minutes, at most ${most}`,
  );
  // A profile slows things down, and what is measured without its rivals replaces nothing.
  const keep = !wanted.profile && options.variants === undefined;
  const brought = new Map<Run, Start[]>(all.map(({ run }) => [run, []]));
  for (let start = 1; start <= starts; start++) {
    for (const { group, run } of all) {
      const begun = Date.now();
      const result = await runOnce(group, run, wanted);
      const soFar = [...(brought.get(run) ?? []), result];
      brought.set(run, soFar);
      putResults(results, group.name, run.name, soFar, options);
      if (keep) saveResults(results);
      const took = Math.round((Date.now() - begun) / 1000);
      const troubles = result.trouble.map((text) => `\n  ${text}`).join('');
      console.log(`start ${start}/${starts}: ${group.name} ${run.name}, ${took} s${troubles}`);
    }
  }
}

/** One process from its start to its end. */
function runOnce(group: Group, run: Run, { options, profile }: Arguments): Promise<Start> {
  const samples: Sample[] = [];
  const trouble: string[] = [];
  const flags = [...(run.flags ?? [])];
  if (profile) flags.push('--cpu-prof', `--cpu-prof-dir=${workFolder}`);
  const args = [group.name, run.name, JSON.stringify(options)];
  return new Promise((resolve) => {
    const how = run.openFiles ? limited(run.openFiles, flags) : { execArgv: flags };
    const child = fork(program('measured'), args, how);
    const timer = setTimeout(
      () => {
        trouble.push(`did not end within ${run.seconds * LIMIT_FACTOR} s`);
        child.kill('SIGKILL');
      },
      run.seconds * LIMIT_FACTOR * 1000,
    );
    child.on('message', (word: Word) => {
      if ('sample' in word) samples.push(word.sample);
      else trouble.push(word.trouble);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (code !== 0) trouble.push(`ended with ${signal ?? code}`);
      resolve({ samples, trouble });
    });
  });
}

/** A shell that lowers the limit of open files and becomes node. */
function limited(openFiles: number, flags: readonly string[]): { execPath: string; execArgv: string[] } {
  const script = `ulimit -n ${openFiles} && exec "$0" "$@"`;
  return { execPath: '/bin/sh', execArgv: ['-c', script, process.execPath, ...flags] };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
