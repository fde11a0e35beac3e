import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parityTable } from './parity.mjs';
import { languages, readJson, root } from './project.mjs';

const REPORTS = ['gizwits-report', 'gizwits-request'];
const GROUPS = ['gizwits-group', 'gizwits-request'];
const HISTORY = ['gizwits-history', 'gizwits-request'];
const SEARCH = ['gizwits-search', 'gizwits-request'];
const BIND = ['gizwits-bind', 'gizwits-request'];
const LOOK_UP = ['gizwits-get-did', 'gizwits-request'];

/** The node types that make each call. The table run holds them against what the nodes really send. */
export const enterpriseNodes = {
  'product.token': ['gizwits-product'],
  'product.associate': ['gizwits-product', 'gizwits-request'],
  'product.datapoints': ['gizwits-datapoints', 'gizwits-request'],
  'users.search': SEARCH,
  'product.users': SEARCH,
  'devices.search': SEARCH,
  'device.did': LOOK_UP,
  'device.detail': LOOK_UP,
  'device.control': ['gizwits-control', 'gizwits-request'],
  'device.online': HISTORY,
  'device.commands': HISTORY,
  'device.data': HISTORY,
  'device.aggregate': HISTORY,
  'groups.list': GROUPS,
  'groups.create': GROUPS,
  'groups.delete': GROUPS,
  'groups.members': GROUPS,
  'groups.update': ['gizwits-group', 'gizwits-request'],
  'bindings.create': BIND,
  'bindings.delete': BIND,
  'report.activation': REPORTS,
  'report.locations': REPORTS,
  'report.summary': REPORTS,
  'report.activated': REPORTS,
  'report.active': REPORTS,
  'report.liveness': REPORTS,
  'report.livenessHistory': REPORTS,
  'report.realtime': REPORTS,
  'report.faultDevices': REPORTS,
  'report.alertDevices': REPORTS,
  'report.faultEvents': REPORTS,
  'report.alertEvents': REPORTS,
  'report.newUsers': REPORTS,
  'report.activeUsers': REPORTS,
  'report.userLocations': REPORTS,
  'report.userTotal': REPORTS,
  'devices.baseStations': ['gizwits-request'],
};

/**
 * The parity tables of the Enterprise API, by path.
 * @param library The catalogue: `{enterpriseOperations, acceptedForm}`.
 */
export function enterpriseTables({ enterpriseOperations, acceptedForm }) {
  const api = {
    endpoints: readJson('test/fixtures/documents/enterprise-endpoints.json'),
    operations: enterpriseOperations,
    nodes: enterpriseNodes,
    test: 'test/nodes/enterprise-operations.test.ts',
    acceptedForm,
  };
  return Object.fromEntries(
    languages.map((language) => [
      language === 'en-US' ? 'docs/enterprise-api.md' : `docs/enterprise-api.${language}.md`,
      parityTable(api, textsOf(language), language),
    ]),
  );
}

/** The texts of src/texts in a language, by file. */
export function textsOf(language) {
  const folder = `src/texts/${language}`;
  const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('.json'));
  return Object.fromEntries(files.map((file) => [basename(file, '.json'), readJson(`${folder}/${file}`)]));
}
