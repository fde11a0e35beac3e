import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { record } from '../faults/support/table';
import { filesBelow } from '../support/package-facts';
import { packedPackage } from '../support/packed-package';
import { adminUser, logIn, type RunningNodeRed, startNodeRed } from '../support/runtime';
import { type AdminRoute, adminRoutes } from './admin-routes';

describe('the admin routes', function () {
  this.timeout(120_000);
  let runtime: RunningNodeRed;

  before(async () => {
    const users = [
      adminUser('owner', 'secret-1', '*'),
      adminUser('guest', 'secret-2', 'flows.read'),
      adminUser('reader', 'secret-3', 'read'),
    ];
    runtime = await startNodeRed({ settings: { adminAuth: { type: 'credentials', users } } });
  });

  after(() => runtime?.stop());

  it('are all in the table of this test', async () => {
    const nodes = join((await packedPackage()).installed, 'dist/nodes');
    const found = filesBelow(nodes)
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => registeredRoutes(readFileSync(join(nodes, file), 'utf8'), file));
    should(found.sort()).eql(adminRoutes.map(({ method, route }) => `${method} ${route}`).sort());
  });

  it('are noticed by their registration, whatever the quotes', () => {
    should(registeredRoutes("RED.httpAdmin.get('/a/:id', RED.auth.needsPermission('a.read'), f)", 'a.js')).eql([
      'get /a/:id',
    ]);
    should(() => registeredRoutes('RED.httpAdmin.get(path, f)', 'a.js')).throw(/a\.js/);
  });

  for (const route of adminRoutes) {
    const reads = route.permission === 'gizwits.read';
    it(`${route.method} ${route.route} serves the owner${reads ? ' and a reader' : ''}, and nobody else`, async () => {
      (await call(route, {})).should.equal(401);
      // Node-RED answers 401 to a known user without the permission as well.
      [401, 403].should.containEql(await call(route, await logIn(runtime, 'guest', 'secret-2')));
      (await call(route, await logIn(runtime, 'reader', 'secret-3'))).should.equal(reads ? route.status : 401);
      (await call(route, await logIn(runtime, 'owner', 'secret-1'))).should.equal(route.status);
      const ok = reads ? 2 : 1;
      record({ check: 'E89', fault: `${route.method} ${route.route}`, inputs: 4, ok, refused: 4 - ok });
    });

    if (!route.lookUp) continue;
    it(`${route.method} ${route.route} looks at what is not deployed for those who may deploy`, async () => {
      const body = { ...(route.body as object), nodes: [{ id: 'x', type: 'y', fields: {}, credentials: {} }] };
      (await call({ ...route, body }, await logIn(runtime, 'reader', 'secret-3'))).should.equal(401);
      (await call({ ...route, body }, await logIn(runtime, 'owner', 'secret-1'))).should.equal(200);
    });
  }

  it('take JSON only, from pages of the editor only', async () => {
    const owner = await logIn(runtime, 'owner', 'secret-1');
    for (const { method, path } of adminRoutes) {
      const init = { method: method.toUpperCase(), headers: { ...owner, 'content-type': 'text/plain' }, body: '{}' };
      should((await runtime.request(path, init)).status).equal(415);
      const foreign = { ...owner, 'content-type': 'application/json', origin: 'https://elsewhere.example' };
      should((await runtime.request(path, { ...init, headers: foreign })).status).equal(403);
    }
  });

  async function call({ method, path, body }: AdminRoute, headers: Record<string, string>): Promise<number> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const init = { method: method.toUpperCase(), headers: { ...headers, 'content-type': 'application/json' }, ...json };
    return (await runtime.request(path, init)).status;
  }
});

/** `get /path` of each registration in a built file; throws where the path is not a literal that can be compared. */
function registeredRoutes(code: string, file: string): string[] {
  return [...code.matchAll(/httpAdmin\s*\.\s*(\w+)\s*\(\s*(?:(['"`])([^'"`$]+)\2)?/g)].map(
    ([whole, method, , route]) => {
      if (!route) throw new Error(`${file}: the route of ${whole} is not a plain literal`);
      return `${method} ${route}`;
    },
  );
}
