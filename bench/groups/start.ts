import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { root } from '../files';
import { type FlowPlan, FlowSubject, flowsOf } from '../flow-subject';
import { startBareRuntime } from '../runtime';
import type { Report } from '../samples';
import { runWindow } from '../window';
import { accountCredentials, accountNodes, withOrigin } from './account';
import { lookUp, MAC } from './call';
import type { Group } from './group';

const LOADED = 'node sets loaded, nothing deployed';
const DEPLOYED = 'first node deployed';
const CALLED = 'first call answered';
const INSTALLED = 'installed, with what it needs at run time';

const PLAN: FlowPlan = { id: 'ours', variant: 'ours', nodes: [lookUp('ours')] };

/** From Node-RED without the package to the first answer, in one process that runs no step twice. */
async function measure(report: Report): Promise<void> {
  await withOrigin({}, async (_origin, baseUrl) => {
    const runtime = await startBareRuntime();
    try {
      await step(report, LOADED, () => runtime.addPackage());
      if (isLoaded('undici')) report.trouble(`${LOADED}: undici is loaded, which only a call needs`);
      await step(report, DEPLOYED, () =>
        runtime.deploy([...accountNodes(baseUrl), ...flowsOf(PLAN)], accountCredentials),
      );
      const subject = new FlowSubject(runtime, PLAN, () => ({ payload: MAC }));
      await step(report, CALLED, async () => {
        const { lost, failed } = await runWindow(subject, { inFlight: 1, ms: 0 });
        if (lost || failed) report.trouble(`${CALLED}: there was none`);
      });
    } finally {
      await runtime.stop();
    }
  });
}

/** Time of a step, and the heap that is used after it over that before. */
async function step(report: Report, name: string, work: () => Promise<void>): Promise<void> {
  const before = await heapUsed();
  const begun = performance.now();
  await work();
  const ms = performance.now() - begun;
  const heapMb = ((await heapUsed()) - before) / 2 ** 20;
  report.sample({ case: name, variant: 'ours', round: 0, values: { ms, heapMb } });
}

async function heapUsed(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage().heapUsed;
}

/** Whether a module of that package runs; Node-RED itself has read every package.json that it can find. */
function isLoaded(name: string): boolean {
  const folder = join(root, 'node_modules', name);
  return Object.keys(require.cache).some(
    (file) => dirname(file).startsWith(folder + sep) || file === join(folder, 'index.js'),
  );
}

/** The files that npm would pack, and those of the runtime dependencies. */
async function measureSize(report: Report): Promise<void> {
  const npm = process.env.npm_execpath;
  const pack = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const options: ExecFileSyncOptionsWithStringEncoding = {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  };
  const told = npm
    ? execFileSync(process.execPath, [npm, ...pack], options)
    : execFileSync('npm', pack, { ...options, shell: process.platform === 'win32' });
  const [{ unpackedSize }] = JSON.parse(told) as [{ unpackedSize: number }];
  const { dependencies } = require(join(root, 'package.json')) as { dependencies: Record<string, string> };
  const needed = Object.keys(dependencies).map((name) => sizeOf(join(root, 'node_modules', name)));
  const size = needed.reduce((sum, bytes) => sum + bytes, unpackedSize);
  report.sample({ case: INSTALLED, variant: 'ours', round: 0, values: { sizeMb: size / 2 ** 20 } });
}

/** Bytes of all files below a folder. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

export const start: Group = {
  name: 'start',
  runs: [
    { name: 'load', seconds: 8, flags: ['--expose-gc'], measure },
    { name: 'size', seconds: 3, measure: measureSize },
  ],
  goals: [
    { case: LOADED, quantity: 'ms', of: 'ours', atMost: 90 },
    { case: LOADED, quantity: 'heapMb', of: 'ours', atMost: 4 },
    { case: INSTALLED, quantity: 'sizeMb', of: 'ours', atMost: 6 },
  ],
};
