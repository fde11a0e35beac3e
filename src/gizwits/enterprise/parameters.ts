import type { Parameter } from '../../cloud/catalogue';

/** Parameters that several operations of the Enterprise API share, and the limits of the API. */

type ParameterOptions = Partial<Omit<Parameter, 'name' | 'in' | 'type' | 'description'>> & { text?: string };

/** Longest window of #10 to #12, seconds: the records' two days, to be kept below (A.3). */
export const LOG_WINDOW_SECONDS = 172_800;
/** Longest window of #36, milliseconds: one month, of the longest kind (A.3). */
export const AGGREGATE_WINDOW_MS = 31 * 86_400_000;
/** Most periods in one report of #26, both ends counted (S1). */
export const REPORT_PERIODS = { date: 30, week: 53, month: 12 } as const;
/** Most MAC addresses in one change of a group (S1). */
export const GROUP_MACS = 1000;
/** Most devices in one change of bindings: the documents name no limit, so what groups take. */
export const BINDING_DIDS = 1000;
/** Most records in a page of #10 to #12 (S1); the skip-paged operations document no maximum. */
export const LOG_PAGE = 100;

/** Times in seconds are below this; larger ones are milliseconds by mistake. */
export const SECONDS_BELOW = 100_000_000_000;

export function parameter(
  where: Parameter['in'],
  name: string,
  type: Parameter['type'],
  { text = name, ...more }: ParameterOptions = {},
): Parameter {
  return { name, in: where, type, ...more, description: `gizwits.parameters.${text}` };
}

export const inPath = (name: string, more?: ParameterOptions) =>
  parameter('path', name, 'id', { required: true, ...more });
export const inQuery = (name: string, type: Parameter['type'], more?: ParameterOptions) =>
  parameter('query', name, type, more);
export const inBody = (name: string, type: Parameter['type'], more?: ParameterOptions) =>
  parameter('body', name, type, more);

export const PRODUCT = inPath('product_key', { supplied: true });
export const DID = inPath('did');
export const GROUP = inPath('gid', { text: 'group' });
export const MAC = inQuery('mac', 'id', { id: 'mac', required: true });
export const IN_GROUP = inQuery('gid', 'id');
export const SKIP_PAGE = [inQuery('limit', 'integer', { min: 1 }), inQuery('skip', 'integer', { min: 0 })];
export const PLACE = [inQuery('country', 'text'), inQuery('region', 'text'), inQuery('city', 'text')];
export const STATES = [inQuery('is_online', 'flag'), inQuery('is_faulty', 'flag'), inQuery('is_alert', 'flag')];

export const SECRETS = [
  inBody('enterprise_id', 'text', { supplied: true, required: true }),
  inBody('enterprise_secret', 'text', { supplied: true, required: true, secret: true }),
  inBody('product_secret', 'text', { supplied: true, required: true, secret: true }),
];

/** c11: one document calls the secret optional, its siblings do not; both headers are always sent. */
export const ENTERPRISE_HEADERS = [
  parameter('header', 'enterprise_id', 'text', { supplied: true, required: true, wire: ['X-Gizwits-Enterprise-ID'] }),
  parameter('header', 'enterprise_secret', 'text', {
    supplied: true,
    required: true,
    secret: true,
    wire: ['X-Gizwits-Enterprise-Secret'],
  }),
];

/** c10: S1 renamed the parameter for #4 only; the value is the product's key in all three, never its secret. */
export const PRODUCT_QUERY = inQuery('product_key', 'id', { supplied: true, required: true });
export const PRODUCT_QUERY_BOTH = inQuery('product_key', 'id', {
  supplied: true,
  required: true,
  wire: ['product_secret', 'product_key'],
});

export const LOG_PARAMETERS = [
  PRODUCT,
  DID,
  inQuery('start_ts', 'integer', { min: 0, max: SECONDS_BELOW - 1, unit: 's' }),
  inQuery('end_ts', 'integer', { min: 0, max: SECONDS_BELOW - 1, unit: 's' }),
  inQuery('sort', 'text', { values: ['asc', 'desc'] }),
  inQuery('limit', 'integer', { min: 1, max: LOG_PAGE }),
  inQuery('context', 'text', { maxLength: 4096 }),
  inQuery('skip', 'integer', { min: 0 }),
];

export const CYCLE_PARAMETERS = [
  PRODUCT,
  IN_GROUP,
  inQuery('cycle', 'text', { values: ['date', 'week', 'month'], default: 'date' }),
  inQuery('start', 'date', { dates: ['date', 'week', 'month'], cycle: 'cycle', required: true, text: 'startPeriod' }),
  inQuery('end', 'date', { dates: ['date', 'week', 'month'], cycle: 'cycle', required: true, text: 'endPeriod' }),
];

export const BINDING_PARAMETERS = [
  PRODUCT,
  inBody('uid', 'id', { required: true }),
  inBody('appid', 'id', { required: true }),
  inBody('dids', 'list', { id: 'id', required: true }),
];
