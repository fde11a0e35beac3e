// biome-ignore-all lint/style/noNonNullAssertion: an undefined value fails the test on the spot
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createSimulator } from '../../../src/simulator';
import { processorMs } from '../../support/processor-time';
import { Caller } from './caller';

const ROOT = resolve(__dirname, '../../..');

interface Run {
  out: string;
  err: string;
  code: number | null;
}

/** Runs the command line; `onOutput` may end it. */
async function run(args: string[], onOutput: (text: string, stop: () => void) => void = () => {}): Promise<Run> {
  const child = spawn(process.execPath, ['--import', 'tsx', resolve(ROOT, 'src/simulator/bin.ts'), ...args], {
    cwd: ROOT,
  });
  const result: Run = { out: '', err: '', code: null };
  child.stderr.on('data', (chunk: Buffer) => {
    result.err += chunk.toString();
  });
  child.stdout.on('data', (chunk: Buffer) => {
    result.out += chunk.toString();
    onOutput(result.out, () => child.kill('SIGTERM'));
  });
  const [code] = await once(child, 'close');
  result.code = code as number | null;
  return result;
}

describe('simulator: start and stop', () => {
  it('starts fast, makes its world only when asked, and refuses a taken port', async () => {
    const started = processorMs();
    const simulator = await createSimulator();
    (processorMs() - started).should.be.below(50);
    const port = Number(new URL(simulator.url).port);
    await createSimulator({ port }).should.be.rejectedWith({ code: 'EADDRINUSE' });
    await simulator.close();
  });

  it('closing ends calls under way and frees the port', async () => {
    const simulator = await createSimulator();
    const caller = await new Caller(simulator).login();
    simulator.faults.add({ kind: 'hang' });
    simulator.faults.add({ kind: 'delay', ms: 60_000, skip: 1 });
    simulator.world.events.on('report', () => {});
    const hanging = caller.get('datapoint').should.be.rejected();
    const delayed = caller.get('datapoint').should.be.rejected();
    while (simulator.requests.length < 3) await new Promise((wake) => setImmediate(wake));
    await simulator.close();
    await Promise.all([hanging, delayed]);
    const again = await createSimulator({ port: Number(new URL(simulator.url).port) });
    await again.close();
  });

  it('leaves nothing that keeps a process alive', async () => {
    const script = `
      const { createSimulator } = require('./src/simulator');
      createSimulator().then(async (simulator) => {
        simulator.world.events.on('report', () => {});
        await fetch(simulator.url + '/_simulator').then((reply) => reply.text());
        await simulator.close();
        console.log('closed');
      });`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--eval', script], { cwd: ROOT, timeout: 15_000 });
    const [code] = await once(child, 'exit');
    (code as number).should.equal(0);
  });

  it('as a command: prints addresses and credentials in both languages and ends on a signal', async () => {
    const { out, code, err } = await run(
      ['--port', '0', '--push-port', '0'],
      (text, stop) => text.includes('Ctrl+C') && stop(),
    );
    code!.should.equal(0, err);
    out.should.match(/模拟机智云已启动/).and.match(/http:\/\/127\.0\.0\.1:\d+\/v1/);
    out.should.containEql('企业密钥').and.containEql('智能空调').and.containEql('Product key');
  });

  it('as a command: JSON, help, and mistakes', async () => {
    const file = join(tmpdir(), `simulator-ca-${process.pid}.pem`);
    const json = await run(
      ['--port', '0', '--push-port', '0', '--json', '--base', '/a/b', '--ca', file],
      (text, stop) => text.includes('\n') && stop(),
    );
    const { enterprise, products, url, snoti } = JSON.parse(json.out);
    readFileSync(file, 'utf8').should.equal(snoti.ca).and.startWith('-----BEGIN CERTIFICATE');
    rmSync(file);
    enterprise.baseUrl.should.equal(`${url}/a/b`);
    products.length.should.equal(3);
    const help = await run(['--help']);
    help.code!.should.equal(0);
    help.out.should.containEql('--seed').and.containEql('端口');
    const wrong = await run(['--port', 'http']);
    wrong.code!.should.equal(2);
    wrong.err.should.containEql('--port: 0..65535');
    const unwritable = await run(['--port', '0', '--push-port', '0', '--ca', join(tmpdir(), 'nothing', 'here')]);
    unwritable.code!.should.equal(1);
    (await run(['--nothing'])).code!.should.equal(2);
  });
});
