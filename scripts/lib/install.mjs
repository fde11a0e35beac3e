import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { npm } from './npm.mjs';
import { readJson, root } from './project.mjs';
import { fail, say } from './say.mjs';

/** Brings node_modules to what package-lock.json says, when it is not there yet. */
export function installWhenNeeded() {
  if (isInstalled()) return;
  say('Installing the packages of package-lock.json (npm ci) …', '正在按 package-lock.json 安装依赖（npm ci）……');
  if (npm('ci', '--include=dev', '--no-audit', '--no-fund') !== 0) {
    fail('npm ci failed; its message is above.', 'npm ci 失败，原因见上方输出。');
  }
}

/** Whether node_modules holds every package of package-lock.json in its version, as npm's own record there says. */
function isInstalled() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const wanted = readJson('package-lock.json').packages;
  const present = readJson('node_modules/.package-lock.json').packages;
  const { dependencies, devDependencies } = readJson('package.json');
  // A lock file that lags behind package.json is npm's to complain about.
  if (!isDeepStrictEqual([wanted[''].dependencies, wanted[''].devDependencies], [dependencies, devDependencies])) {
    return false;
  }
  return Object.entries(wanted).every(([path, { version, optional, extraneous }]) => {
    if (path === '') return true;
    // Optional packages for other systems are never installed, nor is what npm itself calls extraneous.
    if (!present[path]) return optional === true || extraneous === true;
    return present[path].version === version && existsSync(join(root, path));
  });
}
