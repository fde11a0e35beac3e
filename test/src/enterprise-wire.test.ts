import should from 'should';
import { buildRequest } from '../../src/cloud/request';
import { suppliedValues, withToken } from '../../src/gizwits/enterprise/authorization';
import { enterpriseOperations, findOperation, publicOperationIds } from '../../src/gizwits/enterprise/operations';

/** Identity in the documents' forms: 32 hex digits for keys and ids. */
const PK = '4244bf2d79694a259232431b6f2ef46a';
const EID = 'ad7e60f0594247dcba017ba76d2f4275';
const ESECRET = 'db2ac98200824181b447b03e4d42f99b';
const PSECRET = '8f11ee69eb9d4269ba0777ca5e7280f5';
const TOKEN = '89d753a234ef42cd90f75da7489e78a4';
const DID = 'kYkSE2xspYjocBhaUHdM5k';
const GID = 'c8e4b5634b047dc495be4a05a39d02a3';
const UID = '25a5324c807842348f63ade277eb413a';
const APPID = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const NOW = 1517384243;

const TOKEN_HEADER = { Authorization: `token ${TOKEN}` };
const TOKEN_AND_JSON = { ...TOKEN_HEADER, 'content-type': 'application/json' };
const ENTERPRISE = { 'X-Gizwits-Enterprise-ID': EID, 'X-Gizwits-Enterprise-Secret': ESECRET };
const SECRETS = { enterprise_id: EID, enterprise_secret: ESECRET, product_secret: PSECRET };
const PRODUCT = `/v1/products/${PK}`;

interface Expectation {
  params?: Record<string, unknown>;
  method: string;
  path: string;
  query?: Record<string, string>;
  headers: Record<string, string>;
  body?: unknown;
}

