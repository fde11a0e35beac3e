import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { protect, watch, watchFiles } from './canaries';
import { freePort } from './free-port';
import { nodeRedPath } from './node-red-path';
import { packedPackage } from './packed-package';

export { nodeRedPath } from './node-red-path';

/** A node as flows.json holds it. */
export interface FlowNode {
  id: string;
  type: string;
  [field: string]: unknown;
}

/** Credentials by node id and field, in the clear. */
export type Credentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface NodeRedOptions {
  /** A user folder to use and to leave there, so that Node-RED can be started on it again; else a fresh one. */
  userDir?: string;
  /** Replaces the flows of the user folder. */
  flows?: readonly FlowNode[];
  credentials?: Credentials;
  /** JSON values laid over the quiet settings that every test wants. */
  settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the process. */
  env?: Readonly<Record<string, string>>;
}

export interface RunningNodeRed {
  /** Without a slash at its end. */
  readonly url: string;
  /** Node-RED's version. */
  readonly version: string;
  readonly userDir: string;
  readonly pid: number;
  /** Everything that the process has printed. */
  logs(): string;
  /** One request to the runtime; `path` begins with a slash. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Puts other flows in place and waits until they run. */
  deploy(flows: readonly FlowNode[], options?: DeployOptions): Promise<void>;
  /** Ends the process and waits for it; a fresh user folder is removed. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface DeployOptions {
  credentials?: Credentials;
  type?: 'full' | 'nodes' | 'flows';
  headers?: Readonly<Record<string, string>>;
}

const startMs = 60_000;
const stopMs = 20_000;

/** The version of the Node-RED to test with. */
export function nodeRedVersion(): string {
  const manifest = createRequire(nodeRedPath()).resolve('node-red/package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** An `adminAuth.users` entry; the password's hash is of little cost, since only a test uses it. */
export function adminUser(username: string, password: string, permissions: string | string[]): object {
  const bcrypt = createRequire(nodeRedPath())('bcryptjs') as { hashSync(text: string, rounds: number): string };
  return { username, password: bcrypt.hashSync(password, 4), permissions };
}

/** Logs in as the editor does and answers the header that later requests carry. */
export async function logIn(
  runtime: RunningNodeRed,
  username: string,
  password: string,
): Promise<{ Authorization: string }> {
  const form = { client_id: 'node-red-admin', grant_type: 'password', scope: '', username, password };
  const reply = await runtime.request('/auth/token', { method: 'POST', body: new URLSearchParams(form) });
  if (!reply.ok) throw new Error(`The login of ${username} was answered ${reply.status}`);
  return { Authorization: `Bearer ${((await reply.json()) as { access_token: string }).access_token}` };
}

/**
 * Starts a real Node-RED in a process of its own on a free loopback port, with the package installed from its tarball,
 * and answers once the admin API is up and the flows have been started (or could not be, for unknown types).
 */
export async function startNodeRed(options: NodeRedOptions = {}): Promise<RunningNodeRed> {
  const { folder } = await packedPackage();
  const userDir = options.userDir ?? mkdtempSync(join(tmpdir(), 'gizwits-node-red-'));
  const port = await freePort();
  protect(options.credentials);
  prepareUserDir(userDir, folder, port, options);
  const nodeRed = new NodeRedProcess(userDir, options);
  const url = `http://127.0.0.1:${port}`;
  const adminRoot = typeof options.settings?.httpAdminRoot === 'string' ? options.settings.httpAdminRoot : '';
  const answers: Promise<unknown>[] = [];
  const runtime: RunningNodeRed = {
    url,
    version: nodeRedVersion(),
    userDir,
    pid: nodeRed.pid,
    logs: () => nodeRed.output,
    request: async (path, init) => {
      const reply = await fetch(`${url}${path}`, init);
      answers.push(
        reply
          .clone()
          .text()
          .then(
            (text) => watch(`answer of ${path}`, text),
            () => undefined,
          ),
      );
      return reply;
    },
    deploy: (flows, { credentials = {}, type = 'full', headers } = {}) => {
      protect(credentials);
      const body = flows.map((node) => (credentials[node.id] ? { ...node, credentials: credentials[node.id] } : node));
      return nodeRed.settles(async () => {
        const reply = await fetch(`${url}${adminRoot}/flows`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'node-red-deployment-type': type, ...headers },
          body: JSON.stringify(body),
        });
        if (!reply.ok) throw new Error(`The deploy was answered ${reply.status}: ${await reply.text()}`);
      });
    },
    stop: async (signal = 'SIGTERM') => {
      await nodeRed.stop(signal);
      await Promise.all(answers);
      watch('log', nodeRed.output);
      watchFiles(userDir);
      if (!options.userDir) rmSync(userDir, { recursive: true, force: true });
    },
  };
  try {
    await nodeRed.settles(() => answering(`${url}${adminRoot}/settings`, nodeRed));
  } catch (error) {
    await runtime.stop('SIGKILL');
    throw error;
  }
  return runtime;
}

/** The child process and what its guard reports. */
class NodeRedProcess {
  output = '';
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private settled = 0;

