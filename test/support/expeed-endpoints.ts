import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoint } from './enterprise-endpoints';
import { root } from './packed-package';

/** The calls of Expeed as its document has them, in its order. `*` in `body` stands for the datapoints themselves. */
export const expeedEndpoints = JSON.parse(
  readFileSync(join(root, 'test/fixtures/documents/expeed-endpoints.json'), 'utf8'),
) as Endpoint[];
