import vm from 'node:vm';
import should from 'should';
import { CloudError } from '../../src/cloud/errors';
import { buildRequest } from '../../src/cloud/request';
import { suppliedValues } from '../../src/gizwits/enterprise/authorization';
import { enterpriseOperations, type OperationId } from '../../src/gizwits/enterprise/operations';

const PK = '4244bf2d79694a259232431b6f2ef46a';
const DID = 'kYkSE2xspYjocBhaUHdM5k';
const GID = 'c8e4b5634b047dc495be4a05a39d02a3';
const credentials = { enterpriseId: 'eid', enterpriseSecret: 'CANARY-E', productKey: PK, productSecret: 'CANARY-P' };
const supplied = suppliedValues(credentials, 1517384243);

function build(id: OperationId, params: unknown, values = supplied) {
  return buildRequest(enterpriseOperations[id], params, { supplied: values });
}

function failure(call: () => unknown): CloudError {
  try {
    call();
  } catch (error) {
    should(error).be.instanceOf(CloudError);
    return error as CloudError;
  }
  throw new Error('nothing was thrown');
}

/** The error of a call that must not be built; checks what every such error promises. */
function refusal(id: OperationId, params: unknown): CloudError {
  const error = failure(() => build(id, params));
  should(error.code).equal('GIZ_BAD_INPUT');
  should(error.outcome).equal('not-sent');
  should(error.message).not.match(/__(?!proto)(?=[a-z])|CANARY|undefined/);
  return error;
}

/** Texts that would change a path, a host, a header or a line if they were let through. */
const INJECTIONS: unknown[] = [
  '..',
  '.',
  '../control',
  'a/b',
  'a\\b',
  'a?b=c',
  'a#b',
  'a%2fb',
  '%2e%2e',
  'a b',
  ' ',
  'a\r\nHost: evil',
  'a\nb',
  'a\u0000b',
  'a\u2028b',
  '\ud800',
  'é',
  '开关',
  '',
  'x'.repeat(65),
  'x'.repeat(10_240),
  ['a', 'b'],
  [],
  {},
  { toString: () => 'a' },
  true,
  1.5,
  Number.NaN,
  () => 'a',
  Symbol('a'),
  Buffer.from('a'),
];

