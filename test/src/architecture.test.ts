import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { floorViolations } from '../support/floors';
import { filesBelow, nodeSets } from '../support/package-facts';
import { root } from '../support/packed-package';

const sources = new Map(
  ['nodes', 'src']
    .flatMap((folder) => filesBelow(join(root, folder)).map((file) => `${folder}/${file}`))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(join(root, file), 'utf8')]),
);

describe('the floors', () => {
  it('are kept by every import of nodes and src', () => {
    should(floorViolations(sources)).eql([]);
  });

  it('hold every source file', () => {
    should(floorViolations(new Map([['src/other/a.ts', "import './b';"]]))).have.length(1);
    should(floorViolations(new Map([['src/cloud/a.ts', "import '../../test/b';"]]))).have.length(1);
    sources.size.should.be.above(10);
  });

  const forbidden: [why: string, file: string, source: string][] = [
    ['upward to the nodes', 'src/gizwits/a.ts', "import { b } from '../../nodes/b';"],
    ['upward to a client', 'src/cloud/a.ts', "import type { B } from '../gizwits/b';"],
    ['sideways between clouds', 'src/gizwits/app/a.ts', "import {\n  b,\n  c,\n} from '../../expeed/b';"],
    ['sideways between clouds, passed on', 'src/expeed/a.ts', "export * from '../gizwits/b';"],
    ['from the texts', 'src/texts/index.ts', "import { b } from '../cloud/b';"],
    ['from the simulator to a client', 'src/simulator/a.ts', "import type { B } from '../gizwits/b';"],
    ['from the simulator to the core', 'src/simulator/a.ts', "import { badInput } from '../cloud/errors';"],
    ['to the simulator, at load', 'src/gizwits/a.ts', "import { createSimulator } from '../simulator';"],
    ['to the simulator, from a client when it runs', 'src/gizwits/a.ts', "const s = require('../simulator');"],
    ["of the simulator's types in a client", 'src/expeed/a.ts', "import type { S } from '../simulator';"],
    ["of the simulator's types in a node", 'nodes/a.ts', "import type { S } from '../src/simulator';"],
    ['of Node-RED below the nodes', 'src/cloud/a.ts', "import type { Node } from 'node-red';"],
    ['of Node-RED by require', 'src/gizwits/a.ts', "const red = require('@node-red/util');"],
    ['of a library above the core', 'src/gizwits/a.ts', "import { Pool } from 'undici';"],
    ['of a library in a node', 'nodes/a.ts', "const { Pool } = await import('undici');"],
    ['from a node to editor code', 'nodes/a.ts', "import { b } from './editor/b';"],
    ['from editor code to a node', 'nodes/a.editor.ts', "import { b } from './b';"],
  ];
  for (const [why, file, source] of forbidden) {
    it(`report an import ${why}`, () => {
      const [found, ...more] = floorViolations(new Map([[file, source]]));
      should(more).eql([]);
      should(found)
        .startWith(`${file}: `)
        .and.match(/"[^"]+"$/);
    });
  }

  const allowed: [what: string, file: string, source: string][] = [
    ['downward', 'nodes/a.ts', "import { b } from '../src/gizwits/b';"],
    ['past a floor', 'nodes/shared/a.ts', "import { CloudError } from '../../src/cloud/errors';"],
    ['of a library in the core', 'src/cloud/transport.ts', "import { Pool } from 'undici';"],
    ["of Node-RED's types in a node", 'nodes/a.ts', "import type { NodeAPI } from 'node-red';"],
    ['of types between the halves of a node', 'nodes/a.editor.ts', "import type { AConfig } from './a';"],
    ['of the clock in the simulator', 'src/simulator/a.ts', "import type { Clock } from '../cloud/clock';"],
    [
      "of the simulator's types where it is opened",
      'nodes/shared/a.ts',
      "import type { S } from '../../src/simulator';",
    ],
    [
      'of the simulator when asked for',
      'nodes/account.ts',
      "const { createSimulator } = await import('../src/simulator');",
    ],
  ];
  for (const [what, file, source] of allowed) {
    it(`allow an import ${what}`, () => {
      should(floorViolations(new Map([[file, source]]))).eql([]);
    });
  }

  it('let one file alone load the simulator', () => {
    const loads = "const { createSimulator } = await import('../src/simulator');";
    const two = new Map([
      ['nodes/a.ts', loads],
      ['nodes/b.ts', loads],
    ]);
    should(floorViolations(two)).have.length(2);
  });
});

describe('the node sets', () => {
  it('are all listed in package.json, which is how Node-RED learns of them', () => {
    const written = filesBelow(join(root, 'nodes'))
      .filter((file) => /^[^/]+\.editor\.ts$/.test(file))
      .map((file) => file.replace('.editor.ts', ''));
    should(written.sort()).eql([...nodeSets].sort());
  });
});
