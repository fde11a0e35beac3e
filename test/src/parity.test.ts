import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { acceptedForm, type Operation } from '../../src/cloud/catalogue';
import { enterpriseOperations } from '../../src/gizwits/enterprise/operations';
import { enterpriseEndpoints } from '../support/enterprise-endpoints';
import { nodeSets } from '../support/package-facts';
import { root } from '../support/packed-package';

const operations = enterpriseOperations as Readonly<Record<string, Operation>>;

/** Names that an operation has on the wire, by place. */
function wireNames({ parameters }: Operation, where: string): string[] {
  return parameters.filter((parameter) => parameter.in === where).flatMap(({ name, wire }) => wire ?? [name]);
}

describe('parity with the documents of the Enterprise API', () => {
  const parity = import('../../scripts/lib/enterprise-parity.mjs');

  it('has every documented endpoint as an operation, and no other', () => {
    enterpriseEndpoints.length.should.equal(37);
    enterpriseEndpoints.map(({ number }) => number).should.eql(Array.from({ length: 37 }, (_, n) => n + 1));
    enterpriseEndpoints
      .map(({ operation }) => operation)
      .sort()
      .should.eql(Object.keys(operations).sort());
  });

  for (const { number, operation, method, path, query, body, headers } of enterpriseEndpoints) {
    it(`#${number} ${operation} has every documented parameter, and no other`, () => {
      const own = operations[operation] as Operation;
      [own.method, own.path].should.eql([method, path]);
      // Ruling c10: the product key goes out under both of its names.
      const beyond = query.includes('product_secret') ? ['product_key'] : [];
      should(wireNames(own, 'query').sort()).eql([...query, ...beyond].sort());
      should(wireNames(own, 'body').sort()).eql([...body].sort());
      const token = own.authentication === 'token' ? ['Authorization'] : [];
      should([...wireNames(own, 'header'), ...token].sort()).eql([...headers].sort());
    });
  }

  it('has a node for every operation', async () => {
    const { enterpriseNodes } = await parity;
    Object.keys(enterpriseNodes).sort().should.eql(Object.keys(operations).sort());
    const types = new Set(Object.values(enterpriseNodes).flat());
    for (const type of types) nodeSets.should.containEql(type);
  });

  it('is written down in docs, up to date', async () => {
    const { enterpriseTables } = await parity;
    const tables = enterpriseTables({ enterpriseOperations, acceptedForm });
    Object.keys(tables).length.should.equal(2);
    for (const [path, content] of Object.entries(tables)) {
      const file = join(root, path);
      const written = existsSync(file) ? readFileSync(file, 'utf8') : '';
      should(written === content).be.true(`${path} is out of date: npm run docs`);
    }
  });

  it('is broken by an operation without a node, a text or an entry', async () => {
    const { enterpriseTables } = await parity;
    const without = (id: string): object =>
      Object.fromEntries(Object.entries(operations).filter(([known]) => known !== id));
    should(() => enterpriseTables({ enterpriseOperations: without('groups.list'), acceptedForm })).throw(
      /groups\.list/,
    );
    const untitled = { ...operations, 'groups.list': { ...operations['groups.list'], title: 'gizwits.nothing' } };
    should(() => enterpriseTables({ enterpriseOperations: untitled, acceptedForm })).throw(/gizwits\.nothing/);
  });
});
