import type { AppCall } from '../call';
import { AppRefused } from '../errors';
import type { Rule, Schedule } from '../store';
import { checkProduct } from './bindings';

const KINDS: Readonly<Record<string, string>> = { bool: 'bool', enum: 'enum', binary: 'binary' };

export function ruleParams(call: AppCall): object {
  const asked = call.query.text('product_key')?.split(',') ?? call.app.products;
  void call.user;
  return Object.fromEntries(
    asked
      .filter((productKey) => call.app.products.includes(productKey))
      .map((productKey) => [
        productKey,
        (call.world.product(productKey)?.datapoints ?? []).map(({ name, displayName, dataType, choices = [] }) => ({
          name,
          display_name: displayName,
          type: KINDS[dataType] ?? 'int',
          enum: choices,
        })),
      ]),
  );
}

const EVENTS = ['online', 'offline', 'alert', 'fault', 'data'] as const;

function ruleBody(call: AppCall): Omit<Rule, 'id' | 'uid' | 'appid' | 'lastRunAt'> {
  const { body } = call;
  const event = body.choice('event', EVENTS) ?? 'data';
  const productKey = body.required('product_key');
  checkProduct(call, productKey);
  const device = call.device(body.required('did'));
  if (device.product.productKey !== productKey) throw new AppRefused(9002);
  const attr = body.object('event_attr');
  const output = body.list('output');
  for (const sequence of output) {
    if (!Array.isArray(sequence)) throw new AppRefused(9015, 'output: Expected a list of items.');
    for (const step of sequence) if (step?.type !== 'delay') call.device(String(step?.did ?? ''));
  }
  const interval = body.integer('interval') ?? 0;
  return {
    body: {
      remark: body.text('remark') ?? '',
      name: body.required('name'),
      did: device.did,
      interval,
      product_key: productKey,
      event,
      ...(attr && { event_attr: attr }),
      input: body.any('input') ?? [],
      condition: body.any('condition') ?? [],
      output,
    },
    did: device.did,
    event,
    eventAttr: attr && { name: String(attr.attr_name), raised: String(attr.value) === '1' },
    intervalMs: interval * 1000,
  };
}

export function listRules(call: AppCall): object {
  const { limit, skip } = call.query.page();
  const mine = call.store.rules.filter(({ uid }) => uid === call.user.uid);
  return { rules: mine.slice(skip, skip + limit).map(({ id, body }) => ({ ...body, rule_id: id })) };
}

function ruleOf(call: AppCall): Rule {
  const rule = call.store.rules.find(({ id, uid }) => String(id) === call.params.rule_id && uid === call.user.uid);
  if (!rule) throw new AppRefused(9015, 'rule not found');
  return rule;
}

export function createRule(call: AppCall): object {
  const { store, user, app, cloud } = call;
  const body = ruleBody(call);
  const id = store.number();
  store.rules.push({ id, uid: user.uid, appid: app.appid, ...body, lastRunAt: Number.NEGATIVE_INFINITY });
  cloud.runner.refresh();
  return { rule_id: id };
}

export function changeRule(call: AppCall): object {
  const rule = Object.assign(ruleOf(call), ruleBody(call));
  return { rule_id: rule.id };
}

export function deleteRule(call: AppCall): object {
  const rule = ruleOf(call);
  call.store.rules.splice(call.store.rules.indexOf(rule), 1);
  call.cloud.runner.refresh();
  return { rule_id: rule.id };
}

const DAY_NAMES = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DATE = /^\d{4}-\d{2}-\d{2}$/;

type Timing = Pick<Schedule, 'date' | 'time' | 'repeat' | 'days' | 'startDate' | 'endDate' | 'enabled' | 'remark'>;

function dateIn(call: AppCall, name: string): string {
  const value = call.body.text(name) ?? '';
  if (value !== '' && !DATE.test(value)) throw new AppRefused(9015, `${name}: Date has wrong format.`);
  return value;
}

function timing(call: AppCall): Timing {
  const { body } = call;
  const time = body.required('time');
  const repeat = body.required('repeat');
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) throw new AppRefused(9015, 'time: wrong format.');
  const date = dateIn(call, 'date');
  const days = body.has('days') ? body.list('days').map(String) : [];
  const byWeek = repeat.split(',').every((name) => DAY_NAMES.includes(name));
  if (repeat === 'none' ? date === '' : repeat === 'day' ? days.length === 0 : !byWeek) {
    throw new AppRefused(9015, 'repeat: invalid.');
  }
  const enabled = body.has('enabled') ? body.any('enabled') === true : true;
  return {
    date,
    time,
    repeat,
    days,
    startDate: dateIn(call, 'start_date'),
    endDate: dateIn(call, 'end_date'),
    enabled,
    remark: body.text('remark') ?? '',
  };
}

const NOTHING = { did: '', groupId: '', sceneId: '', attrs: undefined, raw: '', coding: 'hex', task: [] } as const;

function scheduled(call: AppCall, kind: Schedule['kind'], more: Partial<Schedule>): Schedule {
  const { store, user, app, now } = call;
  return {
    id: store.id(),
    uid: user.uid,
    appid: app.appid,
    kind,
    ...NOTHING,
    task: [],
    ...timing(call),
    createdAt: now,
    ranAt: 0,
    logs: [],
    ...more,
  };
}

