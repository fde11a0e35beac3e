import type { Constraint } from '../../../cloud/catalogue';
import { type AppDefinition, change, get, paged, whole } from '../operation';
import { COMMAND, DID, inQuery, LOG_PAGE, LOG_REACH, LOG_WINDOW_SECONDS, PAGE, SECONDS_BELOW } from '../parameters';

/** Exactly one, though the document says at least one: the cloud would have to choose. */
export const ONE_COMMAND: Constraint = { rule: 'exactlyOne', of: ['attrs', 'raw'] };

const SECONDS = { min: 0, max: SECONDS_BELOW - 1, unit: 's' } as const;
const MILLISECONDS = { min: SECONDS_BELOW, unit: 'ms' } as const;

const OLD_HISTORY = [
  inQuery('start_ts', 'integer', { ...SECONDS, text: 'start_time' }),
  inQuery('end_ts', 'integer', { ...SECONDS, text: 'end_time' }),
  inQuery('entity', 'text'),
  inQuery('attr', 'text', { text: 'attrName' }),
  ...PAGE,
];

/** What devices are and do. */
export const devices: readonly AppDefinition[] = [
  get('/app/devices/{did}', [DID]),
  get(
    '/app/devices',
    [inQuery('product_key', 'id', { required: true }), inQuery('mac', 'id', { id: 'mac', required: true })],
    { authentication: 'app', notes: ['obsolete'] },
  ),
  get('/app/devdata/{did}/latest', [DID], {
    quirks: [
      { says: 'Needs a user token since January 2024, though documents say the app ID will do.', source: 'B.2' },
      { says: 'Without data of the last 24 hours: updated_at 0 and an empty attr.', source: 'OA' },
    ],
  }),
  get('/app/devdata/{did}', [DID, ...OLD_HISTORY], { replyShape: 'any', notes: ['obsolete'] }),
  get(
    '/app/devdata',
    [inQuery('product_key', 'id', { required: true }), inQuery('did', 'id', { required: true }), ...OLD_HISTORY],
    { replyShape: 'any', notes: ['obsolete'] },
  ),
  get('/app/datapoint', [inQuery('product_key', 'id', { required: true })], {
    authentication: 'app',
    reply: { entities: 'list' },
    quirks: [{ says: 'product_key goes into the query; the table says the path.', source: 'B.2' }],
  }),
  get(
    '/app/devices/{did}/raw_data',
    [
      DID,
      inQuery('type', 'text', { values: ['cmd', 'online'], required: true, text: 'logType' }),
      inQuery('start_time', 'integer', { ...SECONDS, required: true }),
      inQuery('end_time', 'integer', { ...SECONDS, required: true }),
      inQuery('skip', 'integer', { min: 0, max: LOG_REACH - 1 }),
      inQuery('limit', 'integer', { min: 1, max: LOG_PAGE }),
      inQuery('sort', 'text', { values: ['desc', 'asc'] }),
    ],
    {
      constraints: [{ rule: 'window', start: 'start_time', end: 'end_time', limit: LOG_WINDOW_SECONDS }],
      paging: paged('objects'),
      replyShape: 'any',
      notes: ['unpublishedOnly'],
      quirks: [
        { says: 'objects may be an object whose hits hold the records.', source: 'capture of 2024' },
        { says: 'The orders are asc and desc; the document prints ase and dese.', source: 'B.3' },
      ],
    },
  ),
  change('POST', '/app/control/{did}', [DID, ...COMMAND], {
    constraints: [ONE_COMMAND],
    command: true,
    quirks: [{ says: 'The answer {} means sent, not carried out.', source: 'OA' }],
  }),
];

/** Values computed over a device's reports. */
export const data: readonly AppDefinition[] = [
  get(
    '/app/devdata/{did}/agg_data',
    [
      DID,
      inQuery('start_ts', 'integer', { ...MILLISECONDS, required: true }),
      inQuery('end_ts', 'integer', { ...MILLISECONDS, required: true }),
      inQuery('attrs', 'list', { id: 'name', required: true, text: 'aggregateAttrs' }),
      inQuery('aggregator', 'text', { values: ['sum', 'avg', 'max', 'min'], required: true }),
      inQuery('unit', 'text', { values: ['HOURS', 'DAYS', 'WEEKS', 'MONTHS'], required: true }),
    ],
    {
      lane: 'report',
      constraints: [{ rule: 'window', start: 'start_ts', end: 'end_ts' }],
      paging: whole('data'),
      reply: { data: 'list' },
      notes: ['onRequest'],
      quirks: [
        { says: 'GET, as the anchor says; the document prints PUT.', source: 'B.3' },
        { says: 'Periods are named datatime, and values may be text.', source: 'OA sample' },
        { says: 'Units in capitals, as in samples; the text says hours, days, weeks, months.', source: 'B.2' },
      ],
    },
  ),
];

/** The service itself. */
export const system: readonly AppDefinition[] = [
  get('/status', [], { authentication: 'app' }),
  get('/errors', [], { authentication: 'app', replyShape: 'array', paging: whole() }),
];
