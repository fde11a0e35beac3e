import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

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
  await output(process.execPath, ['scripts/build.mjs', '--if-needed'], root);
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

function npm(cwd: string, ...args: string[]): Promise<string> {
  return output('npm', args, cwd);
}

/** Runs a program to its end and answers its standard output; throws with all that it printed when it fails. */
async function output(program: string, args: readonly string[], cwd: string): Promise<string> {
  const shell = process.platform === 'win32' && program === 'npm';
  try {
    return (await promisify(execFile)(program, args, { cwd, shell, maxBuffer: 2 ** 26 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}
