import should from 'should';
import { buildRequest } from '../../src/cloud/request';
import { normaliseSchema, type Schema } from '../../src/gizwits/datapoints/schema';
import { type CommandOptions, prepareCommand } from '../../src/gizwits/enterprise/control';
import { enterpriseOperations } from '../../src/gizwits/enterprise/operations';
import type { ProductClient } from '../../src/gizwits/enterprise/product-client';

const attr = (name: string, data_type: string, more: object = {}) => ({
  name,
  data_type,
  type: 'status_writable',
  ...more,
});
const older = normaliseSchema({ entities: [{ attrs: [attr('switch', 'bool')] }] });
const newer = normaliseSchema({
  entities: [{ attrs: [attr('switch', 'bool'), attr('binary', 'binary', { position: { len: 5, unit: 'byte' } })] }],
});

/** A product that has one definition at hand and may have a newer one; counts what it is asked for. */
function product(known: Schema | Error, fresh?: Schema | Error) {
  const asked = { schema: 0, newerSchema: 0 };
  const answer = async (value: Schema | Error | undefined) => {
    if (value instanceof Error) throw value;
    return value;
  };
  const client = {
    schema: () => {
      asked.schema++;
      return answer(known);
    },
    newerSchema: () => {
      asked.newerSchema++;
      return answer(fresh);
    },
  };
  return { client: client as unknown as ProductClient, asked };
}

const options = (more: Partial<CommandOptions> = {}): CommandOptions => ({
  mode: 'attrs',
  encoding: 'hex',
  validate: true,
  options: { origin: 'node' },
  ...more,
});

describe('control: making a command', () => {
  it('checks values against the definition', async () => {
    const { client, asked } = product(newer);
    (await prepareCommand(client, { switch: 1, binary: '1234567' }, options())).should.eql({
      attrs: { switch: true, binary: '1234567000' },
    });
    asked.should.eql({ schema: 1, newerSchema: 0 });
  });

  it('checks once more against a newer definition, when there is one', async () => {
    const { client, asked } = product(older, newer);
    (await prepareCommand(client, { binary: [1] }, options())).should.eql({ attrs: { binary: '0100000000' } });
    asked.should.eql({ schema: 1, newerSchema: 1 });
    for (const fresh of [undefined, new Error('no quota'), newer]) {
      await prepareCommand(product(older, fresh).client, { unknown: 1 }, options()).should.be.rejectedWith({
        code: 'GIZ_BAD_INPUT',
        textKey: 'errors.input.datapoint',
      });
    }
  });

  it('does not ask for a newer definition where it could not help', async () => {
    const { client, asked } = product(older, newer);
    for (const value of [{ switch: 'yes' }, {}, [], 'switch', null, undefined, JSON.parse('{"__proto__":1}')]) {
      await prepareCommand(client, value, options()).should.be.rejectedWith({ code: 'GIZ_BAD_INPUT' });
    }
    asked.newerSchema.should.equal(0);
  });

  it('needs no definition unchecked, and still refuses hostile names', async () => {
    const { client, asked } = product(new Error('no definition'));
    const unchecked = options({ validate: false });
    (await prepareCommand(client, { any: 7, bytes: Buffer.from([1]) }, unchecked)).should.eql({
      attrs: { any: 7, bytes: '01' },
    });
    for (const name of ['', '__proto__', 'constructor', 'prototype']) {
      await prepareCommand(client, JSON.parse(`{"${name}":1}`), unchecked).should.be.rejectedWith({
        code: 'GIZ_BAD_INPUT',
        textKey: 'errors.input.forbiddenName',
      });
    }
    asked.should.eql({ schema: 0, newerSchema: 0 });
  });

  it('makes bytes of raw data in every form', async () => {
    const { client, asked } = product(new Error('no definition'));
    for (const [value, encoding] of [
      ['616263', 'hex'],
      ['YWJj', 'base64'],
      [Buffer.from('abc'), 'hex'],
      [[97, 98, 99], 'hex'],
    ] as const) {
      const command = await prepareCommand(client, value, options({ mode: 'raw', encoding }));
      command.should.eql({ raw: [97, 98, 99] });
    }
    for (const value of ['', [], null, {}, 'xyz']) {
      await prepareCommand(client, value, options({ mode: 'raw' })).should.be.rejectedWith({ code: 'GIZ_BAD_INPUT' });
    }
    asked.schema.should.equal(0);
  });

  it('goes on the wire as the documents show it', async () => {
    const context = { supplied: { product_key: 'pk' } };
    const wire = (params: Record<string, unknown>) =>
      buildRequest(enterpriseOperations['device.control'], { did: 'd1', ...params }, context);
    const { client } = product(newer);
    // Seed 001: {"raw": [97,98,99]} and {"attrs": {"binary": "1234567000"}}.
    const raw = await prepareCommand(client, '616263', options({ mode: 'raw' }));
    should(JSON.parse(wire({ ...raw }).body as string)).eql({ raw: [97, 98, 99] });
    const attrs = await prepareCommand(client, { binary: '1234567' }, options());
    const request = wire({ ...attrs });
    should(JSON.parse(request.body as string)).eql({ attrs: { binary: '1234567000' } });
    request.path.should.equal('/v1/products/pk/devices/d1/control');
  });
});
