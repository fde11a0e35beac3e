import { createRequire } from 'node:module';
import type { NodeSet } from './flows';
import { nodeRedPath } from './runtime';

/** The core `tls-config` node, of the Node-RED that the tests run on. */
export const tlsConfig = createRequire(createRequire(nodeRedPath()).resolve('@node-red/nodes/package.json'))(
  './core/network/05-tls.js',
) as NodeSet;
