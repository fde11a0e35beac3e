import bind from '../../nodes/gizwits-bind';
import control from '../../nodes/gizwits-control';
import datapoints from '../../nodes/gizwits-datapoints';
import getDid from '../../nodes/gizwits-get-did';
import group from '../../nodes/gizwits-group';
import history from '../../nodes/gizwits-history';
import report from '../../nodes/gizwits-report';
import request from '../../nodes/gizwits-request';
import search from '../../nodes/gizwits-search';
import type { Simulator } from '../../src/simulator';
import type { Device } from '../../src/simulator/world/device';
import { sessionsOf } from '../../src/simulator/world/state';
import type { Message, NodeSet } from './flows';

/** One call of an operation through a node, with a message that asks for it. */
export interface Run {
  operation: string;
  node: string;
  /** Fields of the node beside its type. */
  fields?: Record<string, unknown>;
  /** Made when its turn has come, since it may need what an earlier run brought. */
  msg?: () => Message;
  /** Takes what later runs need. */
  keep?: (msg: Message) => void;
}

/** The node sets that make calls of the Enterprise API, by type. */
export const callingNodes: Readonly<Record<string, NodeSet>> = {
  'gizwits-bind': bind,
  'gizwits-control': control,
  'gizwits-datapoints': datapoints,
  'gizwits-get-did': getDid,
  'gizwits-group': group,
  'gizwits-history': history,
  'gizwits-report': report,
  'gizwits-request': request,
  'gizwits-search': search,
};

const DAY = 86_400_000;

/**
 * Every operation that an author may name, through every node that makes it; those through gizwits-request bring each
 * parameter of the operation to the wire, if need be in several calls.
 */