/** What each operation must look like on the wire, taken down from the vendor's documents by number of their table. */
const WIRE: Record<string, Expectation[]> = {
  'product.associate': [
    { method: 'POST', path: `${PRODUCT}/association`, headers: { 'content-type': 'application/json' }, body: SECRETS },
  ],
  'product.token': [
    { method: 'POST', path: `${PRODUCT}/access_token`, headers: { 'content-type': 'application/json' }, body: SECRETS },
  ],
  'product.datapoints': [{ method: 'GET', path: `${PRODUCT}/datapoint`, headers: TOKEN_HEADER }],
  'users.search': [
    { method: 'GET', path: '/v1/users/search', query: { product_key: PK }, headers: ENTERPRISE },
    {
      params: { appid: APPID, username: '王 小明', phone: '13800000000', email: 'a+b@c.cn', limit: 20, skip: 40 },
      method: 'GET',
      path: '/v1/users/search',
      query: {
        product_key: PK,
        appid: APPID,
        username: '王 小明',
        phone: '13800000000',
        email: 'a+b@c.cn',
        limit: '20',
        skip: '40',
      },
      headers: ENTERPRISE,
    },
  ],
  'product.users': [
    { method: 'GET', path: `${PRODUCT}/users/search`, query: {}, headers: TOKEN_HEADER },
    {
      params: { gid: GID, type: 'did', val: DID, limit: '20', skip: 0 },
      method: 'GET',
      path: `${PRODUCT}/users/search`,
      query: { gid: GID, type: 'did', val: DID, limit: '20', skip: '0' },
      headers: TOKEN_HEADER,
    },
  ],
  'device.did': [
    {
      params: { mac: 'virtual:site' },
      method: 'GET',
      path: `${PRODUCT}/devices`,
      query: { mac: 'virtual:site' },
      headers: TOKEN_HEADER,
    },
  ],
  'device.detail': [
    {
      params: { mac: '98F4AB0012cd' },
      method: 'GET',
      path: `${PRODUCT}/device_detail`,
      query: { mac: '98F4AB0012cd' },
      headers: TOKEN_HEADER,
    },
  ],
  'devices.search': [
    { method: 'GET', path: `${PRODUCT}/devices/search`, query: {}, headers: TOKEN_HEADER },
    {
      params: {
        gid: GID,
        country: 'China',
        region: 'Guangdong',
        city: 'Guangzhou',
        is_online: true,
        is_faulty: false,
        is_alert: 1,
        show_disabled: '0',
        liveness_start: NOW,
        type: 'mac',
        val: 'virtual:site',
        limit: 100,
        skip: 200,
      },
      method: 'GET',
      path: `${PRODUCT}/devices/search`,
      query: {
        gid: GID,
        country: 'China',
        region: 'Guangdong',
        city: 'Guangzhou',
        is_online: '1',
        is_faulty: '0',
        is_alert: '1',
        show_disabled: '0',
        liveness_start: '1517384243',
        type: 'mac',
        val: 'virtual:site',
        limit: '100',
        skip: '200',
      },
      headers: TOKEN_HEADER,
    },
  ],
  'device.control': [
    {
      params: { did: DID, attrs: { binary: '1234567000', switch: true, mode: '制冷', set_temp: 26.5 } },
      method: 'POST',
      path: `${PRODUCT}/devices/${DID}/control`,
      headers: TOKEN_AND_JSON,
      body: { attrs: { binary: '1234567000', switch: true, mode: '制冷', set_temp: 26.5 } },
    },
    {
      params: { did: DID, raw: [97, 98, 99] },
      method: 'POST',
      path: `${PRODUCT}/devices/${DID}/control`,
      headers: TOKEN_AND_JSON,
      body: { raw: [97, 98, 99] },
    },
    {
      params: { did: DID, raw: Buffer.from('abc') },
      method: 'POST',
      path: `${PRODUCT}/devices/${DID}/control`,
      headers: TOKEN_AND_JSON,
      body: { raw: [97, 98, 99] },
    },
    {
      params: { did: DID, raw: '616263', binary_coding: 'hex' },
      method: 'POST',
      path: `${PRODUCT}/devices/${DID}/control`,
      headers: TOKEN_AND_JSON,
      body: { raw: '616263', binary_coding: 'hex' },
    },
    {
      params: { did: DID, raw: new Uint8Array([97, 98, 99]), binary_coding: 'base64' },
      method: 'POST',
      path: `${PRODUCT}/devices/${DID}/control`,
      headers: TOKEN_AND_JSON,
      body: { raw: 'YWJj', binary_coding: 'base64' },
    },
  ],
  'device.online': [
    { params: { did: DID }, method: 'GET', path: `${PRODUCT}/devices/${DID}/online`, query: {}, headers: TOKEN_HEADER },
  ],
  'device.commands': [
    {
      params: { did: DID, context: 'DnF1ZXJ5VGhlbkZldGNo+/=' },
      method: 'GET',
      path: `${PRODUCT}/devices/${DID}/cmd`,
      query: { context: 'DnF1ZXJ5VGhlbkZldGNo+/=' },
      headers: TOKEN_HEADER,
    },
  ],
  'device.data': [
    {
      params: { did: DID, start_ts: NOW - 172_799, end_ts: NOW, sort: 'asc', limit: 100, skip: 20 },
      method: 'GET',
      path: `${PRODUCT}/devices/${DID}/data`,
      query: { start_ts: '1517211444', end_ts: '1517384243', sort: 'asc', limit: '100', skip: '20' },
      headers: TOKEN_HEADER,
    },
  ],
  'device.aggregate': [
    {
      params: {
        did: DID,
        start_ts: 1447837618000,
        end_ts: 1447837618000 + 31 * 86_400_000,
        attrs: ['weight', 'fat'],
        aggregator: 'sum',
        unit: 'DAYS',
      },
      method: 'GET',
      path: `${PRODUCT}/devices/${DID}/agg_data`,
      query: {
        start_ts: '1447837618000',
        end_ts: '1450516018000',
        attrs: 'weight,fat',
        aggregator: 'sum',
        unit: 'DAYS',
      },
      headers: TOKEN_HEADER,
    },
  ],
  'groups.list': [{ method: 'GET', path: `${PRODUCT}/device_groups`, headers: TOKEN_HEADER }],
  'groups.create': [
    { method: 'POST', path: `${PRODUCT}/device_groups`, headers: TOKEN_AND_JSON, body: {} },
    {
      params: { parent_gid: GID },
      method: 'POST',
      path: `${PRODUCT}/device_groups`,
      headers: TOKEN_AND_JSON,
      body: { parent_gid: GID },
    },
  ],
  'groups.delete': [
    { params: { gid: GID }, method: 'DELETE', path: `${PRODUCT}/device_groups/${GID}`, headers: TOKEN_HEADER },
  ],
  'groups.members': [
    { params: { gid: GID }, method: 'GET', path: `${PRODUCT}/device_groups/${GID}`, headers: TOKEN_HEADER },
  ],
  'groups.update': [
    {
      params: {
        gid: GID,
        action: 'assign',
        reassign: 'true',
        macs: ['virtual:site', '98F4AB0012CD', '867725030123456'],
      },
      method: 'PUT',
      path: `${PRODUCT}/device_groups/${GID}`,
      headers: TOKEN_AND_JSON,
      body: { action: 'assign', reassign: true, macs: ['virtual:site', '98F4AB0012CD', '867725030123456'] },
    },
    {
      params: { gid: GID, action: 'unassign', macs: 'virtual:site, 98f4ab0012cd' },
      method: 'PUT',
      path: `${PRODUCT}/device_groups/${GID}`,
      headers: TOKEN_AND_JSON,
      body: { action: 'unassign', reassign: false, macs: ['virtual:site', '98f4ab0012cd'] },
    },
  ],
  'bindings.create': [
    {
      params: { uid: UID, appid: APPID, dids: [DID] },
      method: 'POST',
      path: `${PRODUCT}/devices/bindings`,
      headers: TOKEN_AND_JSON,
      body: { uid: UID, appid: APPID, dids: [DID] },
    },
  ],
  'bindings.delete': [
    {
      params: { uid: UID, appid: APPID, dids: [DID] },
      method: 'DELETE',
      path: `${PRODUCT}/devices/bindings`,
      headers: TOKEN_AND_JSON,
      body: { uid: UID, appid: APPID, dids: [DID] },
    },
  ],
  'report.activation': [
    {
      params: { cycle: 'date', start: '2017-12-01', end: '2017-12-30' },
      method: 'GET',
      path: `${PRODUCT}/devices/report/activation`,
      query: { cycle: 'date', start: '2017-12-01', end: '2017-12-30' },
      headers: TOKEN_HEADER,
    },
  ],
  'report.locations': [
    {
      params: { gid: GID, is_online: true, is_faulty: false, is_alert: false },
      method: 'GET',
      path: `${PRODUCT}/devices/locations`,
      query: { gid: GID, is_online: '1', is_faulty: '0', is_alert: '0' },
      headers: TOKEN_HEADER,
    },
  ],
  'report.summary': [{ method: 'GET', path: `${PRODUCT}/summary`, headers: TOKEN_HEADER }],
  'report.activated': [
    {
      params: { start: '2016-08-01', end: '2016-08-31', country: 'China', region: 'Guangdong', city: 'Guangzhou' },
      method: 'GET',
      path: `${PRODUCT}/incr_devices`,
      query: { start: '2016-08-01', end: '2016-08-31', country: 'China', region: 'Guangdong', city: 'Guangzhou' },
      headers: TOKEN_HEADER,
    },
  ],
  'report.active': [
    {
      params: { limit: 100, skip: 100 },
      method: 'GET',
      path: `${PRODUCT}/active_devices`,
      query: { limit: '100', skip: '100' },
      headers: TOKEN_HEADER,
    },
  ],
  'report.liveness': [{ method: 'GET', path: `${PRODUCT}/devices/report/liveness`, headers: TOKEN_HEADER }],
  'report.livenessHistory': [
    {
      params: { gid: GID, cycle: 'month', start: '2016-12', end: '2017-11' },
      method: 'GET',
      path: `${PRODUCT}/devices/report/liveness/history`,
      query: { gid: GID, cycle: 'month', start: '2016-12', end: '2017-11' },
      headers: TOKEN_HEADER,
    },
    {
      params: { cycle: 'week', start: '2016-51', end: '2017-50' },
      method: 'GET',
      path: `${PRODUCT}/devices/report/liveness/history`,
      query: { cycle: 'week', start: '2016-51', end: '2017-50' },
      headers: TOKEN_HEADER,
    },
  ],
  'report.realtime': [
    {
      params: { gid: GID },
      method: 'GET',
      path: `${PRODUCT}/devices/report/rt`,
      query: { gid: GID },
      headers: TOKEN_HEADER,
    },
  ],
  'report.faultDevices': [{ method: 'GET', path: `${PRODUCT}/fault/report/devices`, headers: TOKEN_HEADER }],
  'report.alertDevices': [{ method: 'GET', path: `${PRODUCT}/alert/report/devices`, headers: TOKEN_HEADER }],
  'report.faultEvents': [{ method: 'GET', path: `${PRODUCT}/fault/report/events`, headers: TOKEN_HEADER }],
  'report.alertEvents': [
    {
      params: { gid: GID },
      method: 'GET',
      path: `${PRODUCT}/alert/report/events`,
      query: { gid: GID },
      headers: TOKEN_HEADER,
    },
  ],
  'report.newUsers': [
    {
      params: { cycle: 'month', start: '2017-12', end: '2017-12' },
      method: 'GET',
      path: `${PRODUCT}/users/report/new`,
      query: { cycle: 'month', start: '2017-12', end: '2017-12' },
      headers: TOKEN_HEADER,
    },
  ],
  'report.activeUsers': [
    {
      params: { appid: APPID, start_date: '2015-01-02', end_date: '2015-01-03' },
      method: 'GET',
      path: '/v1/users/liveness_total',
      query: {
        product_secret: PK,
        product_key: PK,
        appid: APPID,
        start_date: '2015-01-02',
        end_date: '2015-01-03',
      },
      headers: ENTERPRISE,
    },
  ],
  'report.userLocations': [
    {
      method: 'GET',
      path: '/v1/users/location',
      query: { product_secret: PK, product_key: PK },
      headers: ENTERPRISE,
    },
  ],
  'report.userTotal': [
    {
      params: { gid: GID },
      method: 'GET',
      path: `${PRODUCT}/users/report/total`,
      query: { gid: GID },
      headers: TOKEN_HEADER,
    },
  ],
  'devices.baseStations': [
    {
      params: { dids: [DID, 'dE2xjocBhaUHkYkSspYM5k'] },
      method: 'GET',
      path: '/dataapi/location/bs/dids/v1',
      query: { product_key: PK, dids: `${DID},dE2xjocBhaUHkYkSspYM5k` },
      headers: {
        'X-Gizwits-ProductKey': PK,
        'X-Gizwits-Timestamp': '1517384243',
        // printf '8f11ee69eb9d4269ba0777ca5e7280f51517384243' | md5sum
        'X-Gizwits-Signature': 'a90796aba5ba31e3efe97aa7710f6f1e',
      },
    },
  ],
};

