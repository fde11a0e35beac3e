import type { Clock, Timer } from '../../cloud/clock';
import type { TlsSettings } from '../../cloud/connector';
import { badInput, CloudError } from '../../cloud/errors';
import { type Logger, silentLogger } from '../../cloud/logger';
import type { ProxySettings } from '../../cloud/proxy-settings';
import { englishText, type TextParams } from '../../texts';
import { ReconnectBackOff, STABLE_MS } from './back-off';
import type { PushState, PushStats } from './client-state';
import type { RemoteCommand } from './control-codec';
import type { Attachment, PushConsumer } from './delivery';
import type { DeliveryRegistry } from './delivery-registry';
import { Dispatcher } from './dispatcher';
import { subscriptionNames, subscriptionRow } from './events';
import type { ProductEvents, PushProduct } from './frames';
import { DeliveryLedger } from './ledger';
import type { LineStats } from './line-stats';
import type { Dial } from './link';
import { ProductLogins } from './product-logins';
import { type ControlOptions, type ControlResult, RemoteControl, type VendorText } from './remote-control';
import { Session, type SessionEnd } from './session';
import { Subscriptions } from './subscriptions';
import { tlsDial } from './tls-link';
import { vendorText } from './vendor-text';

/** Waits that tests and unusual installations may want otherwise; milliseconds. */
export interface PushTimes {
  /** After a change of consumers, before the connection is adapted: nodes start and stop in groups. */
  settleMs: number;
  connectMs: number;
  loginMs: number;
  /** How long what a consumer left unfinished waits for its successor. */
  lingerMs: number;
  /** Least time between two reconnections for the sake of forgotten acknowledgements. */
  recycleEveryMs: number;
  /** A logged-in connection counts as stable after this. */
  stableMs: number;
}

export const PUSH_TIMES: PushTimes = {
  settleMs: 200,
  connectMs: 10_000,
  loginMs: 10_000,
  lingerMs: 20_000,
  recycleEveryMs: 30_000,
  stableMs: STABLE_MS,
};

export interface PushClientOptions {
  host: string;
  port: number;
  /** At least one. */
  products: readonly PushProduct[];
  clock: Clock;
  /** Where deliveries are found by their text; one a process. */
  registry: DeliveryRegistry;
  /** Unacknowledged events at most, 1..32767; default 50. */
  prefetch?: number;
  tls?: TlsSettings;
  proxy?: ProxySettings;
  /** Longest line accepted, bytes; default 1 MiB. */
  maxLineBytes?: number;
  /** Memory of an earlier client of the same queue, so that nothing it emitted is emitted again. */
  ledger?: DeliveryLedger;
  /** Redeliveries beyond which an event becomes a dead letter; default 5. */
  poisonLimit?: number;
  log?: Logger;
  times?: Partial<PushTimes>;
  /** How connections are opened; default TLS to `host` and `port`. */
  dial?: Dial;
}

const DEFAULT_PREFETCH = 50;
const DEFAULT_LINE_BYTES = 2 ** 20;
const DEFAULT_DRAIN_MS = 10_000;
const CONSUMER_ERROR_EVERY_MS = 60_000;
const SOONEST_RETRY_MS = 1000;
/** Acknowledgements of this part of the window are always written at once. */
const WINDOW_PARTS = 4;

/**
 * The push service for a set of products: at most one connection at a time, open while somebody needs it, kept open and
 * opened again. Events go to the consumers attached; commands go out over the same connection.
 */
export class PushClient {
  readonly ledger: DeliveryLedger;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly host: string;
  private readonly times: PushTimes;
  private readonly dial: Dial;
  private readonly dispatcher: Dispatcher;
  private readonly remote: RemoteControl;
  private readonly logins: ProductLogins;
  private readonly backOff: ReconnectBackOff;
  private readonly vendorText: VendorText;
  private readonly lineStats: LineStats = { blank: 0, garbage: 0, unknown: 0, tooLong: 0 };
  private readonly listeners = new Set<(state: PushState) => void>();

