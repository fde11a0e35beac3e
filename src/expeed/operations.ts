import type { Operation, Parameter } from '../cloud/catalogue';

/** Calls of Expeed's platform API, as {@link expeedOperations} has them. */
export type ExpeedOperationId = 'platform.token' | 'device.status' | 'device.current' | 'device.history' | 'device.set';

/** Records of one history call at most (seed 004). */
export const MAX_PAGE = 6000;

const SOURCE = 'third-party platform document';

const DEVICE_ID: Parameter = {
  name: 'deviceId',
  wire: ['device_id'],
  in: 'path',
  type: 'id',
  // The document says only "String"; the wider of the two lists of characters leaves room for addresses.
  id: 'mac',
  required: true,
  description: 'expeed.parameters.deviceId',
};

const DEVICE_KEY: Parameter = {
  name: 'deviceKey',
  wire: ['device_key'],
  in: 'header',
  type: 'text',
  required: true,
  secret: true,
  description: 'expeed.parameters.deviceKey',
};

const IDS: Parameter = {
  name: 'ids',
  wire: ['id'],
  in: 'query',
  type: 'list',
  id: 'name',
  description: 'expeed.parameters.ids',
};

function wallTime(name: 'start' | 'end'): Parameter {
  return { name, in: 'query', type: 'text', description: `expeed.parameters.${name}` };
}

function operation(id: ExpeedOperationId, rest: Omit<Operation, 'id' | 'title' | 'description' | 'reply'>): Operation {
  const key = `expeed.operations.${id}`;
  return Object.freeze({ id, ...rest, title: `${key}.title`, description: `${key}.description` });
}

const HEADER_QUIRK = {
  says: 'Both "device_key:xxx" and "device_key=xxx" are printed; both mean the header.',
  source: SOURCE,
};

/**
 * Expeed's platform API, one entry a call. Source of all of it is seed 004, the only document there is; what it leaves
 * open is ruled in the project's fact sheet.
 */
export const expeedOperations: Readonly<Record<ExpeedOperationId, Operation>> = Object.freeze({
  'platform.token': operation('platform.token', {
    method: 'GET',
    path: '/v1/platform/token',
    authentication: 'keys',
    lane: 'control',
    internal: true,
    parameters: [
      {
        name: 'platform_key',
        in: 'query',
        type: 'text',
        required: true,
        supplied: true,
        description: 'expeed.parameters.platformKey',
      },
      {
        name: 'secret_key',
        in: 'query',
        type: 'text',
        required: true,
        supplied: true,
        secret: true,
        description: 'expeed.parameters.secretKey',
      },
    ],
    quirks: [
      { says: 'At most 200 calls a day; expires_in is in seconds.', source: SOURCE },
      { says: 'The secret travels in the query: the URL of this call must appear nowhere.', source: SOURCE },
    ],
  }),
  'device.status': operation('device.status', {
    method: 'GET',
    path: '/v1/devices/device_status/{device_id}',
    authentication: 'token',
    lane: 'read',
    parameters: [DEVICE_ID, DEVICE_KEY],
    quirks: [
      { says: 'device_status is 0 offline, 1 online; a status push has it the other way round.', source: SOURCE },
    ],
  }),
  'device.current': operation('device.current', {
    method: 'GET',
    path: '/v1/devices/{device_id}/currentDatapoints',
    authentication: 'token',
    lane: 'read',
    parameters: [DEVICE_ID, DEVICE_KEY, { ...IDS, default: 'all' }],
    quirks: [HEADER_QUIRK],
  }),
  'device.history': operation('device.history', {
    method: 'GET',
    path: '/v1/devices/{device_id}/datapoints',
    authentication: 'token',
    lane: 'read',
    parameters: [
      DEVICE_ID,
      DEVICE_KEY,
      IDS,
      wallTime('start'),
      wallTime('end'),
      { name: 'limit', in: 'query', type: 'integer', min: 1, max: MAX_PAGE, description: 'expeed.parameters.limit' },
      { name: 'cursor', in: 'query', type: 'text', description: 'expeed.parameters.cursor' },
      { name: 'first', in: 'query', type: 'integer', min: 0, max: 1, description: 'expeed.parameters.first' },
    ],
    constraints: [{ rule: 'together', of: ['start', 'end'] }],
    paging: { style: 'cursor', records: 'data' },
    quirks: [
      HEADER_QUIRK,
      { says: 'Times are wall times written 2017-02-13T12-00-00-000; the zone is stated nowhere.', source: SOURCE },
      {
        says: 'How the last page is told is stated nowhere: no cursor, an empty page, or nothing new.',
        source: SOURCE,
      },
    ],
  }),
  'device.set': operation('device.set', {
    method: 'POST',
    path: '/v1/devices/{device_id}/device_setting',
    authentication: 'token',
    lane: 'control',
    parameters: [
      DEVICE_ID,
      DEVICE_KEY,
      {
        name: 'value',
        in: 'body',
        type: 'object',
        whole: true,
        required: true,
        description: 'expeed.parameters.value',
      },
    ],
    quirks: [
      HEADER_QUIRK,
      { says: 'The answer only takes the setting; its outcome is a push with the same message_id.', source: SOURCE },
    ],
  }),
});
