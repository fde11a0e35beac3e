import type { EnterpriseApi } from '../enterprise/api';
import { changeBehaviour } from '../enterprise/behaviour';
import type { Device } from '../world/device';
import type { World } from '../world/world';
import { parseFault } from './fault-input';
import type { Faults } from './faults';
import { type ApiAnswer, type ApiRequest, type HttpApi, jsonAnswer } from './message';
import type { RequestLog } from './request-log';

const ROOT = '/_simulator';
const DEFAULT_DEVICES = 100;

/** What can be asked of the interface; also its own help page. */
const USAGE: Readonly<Record<string, string>> = {
  'GET /_simulator': 'this page, and the credentials',
  'GET /_simulator/requests': 'requests so far, newest last; DELETE empties the list',
  'GET /_simulator/executed': 'commands that took effect, newest last; DELETE empties the list',
  'GET /_simulator/faults': 'faults that wait; DELETE drops them, DELETE /_simulator/faults/{id} one of them',
  'POST /_simulator/faults':
    'a fault: {"kind": "delay" (ms) | "hang" | "status" (status, body, headers) | "error" (code) | "empty" (status) | "notJson" | "html" | "cut" (framing: length, chunked, close; after; reset) | "resetOnHead" | "resetAfterRequest" | "drip" (bytesPerSecond) | "huge" (bytes) | "quota" (limit, remaining, resetSeconds) | "expireTokens" (forget) | "redirect" (location, status), "match": {"method", "path" with *, "operation"}, "times": number or "forever", "skip": number, "execute": boolean}',
  'GET /_simulator/behaviour': 'what the cloud does where the documents leave it open; PUT changes some of it',
  'GET /_simulator/quota': 'calls left; PUT {"limit", "remaining", "resetSeconds"} changes them',
  'GET /_simulator/logins': 'logins by product, and refused ones',
  'POST /_simulator/tokens/expire': 'all tokens expire (5011)',
  'POST /_simulator/tokens/forget': 'all tokens are forgotten (5009)',
  'GET /_simulator/devices?product_key=&limit=': 'devices as they are',
  'GET /_simulator/devices/{did}': 'one device, with its last report',
  'PUT /_simulator/devices/{did}':
    '{"presence": "online" | "offline" | "schedule", "disabled": boolean, "reportEveryMs": number, "raise": [names], "clear": [names]}',
  'POST /_simulator/devices/{did}/report': 'the device reports now',
};

/** What the interface steers. */
export interface Steered {
  api: EnterpriseApi;
  world: () => World;
  faults: Faults;
  log: RequestLog;
}

class BadRequest extends Error {}

/**
 * The simulator's own HTTP interface, below `/_simulator` on the port of the simulated clouds, for programs in other
 * processes: faults, quota, tokens, devices, and what was asked and done. `GET /_simulator` lists it. JSON in and out;
 * mistakes answer 400 with `{"error": "…"}`. It does not talk to web pages.
 */
export class Steering implements HttpApi {
  readonly name = 'steering';

  constructor(private readonly steered: Steered) {}

  owns(path: string): boolean {
    return path === ROOT || path.startsWith(`${ROOT}/`);
  }

  operationOf(): undefined {
    return undefined;
  }

  answer(request: ApiRequest): ApiAnswer {
    // A browser names the page that asks; a simulator on this machine is no page's business.
    if (request.headers.origin !== undefined) return jsonAnswer(403, { error: 'not for web pages' });
    const [subject = '', id, action] = request.path.slice(ROOT.length).split('/').slice(1);
    try {
      const body = this.run(request, `${request.method} ${subject}`, id, action);
      return body === undefined ? jsonAnswer(404, { error: 'nothing here', usage: USAGE }) : jsonAnswer(200, body);
    } catch (error) {
      if (error instanceof BadRequest) return jsonAnswer(400, { error: error.message });
      throw error;
    }
  }

  refusal(code: number): ApiAnswer {
    return jsonAnswer(400, { error: `code ${code}` });
  }

  private run(
    request: ApiRequest,
    asked: string,
    id: string | undefined,
    action: string | undefined,
  ): object | undefined {
    const { api, world, faults, log } = this.steered;
    switch (asked) {
      case 'GET ':
        return this.overview();
      case 'GET requests':
        return log.entries;
      case 'DELETE requests':
        log.clear();
        return {};
      case 'GET executed':
        return world().executed;
      case 'DELETE executed':
        world().executed.length = 0;
        return {};
      case 'GET faults':
        return faults.pending.map(({ id: number, spec, hits }) => ({ id: number, hits, ...spec }));
      case 'POST faults':
        return this.addFault(request);
      case 'DELETE faults':
        if (id === undefined) faults.clear();
        else if (!faults.remove(Number(id))) throw new BadRequest('no such fault');
        return {};
      case 'GET behaviour':
        return api.behaviour;
      case 'PUT behaviour':
        return this.changeBehaviour(request);
      case 'GET quota':
        return api.quota.state;
      case 'PUT quota':
        return this.changeQuota(request);
      case 'GET logins':
        return { byProduct: api.tokens.logins, refused: api.tokens.refusedLogins };
      case 'POST tokens':
        if (id === 'expire') api.tokens.expire();
        else if (id === 'forget') api.tokens.forget();
        else return undefined;
        return {};
      case 'GET devices':
        return id === undefined ? this.listDevices(request) : this.showDevice(this.device(id));
      case 'PUT devices':
        return this.changeDevice(request, this.device(id));
      case 'POST devices':
        if (action !== 'report') return undefined;
        world().report(this.device(id));
        return {};
      default:
        return undefined;
    }
  }