const CONTEXT = {
  supplied: suppliedValues(
    { enterpriseId: EID, enterpriseSecret: ESECRET, productKey: PK, productSecret: PSECRET },
    NOW + 0.9,
  ),
};

describe('Enterprise API on the wire', () => {
  it('is described here for every operation of the catalogue, and for no other', () => {
    should(Object.keys(WIRE).sort()).eql(Object.keys(enterpriseOperations).sort());
  });

  for (const [id, expectations] of Object.entries(WIRE)) {
    for (const { params, method, path, query = {}, headers, body } of expectations) {
      it(`${id} ${JSON.stringify(params ?? {}).slice(0, 60)}`, () => {
        const operation = enterpriseOperations[id as keyof typeof enterpriseOperations];
        const bare = buildRequest(operation, params, CONTEXT);
        const request = operation.authentication === 'token' ? withToken(bare, TOKEN) : bare;
        const url = new URL(request.path, 'http://cloud.invalid');

        should(request.method).equal(method);
        should(url.host).equal('cloud.invalid');
        should(url.pathname).equal(path);
        should(url.hash).equal('');
        should(Object.fromEntries(url.searchParams)).eql(query);
        should([...url.searchParams].length).equal(Object.keys(query).length);
        should(request.headers).eql(headers);
        should(request.body === undefined ? undefined : JSON.parse(request.body)).eql(body);
        should(JSON.stringify([bare.path, bare.headers])).not.containEql(PSECRET);
      });
    }
  }

  it('tries the paths that documents print besides, in turn', () => {
    const alternatives = Object.values(enterpriseOperations).flatMap((operation) =>
      (operation.alternatives ?? []).map((path) => [
        operation.id,
        buildRequest(operation, {}, { ...CONTEXT, path }).path,
      ]),
    );
    should(alternatives).eql([
      ['report.summary', `${PRODUCT}/devices/summary`],
      ['report.realtime', `${PRODUCT}/devices/report/devices/report/rt`],
      ['report.alertEvents', `${PRODUCT}/fault/alert/events`],
    ]);
  });

  it('offers authors the contract’s ids and not the login', () => {
    const contract = [
      'product.associate product.datapoints users.search product.users device.did device.detail devices.search',
      'device.control device.online device.commands device.data device.aggregate groups.list groups.create',
      'groups.delete groups.members groups.update bindings.create bindings.delete report.activation report.locations',
      'report.summary report.activated report.active report.liveness report.livenessHistory report.realtime',
      'report.faultDevices report.alertDevices report.faultEvents report.alertEvents report.newUsers',
      'report.activeUsers report.userLocations report.userTotal',
    ]
      .join(' ')
      .split(' ');
    should([...publicOperationIds].sort()).eql([...contract, 'devices.baseStations'].sort());
    should(findOperation('device.did').path).equal('/v1/products/{product_key}/devices');
    for (const id of ['product.token', 'nothing', '', 'constructor', '__proto__', undefined, ['device.did']]) {
      should(() => findOperation(id)).throw({ code: 'GIZ_BAD_INPUT', textKey: 'errors.input.operation' });
    }
  });

  it('cannot be changed at run time', () => {
    should(Object.isFrozen(enterpriseOperations)).equal(true);
    const parts: unknown[] = [enterpriseOperations];
    for (const part of parts) {
      should(Object.isFrozen(part)).equal(true);
      for (const member of Object.values(part as object)) if (typeof member === 'object') parts.push(member);
    }
    should(parts.length).be.above(300);
  });

  it('gives changes the lane that is never repeated, and only them', () => {
    const control = Object.values(enterpriseOperations).filter((operation) => operation.lane === 'control');
    should(control.map((operation) => operation.id).sort()).eql([
      'bindings.create',
      'bindings.delete',
      'device.control',
      'groups.create',
      'groups.delete',
      'groups.update',
      'product.associate',
    ]);
    for (const operation of Object.values(enterpriseOperations)) {
      if (operation.id !== 'product.token') should(operation.lane === 'control').equal(operation.method !== 'GET');
      should(operation.lane === 'report').equal(operation.id.startsWith('report.'));
    }
  });
});
