import { runInNewContext } from 'node:vm';
import should from 'should';
import { CloudError } from '../../src/cloud/errors';
import { copyAttrs, isSchemaMismatch, validateAttrs } from '../../src/gizwits/datapoints/attrs';
import { normaliseRaw } from '../../src/gizwits/datapoints/raw';
import { allReported } from '../../src/gizwits/datapoints/readings';
import { describeDatapoints, normaliseSchema, type Schema } from '../../src/gizwits/datapoints/schema';

const bit = { byte_offset: 0, bit_offset: 0, len: 1, unit: 'bit' };
const bytes = (len: number) => ({ byte_offset: 1, bit_offset: 0, len, unit: 'byte' });
const attr = (name: string, data_type: string, more: object = {}) => ({
  id: 0,
  name,
  display_name: `${name}!`,
  desc: '.....',
  type: 'status_writable',
  data_type,
  position: data_type === 'bool' || data_type === 'enum' ? bit : bytes(1),
  ...more,
});
const uint = (name: string, min: number, max: number, ratio: unknown, addition: unknown, data_type = 'uint8') =>
  attr(name, data_type, { uint_spec: { min, max, ratio, addition } });

/** An air conditioner as the documents' samples show its values, with a datapoint of every kind. */
const definition = {
  name: '空调',
  product_key: '4244bf2d79694a259232431b6f2ef46a',
  packetVersion: '0x00000004',
  protocolType: 'standard',
  ui: { object: { version: 4, showEditButton: false }, sections: [] },
  entities: [
    {
      id: 0,
      name: 'entity0',
      display_name: '机智云开发套件',
      attrs: [
        attr('switch', 'bool', { display_name: '开关' }),
        attr('mode', 'enum', { enum: ['制冷', '制热', '送风'] }),
        attr('level', 'enum', { enum: ['1', '2', '3'] }),
        uint('set_temp', 16, 30, 1, 0),
        uint('room_temp', 0, 60, 0.5, -10),
        uint('fine', 0, 1000, 0.1, -20.5, 'uint16'),
        uint('reverse', 0, 255, -2, 10),
        uint('big', 0, 4294967295, 1, 0, 'uint32'),
        attr('binary', 'binary', { position: bytes(5) }),
        attr('free', 'binary', { position: undefined }),
        attr('humidity', 'uint8', { type: 'status_readonly', uint_spec: { min: 0, max: 100, ratio: 1, addition: 0 } }),
        attr('alert_full', 'bool', { type: 'alert' }),
        attr('fault_roomtemp', 'bool', { type: 'fault' }),
        attr('future', 'float'),
      ],
    },
  ],
};
const schema = normaliseSchema(definition);
const named = (from: Schema, name: string) => from.datapoints.find((datapoint) => datapoint.name === name);

function errorOf(run: () => unknown): CloudError {
  try {
    run();
  } catch (error) {
    should(error).be.instanceof(CloudError);
    (error as CloudError).message.should.not.match(/__(?!proto)\w+__/);
    return error as CloudError;
  }
  throw new Error('nothing was thrown');
}

