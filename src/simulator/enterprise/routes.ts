import { accessToken, associate } from './account-operations';
import { aggregate } from './aggregate-operation';
import type { Call } from './call';
import { control, datapoints, deviceDetail, deviceId, searchDevices } from './device-operations';
import {
  activatedDevices,
  activation,
  activeDevices,
  deviceLocations,
  liveness,
  livenessHistory,
  realtime,
  summary,
} from './device-reports';
import { createGroup, deleteGroup, groupMembers, listGroups, updateGroup } from './group-operations';
import { incidentEvents, troubledDevices } from './incident-reports';
import { deviceFixes } from './location-service';
import { commandRecords, dataRecords, onlineRecords } from './log-operations';
import { bindDevices, searchBoundUsers, searchRegisteredUsers, unbindDevices } from './user-operations';
import { activeUsers, newUsers, userLocations, userTotal } from './user-reports';

/** How a caller proves who it is. `self`: the operation reads the secrets from its own body. */
export type Authentication = 'token' | 'enterprise' | 'signature' | 'self';

export interface Route {
  /** Id of the operation, for faults and the request log. */
  operation: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path, and others under which the documents print it or clients have called it. Placeholders in braces. */
  paths: readonly string[];
  authentication: Authentication;
  /** Status of success; 200 unless given. */
  status?: number;
  /** Made over night, so it may not be there yet: 5014. */
  nightly?: boolean;
  answer: (call: Call) => object;
}

const PRODUCT = '/v1/products/{product_key}';
const DEVICE = `${PRODUCT}/devices/{did}`;
const REALTIME = `${PRODUCT}/devices/report/rt`;
const ALERT_EVENTS = `${PRODUCT}/alert/report/events`;

type RouteTail = [answer: Route['answer'], more?: Partial<Route>];

const route = (
  operation: string,
  method: Route['method'],
  path: string | readonly string[],
  ...[answer, more]: RouteTail
): Route => ({
  operation,
  method,
  paths: typeof path === 'string' ? [path] : path,
  authentication: 'token',
  answer,
  ...more,
});

const NIGHTLY = { nightly: true };

/** Every operation of the API. */
export const ROUTES: readonly Route[] = [
  route('product.associate', 'POST', `${PRODUCT}/association`, associate, { authentication: 'self', status: 201 }),
  route('product.token', 'POST', `${PRODUCT}/access_token`, accessToken, { authentication: 'self', status: 201 }),
  route('product.datapoints', 'GET', `${PRODUCT}/datapoint`, datapoints),
  route('users.search', 'GET', '/v1/users/search', searchRegisteredUsers, { authentication: 'enterprise' }),
  route('product.users', 'GET', `${PRODUCT}/users/search`, searchBoundUsers),
  route('device.did', 'GET', `${PRODUCT}/devices`, deviceId),
  route('device.detail', 'GET', `${PRODUCT}/device_detail`, deviceDetail),
  route('devices.search', 'GET', `${PRODUCT}/devices/search`, searchDevices),
  route('device.control', 'POST', `${DEVICE}/control`, control),
  route('device.online', 'GET', `${DEVICE}/online`, onlineRecords),
  route('device.commands', 'GET', `${DEVICE}/cmd`, commandRecords),
  route('device.data', 'GET', `${DEVICE}/data`, dataRecords),
  route('device.aggregate', 'GET', `${DEVICE}/agg_data`, aggregate),
  route('groups.list', 'GET', `${PRODUCT}/device_groups`, listGroups),
  route('groups.create', 'POST', `${PRODUCT}/device_groups`, createGroup, { status: 201 }),
  route('groups.delete', 'DELETE', `${PRODUCT}/device_groups/{gid}`, deleteGroup),
  route('groups.members', 'GET', `${PRODUCT}/device_groups/{gid}`, groupMembers),
  route('groups.update', 'PUT', `${PRODUCT}/device_groups/{gid}`, updateGroup),
  route('bindings.create', 'POST', `${PRODUCT}/devices/bindings`, bindDevices),
  route('bindings.delete', 'DELETE', `${PRODUCT}/devices/bindings`, unbindDevices),
  route('report.activation', 'GET', `${PRODUCT}/devices/report/activation`, activation, NIGHTLY),
  route('report.locations', 'GET', `${PRODUCT}/devices/locations`, deviceLocations),
  // The operation's id says the first path; the newer document prints the second.
  route('report.summary', 'GET', [`${PRODUCT}/summary`, `${PRODUCT}/devices/summary`], summary, NIGHTLY),
  route('report.activated', 'GET', `${PRODUCT}/incr_devices`, activatedDevices, NIGHTLY),
  route('report.active', 'GET', `${PRODUCT}/active_devices`, activeDevices, NIGHTLY),
  route('report.liveness', 'GET', `${PRODUCT}/devices/report/liveness`, liveness, NIGHTLY),
  route('report.livenessHistory', 'GET', `${PRODUCT}/devices/report/liveness/history`, livenessHistory, NIGHTLY),
  // The operation's id says the first path; both documents print the second.
  route('report.realtime', 'GET', [REALTIME, `${PRODUCT}/devices/report/devices/report/rt`], realtime),
  route('report.faultDevices', 'GET', `${PRODUCT}/fault/report/devices`, troubledDevices('fault'), NIGHTLY),
  route('report.alertDevices', 'GET', `${PRODUCT}/alert/report/devices`, troubledDevices('alert'), NIGHTLY),
  route('report.faultEvents', 'GET', `${PRODUCT}/fault/report/events`, incidentEvents('fault'), NIGHTLY),
  // Both documents print the path of the alerting devices; these are the sister report's form and the operation's id.
  route('report.alertEvents', 'GET', [ALERT_EVENTS, `${PRODUCT}/fault/alert/events`], incidentEvents('alert'), NIGHTLY),
  route('report.newUsers', 'GET', `${PRODUCT}/users/report/new`, newUsers, NIGHTLY),
  route('report.activeUsers', 'GET', '/v1/users/liveness_total', activeUsers, { authentication: 'enterprise' }),
  route('report.userLocations', 'GET', '/v1/users/location', userLocations, { authentication: 'enterprise' }),
  route('report.userTotal', 'GET', `${PRODUCT}/users/report/total`, userTotal),
  route('devices.fixes', 'GET', '/dataapi/location/bs/dids/v1', deviceFixes, { authentication: 'signature' }),
];