  private overview(): object {
    const { enterprise, products, apps } = this.steered.world();
    return {
      enterprise,
      products: products.map(({ productKey, productSecret, authId, authSecret, name, nameEn }) => ({
        productKey,
        productSecret,
        authId,
        authSecret,
        name,
        nameEn,
      })),
      apps: apps.map(({ appid, name }) => ({ appid, name })),
      usage: USAGE,
    };
  }

  private addFault(request: ApiRequest): object {
    const spec = parseFault(objectOf(request));
    if (typeof spec === 'string') throw new BadRequest(spec);
    return { id: this.steered.faults.add(spec).id };
  }

  private changeBehaviour(request: ApiRequest): object {
    const { behaviour } = this.steered.api;
    const wrong = changeBehaviour(behaviour, objectOf(request));
    if (wrong) throw new BadRequest(`${wrong} is unknown or has a wrong value`);
    return behaviour;
  }

  private changeQuota(request: ApiRequest): object {
    const { quota } = this.steered.api;
    const spec = parseFault({ ...objectOf(request), kind: 'quota' });
    if (typeof spec === 'string' || spec.kind !== 'quota') throw new BadRequest(String(spec));
    quota.set(spec);
    return quota.state;
  }

  private device(did: string | undefined): Device {
    const device = did === undefined ? undefined : this.steered.world().device(did);
    if (!device) throw new BadRequest('no such device');
    return device;
  }

  private listDevices(request: ApiRequest): object {
    const productKey = request.query.get('product_key');
    const limit = Number(request.query.get('limit') ?? DEFAULT_DEVICES);
    const { devices } = this.steered.world();
    const wanted = productKey === null ? devices : devices.filter(({ product }) => product.productKey === productKey);
    return wanted.slice(0, limit).map((device) => this.print(device));
  }

  private print(device: Device): object {
    const { did, mac, passcode, type, disabled, product, place, createdAt } = device;
    const status = this.steered.world().status(device);
    const { everyMs: reportEveryMs } = device.rhythm;
    return {
      did,
      mac,
      passcode,
      type,
      disabled,
      productKey: product.productKey,
      place,
      createdAt,
      reportEveryMs,
      ...status,
    };
  }

  private showDevice(device: Device): object {
    const world = this.steered.world();
    const at = world.lastReportAt(device);
    return { ...this.print(device), lastReport: at === undefined ? null : { at, attrs: world.attrsAt(device, at) } };
  }

  private changeDevice(request: ApiRequest, device: Device): object {
    const world = this.steered.world();
    const { presence, disabled, reportEveryMs, raise = [], clear = [], ...others } = objectOf(request);
    const unknown = Object.keys(others)[0];
    if (unknown) throw new BadRequest(`${unknown} is unknown`);
    if (presence !== undefined && presence !== 'online' && presence !== 'offline' && presence !== 'schedule') {
      throw new BadRequest('presence must be one of online, offline, schedule');
    }
    if (disabled !== undefined && typeof disabled !== 'boolean') throw new BadRequest('disabled must be a boolean');
    if (reportEveryMs !== undefined && !(Number.isSafeInteger(reportEveryMs) && (reportEveryMs as number) >= 1000)) {
      throw new BadRequest('reportEveryMs must be an integer of at least 1000');
    }
    if (!isNames(raise) || !isNames(clear)) throw new BadRequest('raise and clear are arrays of names');
    if (presence !== undefined) world.setPresence(device, presence);
    if (disabled !== undefined) world.setDisabled(device, disabled);
    if (reportEveryMs !== undefined) world.setReportEvery(device, reportEveryMs as number);
    for (const name of raise)
      if (!world.setIncident(device, name, true)) throw new BadRequest(`${name} was not raised`);
    for (const name of clear)
      if (!world.setIncident(device, name, false)) throw new BadRequest(`${name} was not cleared`);
    return this.showDevice(device);
  }
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function objectOf(request: ApiRequest): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString('utf8'));
  } catch {
    throw new BadRequest('the body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadRequest('the body is not an object');
  return value as Record<string, unknown>;
}
