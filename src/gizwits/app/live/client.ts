import type { Clock, Timer } from '../../../cloud/clock';
import { CloudError } from '../../../cloud/errors';
import { type OpenWebSocket, openWebSocket } from '../../../cloud/web-socket';
import { englishText } from '../../../texts';
import { type Attrs, copyAttrs } from '../../datapoints/attrs';
import { normaliseRaw } from '../../datapoints/raw';
import type { AppAccount } from '../account';
import { type LiveDevice, liveDevices } from './bindings';
import { LiveConnection, type LiveState, type LiveTarget } from './connection';
import { framed, type LiveEvent, type LiveEventName, type LiveMessage, type P0Type, readEvent } from './messages';

/** Who takes events: a flow node. */
export interface LiveConsumer {
  id: string;
  p0Type: P0Type;
  /** dids or macs; undefined for all devices of the user. */
  devices: readonly string[] | undefined;
  deliver(event: LiveEvent): void;
  /** The state of the worst of its connections has changed. */
  onState(state: LiveState): void;
}

export interface LiveClientOptions {
  account: AppAccount;
  clock: Clock;
  /** How connections are opened; undici's WebSocket unless given. */
  open?: OpenWebSocket;
}

/** Nodes start and stop in groups. */
const SETTLE_MS = 50;
/** Without any address the bindings are looked at again after this: a device may have been bound elsewhere. */
const LOOK_AGAIN_MS = 60_000;

/** Worst first: what a node shows of several connections. */
const SEVERITY: readonly LiveState['kind'][] = ['refused', 'reconnecting', 'connecting', 'connected', 'idle'];

/**
 * The live connections of one user: one to each host (and form of data), open while somebody listens. Devices and their
 * hosts come from the user's bindings, which are read anew before each try and whenever a binding changes.
 */
export class LiveClient {
  private readonly consumers = new Map<string, LiveConsumer>();
  /** By `p0Type url`. */
  private readonly connections = new Map<string, LiveConnection>();
  private readonly closing = new Set<Promise<void>>();
  private devices = new Map<string, LiveDevice>();
  private settling: Timer | undefined;
  private looking: Promise<void> | undefined;
  private trouble: LiveState | undefined;
  private tries = 0;

  constructor(private readonly options: LiveClientOptions) {}

  /** Begins to deliver. The returned function ends it, and resolves when connections that nobody needs are closed. */
  attach(consumer: LiveConsumer): () => Promise<void> {
    this.consumers.set(consumer.id, consumer);
    consumer.onState({ kind: 'connecting' });
    this.settle(SETTLE_MS);
    return async () => {
      if (this.consumers.get(consumer.id) === consumer) this.consumers.delete(consumer.id);
      this.arrange();
      await Promise.all(this.closing);
    };
  }

  /** Asks a device for its values; they come back with the device's next words. @throws CloudError */
  async read(p0Type: P0Type, did: string): Promise<Attrs> {
    if (p0Type === 'custom') {
      throw new CloudError({ code: 'GIZ_BAD_INPUT', textKey: 'app.live.notCustom', outcome: 'not-sent' });
    }
    const { data } = await this.connectionOf(p0Type, did).request('c2s_read', { did });
    return (readEvent('s2c_noti', data)?.payload ?? {}) as Attrs;
  }

  /** Sets datapoint values. Resolves when the cloud has acknowledged. @throws CloudError */
  async write(p0Type: P0Type, did: string, attrs: unknown): Promise<void> {
    const copy = copyAttrs(attrs, 'payload');
    await this.connectionOf(p0Type, did).request('c2s_write', { did, attrs: copy });
  }

  /** Sends raw bytes, framed unless they are. Resolves when the cloud has acknowledged. @throws CloudError */
  async raw(p0Type: P0Type, did: string, bytes: unknown): Promise<void> {
    const { raw } = normaliseRaw(bytes, 'hex', 'payload');
    await this.connectionOf(p0Type, did).request('c2s_raw', { did, raw: framed(raw) });
  }