describe('datapoints: the schema', () => {
  it("reads the documents' sample", () => {
    // Seed 001, reply of GET .../datapoint.
    const sample = {
      name: '微信宠物屋',
      entities: [
        {
          id: 0,
          display_name: '机智云开发套件',
          attrs: [
            {
              display_name: '开关',
              name: 'switch',
              data_type: 'bool',
              position: { bit_offset: 0, len: 1, unit: 'bit', byte_offset: 0 },
              type: 'status_writable',
              id: 0,
              desc: '.....',
            },
          ],
          name: 'entity0',
        },
      ],
      protocolType: 'standard',
      product_key: '4244bf2d79694a259232431b6f2ef46a',
      packetVersion: '0x00000004',
    };
    normaliseSchema(sample).should.eql({
      productKey: '4244bf2d79694a259232431b6f2ef46a',
      name: '微信宠物屋',
      protocolType: 'standard',
      datapoints: [{ name: 'switch', displayName: '开关', access: 'writable', dataType: 'bool' }],
    });
  });

  it('gives bounds and step in engineering units, without the noise of binary fractions', () => {
    const range = (name: string) => {
      const { min, max, step } = named(schema, name) ?? {};
      return [min, max, step];
    };
    range('set_temp').should.eql([16, 30, 1]);
    range('room_temp').should.eql([-10, 20, 0.5]);
    range('fine').should.eql([-20.5, 79.5, 0.1]);
    range('reverse').should.eql([-500, 10, 2]);
    range('big').should.eql([0, 4294967295, 1]);
  });

  it('reads the ten measured attributes of max 90 and addition 10 as 10 to 100', () => {
    const one = normaliseSchema({ entities: [{ attrs: [uint('light', 0, 90, 1, 10)] }] });
    should(one.datapoints[0]).have.properties({ min: 10, max: 100, step: 1 });
  });

  it('tells access, positions of enums and lengths', () => {
    schema.datapoints
      .map(({ access }) => access[0])
      .join('')
      .should.equal('wwwwwwwwwwrafw');
    should(named(schema, 'mode')?.enum).eql(['制冷', '制热', '送风']);
    should(named(schema, 'binary')?.length).equal(5);
    should(named(schema, 'free')).not.have.property('length');
    should(named(schema, 'switch')).have.property('displayName', '开关');
  });

  it('takes the letters that documents print for access, and what it does not know as read-only', () => {
    const types = ['W', 'R', 'N', 'E', 'status_hidden', undefined];
    const attrs = types.map((type, index) => attr(`a${index}`, 'bool', { type }));
    const access = normaliseSchema({ entities: [{ attrs }] }).datapoints.map((datapoint) => datapoint.access);
    access.should.eql(['writable', 'readonly', 'alert', 'fault', 'readonly', 'readonly']);
  });

  it('joins several entities; the first of two equal names counts', () => {
    const two = normaliseSchema({
      entities: [{ attrs: [attr('a', 'bool')] }, { attrs: [attr('b', 'bool'), attr('a', 'binary')] }],
    });
    two.datapoints
      .map(({ name, dataType }) => [name, dataType])
      .should.eql([
        ['a', 'bool'],
        ['b', 'bool'],
      ]);
  });

  it('tolerates missing parts', () => {
    normaliseSchema({}).should.eql({ productKey: '', name: '', protocolType: 'standard', datapoints: [] });
    normaliseSchema({ entities: null }).datapoints.should.eql([]);
    normaliseSchema({
      entities: [null, {}, { attrs: [null, 1, {}, { name: 7 }, { name: '' }] }],
    }).datapoints.should.eql([]);
    const bare = normaliseSchema({
      entities: [{ attrs: ['uint8', 'uint16', 'enum', 'binary'].map((data_type) => ({ name: data_type, data_type })) }],
    });
    bare.datapoints.should.eql([
      { name: 'uint8', displayName: 'uint8', access: 'readonly', dataType: 'uint8', min: 0, max: 255, step: 1 },
      { name: 'uint16', displayName: 'uint16', access: 'readonly', dataType: 'uint16', min: 0, max: 65535, step: 1 },
      { name: 'enum', displayName: 'enum', access: 'readonly', dataType: 'enum', enum: [] },
      { name: 'binary', displayName: 'binary', access: 'readonly', dataType: 'binary' },
    ]);
    const odd = normaliseSchema({ entities: [{ attrs: [uint('a', 0, 10, 0, 'x'), uint('b', 1, 5, '0.5', '10')] }] });
    should(odd.datapoints[0]).have.properties({ min: 0, max: 10, step: 1 });
    should(odd.datapoints[1]).have.properties({ min: 10.5, max: 12.5, step: 0.5 });
  });

  it('leaves out names that reach a prototype', () => {
    const attrs = ['__proto__', 'constructor', 'prototype', 'toString'].map((name) => attr(name, 'bool'));
    normaliseSchema({ entities: [{ attrs }] })
      .datapoints.map(({ name }) => name)
      .should.eql(['toString']);
    const text = `{"__proto__":{"name":"x"},"entities":[{"attrs":[{"name":"a","__proto__":{"type":"status_writable"}}]}]}`;
    const hostile = normaliseSchema(JSON.parse(text));
    hostile.name.should.equal('');
    should(hostile.datapoints[0]).have.properties({ name: 'a', access: 'readonly' });
  });

  it('refuses what is no definition', () => {
    for (const value of [undefined, null, 'x', 1, [], { entities: {} }, { entities: [{ attrs: 'x' }] }]) {
      errorOf(() => normaliseSchema(value)).code.should.equal('GIZ_BAD_RESPONSE');
    }
  });
});

