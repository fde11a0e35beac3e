import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { CloudError } from '../../src/cloud/errors';
import { enterpriseOperations, type OperationId } from '../../src/gizwits/enterprise/operations';
import {
  CREDENTIAL_CODES,
  QUOTA_CODES,
  REAUTH_CODES,
  RETRYABLE_READ_CODES,
  readReply,
} from '../../src/gizwits/enterprise/replies';
import { isWrongPath } from '../../src/gizwits/reply-reader';

/** Error table of the Enterprise API: code, HTTP status and message of the newer edition (seed 001). */
const VENDOR_ERRORS: readonly [code: number, status: number, message: string][] = [
  [5001, 400, 'body json invalid'],
  [5002, 400, 'form invalid'],
  [5003, 404, 'enterprise id not exist'],
  [5004, 400, 'enterprise secret error'],
  [5005, 400, 'product secret error'],
  [5006, 400, 'product exist devicegroups'],
  [5007, 404, 'association not exist'],
  [5008, 400, 'association existed'],
  [5009, 400, 'token invalid'],
  [5010, 400, 'token not match product_key'],
  [5011, 400, 'token has expired'],
  [5012, 400, 'ip not in white list'],
  [5013, 403, 'API call rate limit execeed quota'],
  [5014, 400, 'Report has not been generated!'],
  [5015, 404, 'Product key not exist!'],
  [5016, 404, 'Appid not exist!'],
  [5017, 404, 'Uid not exist!'],
  [5018, 403, 'product operation not allowed'],
  [5019, 404, 'organization does not exist'],
  [5020, 400, 'can not delete published product!'],
  [5021, 400, 'enterprise is exist'],
  [5022, 404, 'enterprise does not exist'],
  [5023, 403, 'enterprise is creating'],
  [5024, 403, 'api deny to visit!'],
  [5025, 404, 'product does not exist'],
  [5201, 403, 'device group not belong to this product'],
  [5202, 404, 'parent group not exist'],
  [5203, 400, 'already has one root group'],
  [5204, 400, 'group has subgroup'],
  [5205, 400, 'group has device item'],
  [5206, 404, 'group not exist'],
  [5207, 400, 'product key not in pre assignment!'],
  [5208, 400, 'create assign device in progress!'],
  [5301, 404, 'device not exist'],
  [5302, 403, 'device not belong to this product'],
  [5303, 400, 'device not bound'],
  [5304, 400, 'device is disabled'],
  [5305, 400, 'device offline!'],
  [5401, 400, 'attr invalid!'],
  [5402, 404, 'datapoint data not found!'],
  [5403, 400, 'send command failed!'],
  [5404, 403, 'remote control not allowed!'],
  [5405, 404, 'attrs not exist!'],
  [5406, 500, 'Datapoints malformed'],
  [5407, 500, 'generate meta failed'],
  [5408, 400, 'raw data error!'],
  [5409, 500, 'call innerapi failed!'],
  [5501, 404, 'firmware does not exist'],
  [5502, 400, 'firmware version has created'],
  [5503, 403, 'firmware operation not allowed'],
  [5601, 500, 'kairosdb query error!'],
  [5701, 403, 'This eid has no permission to reset pwd.'],
  [5702, 403, 'This eid has no permission to reset pwd for this appid.'],
  [5703, 400, 'Cannot reset pwd for anonymous user'],
  [5801, 400, 'the pks has not associate with enterprise!'],
  [5901, 400, 'x-service secret key invalid!'],
];

