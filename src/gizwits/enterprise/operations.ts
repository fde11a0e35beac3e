import type { Constraint, Operation, Paging, Parameter, Quirk } from '../../cloud/catalogue';
import { badInput } from '../../cloud/errors';
import { excerpt } from '../../cloud/input';
import {
  AGGREGATE_WINDOW_MS,
  BINDING_PARAMETERS,
  CYCLE_PARAMETERS,
  DID,
  ENTERPRISE_HEADERS,
  GROUP,
  GROUP_MACS,
  IN_GROUP,
  inBody,
  inQuery,
  LOG_PARAMETERS,
  LOG_WINDOW_SECONDS,
  MAC,
  PLACE,
  PRODUCT,
  PRODUCT_QUERY,
  PRODUCT_QUERY_BOTH,
  parameter,
  REPORT_PERIODS,
  SECONDS_BELOW,
  SECRETS,
  SKIP_PAGE,
  STATES,
} from './parameters';

/**
 * The Enterprise API, one entry an operation. Sources: the vendor's documents of 2016 (S0), 2017 (S2) and 2021 (S1) and
 * their history (R); where they contradict each other, the ruling is cited as c1..c36.
 */

type Definition = Omit<Operation, 'id' | 'title' | 'description'>;
type Options = Partial<Omit<Definition, 'method' | 'path' | 'lane' | 'parameters'>>;

const PRODUCT_KEY_AS_SECRET: Quirk = {
  says: 'The wire name product_secret carries the product key; product_key is sent beside it.',
  source: 'c10: S1 and S2 print product_secret, described as product_key',
};

const SKIP: Paging = { style: 'skip', records: 'objects' };
const CURSOR: Paging = { style: 'cursor', records: 'objects' };
const OBJECTS = { objects: 'list', meta: 'object?' } as const;
const COUNTS = { count: 'object', location: 'object?' } as const;
const MEMBERS = { success: 'list', failed: 'list?' } as const;

const ONE_LOG_WINDOW: Constraint = { rule: 'window', start: 'start_ts', end: 'end_ts', limit: LOG_WINDOW_SECONDS };
const TYPE_WITH_VALUE: Constraint = { rule: 'together', of: ['type', 'val'] };

const CURSOR_QUIRKS: readonly Quirk[] = [
  {
    says: 'Pages follow each other by context, at the top of the reply or inside meta; skip is the older way.',
    source: 'c24: S1 against S2 and R; the place of context is shown nowhere',
  },
  {
    says: 'Both times omitted means the last two days; the window must stay below two days, at most 30 days back.',
    source: 'S1; R and the Open API say 7 days back, and below 48 hours',
  },
];

/** A log of one device: #10, #11, #12. */
function deviceLog(name: string, quirks: readonly Quirk[]): Definition {
  return get(`/v1/products/{product_key}/devices/{did}/${name}`, LOG_PARAMETERS, {
    constraints: [ONE_LOG_WINDOW],
    paging: CURSOR,
    reply: OBJECTS,
    notes: ['unpublishedOnly'],
    quirks: [...CURSOR_QUIRKS, ...quirks],
  });
}

const PERIODS: Constraint = { rule: 'periods', start: 'start', end: 'end', cycle: 'cycle', most: REPORT_PERIODS };

const CYCLE_QUIRKS: readonly Quirk[] = [
  {
    says: 'The date of a record stands under date, week or month, as the cycle says.',
    source: 'c15: S1 sample against the tables',
  },
];

/** A paged list of devices by day: #23, #24. */
function devicesByDay(name: string): Definition {
  return get(
    `/v1/products/{product_key}/${name}`,
    [PRODUCT, inQuery('start', 'date', { text: 'startDay' }), inQuery('end', 'date', { text: 'endDay' })].concat(
      PLACE,
      SKIP_PAGE,
    ),
    {
      lane: 'report',
      constraints: [{ rule: 'periods', start: 'start', end: 'end' }],
      paging: SKIP,
      reply: OBJECTS,
      notes: ['chinaOnly'],
      quirks: [{ says: 'Bluetooth devices carry device_sn instead of mac.', source: 'S1, S2' }],
    },
  );
}

/** A count of faults or alerts, by place: #28 to #31. */
function faultReport(path: string, more: Options = {}): Definition {
  return get(`/v1/products/{product_key}/${path}`, [PRODUCT, IN_GROUP], {
    lane: 'report',
    reply: COUNTS,
    notes: ['chinaOnly'],
    ...more,
  });
}