describe('Parameters of the catalogue: ids', () => {
  /** Every id parameter of every operation that an author fills in, with the rest of a valid call. */
  const valid: Partial<Record<OperationId, Record<string, unknown>>> = {
    'product.users': { gid: GID },
    'device.did': { mac: 'virtual:site' },
    'device.detail': { mac: 'virtual:site' },
    'devices.search': { gid: GID },
    'users.search': { appid: 'app' },
    'device.control': { did: DID, raw: [1] },
    'device.online': { did: DID },
    'device.commands': { did: DID },
    'device.data': { did: DID },
    'device.aggregate': {
      did: DID,
      start_ts: 1447837618000,
      end_ts: 1447837618000,
      attrs: ['a'],
      aggregator: 'avg',
      unit: 'HOURS',
    },
    'groups.create': { parent_gid: GID },
    'groups.delete': { gid: GID },
    'groups.members': { gid: GID },
    'groups.update': { gid: GID, action: 'assign', macs: ['m'] },
    'bindings.create': { uid: 'u', appid: 'a', dids: ['d'] },
    'bindings.delete': { uid: 'u', appid: 'a', dids: ['d'] },
    'report.activation': { gid: GID, start: '2017-12-01', end: '2017-12-01' },
    'report.locations': { gid: GID },
    'report.livenessHistory': { gid: GID, start: '2017-12-01', end: '2017-12-01' },
    'report.realtime': { gid: GID },
    'report.faultDevices': { gid: GID },
    'report.alertDevices': { gid: GID },
    'report.faultEvents': { gid: GID },
    'report.alertEvents': { gid: GID },
    'report.newUsers': { gid: GID, start: '2017-12-01', end: '2017-12-01' },
    'report.activeUsers': { appid: 'a', start_date: '2017-12-01', end_date: '2017-12-01' },
    'report.userTotal': { gid: GID },
    'devices.baseStations': { dids: ['d'] },
  };

  for (const operation of Object.values(enterpriseOperations)) {
    const ids = operation.parameters.filter(({ type, id, supplied: given }) => (type === 'id' || id) && !given);
    for (const { name, type, id } of ids) {
      it(`${operation.id} takes ${name} by allow-list`, () => {
        const params = valid[operation.id as OperationId];
        should(params).be.ok();
        const put = (value: unknown) => ({ ...params, [name]: type === 'list' ? [value] : value });
        build(operation.id as OperationId, params);
        for (const good of ['a', 'Z-9_', '0', 'x'.repeat(64)]) build(operation.id as OperationId, put(good));
        const colon = () => build(operation.id as OperationId, put('virtual:site'));
        if (id === 'mac' || id === 'name') colon();
        else should(colon).throw({ code: 'GIZ_BAD_INPUT', textKey: 'errors.input.id' });
        if (id === 'name') return;
        for (const value of INJECTIONS) {
          const error = refusal(operation.id as OperationId, put(value));
          should(String(error.textParams.field)).startWith(name);
        }
      });
    }
  }

  it('covers every operation with an id', () => {
    const withIds = Object.values(enterpriseOperations)
      .filter(({ parameters }) => parameters.some(({ type, id, supplied: given }) => (type === 'id' || id) && !given))
      .map(({ id }) => id);
    should(Object.keys(valid).sort()).eql(withIds.sort());
  });

  it('keeps every form of MAC address as it is', () => {
    for (const mac of ['98f4ab0012cd', '98F4AB0012CD', 'virtual:site', '867725030123456', '00124b000a1b2c3d']) {
      should(build('device.did', { mac }).path).endWith(`mac=${encodeURIComponent(mac)}`);
    }
    should(build('device.did', { mac: 867725030123456 }).path).endWith('mac=867725030123456');
    should(refusal('device.did', { mac: '..' }).textKey).equal('errors.input.mac');
  });

  it('takes names of datapoints without commas and control characters', () => {
    const params = { ...valid['device.aggregate'] };
    should(build('device.aggregate', { ...params, attrs: '温度, fat' }).path).match(/attrs=%E6%B8%A9%E5%BA%A6%2Cfat/);
    for (const attrs of [['a,b'], ['a\nb'], ['\ud800'], [''], ['x'.repeat(129)], [], '', [null], 5, {}]) {
      refusal('device.aggregate', { ...params, attrs });
    }
  });
});

