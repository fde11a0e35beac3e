// npm test: everything that needs no browser and no MQTT broker, from a fresh checkout on. Arguments that are not listed here go to mocha.
//   --e2e        the browser tests too
//   --only NAME  one suite alone (unit, package, e2e or broker), without the checks of types and style
//   --no-checks  all suites, without the checks of types and style
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumPath } from './lib/chromium.mjs';
import { installWhenNeeded } from './lib/install.mjs';
import { mosquittoPath } from './lib/mosquitto.mjs';
import { requireSupportedNode } from './lib/node-version.mjs';
import { cacheDir, root } from './lib/project.mjs';
import { fail, say } from './lib/say.mjs';
import { Totals } from './lib/totals.mjs';

const suites = {
  unit: ['test/src/**/*.test.ts', 'test/nodes/**/*.test.ts', 'test/faults/**/*.test.ts'],
  package: ['test/package/**/*.test.ts'],
  e2e: ['test/e2e/**/*.test.ts'],
  broker: ['test/broker/**/*.test.ts'],
};

const checks = {
  'types of the runtime': ['typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit'],
  'types of the editor halves': ['typescript/bin/tsc', '-p', 'nodes/tsconfig.json'],
  'types of the tests': ['typescript/bin/tsc', '-p', 'test/tsconfig.json'],
  'types of the benchmark': ['typescript/bin/tsc', '-p', 'bench/tsconfig.json'],
  'lint and format': ['@biomejs/biome/bin/biome', 'check', '.'],
};

requireSupportedNode();
const wanted = readArguments(process.argv.slice(2));
const env = { ...process.env };
if (wanted.suites.includes('e2e')) env.CHROMIUM_PATH = chromiumPath();
if (wanted.suites.includes('broker')) env.MOSQUITTO_PATH = mosquittoPath();
installWhenNeeded();
const totals = new Totals();
if (await build()) {
  if (wanted.checks) for (const [what, command] of Object.entries(checks)) check(what, command);
  for (const name of wanted.suites) runSuite(name);
}
totals.report();
process.exitCode = totals.failed > 0 ? 1 : 0;

function readArguments(given) {
  const forMocha = [...given];
  const take = (name, count = 1) => {
    const at = forMocha.indexOf(name);
    return at < 0 ? undefined : forMocha.splice(at, count);
  };
  const only = take('--only', 2)?.[1];
  const e2e = take('--e2e');
  const noChecks = take('--no-checks');
  if (only !== undefined && !Object.hasOwn(suites, only)) {
    const known = Object.keys(suites).join(', ');
    fail(`--only takes one of ${known}, not ${only}.`, `--only 只接受 ${known}，不能是 ${only}。`);
  }
  const chosen = only ? [only] : ['unit', 'package', ...(e2e ? ['e2e'] : [])];
  return { suites: chosen, checks: !only && !noChecks, forMocha };
}

/** The package tests look at dist/, so it is never older than the sources. */
async function build() {
  const { buildWhenNeeded } = await import('./build.mjs');
  try {
    if (await buildWhenNeeded()) say('Built dist/.', '已构建 dist/。');
    return true;
  } catch (error) {
    console.error(`The build failed: ${error.message}\n构建失败，原因见上方输出。`);
    totals.add({ failed: 1 });
    return false;
  }
}

function check(what, [program, ...args]) {
  const passed = node(program, args).status === 0;
  console.log(`${passed ? 'ok' : 'FAILED'}: ${what}`);
  totals.add(passed ? { passed: 1 } : { failed: 1 });
}

function runSuite(name) {
  const file = join(cacheDir, `totals-${process.pid}.json`);
  const reporter = ['--reporter', 'scripts/lib/mocha-reporter.mjs', '--reporter-option', `totals=${file}`];
  console.log(`\n== ${name} ==`);
  // Only a suite that is run whole can miss a check.
  const whole = wanted.forMocha.length === 0 ? { GIZ_SUITE: name } : {};
  const { status, signal } = node('mocha/bin/mocha.js', [...reporter, ...wanted.forMocha, ...suites[name]], whole);
  // mocha that stops before its first test (a file that does not load, say) leaves no totals.
  const counted = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { failed: 1 };
  rmSync(file, { force: true });
  if (status !== 0 && counted.failed === 0) {
    console.error(`mocha ended with ${signal ?? `code ${status}`}`);
    counted.failed = 1;
  }
  totals.add(counted);
}

function node(program, args, more = {}) {
  return spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...env, ...more },
  });
}