  /** The did of a device given by did or mac; the text itself when the bindings do not tell. */
  didOf(device: string): string {
    if (this.devices.has(device)) return device;
    for (const { did, mac } of this.devices.values()) if (mac === device) return did;
    return device;
  }

  /** The state that a consumer of that form of data shows. */
  stateOf(p0Type: P0Type): LiveState {
    if (this.trouble) return this.trouble;
    const states = [...this.connections]
      .filter(([key]) => key.startsWith(`${p0Type} `))
      .map(([, connection]) => connection.state);
    for (const kind of SEVERITY) {
      const worst = states.find((state) => state.kind === kind);
      if (worst) return worst;
    }
    return { kind: this.consumers.size > 0 ? 'connecting' : 'idle' };
  }

  /** Ends everything. */
  async close(): Promise<void> {
    this.consumers.clear();
    this.arrange();
    await Promise.all(this.closing);
  }

  private settle(ms: number): void {
    const { clock } = this.options;
    if (this.settling !== undefined) clock.clearTimeout(this.settling);
    this.settling = clock.setTimeout(() => {
      this.settling = undefined;
      void this.look();
    }, ms);
  }

  /** Reads the bindings and arranges the connections accordingly. */
  private look(): Promise<void> {
    this.looking ??= this.readBindings()
      .then(
        () => {
          this.tries = 0;
          this.trouble = undefined;
          this.arrange();
          if (this.connections.size === 0 && this.consumers.size > 0) this.noHost();
        },
        (error: CloudError) => this.notRead(error),
      )
      .finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }

  private async readBindings(): Promise<void> {
    const { account } = this.options;
    const [origin = ''] = this.consumers.keys();
    this.devices = await liveDevices(account, { origin });
  }

  private noHost(): void {
    const error = new CloudError({ code: 'GIZ_CONFIG', textKey: 'app.live.noHost', outcome: 'not-sent' });
    this.trouble = { kind: 'reconnecting', nextTryAt: this.options.clock.now() + LOOK_AGAIN_MS, error };
    this.settle(LOOK_AGAIN_MS);
    this.show();
  }

  private notRead(error: CloudError): void {
    if (this.consumers.size === 0) return;
    const { clock } = this.options;
    const waitMs = Math.min(LOOK_AGAIN_MS, 1000 * 2 ** this.tries++) * (1 + clock.random() / 4);
    const isRefused = error.code === 'GIZ_CONFIG' || error.outcome === 'refused';
    this.trouble = { kind: isRefused ? 'refused' : 'reconnecting', nextTryAt: clock.now() + waitMs, error };
    this.settle(isRefused ? LOOK_AGAIN_MS : waitMs);
    this.show();
  }

  /** Opens the connections that are needed and closes the others. */
  private arrange(): void {
    const needed = new Map<string, { p0Type: P0Type; url: string }>();
    for (const { p0Type } of this.consumers.values()) {
      for (const { did, url } of this.devices.values()) {
        if (url !== undefined && this.isWanted(p0Type, did)) needed.set(`${p0Type} ${url}`, { p0Type, url });
      }
    }
    for (const [key, connection] of this.connections) {
      if (needed.has(key)) connection.refresh();
      else {
        this.connections.delete(key);
        const closed = connection.close();
        this.closing.add(closed);
        void closed.finally(() => this.closing.delete(closed));
      }
    }
    for (const [key, { p0Type, url }] of needed) if (!this.connections.has(key)) this.open(key, p0Type, url);
    if (this.consumers.size === 0 && this.settling !== undefined) {
      this.options.clock.clearTimeout(this.settling);
      this.settling = undefined;
    }
    this.show();
  }

  private isWanted(p0Type: P0Type, did: string): boolean {
    const mac = this.devices.get(did)?.mac;
    return [...this.consumers.values()].some(
      ({ p0Type: own, devices }) =>
        own === p0Type &&
        (devices === undefined || devices.includes(did) || (mac !== undefined && devices.includes(mac))),
    );
  }

