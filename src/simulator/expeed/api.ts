import type { Clock, Timer } from '../../cloud/clock';
import { type ApiAnswer, type ApiRequest, type HttpApi, jsonAnswer } from '../http/message';
import { hash } from '../world/random';
import type { World } from '../world/world';
import { changeBehaviour, defaultBehaviour, type ExpeedBehaviour } from './behaviour';
import { toJson } from './long-ids';
import { Fleet, type PlatformDevice } from './platform';
import { Refused } from './refused';
import { type RegistrationRequest, Registrations } from './registrations';
import { PlatformTokens } from './tokens';
import { parseWallTime, wallTime } from './wall-time';

/** Path under which this platform lives on the simulator's port; its base URL ends with it. */
export const EXPEED_ROOT = '/expeed';

const MOST_RECORDS = 6000;
const DEFAULT_RECORDS = 100;

type Body = Record<string, unknown>;

interface Route {
  operation: string;
  method: string;
  /** Below the root; the first group is the device's id. */
  path: RegExp;
}

const ROUTES: readonly Route[] = [
  { operation: 'platform.token', method: 'GET', path: /^\/v1\/platform\/token$/ },
  { operation: 'device.status', method: 'GET', path: /^\/v1\/devices\/device_status\/([^/]+)$/ },
  { operation: 'device.current', method: 'GET', path: /^\/v1\/devices\/([^/]+)\/currentDatapoints$/ },
  { operation: 'device.history', method: 'GET', path: /^\/v1\/devices\/([^/]+)\/datapoints$/ },
  { operation: 'device.set', method: 'POST', path: /^\/v1\/devices\/([^/]+)\/device_setting$/ },
];

/** What the real platform has as pages for people. */
const PAGES: readonly Route[] = [
  { operation: 'registrations', method: 'GET', path: /^\/registrations$/ },
  { operation: 'register', method: 'POST', path: /^\/registrations$/ },
  { operation: 'unregister', method: 'DELETE', path: /^\/registrations$/ },
  { operation: 'devices', method: 'GET', path: /^\/devices$/ },
  { operation: 'behaviour', method: 'GET', path: /^\/behaviour$/ },
  { operation: 'changeBehaviour', method: 'PUT', path: /^\/behaviour$/ },
];

/**
 * Expeed's platform API over the simulated world, with the pushes that it sends (seed 004). Where a user of the real one
 * fills in a page to be pushed to, this one takes `POST /expeed/registrations` with `{"url", "token", "encryption"}`,
 * answers at once, and shows under `GET` what came of the handshake; `DELETE` with `{"url"}` takes it off.
 * `GET /expeed/devices` lists the devices with their keys, `PUT /expeed/behaviour` changes what the document leaves open.
 */
export class ExpeedApi implements HttpApi {
  readonly name = 'expeed';
  readonly behaviour: ExpeedBehaviour = defaultBehaviour();
  readonly tokens: PlatformTokens;
  readonly registrations: Registrations;
  private fleetOfWorld: Fleet | undefined;
  private stopListening: (() => void) | undefined;
  private readonly timers = new Set<Timer>();
  private messages = 0;

  constructor(
    private readonly clock: Clock,
    private readonly world: () => World,
    private readonly seed: number,
  ) {
    this.tokens = new PlatformTokens(clock, seed, this.behaviour);
    this.registrations = new Registrations(clock, seed, this.behaviour, (active) => this.listen(active > 0));
  }

  /** The devices of the platform. */
  get fleet(): Fleet {
    this.fleetOfWorld ??= new Fleet(this.world());
    return this.fleetOfWorld;
  }

  owns(path: string): boolean {
    return path === EXPEED_ROOT || path.startsWith(`${EXPEED_ROOT}/`);
  }

  operationOf(method: string, path: string): string | undefined {
    const operation = this.route(method, path)?.route.operation;
    return operation === undefined ? undefined : `expeed.${operation}`;
  }

  answer(request: ApiRequest): ApiAnswer {
    const found = this.route(request.method, request.path);
    // A browser names the page that asks; a simulator on this machine is no page's business.
    if (found && PAGES.includes(found.route) && request.headers.origin !== undefined) {
      return jsonAnswer(403, { result_code: 4, result_message: 'not for web pages' });
    }
    if (!found) return jsonAnswer(404, { result_code: 4, result_message: 'not found' });
    try {
      const body = this.run(found.route.operation, request, found.deviceId);
      return { ...jsonAnswer(200, {}), body: toJson({ result_code: 0, result_message: 'ok', ...body }) };
    } catch (error) {
      if (error instanceof Refused) return refuse(error);
      throw error;
    }
  }