describe('datapoints: checked values', () => {
  const one = (name: string, value: unknown, coding?: 'hex' | 'base64') =>
    validateAttrs(schema, { [name]: value }, coding)[name];
  const refused = (name: string, value: unknown, coding?: 'hex' | 'base64') => {
    const error = errorOf(() => one(name, value, coding));
    error.should.have.properties({ code: 'GIZ_BAD_INPUT', outcome: 'not-sent' });
    error.message.should.startWith(`attrs.${name}`);
    return error;
  };

  it('takes a bool as true, false, 1 or 0, and nothing else', () => {
    [true, false, 1, 0].map((value) => one('switch', value)).should.eql([true, false, true, false]);
    for (const value of ['true', '1', 'on', 2, null, {}, [], Number.NaN]) {
      refused('switch', value).message.should.match(/true or false \(also 1 or 0\)/);
    }
  });

  it('takes an enum by its text or its position', () => {
    should(one('mode', '送风')).equal('送风');
    should(one('mode', 0)).equal('制冷');
    should(one('mode', 2)).equal('送风');
    for (const value of ['冷', '0', 3, -1, 0.5, null, true]) {
      const error = refused('mode', value);
      error.message.should.match(/"制冷", "制热", "送风"/).and.match(/0 to 2/);
      isSchemaMismatch(error).should.be.true();
    }
  });

  it('refuses a position that could be meant as a value', () => {
    should(one('level', '2')).equal('2');
    should(one('level', 0)).equal('1');
    for (const value of [1, 2]) refused('level', value).message.should.match(/as text/);
    const zero = normaliseSchema({ entities: [{ attrs: [attr('e', 'enum', { enum: ['0', '1'] })] }] });
    validateAttrs(zero, { e: 1 }).should.eql({ e: '1' });
  });

  it('takes numbers within their range and on their step', () => {
    should(one('set_temp', 16)).equal(16);
    should(one('set_temp', 30)).equal(30);
    should(one('room_temp', -10)).equal(-10);
    should(one('room_temp', 19.5)).equal(19.5);
    should(one('reverse', -500)).equal(-500);
    should(one('reverse', 8)).equal(8);
    should(one('big', 4294967295)).equal(4294967295);
    // 0.1 + 0.2 and its like are on the step, and go out clean.
    should(one('fine', 0.1 + 0.2)).equal(0.3);
    should(one('fine', -20.5 + 3 * 0.1)).equal(-20.2);
    for (let raw = 0; raw <= 1000; raw++)
      should(one('fine', raw * 0.1 - 20.5)).equal(Number((raw / 10 - 20.5).toFixed(1)));
    Object.is(one('room_temp', -0), 0).should.be.true();
  });

  it('names range and step of a number that does not fit', () => {
    for (const value of [15, 31, 30.0001, 16.5, 1e300, -1]) {
      const error = refused('set_temp', value);
      error.message.should.match(/from 16 to 30 in steps of 1/);
      error.message.should.containEql(String(value));
      isSchemaMismatch(error).should.be.true();
    }
    refused('room_temp', 0.25).message.should.match(/from -10 to 20 in steps of 0.5/);
    refused('reverse', 9).message.should.match(/from -500 to 10 in steps of 2/);
    for (const value of ['20', true, null, Number.NaN, Number.POSITIVE_INFINITY, [20], {}, 20n]) {
      isSchemaMismatch(refused('set_temp', value)).should.be.false();
    }
  });

  it('gives binaries as hex, padded on the right', () => {
    should(one('binary', '1234567000')).equal('1234567000');
    // The documents' own example: seven digits for five bytes.
    should(one('binary', '1234567')).equal('1234567000');
    should(one('binary', 'AbCd')).equal('abcd000000');
    should(one('binary', Buffer.from([1, 255]))).equal('01ff000000');
    should(one('binary', new Uint8Array([1, 255]).subarray(1))).equal('ff00000000');
    should(one('binary', runInNewContext('new Uint8Array([1, 2])'))).equal('0102000000');
    should(one('binary', [1, 2, 3, 4, 5])).equal('0102030405');
    should(one('binary', JSON.parse(JSON.stringify(Buffer.from([7]))))).equal('0700000000');
    should(one('binary', 'AQI=', 'base64')).equal('0102000000');
    should(one('free', 'ab')).equal('ab');
  });

  it('refuses binaries that are too long, empty or no bytes', () => {
    for (const value of ['123456700000', '12345670000', Buffer.alloc(6), [1, 2, 3, 4, 5, 6]]) {
      const error = refused('binary', value);
      error.message.should.match(/at most 5 bytes/).and.match(/: 6\./);
      isSchemaMismatch(error).should.be.true();
    }
    refused('binary', Buffer.alloc(6).toString('base64'), 'base64').message.should.match(/at most 5 bytes/);
    for (const value of ['', [], Buffer.alloc(0)]) refused('binary', value).message.should.match(/empty/);
    for (const value of ['xy', '0x12', '12 34', [256], [-1], [1.5], ['1'], 5, true, null, {}]) refused('binary', value);
    for (const value of ['AQI', 'AQ=I', '*===', '01']) refused('binary', value, 'base64');
    refused('free', '123');
  });

  it('refuses what devices report and flows cannot set', () => {
    for (const [name, word] of [
      ['humidity', /read-only/],
      ['alert_full', /alert/],
      ['fault_roomtemp', /fault/],
    ] as const) {
      const error = refused(name, 1);
      error.message.should.match(word);
      isSchemaMismatch(error).should.be.true();
    }
  });

  it('names near datapoints for a name that does not exist', () => {
    for (const [wrong, near] of [
      ['Switch', 'switch'],
      ['swich', 'switch'],
      ['setTemp', 'set_temp'],
      ['开关', 'switch'],
      ['temp', 'set_temp'],
      ['SET-TEMP', 'set_temp'],
    ]) {
      const error = refused(wrong, 1);
      error.message.should.match(new RegExp(`Did you mean: .*${near}`), wrong);
      isSchemaMismatch(error).should.be.true();
    }
    refused('alert_ful', 1).message.should.not.containEql('alert_full');
    refused('quite_another_one', 1).message.should.match(/can be set: switch, mode, level/);
    const none = normaliseSchema({ entities: [] });
    errorOf(() => validateAttrs(none, { a: 1 })).message.should.match(/raw/);
  });

  it('passes data types that the schema does not describe', () => {
    validateAttrs(schema, { future: 1.25 }).should.eql({ future: 1.25 });
  });

  it('checks each of several and gives a plain object', () => {
    const attrs = validateAttrs(schema, { switch: 1, mode: 1, set_temp: 20, binary: [1], big: undefined });
    attrs.should.eql({ switch: true, mode: '制热', set_temp: 20, binary: '0100000000' });
    Object.getPrototypeOf(attrs).should.equal(Object.prototype);
    errorOf(() => validateAttrs(schema, { switch: 1, set_temp: 99 })).message.should.startWith('attrs.set_temp');
  });
});

