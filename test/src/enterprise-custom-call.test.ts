import should from 'should';
import type { CustomRequest } from '../../src/cloud/custom-request';
import { CloudError } from '../../src/cloud/errors';
import { suppliedValues } from '../../src/gizwits/enterprise/authorization';
import { buildCustomCall } from '../../src/gizwits/enterprise/custom-call';

const PK = '4244bf2d79694a259232431b6f2ef46a';
const credentials = { enterpriseId: 'eid', enterpriseSecret: 'CANARY-E', productKey: PK, productSecret: 'CANARY-P' };
const context = { supplied: suppliedValues(credentials, 1517384243) };

const call = (custom: CustomRequest) => buildCustomCall(custom, context);

function refusal(custom: CustomRequest, values: ReturnType<typeof suppliedValues> = context.supplied): CloudError {
  try {
    buildCustomCall(custom, { supplied: values });
  } catch (error) {
    should(error).be.instanceOf(CloudError);
    should((error as CloudError).message).not.match(/__(?!proto)(?=[a-z])|CANARY|undefined/);
    return error as CloudError;
  }
  throw new Error(`nothing was thrown for ${JSON.stringify(custom)}`);
}

describe('Custom calls of the Enterprise API', () => {
  const wire: [string, CustomRequest, string, Record<string, string> | undefined, unknown][] = [
    [
      'GET',
      { method: 'get', path: '/v1/products/{product_key}/datapoint' },
      `/v1/products/${PK}/datapoint`,
      undefined,
      undefined,
    ],
    [
      'GET',
      { method: 'GET', path: `/v1/products/${PK}/devices/` },
      `/v1/products/${PK}/devices/`,
      undefined,
      undefined,
    ],
    [
      'GET',
      {
        method: 'GET',
        path: '/v1/products/{product_key}/devices/{did}/data?sort=asc&note=a%20b',
        params: { did: 'D1', limit: 5, is_online: true, off: false, none: null, attrs: ['a', 'b'] },
      },
      `/v1/products/${PK}/devices/D1/data?sort=asc&note=a%20b&limit=5&is_online=1&off=0&attrs=a%2Cb`,
      undefined,
      undefined,
    ],
    [
      'POST',
      { method: 'Post', path: '/v1/products/{product_key}/new', params: { a: [1, { b: null }] } },
      `/v1/products/${PK}/new`,
      { 'content-type': 'application/json' },
      { a: [1, { b: null }] },
    ],
    [
      'POST',
      { method: 'POST', path: '/v1/products/{product_key}/new', params: [1, 2] },
      `/v1/products/${PK}/new`,
      { 'content-type': 'application/json' },
      [1, 2],
    ],
    [
      'PUT',
      { method: 'PUT', path: '/v1/products/{product_key}/new' },
      `/v1/products/${PK}/new`,
      { 'content-type': 'application/json' },
      {},
    ],
    [
      'DELETE',
      { method: 'DELETE', path: '/v1/products/{product_key}/x' },
      `/v1/products/${PK}/x`,
      undefined,
      undefined,
    ],
    [
      'DELETE',
      { method: 'DELETE', path: '/v1/products/{product_key}/x', params: { a: 1 }, query: { force: true } },
      `/v1/products/${PK}/x?force=1`,
      { 'content-type': 'application/json' },
      { a: 1 },
    ],
    [
      'GET',
      { method: 'GET', path: '/v1/users/new_report', query: { name: '王' } },
      '/v1/users/new_report?name=%E7%8E%8B',
      { 'X-Gizwits-Enterprise-ID': 'eid', 'X-Gizwits-Enterprise-Secret': 'CANARY-E' },
      undefined,
    ],
    [
      'GET',
      { method: 'GET', path: '/dataapi/location/other/v1' },
      '/dataapi/location/other/v1',
      {
        'X-Gizwits-ProductKey': PK,
        'X-Gizwits-Timestamp': '1517384243',
        'X-Gizwits-Signature': 'f20ec471568359afbcdfd6444f7e9da1',
      },
      undefined,
    ],
    ['GET', { method: 'GET', path: '/v1/virtual:site' }, '/v1/virtual%3Asite', undefined, undefined],
  ];

  for (const [method, custom, path, headers, body] of wire) {
    it(`${method} ${String(custom.path)}`, () => {
      const { request, operation } = call(custom);
      should(request.method).equal(method);
      should(request.path).equal(path);
      should(request.headers).eql(headers);
      should(request.body === undefined ? undefined : JSON.parse(request.body)).eql(body);
      should(operation.lane).equal(method === 'GET' ? 'read' : 'control');
      should(operation.emptyReply).equal(true);
    });
  }

  it('tells from the path how a call is authenticated', () => {
    const authentication = (path: string) => call({ method: 'GET', path }).operation.authentication;
    should(authentication('/v1/products/{product_key}/devices')).equal('token');
    should(authentication('/v1/other')).equal('token');
    should(authentication('/v1/usersearch')).equal('token');
    should(authentication('/v1/users/search')).equal('enterprise');
    should(authentication('/v1/users')).equal('enterprise');
    should(authentication('/dataapi/x')).equal('signature');
    should(authentication('/v1/products/{product_key}/association')).equal('none');
  });

  it('refuses paths that could leave the base URL, in every spelling', () => {
    const paths: unknown[] = [
      '',
      '/',
      '//evil.example/v1',
      '/v1//devices',
      'v1/devices',
      'http://evil.example/v1',
      '@evil.example/',
      '/v1/../secret',
      '/v1/./x',
      '/v1/..',
      '/v1/%2e%2e/x',
      '/v1/%2E./x',
      '/v1/.%2e',
      '/v1/%252e%252e/x',
      '/v1/a%2fb',
      '/v1/a%5cb',
      '/v1/a\\b',
      '/v1/..;/x'.replace(';', '\\'),
      '/v1/a#b',
      '/v1/a?b#c',
      '/v1/a b',
      '/v1/a%20b',
      '/v1/a\r\nHost: evil',
      '/v1/a%0d%0aHost:%20evil',
      '/v1/a\u0000',
      '/v1/%00',
      '/v1/a\u2028b',
      '/v1/%',
      '/v1/%zz',
      '/v1/%ff',
      '/v1/\ud800',
      '/v1/{product_key',
      '/v1/x{did}',
      '/v1/{}',
      `/${'x'.repeat(3000)}`,
      5,
      ['/v1'],
      { toString: () => '/v1' },
    ];
    for (const path of paths) {
      const error = refusal({ method: 'GET', path });
      should(error.code).equal('GIZ_BAD_INPUT');
      should(error.textKey).equal('errors.input.path');
      should(error.textParams.field).equal('path');
    }
  });

  it('asks for a method and a path', () => {
    should(refusal({ method: undefined, path: '/v1/x' }).message).startWith('method is missing. Accepted: GET, POST');
    should(refusal({ method: 'GET', path: null }).message).startWith('path is missing. Accepted: a path such as /v1/');
  });

  it('refuses placeholders filled with anything but an id', () => {
    const path = '/v1/products/{product_key}/devices/{did}';
    for (const did of ['..', '.', 'a/b', '%2e%2e', 'a?b', 'a#b', 'a\nb', '', 'x'.repeat(65), {}, ['a'], true]) {
      should(refusal({ method: 'GET', path, params: { did } }).textParams.field).equal('did');
    }
    should(refusal({ method: 'GET', path }).textKey).equal('errors.input.required');
    should(refusal({ method: 'GET', path: '/v1/{__proto__}' }).textKey).equal('errors.input.forbiddenName');
    should(refusal({ method: 'GET', path: '/v1/{enterprise_secret}' }).textKey).equal('errors.input.required');
  });

  it('keeps to its own product, and away from the login', () => {
    for (const path of ['/v1/products/other/devices', '/v1/products//devices', '/V1/Products/other/x']) {
      should(refusal({ method: 'GET', path }).code).equal('GIZ_BAD_INPUT');
    }
    should(refusal({ method: 'GET', path: '/v1/products/other/devices' }).textKey).equal('errors.input.productKey');
    const other = { method: 'GET', path: '/v1/products/{product_key}/x', params: { product_key: 'other' } };
    should(refusal(other).textKey).equal('errors.input.productKey');
    for (const path of ['/v1/products/{product_key}/access_token', `/v1/products/${PK}/%61ccess_token/`]) {
      should(refusal({ method: 'POST', path }).textKey).equal('errors.input.loginPath');
    }
  });

  it('refuses other methods, bodies of GET, and values that do not fit', () => {
    for (const method of ['PATCH', 'HEAD', 'CONNECT', '', 'GET\r\n', {}, ['GET']]) {
      should(refusal({ method, path: '/v1/x' }).textKey).equal('errors.input.method');
    }
    should(refusal({ method: 'GET', path: '/v1/x', body: {} }).textParams.field).equal('body');
    should(refusal({ method: 'GET', path: '/v1/x', params: [1] }).textParams.field).equal('params');
    should(refusal({ method: 'POST', path: '/v1/x', params: { a: 1 }, body: {} }).textKey).equal(
      'errors.input.exclusive',
    );
    should(refusal({ method: 'GET', path: '/v1/x', params: { a: {} } }).textKey).equal('errors.input.type');
    should(refusal({ method: 'GET', path: '/v1/x', params: { a: 'b\nc' } }).textKey).equal('errors.input.text');
    should(refusal({ method: 'GET', path: '/v1/x', query: [1] }).textKey).equal('errors.input.type');
    should(refusal({ method: 'GET', path: '/v1/x?a=%0a' }).textKey).equal('errors.input.text');
    should(refusal({ method: 'POST', path: '/v1/x', body: { a: Number.NaN } }).textKey).equal('errors.input.json');
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const hostile = JSON.parse(`{"a":{"${name}":{"polluted":1}}}`);
      should(refusal({ method: 'POST', path: '/v1/x', params: hostile }).textKey).equal('errors.input.forbiddenName');
      should(refusal({ method: 'POST', path: '/v1/x', body: [hostile] }).textKey).equal('errors.input.forbiddenName');
      should(refusal({ method: 'GET', path: '/v1/x', query: hostile.a }).textKey).equal('errors.input.forbiddenName');
      should(refusal({ method: 'GET', path: `/v1/x?${name}=1` }).textKey).equal('errors.input.forbiddenName');
    }
    should(({} as Record<string, unknown>).polluted).equal(undefined);
  });

  it('says when the configuration lacks what the path asks for', () => {
    const path = '/v1/products/{product_key}/x';
    should(refusal({ method: 'GET', path }, suppliedValues({})).code).equal('GIZ_CONFIG');
    should(refusal({ method: 'GET', path }, suppliedValues({ productKey: '../x' })).textKey).equal(
      'errors.config.invalid',
    );
    should(refusal({ method: 'GET', path: '/v1/users/x' }, suppliedValues({})).code).equal('GIZ_CONFIG');
    should(refusal({ method: 'GET', path: '/dataapi/x' }, suppliedValues(credentials)).code).equal('GIZ_CONFIG');
  });

  it('leaves what it was given as it was', () => {
    const params = Object.freeze({ did: 'D1', a: Object.freeze([1]) });
    call({ method: 'GET', path: '/v1/products/{product_key}/devices/{did}', params });
    should(params).eql({ did: 'D1', a: [1] });
  });
});
