import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { appTables } from './app-parity.mjs';
import { describeMessages } from './describe-messages.mjs';
import { editorDefinitions } from './editor-definitions.mjs';
import { enterpriseTables } from './enterprise-parity.mjs';
import { errorPages, withErrorBlock } from './error-reference.mjs';
import { expeedTables } from './expeed-parity.mjs';
import { messageTypes } from './message-types.mjs';
import { nodePages } from './node-reference.mjs';
import { root } from './project.mjs';

/** Every file that is made from the catalogues and kept in the repository, by path. */
export async function madePages() {
  const load = createRequire(import.meta.url);
  load('tsx/cjs');
  const { messageSchema, nodeMessages } = load('../../nodes/messages/index.ts');
  const enterprise = load('../../src/gizwits/enterprise/replies.ts');
  const app = load('../../src/gizwits/app/replies.ts');
  const catalogues = {
    ...load('../../src/gizwits/enterprise/operations.ts'),
    ...load('../../src/gizwits/app/operations/index.ts'),
    ...load('../../src/expeed/operations.ts'),
    ...load('../../src/cloud/catalogue.ts'),
  };
  const readme = (path, language) => withErrorBlock(readFileSync(join(root, path), 'utf8'), language);
  return {
    ...enterpriseTables(catalogues),
    ...appTables(catalogues),
    ...expeedTables(catalogues),
    ...nodePages({ editorDefinitions: editorDefinitions(), messageSchema: messageSchema(), nodeMessages }),
    ...errorPages({
      LATER_CODES: enterprise.LATER_CODES,
      UNKNOWN_OUTCOME_CODES: enterprise.UNKNOWN_OUTCOME_CODES,
      APP_LATER_CODES: app.LATER_CODES,
      APP_UNKNOWN_OUTCOME_CODES: app.INNER_FAILURES,
    }),
    'README.md': readme('README.md', 'en-US'),
    'README.zh-CN.md': readme('README.zh-CN.md', 'zh-CN'),
    'nodes/messages/types.ts': await messageTypes(describeMessages(messageSchema(), 'en-US')),
  };
}