describe('Parameters of the catalogue: what is named and missing', () => {
  it('names a missing parameter and what is accepted', () => {
    const error = refusal('device.did', {});
    should(error.textKey).equal('errors.input.required');
    should(error.message).equal('mac is missing. Accepted: 1 to 64 letters, digits, :, - or _.');
    for (const absent of [undefined, null]) {
      should(refusal('device.did', { mac: absent }).textKey).equal('errors.input.required');
      should(refusal('device.did', absent).textKey).equal('errors.input.required');
    }
  });

  it('requires what the documents require, everywhere', () => {
    const required: Partial<Record<OperationId, string[]>> = {
      'device.did': ['mac'],
      'device.detail': ['mac'],
      'device.control': ['did'],
      'device.online': ['did'],
      'device.commands': ['did'],
      'device.data': ['did'],
      'device.aggregate': ['did', 'start_ts', 'end_ts', 'attrs', 'aggregator', 'unit'],
      'groups.delete': ['gid'],
      'groups.members': ['gid'],
      'groups.update': ['gid', 'action', 'macs'],
      'bindings.create': ['uid', 'appid', 'dids'],
      'bindings.delete': ['uid', 'appid', 'dids'],
      'report.activation': ['start', 'end'],
      'report.livenessHistory': ['start', 'end'],
      'report.newUsers': ['start', 'end'],
      'report.activeUsers': ['start_date', 'end_date'],
      'devices.baseStations': ['dids'],
    };
    for (const operation of Object.values(enterpriseOperations)) {
      const names = operation.parameters.filter((p) => p.required && !p.supplied).map((p) => p.name);
      should(names).eql(required[operation.id as OperationId] ?? []);
      for (const name of names) {
        const others = Object.fromEntries(names.filter((n) => n !== name).map((n) => [n, sample(operation.id, n)]));
        const error = refusal(operation.id as OperationId, others);
        should(error.textParams.field).equal(name);
        should(error.textKey).equal('errors.input.required');
      }
    }
  });

  it('refuses what it does not know, and lists what it knows', () => {
    const error = refusal('report.locations', { gid: GID, country: 'China' });
    should(error.textKey).equal('errors.input.unknown');
    should(error.message).equal(
      'country is not a parameter of this call. Accepted: gid, is_online, is_faulty, is_alert.',
    );
    should(refusal('report.summary', { gid: GID }).message).endWith('Accepted: no parameters.');
    for (const secret of ['enterprise_secret', 'enterprise_id', 'product_secret', 'signature', 'token']) {
      should(refusal('users.search', { [secret]: 'x' }).textKey).equal('errors.input.unknown');
      should(refusal('product.associate', { [secret]: 'x' }).textKey).equal('errors.input.unknown');
    }
  });

  it('takes an object of parameters only', () => {
    for (const params of [
      'mac=1',
      5,
      true,
      [],
      [{ mac: '1' }],
      new Map([['mac', '1']]),
      Buffer.from('{}'),
      new Date(),
    ]) {
      should(refusal('device.did', params).textKey).equal('errors.input.type');
    }
    // Objects of a Function node come from another realm and have another Object.prototype.
    const foreign = vm.runInNewContext("({ did: 'd', attrs: { a: [1, { b: 2 }] } })");
    should(build('device.control', foreign).body).equal('{"attrs":{"a":[1,{"b":2}]}}');
    const bare = Object.assign(Object.create(null), { mac: 'm' });
    should(build('device.did', bare).path).endWith('?mac=m');
  });

  it('reads own properties only', () => {
    refusal('device.did', Object.create({ mac: 'inherited' }));
    class Params {
      mac = 'm';
    }
    should(refusal('device.did', new Params()).textKey).equal('errors.input.type');
  });

  it('takes the product from the configuration alone', () => {
    should(build('product.datapoints', { product_key: PK }).path).equal(`/v1/products/${PK}/datapoint`);
    should(refusal('product.datapoints', { product_key: 'other' }).textKey).equal('errors.input.productKey');
    should(refusal('users.search', { product_key: ['a'] }).textKey).equal('errors.input.productKey');
  });

  it('tells a configuration that is incomplete or malformed from bad input, without its secrets', () => {
    const failures: [OperationId, Record<string, string | undefined>, string][] = [
      ['product.datapoints', { ...supplied, product_key: undefined }, 'errors.config.missing'],
      ['product.datapoints', { ...supplied, product_key: '' }, 'errors.config.missing'],
      ['product.datapoints', { ...supplied, product_key: '../x' }, 'errors.config.invalid'],
      ['users.search', { ...supplied, enterprise_secret: undefined }, 'errors.config.missing'],
      ['users.search', { ...supplied, enterprise_secret: 'CANARY\r\nX: 1' }, 'errors.config.invalid'],
      ['users.search', { ...supplied, enterprise_secret: 'CANARY 密钥' }, 'errors.config.invalid'],
      ['users.search', { ...supplied, enterprise_id: 'a b' }, 'errors.config.invalid'],
      ['product.token', { ...supplied, product_secret: 'CANARY\n' }, 'errors.config.invalid'],
      ['devices.baseStations', { ...supplied, signature: undefined }, 'errors.config.missing'],
    ];
    for (const [id, values, textKey] of failures) {
      const error = failure(() => build(id, id === 'devices.baseStations' ? { dids: ['d'] } : {}, values));
      should(error.code).equal('GIZ_CONFIG');
      should(error.outcome).equal('not-sent');
      should(error.textKey).equal(textKey);
      should(JSON.stringify({ ...error, message: error.message })).not.containEql('CANARY');
    }
  });
});