  private current: PushState = { kind: 'idle' };
  private session: Session | undefined;
  private subscriptions: Subscriptions | undefined;
  private holds = 0;
  private isClosing = false;
  private closing: Promise<void> | undefined;
  private settleTimer: Timer | undefined;
  private retryTimer: Timer | undefined;
  private stableTimer: Timer | undefined;
  private productTimer: Timer | undefined;
  private recycleTimer: Timer | undefined;
  private recycledAt = Number.NEGATIVE_INFINITY;
  private flushing = false;
  private connections = 0;
  private newEventsBefore = 0;
  private outages = 0;
  /** Since when the connection is not what it should be; monotonic milliseconds. */
  private outageSince: number | undefined;
  private lossTold = false;
  private restoredTold = false;
  private refusalTold = false;
  private overrunTold = false;
  private consumerErrorToldAt = Number.NEGATIVE_INFINITY;
  private idle: (() => void) | undefined;
  private ended: (() => void) | undefined;

  constructor(private readonly options: PushClientOptions) {
    const { clock, registry, products } = options;
    this.clock = clock;
    this.log = options.log ?? silentLogger;
    this.host = `${options.host}:${options.port}`;
    this.times = { ...PUSH_TIMES, ...options.times };
    this.dial = options.dial ?? tlsDial(options);
    this.ledger = options.ledger ?? new DeliveryLedger();
    this.backOff = new ReconnectBackOff(clock);
    this.vendorText = vendorText(products);
    this.logins = new ProductLogins(clock, products);
    this.dispatcher = new Dispatcher({
      clock,
      registry,
      ledger: this.ledger,
      window: this.prefetch,
      poisonLimit: options.poisonLimit,
      lingerMs: this.times.lingerMs,
      onAcknowledgements: () => this.scheduleFlush(),
      onReconnectWanted: () => this.recycle(),
      onWantedChange: () => this.settle(this.times.settleMs),
      onIdle: () => this.idle?.(),
      onRoom: () => this.session?.setReading(true),
      onConsumerError: (_, error) => this.tellConsumerError(error),
    });
    this.remote = new RemoteControl(clock, this.dispatcher.name, this.vendorText);
  }

  get state(): PushState {
    return this.current;
  }

  get stats(): PushStats {
    const { dispatcher } = this;
    return {
      ...dispatcher.stats,
      lines: { ...this.lineStats },
      unacknowledged: dispatcher.unacknowledged,
      inFlow: dispatcher.inFlow,
      lagMs: dispatcher.lagMs,
      lastEventAt: dispatcher.lastEventAt,
      connections: this.connections,
      outages: this.outages,
      lateAnswers: this.remote.lateAnswers,
    };
  }

  /** As many events are in the flow as may be: no further one comes until some of them are done. */
  get isFull(): boolean {
    return this.dispatcher.inFlow >= this.prefetch;
  }