  refusal(code: number): ApiAnswer {
    return refuse(new Refused(code));
  }

  /** Pushes that a device went online (0) or offline (1): the reverse of the status call. */
  pushStatus(one: PlatformDevice, online: boolean): void {
    const { deviceId: device_id, deviceKey: device_key, deviceSn: device_sn } = one;
    this.registrations.push({ msg_type: '1', device_id, device_key, device_sn, device_status: online ? 0 : 1 });
  }

  /** Pushes datapoints of one instant, epoch milliseconds. */
  pushData(one: PlatformDevice, at: number, values: Readonly<Body>): void {
    const data = [{ timestamp: wallTime(at), ...values }];
    this.registrations.push({ device_id: one.deviceId, device_key: one.deviceKey, msg_type: '2', data });
  }

  /** Pushes the result of a setting. */
  pushResult(deviceId: string, messageId: unknown, success: boolean): void {
    this.registrations.push({ msg_type: 3, message_id: messageId, device_id: deviceId, set_result: success ? 0 : 1 });
  }

  /** Ends everything: no timer and no request stays. */
  close(): void {
    for (const timer of this.timers) this.clock.clearTimeout(timer);
    this.timers.clear();
    this.registrations.close();
    this.listen(false);
  }

  private route(method: string, path: string): { route: Route; deviceId: string } | undefined {
    const below = path.slice(EXPEED_ROOT.length);
    for (const route of [...ROUTES, ...PAGES]) {
      const match = route.method === method ? route.path.exec(below) : null;
      if (match) return { route, deviceId: match[1] ?? '' };
    }
    return undefined;
  }

  private run(operation: string, request: ApiRequest, deviceId: string): Body {
    const { query } = request;
    switch (operation) {
      case 'platform.token':
        return { ...this.tokens.issue(query.get('platform_key'), query.get('secret_key')) };
      case 'registrations':
        return { registrations: this.registrations.list, deliveries: this.registrations.deliveries };
      case 'register':
        void this.registrations.register(registrationOf(request.body));
        return {};
      case 'unregister':
        return { removed: this.registrations.remove(registrationOf(request.body).url) };
      case 'devices':
        return { devices: this.fleet.devices.map((one) => this.describe(one)) };
      case 'behaviour':
        return { behaviour: this.behaviour };
      case 'changeBehaviour':
        return { behaviour: this.changed(parse(request.body)) };
      default:
        return this.runForDevice(operation, request, this.device(request, deviceId));
    }
  }

  private describe({ deviceId, deviceKey, deviceSn, device }: PlatformDevice): Body {
    const online = this.world().isOnline(device);
    const datapoints = device.product.datapoints.map(({ name }) => name);
    return { deviceId, deviceKey, deviceSn, online, product: device.product.nameEn, datapoints };
  }

  private changed(changes: Body | undefined): ExpeedBehaviour {
    const wrong = changes ? changeBehaviour(this.behaviour, changes) : 'the body';
    if (wrong !== undefined) throw new Refused(5, `${wrong} is unknown or has a wrong value`);
    return this.behaviour;
  }

  private device({ headers }: ApiRequest, deviceId: string): PlatformDevice {
    this.tokens.check(headers.access_token);
    const one = this.fleet.find(deviceId);
    if (!one) throw new Refused(2);
    if (headers.device_key !== one.deviceKey) throw new Refused(3);
    return one;
  }

  private runForDevice(operation: string, request: ApiRequest, one: PlatformDevice): Body {
    switch (operation) {
      case 'device.status':
        return { device_status: this.world().isOnline(one.device) ? 1 : 0 };
      case 'device.current':
        return { data: this.current(one, request.query) };
      case 'device.history':
        return this.history(one, request.query);
      default:
        return { message_id: this.set(one, settingOf(request.body)) };
    }
  }

  private current(one: PlatformDevice, query: URLSearchParams): Body {
    const ids = query.get('id');
    if (ids === null || ids === '') throw new Refused(4);
    const at = this.world().lastReportAt(one.device);
    if (at === undefined) return {};
    const values = this.world().attrsAt(one.device, at);
    return { timestamp: wallTime(at), ...(ids === 'all' ? values : chosen(values, namesOf(one, ids, 4))) };
  }

