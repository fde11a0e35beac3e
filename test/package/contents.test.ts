import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { record } from '../faults/support/table';
import { filesBelow, manifest } from '../support/package-facts';
import { type PackedPackage, packedPackage, root } from '../support/packed-package';

/** Everything that may be in the tarball. */
const expected = [
  /^(package\.json|LICENSE|README\.md|README\.zh-CN\.md|CHANGELOG\.md|SECURITY\.md)$/,
  /^dist\/messages\.(d\.ts|schema\.json)$/,
  /^dist\/nodes\/[\w-]+\.(js|html)$/,
  /^dist\/nodes\/shared\/[\w/-]+\.js$/,
  /^dist\/nodes\/locales\/(en-US|zh-CN)\/[\w-]+\.(json|html)$/,
  /^dist\/nodes\/icons\/[\w-]+\.svg$/,
  /^dist\/src\/[\w/-]+\.js$/,
  /^dist\/src\/texts\/(en-US|zh-CN)\/\w+\.json$/,
  /^examples\/[^/]+\/[^/]+\.json$/,
];

describe('the tarball', function () {
  this.timeout(120_000);
  let pack: PackedPackage;

  before(async () => {
    pack = await packedPackage();
  });

  it('holds built files, texts, icons, examples and documents, nothing else', () => {
    const strange = pack.files.map(({ path }) => path).filter((path) => !expected.some((one) => one.test(path)));
    record({
      check: 'E94',
      fault: 'files of the tarball',
      inputs: pack.files.length,
      ok: pack.files.length - strange.length,
    });
    should(strange).eql([]);
  });

  it('holds every document and folder that package.json promises', () => {
    const paths = pack.files.map(({ path }) => path);
    const missing = [...manifest.files, 'LICENSE', 'README.md'].filter(
      (promised) => !paths.some((path) => path === promised || path.startsWith(`${promised}/`)),
    );
    should(missing).eql([]);
  });

  it('holds every program that package.json names', () => {
    const paths = new Set(pack.files.map(({ path }) => path));
    const named = [...Object.values(manifest['node-red'].nodes), ...Object.values(manifest.bin ?? {})];
    should(named.filter((path) => !paths.has(path))).eql([]);
    for (const program of Object.values(manifest.bin ?? {})) {
      readFileSync(join(pack.installed, program), 'utf8').should.startWith('#!/usr/bin/env node\n');
    }
  });

  it('names no path of the machine that built it', () => {
    const telling = pack.files.filter(({ path }) => readFileSync(join(pack.installed, path), 'utf8').includes(root));
    should(telling.map(({ path }) => path)).eql([]);
  });

  it('brings at most six dependencies, none with native code or an install script', () => {
    Object.keys(manifest.dependencies).length.should.be.belowOrEqual(6);
    const lock = JSON.parse(readFileSync(join(pack.folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    should(Object.keys(lock.packages).filter((path) => lock.packages[path]?.hasInstallScript)).eql([]);
    should(filesBelow(join(pack.folder, 'node_modules')).filter((path) => path.endsWith('.node'))).eql([]);
  });

  it('is of a size that is worth knowing', () => {
    const unpacked = pack.files.reduce((sum, { size }) => sum + size, 0);
    const modules = join(pack.folder, 'node_modules');
    const installed = filesBelow(modules).reduce((sum, path) => sum + statSync(join(modules, path)).size, 0);
    console.log(
      `      tarball ${kilobytes(pack.packedSize)}, package ${kilobytes(unpacked)}, with dependencies ${kilobytes(installed)}`,
    );
    pack.packedSize.should.be.below(1_000_000);
  });
});

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`;
}
