import { bytesOf, decodeText } from '../../cloud/bytes';
import { accepts } from '../../cloud/catalogue';
import { badInput } from '../../cloud/errors';
import { excerpt, isPlainObject } from '../../cloud/input';
import { parseTime } from '../../cloud/times';
import { LOG_DAYS_BACK, LOG_PAGE, LOG_REACH, SCENE_DELAY_SECONDS } from './parameters';

type Params = Readonly<Record<string, unknown>>;

/**
 * Rules of single operations that no table of parameters can say. All stand in the vendor's documents (OA), and all are
 * checked before anything is sent: the cloud answers most breaches of them with 9015, which names nothing.
 * @param params the author's, of which the request has been built already, so that each by itself is right
 * @param serverNow the cloud's wall clock, epoch milliseconds
 * @throws CloudError GIZ_BAD_INPUT naming the field, what is wrong with it and what is accepted
 */
export function checkLimits(operationId: string, params: Params, serverNow: number): void {
  CHECKS[operationId]?.(params, serverNow);
}

type Check = (params: Params, serverNow: number) => void;

const given = (params: Params, name: string): boolean => params[name] !== undefined && params[name] !== null;

/** The ways to do a thing, each by the names that it takes; the names given must be those of one way. */
function oneWay(params: Params, ways: readonly (readonly string[])[]): void {
  const names = [...new Set(ways.flat())];
  const there = names.filter((name) => given(params, name));
  const fits = ways.some((way) => way.length === there.length && way.every((name) => there.includes(name)));
  if (fits) return;
  const accepted = ways.map((way) => way.join(' + ')).join(' | ');
  throw badInput('combination', { field: names.join(', '), given: there.join(', ') || '-', accepted });
}

const REGISTRATIONS = [
  ['phone_id'],
  ['username', 'password'],
  ['email', 'password'],
  ['phone', 'password', 'code'],
  ['authData'],
] as const;

const THIRD_PARTIES = ['qq', 'sina', 'baidu', 'wechat', 'twitter', 'facebook', 'google', 'amazon'];

function checkRegistration(params: Params): void {
  oneWay(params, REGISTRATIONS);
  if (!given(params, 'authData')) return;
  const data = objectIn(params.authData, 'authData');
  for (const name of ['src', 'uid', 'token']) textIn(data, name, 'authData');
  oneOf(data.src, 'authData.src', THIRD_PARTIES);
}

function checkUserChange(params: Params): void {
  const names = Object.keys(params).filter((name) => given(params, name));
  if (names.length === 0) throw badInput('required', { field: 'params', accepted: accepts('object') });
  needs(params, 'new_pwd', 'old_pwd');
  needs(params, 'old_pwd', 'new_pwd');
  needs(params, 'code', 'phone');
  needs(params, 'phone', 'code');
  needs(params, 'username', 'password');
  if (given(params, 'birthday') && !/^(\d{4}-)?\d{2}-\d{2}$/.test(String(params.birthday))) {
    throw badInput('date', { field: 'birthday', given: excerpt(params.birthday), accepted: 'YYYY-MM-DD | MM-DD' });
  }
}

function needs(params: Params, name: string, other: string): void {
  if (given(params, name) && !given(params, other)) throw badInput('together', { field: name, accepted: other });
}

/** An ordinary share names its guest, one by QR code does not. */
function checkSharing(params: Params): void {
  const guests = ['uid', 'username', 'email', 'phone'];
  const there = guests.filter((name) => given(params, name));
  if (Number(params.type) === 0 && there.length !== 1) {
    throw badInput('exclusive', { field: guests.join(', '), given: there.join(', ') || '-' });
  }
  if (Number(params.type) === 1 && there.length > 0) {
    throw badInput('combination', { field: there.join(', '), given: 'type 1', accepted: `type 0 + ${there[0]}` });
  }
}

function checkRawData(params: Params, serverNow: number): void {
  const now = Math.floor(serverNow / 1000);
  const [start, end] = ['start_time', 'end_time'].map((name) =>
    Math.floor(parseTime(params[name], name, { now: () => serverNow }) / 1000),
  );
  if (end <= start) {
    const accepted = accepts('ordered', { start: 'start_time', end: 'end_time' });
    throw badInput('order', { field: 'start_time, end_time', given: `${start}, ${end}`, accepted });
  }
  // Clocks differ by a little, and calls take their time.
  if (end > now + 60) throw badInput('range', { field: 'end_time', given: end, accepted: `..${now}` });
  const earliest = now - LOG_DAYS_BACK * 86_400;
  if (start < earliest - 60) throw badInput('range', { field: 'start_time', given: start, accepted: `${earliest}..` });
  const reach = Number(params.skip ?? 0) + Number(params.limit ?? 0);
  if (reach > LOG_REACH) {
    throw badInput('range', { field: 'skip + limit', given: reach, accepted: `..${LOG_REACH} (limit ..${LOG_PAGE})` });
  }
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

function checkTiming(params: Params): void {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(String(params.time))) {
    throw badInput('value', { field: 'time', given: excerpt(params.time), accepted: 'HH:MM (UTC)' });
  }
  const repeat = String(params.repeat);
  if (repeat === 'none') {
    if (!given(params, 'date')) throw badInput('required', { field: 'date', accepted: 'YYYY-MM-DD (UTC)' });
  } else if (repeat === 'day') checkDays(params.days);
  else if (!repeat.split(',').every((day) => WEEKDAYS.includes(day.trim()))) {
    const accepted = `none | day | ${WEEKDAYS.join(',')}`;
    throw badInput('value', { field: 'repeat', given: excerpt(params.repeat), accepted });
  }
  checkLaterRaw(params);
}

