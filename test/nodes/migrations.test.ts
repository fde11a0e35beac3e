import { createRequire } from 'node:module';
import should from 'should';
import { configVersion, isFromLater, type Migration, migrate } from '../../nodes/migrations';

/** Of the editor, whose types are not those of the tests. */
const { migrateForDialog } = createRequire(__filename)('../../nodes/editor/migration') as {
  migrateForDialog(node: EditorLike, change: typeof migrate): void;
};

/** Two made-up changes: a field got another name, then another unit and with it another name. */
const STEPS: readonly Migration[] = [
  ({ timeout, ...rest }) => (timeout === undefined ? rest : { ...rest, waitSeconds: timeout }),
  ({ waitSeconds, ...rest }) =>
    waitSeconds === undefined ? rest : { ...rest, waitMs: Number(waitSeconds) * 1000, unit: 'ms' },
];
const TABLE = { made: STEPS };

describe('migrations', () => {
  it('begin at version 1, which a node saved without a version has too', () => {
    configVersion('other', TABLE).should.equal(1);
    configVersion('made', TABLE).should.equal(3);
    const saved = { name: 'a', timeout: '2' };
    migrate('made', saved, TABLE).should.eql({ name: 'a', waitMs: 2000, unit: 'ms', configVersion: 3 });
    saved.should.eql({ name: 'a', timeout: '2' });
  });

  it('take only the steps that lie ahead', () => {
    const saved = { configVersion: 2, waitSeconds: 3 };
    migrate('made', saved, TABLE).should.eql({ waitMs: 3000, unit: 'ms', configVersion: 3 });
    const today = { configVersion: 3, waitMs: 1 };
    migrate('made', today, TABLE).should.equal(today);
  });

  it('leave what a script wrote in the fields of today', () => {
    migrate('made', { waitMs: 5 }, TABLE).should.eql({ waitMs: 5, configVersion: 3 });
  });

  it('leave what a later version saved, and tell it', () => {
    const later = { configVersion: 4, waitMinutes: 1 };
    migrate('made', later, TABLE).should.equal(later);
    isFromLater('made', later, TABLE).should.be.true();
    isFromLater('made', { configVersion: 3 }, TABLE).should.be.false();
    isFromLater('made', {}, TABLE).should.be.false();
  });

  it('take a version that is none for the first one', () => {
    for (const version of ['2', 0, -1, 1.5, null, {}]) {
      migrate('made', { configVersion: version, timeout: 1 }, TABLE).should.containEql({ waitMs: 1000 });
    }
  });

  describe('in a dialog', () => {
    const defaults = { name: {}, configVersion: {}, timeout: {}, waitMs: {}, unit: {} };
    const open = (saved: object): EditorLike => {
      const node = { ...saved, type: 'made', _def: { defaults } as EditorLike['_def'] } as EditorLike;
      migrateForDialog(node, (type, fields) => migrate(type, fields, TABLE));
      return node;
    };
    const fields = ({ type: _type, _def, ...rest }: EditorLike): object => rest;

    it('show the fields of today, which OK keeps', () => {
      fields(open({ name: 'a', timeout: '2', x: 10 })).should.eql({
        ...{ name: 'a', x: 10, waitMs: 2000, unit: 'ms', configVersion: 3 },
      });
    });

    it('are taken back by Cancel', () => {
      const node = open({ name: 'a', timeout: '2', x: 10 });
      node._def.oneditcancel?.call(node);
      fields(node).should.eql({ name: 'a', timeout: '2', x: 10 });
    });

    it('touch nothing that is of today already', () => {
      const saved = { name: 'a', configVersion: 3, waitMs: 1, unit: undefined };
      fields(open(saved)).should.eql(saved);
    });
  });

  it('reach the constructor of every node through one register function', () => {
    const load = createRequire(__filename);
    const { nodes } = load('../../package.json')['node-red'] as { nodes: Record<string, string> };
    const registered: string[] = [];
    const RED = {
      nodes: {
        registerType: (type: string, { name }: { name: string }) => registered.push(`${name} ${type}`),
      },
      httpAdmin: { get: () => undefined, post: () => undefined },
      auth: { needsPermission: () => undefined },
    };
    for (const set of Object.keys(nodes)) load(`../../nodes/${set}`).default(RED);
    should(registered).eql(Object.keys(nodes).map((set) => `constructMigrated ${set}`));
  });
});

interface EditorLike {
  type: string;
  _def: { defaults: object; oneditcancel?: (this: EditorLike) => void };
}
