import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoint } from './enterprise-endpoints';
import { root } from './packed-package';

/** The endpoints of the Open API as the vendor's documents have them, in the order of our catalogue. */
export const appEndpoints = JSON.parse(
  readFileSync(join(root, 'test/fixtures/documents/app-endpoints.json'), 'utf8'),
) as Endpoint[];
