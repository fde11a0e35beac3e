import { createRequire } from 'node:module';
import { join } from 'node:path';
import should from 'should';
import { configVersion } from '../../nodes/migrations';

/** What a node set gives to `registerType`, as far as it can be looked at without a browser. */
interface Definition {
  defaults: Record<string, Property>;
  credentials?: Record<string, Property>;
  label(this: object): string;
}

interface Property {
  value?: unknown;
  type?: string;
  required?: boolean;
  validate?(this: object, value: unknown, options: object): boolean | string;
}

const SETS = [
  'gizwits-enterprise',
  'gizwits-product',
  'gizwits-get-did',
  'gizwits-search',
  'gizwits-control',
  'gizwits-history',
  'gizwits-report',
  'gizwits-group',
  'gizwits-bind',
  'gizwits-datapoints',
  'gizwits-request',
  'gizwits-events',
  'gizwits-ack',
  'gizwits-app',
  'gizwits-app-api',
  'gizwits-app-events',
  'expeed-platform',
  'expeed-device',
  'expeed-webhook-in',
] as const;
type NodeSet = (typeof SETS)[number];

/** Fields and their defaults, copied by hand from the contract of the nodes. */
const CONTRACT: Record<NodeSet, Record<string, unknown>> = {
  'gizwits-enterprise': {
    name: '',
    region: 'cn',
    baseUrl: '',
    tls: '',
    proxy: '',
    timeout: 30,
    concurrency: 10,
    quota: '',
    queue: 10000,
    maxWait: 60,
  },
  'gizwits-product': {
    name: '',
    enterprise: '',
    productKey: '',
    subkey: 'node_red',
    prefetch: 50,
    pushHost: '',
    pushPort: 2017,
    pushTls: '',
  },
  'gizwits-get-did': {
    name: '',
    product: '',
    mac: 'payload',
    macType: 'msg',
    detail: false,
    passcode: false,
    cacheSeconds: 3600,
    cacheSecondsType: 'num',
  },
  'gizwits-search': {
    name: '',
    product: '',
    target: 'devices',
    filters: '{}',
    filtersType: 'json',
    limit: 1000,
    limitType: 'num',
    pageSize: 100,
    pageSizeType: 'num',
    output: 'array',
  },
  'gizwits-control': {
    name: '',
    product: '',
    targetBy: 'did',
    target: 'did',
    targetType: 'msg',
    mode: 'attrs',
    value: 'payload',
    valueType: 'msg',
    attrs: [],
    encoding: 'hex',
    validate: true,
    via: 'api',
    pushVersion: 'v2',
    confirm: false,
    confirmSeconds: 10,
    confirmSecondsType: 'num',
    deadlineSeconds: 10,
    deadlineSecondsType: 'num',
  },
  'gizwits-history': {
    name: '',
    product: '',
    kind: 'data',
    targetBy: 'did',
    target: 'did',
    targetType: 'msg',
    start: '-2d',
    startType: 'str',
    end: 'now',
    endType: 'str',
    order: 'desc',
    attrs: '[]',
    attrsType: 'json',
    // Of the aggregates, beyond the contract.
    aggregator: 'avg',
    unit: 'DAYS',
    limit: 0,
    limitType: 'num',
    output: 'array',
  },
  'gizwits-report': {
    name: '',
    product: '',
    report: 'summary',
    gid: '',
    gidType: 'str',
    cycle: 'date',
    cycleType: 'str',
    start: '-7d',
    startType: 'str',
    end: '-1d',
    endType: 'str',
    filters: '{}',
    filtersType: 'json',
    format: 'raw',
    output: 'array',
  },
  'gizwits-group': {
    name: '',
    product: '',
    action: 'list',
    gid: 'gid',
    gidType: 'msg',
    parentGid: '',
    parentGidType: 'str',
    macs: 'payload',
    macsType: 'msg',
    reassign: 'false',
    reassignType: 'bool',
  },
  'gizwits-bind': {
    name: '',
    product: '',
    action: 'bind',
    uid: 'uid',
    uidType: 'msg',
    appid: 'appid',
    appidType: 'msg',
    dids: 'payload',
    didsType: 'msg',
  },
  'gizwits-datapoints': { name: '', product: '', format: 'schema' },
  'gizwits-request': {
    name: '',
    product: '',
    operation: 'devices.search',
    method: 'GET',
    path: '',
    pathType: 'str',
    params: 'payload',
    paramsType: 'msg',
  },
  'gizwits-events': {
    name: '',
    product: '',
    events: [],
    devices: [],
    ack: 'auto',
    ackMinutes: 10,
    onAckTimeout: 'ack',
    deadLetter: false,
    output: 'each',
    batchMax: 500,
    batchMs: 100,
    // Not of the contract: the editor's own field for the number of ports.
    outputs: 1,
  },
  'gizwits-ack': { name: '' },
  'gizwits-app': {
    name: '',
    region: 'cn',
    baseUrl: '',
    tls: '',
    proxy: '',
    timeout: 30,
    concurrency: 10,
    login: 'password',
  },
  'gizwits-app-api': {
    name: '',
    app: '',
    operation: 'get_app_bindings',
    params: 'payload',
    paramsType: 'msg',
    rows: [],
    output: 'array',
  },
  'gizwits-app-events': { name: '', app: '', devices: '', p0Type: 'attrs_v4' },
  'expeed-platform': {
    name: '',
    region: 'cloud',
    baseUrl: '',
    tls: '',
    proxy: '',
    timeout: 30,
    timezone: 'Asia/Shanghai',
    tokenStore: '',
  },
  'expeed-device': {
    name: '',
    platform: '',
    operation: 'status',
    deviceId: 'deviceId',
    deviceIdType: 'msg',
    deviceKey: 'deviceKey',
    deviceKeyType: 'msg',
    ids: '[]',
    idsType: 'json',
    start: '',
    startType: 'str',
    end: '',
    endType: 'str',
    order: 'desc',
    limit: 100,
    limitType: 'num',
    output: 'array',
    value: 'payload',
    valueType: 'msg',
    waitSeconds: 0,
    waitSecondsType: 'num',
  },
  'expeed-webhook-in': {
    name: '',
    platform: '',
    path: '/expeed',
    allowFrom: [],
    split: false,
    // Not of the contract: the editor's own field for the number of ports.
    outputs: 1,
  },
};