function checkDays(value: unknown): void {
  const days = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [];
  const wrong = days.find((day) => !/^([1-9]|[12]\d|3[01])$/.test(String(day).trim()));
  if (days.length > 0 && wrong === undefined) return;
  throw badInput('value', { field: 'days', given: excerpt(wrong ?? value), accepted: '["1", …, "31"]' });
}

function checkLaterRaw(params: Params): void {
  if (!given(params, 'raw')) return;
  const coding = params.binary_coding === 'base64' ? 'base64' : 'hex';
  if (decodeText(String(params.raw), coding)) return;
  throw badInput('bytes', { field: 'raw', given: excerpt(params.raw), accepted: accepts(coding) });
}

function checkDevices(withPasscode: boolean): Check {
  return (params) => {
    for (const [index, device] of listIn(params.devices, 'devices').entries()) {
      const field = `devices[${index}]`;
      const members = objectIn(device, field);
      textIn(members, 'did', field);
      if (withPasscode) textIn(members, 'passcode', field);
    }
  };
}

const OPERATORS = ['>', '>=', '<', '<=', '==', '!='];

function checkRule(params: Params): void {
  const { event = 'data' } = params;
  if (event === 'alert' || event === 'fault') {
    if (!given(params, 'event_attr')) {
      throw badInput('required', { field: 'event_attr', accepted: '{"attr_name": "…", "value": "1"}' });
    }
    const attr = objectIn(params.event_attr, 'event_attr');
    textIn(attr, 'attr_name', 'event_attr');
    oneOf(String(attr.value), 'event_attr.value', ['0', '1']);
  }
  if (given(params, 'input')) {
    for (const [index, source] of arrayIn(params.input, 'input').entries()) {
      const field = `input[${index}]`;
      const members = objectIn(source, field);
      for (const name of ['product_key', 'did', 'prefix']) textIn(members, name, field);
    }
  }
  if (given(params, 'condition')) nested(params.condition, 'condition', checkCondition);
  nested(params.output, 'output', checkOutput);
}

/** A list of lists of objects. */
function nested(value: unknown, name: string, check: (member: Params, field: string) => void): void {
  for (const [outer, group] of arrayIn(value, name).entries()) {
    for (const [inner, member] of listIn(group, `${name}[${outer}]`).entries()) {
      const field = `${name}[${outer}][${inner}]`;
      check(objectIn(member, field), field);
    }
  }
}

function checkCondition(condition: Params, field: string): void {
  oneOf(condition.opt, `${field}.opt`, OPERATORS);
  for (const name of ['left', 'right']) {
    if (!given(condition, name)) throw badInput('required', { field: `${field}.${name}`, accepted: 'string' });
  }
}

function checkOutput(output: Params, field: string): void {
  oneOf(output.type, `${field}.type`, ['devctrl', 'delay']);
  if (output.type === 'delay') wholeNumberIn(output.delay, `${field}.delay`);
  else {
    textIn(output, 'did', field);
    oneCommand(output, field);
  }
}

function checkScene(params: Params): void {
  for (const [index, value] of listIn(params.tasks, 'tasks').entries()) {
    const field = `tasks[${index}]`;
    const task = objectIn(value, field);
    oneOf(task.task_type, `${field}.task_type`, ['delay', 'device', 'group']);
    if (task.task_type === 'delay') wholeNumberIn(task.time, `${field}.time`, SCENE_DELAY_SECONDS);
    else {
      textIn(task, task.task_type === 'device' ? 'did' : 'group_id', field);
      oneCommand(task, field);
      if (task.raw && decodeText(String(task.raw), 'base64') === undefined) {
        throw badInput('bytes', { field: `${field}.raw`, given: excerpt(task.raw), accepted: accepts('base64') });
      }
    }
  }
}

/** A command of a scene's task or of a rule; the cloud's own answers show the other of the two as empty. */
function oneCommand(task: Params, field: string): void {
  const isEmpty = (value: unknown): boolean =>
    value === '' || (isPlainObject(value) && Object.keys(value).length === 0);
  const there = ['attrs', 'raw'].filter((name) => given(task, name) && !isEmpty(task[name]));
  if (there.length === 1) return;
  throw badInput('exclusive', { field: `${field}.attrs, ${field}.raw`, given: there.join(', ') || '-' });
}

