import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { Node, NodeMessage } from 'node-red';
import { authority, root, workFolder } from './files';
import { allNodes, registerBenchNodes } from './nodes';

/** A node as flows.json holds it. */
export interface FlowNode {
  id: string;
  type: string;
  [field: string]: unknown;
}

export type Credentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A message with whatever a flow has put into it. */
export type Message = NodeMessage & Record<string, unknown>;

/** Node-RED inside this process. */
export interface Runtime {
  /** Of the HTTP nodes. */
  readonly port: number;
  /** A node of the flows, once they run. */
  node(id: string): Node;
  stop(): Promise<void>;
}

/** What the embedding of Node-RED needs of its module. */
interface EmbeddedRed {
  init(server: unknown, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly httpNode: (request: IncomingMessage, response: ServerResponse) => void;
  readonly runtime: { events: NodeJS.EventEmitter };
}

/** The id of a tls-config node that every flow has; it trusts the certificate of the servers. */
export const TLS = 'tls-of-bench';

/** The Node-RED to measure with: the package folder that GIZ_NODE_RED names, else the project's own. */
export const nodeRed: string = process.env.GIZ_NODE_RED ?? 'node-red';

/** Starts Node-RED in this process, with the built package and the nodes of nodes.ts, and waits until the flows run. */
export async function startRuntime(flows: readonly FlowNode[], credentials: Credentials = {}): Promise<Runtime> {
  const userDir = mkdtempSync(join(workFolder, 'user-'));
  const tls = { id: TLS, type: 'tls-config', name: '', cert: '', key: '', ca: '', verifyservercert: true };
  install(userDir);
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify([tls, ...flows]));
  const secrets = { ...credentials, [TLS]: { cadata: authority } };
  writeFileSync(join(userDir, 'flows_cred.json'), JSON.stringify(secrets));

  const red = createRequire(join(root, 'package.json'))(nodeRed) as EmbeddedRed;
  const server = createServer((request, response) => red.httpNode(request, response));
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, resolve));
  red.init(server, {
    userDir,
    flowFile: 'flows.json',
    credentialSecret: 'bench',
    httpAdminRoot: false,
    httpNodeRoot: '/',
    telemetry: { enabled: false, updateNotification: false },
    logging: { console: { level: 'error', metrics: false, audit: false } },
    functionGlobalContext: {},
  });
  const started = new Promise((resolve) => red.runtime.events.once('flows:started', resolve));
  await red.start();
  await started;
  return {
    port: (server.address() as AddressInfo).port,
    node: (id) => {
      const node = allNodes.get(id);
      if (!node) throw new Error(`The flows have no node ${id}, or it did not start`);
      return node;
    },
    async stop() {
      await red.stop();
      server.closeAllConnections();
      server.close();
      rmSync(userDir, { recursive: true, force: true });
    },
  };
}

/** Puts the package and a module with the nodes of this folder where Node-RED looks for them. */
function install(userDir: string): void {
  const modules = join(userDir, 'node_modules');
  const own = join(modules, 'node-red-bench');
  mkdirSync(join(modules, '@gizflow'), { recursive: true });
  symlinkSync(root, join(modules, '@gizflow/node-red-gizwits'), 'junction');
  mkdirSync(own);
  const list = { nodes: { bench: 'bench.js' } };
  writeFileSync(
    join(own, 'package.json'),
    JSON.stringify({ name: 'node-red-bench', version: '1.0.0', 'node-red': list }),
  );
  writeFileSync(join(own, 'bench.html'), '<script type="text/javascript"></script>');
  // The nodes are part of this bundle, and must be the same objects for Node-RED as for the measurement.
  writeFileSync(join(own, 'bench.js'), "module.exports = globalThis[Symbol.for('bench nodes')];");
  Object.assign(globalThis, { [Symbol.for('bench nodes')]: registerBenchNodes });
  const dependencies = { '@gizflow/node-red-gizwits': '*', 'node-red-bench': '*' };
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'bench', private: true, dependencies }));
}

/** The version of that Node-RED. */
export function nodeRedVersion(): string {
  const main = createRequire(join(root, 'package.json')).resolve(nodeRed);
  return (createRequire(join(dirname(main), 'x.js'))('../package.json') as { version: string }).version;
}
