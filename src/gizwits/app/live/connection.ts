import type { Clock, Timer } from '../../../cloud/clock';
import { CloudError } from '../../../cloud/errors';
import type { OpenWebSocket, WebSocketLink, WebSocketOptions } from '../../../cloud/web-socket';
import { ReconnectBackOff, RefusalPacing, STABLE_MS } from '../../push/back-off';
import type { AppUser } from '../account';
import { DEAD_CONNECTION_CODES, isLiveEvent, type LiveMessage, type P0Type, readMessage } from './messages';

const CONNECT_MS = 10_000;
const LOGIN_MS = 10_000;
const ANSWER_MS = 10_000;
/** Seconds that the cloud may hear nothing of us; at most 180 (reference notes C). */
const HEARTBEAT_S = 120;
const PING_MS = 50_000;

/** What a connection is doing. Times are epoch milliseconds. */
export type LiveState =
  | { kind: 'idle' }
  | { kind: 'connecting' }
  | { kind: 'connected' }
  | { kind: 'reconnecting'; nextTryAt: number; error: CloudError }
  /** The login was refused, by the cloud's HTTP side or on the connection itself. */
  | { kind: 'refused'; nextTryAt: number; error: CloudError };

/** Where to connect and as whom: asked anew before each try, since tokens and hosts change. */
export interface LiveTarget {
  url: string;
  appId: string;
  user: AppUser;
}

export interface LiveConnectionOptions {
  clock: Clock;
  /** For texts. */
  host: string;
  p0Type: P0Type;
  open: OpenWebSocket;
  wiring(): Pick<WebSocketOptions, 'tls' | 'proxy'>;
  /** @throws CloudError when there is no login, or the host is gone */
  target(): Promise<LiveTarget>;
  /** The connection has refused that user. Returns whether the next {@link target} may bring a newer login. */
  renew(user: AppUser, error: CloudError): boolean;
  /** The devices to hear of; undefined for all of the user's. */
  wanted(): readonly string[] | undefined;
  onEvent(message: LiveMessage): void;
  /** A message came that no flow can be given. */
  onTooDeep(): void;
  onState(state: LiveState): void;
  /** The cloud does not report a device here. */
  onNotSubscribed(did: string): void;
}

/** A request that waits for its answer. */
interface Pending {
  timer: Timer;
  isRead: boolean;
  resolve(message: LiveMessage): void;
  reject(error: CloudError): void;
}

/** One connection to one host, logged in, kept alive, and opened again when it is lost. */
export class LiveConnection {
  state: LiveState = { kind: 'idle' };
  private link: WebSocketLink | undefined;
  private readonly backOff: ReconnectBackOff;
  private readonly refusals: RefusalPacing;
  private readonly pending = new Map<number, Pending>();
  private readonly subscribed = new Set<string>();
  private subscribesAll = false;
  private requests = 0;
  private heardSincePing = true;
  private timer: Timer | undefined;
  private ping: Timer | undefined;
  private stable: Timer | undefined;
  private closing: (() => void) | undefined;
  private closed = false;
  private user: AppUser | undefined;
  /** A new login has been asked for after a refusal, and has not been accepted here yet. */
  private renewed = false;
  /** Why the present connection is being given up. */
  private reason: CloudError | undefined;

  constructor(private readonly options: LiveConnectionOptions) {
    this.backOff = new ReconnectBackOff(options.clock);
    this.refusals = new RefusalPacing(options.clock);
  }

  start(): void {
    this.show({ kind: 'connecting' });
    void this.connect();
  }

  /** Adapts to what is wanted now. */
  refresh(): void {
    if (this.state.kind !== 'connected') return;
    const missing = this.missing();
    if (missing.length === 0) return;
    this.say({ cmd: 'subscribe_req', data: missing.map((did) => ({ did })) });
    for (const did of missing) this.subscribed.add(did);
  }

  /** Forgets that a device was subscribed: it was taken away, and may come back. */
  forget(did: string): void {
    this.subscribed.delete(did);
  }

  /** Tells the cloud about a device that has come to the user. */
  add(did: string): void {
    const wanted = this.options.wanted();
    if (this.state.kind !== 'connected' || (wanted && !wanted.includes(did))) return;
    this.subscribed.add(did);
    this.say({ cmd: 'subscribe_req', data: [{ did }] });
  }

