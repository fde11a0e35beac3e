import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './packed-package';

/** An endpoint as the vendor's documents have it, with the parameters that any edition names. */
export interface Endpoint {
  /** In the reference notes' table A.2. */
  number: number;
  method: string;
  path: string;
  /** Id of the operation in our catalogue. */
  operation: string;
  headers: string[];
  pathParameters: string[];
  query: string[];
  body: string[];
}

export const enterpriseEndpoints = JSON.parse(
  readFileSync(join(root, 'test/fixtures/documents/enterprise-endpoints.json'), 'utf8'),
) as Endpoint[];
