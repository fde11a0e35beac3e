import type { AppCall } from './call';
import * as bindings from './operations/bindings';
import * as devices from './operations/devices';
import * as groups from './operations/groups';
import * as rules from './operations/rules';
import * as sharing from './operations/sharing';
import * as users from './operations/users';

/** What an operation answers: a body, `undefined` for none, or a status of its own with a body. */
export type AppAnswer = object | null | undefined | { status: number; body: object };

export interface AppRoute {
  /** As the vendor's anchors name it. */
  operation: string;
  method: string;
  segments: readonly string[];
  status: number;
  /** Whether an app's own token is asked for. */
  byAppToken: boolean;
  answer: (call: AppCall) => AppAnswer;
}

type Options = { status?: number; byAppToken?: boolean };

function route(line: string, answer: AppRoute['answer'], { status = 200, byAppToken = false }: Options = {}): AppRoute {
  const [method = '', path = ''] = line.split(' ');
  const operation = `${method.toLowerCase()}${path.replaceAll('/', '_').replace(/[{}]/g, '')}`;
  return { operation, method, segments: path.split('/'), status, byAppToken, answer };
}

const CREATED = { status: 201 };
const APP_TOKEN = { byAppToken: true };

/** Paths with more fixed parts come first: `/app/devdata/{did}` would swallow others. */
export const ROUTES: readonly AppRoute[] = [
  route('POST /app/users', users.registerUser, CREATED),
  route('GET /app/users', users.account),
  route('PUT /app/users', users.changeAccount),
  route('POST /app/login', users.login),
  route('POST /app/request_token', users.appToken),
  route('POST /app/reset_password', users.resetPassword),
  route('POST /app/sms_code', users.smsCode, { ...APP_TOKEN, ...CREATED }),
  route('GET /app/verify/codes', users.captcha, APP_TOKEN),
  route('POST /app/verify/codes', users.answerCaptcha, { ...APP_TOKEN, ...CREATED }),
  route('PUT /app/verify/codes', users.checkSmsCode, APP_TOKEN),
  route('GET /app/messages', users.listMessages),
  route('PUT /app/messages/{id}', users.markMessage),
  route('POST /app/bind_mac', bindings.bindByMac, CREATED),
  route('POST /app/bindings', bindings.bindByDid),
  route('DELETE /app/bindings', bindings.unbind),
  route('GET /app/bindings', bindings.listBindings),
  route('POST /app/bind_latest', bindings.bindByCode, CREATED),
  route('PUT /app/bindings/{did}', bindings.nameDevice),
  route('POST /app/sharing', sharing.createShare, CREATED),
  route('GET /app/sharing', sharing.listShares),
  route('DELETE /app/sharing/{id}', sharing.revokeShare),
  route('PUT /app/sharing/{id}', sharing.answerShare),
  route('GET /app/sharing/code/{code}', sharing.lookAtCode),
  route('POST /app/sharing/code/{code}', sharing.acceptCode),
  route('PUT /app/sharing/{id}/alias', sharing.nameGuest),
  route('POST /app/sharing/{did}/transfer', sharing.transfer),
  route('GET /app/group', groups.listGroups),
  route('POST /app/group', groups.createGroup, CREATED),
  route('PUT /app/group/{id}', groups.renameGroup),
  route('DELETE /app/group/{id}', groups.deleteGroup),
  route('GET /app/group/{id}/devices', groups.devicesOfGroup),
  route('POST /app/group/{id}/devices', groups.addToGroup),
  route('DELETE /app/group/{id}/devices', groups.removeFromGroup),
  route('POST /app/group/{id}/control', groups.controlGroup),
  route('GET /app/rules/params', rules.ruleParams),
  route('GET /app/rules', rules.listRules),
  route('POST /app/rules', rules.createRule, CREATED),
  route('PUT /app/rules/{rule_id}', rules.changeRule),
  route('DELETE /app/rules/{rule_id}', rules.deleteRule),
  route('GET /app/scene', groups.listScenes),
  route('POST /app/scene', groups.createScene, CREATED),
  route('PUT /app/scene/{id}', groups.changeScene),
  route('DELETE /app/scene/{id}', groups.deleteScene),
  route('GET /app/scene/{id}/task', groups.sceneState),
  route('POST /app/scene/{id}/task', groups.runScene),
  route('GET /app/devices/{did}/scheduler', rules.listDeviceSchedules),
  route('POST /app/devices/{did}/scheduler', rules.scheduleDevice, CREATED),
  route('PUT /app/devices/{did}/scheduler/{id}', rules.changeDeviceSchedule),
  route('DELETE /app/devices/{did}/scheduler/{id}', rules.deleteDeviceSchedule),
  route('GET /app/common_scheduler', rules.listCommonSchedules),
  route('POST /app/common_scheduler', rules.scheduleAny, CREATED),
  route('PUT /app/common_scheduler/{id}', rules.changeCommonSchedule),
  route('DELETE /app/common_scheduler/{id}', rules.deleteCommonSchedule),
  route('GET /app/scheduler', rules.listOldSchedules),
  route('POST /app/scheduler', rules.createOldSchedule, CREATED),
  route('DELETE /app/scheduler/{id}', rules.deleteOldSchedule),
  route('GET /app/scheduler/{id}/logs', rules.oldScheduleLogs),
  route('GET /app/devices', bindings.deviceByMac),
  route('GET /app/devices/{did}/raw_data', devices.rawData),
  route('GET /app/devices/{did}', bindings.deviceDetails),
  route('GET /app/devdata/{did}/latest', devices.latest),
  route('GET /app/devdata/{did}/agg_data', devices.aggregate),
  route('GET /app/devdata/{did}', devices.superseded),
  route('GET /app/devdata', devices.superseded),
  route('GET /app/datapoint', devices.datapoints),
  route('POST /app/control/{did}', devices.control),
  route('GET /app/{did}/bindings', bindings.usersOfDevice),
  route('DELETE /app/{did}/bindings', bindings.removeUser),
  route('GET /status', devices.version),
  route('GET /errors', devices.errors),
];

/** The route of a request with its placeholders' values, or the methods that the path would allow. */
export function findAppRoute(
  method: string,
  path: string,
): { route: AppRoute; params: Record<string, string> } | { allowed: string[] } | undefined {
  const segments = path.split('/');
  const allowed: string[] = [];
  for (const candidate of ROUTES) {
    const params = bound(candidate.segments, segments);
    if (!params) continue;
    if (candidate.method === method) return { route: candidate, params };
    allowed.push(candidate.method);
  }
  return allowed.length > 0 ? { allowed } : undefined;
}

function bound(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const given = decoded(segments[index] as string);
    if (given === undefined || (!expected.startsWith('{') && given !== expected)) return undefined;
    if (!expected.startsWith('{')) continue;
    if (given === '') return undefined;
    params[expected.slice(1, -1)] = given;
  }
  return params;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
