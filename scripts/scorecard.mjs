// npm run scorecard: the rules of the Node-RED flow library (its node-red-dev) on the packed package. Needs the npm
// registry; node-red-dev is kept in .ci/cache, because its tree is larger than all other tools together.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWhenNeeded } from './build.mjs';
import { installWhenNeeded } from './lib/install.mjs';
import { npm } from './lib/npm.mjs';
import { nodeSets, readJson, root } from './lib/project.mjs';
import { Totals } from './lib/totals.mjs';

const VERSION = '0.1.6';
const tool = join(root, '.ci/cache/node-red-dev');

/** Rules that may be broken, and why. */
const EXCEPTIONS = { D03: ({ packages }) => packages?.join() === 'undici' && 'undici 8 does not load on Node 20' };

/** Rules that compare with the flow library's catalogue, which the tool does not get here. */
const WITHOUT_CATALOGUE = ['P08', 'N01'];

const RULES = ['P01', 'P03', 'P04', 'P05', 'P06', 'P07', 'P08', 'N01', 'N02', 'D01', 'D02', 'D03'];

installWhenNeeded();
await buildWhenNeeded();
const work = mkdtempSync(join(tmpdir(), 'gizwits-scorecard-'));
const totals = new Totals();
try {
  fetchTool();
  judge(scoreOf(unpack()));
} catch (error) {
  console.error(error.message);
  totals.add({ failed: 1 });
} finally {
  rmSync(work, { recursive: true, force: true });
}
totals.report();
process.exitCode = totals.failed > 0 ? 1 : 0;

function fetchTool() {
  const there = join(tool, 'node_modules/node-red-dev/package.json');
  if (existsSync(there) && JSON.parse(readFileSync(there, 'utf8')).version === VERSION) return;
  mkdirSync(tool, { recursive: true });
  writeFileSync(join(tool, 'package.json'), '{ "private": true }\n');
  const code = npm(
    'install',
    '--prefix',
    tool,
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `node-red-dev@${VERSION}`,
  );
  if (code !== 0) throw new Error(`node-red-dev ${VERSION} could not be installed`);
}

/** The package as its users get it: unpacked from the tarball. */
function unpack() {
  if (npm('pack', '--silent', '--ignore-scripts', '--pack-destination', work) !== 0) throw new Error('npm pack failed');
  const { name, version } = readJson('package.json');
  const tarball = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
  const run = spawnSync('tar', ['xzf', tarball], { cwd: work, stdio: 'inherit' });
  if (run.status !== 0) throw new Error(`${tarball} could not be unpacked`);
  return join(work, 'package');
}

function scoreOf(folder) {
  const file = join(work, 'score.json');
  const program = join(tool, 'node_modules/node-red-dev/bin/run');
  const stub = join(root, 'scripts/lib/without-catalogue.cjs');
  const env = { ...process.env, NODE_RED_DEV: tool };
  spawnSync(process.execPath, ['--require', stub, program, 'validate', '-p', folder, '-o', file], {
    cwd: work,
    stdio: 'inherit',
    env,
  });
  if (!existsSync(file)) throw new Error('node-red-dev came to no result; it needs the npm registry');
  return JSON.parse(readFileSync(file, 'utf8'));
}

function judge(score) {
  for (const rule of RULES) {
    const passed = score[rule]?.test === true;
    const excuse = !passed && EXCEPTIONS[rule]?.(score[rule] ?? {});
    const note = excuse ? `, ${excuse}` : WITHOUT_CATALOGUE.includes(rule) ? ', compared with an empty catalogue' : '';
    console.log(`${passed ? 'ok' : excuse ? 'excepted' : 'FAILED'}: ${rule}${note}`);
    totals.add(passed || excuse ? { passed: 1 } : { failed: 1 });
  }
  // A node whose editor half the tool cannot read passes unseen: the list of those that it saw is the proof.
  const flowNodes = nodeSets().filter((set) => {
    const html = readFileSync(join(root, `dist/nodes/${set}.html`), 'utf8');
    return !/category:\s*["']config["']/.test(html);
  });
  const seen = score.N02?.nodes ?? [];
  const unseen = flowNodes.filter((type) => !seen.includes(type));
  console.log(unseen.length === 0 ? `ok: saw ${seen.join(', ')}` : `FAILED: did not see ${unseen.join(', ')}`);
  totals.add(unseen.length === 0 ? { passed: 1 } : { failed: 1 });
}