function laterCommand(call: AppCall): Pick<Schedule, 'attrs' | 'raw' | 'coding'> {
  const { body } = call;
  const coding = body.choice('binary_coding', ['hex', 'base64']) ?? 'hex';
  return { attrs: body.object('attrs'), raw: body.text('raw') ?? '', coding };
}

function keep(call: AppCall, schedule: Schedule): object {
  call.store.schedules.push(schedule);
  call.cloud.runner.refresh();
  return { id: schedule.id };
}

function scheduleOf(call: AppCall, kind: Schedule['kind']): Schedule {
  const found = call.store.schedules.find(
    (schedule) => schedule.id === call.params.id && schedule.kind === kind && schedule.uid === call.user.uid,
  );
  if (!found) throw new AppRefused(9030);
  return found;
}

function remove(call: AppCall, kind: Schedule['kind']): object {
  call.store.schedules.splice(call.store.schedules.indexOf(scheduleOf(call, kind)), 1);
  call.cloud.runner.refresh();
  return {};
}

function print(call: AppCall, schedule: Schedule): Record<string, unknown> {
  const { id, did, groupId, sceneId, attrs, raw, date, time, repeat, days, startDate, endDate, enabled, remark } =
    schedule;
  const productKey =
    call.world.device(did)?.product.productKey ?? call.store.groups.find((group) => group.id === groupId)?.productKey;
  return {
    remark,
    repeat,
    end_date: endDate,
    did,
    created_at: new Date(schedule.createdAt).toISOString().slice(0, 19),
    enabled,
    days,
    product_key: productKey ?? '',
    id,
    raw,
    attrs: attrs ?? {},
    time,
    date,
    start_date: startDate,
    ...(schedule.kind === 'common' && { scene_id: sceneId, group_id: groupId }),
  };
}

function listed(call: AppCall, matches: (schedule: Schedule) => boolean): object {
  const { limit, skip } = call.query.page();
  return call.store.schedules
    .filter((schedule) => schedule.uid === call.user.uid && matches(schedule))
    .slice(skip, skip + limit)
    .map((schedule) => print(call, schedule));
}

export function listDeviceSchedules(call: AppCall): object {
  const { did } = call.device();
  return listed(call, (schedule) => schedule.kind === 'device' && schedule.did === did);
}

export function scheduleDevice(call: AppCall): object {
  const { did } = call.device();
  return keep(call, scheduled(call, 'device', { did, ...laterCommand(call) }));
}

export function changeDeviceSchedule(call: AppCall): object {
  call.device();
  const schedule = Object.assign(scheduleOf(call, 'device'), timing(call), given(call));
  call.cloud.runner.refresh();
  return { id: schedule.id };
}

/** A change that names no command leaves the one that is there. */
function given(call: AppCall): Partial<Schedule> {
  return call.body.has('attrs') || call.body.has('raw') ? laterCommand(call) : {};
}

export const deleteDeviceSchedule = (call: AppCall): object => remove(call, 'device');

/** One of did, group and scene; the first that is given counts, as the document says. */
function target(call: AppCall): Partial<Schedule> {
  const { body, store, user } = call;
  const did = body.text('did');
  if (did !== undefined) return { did: call.device(did).did };
  const groupId = body.text('group_id');
  if (groupId !== undefined) {
    if (!store.groups.some(({ id, uid }) => id === groupId && uid === user.uid)) throw new AppRefused(9015);
    return { groupId };
  }
  const sceneId = body.text('scene_id');
  if (!store.scenes.some(({ id, uid }) => id === sceneId && uid === user.uid)) throw new AppRefused(9220);
  return { sceneId };
}

export function listCommonSchedules(call: AppCall): object {
  const { query } = call;
  const [did, groupId, sceneId] = [query.text('did'), query.text('group_id'), query.text('scene_id')];
  return listed(
    call,
    (schedule) =>
      schedule.kind === 'common' &&
      (did === undefined || schedule.did === did) &&
      (groupId === undefined || schedule.groupId === groupId) &&
      (sceneId === undefined || schedule.sceneId === sceneId),
  );
}

export function scheduleAny(call: AppCall): object {
  return keep(call, scheduled(call, 'common', { ...target(call), ...laterCommand(call) }));
}

export function changeCommonSchedule(call: AppCall): object {
  const { body } = call;
  const moved = body.has('did') || body.has('group_id') || body.has('scene_id');
  const where = moved ? { did: '', groupId: '', sceneId: '', ...target(call) } : {};
  const schedule = Object.assign(scheduleOf(call, 'common'), timing(call), where, given(call));
  call.cloud.runner.refresh();
  return { id: schedule.id };
}

export const deleteCommonSchedule = (call: AppCall): object => remove(call, 'common');

export function listOldSchedules(call: AppCall): object {
  return call.store.schedules
    .filter(({ kind, uid }) => kind === 'old' && uid === call.user.uid)
    .map(({ id, date, time, repeat, task, createdAt }) => ({
      id,
      date,
      time,
      repeat,
      task,
      created_at: new Date(createdAt).toISOString().slice(0, 19),
    }));
}

export function createOldSchedule(call: AppCall): object {
  const task = call.body.list('task') as Record<string, unknown>[];
  for (const { did } of task) call.device(String(did ?? ''));
  return keep(call, scheduled(call, 'old', { task }));
}

export const deleteOldSchedule = (call: AppCall): object => remove(call, 'old');

export function oldScheduleLogs(call: AppCall): object {
  return scheduleOf(call, 'old').logs;
}
