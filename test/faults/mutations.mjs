// node test/faults/mutations.mjs [NAME]: proof that the important checks can fail. Each mutation plants one defect in a copy
// of the sources and expects the test that guards against it to fail there. Takes minutes; not part of npm test.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutations } from './mutation-list.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const wanted = process.argv[2];
const copy = mkdtempSync(join(tmpdir(), 'gizwits-mutations-'));
const rows = [];
try {
  for (const name of ['src', 'nodes', 'test', 'scripts', 'package.json', 'tsconfig.json', '.mocharc.json']) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  for (const mutation of mutations.filter(({ name }) => !wanted || name.includes(wanted))) rows.push(prove(mutation));
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.table(rows);
process.exitCode = rows.length > 0 && rows.every(({ caught }) => caught === 'yes') ? 0 : 1;

/** @param {import('./mutation-list.mjs').Mutation} mutation */
function prove({ name, file, find, put, test, grep }) {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  const row = { mutation: name, file, test: grep ? `${test}: ${grep}` : test };
  if (original.split(find).length !== 2) return { ...row, caught: 'the text to change is not there once' };
  // A test that fails or finds nothing without the defect would prove nothing with it.
  const sound = run(test, grep);
  if (sound !== 'passed') return { ...row, caught: `without the defect: ${sound}` };
  writeFileSync(
    path,
    original.replace(find, () => put),
  );
  const seen = run(test, grep);
  writeFileSync(path, original);
  return { ...row, caught: seen === 'failed' ? 'yes' : `NO, ${seen}` };
}

/** @returns {'passed' | 'failed' | 'no test ran' | 'did not load'} */
function run(test, grep) {
  const args = [
    'node_modules/mocha/bin/mocha.js',
    test,
    '--reporter',
    'json',
    '--exit',
    '--timeout',
    '20000',
    '--retries',
    '0',
  ];
  if (grep) args.push('--fgrep', grep);
  const { stdout } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', timeout: 180_000 });
  const begin = stdout?.indexOf('{\n  "stats"') ?? -1;
  if (begin < 0) return 'did not load';
  const { tests, failures } = JSON.parse(stdout.slice(begin, stdout.lastIndexOf('}') + 1)).stats;
  if (failures > 0) return 'failed';
  return tests > 0 ? 'passed' : 'no test ran';
}
