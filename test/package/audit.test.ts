import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { root } from '../support/packed-package';

/** A weakness of every version of undici, as a registry tells of it. */
const ADVISORY = {
  id: 1,
  url: 'https://example.org/GHSA-0000',
  title: 'Invented weakness',
  severity: 'high',
  vulnerable_versions: '<99',
};

describe('npm run audit:runtime', function () {
  this.timeout(60_000);
  let cache: string;
  let registry: Server;
  /** What the registry answers to an audit; undefined: it takes none. */
  let advisories: object | undefined;

  before(async () => {
    cache = mkdtempSync(join(tmpdir(), 'gizwits-audit-'));
    registry = createServer((request, response) => {
      const audit = request.method === 'POST';
      const body = audit ? advisories : { name: 'undici', 'dist-tags': { latest: '7.0.0' }, versions: {} };
      response.writeHead(body ? 200 : 405, { 'content-type': 'application/json' });
      request.resume().on('end', () => response.end(body && JSON.stringify(body)));
    }).listen(0, '127.0.0.1');
    await once(registry, 'listening');
  });

  after(() => {
    registry?.close();
    rmSync(cache, { recursive: true, force: true });
  });

  it('is clean where the registry knows of nothing', async () => {
    advisories = {};
    const { printed, code } = await audit();
    printed.should.match(/^ok: no advisory for undici 7\./m).and.match(/^1 passed, 0 failed$/m);
    should(code).equal(0);
  });

  it('fails on an advisory, and names it', async () => {
    advisories = { undici: [ADVISORY] };
    const { printed, code } = await audit();
    printed.should.match(/^FAILED: undici .*high: Invented weakness \(https:\/\/example.org\/GHSA-0000\)$/m);
    printed.should.match(/^0 passed, 1 failed$/m);
    should(code).equal(1);
  });

  it('does not call it clean when the registry gives no answer', async () => {
    advisories = undefined;
    const { printed, code } = await audit();
    printed.should.match(/^no answer: .*405.*nothing is known about undici 7\./m);
    printed.should.match(/^0 passed, 0 failed$/m);
    should(code).equal(1);
  });

  async function audit(): Promise<{ printed: string; code: number | null }> {
    const { port } = registry.address() as AddressInfo;
    const program = spawn(process.execPath, [join(root, 'scripts/audit.mjs')], {
      env: {
        ...process.env,
        GIZ_TOTALS: '',
        npm_config_cache: cache,
        npm_config_registry: `http://127.0.0.1:${port}`,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    program.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    const [code] = (await once(program, 'close')) as [number | null];
    return { printed, code };
  }
});
