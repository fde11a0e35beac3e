import type { Clock, Timer } from '../../../cloud/clock';
import type { Device } from '../../world/device';
import type { Command, World } from '../../world/world';
import type { AppTokens } from '../tokens';

export interface SocketSessionOptions {
  clock: Clock;
  world: World;
  tokens: AppTokens;
  faults: SocketFaults;
  /** Sends one message. */
  send(message: object): void;
  /** Ends the connection. */
  end(): void;
}

/** What goes wrong on the WebSocket, until it is taken back. */
export class SocketFaults {
  /** Logins are refused with this text. */
  refuses: string | undefined;
  /** Nothing is answered and nothing told. */
  silent = false;

  clear(): void {
    Object.assign(this, new SocketFaults());
  }
}

type Data = Record<string, unknown>;

const NOT_LOGGED_IN = [1003, 'Websocket client not login!'] as const;
const NO_HEARTBEAT = [1011, 'No heartbeat!'] as const;
const BAD_MESSAGE = [1001, 'Invalid message format!'] as const;
const LONGEST_HEARTBEAT_S = 180;
const RAW_DOWN = 0x90;

/** One connection of an app: login, subscriptions, what devices say, commands and reads. */
export class SocketSession {
  private uid: string | undefined;
  private appid = '';
  private isCustom = false;
  private subscribesAll = true;
  private heartbeatMs = LONGEST_HEARTBEAT_S * 1000;
  private readonly subscribed = new Set<string>();
  private readonly stops: (() => void)[] = [];
  private timer: Timer | undefined;
  private ended = false;

  constructor(private readonly options: SocketSessionOptions) {
    this.expectHeartbeat();
  }

  /** Takes one text message. */
  take(text: string): void {
    if (this.options.faults.silent) return;
    let message: { cmd?: unknown; data?: unknown; req_sn?: unknown };
    try {
      message = JSON.parse(text);
      if (typeof message !== 'object' || message === null) throw new Error('no object');
    } catch {
      this.invalid(BAD_MESSAGE);
      return;
    }
    this.expectHeartbeat();
    const data = (message.data ?? {}) as Data;
    if (message.cmd === 'login_req') this.logIn(data);
    else if (message.cmd === 'ping') this.say({ cmd: 'pong' });
    else if (this.uid === undefined) this.invalid(NOT_LOGGED_IN);
    else this.obey(String(message.cmd), data, message.req_sn);
  }

  close(): void {
    this.ended = true;
    for (const stop of this.stops) stop();
    this.stops.length = 0;
    if (this.timer !== undefined) this.options.clock.clearTimeout(this.timer);
  }

  private logIn(data: Data): void {
    const { tokens, faults } = this.options;
    const { appid, uid, token, p0_type: type, heartbeat_interval: seconds, auto_subscribe: all } = data;
    const known = tokens.holds(String(token), String(appid), String(uid));
    if (!known || faults.refuses !== undefined) {
      this.say({ cmd: 'login_res', data: { success: false, msg: faults.refuses ?? 'uid or token invalid' } });
      return;
    }
    this.uid = String(uid);
    this.appid = String(appid);
    this.isCustom = type === 'custom';
    this.subscribesAll = all !== false;
    if (typeof seconds === 'number' && seconds > 0) this.heartbeatMs = Math.min(seconds, LONGEST_HEARTBEAT_S) * 1000;
    this.listen();
    this.say({ cmd: 'login_res', data: { success: true } });
    this.expectHeartbeat();
  }

  private obey(command: string, data: Data, requestNumber: unknown): void {
    switch (command) {
      case 'subscribe_req':
        this.subscribe(Array.isArray(data) ? data : []);
        return;
      case 'c2s_read':
        this.read(data, requestNumber);
        return;
      case 'c2s_write':
        this.write(data, { attrs: data.attrs as Command['attrs'] }, requestNumber);
        return;
      case 'c2s_raw':
        this.write(data, { raw: data.raw }, requestNumber);
        return;
      case 'c2s_ack':
        return;
      default:
        this.invalid(BAD_MESSAGE);
    }
  }