  /**
   * Sends a request and waits for its answer.
   * @throws CloudError GIZ_NETWORK without a connection, GIZ_REFUSED, GIZ_TIMEOUT of a read, GIZ_OUTCOME_UNKNOWN of a command
   */
  request(cmd: 'c2s_read' | 'c2s_write' | 'c2s_raw', data: object): Promise<LiveMessage> {
    if (this.state.kind !== 'connected') return Promise.reject(notConnected(this.options.host));
    const number = ++this.requests;
    const isRead = cmd === 'c2s_read';
    return new Promise((resolve, reject) => {
      const timer = this.options.clock.setTimeout(() => {
        this.pending.delete(number);
        reject(noAnswer(isRead));
      }, ANSWER_MS);
      this.pending.set(number, { timer, isRead, resolve, reject });
      this.say({ cmd, req_sn: number, data });
    });
  }

  /** Ends the connection for good. */
  close(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.closed = true;
    this.clearTimers();
    this.failPending();
    const { link } = this;
    if (!link) return Promise.resolve();
    return new Promise((resolve) => {
      this.closing = resolve;
      link.close();
    });
  }

  private async connect(): Promise<void> {
    let target: LiveTarget;
    try {
      target = await this.options.target();
    } catch (error) {
      if (!this.closed) this.lost(error as CloudError, isRefusal(error as CloudError));
      return;
    }
    if (this.closed) return;
    const { clock, open, wiring } = this.options;
    this.reason = undefined;
    try {
      this.link = open(
        { url: target.url, clock, timeoutMs: CONNECT_MS, ...wiring() },
        {
          onOpen: () => this.logIn(target),
          onText: (text) => this.take(text),
          onClose: (error) => this.over(error),
        },
      );
    } catch (error) {
      this.lost(error as CloudError, true);
    }
  }

  private logIn({ appId, user }: LiveTarget): void {
    const { p0Type, wanted, clock } = this.options;
    this.user = user;
    this.subscribed.clear();
    this.subscribesAll = wanted() === undefined;
    this.timer = clock.setTimeout(() => this.giveUp(noAnswer(true)), LOGIN_MS);
    this.say({
      cmd: 'login_req',
      data: {
        appid: appId,
        uid: user.uid,
        token: user.token,
        p0_type: p0Type,
        heartbeat_interval: HEARTBEAT_S,
        auto_subscribe: this.subscribesAll,
      },
    });
  }

  private take(text: string): void {
    this.heardSincePing = true;
    const message = readMessage(text);
    if (!message || this.closed) return;
    if (message === 'deep') {
      this.options.onTooDeep();
      return;
    }
    const { cmd, answerTo } = message;
    if (cmd === 'login_res') this.loggedIn(message);
    else if (cmd === 'subscribe_res') this.noteFailed(message);
    else if (cmd === 's2c_invalid_msg') this.refused(message);
    else if (answerTo !== undefined && this.answered(Number(answerTo), message)) return;
    else if (isLiveEvent(cmd)) this.tell(message);
  }

  private loggedIn({ data }: LiveMessage): void {
    if (this.state.kind === 'connected') return;
    this.clearTimers();
    const { success, msg } = (data ?? {}) as { success?: unknown; msg?: unknown };
    if (success !== true) {
      this.giveUp(refusedBy('app.live.refused', msg));
      return;
    }
    const { clock } = this.options;
    this.refusals.reset();
    this.renewed = false;
    this.stable = clock.setTimeout(() => this.backOff.reset(), STABLE_MS);
    this.heardSincePing = true;
    this.armPing();
    this.show({ kind: 'connected' });
    this.refresh();
  }

  private armPing(): void {
    this.ping = this.options.clock.setTimeout(() => {
      if (!this.heardSincePing) {
        this.giveUp(noAnswer(true));
        return;
      }
      this.heardSincePing = false;
      this.say({ cmd: 'ping' });
      this.armPing();
    }, PING_MS);
  }

  private noteFailed({ data }: LiveMessage): void {
    const failed = (data as { failed?: unknown } | undefined)?.failed;
    for (const entry of Array.isArray(failed) ? failed : []) {
      const did = (entry as { did?: unknown } | null)?.did;
      if (typeof did === 'string') this.options.onNotSubscribed(did);
    }
  }

