import { spawnSync } from 'node:child_process';
import { root } from './project.mjs';

/** Runs npm in the checkout, showing what it prints, and answers its exit code. */
export function npm(...args) {
  // Below `npm run`, npm names its own program: that one is used, so that no second npm on the PATH steps in.
  const program = process.env.npm_execpath;
  const run = program
    ? spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  return run.status ?? 1;
}
