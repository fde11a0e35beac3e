// npm run bench: measures the built package beside other ways to do the same job; --help names the options.
// bench/ is bundled first, so that no loader of TypeScript runs in the processes that are measured.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildWhenNeeded } from './build.mjs';
import { cacheDir, root } from './lib/project.mjs';

const program = join(cacheDir, 'bench/program');

await buildWhenNeeded();
rmSync(program, { recursive: true, force: true });
await build({
  entryPoints: [
    'bench/main.ts',
    'bench/measured.ts',
    'bench/servers/origin.ts',
    'bench/servers/push-service.ts',
    'bench/servers/webhook-sender.ts',
  ],
  absWorkingDir: root,
  outbase: 'bench',
  outdir: program,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  packages: 'external',
});
const child = spawn(process.execPath, [join(program, 'main.js'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
