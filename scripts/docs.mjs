// npm run docs: writes anew what is made from the catalogues: the tables below docs/ and the types of the messages.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildWhenNeeded } from './build.mjs';
import { appTables } from './lib/app-parity.mjs';
import { describeMessages } from './lib/describe-messages.mjs';
import { enterpriseTables } from './lib/enterprise-parity.mjs';
import { messageTypes } from './lib/message-types.mjs';
import { root } from './lib/project.mjs';

await buildWhenNeeded();
const load = createRequire(import.meta.url);
const library = {
  ...load('../dist/src/gizwits/enterprise/operations.js'),
  ...load('../dist/src/gizwits/app/operations/index.js'),
  ...load('../dist/src/cloud/catalogue.js'),
};
load('tsx/cjs');
const { messageSchema } = load('../nodes/messages/index.ts');
const made = {
  ...enterpriseTables(library),
  ...appTables(library),
  'nodes/messages/types.ts': await messageTypes(describeMessages(messageSchema(), 'en-US')),
};
for (const [path, content] of Object.entries(made)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  console.log(path);
}
