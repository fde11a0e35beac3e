import type { Parameter } from '../../cloud/catalogue';

/** Parameters that several operations of the Open API share, and the limits of the API. */

type ParameterOptions = Partial<Omit<Parameter, 'name' | 'in' | 'type' | 'description'>> & { text?: string };

/** Raw logs: windows stay below two days, within the last seven (OA). */
export const LOG_WINDOW_SECONDS = 172_800;
export const LOG_DAYS_BACK = 7;
/** Raw logs: most records in a page, and most that can be reached at all (OA). */
export const LOG_PAGE = 1000;
export const LOG_REACH = 5000;
/** A share's life, minutes (OA). */
export const SHARE_MINUTES = 1440;
/** Longest pause inside a scene, seconds (OA). */
export const SCENE_DELAY_SECONDS = 3600;
/** Most tries of an old schedule (OO). */
export const SCHEDULE_RETRIES = 60;

/** Times in seconds are below this; larger ones are milliseconds by mistake. */
export const SECONDS_BELOW = 100_000_000_000;

/** Longest text of bytes: twice the longest payload seen, and some. */
const LONGEST_BYTES_TEXT = 4096;
const LONGEST_REMARK = 1024;

function parameter(
  where: Parameter['in'],
  name: string,
  type: Parameter['type'],
  { text = name, ...more }: ParameterOptions = {},
): Parameter {
  return { name, in: where, type, ...more, description: `app.parameters.${text}` };
}

export const inPath = (name: string, more?: ParameterOptions): Parameter =>
  parameter('path', name, 'id', { required: true, ...more });
export const inQuery = (name: string, type: Parameter['type'], more?: ParameterOptions): Parameter =>
  parameter('query', name, type, more);
export const inBody = (name: string, type: Parameter['type'], more?: ParameterOptions): Parameter =>
  parameter('body', name, type, more);

export const DID = inPath('did');
export const PAGE = [inQuery('limit', 'integer', { min: 1 }), inQuery('skip', 'integer', { min: 0 })];

export const PASSWORD = inBody('password', 'text', { secret: true });
export const LANG = inBody('lang', 'text', { values: ['en', 'zh-cn'] });
export const PHONE = inBody('phone', 'text');
export const CODE = inBody('code', 'text', { secret: true });
export const NEW_PASSWORD = inBody('new_pwd', 'text', { secret: true });
export const REMARK = inBody('remark', 'text', { maxLength: LONGEST_REMARK, allowEmpty: true });
export const ALIAS = inBody('dev_alias', 'text', { allowEmpty: true });
export const SET_OWNER = inBody('set_owner', 'flag');
export const DIDS = inBody('dids', 'list', { id: 'id', required: true });

export const CODING = inBody('binary_coding', 'text', { values: ['hex', 'base64'] });
/** What a device is told at once: exactly one of the two, though tables say at least one. */
export const COMMAND = [CODING, inBody('attrs', 'object'), inBody('raw', 'bytes', { coding: 'binary_coding' })];
/** What a device is told later: here raw is text, hex unless the coding says otherwise (OA). */
export const LATER_COMMAND = [
  CODING,
  inBody('attrs', 'object'),
  inBody('raw', 'text', { maxLength: LONGEST_BYTES_TEXT, text: 'rawText' }),
];

/** When a schedule runs. All of it is UTC. */
export const TIMING = [
  inBody('date', 'date', { text: 'scheduleDate' }),
  inBody('time', 'text', { required: true, text: 'scheduleTime' }),
  inBody('repeat', 'text', { required: true }),
  inBody('days', 'list'),
  inBody('start_date', 'date'),
  inBody('end_date', 'date'),
  inBody('enabled', 'boolean'),
  REMARK,
];