  private open(key: string, p0Type: P0Type, url: string): void {
    const { account, clock, open = openWebSocket } = this.options;
    const { host } = new URL(url);
    let wasLost = false;
    const connection = new LiveConnection({
      clock,
      host,
      p0Type,
      open,
      wiring: () => account.wiring,
      target: async () => {
        // The host may have moved meanwhile; then this connection is closed by that.
        if (wasLost) await this.look();
        return this.target(url);
      },
      renew: (user, error) => account.reject(user, error),
      wanted: () => this.wanted(p0Type, url),
      onEvent: (message) => this.take(p0Type, message),
      onTooDeep: () => this.tell('tooDeep', { host }),
      onNotSubscribed: (did) => this.tell('notSubscribed', { host, did }),
      onState: (state) => {
        if (state.kind === 'connected' && wasLost) {
          wasLost = false;
          this.tell('socketBack', { host });
        } else if ((state.kind === 'reconnecting' || state.kind === 'refused') && !wasLost) {
          wasLost = true;
          const seconds = Math.ceil((state.nextTryAt - clock.now()) / 1000);
          this.tell('socketLost', { host, reason: state.error.code, seconds });
        }
        this.show();
      },
    });
    this.connections.set(key, connection);
    connection.start();
  }

  /** The user is asked for before each try: a token that is refused is renewed by that. */
  private async target(url: string): Promise<LiveTarget> {
    const { account } = this.options;
    const [origin = ''] = this.consumers.keys();
    const user = await account.user({ origin });
    return { url, appId: account.identity.appId, user };
  }

  /** The devices behind an address that somebody names; undefined when somebody wants all. */
  private wanted(p0Type: P0Type, url: string): string[] | undefined {
    const listening = [...this.consumers.values()].filter((consumer) => consumer.p0Type === p0Type);
    if (listening.some(({ devices }) => devices === undefined)) return undefined;
    return [...this.devices.values()]
      .filter((device) => device.url === url && this.isWanted(p0Type, device.did))
      .map(({ did }) => did);
  }

  private take(p0Type: P0Type, { cmd, data, body }: LiveMessage): void {
    const event = cmd as LiveEventName;
    const did = readEvent(event, data)?.did;
    if (did === undefined) return;
    const known = this.devices.get(did);
    const told = (data as { mac?: unknown }).mac;
    const mac = known?.mac || (typeof told === 'string' ? told : undefined);
    const createdAt = new Date(this.options.clock.now()).toISOString();
    for (const consumer of [...this.consumers.values()]) {
      const { devices } = consumer;
      if (consumer.p0Type !== p0Type) continue;
      if (devices && !devices.includes(did) && !(mac !== undefined && devices.includes(mac))) continue;
      // What a flow changes, neither another flow may see nor its own `body`: nothing is shared.
      const payload = readEvent(event, structuredClone(data))?.payload;
      const own = structuredClone(body);
      consumer.deliver({ event, did, productKey: known?.productKey ?? '', mac, createdAt, payload, body: own });
    }
    if (event === 's2c_binding_changed') this.bindingChanged(did, (data as { bind?: unknown }).bind === true);
  }

  private bindingChanged(did: string, isBound: boolean): void {
    if (isBound) {
      void this.look().then(() => {
        const url = this.devices.get(did)?.url;
        for (const [key, connection] of this.connections) if (url && key.endsWith(` ${url}`)) connection.add(did);
      });
      return;
    }
    for (const connection of this.connections.values()) connection.forget(did);
  }

  private connectionOf(p0Type: P0Type, did: string): LiveConnection {
    const url = this.devices.get(did)?.url;
    const connection = url === undefined ? undefined : this.connections.get(`${p0Type} ${url}`);
    if (connection) return connection;
    throw new CloudError({
      code: 'GIZ_NETWORK',
      textKey: 'app.live.noDevice',
      textParams: { did },
      outcome: 'not-sent',
    });
  }

  private tell(key: string, params: Record<string, string | number>): void {
    const textKey = `app.live.${key}`;
    const kind = key === 'socketBack' ? 'info' : 'warn';
    this.options.account.tell(kind, englishText(textKey, params), textKey, params);
  }

  private show(): void {
    for (const consumer of this.consumers.values()) consumer.onState(this.stateOf(consumer.p0Type));
  }
}