  /** The message names no request; it is about the one that waits, when only one does. */
  private refused({ data }: LiveMessage): void {
    const { error_code: code, msg } = (data ?? {}) as { error_code?: unknown; msg?: unknown };
    const error = refusedBy('app.live.invalid', msg ?? code);
    if (DEAD_CONNECTION_CODES.has(Number(code))) {
      this.giveUp(error);
      return;
    }
    const [only, ...others] = this.pending.keys();
    if (only === undefined || others.length > 0) return;
    this.settle(only)?.reject(error);
  }

  private answered(number: number, message: LiveMessage): boolean {
    const pending = this.settle(number);
    pending?.resolve(message);
    return pending !== undefined;
  }

  private settle(number: number): Pending | undefined {
    const pending = this.pending.get(number);
    if (!pending) return undefined;
    this.pending.delete(number);
    this.options.clock.clearTimeout(pending.timer);
    return pending;
  }

  private tell(message: LiveMessage): void {
    const { requestNumber, data } = message;
    if (requestNumber !== undefined) {
      this.say({ cmd: 'c2s_ack', res_sn: requestNumber, did: (data as { did?: unknown } | undefined)?.did });
    }
    this.options.onEvent(message);
  }

  /** Devices that are wanted and not subscribed. */
  private missing(): string[] {
    if (this.subscribesAll) return [];
    return (this.options.wanted() ?? []).filter((did) => !this.subscribed.has(did));
  }

  private say(message: object): void {
    this.link?.send(JSON.stringify(message));
  }

  private giveUp(error: CloudError): void {
    this.reason = error;
    this.clearTimers();
    this.link?.close();
  }

  private over(error: CloudError): void {
    this.link = undefined;
    this.failPending();
    this.clearTimers();
    if (this.closed) {
      this.closing?.();
      return;
    }
    const reason = this.reason ?? error;
    const isRefused = reason.code === 'GIZ_REFUSED' && reason.textKey === 'app.live.refused';
    this.lost(reason, isRefused && !this.renew(reason));
  }

  /** A token may be too old for this service while the API still takes it: one refusal is answered by a new login. */
  private renew(error: CloudError): boolean {
    if (this.renewed || !this.user) return false;
    this.renewed = this.options.renew(this.user, error);
    return this.renewed;
  }

  private lost(error: CloudError, isRefused: boolean): void {
    const { clock } = this.options;
    const waitMs = isRefused ? this.refusals.next() : this.backOff.next();
    this.show({ kind: isRefused ? 'refused' : 'reconnecting', nextTryAt: clock.now() + waitMs, error });
    this.timer = clock.setTimeout(() => {
      this.timer = undefined;
      // The time of the next try is over, and how long the try takes, a login included, is not known.
      if (!isRefused) this.show({ kind: 'connecting' });
      void this.connect();
    }, waitMs);
  }

  private failPending(): void {
    for (const number of [...this.pending.keys()]) {
      const pending = this.settle(number);
      pending?.reject(pending.isRead ? notConnected(this.options.host) : noAnswer(false));
    }
  }

  private clearTimers(): void {
    for (const timer of [this.timer, this.ping, this.stable]) {
      if (timer !== undefined) this.options.clock.clearTimeout(timer);
    }
    this.timer = undefined;
    this.ping = undefined;
    this.stable = undefined;
  }

  private show(state: LiveState): void {
    this.state = state;
    this.options.onState(state);
  }
}

/** Errors that no further try mends at once: credentials, configuration. */
function isRefusal({ code, outcome }: CloudError): boolean {
  return code === 'GIZ_CONFIG' || (outcome === 'refused' && /^GIZ_\d+$/.test(code));
}

function refusedBy(textKey: string, message: unknown): CloudError {
  const text = String(message ?? '?')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, 200);
  return new CloudError({
    code: 'GIZ_REFUSED',
    textKey,
    textParams: { message: text },
    vendorMessage: text,
    outcome: 'refused',
  });
}

function noAnswer(isRead: boolean): CloudError {
  if (!isRead)
    return new CloudError({ code: 'GIZ_OUTCOME_UNKNOWN', textKey: 'errors.outcomeUnknown', outcome: 'unknown' });
  return new CloudError({
    code: 'GIZ_TIMEOUT',
    textKey: 'app.live.noAnswer',
    textParams: { seconds: ANSWER_MS / 1000 },
    outcome: 'unknown',
    retryable: true,
  });
}

function notConnected(host: string): CloudError {
  return new CloudError({
    code: 'GIZ_NETWORK',
    textKey: 'errors.networkCases.reset',
    textParams: { host },
    outcome: 'not-sent',
    retryable: true,
  });
}