  constructor(userDir: string, { env }: NodeRedOptions) {
    const program = join(dirname(createRequire(nodeRedPath()).resolve('node-red/package.json')), 'red.js');
    const args = ['--require', join(__dirname, 'runtime-guard.cjs'), program, '--userDir', userDir];
    this.child = spawn(process.execPath, args, {
      cwd: userDir,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, LANG: 'en_US.UTF-8', NODE_OPTIONS: '', ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.child.on('message', () => {
      this.settled++;
    });
    this.exited = once(this.child, 'exit');
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Does `action` and waits until the flows have settled once more than before it. */
  async settles(action: () => Promise<void>): Promise<void> {
    const before = this.settled;
    await action();
    await waitFor('its flows', this, () => this.settled > before);
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    if (!this.alive) return;
    this.child.kill(signal);
    const lastWord = setTimeout(() => this.child.kill('SIGKILL'), stopMs);
    await this.exited;
    clearTimeout(lastWord);
    if (this.child.connected) this.child.disconnect();
  }
}

async function answering(url: string, nodeRed: NodeRedProcess): Promise<void> {
  // 401 is an answer too: with adminAuth nothing else comes without a token.
  await waitFor(url, nodeRed, () =>
    fetch(url).then(
      ({ status }) => status === 200 || status === 401,
      () => false,
    ),
  );
}

async function waitFor(what: string, nodeRed: NodeRedProcess, come: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + startMs;
  while (!(await come())) {
    if (!nodeRed.alive || Date.now() > until) {
      const why = nodeRed.alive ? `did not answer in ${startMs / 1000} s` : 'ended';
      throw new Error(`Node-RED ${why} while the test waited for ${what}:\n${nodeRed.output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @param installed Folder whose node_modules holds the package. */
function prepareUserDir(userDir: string, installed: string, port: number, options: NodeRedOptions): void {
  mkdirSync(userDir, { recursive: true });
  const modules = join(userDir, 'node_modules');
  if (!existsSync(modules)) {
    cpSync(join(installed, 'package.json'), join(userDir, 'package.json'));
    symlinkSync(join(installed, 'node_modules'), modules, 'junction');
  }
  const settings = {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    credentialSecret: 'test',
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, projects: { enabled: false }, palette: { catalogues: [] } },
    // Node-RED also finds the packages beside itself, where the checkout has the dashboard of its demo: no user has it.
    externalModules: { palette: { denyList: ['@flowfuse/node-red-dashboard'] } },
    ...options.settings,
  };
  // Function nodes of a test may look at the process that they run in.
  const globals = 'module.exports.functionGlobalContext = { process, gc: globalThis.gc };';
  writeFileSync(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify(settings, null, 2)};\n${globals}\n`);
  // Credentials in the clear are taken as they are and written back sealed at the next deploy.
  if (options.credentials) writeFileSync(join(userDir, 'flows_cred.json'), JSON.stringify(options.credentials));
  if (options.flows) writeFileSync(join(userDir, 'flows.json'), JSON.stringify(options.flows));
}