/** A successful body of each operation, after the examples of the documents; undefined where none is shown. */
const PAGE = { meta: { previous: null, skip: 0, total: 1, limit: 20, next: null } };
const PLACES = { China: { count: 3, Guangdong: { count: 3, Guangzhou: 3 } } };
const BODIES: Record<OperationId, unknown> = {
  'product.token': { token: '89d753a234ef42cd90f75da7489e78a4', expired_at: 1517897923 },
  'product.associate': {},
  'product.datapoints': { name: '微信宠物屋', entities: [{ id: 0, attrs: [] }], protocolType: 'standard', ui: {} },
  'users.search': { ...PAGE, objects: [{ uid: '25a5324c807842348f63ade277eb413a', is_anonymous: true }] },
  'product.users': { ...PAGE, objects: [] },
  'device.did': { did: 'cBYkSjoE2xspYMhaUHdk5k', passcode: '123456' },
  'device.detail': { did: 'dE2xjocBhaUHkYkSspYM5k', is_disabled: false, mac: 'virtual:site', type: 'normal' },
  'devices.search': { ...PAGE, objects: [{ did: 'kYkSE2xspYjocBhaUHdM5k', is_online: false }] },
  'device.control': {},
  'device.online': {
    ...PAGE,
    objects: [{ timestamp: 1517384124.229, type: 'dev_online', payload: { keep_alive: 130 } }],
  },
  'device.commands': { ...PAGE, objects: [{ timestamp: 1517384252.294, type: 'app2dev', payload: '0000' }] },
  'device.data': { ...PAGE, context: 'next', objects: [{ ts: 1517384243, attrs: { mode: '制冷' } }] },
  'device.aggregate': { query: { unit: 'DAYS' }, data: [{ attrs: { weight: 50 }, datetime: '20150720' }] },
  'groups.list': { c8e4b5634b047dc495be4a05a39d02a3: '' },
  'groups.create': { gid: 'c8e4b5634b047dc495be4a05a39d02a3' },
  'groups.delete': {},
  'groups.members': { macs: ['virtual:site'] },
  'groups.update': { failed: [], success: ['virtual:site'] },
  'bindings.create': { failed: [], success: ['jaUHdkYkSocBhE2xspYM5k'] },
  'bindings.delete': { failed: [], success: ['jaUHdkYkSocBhE2xspYM5k'] },
  'report.activation': { gid: null, data: [] },
  'report.locations': { gid: null, total: 4, location: PLACES },
  'report.summary': { active: { '7_day': 0 }, new: { today: 0 }, total: 3, online: 0 },
  'report.activated': { ...PAGE, objects: [{ report_date: '2017-12-07', mac: 'virtual:site' }] },
  'report.active': { ...PAGE, objects: [{ report_date: '2017-12-28', device_sn: '1' }] },
  'report.liveness': { latest_1: 3 },
  'report.livenessHistory': { gid: null, cycle: 'month', data: [{ count: 2, month: '2017-12', location: PLACES }] },
  'report.realtime': { count: { faulty: 0, activated: 4, alert: 1 }, gid: null, location: {} },
  'report.faultDevices': { gid: null, count: { total: 2, resolved: 1, unresolved: 1 }, location: {} },
  'report.alertDevices': { gid: null, count: { total: 2, resolved: 1, unresolved: 1 }, location: {} },
  'report.faultEvents': { count: { total: 1 }, gid: null, detail: { fault_roomtemp: { total: 1 } }, location: {} },
  'report.alertEvents': { count: { total: 1 }, gid: null, detail: { alert_full: { total: 1 } }, location: {} },
  'report.newUsers': { gid: null, data: [{ count: 3, month: '2017-12' }], cycle: 'month' },
  'report.activeUsers': { data: [{ count: 2, date: '2017-12-13' }] },
  'report.userLocations': { China: { count: 18, Beijing: { count: 14, Beijing: { count: 14 } } } },
  'report.userTotal': { gid: null, total: 31 },
  'devices.baseStations': [{ did: 'd', longitude: 1 }],
};

const READ: OperationId = 'devices.search';
const CONTROL: OperationId = 'device.control';

function read(id: OperationId, status: number, text: string) {
  return readReply(enterpriseOperations[id], { status, headers: {}, text });
}

function failure(id: OperationId, status: number, body: unknown): CloudError {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  try {
    read(id, status, text);
  } catch (error) {
    should(error).be.instanceOf(CloudError);
    should((error as CloudError).message).not.match(/__\w/);
    return error as CloudError;
  }
  throw new Error(`${id} took ${status} ${text}`);
}

const chineseTexts = JSON.parse(readFileSync(join(__dirname, '../../src/texts/zh-CN/gizwits.json'), 'utf8'));
const englishTexts = JSON.parse(readFileSync(join(__dirname, '../../src/texts/en-US/gizwits.json'), 'utf8'));