const CREDENTIALS: Partial<Record<NodeSet, Record<string, string>>> = {
  'gizwits-enterprise': { enterpriseId: 'text', enterpriseSecret: 'password' },
  'gizwits-product': { productSecret: 'password', authId: 'text', authSecret: 'password' },
  'gizwits-app': {
    appId: 'text',
    appSecret: 'password',
    username: 'text',
    password: 'password',
    phoneId: 'password',
    token: 'password',
    productSecret: 'password',
  },
  'expeed-platform': { platformKey: 'text', secretKey: 'password', webhookToken: 'password' },
};

describe('the editor halves', () => {
  const definitions = new Map<string, Definition>();
  const configNodes = new Map<string, object>([
    ['real', { region: 'cn' }],
    ['simulated', { region: 'simulator' }],
  ]);

  before(() => {
    const scope = globalThis as { RED?: unknown };
    scope.RED = {
      _: (key: string) => key.replace(/^.*:/, ''),
      nodes: {
        registerType: (type: string, definition: Definition) => definitions.set(type, definition),
        node: (id: string) => configNodes.get(id) ?? null,
      },
      editor: { getEditStack: () => [] },
      comms: { subscribe: () => undefined },
      // The editor's own check, as far as these tests need it.
      utils: {
        validateTypedProperty: (value: string, type: string) => {
          if (type === 'num' && Number.isNaN(Number(value))) return 'not a number';
          if (type === 'json') {
            try {
              JSON.parse(value);
            } catch {
              return 'not JSON';
            }
          }
          return true;
        },
      },
    };
    const load = createRequire(__filename);
    for (const set of SETS) load(join(__dirname, '../../nodes', `${set}.editor.ts`));
  });

  after(() => {
    delete (globalThis as { RED?: unknown }).RED;
  });

  /** The judgement over one saved property of a node: true, or the reason. */
  const judge = (set: NodeSet, property: string, saved: Record<string, unknown>): boolean | string => {
    const definition = definitions.get(set) as Definition;
    const { defaults, credentials } = definition;
    const found = (defaults[property] ?? credentials?.[property]) as Property;
    const node = { ...CONTRACT[set], ...saved, _def: { category: 'x', defaults } };
    return found.validate ? found.validate.call(node, node[property as keyof typeof node], {}) : true;
  };

  for (const set of SETS) {
    it(`${set} saves the fields of the contract with its defaults`, () => {
      const { defaults } = definitions.get(set) as Definition;
      const { configVersion: version, ...saved } = Object.fromEntries(
        Object.entries(defaults).map(([name, { value }]) => [name, value]),
      );
      should(saved).eql(CONTRACT[set]);
      should(version).equal(configVersion(set));
    });

    it(`${set} has the credentials of the contract`, () => {
      const { credentials = {} } = definitions.get(set) as Definition;
      const types = Object.fromEntries(Object.entries(credentials).map(([name, { type }]) => [name, type]));
      should(types).eql(CREDENTIALS[set] ?? {});
    });

    it(`${set} finds nothing wrong with its own defaults`, () => {
      const { defaults } = definitions.get(set) as Definition;
      const open = set === 'gizwits-product' ? ['productKey'] : [];
      const wrong = Object.keys(defaults).filter((name) => !open.includes(name) && judge(set, name, {}) !== true);
      should(wrong).eql([]);
    });

    it(`${set} finds nothing wrong with a node that a script saved without its fields`, () => {
      const { defaults } = definitions.get(set) as Definition;
      const wrong = Object.keys(defaults).filter((name) => judge(set, name, { [name]: undefined }) !== true);
      should(wrong).eql([]);
    });

    it(`${set} declares two parameters in every validator, without which Node-RED drops the reason`, () => {
      const { defaults, credentials = {} } = definitions.get(set) as Definition;
      const all = Object.entries({ ...defaults, ...credentials });
      const short = all.filter(([, { validate }]) => validate && validate.length !== 2).map(([name]) => name);
      should(short).eql([]);
    });

    it(`${set} is named by its author's name, else by a text`, () => {
      const { label } = definitions.get(set) as Definition;
      should(label.call({ ...CONTRACT[set], name: 'mine' })).equal('mine');
      should(label.call({ ...CONTRACT[set] }))
        .be.a.String()
        .and.not.be.empty();
    });
  }

  type Case = [set: NodeSet, property: string, saved: Record<string, unknown>, right: boolean];
  const cases: Case[] = [
    ['gizwits-app', 'username', { region: 'simulator', username: '' }, true],
    ['gizwits-app', 'username', { region: 'eu', username: '' }, false],
    ['gizwits-app', 'username', { region: 'eu', login: 'token', username: '' }, true],
    ['gizwits-app', 'token', { region: 'eu', login: 'token', token: '' }, false],
    ['gizwits-app', 'phoneId', { login: 'anonymous', phoneId: '' }, false],
    ['gizwits-app', 'baseUrl', { region: 'custom', baseUrl: 'api.example.com' }, false],
    ['gizwits-app-api', 'operation', { operation: 'get_app_nothing' }, false],
    ['gizwits-app-api', 'rows', { operation: 'get_app_devices_did', rows: [{ name: 'x', value: '1' }] }, false],
    ['gizwits-app-api', 'rows', { operation: 'get_app_devices_did', rows: [{ name: 'did', value: 'd' }] }, true],
    ['gizwits-app-events', 'devices', { devices: 'did1, aa:bb' }, true],
    ['gizwits-app-events', 'devices', { devices: 'did1; did2' }, false],
    ['gizwits-enterprise', 'baseUrl', { region: 'cn', baseUrl: 'nonsense' }, true],
    ['gizwits-enterprise', 'baseUrl', { region: 'custom', baseUrl: '' }, false],
    ['gizwits-enterprise', 'baseUrl', { region: 'custom', baseUrl: 'gizwits.example.com' }, false],
    ['gizwits-enterprise', 'baseUrl', { region: 'custom', baseUrl: 'ftp://gizwits.example.com' }, false],
    ['gizwits-enterprise', 'baseUrl', { region: 'custom', baseUrl: 'https://a:b@gizwits.example.com' }, false],
    ['gizwits-enterprise', 'baseUrl', { region: 'custom', baseUrl: 'https://gizwits.example.com/?x=1' }, false],
    ['gizwits-enterprise', 'baseUrl', { region: 'custom', baseUrl: 'http://10.0.0.5:8080/gateway' }, true],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the editor's notation of an environment variable
    ['gizwits-enterprise', 'baseUrl', { region: 'custom', baseUrl: '${BASE_URL}' }, true],
    ['gizwits-enterprise', 'enterpriseId', { region: 'cn', enterpriseId: '' }, false],
    ['gizwits-enterprise', 'enterpriseId', { region: 'simulator', enterpriseId: '' }, true],
    ['gizwits-enterprise', 'enterpriseSecret', { region: 'custom', enterpriseSecret: '__PWRD__' }, true],
    ['gizwits-enterprise', 'timeout', { timeout: '0' }, false],
    ['gizwits-enterprise', 'timeout', { timeout: 'soon' }, false],
    ['gizwits-enterprise', 'timeout', { timeout: '' }, true],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the editor's notation of an environment variable
    ['gizwits-enterprise', 'concurrency', { concurrency: '${AT_ONCE}' }, true],
    ['gizwits-product', 'productKey', { enterprise: 'real', productKey: '' }, false],
    ['gizwits-product', 'productKey', { enterprise: 'simulated', productKey: '' }, true],
    ['gizwits-product', 'productKey', { enterprise: 'real', productKey: 'a'.repeat(31) }, false],
    ['gizwits-product', 'productKey', { enterprise: 'real', productKey: '6b1f0c9ad2e84b7f93a5d0c4e7182f36' }, true],
    ['gizwits-product', 'productSecret', { enterprise: 'real', productSecret: '' }, false],
    ['gizwits-product', 'productSecret', { enterprise: 'simulated', productSecret: '' }, true],
    ['gizwits-product', 'subkey', { subkey: 'no-dash' }, false],
    ['gizwits-product', 'subkey', { subkey: 'a'.repeat(33) }, false],
    ['gizwits-product', 'prefetch', { prefetch: '32767' }, true],
    ['gizwits-product', 'prefetch', { prefetch: '32768' }, false],
    ['gizwits-product', 'pushHost', { pushHost: 'https://snoti.example.com' }, false],
    ['gizwits-product', 'pushPort', { pushPort: '65536' }, false],
    ['expeed-platform', 'baseUrl', { region: 'custom', baseUrl: '' }, false],
    ['expeed-platform', 'baseUrl', { region: 'cloud', baseUrl: '' }, true],
    ['expeed-platform', 'secretKey', { region: 'cloud', secretKey: '' }, false],
    ['expeed-platform', 'secretKey', { region: 'simulator', secretKey: '' }, true],
    ['expeed-platform', 'timezone', { timezone: 'Mars/Olympus' }, false],
    ['expeed-platform', 'timezone', { timezone: 'UTC' }, true],
    ['expeed-device', 'deviceId', { deviceId: '' }, false],
    ['expeed-device', 'ids', { operation: 'current', ids: '{}' }, false],
    ['expeed-device', 'ids', { operation: 'set', ids: '{}' }, true],
    ['expeed-device', 'start', { operation: 'history', start: 'yesterday' }, false],
    ['expeed-device', 'start', { operation: 'history', start: '-6h' }, true],
    ['expeed-device', 'waitSeconds', { operation: 'set', waitSeconds: '3601' }, false],
    ['expeed-device', 'value', { operation: 'set', value: '[1]', valueType: 'json' }, false],
    ['expeed-device', 'value', { operation: 'status', value: '', valueType: 'json' }, true],
    ['expeed-webhook-in', 'path', { path: '' }, false],
    ['expeed-webhook-in', 'path', { path: '/a b' }, false],
    ['expeed-webhook-in', 'path', { path: '/../a' }, false],
    ['expeed-webhook-in', 'path', { path: 'hooks/expeed-1' }, true],
    ['expeed-webhook-in', 'allowFrom', { allowFrom: ['192.0.2.0/24', '2001:db8::/32'] }, true],
    ['expeed-webhook-in', 'allowFrom', { allowFrom: ['localhost'] }, false],
    ['expeed-webhook-in', 'allowFrom', { allowFrom: '192.0.2.7, 10.0.0.1' }, true],
    ['gizwits-get-did', 'mac', { mac: '', macType: 'str' }, false],
    ['gizwits-get-did', 'mac', { mac: ['5ccf7f1a2b3c'], macType: undefined }, true],
    ['gizwits-get-did', 'cacheSeconds', { cacheSeconds: '-1' }, false],
    ['gizwits-get-did', 'cacheSeconds', { cacheSeconds: 'payload.age', cacheSecondsType: 'msg' }, true],
    ['gizwits-search', 'filters', { filters: '{"is_online": true}' }, true],
    ['gizwits-search', 'filters', { filters: '[1]' }, false],
    ['gizwits-search', 'filters', { filters: '{' }, false],
    ['gizwits-search', 'limit', { limit: '1.5' }, false],
    ['gizwits-search', 'limit', { limit: '0' }, true],
    ['gizwits-search', 'pageSize', { pageSize: '0' }, false],
    ['gizwits-control', 'target', { target: '' }, false],
    ['gizwits-control', 'value', { value: '' }, false],
    ['gizwits-control', 'value', { value: '', attrs: [{ name: 'switch', value: 'true', valueType: 'bool' }] }, true],
    ['gizwits-control', 'value', { value: '', mode: 'raw', attrs: [{ name: 'switch' }] }, false],
    ['gizwits-control', 'attrs', { attrs: [{ name: '', value: '1', valueType: 'num' }] }, false],
    ['gizwits-control', 'attrs', { mode: 'raw', attrs: [{ name: '' }] }, true],
    ['gizwits-control', 'confirmSeconds', { confirm: false, confirmSeconds: '0' }, true],
    ['gizwits-control', 'confirmSeconds', { confirm: true, confirmSeconds: '0' }, false],
    ['gizwits-control', 'deadlineSeconds', { deadlineSeconds: '0' }, false],
    ['gizwits-events', 'events', { events: ['device.online', 'device.gps.kv'] }, true],
    ['gizwits-events', 'events', { events: ['device_online'] }, false],
    ['gizwits-events', 'events', { events: 'device.online, device.offline' }, true],
    ['gizwits-events', 'events', { events: '["device.online", "other"]' }, false],
    ['gizwits-events', 'ackMinutes', { ack: 'manual', ackMinutes: '0.5' }, true],
    ['gizwits-events', 'ackMinutes', { ack: 'manual', ackMinutes: '0' }, false],
    ['gizwits-events', 'ackMinutes', { ack: 'manual', ackMinutes: '1441' }, false],
    ['gizwits-events', 'ackMinutes', { ack: 'auto', ackMinutes: 'soon' }, true],
    ['gizwits-events', 'batchMax', { output: 'batch', batchMax: '0' }, false],
    ['gizwits-events', 'batchMax', { output: 'each', batchMax: '0' }, true],
    ['gizwits-events', 'batchMs', { output: 'batch', batchMs: '60001' }, false],
    ['gizwits-history', 'attrs', { attrs: '["room_temp"]' }, true],
    ['gizwits-history', 'attrs', { attrs: '[1]' }, false],
    ['gizwits-history', 'attrs', { attrs: '[1]', kind: 'online' }, true],
    ['gizwits-history', 'attrs', { attrs: '[1]', kind: 'aggregate' }, false],
    ['gizwits-report', 'start', { report: 'newUsers', start: 'soon' }, false],
    ['gizwits-report', 'start', { report: 'newUsers', start: '2026-05' }, true],
    ['gizwits-report', 'start', { report: 'summary', start: 'soon' }, true],
    ['gizwits-report', 'filters', { report: 'locations', filters: '[1]' }, false],
    ['gizwits-report', 'filters', { report: 'summary', filters: '[1]' }, true],
    ['gizwits-group', 'gid', { action: 'members', gid: '' }, false],
    ['gizwits-group', 'gid', { action: 'list', gid: '' }, true],
    ['gizwits-group', 'macs', { action: 'assign', macs: '' }, false],
    ['gizwits-bind', 'uid', { uid: '' }, false],
    ['gizwits-request', 'path', { operation: 'custom', path: '' }, false],
    ['gizwits-request', 'path', { operation: 'custom', path: 'v1/products' }, false],
    ['gizwits-request', 'path', { operation: 'custom', path: '/v1/products/{product_key}/x' }, true],
    ['gizwits-request', 'path', { operation: 'devices.search', path: '' }, true],
    ['gizwits-history', 'start', { start: '' }, false],
    ['gizwits-history', 'end', { end: '' }, true],
    ...['-90s', '-15m', '-6h', '-1.5d', '-4w', 'now', '1772352243', '1772352243000', '2026-03-01'].map(startsAt(true)),
    ...['2026-03-01T08:00', '2026-03-01 08:00:00.5+08:00', '2026-03-01T00:00:00Z'].map(startsAt(true)),
    ...['+2d', '-2', '-2D', 'yesterday', '1.3.2026', '08:00'].map(startsAt(false)),
    ['gizwits-history', 'start', { start: 'iso', startType: 'date' }, true],
  ];

  for (const [set, property, saved, right] of cases) {
    it(`${set}: ${property} of ${JSON.stringify(saved)} is ${right ? 'right' : 'wrong'}`, () => {
      const verdict = judge(set, property, saved);
      if (right) should(verdict).equal(true);
      // A reason in words: `false` alone would show the property's bare name.
      else should(verdict).be.a.String().and.not.be.empty();
    });
  }

  function startsAt(right: boolean): (start: string) => Case {
    return (start) => ['gizwits-history', 'start', { start }, right];
  }
});