function get(
  path: string,
  parameters: readonly Parameter[],
  { lane = 'read', ...more }: Options & { lane?: Operation['lane'] } = {},
): Definition {
  return { method: 'GET', path, authentication: 'token', lane, parameters, ...more };
}

/** A call that changes something: never repeated unless it provably was not carried out. */
function change(
  method: Operation['method'],
  path: string,
  parameters: readonly Parameter[],
  more: Options = {},
): Definition {
  return { method, path, authentication: 'token', lane: 'control', parameters, ...more };
}

const BINDING_QUIRKS: readonly Quirk[] = [
  {
    says: 'dids is a JSON array and the result lists dids, though tables say a string and MAC addresses.',
    source: 'c27: samples of S1',
  },
];

const definitions = {
  /** #2. Not for authors: its answer is the product's token. */
  'product.token': {
    method: 'POST',
    path: '/v1/products/{product_key}/access_token',
    authentication: 'secrets',
    lane: 'read',
    parameters: [PRODUCT, ...SECRETS],
    reply: { token: 'token' },
    internal: true,
    quirks: [
      {
        says: 'The reply says expired_at; tables call it expire_at. Both are read.',
        source: 'c1: samples of S0, S1, S2',
      },
      { says: 'The status is 201; any 2xx will do.', source: 'c2: R, f78b5a5e' },
    ],
  },
  /** #1 (E01) */
  'product.associate': {
    method: 'POST',
    path: '/v1/products/{product_key}/association',
    authentication: 'secrets',
    lane: 'control',
    parameters: [PRODUCT, ...SECRETS],
    emptyReply: true,
    notes: ['obsolete'],
    quirks: [{ says: 'Later documents dropped it: products are associated by themselves.', source: 'c5: S0 only' }],
  },
  /** #3 */
  'product.datapoints': get('/v1/products/{product_key}/datapoint', [PRODUCT], {
    reply: { entities: 'list' },
    quirks: [
      { says: 'min and max of a number are raw; real value = raw * ratio + addition.', source: 'c33: captures' },
      { says: 'Access is in type (status_writable ...); W, R, N, E belong to the user interface part.', source: 'c30' },
    ],
  }),
  /** #4 */
  'users.search': get(
    '/v1/users/search',
    [
      ...ENTERPRISE_HEADERS,
      PRODUCT_QUERY,
      inQuery('appid', 'id'),
      inQuery('username', 'text'),
      inQuery('phone', 'text'),
      inQuery('email', 'text'),
      ...SKIP_PAGE,
    ],
    {
      authentication: 'enterprise',
      paging: SKIP,
      reply: OBJECTS,
      quirks: [
        { says: 'Finds registered users; the lists of both documents have swapped the captions.', source: 'c9' },
        { says: 'The parameter is product_key; S2 prints product_secret.', source: 'c10' },
        { says: 'An older sample spells is_anomymous.', source: 'c13: S2' },
      ],
    },
  ),
  /** #5 */
  'product.users': get(
    '/v1/products/{product_key}/users/search',
    [
      PRODUCT,
      IN_GROUP,
      inQuery('type', 'text', {
        values: ['uid', 'username', 'phone', 'email', 'did', 'mac', 'device_sn'],
        text: 'userSearchType',
      }),
      inQuery('val', 'text'),
      ...SKIP_PAGE,
    ],
    {
      constraints: [TYPE_WITH_VALUE],
      paging: SKIP,
      reply: OBJECTS,
      quirks: [
        { says: 'Finds users bound to devices of the product.', source: 'c9' },
        {
          says: 'The documents describe type as a password; its values are known from an earlier edition.',
          source: 'c12: R, 39a9a857',
        },
        { says: 'is_owner is present only in searches by did.', source: 'S1' },
      ],
    },
  ),
  /** #6 */
  'device.did': get('/v1/products/{product_key}/devices', [PRODUCT, MAC], {
    reply: { did: 'id' },
    quirks: [{ says: 'passcode may be missing.', source: 'c16: S1 against S2' }],
  }),
  /** #7 */
  'device.detail': get('/v1/products/{product_key}/device_detail', [PRODUCT, MAC], { reply: { did: 'id' } }),
  /** #8 */
  'devices.search': get(
    '/v1/products/{product_key}/devices/search',
    [
      PRODUCT,
      IN_GROUP,
      ...PLACE,
      ...STATES,
      inQuery('show_disabled', 'flag'),
      inQuery('liveness_start', 'integer', { min: 0, max: SECONDS_BELOW - 1, unit: 's' }),
      inQuery('type', 'text', { values: ['did', 'mac', 'uid'], text: 'deviceSearchType' }),
      inQuery('val', 'text'),
      ...SKIP_PAGE,
    ],
    {
      constraints: [TYPE_WITH_VALUE],
      paging: SKIP,
      reply: OBJECTS,
      quirks: [
        { says: 'objects is an array; S2 shows one object.', source: 'c17' },
        {
          says: 'States are booleans and coordinates numbers in replies, though tables differ.',
          source: 'c18: S1 sample',
        },
      ],
    },
  ),
  /** #9 (E04 by datapoint, E05 raw) */
  'device.control': change(
    'POST',
    '/v1/products/{product_key}/devices/{did}/control',
    [
      PRODUCT,
      DID,
      inBody('attrs', 'object', { text: 'controlAttrs' }),
      inBody('binary_coding', 'text', { values: ['hex', 'base64'] }),
      inBody('raw', 'bytes', { coding: 'binary_coding' }),
    ],
    {
      constraints: [{ rule: 'exactlyOne', of: ['attrs', 'raw'] }],
      emptyReply: true,
      notes: ['onRequest'],
      quirks: [
        { says: 'Exactly one of attrs and raw, though tables require both.', source: 'c19' },
        { says: 'The answer {} or no body means accepted, not carried out.', source: 'c20' },
        { says: 'raw is the payload alone; the cloud adds the frame.', source: 'A.3: S1 dropped the prefix of 2016' },
      ],
    },
  ),
  /** #10 */
  'device.online': deviceLog('online', [
    { says: 'payload is an object with keep_alive; a JSON string is tolerated.', source: 'c21, c22' },
  ]),
  /** #11 */
  'device.commands': deviceLog('cmd', [
    { says: 'payload is hex, though the text says base64.', source: 'c23: the samples decode as frames' },
  ]),
  /** #12 */
  'device.data': deviceLog('data', [{ says: "attrs holds that product's datapoints, by name.", source: 'c25' }]),
  /** #36 */
  'device.aggregate': get(
    '/v1/products/{product_key}/devices/{did}/agg_data',
    [
      PRODUCT,
      DID,
      inQuery('start_ts', 'integer', { min: SECONDS_BELOW, unit: 'ms', required: true, text: 'start_ms' }),
      inQuery('end_ts', 'integer', { min: SECONDS_BELOW, unit: 'ms', required: true, text: 'end_ms' }),
      inQuery('attrs', 'list', { id: 'name', required: true, text: 'aggregateAttrs' }),
      inQuery('aggregator', 'text', { values: ['sum', 'avg', 'max', 'min'], required: true }),
      inQuery('unit', 'text', { values: ['HOURS', 'DAYS', 'WEEKS', 'MONTHS'], required: true }),
    ],
    {
      constraints: [{ rule: 'window', start: 'start_ts', end: 'end_ts', limit: AGGREGATE_WINDOW_MS, inclusive: true }],
      paging: { style: 'none', records: 'data' },
      reply: { data: 'list' },
      notes: ['onRequest'],
      quirks: [
        { says: 'Times are milliseconds here, alone of all operations.', source: 'A.2 #36: documents of 2016-17' },
      ],
    },
  ),
  /** #13 */
  'groups.list': get('/v1/products/{product_key}/device_groups', [PRODUCT], {
    quirks: [{ says: 'A tree of gids; a leaf is an empty text.', source: 'S1 sample; children presumed' }],
  }),
  /** #14 */
  'groups.create': change('POST', '/v1/products/{product_key}/device_groups', [PRODUCT, inBody('parent_gid', 'id')], {
    reply: { gid: 'id' },
    quirks: [
      { says: 'parent_gid is the gid of the parent, though described as that of the child.', source: 'c26' },
      { says: 'Without it the root group is made; a product has one.', source: 'S1' },
    ],
  }),
  /** #15 */
  'groups.delete': change('DELETE', '/v1/products/{product_key}/device_groups/{gid}', [PRODUCT, GROUP], {
    emptyReply: true,
    replyShape: 'any',
    quirks: [{ says: 'The form of its answer is documented nowhere.', source: 'A.2 #15' }],
  }),
  /** #16 */
  'groups.members': get('/v1/products/{product_key}/device_groups/{gid}', [PRODUCT, GROUP], {
    paging: { style: 'none', records: 'macs' },
    reply: { macs: 'list' },
  }),
  /** #17 */
  'groups.update': change(
    'PUT',
    '/v1/products/{product_key}/device_groups/{gid}',
    [
      PRODUCT,
      GROUP,
      inBody('action', 'text', { values: ['assign', 'unassign'], required: true }),
      inBody('reassign', 'boolean', { default: false }),
      inBody('macs', 'list', { id: 'mac', maxItems: GROUP_MACS, required: true }),
    ],
    {
      reply: MEMBERS,
      quirks: [{ says: 'reassign is required in the table, so it is always sent.', source: 'A.2 #17' }],
    },
  ),
  /** #18 */
  'bindings.create': change('POST', '/v1/products/{product_key}/devices/bindings', BINDING_PARAMETERS, {
    reply: MEMBERS,
    quirks: BINDING_QUIRKS,
  }),
  /** #19 */
  'bindings.delete': change('DELETE', '/v1/products/{product_key}/devices/bindings', BINDING_PARAMETERS, {
    reply: MEMBERS,
    quirks: [...BINDING_QUIRKS, { says: 'A DELETE with a JSON body.', source: 'S1, S2' }],
  }),
  /** #20 */
  'report.activation': get('/v1/products/{product_key}/devices/report/activation', CYCLE_PARAMETERS, {
    lane: 'report',
    constraints: [PERIODS],
    notes: ['undocumented'],
    quirks: [
      {
        says: 'Named in the lists only; its parameters are taken to be those of the liveness history.',
        source: 'A.2 #20',
      },
    ],
  }),
  /** #21 */
  'report.locations': get('/v1/products/{product_key}/devices/locations', [PRODUCT, IN_GROUP, ...STATES], {
    lane: 'report',
    reply: { location: 'object', total: 'number?' },
    quirks: [{ says: 'Leaves are bare numbers; total counts devices without a place too.', source: 'c28: S1 sample' }],
  }),
  /** #22 */
  'report.summary': get('/v1/products/{product_key}/summary', [PRODUCT], {
    lane: 'report',
    alternatives: ['/v1/products/{product_key}/devices/summary'],
    reply: { total: 'number?', online: 'number?' },
    notes: ['chinaOnly'],
    quirks: [{ says: 'Documents print three paths; the operation id names this one.', source: 'c6' }],
  }),
  /** #23 */
  'report.activated': devicesByDay('incr_devices'),
  /** #24 */
  'report.active': devicesByDay('active_devices'),
  /** #25 */
  'report.liveness': get('/v1/products/{product_key}/devices/report/liveness', [PRODUCT], {
    lane: 'report',
    notes: ['undocumented'],
    quirks: [{ says: 'Known from an application only.', source: 'A.2 #25' }],
  }),
  /** #26 */
  'report.livenessHistory': get('/v1/products/{product_key}/devices/report/liveness/history', CYCLE_PARAMETERS, {
    lane: 'report',
    constraints: [PERIODS],
    paging: { style: 'none', records: 'data' },
    reply: { data: 'list' },
    notes: ['chinaOnly'],
    quirks: CYCLE_QUIRKS,
  }),
  /** #27 */
  'report.realtime': get('/v1/products/{product_key}/devices/report/rt', [PRODUCT, IN_GROUP], {
    lane: 'report',
    alternatives: ['/v1/products/{product_key}/devices/report/devices/report/rt'],
    reply: COUNTS,
    quirks: [
      { says: 'Documents print the path doubled; the operation id does not.', source: 'c7' },
      { says: 'The count of alerts is alert; a table calls it end.', source: 'c29' },
    ],
  }),
  /** #28 */
  'report.faultDevices': faultReport('fault/report/devices'),
  /** #29 */
  'report.alertDevices': faultReport('alert/report/devices'),
  /** #30 */
  'report.faultEvents': faultReport('fault/report/events'),
  /** #31 */
  'report.alertEvents': faultReport('alert/report/events', {
    alternatives: ['/v1/products/{product_key}/fault/alert/events'],
    quirks: [
      { says: 'Documents print the path of the alert devices; this one follows the fault events.', source: 'c8' },
    ],
  }),
  /** #32 */
  'report.newUsers': get('/v1/products/{product_key}/users/report/new', CYCLE_PARAMETERS, {
    lane: 'report',
    constraints: [{ rule: 'periods', start: 'start', end: 'end', cycle: 'cycle' }],
    paging: { style: 'none', records: 'data' },
    reply: { data: 'list' },
    notes: ['chinaOnly'],
    quirks: [{ says: 'gid is optional, though a table requires it.', source: 'c14: S1 sample' }, ...CYCLE_QUIRKS],
  }),
  /** #33 */
  'report.activeUsers': get(
    '/v1/users/liveness_total',
    [
      ...ENTERPRISE_HEADERS,
      PRODUCT_QUERY_BOTH,
      inQuery('appid', 'id'),
      inQuery('start_date', 'date', { required: true, text: 'startDay' }),
      inQuery('end_date', 'date', { required: true, text: 'endDay' }),
    ],
    {
      authentication: 'enterprise',
      lane: 'report',
      constraints: [{ rule: 'periods', start: 'start_date', end: 'end_date' }],
      paging: { style: 'none', records: 'data' },
      reply: { data: 'list' },
      quirks: [PRODUCT_KEY_AS_SECRET],
    },
  ),
  /** #34 */
  'report.userLocations': get('/v1/users/location', [...ENTERPRISE_HEADERS, PRODUCT_QUERY_BOTH], {
    authentication: 'enterprise',
    lane: 'report',
    quirks: [
      PRODUCT_KEY_AS_SECRET,
      { says: 'The tree is the body itself; a region and a city in it may have the same name.', source: 'S1 sample' },
    ],
  }),
  /** #35 */
  'report.userTotal': get('/v1/products/{product_key}/users/report/total', [PRODUCT, IN_GROUP], {
    lane: 'report',
    reply: { total: 'number' },
  }),
  /** #37 */
  'devices.baseStations': get(
    '/dataapi/location/bs/dids/v1',
    [
      parameter('header', 'product_key', 'id', { supplied: true, required: true, wire: ['X-Gizwits-ProductKey'] }),
      parameter('header', 'timestamp', 'text', { supplied: true, required: true, wire: ['X-Gizwits-Timestamp'] }),
      parameter('header', 'signature', 'text', {
        supplied: true,
        required: true,
        secret: true,
        wire: ['X-Gizwits-Signature'],
      }),
      inQuery('product_key', 'id', { supplied: true, required: true }),
      inQuery('dids', 'list', { id: 'id', required: true }),
    ],
    {
      authentication: 'signature',
      replyShape: 'any',
      notes: ['undocumented', 'onRequest'],
      quirks: [
        { says: 'Outside /v1, signed with md5(product secret + epoch seconds) in lower-case hex.', source: 'A.2 #37' },
        { says: 'dids are joined by commas.', source: 'presumed, as attrs of the aggregate' },
      ],
    },
  ),
} satisfies Record<string, Definition>;