describe('Replies of the Enterprise API: success', () => {
  for (const id of Object.keys(enterpriseOperations) as OperationId[]) {
    it(`${id} hands on the body as it came`, () => {
      const body = BODIES[id];
      for (const status of [200, 201, 299]) should(read(id, status, JSON.stringify(body))).eql(body);
      should(read(id, 200, `\uFEFF  ${JSON.stringify(body)}\r\n`)).eql(body);
    });

    it(`${id} takes a success without a body only where one may come`, () => {
      const mayBeEmpty = ['device.control', 'product.associate', 'groups.delete'].includes(id);
      for (const text of ['', ' \r\n', '\uFEFF']) {
        if (mayBeEmpty) should(read(id, 200, text)).eql({});
        else should(failure(id, 200, text).outcome).equal('unknown');
      }
      if (mayBeEmpty) should(read(id, 204, '')).eql({});
      if (mayBeEmpty) should(read(id, 200, 'null')).eql({});
    });
  }

  it('does not mind a code that says nothing', () => {
    for (const nothing of [0, '0', '', null, false]) {
      const body = { error_code: nothing, error_message: null, ...PAGE, objects: [] };
      should(read(READ, 200, JSON.stringify(body))).eql(body);
    }
  });
});

describe('Replies of the Enterprise API: errors of the vendor', () => {
  for (const [code, status, message] of VENDOR_ERRORS) {
    it(`${code} has a text and a remedy in both languages, and is known by its code alone`, () => {
      for (const http of [200, 400, 403, 404, status]) {
        const error = failure(READ, http, { error_code: code, error_message: message, detail_message: null });
        should(error.code).equal(`GIZ_${code}`);
        should(error.vendorCode).equal(code);
        should(error.vendorMessage).equal(message);
        should(error.statusCode).equal(http);
        should(error.textKey).equal(`gizwits.${code}`);
        should(error.message).endWith(` [${code}: ${message}]`);
      }
      const english: string = englishTexts[code];
      const chinese: string = chineseTexts[code];
      // What happened, and what to do about it: two sentences at least.
      should(english.replace('__vendor__', '').split(/[.;] |\.$/).length).be.aboveOrEqual(3);
      should(chinese.replace('__vendor__', '').split(/[。；]/).length).be.aboveOrEqual(3);
      should(chinese).match(/\p{Script=Han}/u);
      for (const text of [english, chinese]) should(text).endWith('__vendor__');
    });
  }

  it('reads codes in text, details under their several names, and any content type', () => {
    const forms: [unknown, string | undefined][] = [
      [{ error_code: '5305', error_message: 'device offline!', detail: '' }, 'device offline!'],
      [{ error_code: ' 5305 ', error_message: 'device offline!', detail: 'late' }, 'device offline! (late)'],
      [{ error_code: 5305, error_message: 'a', detail_message: 'b' }, 'a (b)'],
      [{ error_code: 5305, error_message: null, detail_message: { attr: 'x' } }, '{"attr":"x"}'],
      [{ error_code: 5305, error_message: 'a\r\nb\u0000c' }, 'a b c'],
      [{ error_code: 5305, error_message: 'x'.repeat(9999) }, 'x'.repeat(500)],
      [{ error_code: 5305 }, undefined],
    ];
    for (const [body, message] of forms) {
      const error = failure(READ, 400, body);
      should(error.code).equal('GIZ_5305');
      should(error.vendorMessage).equal(message);
      if (message === undefined) should(error.message).endWith(' [5305]');
    }
    should(failure(READ, 400, { error_code: 5999, error_message: 'new' }).code).equal('GIZ_5999');
    should(failure(READ, 400, { error_code: 5999, error_message: 'new' }).textKey).equal('gizwits.unlisted');
    should(failure(CONTROL, 400, { error_code: 5999 }).outcome).equal('refused');
  });

  it('tells a code that is no number from a success', () => {
    for (const strange of ['E01', '5305x', {}, [5305], true, -1, 1.5]) {
      const error = failure(READ, 200, { error_code: strange, ...PAGE, objects: [] });
      should(error.code).equal('GIZ_BAD_RESPONSE');
      should(error.vendorCode).equal(undefined);
      should(failure(CONTROL, 200, { error_code: strange }).code).equal('GIZ_OUTCOME_UNKNOWN');
    }
  });

  it('says what may be repeated', () => {
    const retryable = VENDOR_ERRORS.filter(([code, status]) => failure(READ, status, { error_code: code }).retryable);
    should(retryable.map(([code]) => code)).eql([5009, 5011, 5013, 5014, 5023, 5208, 5305, 5403, 5409, 5601]);
    should([...REAUTH_CODES]).eql([5009, 5011]);
    should([...QUOTA_CODES]).eql([5013]);
    should([...RETRYABLE_READ_CODES]).eql([5403, 5409, 5601]);
    for (const code of [5003, 5004, 5005, 5006, 5007, 5008, 5012, 5015, 5019, 5022]) {
      should(CREDENTIAL_CODES.has(code)).equal(true);
    }
    for (const code of [5001, 5002, 5009, 5011, 5013, 5023, 5409]) should(CREDENTIAL_CODES.has(code)).equal(false);
  });

  it('knows which commands may have been carried out', () => {
    const changes: OperationId[] = ['device.control', 'groups.create', 'groups.update', 'bindings.create'];
    const unknown = [5403, 5406, 5407, 5409, 5601];
    for (const id of changes) {
      for (const [code, status, message] of VENDOR_ERRORS) {
        const error = failure(id, status, { error_code: String(code), error_message: message });
        should(error.vendorCode).equal(code);
        should(error.code).equal(unknown.includes(code) ? 'GIZ_OUTCOME_UNKNOWN' : `GIZ_${code}`);
        should(error.outcome).equal(unknown.includes(code) ? 'unknown' : 'refused');
        if (unknown.includes(code)) {
          should(error.retryable).equal(false);
          should(error.message).endWith(`[${code}: ${message}]`);
        }
      }
      for (const status of [500, 502, 503, 504]) {
        for (const body of ['', '<html>Bad Gateway</html>', '{}', '{"error_code":5305}', 'upstream', '{"a"']) {
          const error = failure(id, status, body);
          should(error.code).equal('GIZ_OUTCOME_UNKNOWN');
          should(error.outcome).equal('unknown');
          should(error.statusCode).equal(status);
        }
      }
      for (const body of ['<html>', 'OK', '{"success":', '[]', '"x"', '5']) {
        should(failure(id, 200, body).code).equal('GIZ_OUTCOME_UNKNOWN');
      }
    }
    should(failure('groups.create', 201, '{}').code).equal('GIZ_OUTCOME_UNKNOWN');
    should(failure('bindings.delete', 200, '{}').code).equal('GIZ_OUTCOME_UNKNOWN');
  });
});