describe('datapoints: names and shapes, checked or not', () => {
  const ways: [string, (attrs: unknown) => unknown][] = [
    ['checked', (attrs) => validateAttrs(schema, attrs)],
    ['unchecked', (attrs) => copyAttrs(attrs)],
  ];
  for (const [way, read] of ways) {
    it(`refuses names that reach a prototype, ${way}`, () => {
      for (const name of ['__proto__', 'constructor', 'prototype']) {
        const attrs = JSON.parse(`{"switch":true,"${name}":{"polluted":1}}`);
        const error = errorOf(() => read(attrs));
        error.should.have.properties({ code: 'GIZ_BAD_INPUT', textKey: 'errors.input.forbiddenName' });
        error.message.should.containEql(name);
        errorOf(() => read(new Map([[name, 1]]))).textKey.should.equal('errors.input.forbiddenName');
      }
      should(({} as Record<string, unknown>).polluted).be.undefined();
    });

    it(`refuses what holds no datapoint, ${way}`, () => {
      for (const attrs of [undefined, null, 1, 'switch', true, [], [{}], Buffer.from('a'), new Date(), () => 1]) {
        errorOf(() => read(attrs)).should.have.properties({ code: 'GIZ_BAD_INPUT', textKey: 'errors.input.type' });
      }
      for (const attrs of [{}, new Map(), { switch: undefined }]) {
        errorOf(() => read(attrs)).should.have.properties({ code: 'GIZ_BAD_INPUT', textKey: 'errors.input.noItems' });
      }
      errorOf(() => read(new Map([[1, 2]]))).code.should.equal('GIZ_BAD_INPUT');
    });

    it(`takes objects of another realm, without a prototype, and Maps, ${way}`, () => {
      for (const attrs of [
        runInNewContext('({switch: true})'),
        Object.assign(Object.create(null), { switch: true }),
        new Map([['switch', true]]),
      ]) {
        should(read(attrs)).eql({ switch: true });
      }
    });

    it(`refuses an object that inherits its values, ${way}`, () => {
      errorOf(() => read(Object.create({ switch: true }))).textKey.should.equal('errors.input.type');
    });
  }

  it('copies unchecked values by value, bytes as hex', () => {
    const list = [1, [2]];
    const copy = copyAttrs({ a: 1, b: 'x', c: null, list, deep: { d: false }, bytes: Buffer.from([1, 255]) });
    JSON.stringify(copy).should.equal('{"a":1,"b":"x","c":null,"list":[1,[2]],"deep":{"d":false},"bytes":"01ff"}');
    list.push(3);
    should(copy.list).eql([1, [2]]);
  });

  it('refuses unchecked values that JSON cannot carry, and hostile names at any depth', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, Symbol('x'), new Date()]) {
      errorOf(() => copyAttrs({ a: value })).code.should.equal('GIZ_BAD_INPUT');
    }
    const deep = JSON.parse('{"a":{"b":[{"__proto__":1}]}}');
    errorOf(() => copyAttrs(deep)).textKey.should.equal('errors.input.forbiddenName');
    const round: Record<string, unknown> = {};
    round.self = round;
    errorOf(() => copyAttrs({ round })).textKey.should.equal('errors.input.depth');
  });
});

