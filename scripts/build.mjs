import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeCatalogues } from './lib/catalogues.mjs';
import { fingerprint } from './lib/fingerprint.mjs';
import { cacheDir, nodeSets, root } from './lib/project.mjs';

/** All that decides what a build makes. */
const inputs = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'nodes',
  'src',
  'icons',
  'scripts/build.mjs',
  'scripts/lib',
  'scripts/texts',
];

/** Holds the fingerprints of the inputs and of the dist folder that was made from them. */
const stampFile = join(cacheDir, 'build.json');

/**
 * Makes dist/ anew: the runtime by tsc, the editor halves by esbuild, catalogues, help pages and icons beside the built
 * js. It is put together in a folder of its own and takes the place of the old dist only when whole, so that a failed
 * build changes nothing and two builds at once do not mix.
 *
 * @throws Error with a plain text when something does not compile or is missing.
 */
export async function build() {
  const made = fingerprint(root, inputs);
  const stage = join(cacheDir, `build-${process.pid}`);
  try {
    emitRuntime(stage);
    const sets = nodeSets();
    const nodesDir = join(stage, 'nodes');
    for (const set of sets) {
      if (!existsSync(join(nodesDir, `${set}.js`))) throw new Error(`nodes/${set}.ts is missing`);
    }
    writeCatalogues(root, sets, nodesDir);
    const { writeEditorHtml } = await import('./lib/editor-html.mjs');
    await Promise.all(sets.map((set) => writeEditorHtml(root, set, nodesDir)));
    cpSync(join(root, 'icons'), join(nodesDir, 'icons'), { recursive: true });
    await writeMessages(stage);
    replaceDist(stage);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  writeFileSync(stampFile, JSON.stringify({ inputs: made, dist: fingerprint(root, ['dist']) }));
}

/** Builds unless dist/ is, byte for byte, what the present sources made; answers whether it built. */
export async function buildWhenNeeded() {
  if (isFresh()) return false;
  await build();
  return true;
}

function isFresh() {
  if (!existsSync(stampFile)) return false;
  const stamp = JSON.parse(readFileSync(stampFile, 'utf8'));
  return stamp.inputs === fingerprint(root, inputs) && stamp.dist === fingerprint(root, ['dist']);
}

function emitRuntime(stage) {
  mkdirSync(stage, { recursive: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json', '--outDir', stage], {
    cwd: root,
    stdio: 'inherit',
  });
  if (run.status !== 0) throw new Error('tsc found errors; they are above');
}

/** What other programs take from the package: the messages as JSON Schema and as types. The runtime needs neither. */
async function writeMessages(stage) {
  const forms = join(stage, 'nodes/messages');
  const { messageSchema } = createRequire(import.meta.url)(join(forms, 'index.js'));
  const { describeMessages } = await import('./lib/describe-messages.mjs');
  // `tsType` is no word of JSON Schema: strict validators refuse it.
  const plain = (key, value) => (key === 'tsType' ? undefined : value);
  const schema = JSON.stringify(describeMessages(messageSchema(), 'en-US'), plain, 1);
  writeFileSync(join(stage, 'messages.schema.json'), `${schema}\n`);
  copyFileSync(join(root, 'nodes/messages/types.ts'), join(stage, 'messages.d.ts'));
  rmSync(forms, { recursive: true });
}

function replaceDist(stage) {
  const old = `${stage}-old`;
  if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old);
  renameSync(stage, join(root, 'dist'));
  rmSync(old, { recursive: true, force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    // For `npm pack` in a fresh checkout. Not for tests, which run on the packages that an installation would replace.
    if (process.argv.includes('--install')) (await import('./lib/install.mjs')).installWhenNeeded();
    await (process.argv.includes('--if-needed') ? buildWhenNeeded() : build());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