  private history(one: PlatformDevice, query: URLSearchParams): Body {
    const wrong = (): Refused => new Refused(3, '查询参数非法');
    const ids = query.get('id');
    const names = ids === null || ids === '' ? undefined : namesOf(one, ids, 3, '查询参数非法');
    const limit = query.has('limit') ? Number(query.get('limit')) : DEFAULT_RECORDS;
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST_RECORDS) throw wrong();
    const first = query.get('first') ?? '0';
    if (first !== '0' && first !== '1') throw wrong();
    if (query.has('start') !== query.has('end')) throw wrong();
    const now = this.world().now();
    let from = query.has('start') ? parseWallTime(query.get('start') ?? '') : now - this.world().horizonMs;
    let to = query.has('end') ? parseWallTime(query.get('end') ?? '') : now;
    const cursor = query.has('cursor') ? Number(query.get('cursor')) : undefined;
    if (from === undefined || to === undefined || from > to) throw wrong();
    if (cursor !== undefined) {
      if (!Number.isSafeInteger(cursor)) throw wrong();
      if (first === '1') from = Math.max(from, cursor);
      else to = Math.min(to, cursor);
    }
    const log = this.world().dataLog(one.device, from, to);
    const found = log.page(0, limit + 1, first === '1' ? 'asc' : 'desc');
    const page = found.slice(0, limit);
    const data = page.map(({ at, entry }) => ({ timestamp: wallTime(at), ...(names ? chosen(entry, names) : entry) }));
    const next = (this.behaviour.cursorOverlaps ? page : found).at(-1)?.at;
    const goesOn = found.length > limit || (this.behaviour.cursorAtEnd && page.length > 0);
    return { ...(goesOn && { cursor: next }), data };
  }

  /** Carries a setting out and pushes its result later. Returns its message id. */
  private set(one: PlatformDevice, attrs: Readonly<Body>): unknown {
    if (!this.world().isOnline(one.device)) throw new Refused(3, '设备不在线');
    const number = ++this.messages;
    const { messageIds, results, resultDelayMs } = this.behaviour;
    const id =
      messageIds === 'text'
        ? `m${hash(this.seed, 95, number).toString(16)}-${number}`
        : messageIds === 'number'
          ? 1_486_958_400_000 + number
          : String(9_007_199_254_740_993n + BigInt(number) * 1_000_000n);
    const { accepted } = this.world().control(one.device, { attrs }, { source: 'gateway' });
    if (!results) return id;
    const timer = this.clock.setTimeout(() => {
      this.timers.delete(timer);
      this.pushResult(one.deviceId, id, accepted);
    }, resultDelayMs);
    (timer as { unref?(): void } | undefined)?.unref?.();
    this.timers.add(timer);
    return id;
  }

  /** Follows the world while somebody is registered. */
  private listen(wanted: boolean): void {
    if (!wanted) {
      this.stopListening?.();
      this.stopListening = undefined;
      return;
    }
    if (this.stopListening) return;
    const { events } = this.world();
    const stops = [
      events.on('online', ({ device }) => this.tell(device, (one) => this.pushStatus(one, true))),
      events.on('offline', ({ device }) => this.tell(device, (one) => this.pushStatus(one, false))),
      events.on('report', ({ device, at, attrs }) => this.tell(device, (one) => this.pushData(one, at, attrs))),
    ];
    this.stopListening = () => {
      for (const stop of stops) stop();
    };
  }

  private tell(device: PlatformDevice['device'], push: (one: PlatformDevice) => void): void {
    const one = this.fleet.of(device);
    if (one) push(one);
  }
}

function refuse({ code, message }: Refused): ApiAnswer {
  return jsonAnswer(200, { result_code: code, result_message: message });
}

/** The datapoints that a comma-separated list names. @throws Refused when one of them is unknown. */
function namesOf(one: PlatformDevice, ids: string, code: number, message?: string): string[] {
  const known = new Set(one.device.product.datapoints.map(({ name }) => name));
  const names = ids.split(',').map((name) => name.trim());
  if (names.some((name) => !known.has(name))) throw new Refused(code, message);
  return names;
}

function chosen(values: Readonly<Body>, names: readonly string[]): Body {
  return Object.fromEntries(names.filter((name) => name in values).map((name) => [name, values[name]]));
}

function settingOf(body: Buffer): Readonly<Body> {
  const value = parse(body);
  if (!value || Object.keys(value).length === 0) throw new Refused(5);
  return value;
}

function registrationOf(body: Buffer): RegistrationRequest {
  const value = parse(body);
  const { url, token, encryption } = value ?? {};
  if (typeof url !== 'string' || !/^https?:\/\//.test(url)) throw new Refused(5);
  if (token !== undefined && typeof token !== 'string') throw new Refused(5);
  if (encryption !== undefined && encryption !== 'plaintext' && encryption !== 'ciphertext') throw new Refused(5);
  return { url, ...(token !== undefined && { token }), ...(encryption !== undefined && { encryption }) };
}

function parse(body: Buffer): Body | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : undefined;
  } catch {
    return undefined;
  }
}