/** Every operation of the Enterprise API, the internal ones included. */
export type OperationId = keyof typeof definitions;

/** Operations that an author may name. */
export type PublicOperationId = Exclude<OperationId, 'product.token'>;

/** The Enterprise API's operations by id. Frozen through and through. */
export const enterpriseOperations: Readonly<Record<OperationId, Operation>> = catalogueOf(definitions);

/** Ids that an author may name, in the order of the vendor's documents. */
export const publicOperationIds: readonly PublicOperationId[] = Object.freeze(
  (Object.keys(enterpriseOperations) as OperationId[]).filter(
    (id): id is PublicOperationId => enterpriseOperations[id].internal !== true,
  ),
);

/**
 * The operation that an author names.
 * @throws CloudError GIZ_BAD_INPUT listing all ids, when there is none such or it is internal.
 */
export function findOperation(id: unknown): Operation {
  const known = publicOperationIds.find((candidate) => candidate === id);
  if (known) return enterpriseOperations[known];
  throw badInput('operation', { field: 'operation', given: excerpt(id), accepted: publicOperationIds.join(', ') });
}

function catalogueOf<Id extends string>(source: Record<Id, Definition>): Readonly<Record<Id, Operation>> {
  const catalogue: Record<string, Operation> = Object.create(null);
  for (const [id, definition] of Object.entries<Definition>(source)) {
    const text = `gizwits.operations.${id}`;
    catalogue[id] = freeze({ id, title: `${text}.title`, description: `${text}.description`, ...definition });
  }
  return Object.freeze(catalogue);
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
