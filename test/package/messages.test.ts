import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import Ajv from 'ajv';
import should from 'should';
import { manifest } from '../support/package-facts';
import { packedPackage, root } from '../support/packed-package';

/** A program that takes the types from the package, as its users write it. */
const program = `import type { ControlOutput, ErrorDetails, NodeMessages, AttrFaultMessage } from '${manifest.name}/messages';

export function didsOf(msg: ControlOutput): unknown[] {
  return 'results' in msg.payload ? msg.payload.results.map(({ did }) => did) : [msg.payload.did];
}
export const input: NodeMessages['gizwits-control']['input'] = { did: 'd', payload: { switch: true } };
export function raised({ payload, gizwits }: AttrFaultMessage): string {
  const event: 'attr_fault' = gizwits.event;
  return \`\${event} \${payload.value} \${gizwits.createdAt}\`;
}
export function isOver({ code, outcome }: ErrorDetails): boolean {
  // @ts-expect-error: no such outcome
  return code === 'GIZ_EXPIRED' || code === 'GIZ_5305' || outcome === 'perhaps';
}
// @ts-expect-error: the did is missing
export const wrong: NodeMessages['gizwits-history']['input'] = {};
`;

describe('the messages as the package exports them', function () {
  this.timeout(120_000);
  let folder: string;

  before(async () => {
    ({ folder } = await packedPackage());
  });

  for (const [module, moduleResolution] of [
    ['node16', 'node16'],
    ['preserve', 'bundler'],
  ]) {
    it(`are types for a program with module resolution ${moduleResolution}`, () => {
      const file = join(folder, `program-${moduleResolution}.ts`);
      writeFileSync(file, program);
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const options = ['--noEmit', '--strict', '--target', 'es2022', '--ignoreConfig', '--module', module];
      const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'];
      const run = spawnSync(
        process.execPath,
        [tsc, ...options, '--moduleResolution', moduleResolution, ...types, file] as string[],
        { cwd: folder, encoding: 'utf8' },
      );
      should(run.stdout + run.stderr).equal('');
      should(run.status).equal(0);
    });
  }

  it('are a JSON Schema that a strict validator takes', () => {
    const load = createRequire(join(folder, 'program.js'));
    const schema = load(`${manifest.name}/messages.schema.json`) as { definitions: object };
    const ajv = new Ajv({ allowUnionTypes: true, strictRequired: false, formats: { 'date-time': true } });
    ajv.addSchema(schema, 'messages');
    const validate = ajv.compile({ $ref: 'messages#/definitions/BindOutput' });
    const gizwits = { operation: 'bindings.create', productKey: 'k', attempts: 1, waitedMs: 0, elapsedMs: 1 };
    should(validate({ uid: 'u', payload: { success: ['d'], failed: [] }, gizwits })).be.true();
    should(validate({ uid: 'u', payload: { success: ['d'] }, gizwits })).be.false();
    should(Object.keys(schema.definitions).length).be.above(80);
  });

  it('leave every file of the package within reach by its path', () => {
    const load = createRequire(join(folder, 'program.js'));
    should((load(`${manifest.name}/package.json`) as { name: string }).name).equal(manifest.name);
    for (const path of Object.values(manifest['node-red'].nodes)) load.resolve(`${manifest.name}/${path}`);
  });

  it('are the types of this checkout', async () => {
    const { installed } = await packedPackage();
    should(readFileSync(join(installed, 'dist/messages.d.ts'), 'utf8')).equal(
      readFileSync(join(root, 'nodes/messages/types.ts'), 'utf8'),
    );
  });
});
