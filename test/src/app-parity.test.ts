import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { acceptedForm } from '../../src/cloud/catalogue';
import { type AppOperation, operationId } from '../../src/gizwits/app/operation';
import { appOperationIds, appOperations } from '../../src/gizwits/app/operations';
import { appEndpoints } from '../support/app-endpoints';
import { root } from '../support/packed-package';
import { textsOf } from '../support/texts';

/** The anchors of the vendor's guide of December 2016, in its order. */
const ANCHORS = [
  'post_app_login',
  'post_app_users',
  'post_app_request_token',
  'post_app_sms_code',
  'get_app_verify_codes',
  'post_app_verify_codes',
  'put_app_users',
  'get_app_users',
  'post_app_reset_password',
  'get_app_messages',
  'put_app_messages_id',
  'post_app_bind_mac',
  'post_app_bind_latest',
  'get_app_bindings',
  'put_app_bindings_did',
  'delete_app_bindings',
  'get_app_did_bindings',
  'delete_app_did_bindings',
  'post_app_sharing',
  'get_app_sharing',
  'put_app_sharing_id',
  'get_app_sharing_code_code',
  'post_app_sharing_code_code',
  'delete_app_sharing_id',
  'get_app_rules_params',
  'post_app_rules',
  'get_app_rules',
  'put_app_rules_rule_id',
  'delete_app_rules_rule_id',
  'get_app_devices_did',
  'get_app_devdata_did_latest',
  'get_app_devices_did_raw_data',
  'post_app_control_did',
  'post_app_devices_did_scheduler',
  'get_app_devices_did_scheduler',
  'put_app_devices_did_scheduler_id',
  'delete_app_devices_did_scheduler_id',
  'get_app_devdata_did_agg_data',
  'get_status',
  'get_errors',
];

/** The codes of the guide's table, and those that later documents add. */
const CODES = [
  ...Array.from({ length: 46 }, (_, index) => 9001 + index),
  ...[9047, 9048, 9077, 9080, 9081, 9082, 9083, 9084, 9085, 9087, 9088, 9089, 9090, 9092, 9093, 9094, 9095, 9096],
  ...[9098, 9099, 9100, 9101, 9220, 9221, 9999],
];

describe('the catalogue of the Open API', () => {
  const names = ({ parameters }: AppOperation, where: string): string[] =>
    parameters.filter((parameter) => parameter.in === where).map(({ name }) => name);

  it('has an operation for every anchor of the guide', () => {
    should(ANCHORS.filter((anchor) => !appOperationIds.includes(anchor))).eql([]);
  });

  for (const { number, operation, method, path, pathParameters, query, body } of appEndpoints) {
    it(`#${number} ${operation} has every documented parameter, and no other`, () => {
      const own = appOperations[operation] as AppOperation;
      [own.method, own.path].should.eql([method, path]);
      own.id.should.equal(operationId(method, path));
      should(names(own, 'path').sort()).eql([...pathParameters].sort());
      should([...own.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()).eql([...pathParameters].sort());
      should(names(own, 'query').sort()).eql([...query].sort());
      should(names(own, 'body').sort()).eql([...body].sort());
    });
  }

  for (const language of ['en-US', 'zh-CN'] as const) {
    it(`has texts for operations, parameters and every error code in ${language}`, () => {
      const there = new Set(
        textsOf(language)
          .filter(({ file }) => file.endsWith('/app.json'))
          .map(({ key }) => `app.${key}`),
      );
      const wanted = Object.values(appOperations).flatMap(({ title, description, category, parameters }) => [
        title,
        description,
        `app.categories.${category}`,
        ...parameters.map((parameter) => parameter.description),
      ]);
      should([...wanted, ...CODES.map((code) => `app.${code}`)].filter((key) => !there.has(key))).eql([]);
      // And nothing that is not there any more.
      const used = new Set(wanted);
      const stale = [...there].filter((key) => /^app\.(operations|parameters)\./.test(key) && !used.has(key));
      should(stale).eql([]);
    });
  }

  it('is written down in docs, up to date', async () => {
    const { appTables } = await import('../../scripts/lib/app-parity.mjs');
    const tables: Record<string, string> = appTables({ appOperations, acceptedForm });
    Object.keys(tables).length.should.equal(2);
    for (const [path, content] of Object.entries(tables)) {
      const file = join(root, path);
      const written = existsSync(file) ? readFileSync(file, 'utf8') : '';
      should(written === content).be.true(`${path} is out of date: npm run docs`);
    }
  });
});
