import { spawnSync } from 'node:child_process';
import { root } from './project.mjs';

/** Runs npm in the checkout, showing what it prints, and answers its exit code. */
export function npm(...args) {
  return run(args, 'inherit').status ?? 1;
}

/** Runs npm in the checkout and answers what it writes to its output, which is not shown; its errors are thrown away. */
export function npmAnswer(...args) {
  return run(args, ['ignore', 'pipe', 'ignore']).stdout ?? '';
}

function run(args, stdio) {
  // Below `npm run`, npm names its own program: that one is used, so that no second npm on the PATH steps in.
  const program = process.env.npm_execpath;
  const options = { cwd: root, stdio, encoding: 'utf8' };
  return program
    ? spawnSync(process.execPath, [program, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}