describe('datapoints: descriptions', () => {
  it('are kept where they say something', () => {
    const attrs = [
      attr('dots', 'bool'),
      attr('unit', 'uint8', { desc: ' 单位：0.1 A ' }),
      attr('again', 'bool', { display_name: 'On', desc: 'On' }),
      attr('named', 'bool', { desc: 'named' }),
      attr('__proto__', 'bool', { desc: 'hostile' }),
      attr('long', 'bool', { desc: 'x'.repeat(300) }),
      { desc: 'nameless' },
    ];
    should(describeDatapoints({ entities: [{ attrs }] })).eql({ unit: '单位：0.1 A', long: 'x'.repeat(200) });
    should(describeDatapoints(undefined)).eql({});
  });
});

describe('datapoints: values reported', () => {
  it('recognises what was sent in the forms that the cloud writes', () => {
    const sent = validateAttrs(schema, { switch: true, mode: '制热', room_temp: 18.5, binary: 'ab' });
    const reported = { switch: 1, mode: '制热', room_temp: 18.5, binary: 'ab00000000', humidity: 3 };
    allReported(schema, sent, reported).should.be.true();
    const other = { switch: true, mode: 1, room_temp: 18.500000001, binary: [0xab, 0, 0, 0, 0] };
    allReported(schema, sent, other).should.be.true();
    for (const wrong of [
      { switch: 0 },
      { switch: false },
      { mode: '制冷' },
      { mode: 0 },
      { room_temp: 18 },
      { binary: 'ac00000000' },
      { binary: null },
    ]) {
      allReported(schema, sent, { ...reported, ...wrong }).should.be.false(JSON.stringify(wrong));
    }
    allReported(schema, sent, { switch: 1 }).should.be.false();
    allReported(schema, { toString: 1 }, {}).should.be.false();
  });

  it('compares without a schema too', () => {
    allReported(
      undefined,
      { a: 1, b: true, c: 'ab', d: { e: [1] } },
      { a: true, b: 1, c: 'AB', d: { e: [1] } },
    ).should.be.true();
    allReported(undefined, { a: 1 }, { a: 2 }).should.be.false();
    allReported(undefined, { d: { e: [1] } }, { d: { e: [2] } }).should.be.false();
  });
});