  /** Calls back on every change of {@link state}. Returns the way to stop it. */
  onState(listener: (state: PushState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Gives a consumer the events it wants, from now on.
   * @throws CloudError GIZ_BAD_INPUT for an event name or product that does not exist, GIZ_CLOSED after {@link close}
   */
  attach(consumer: PushConsumer): Attachment {
    this.checkOpen();
    this.checkProduct(consumer.productKey);
    for (const name of consumer.events ?? []) {
      if (!subscriptionRow(name)) {
        throw badInput('value', { field: 'events', given: String(name), accepted: subscriptionNames.join(', ') });
      }
    }
    return this.dispatcher.attach(consumer);
  }

  /** Keeps the connection open without wanting events, for commands. Returns the way to let it go. */
  hold(): () => void {
    this.checkOpen();
    let held = true;
    this.holds++;
    this.settle(this.times.settleMs);
    return () => {
      if (!held) return;
      held = false;
      this.holds--;
      this.settle(this.times.settleMs);
    };
  }

  /**
   * Sends commands; opens the connection for them when it is not open.
   * @returns one result a command, in order. A command is sent at most once.
   * @throws CloudError GIZ_BAD_INPUT; nothing was sent then
   */
  async control(commands: readonly RemoteCommand[], options?: ControlOptions): Promise<ControlResult[]> {
    this.checkOpen();
    for (const { productKey } of commands) this.checkProduct(productKey);
    const release = this.hold();
    this.settle(0);
    try {
      return await this.remote.control(commands, options);
    } finally {
      release();
    }
  }

  /**
   * Ends everything: nothing new is emitted, what is in the flow may be acknowledged for up to `drainMs`, then the
   * connection closes; the server sends the rest again to whoever connects next.
   */
  close(drainMs = DEFAULT_DRAIN_MS): Promise<void> {
    this.isClosing = true;
    this.closing ??= this.end(drainMs);
    return this.closing;
  }

  /** Events received that this process had not had before. */
  private get newEvents(): number {
    const { received, redelivered, withoutId } = this.dispatcher.stats;
    return received - redelivered - withoutId;
  }

  private get prefetch(): number {
    return this.options.prefetch ?? DEFAULT_PREFETCH;
  }

  private get needed(): boolean {
    return !this.isClosing && (this.holds > 0 || this.dispatcher.hasConsumers);
  }

  // --- what is wanted ------------------------------------------------------------------------------------------------

  private settle(ms: number): void {
    if (this.isClosing) return;
    if (this.settleTimer !== undefined) this.clock.clearTimeout(this.settleTimer);
    this.settleTimer = this.clock.setTimeout(() => {
      this.settleTimer = undefined;
      this.adapt();
    }, ms);
  }

  /** Brings the connection in line with what is wanted now. */
  private adapt(): void {
    if (!this.needed) {
      this.clear('retryTimer');
      if (this.session) this.session.finish();
      else if (!this.isClosing) this.setState({ kind: 'idle' });
    } else if (!this.session) {
      if (this.retryTimer === undefined) this.connect();
    } else if (this.session.ready) {
      this.subscriptions?.reconcile(this.wantedNow());
    }
  }

  /** What the connection should carry: the products whose login may be tried. */
  private wantedNow(): ProductEvents[] {
    return this.logins.eligible().map((product) => this.withEvents(product));
  }

  private withEvents(product: PushProduct): ProductEvents {
    return { product, events: this.dispatcher.wanted(product.productKey) };
  }

  // --- connections ---------------------------------------------------------------------------------------------------

  private connect(): void {
    const products = this.logins.leaders();
    if (products.length === 0) {
      this.waitRefused();
      return;
    }
    if (this.current.kind === 'idle') this.setState({ kind: 'connecting', since: this.clock.now() });
    const { clock, dial, host, lineStats, times, vendorText: words } = this;
    const subscriptions = new Subscriptions(clock, {
      write: (text) => this.session?.write(text) ?? false,
      onProductRefused: (product, message) => this.productRefused(product, message),
      onProductAccepted: (product) => this.logins.accepted([product]),
      onLoginNeeded: () => {
        this.logins.loginTogether();
        this.session?.finish();
      },
    });
    this.subscriptions = subscriptions;
    this.session = new Session(
      {
        clock,
        dial,
        host,
        lineStats,
        vendorText: words,
        prefetch: this.prefetch,
        maxLineBytes: this.options.maxLineBytes ?? DEFAULT_LINE_BYTES,
        connectMs: times.connectMs,
        loginMs: times.loginMs,
        login: () => products.map((product) => this.withEvents(product)),
      },
      {
        onOpen: () => this.dispatcher.openEpoch(),
        onReady: () => this.ready(),
        batch: (work) => this.dispatcher.batch(work),
        onEvent: (reader, deep) => this.dispatcher.receive(reader, deep),
        onControlAnswer: (body) => this.remote.answered(body),
        onSubscriptionAnswer: (kind, body) => subscriptions.answered(kind, body),
        onRejected: (body) => {
          if (!this.remote.rejected(body, !subscriptions.busy) && this.remote.unanswered === 0) subscriptions.failed();
        },
        takeAcknowledgements: () => this.dispatcher.takeAcknowledgements(),
        mayHoldBack: () => this.holdBack(),
        onChunkDone: () => this.watchBacklog(),
        onEnd: (end) => this.sessionEnded(end),
      },
    );
  }

  private ready(): void {
    const { session } = this;
    if (!session) return;
    this.connections++;
    this.refusalTold = false;
    this.logins.accepted(session.login.map(({ product }) => product));
    this.subscriptions?.begin(session.login);
    this.tellRestored();
    this.stableTimer = this.clock.setTimeout(() => {
      this.stableTimer = undefined;
      this.backOff.reset();
      this.outageSince = undefined;
      this.lossTold = false;
      this.restoredTold = false;
    }, this.times.stableMs);
    this.setConnected();
    this.remote.connected((text) => session.write(text));
    this.subscriptions?.reconcile(this.wantedNow());
    this.watchRefusedProducts();
  }

  private sessionEnded({ error, refused }: SessionEnd): void {
    const login = this.session?.login ?? [];
    this.session = undefined;
    this.subscriptions?.stop();
    this.subscriptions = undefined;
    this.clear('stableTimer');
    this.clear('productTimer');
    const progressed = this.newEvents > this.newEventsBefore;
    this.newEventsBefore = this.newEvents;
    this.dispatcher.closeEpoch();
    this.remote.disconnected();
    this.ended?.();
    if (!this.needed) {
      if (!this.isClosing) this.setState({ kind: 'idle' });
      return;
    }
    if (refused && error) {
      const products = login.map(({ product }) => product);
      this.logins.refused(products, error);
      if (this.logins.leaders().length === 0) {
        this.waitRefused();
        return;
      }
    }
    this.retry(this.backOff.next(progressed), error);
  }

  private retry(waitMs: number, error: CloudError | undefined): void {
    const now = this.clock.now();
    this.outageSince ??= this.clock.mono();
    // Reconnecting of our own will is no outage to tell of; an outage lasts until a connection has been stable.
    if (error && !this.lossTold) {
      this.lossTold = true;
      this.outages++;
      this.tell('lost', { host: this.host, reason: error.message });
    }
    const since = this.current.kind === 'reconnecting' ? this.current.since : now;
    const state: PushState = { kind: 'reconnecting', since, nextTryAt: now + waitMs };
    if (error) state.error = error;
    this.setState(state);
    this.scheduleConnect(waitMs);
  }

  private waitRefused(): void {
    const refused = this.logins.refusedProducts();
    const next = refused.reduce((soonest, product) => (product.nextTryAt < soonest.nextTryAt ? product : soonest));
    const now = this.clock.now();
    const waitMs = Math.max(1, this.logins.nextTryIn() ?? 0);
    this.remote.refuse(next.error);
    if (!this.refusalTold) {
      this.refusalTold = true;
      const seconds = Math.round(waitMs / 1000);
      this.tell('refused', { host: this.host, seconds, reason: next.error.message });
    }
    const since = this.current.kind === 'refused' ? this.current.since : now;
    this.setState({ kind: 'refused', since, nextTryAt: next.nextTryAt, error: next.error });
    this.scheduleConnect(waitMs);
  }

  private scheduleConnect(waitMs: number): void {
    this.clear('retryTimer');
    this.retryTimer = this.clock.setTimeout(() => {
      this.retryTimer = undefined;
      if (this.needed) this.connect();
    }, waitMs);
  }

  private productRefused(product: PushProduct, message: unknown): void {
    const text = this.vendorText(message);
    const error = new CloudError({
      code: 'GIZ_REFUSED',
      textKey: 'push.refused',
      textParams: { product: product.productKey, message: text },
      vendorMessage: text,
      outcome: 'refused',
    });
    const nextTryAt = this.logins.refused([product], error);
    const seconds = Math.round((nextTryAt - this.clock.now()) / 1000);
    this.tell('refused', { host: this.host, seconds, reason: error.message });
    this.setConnected();
    this.watchRefusedProducts();
  }

  /** Tries refused products again on the running connection, each in its time. */
  private watchRefusedProducts(): void {
    this.clear('productTimer');
    const waitMs = this.logins.nextTryIn();
    if (waitMs === undefined) return;
    // A product whose time has come waits for the answer to its subscription meanwhile.
    this.productTimer = this.clock.setTimeout(
      () => {
        this.productTimer = undefined;
        if (!this.session?.ready) return;
        this.subscriptions?.reconcile(this.wantedNow());
        this.watchRefusedProducts();
      },
      Math.max(SOONEST_RETRY_MS, waitMs),
    );
  }

  /** Opens a new connection so that forgotten events are sent again, not too often. */
  private recycle(): void {
    if (this.recycleTimer !== undefined || this.isClosing) return;
    const wait = Math.max(0, this.recycledAt + this.times.recycleEveryMs - this.clock.mono());
    this.recycleTimer = this.clock.setTimeout(() => {
      this.recycleTimer = undefined;
      this.recycledAt = this.clock.mono();
      this.session?.finish();
    }, wait);
  }

  // --- reading and writing -------------------------------------------------------------------------------------------

  /** Acknowledgements given one by one within a turn of the event loop leave in one write. */
  private scheduleFlush(): void {
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => {
      this.flushing = false;
      this.session?.flush();
    });
  }

  /** Acknowledgements may wait for those of the next bytes as long as the server is far from running out of its window. */
  private holdBack(): boolean {
    const { unwritten } = this.dispatcher;
    if (unwritten * WINDOW_PARTS > this.prefetch) return false;
    if (unwritten > 0) this.scheduleFlush();
    return true;
  }

  /** A server that ignores the prefetch window is slowed down by not reading on. */
  private watchBacklog(): void {
    const limit = this.prefetch * this.options.products.length;
    if (this.dispatcher.backlog <= limit) return;
    this.session?.setReading(false);
    if (this.overrunTold) return;
    this.overrunTold = true;
    this.tell('overrun', { host: this.host, limit });
  }

  // --- end -----------------------------------------------------------------------------------------------------------

  private async end(drainMs: number): Promise<void> {
    for (const timer of ['settleTimer', 'retryTimer', 'productTimer', 'recycleTimer'] as const) this.clear(timer);
    this.dispatcher.stop();
    this.remote.close();
    if (drainMs > 0 && this.session?.ready && this.dispatcher.inFlow > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.clock.setTimeout(resolve, drainMs);
        this.idle = this.ended = () => {
          this.clock.clearTimeout(timer);
          resolve();
        };
      });
    }
    if (this.session) {
      await new Promise<void>((resolve) => {
        this.ended = resolve;
        this.session?.finish();
      });
    }
    this.dispatcher.close();
    this.setState({ kind: 'closed' });
    this.listeners.clear();
  }

  private checkOpen(): void {
    if (this.isClosing) throw new CloudError({ code: 'GIZ_CLOSED', textKey: 'errors.closed', outcome: 'not-sent' });
  }

  private checkProduct(productKey: string): void {
    if (this.options.products.some((product) => product.productKey === productKey)) return;
    throw badInput('productKey', { field: 'productKey', given: String(productKey) });
  }

  // --- telling -------------------------------------------------------------------------------------------------------

  private setConnected(): void {
    const since = this.current.kind === 'connected' ? this.current.since : this.clock.now();
    this.setState({ kind: 'connected', since, refused: this.logins.refusedProducts() });
  }

  private setState(state: PushState): void {
    this.current = state;
    for (const listener of this.listeners) listener(state);
  }

  private tellRestored(): void {
    if (this.outageSince === undefined || !this.lossTold || this.restoredTold) return;
    this.restoredTold = true;
    const seconds = Math.round((this.clock.mono() - this.outageSince) / 1000);
    this.tell('restored', { host: this.host, seconds });
  }

  /** A consumer that fails with every event must not flood the log. */
  private tellConsumerError(error: unknown): void {
    const now = this.clock.mono();
    if (now - this.consumerErrorToldAt < CONSUMER_ERROR_EVERY_MS) return;
    this.consumerErrorToldAt = now;
    this.tell('consumer', { reason: error instanceof Error ? error.message : String(error) });
  }

  private tell(event: string, textParams: TextParams): void {
    const textKey = `push.events.${event}`;
    this.log[event === 'restored' ? 'info' : 'warn'](englishText(textKey, textParams), textKey, textParams);
  }

  private clear(name: 'settleTimer' | 'retryTimer' | 'stableTimer' | 'productTimer' | 'recycleTimer'): void {
    if (this[name] !== undefined) this.clock.clearTimeout(this[name]);
    this[name] = undefined;
  }
}