/** A valid value of a required parameter. */
function sample(operation: string, name: string): unknown {
  if (name === 'start_ts' || name === 'end_ts') return operation === 'device.aggregate' ? 1447837618000 : 1517384243;
  if (name.startsWith('start') || name.startsWith('end')) return '2017-12-01';
  if (name === 'action') return 'assign';
  if (name === 'aggregator') return 'sum';
  if (name === 'unit') return 'DAYS';
  return ['attrs', 'macs', 'dids'].includes(name) ? ['a'] : 'a';
}

describe('Parameters of the catalogue: names that are no names', () => {
  const hostile = ['__proto__', 'constructor', 'prototype'];
  const parsed = (name: string, inside = '1') => JSON.parse(`{"${name}":${inside}}`);

  for (const name of hostile) {
    it(`refuses ${name} at any depth`, () => {
      const attrs: unknown[] = [
        parsed(name),
        { a: parsed(name) },
        { a: [[parsed(name)]] },
        { a: { b: { c: parsed(name, '{"polluted":true}') } } },
        vm.runInNewContext(`JSON.parse('{"${name}":{"polluted":true}}')`),
      ];
      for (const value of attrs) {
        const error = refusal('device.control', { did: DID, attrs: value });
        should(error.textKey).equal('errors.input.forbiddenName');
        should(error.textParams.given).equal(name);
      }
      should(refusal('device.did', parsed(name)).textKey).equal('errors.input.forbiddenName');
      should(({} as Record<string, unknown>).polluted).equal(undefined);
    });
  }

  it('refuses an empty name at any depth', () => {
    for (const attrs of [parsed(''), { a: parsed('') }, { a: [parsed('')] }]) {
      const error = refusal('device.control', { did: DID, attrs });
      should(error.textKey).equal('errors.input.forbiddenName');
      should(error.textParams.given).equal('""');
    }
    should(refusal('device.did', parsed('')).textKey).equal('errors.input.forbiddenName');
  });

  it('sends nothing that an attribute inherits', () => {
    const attrs = Object.assign(Object.create({ inherited: 1 }), { own: 1 });
    should(refusal('device.control', { did: DID, attrs }).textKey).equal('errors.input.type');
  });
});