  private subscribe(entries: Data[]): void {
    const success: object[] = [];
    const failed: object[] = [];
    for (const { did } of entries) {
      const isBound = this.options.world.people.current(this.uid as string, String(did)) !== undefined;
      if (isBound) this.subscribed.add(String(did));
      (isBound ? success : failed).push({
        did,
        error_code: isBound ? 0 : 1004,
        msg: isBound ? 'ok' : 'did is not bound',
      });
    }
    this.say({ cmd: 'subscribe_res', data: { success, failed } });
  }

  private read(data: Data, requestNumber: unknown): void {
    const { world } = this.options;
    const device = this.deviceOf(data.did);
    const at = device && world.lastReportAt(device);
    if (this.isCustom || !device || at === undefined || !world.isOnline(device)) {
      this.invalid([1005, this.isCustom ? 'c2s_read is not allowed with custom' : 'device is offline']);
      return;
    }
    const answer = requestNumber === undefined ? {} : { res_sn: requestNumber };
    this.say({ cmd: 's2c_noti', ...answer, data: { did: device.did, attrs: world.attrsAt(device, at) } });
  }

  private write(data: Data, command: Command, requestNumber: unknown): void {
    const device = this.deviceOf(data.did);
    // Raw has to come with its frame here.
    const raw = command.raw;
    const isFramed = Array.isArray(raw) && raw.slice(0, 4).join() === '0,0,0,3' && raw.includes(RAW_DOWN);
    if (!device || (raw !== undefined && !isFramed)) {
      this.invalid(BAD_MESSAGE);
      return;
    }
    const origin = { source: 'client', appid: this.appid, uid: this.uid as string } as const;
    const result = this.options.world.control(device, command, origin);
    if (!result.accepted) this.invalid([1005, result.detail]);
    else if (requestNumber !== undefined) this.say({ cmd: 's2c_ack', res_sn: requestNumber, did: device.did });
  }

  private deviceOf(did: unknown): Device | undefined {
    const { world } = this.options;
    return world.people.current(this.uid as string, String(did)) ? world.device(String(did)) : undefined;
  }

  private listen(): void {
    if (this.stops.length > 0) return;
    const { world } = this.options;
    const { events } = world;
    this.stops.push(
      events.on('report', ({ device, attrs, frame }) => {
        if (!this.hears(device.did)) return;
        if (this.isCustom) this.tellRaw(device.did, frame);
        else this.say({ cmd: 's2c_noti', data: { did: device.did, attrs } });
      }),
      events.on('passThrough', ({ device, frame }) => {
        if (this.hears(device.did)) this.tellRaw(device.did, frame);
      }),
      events.on('online', ({ device }) => this.tellOnline(device, true)),
      events.on('offline', ({ device }) => this.tellOnline(device, false)),
      events.on('bind', ({ device, uid }) => this.tellBinding(device, uid, true)),
      events.on('unbind', ({ device, uid }) => this.tellBinding(device, uid, false)),
    );
  }

  private hears(did: string): boolean {
    const isBound = this.options.world.people.current(this.uid as string, did) !== undefined;
    return isBound && (this.subscribesAll || this.subscribed.has(did));
  }

  private tellRaw(did: string, frame: Buffer): void {
    this.say({ cmd: 's2c_raw', data: { did, raw: [...frame] } });
  }

  private tellOnline({ did, passcode, mac }: Device, online: boolean): void {
    if (this.hears(did)) this.say({ cmd: 's2c_online_status', data: { did, passcode, mac, online } });
  }

  private tellBinding({ did }: Device, uid: string, bind: boolean): void {
    if (uid === this.uid) this.say({ cmd: 's2c_binding_changed', data: { did, bind } });
  }

  private invalid([code, msg]: readonly [code: number, msg: string]): void {
    this.say({ cmd: 's2c_invalid_msg', data: { error_code: code, msg } });
  }

  private say(message: object): void {
    if (!this.ended && !this.options.faults.silent) this.options.send(message);
  }

  private expectHeartbeat(): void {
    const { clock } = this.options;
    if (this.timer !== undefined) clock.clearTimeout(this.timer);
    this.timer = clock.setTimeout(() => {
      this.invalid(NO_HEARTBEAT);
      this.options.end();
    }, this.heartbeatMs);
    (this.timer as { unref?: () => void }).unref?.();
  }
}
