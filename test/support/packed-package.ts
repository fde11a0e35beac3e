import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The checkout. */
export const root = join(__dirname, '../..');

export interface PackedFile {
  /** Path inside the package. */
  path: string;
  /** Bytes. */
  size: number;
}

export interface PackedPackage {
  /** The package's files, as npm packed them. */
  files: readonly PackedFile[];
  /** Size of the tarball, bytes. */
  packedSize: number;
  /** A folder with package.json and node_modules into which `npm install <tarball>` put the package. */
  folder: string;
  /** The installed package itself. */
  installed: string;
}

let shared: Promise<PackedPackage> | undefined;

/** What a user gets: the tarball of the present sources, installed by npm. Made once a test process, gone with it. */
export function packedPackage(): Promise<PackedPackage> {
  shared ??= packAndInstall();
  return shared;
}

async function packAndInstall(): Promise<PackedPackage> {
  await run(process.execPath, ['scripts/build.mjs', '--if-needed'], { cwd: root });
  const folder = mkdtempSync(join(tmpdir(), 'gizwits-installed-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const packed = await npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  const [{ name, filename, files, size }] = JSON.parse(packed) as [
    { name: string; filename: string; files: PackedFile[]; size: number },
  ];
  writeFileSync(join(folder, 'package.json'), '{ "name": "user-folder", "private": true }\n');
  await npm(folder, 'install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, filename));
  return { files, packedSize: size, folder, installed: join(folder, 'node_modules', name) };
}

/** Runs npm and answers its standard output. */
async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('npm', args, { cwd, shell: process.platform === 'win32', maxBuffer: 2 ** 26 });
  return stdout;
}