function checkOldSchedule(params: Params): void {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(String(params.time))) {
    throw badInput('value', { field: 'time', given: excerpt(params.time), accepted: 'HH:MM (UTC)' });
  }
  for (const [index, value] of listIn(params.task, 'task').entries()) {
    const field = `task[${index}]`;
    const task = objectIn(value, field);
    for (const name of ['did', 'product_key']) textIn(task, name, field);
    objectIn(task.attrs, `${field}.attrs`);
  }
}

const CHECKS: Readonly<Record<string, Check>> = {
  post_app_users: checkRegistration,
  put_app_users: checkUserChange,
  post_app_reset_password: (params) => oneWay(params, [['email'], ['phone', 'new_pwd', 'code']]),
  post_app_bindings: checkDevices(true),
  delete_app_bindings: checkDevices(false),
  get_app_devices_did_raw_data: checkRawData,
  post_app_sharing: checkSharing,
  post_app_rules: checkRule,
  put_app_rules_rule_id: checkRule,
  post_app_scene: checkScene,
  put_app_scene_id: checkScene,
  post_app_devices_did_scheduler: checkTiming,
  put_app_devices_did_scheduler_id: checkTiming,
  post_app_common_scheduler: checkTiming,
  put_app_common_scheduler_id: checkTiming,
  post_app_scheduler: checkOldSchedule,
};

function listIn(value: unknown, field: string): unknown[] {
  const list = arrayIn(value, field);
  if (list.length > 0) return list;
  throw badInput('noItems', { field, given: excerpt(value), accepted: accepts('list') });
}

function arrayIn(value: unknown, field: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw badInput('type', { field, given: excerpt(value), accepted: accepts('list') });
}

function objectIn(value: unknown, field: string): Params {
  if (isPlainObject(value)) return value;
  throw badInput('type', { field, given: excerpt(value), accepted: accepts('object') });
}

function textIn(members: Params, name: string, field: string): void {
  const value = members[name];
  if (typeof value === 'string' && value !== '') return;
  throw badInput('required', { field: `${field}.${name}`, accepted: accepts('text', { max: 256 }) });
}

function oneOf(value: unknown, field: string, accepted: readonly string[]): void {
  if (typeof value === 'string' && accepted.includes(value)) return;
  throw badInput('value', { field, given: excerpt(value), accepted: accepted.join(' | ') });
}

function wholeNumberIn(value: unknown, field: string, max?: number): void {
  const inRange = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= (max ?? Infinity);
  if (inRange) return;
  const accepted = max === undefined ? accepts('integerFrom', { min: 0 }) : accepts('integerRange', { min: 0, max });
  throw badInput('integer', { field, given: excerpt(value), accepted });
}

/**
 * The author's parameters in the forms that single operations want: bytes of later commands as text, the code of a
 * scanned QR text by itself. Everything else stays as it is.
 */
export function withPlainForms(operationId: string, params: Params): Params {
  if (LATER.has(operationId)) return withTextBytes(params);
  if (operationId.endsWith('sharing_code_code') && typeof params.code === 'string') {
    const code = /(?:^|[?&])code=([^&]+)/.exec(params.code)?.[1];
    return code === undefined ? params : { ...params, code };
  }
  if (operationId === 'get_app_devdata_did_agg_data') {
    // The text of the document has `hours`, `day`, its samples have `HOURS`, `DAYS` (B.2).
    const [, unit] = /^(hour|day|week|month)s?$/i.exec(String(params.unit)) ?? [];
    return unit === undefined ? params : { ...params, unit: `${unit.toUpperCase()}S` };
  }
  if (operationId === 'post_app_scene' || operationId === 'put_app_scene_id') {
    if (!Array.isArray(params.tasks)) return params;
    return { ...params, tasks: params.tasks.map(withBase64) };
  }
  return params;
}

const LATER: ReadonlySet<string> = new Set([
  'post_app_devices_did_scheduler',
  'put_app_devices_did_scheduler_id',
  'post_app_common_scheduler',
  'put_app_common_scheduler_id',
]);

function withTextBytes(params: Params): Params {
  if (typeof params.raw === 'string') return params;
  const bytes = bytesOf(params.raw);
  if (!bytes || bytes.length === 0) return params;
  return { ...params, raw: bytes.toString(params.binary_coding === 'base64' ? 'base64' : 'hex') };
}

function withBase64(task: unknown): unknown {
  if (!isPlainObject(task)) return task;
  const bytes = typeof task.raw === 'string' ? undefined : bytesOf(task.raw);
  return bytes ? { ...task, raw: bytes.toString('base64') } : task;
}