describe('Replies of the Enterprise API: what is no answer of it', () => {
  const cases: [string, number, string, string, boolean, 'refused' | 'unknown'][] = [
    ['a login page', 200, '<!DOCTYPE html><html>…', 'html', false, 'unknown'],
    ['a login page after a byte order mark', 200, '\uFEFF <html>', 'html', false, 'unknown'],
    ['a page of a firewall', 403, '<html>blocked</html>', 'html', false, 'refused'],
    ['plain text', 200, 'OK', 'notJson', true, 'unknown'],
    ['NaN', 200, 'NaN', 'notJson', true, 'unknown'],
    ['half an answer', 200, '{"meta":{"total":', 'cut', true, 'unknown'],
    ['garbage after the answer', 200, '{"objects":[]}}', 'cut', true, 'unknown'],
    ['a list', 200, '[]', 'shape', false, 'unknown'],
    ['a text', 200, '"objects"', 'shape', false, 'unknown'],
    ['null', 200, 'null', 'shape', false, 'unknown'],
    ['no records', 200, '{"meta":{}}', 'shape', false, 'unknown'],
    ['records that are no list', 200, '{"objects":{"did":"x"}}', 'shape', false, 'unknown'],
    ['records that are no objects', 200, '{"objects":[1]}', 'shape', false, 'unknown'],
    ['meta that is no object', 200, '{"objects":[],"meta":5}', 'shape', false, 'unknown'],
    ['an error without a code', 400, '{"error_message":"odd"}', 'status', false, 'refused'],
    ['a proxy that wants a password', 407, '', 'status', false, 'refused'],
    ['too many requests', 429, '', 'status', true, 'refused'],
    ['a request that came too slowly', 408, '', 'status', true, 'unknown'],
    ['a gateway', 502, '<html>Bad Gateway</html>', 'status', true, 'unknown'],
    ['a service that is down', 503, '', 'status', true, 'unknown'],
    ['no such path', 404, '<h1>Not Found</h1>', 'notFound', false, 'refused'],
    ['no such path in JSON', 404, '{"detail":"Not found."}', 'notFound', false, 'refused'],
    ['a redirect', 301, '', 'redirect', false, 'refused'],
    ['a redirect that keeps the method', 307, '', 'redirect', false, 'refused'],
    ['not modified', 304, '', 'redirect', false, 'refused'],
  ];

  for (const [what, status, text, key, retryable, outcome] of cases) {
    it(`${what}: ${status} ${text.slice(0, 30)}`, () => {
      const error = failure(READ, status, text);
      should(error.code).equal('GIZ_BAD_RESPONSE');
      should(error.textKey).equal(`errors.badResponse.${key}`);
      should(error.statusCode).equal(status);
      should(error.retryable).equal(retryable);
      should(error.outcome).equal(outcome);
      should(error.vendorCode).equal(undefined);
      if (outcome === 'refused') should(failure(CONTROL, status, text).code).equal('GIZ_BAD_RESPONSE');
    });
  }

  it('is a wrong path only with 404 and no code, so that a refusal never makes another path be tried', () => {
    should(isWrongPath(failure('report.summary', 404, ''))).equal(true);
    should(isWrongPath(failure('report.summary', 404, { detail: 'Not found.' }))).equal(true);
    should(isWrongPath(failure('report.summary', 404, { error_code: 5015 }))).equal(false);
    should(isWrongPath(failure('report.summary', 400, ''))).equal(false);
    should(isWrongPath(failure('report.summary', 200, ''))).equal(false);
    should(isWrongPath(new Error('404'))).equal(false);
  });

  it('checks what later calls rely on', () => {
    const wrong: [OperationId, unknown][] = [
      ['product.token', {}],
      ['product.token', { token: '' }],
      ['product.token', { token: 5 }],
      ['product.token', { token: 'CANARY\r\nX: 1' }],
      ['product.token', { token: 'CANARY令牌' }],
      ['product.token', { token: 'CANARY token' }],
      ['device.did', { did: '' }],
      ['device.did', { did: '../control' }],
      ['device.did', { did: null }],
      ['device.detail', { mac: 'x' }],
      ['groups.members', { macs: 'x' }],
      ['product.datapoints', { entities: {} }],
      ['report.userTotal', { total: 'many' }],
      ['report.userTotal', { total: null }],
      ['report.realtime', { count: 5 }],
      ['report.locations', { total: 5 }],
      ['report.locations', { location: {}, total: {} }],
      ['device.aggregate', { data: null }],
    ];
    for (const [id, body] of wrong) {
      const error = failure(id, 200, body);
      should(error.textKey).equal('errors.badResponse.shape');
      should(JSON.stringify({ ...error, message: error.message })).not.containEql('CANARY');
    }
    should(read('report.userTotal', 200, '{"total":"31"}')).eql({ total: '31' });
  });

  it('lets no body through that would end the runtime or reach a prototype', () => {
    const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    should(failure('report.userLocations', 200, deep(4000)).textKey).equal('errors.badResponse.shape');
    should(failure('report.userLocations', 200, deep(65)).textKey).equal('errors.badResponse.shape');
    read('report.userLocations', 200, deep(64));
    should(failure(READ, 200, `{"objects":[${'['.repeat(100)}${']'.repeat(100)}]}`).textKey).equal(
      'errors.badResponse.shape',
    );
    const body = read('report.userLocations', 200, '{"__proto__":{"polluted":1},"China":{"__proto__":2,"count":1}}');
    should(JSON.stringify(body)).equal('{"China":{"count":1}}');
    should(({} as Record<string, unknown>).polluted).equal(undefined);
  });
});