describe('datapoints: raw data', () => {
  it('becomes an array of bytes, the form that the API takes by default', () => {
    const abc = { raw: [97, 98, 99] };
    normaliseRaw(Buffer.from('abc'), 'hex').should.eql(abc);
    normaliseRaw(new Uint8Array([97, 98, 99]), 'base64').should.eql(abc);
    normaliseRaw([97, 98, 99], 'hex').should.eql(abc);
    normaliseRaw('616263', 'hex').should.eql(abc);
    normaliseRaw('YWJj', 'base64').should.eql(abc);
    normaliseRaw(JSON.parse(JSON.stringify(Buffer.from('abc'))), 'hex').should.eql(abc);
    normaliseRaw([18, 255, 255, 255, 255], 'hex').should.eql({ raw: [18, 255, 255, 255, 255] });
  });

  it('reads megabytes of text', () => {
    for (const coding of ['hex', 'base64'] as const) {
      normaliseRaw(Buffer.alloc(9_000_000).toString(coding), coding).raw.length.should.equal(9_000_000);
    }
  });

  it('tells base64 from what only looks like it', () => {
    for (const text of ['YQ==', 'YWI=', 'YWJj', 'YWJjYQ==', '+/+/']) {
      normaliseRaw(text, 'base64').raw.should.eql([...Buffer.from(text, 'base64')]);
    }
    for (const text of ['Y===', '====', 'YQ=', 'YQ', 'Y=Q=', '=YWJ', 'YQ==YQ==', 'YW-_', 'YWJj\n']) {
      errorOf(() => normaliseRaw(text, 'base64')).textKey.should.equal('errors.input.bytes');
    }
  });

  it('refuses what is no bytes, and none', () => {
    for (const value of [
      '6162 63',
      '616',
      'zz',
      [256],
      [-1],
      [0.5],
      ['1'],
      [[1]],
      {},
      null,
      undefined,
      97,
      true,
      new Date(),
    ]) {
      errorOf(() => normaliseRaw(value, 'hex')).should.have.properties({ code: 'GIZ_BAD_INPUT', outcome: 'not-sent' });
    }
    errorOf(() => normaliseRaw('616', 'base64')).message.should.match(/base64 text/);
    for (const value of ['', [], Buffer.alloc(0)]) {
      errorOf(() => normaliseRaw(value, 'hex')).textKey.should.equal('errors.input.noItems');
    }
  });
});
