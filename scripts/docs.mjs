// npm run docs: writes the parity tables below docs/ anew from the catalogues.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildWhenNeeded } from './build.mjs';
import { appTables } from './lib/app-parity.mjs';
import { enterpriseTables } from './lib/enterprise-parity.mjs';
import { root } from './lib/project.mjs';

await buildWhenNeeded();
const load = createRequire(import.meta.url);
const library = {
  ...load('../dist/src/gizwits/enterprise/operations.js'),
  ...load('../dist/src/gizwits/app/operations/index.js'),
  ...load('../dist/src/cloud/catalogue.js'),
};
for (const [path, content] of Object.entries({ ...enterpriseTables(library), ...appTables(library) })) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  console.log(path);
}