describe('Parameters of the catalogue: limits', () => {
  const cases: [string, OperationId, Record<string, unknown>, string][] = [
    ['limit of a log is 1 to 100', 'device.data', { did: DID, limit: 101 }, 'range'],
    ['limit of a log is 1 to 100', 'device.online', { did: DID, limit: 0 }, 'range'],
    ['limit of a log is whole', 'device.commands', { did: DID, limit: 1.5 }, 'integer'],
    ['limit of a search is positive', 'devices.search', { limit: 0 }, 'range'],
    ['limit of a search is a number', 'devices.search', { limit: 'many' }, 'integer'],
    ['limit is no object', 'users.search', { limit: {} }, 'integer'],
    ['limit is no huge number', 'product.users', { limit: 1e300 }, 'integer'],
    ['skip is not negative', 'devices.search', { skip: -1 }, 'range'],
    ['skip is no text', 'report.active', { skip: '' }, 'integer'],
    ['sort is asc or desc', 'device.data', { did: DID, sort: 'ascending' }, 'value'],
    ['sort keeps its case', 'device.data', { did: DID, sort: 'ASC' }, 'value'],
    ['a log starts at a time', 'device.data', { did: DID, start_ts: 'soon' }, 'value'],
    ['a log starts at a time', 'device.data', { did: DID, start_ts: new Date(Number.NaN) }, 'value'],
    ['a log starts at a time', 'device.data', { did: DID, start_ts: 1e17 }, 'value'],
    ['a window is below two days', 'device.online', { did: DID, start_ts: 0, end_ts: 172_800 }, 'window'],
    ['a window is below two days', 'device.commands', { did: DID, start_ts: 0, end_ts: 172_800 }, 'window'],
    ['a window is below two days', 'device.data', { did: DID, start_ts: 0, end_ts: 172_800 }, 'window'],
    ['a window has its end last', 'device.data', { did: DID, start_ts: 2, end_ts: 1 }, 'order'],
    ['context is short', 'device.data', { did: DID, context: 'x'.repeat(4097) }, 'length'],
    ['context is one line', 'device.data', { did: DID, context: 'a\nb' }, 'text'],
    ['context is not empty', 'device.data', { did: DID, context: '' }, 'length'],
    ['flags are booleans', 'devices.search', { is_online: 2 }, 'boolean'],
    ['flags are booleans', 'devices.search', { is_faulty: 'yes' }, 'boolean'],
    ['flags are booleans', 'report.locations', { is_alert: '' }, 'boolean'],
    ['flags are booleans', 'devices.search', { show_disabled: [] }, 'boolean'],
    ['liveness_start is a time', 'devices.search', { liveness_start: '2d' }, 'value'],
    ['places are short', 'devices.search', { city: 'x'.repeat(257) }, 'length'],
    ['places are text', 'devices.search', { country: { a: 1 } }, 'type'],
    ['val is one line', 'devices.search', { type: 'mac', val: 'a\r\nb' }, 'text'],
    ['val is whole characters', 'devices.search', { type: 'mac', val: 'a\udc00' }, 'text'],
    ['type of a device search', 'devices.search', { type: 'phone', val: '1' }, 'value'],
    ['type of a user search', 'product.users', { type: 'password', val: '1' }, 'value'],
    ['type without val', 'devices.search', { type: 'mac' }, 'together'],
    ['val without type', 'product.users', { val: 'x' }, 'together'],
    ['attrs or raw', 'device.control', { did: DID }, 'exclusive'],
    ['attrs or raw, not both', 'device.control', { did: DID, attrs: { a: 1 }, raw: [1] }, 'exclusive'],
    ['attrs is not empty', 'device.control', { did: DID, attrs: {} }, 'noItems'],
    ['attrs is an object', 'device.control', { did: DID, attrs: [1] }, 'type'],
    ['attrs is an object', 'device.control', { did: DID, attrs: 'a=1' }, 'type'],
    ['attrs is JSON', 'device.control', { did: DID, attrs: { a: Number.NaN } }, 'json'],
    ['attrs is JSON', 'device.control', { did: DID, attrs: { a: Number.POSITIVE_INFINITY } }, 'json'],
    ['attrs is JSON', 'device.control', { did: DID, attrs: { a: 1n } }, 'json'],
    ['attrs is JSON', 'device.control', { did: DID, attrs: { a: () => 1 } }, 'json'],
    ['attrs is JSON', 'device.control', { did: DID, attrs: { a: new Date() } }, 'json'],
    ['attrs is JSON', 'device.control', { did: DID, attrs: { a: Buffer.from('a') } }, 'json'],
    ['attrs is whole characters', 'device.control', { did: DID, attrs: { a: '\ud800' } }, 'text'],
    ['raw is not empty', 'device.control', { did: DID, raw: [] }, 'noItems'],
    ['raw holds bytes', 'device.control', { did: DID, raw: [256] }, 'bytes'],
    ['raw holds bytes', 'device.control', { did: DID, raw: [-1] }, 'bytes'],
    ['raw holds bytes', 'device.control', { did: DID, raw: [1.5] }, 'bytes'],
    ['raw holds bytes', 'device.control', { did: DID, raw: ['1'] }, 'bytes'],
    ['raw is no bare text', 'device.control', { did: DID, raw: 'abc' }, 'bytes'],
    ['raw is hex', 'device.control', { did: DID, raw: 'abc', binary_coding: 'hex' }, 'bytes'],
    ['raw is not empty', 'device.control', { did: DID, raw: '', binary_coding: 'hex' }, 'noItems'],
    ['raw is base64', 'device.control', { did: DID, raw: 'YWJ', binary_coding: 'base64' }, 'bytes'],
    ['raw is no object', 'device.control', { did: DID, raw: { 0: 1 } }, 'bytes'],
    ['binary_coding', 'device.control', { did: DID, raw: [1], binary_coding: 'utf8' }, 'value'],
    ['an aggregate starts at a time', 'device.aggregate', aggregate({ start_ts: '-1y' }), 'value'],
    ['an aggregate is a month long', 'device.aggregate', aggregate({ end_ts: 1450516018001 }), 'window'],
    ['an aggregate has its end last', 'device.aggregate', aggregate({ end_ts: 1447837617999 }), 'order'],
    ['aggregator', 'device.aggregate', aggregate({ aggregator: 'median' }), 'value'],
    ['unit', 'device.aggregate', aggregate({ unit: 'hours' }), 'value'],
    ['action', 'groups.update', { gid: GID, action: 'move', macs: ['a'] }, 'value'],
    ['macs are some', 'groups.update', { gid: GID, action: 'assign', macs: [] }, 'noItems'],
    ['macs are 1000', 'groups.update', { gid: GID, action: 'assign', macs: Array(1001).fill('a') }, 'items'],
    ['reassign', 'groups.update', { gid: GID, action: 'assign', macs: ['a'], reassign: 'maybe' }, 'boolean'],
    ['dids are some', 'bindings.create', { uid: 'u', appid: 'a', dids: [] }, 'noItems'],
    ['dids are a list', 'bindings.delete', { uid: 'u', appid: 'a', dids: { 0: 'd' } }, 'type'],
    ['30 days', 'report.livenessHistory', { cycle: 'date', start: '2016-08-01', end: '2016-08-31' }, 'window'],
    ['53 weeks', 'report.livenessHistory', { cycle: 'week', start: '2016-01', end: '2017-02' }, 'window'],
    ['12 months', 'report.livenessHistory', { cycle: 'month', start: '2016-01', end: '2017-01' }, 'window'],
    ['30 days of activation', 'report.activation', { start: '2016-08-01', end: '2016-08-31' }, 'window'],
    ['end after start', 'report.livenessHistory', { start: '2016-08-02', end: '2016-08-01' }, 'order'],
    ['end after start', 'report.newUsers', { cycle: 'month', start: '2016-08', end: '2016-07' }, 'order'],
    ['end after start', 'report.activated', { start: '2016-08-02', end: '2016-08-01' }, 'order'],
    ['end after start', 'report.activeUsers', { start_date: '2016-08-02', end_date: '2016-08-01' }, 'order'],
    ['cycle', 'report.newUsers', { cycle: 'year', start: '2016-08', end: '2016-08' }, 'value'],
    ['date as the cycle says', 'report.newUsers', { start: '2016-08', end: '2016-08' }, 'date'],
    ['week as the cycle says', 'report.newUsers', { cycle: 'week', start: '2016-54', end: '2016-54' }, 'date'],
    ['month as the cycle says', 'report.newUsers', { cycle: 'month', start: '2016-13', end: '2016-13' }, 'date'],
    ['a real day', 'report.active', { start: '2017-02-29' }, 'date'],
    ['a day in full', 'report.active', { start: '2017-2-1' }, 'date'],
    ['a day as text', 'report.active', { start: new Date() }, 'type'],
  ];

  for (const [says, id, params, key] of cases) {
    const given = Object.keys(params).filter((name) => name !== 'did' && name !== 'gid');
    it(`${id}: ${says} (${given.join(', ')})`, () => {
      const error = refusal(id, params);
      should(error.textKey).equal(`errors.input.${key}`);
      should(error.message.length).be.below(400);
      should(error.message).match(/Accepted|only works together|exactly one/);
    });
  }

  it('takes what lies just inside the limits', () => {
    const inside: [OperationId, Record<string, unknown>][] = [
      ['device.data', { did: DID, start_ts: 0, end_ts: 172_799, limit: 100 }],
      ['device.data', { did: DID, start_ts: 5, end_ts: 5, limit: 1, skip: 0 }],
      ['device.data', { did: DID, start_ts: 1 }],
      ['device.aggregate', aggregate({ end_ts: 1450516018000 })],
      ['groups.update', { gid: GID, action: 'assign', macs: Array(1000).fill('a') }],
      ['report.livenessHistory', { cycle: 'date', start: '2016-08-01', end: '2016-08-30' }],
      ['report.livenessHistory', { cycle: 'week', start: '2016-01', end: '2017-01' }],
      ['report.livenessHistory', { cycle: 'month', start: '2016-01', end: '2016-12' }],
      ['report.newUsers', { cycle: 'month', start: '2010-01', end: '2020-01' }],
      ['report.active', { start: '2016-02-29' }],
      ['devices.search', { city: 'x'.repeat(256), limit: 1 }],
      ['devices.search', { is_online: undefined, gid: null }],
      ['device.control', { did: DID, attrs: { a: null, b: undefined, c: [true, 'x', { d: 0 }] } }],
    ];
    for (const [id, params] of inside) build(id, params);
    should(build('device.control', { did: DID, attrs: { a: null, b: undefined } }).body).equal('{"attrs":{"a":null}}');
  });

  it('refuses values nested without end', () => {
    const loop: Record<string, unknown> = {};
    loop.loop = loop;
    should(refusal('device.control', { did: DID, attrs: loop }).textKey).equal('errors.input.depth');
    let deep: unknown = 1;
    for (let level = 0; level < 40; level++) deep = [deep];
    should(refusal('device.control', { did: DID, attrs: { deep } }).textKey).equal('errors.input.depth');
  });
});

