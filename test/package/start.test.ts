import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { freePort } from '../support/free-port';
import { manifest } from '../support/package-facts';
import { root } from '../support/packed-package';

/** What a checkout holds of what the start needs. */
const parts = ['package.json', 'package-lock.json', 'tsconfig.json', 'nodes', 'src', 'icons', 'demo', 'scripts'];

describe('npm start', function () {
  this.timeout(120_000);
  let checkout: string;
  let port: number;
  let running: ChildProcess | undefined;

  before(async () => {
    // A copy, so that a demo of the user's own is left alone; its packages are those of this checkout.
    checkout = mkdtempSync(join(tmpdir(), 'gizwits-checkout-'));
    for (const part of parts) cpSync(join(root, part), join(checkout, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'), 'junction');
    port = await freePort();
  });

  afterEach(() => end('SIGKILL'));

  after(() => rmSync(checkout, { recursive: true, force: true }));

  it('builds, starts Node-RED with the demo flows on loopback, and ends on SIGTERM', async () => {
    const printed = await ready();
    printed.should.match(/Built dist/);
    printed.should.containEql(`http://127.0.0.1:${port}`).and.match(/已就绪/);
    should(await flows()).eql(JSON.parse(readFileSync(join(root, 'demo/flows.json'), 'utf8')));
    printed.should.containEql(`http://127.0.0.1:${port}/dashboard`);
    (await text('/dashboard')).should.match(/<title>.*Dashboard/);
    should(await json<unknown[]>('/demo/devices')).have.length(50);
    should(await json<object>('/demo/history')).have.properties('did', 'records', 'series', 'data');
    const sets = await json<{ module: string; err?: unknown }[]>('/nodes');
    const ours = sets.filter(({ module }) => module === manifest.name);
    should(ours.map(({ err }) => err)).eql(Object.keys(manifest['node-red'].nodes).map(() => undefined));
    should(await end('SIGTERM')).equal(0);
  });

  it('keeps what the user has made of the flows, without a second build', async () => {
    const own = [{ id: 'mine', type: 'tab', label: 'mine' }];
    writeFileSync(join(checkout, '.demo/flows.json'), JSON.stringify(own));
    const printed = await ready();
    printed.should.not.match(/Built dist/);
    // No dashboard is promised where there is none.
    printed.should.not.containEql('/dashboard');
    printed.should.containEql('npm start -- --reset');
    should(await flows()).eql(own);
    should(await end('SIGINT')).equal(0);
  });

  it('ends on a SIGTERM to npm, which reaches the shell in between alone', async () => {
    const env = { ...process.env, PORT: String(port) };
    const npm = spawn('npm', ['start'], { cwd: checkout, env, detached: true });
    try {
      await readyLine(npm);
      npm.kill('SIGTERM');
      await once(npm, 'exit');
      const until = Date.now() + 30_000;
      while ((await answers()) && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 100));
      should(await answers()).equal(false, 'Node-RED still answers');
    } finally {
      killGroup(npm.pid as number);
    }
  });

  it('starts over with --reset', async () => {
    await ready('--reset');
    should(await flows()).eql(JSON.parse(readFileSync(join(root, 'demo/flows.json'), 'utf8')));
  });

  it('says that the port is taken and how to choose another one', async () => {
    await ready();
    const { code, printed } = await fails({ PORT: String(port) });
    should(code).equal(1);
    printed.should.match(new RegExp(`Port ${port} is taken.*PORT=`)).and.match(/已被其他程序占用/);
  });

  it('refuses what is no port', async () => {
    const { code, printed } = await fails({ PORT: '80a' });
    should(code).equal(1);
    printed.should.match(/PORT must be a number/);
  });

  it('says which Node.js it needs when this one is too old', async () => {
    const original = readFileSync(join(checkout, 'package.json'), 'utf8');
    writeFileSync(join(checkout, 'package.json'), original.replace(/("node": ">=)[\d.]+/, '$199.0.0'));
    const { code, printed } = await fails({});
    writeFileSync(join(checkout, 'package.json'), original);
    should(code).equal(1);
    printed.should.match(/Node\.js 99\.0\.0 or newer is needed; this is/);
  });

  function start(env: Record<string, string>, ...args: string[]): ChildProcess {
    return spawn(process.execPath, ['scripts/start.mjs', ...args], {
      cwd: checkout,
      env: { ...process.env, LANG: 'en_US.UTF-8', ...env },
    });
  }

  /** What a child prints from now on. */
  function output(child: ChildProcess): () => string {
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    return () => printed;
  }

  /** Ends what is left of a detached child and its own children. */
  function killGroup(leader: number): void {
    try {
      process.kill(-leader, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** Whether something answers on the port. */
  function answers(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
  }

  /** Starts and waits until all is up; answers everything printed. */
  async function ready(...args: string[]): Promise<string> {
    running = start({ PORT: String(port) }, ...args);
    return readyLine(running);
  }

  /** Waits for the line that says that all is up; answers everything printed. */
  async function readyLine(child: ChildProcess): Promise<string> {
    const printed = output(child);
    while (!/已就绪/.test(printed())) {
      if (child.exitCode !== null) throw new Error(`npm start ended:\n${printed()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return printed();
  }

  async function fails(env: Record<string, string>): Promise<{ code: number | null; printed: string }> {
    const child = start(env);
    const printed = output(child);
    await once(child, 'close');
    return { code: child.exitCode, printed: printed() };
  }

  /** Ends what runs; answers its exit code. */
  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const child = running;
    running = undefined;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    child.kill(signal);
    await once(child, 'exit');
    return child.exitCode;
  }

  const flows = (): Promise<unknown> => json('/flows');

  async function json<T>(path: string): Promise<T> {
    return JSON.parse(await text(path, 'application/json')) as T;
  }

  async function text(path: string, accept = 'text/html'): Promise<string> {
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept } });
    return reply.text();
  }
});
