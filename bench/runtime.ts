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

/** Node-RED inside this process, in which the package is not installed yet. */
export interface BareRuntime extends Runtime {
  /** Installs the package and has Node-RED load its node sets, as after an installation from the palette. */
  addPackage(): Promise<void>;
  /** Deploys flows, and waits until they run. */
  deploy(flows: readonly FlowNode[], credentials: Credentials): Promise<void>;
}

/** What the embedding of Node-RED needs of its module. */
interface EmbeddedRed {
  init(server: unknown, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly httpNode: (request: IncomingMessage, response: ServerResponse) => void;
  readonly runtime: {
    readonly events: NodeJS.EventEmitter;
    readonly flows: { setFlows(options: { flows: { flows: readonly object[] } }): Promise<unknown> };
  };
}

/** The id of a tls-config node that every flow has; it trusts the certificate of the servers. */
export const TLS = 'tls-of-bench';

const PACKAGE = '@gizflow/node-red-gizwits';

/** The Node-RED to measure with: the package folder that GIZ_NODE_RED names, else the project's own. */
export const nodeRed: string = process.env.GIZ_NODE_RED ?? 'node-red';

/** Starts Node-RED in this process, with the built package and the nodes of nodes.ts, and waits until the flows run. */
export async function startRuntime(flows: readonly FlowNode[], credentials: Credentials = {}): Promise<Runtime> {
  const userDir = newUserDir();
  installPackage(userDir);
  return (await startIn(userDir, flows, credentials)).runtime;
}

/** The same without the package and with no flow. */
export async function startBareRuntime(): Promise<BareRuntime> {
  const userDir = newUserDir();
  const { runtime, red } = await startIn(userDir, [], {});
  const registry = createRequire(nodeRedPath())('@node-red/registry') as {
    addModule(name: string): Promise<{ readonly nodes: readonly { readonly err?: unknown }[] }>;
  };
  return {
    ...runtime,
    async addPackage() {
      installPackage(userDir);
      const { nodes } = await registry.addModule(PACKAGE);
      const failed = nodes.find(({ err }) => err);
      if (failed) throw new Error(`a node set was not loaded: ${JSON.stringify(failed)}`);
    },
    async deploy(flows, credentials) {
      const started = new Promise((resolve) => red.runtime.events.once('flows:started', resolve));
      const withSecrets = flows.map((node) => ({ ...node, credentials: credentials[node.id] }));
      await red.runtime.flows.setFlows({ flows: { flows: withSecrets } });
      await started;
    },
  };
}

async function startIn(
  userDir: string,
  flows: readonly FlowNode[],
  credentials: Credentials,
): Promise<{ runtime: Runtime; red: EmbeddedRed }> {
  const tls = { id: TLS, type: 'tls-config', name: '', cert: '', key: '', ca: '', verifyservercert: true };
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify([tls, ...flows]));
  const secrets = { ...credentials, [TLS]: { cadata: authority } };
  writeFileSync(join(userDir, 'flows_cred.json'), JSON.stringify(secrets));

  const red = require(nodeRedPath()) as EmbeddedRed;
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
  const runtime: Runtime = {
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
  return { runtime, red };
}

/** A new folder with a module of the nodes of this folder, where Node-RED looks for it. */
function newUserDir(): string {
  const userDir = mkdtempSync(join(workFolder, 'user-'));
  const modules = join(userDir, 'node_modules');
  const own = join(modules, 'node-red-bench');
  mkdirSync(own, { recursive: true });
  const list = { nodes: { bench: 'bench.js' } };
  writeFileSync(
    join(own, 'package.json'),
    JSON.stringify({ name: 'node-red-bench', version: '1.0.0', 'node-red': list }),
  );
  writeFileSync(join(own, 'bench.html'), '<script type="text/javascript"></script>');
  // The nodes are part of this bundle, and must be the same objects for Node-RED as for the measurement.
  writeFileSync(join(own, 'bench.js'), "module.exports = globalThis[Symbol.for('bench nodes')];");
  Object.assign(globalThis, { [Symbol.for('bench nodes')]: registerBenchNodes });
  const dependencies = { [PACKAGE]: '*', 'node-red-bench': '*' };
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'bench', private: true, dependencies }));
  return userDir;
}

/** Puts the built package of this checkout there too. */
function installPackage(userDir: string): void {
  const place = join(userDir, 'node_modules', PACKAGE);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(root, place, 'junction');
}

function nodeRedPath(): string {
  return createRequire(join(root, 'package.json')).resolve(nodeRed);
}

/** The version of that Node-RED. */
export function nodeRedVersion(): string {
  return (createRequire(join(dirname(nodeRedPath()), 'x.js'))('../package.json') as { version: string }).version;
}