function aggregate(change: Record<string, unknown>): Record<string, unknown> {
  const params = { start_ts: 1447837618000, end_ts: 1447837618000 + 86_400_000, attrs: 'weight' };
  return { did: DID, ...params, aggregator: 'sum', unit: 'DAYS', ...change };
}

describe('Times in parameters', () => {
  const query = (id: OperationId, params: unknown): Record<string, string> => {
    const { path } = buildRequest(enterpriseOperations[id], params, {
      supplied,
      clock: { now: () => 1_517_384_243_900 },
    });
    return Object.fromEntries(new URLSearchParams(path.split('?')[1]));
  };

  const forms: [form: string, start: unknown, seconds: string][] = [
    ['epoch seconds', 1517380643, '1517380643'],
    ['epoch seconds as text', '1517380643', '1517380643'],
    ['epoch milliseconds', 1517380643700, '1517380643'],
    ['a Date', new Date(1517380643000), '1517380643'],
    ['ISO 8601 with an offset', '2018-01-31T14:37:23+08:00', '1517380643'],
    ['a distance back', '-1h', '1517380643'],
    ['now', 'now', '1517384243'],
  ];
  for (const [form, start, seconds] of forms) {
    it(`${form} in seconds on the wire`, () => {
      query('device.data', { did: DID, start_ts: start, end_ts: 'now' }).start_ts.should.equal(seconds);
      query('devices.search', { liveness_start: start }).liveness_start.should.equal(seconds);
    });
  }

  it('and in milliseconds where the operation counts so', () => {
    const of = (start_ts: unknown) =>
      query('device.aggregate', { did: DID, start_ts, end_ts: 'now', attrs: 'a', aggregator: 'sum', unit: 'DAYS' });
    of(1517380643).start_ts.should.equal('1517380643000');
    of('-1h').should.containEql({ start_ts: '1517380643900', end_ts: '1517384243900' });
  });
});
