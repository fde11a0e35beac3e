import should from 'should';
import type { Operation } from '../../src/cloud/catalogue';
import { expeedOperations } from '../../src/expeed/operations';
import { expeedEndpoints } from '../support/expeed-endpoints';

const operations = expeedOperations as Readonly<Record<string, Operation>>;

describe('parity with the document of Expeed', () => {
  it('has every call as an operation, and no other', () => {
    should(expeedEndpoints.map(({ operation }) => operation).sort()).eql(Object.keys(operations).sort());
  });

  for (const { number, operation, method, path, pathParameters, query, body, headers } of expeedEndpoints) {
    it(`#${number} ${operation} has every documented parameter, and no other`, () => {
      const own = operations[operation] as Operation;
      const names = (where: string): string[] =>
        own.parameters
          .filter((parameter) => parameter.in === where)
          .flatMap(({ name, wire, whole }) => (whole ? ['*'] : (wire ?? [name])))
          .sort();
      should([own.method, own.path]).eql([method, path]);
      should(names('path')).eql([...pathParameters].sort());
      should(names('query')).eql([...query].sort());
      should(names('body')).eql([...body].sort());
      const token = own.authentication === 'token' ? ['access_token'] : [];
      should([...token, ...names('header')].sort()).eql([...headers].sort());
    });
  }
});
