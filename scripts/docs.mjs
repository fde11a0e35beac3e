// npm run docs: writes anew what is made from the catalogues: the pages below docs/, the codes of the READMEs and the
// types of the messages.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { madePages } from './lib/made-pages.mjs';
import { root } from './lib/project.mjs';

for (const [path, content] of Object.entries(await madePages())) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  console.log(path);
}