export function enterpriseRuns(simulator: Simulator): Run[] {
  const { productKey } = simulator.products[0] as Simulator['products'][number];
  const end_ts = Math.floor(Date.now() / 1000);
  const start_ts = end_ts - 170_000;
  // Whatever the time of day, its log of comings and goings must fill more than a page of two.
  const comesAndGoes = (one: Device): boolean => sessionsOf(one, start_ts * 1000, end_ts * 1000).length > 2;
  const device = simulator.world
    .devicesOf(productKey)
    .find((one) => one.place && one.mac && !one.disabled && comesAndGoes(one));
  const user = simulator.world.people.users[0];
  const root = simulator.world.groups.of(productKey)[0];
  if (!device || !user || !root) throw new Error('the simulated world is empty');
  simulator.world.setPresence(device, 'online');
  const { did, mac } = device;
  const { uid, appid } = user;
  const { gid } = root;
  const [from, to] = [-8, -2].map((days) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10));
  const memo: { gid?: string; context?: string } = {};

  const asked = (operation: string, payload: object | (() => object) = {}, keep?: Run['keep']): Run => ({
    operation,
    node: 'gizwits-request',
    fields: { operation },
    msg: () => ({ payload: typeof payload === 'function' ? payload() : payload }),
    keep,
  });
  const node = (type: string, operation: string, fields: Record<string, unknown> = {}, msg?: Run['msg']): Run => ({
    operation,
    node: `gizwits-${type}`,
    fields,
    msg,
  });
  const log = (operation: string, kind: string): Run[] => [
    asked(operation, { did, start_ts, end_ts, sort: 'asc', limit: 2, skip: 0 }, ({ payload }) => {
      memo.context = payload.meta?.context ?? payload.context;
    }),
    asked(operation, () => ({ did, start_ts, end_ts, sort: 'asc', limit: 2, context: memo.context })),
    node('history', operation, { kind, start: '-1d', limit: 3 }, () => ({ did })),
  ];
  const reports = (id: string, params: object = {}, fields: Record<string, unknown> = {}): Run[] => [
    asked(`report.${id}`, params),
    node('report', `report.${id}`, { report: id, ...fields }),
    node('report', `report.${id}`, { report: id, format: 'rows', ...fields }),
  ];
  const place = { country: 'China', region: 'Guangdong', city: 'Guangzhou' };
  const byCycle = { gid, cycle: 'date', start: from, end: to };

  return [
    asked('product.associate'),
    asked('product.datapoints'),
    node('datapoints', 'product.datapoints'),
    asked('users.search', { appid, username: 'a', phone: '1', email: 'a@b.c', limit: 1, skip: 0 }),
    node('search', 'users.search', { target: 'registeredUsers', limit: 2 }),
    asked('product.users', { gid, type: 'did', val: did, limit: 1, skip: 0 }),
    node('search', 'product.users', { target: 'boundUsers', limit: 2 }),
    asked('device.did', { mac }),
    node('get-did', 'device.did', {}, () => ({ payload: mac })),
    asked('device.detail', { mac }),
    node('get-did', 'device.detail', { detail: true }, () => ({ payload: mac })),
    asked('devices.search', {
      ...place,
      gid,
      is_online: true,
      is_faulty: false,
      is_alert: false,
      show_disabled: false,
      liveness_start: start_ts,
      limit: 1,
      skip: 0,
    }),
    asked('devices.search', { type: 'mac', val: mac }),
    node('search', 'devices.search', { filters: '{"is_online": true}', filtersType: 'json', limit: 2 }),
    asked('device.control', { did, attrs: { switch: true } }),
    asked('device.control', { did, raw: '0102', binary_coding: 'hex' }),
    node('control', 'device.control', {}, () => ({ did, payload: { switch: false } })),
    ...log('device.online', 'online'),
    ...log('device.commands', 'cmd'),
    ...log('device.data', 'data'),
    asked('groups.list'),
    node('group', 'groups.list'),
    asked('groups.create', { parent_gid: gid }, ({ payload }) => {
      memo.gid = payload.gid;
    }),
    asked('groups.update', () => ({ gid: memo.gid, action: 'assign', reassign: true, macs: [mac] })),
    asked('groups.members', () => ({ gid: memo.gid })),
    node('group', 'groups.members', { action: 'members' }, () => ({ gid: memo.gid })),
    node('group', 'groups.update', { action: 'unassign' }, () => ({ gid: memo.gid, payload: [mac] })),
    node('group', 'groups.delete', { action: 'delete' }, () => ({ gid: memo.gid })),
    {
      ...node('group', 'groups.create', { action: 'create', parentGid: gid, parentGidType: 'str' }),
      keep: (msg) => {
        memo.gid = msg.gid;
      },
    },
    asked('groups.delete', () => ({ gid: memo.gid })),
    asked('bindings.create', { uid, appid, dids: [did] }),
    asked('bindings.delete', { uid, appid, dids: [did] }),
    node('bind', 'bindings.create', {}, () => ({ uid, appid, payload: did })),
    node('bind', 'bindings.delete', { action: 'unbind' }, () => ({ uid, appid, payload: [did] })),
    ...reports('activation', byCycle),
    ...reports('locations', { gid, is_online: true, is_faulty: false, is_alert: false }),
    ...reports('summary'),
    ...reports('activated', { ...place, start: from, end: to, limit: 1, skip: 0 }),
    ...reports('active', { ...place, start: from, end: to, limit: 1, skip: 0 }, { start: '-2d' }),
    ...reports('liveness'),
    ...reports('livenessHistory', byCycle, { cycle: 'week', start: '-4w' }),
    ...reports('realtime', { gid }),
    ...reports('faultDevices', { gid }),
    ...reports('alertDevices', { gid }),
    ...reports('faultEvents', { gid }),
    ...reports('alertEvents', { gid }),
    ...reports('newUsers', byCycle, { cycle: 'month', start: '2025-11' }),
    ...reports('activeUsers', { appid, start_date: from, end_date: to }),
    ...reports('userLocations'),
    ...reports('userTotal', { gid }),
    asked('device.aggregate', {
      did,
      start_ts: start_ts * 1000,
      end_ts: end_ts * 1000,
      attrs: ['room_temp'],
      aggregator: 'avg',
      unit: 'DAYS',
    }),
    node('history', 'device.aggregate', { kind: 'aggregate', attrs: '["room_temp"]', attrsType: 'json' }, () => ({
      did,
    })),
    asked('devices.baseStations', { dids: [did] }),
  ];
}
