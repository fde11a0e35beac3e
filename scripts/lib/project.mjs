import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout, absolute. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The languages that every text exists in; the first is the one that the others are held against. */
export const languages = ['en-US', 'zh-CN'];

/** Scratch folder of the scripts, ignored by git, never in the package. */
export const cacheDir = join(root, '.cache');

/** A JSON file below the checkout (or below `base`), parsed. */
export function readJson(path, base = root) {
  return JSON.parse(readFileSync(join(base, path), 'utf8'));
}

/** The names of the node sets that package.json lists: each is the stem of all its files, and its node type. */
export function nodeSets(base = root) {
  const listed = Object.entries(readJson('package.json', base)['node-red'].nodes);
  for (const [name, file] of listed) {
    if (file !== `dist/nodes/${name}.js`) {
      throw new Error(`package.json: the node set ${name} must be dist/nodes/${name}.js, not ${file}`);
    }
  }
  return listed.map(([, file]) => basename(file, '.js'));
}
