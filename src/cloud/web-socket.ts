import type { Agent, WebSocket as UndiciWebSocket } from 'undici';
import type { Clock, Timer } from './clock';
import { Connector, type TlsSettings } from './connector';
import { Deadlines, unref } from './deadlines';
import { CloudError } from './errors';
import { type ProxySettings, resolveProxy } from './proxy-settings';
import { openTunnel } from './tunnel';
import { timeoutError, wireError } from './wire-errors';

export interface WebSocketOptions {
  /** `ws://…` or `wss://…`. */
  url: string;
  clock: Clock;
  tls?: TlsSettings;
  /** Without it, the proxy variables of `environment` count. */
  proxy?: ProxySettings;
  /** For name, TCP, proxy, TLS and the change of protocols together, milliseconds. */
  timeoutMs: number;
  /** `process.env` unless given. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/** What a connection tells. After `onClose`, which comes exactly once, nothing more. */
export interface WebSocketSink {
  onOpen(): void;
  /** A text message, whole. */
  onText(text: string): void;
  /** It never came about, or it is over, for whatever reason. */
  onClose(error: CloudError): void;
}

/** A connection that is being opened, or open. */
export interface WebSocketLink {
  /** Sends a text message; does nothing unless the connection is open. */
  send(text: string): void;
  /** Ends the connection; `onClose` is told. */
  close(): void;
}

/** How a WebSocket is opened; tests put their own in its place. */
export type OpenWebSocket = (options: WebSocketOptions, sink: WebSocketSink) => WebSocketLink;

/** How long the other side may take to agree to the end. */
const CLOSE_MS = 500;
const NORMAL_CLOSE = 1000;

/**
 * Opens a WebSocket (RFC 6455), through a tunnel where a proxy leads to the host, with the same check of certificates
 * as HTTP calls have. Failures are told in the words of HTTP calls.
 * @throws CloudError GIZ_CONFIG when the proxy's address, a certificate or a key cannot be used
 */
export const openWebSocket: OpenWebSocket = (options, sink) => new Link(options, sink);

class Link implements WebSocketLink {
  private readonly socket: UndiciWebSocket;
  private readonly agent: Agent;
  private readonly connector: Connector;
  private readonly deadlines: Deadlines;
  private readonly host: string;
  private failure: CloudError | undefined;
  private timer: Timer | undefined;
  private over = false;

  constructor(
    private readonly options: WebSocketOptions,
    private readonly sink: WebSocketSink,
  ) {
    const { url, clock, tls, timeoutMs } = options;
    const target = new URL(url.replace(/^ws/, 'http'));
    this.host = target.host;
    this.deadlines = new Deadlines(clock);
    const proxy = resolveProxy(target, options.proxy, options.environment ?? process.env);
    const tunnelled = proxy && target.protocol === 'http:';
    this.connector = new Connector({
      target,
      ...(proxy && !tunnelled ? { proxy } : {}),
      ...(tls ? { tls } : {}),
      timeoutMs,
      deadlines: this.deadlines,
    });
    // Some 64 ms and 4 MB: only who opens a connection pays it.
    const undici = require('undici') as typeof import('undici');
    const connect = ((_options: unknown, done: (failure: Error | null, socket: unknown) => void) => {
      const finish = (failure: Error | null | undefined, socket: unknown): void => {
        // The library tells that it failed, not why.
        if (failure) this.failure = wireError(failure, { host: this.host, begun: false, answered: false });
        done(failure ?? null, socket ?? null);
      };
      try {
        if (tunnelled) openTunnel(proxy, target.hostname, Number(target.port) || 80, finish);
        else this.connector.connect(finish);
      } catch (error) {
        finish(error as Error, null);
      }
    }) as unknown as NonNullable<Agent.Options['connect']>;
    this.agent = new undici.Agent({ connect, headersTimeout: 0, bodyTimeout: 0, pipelining: 1 });
    this.socket = new undici.WebSocket(url, { dispatcher: this.agent });
    this.timer = clock.setTimeout(() => this.fail(timeoutError(this.host, timeoutMs, 'not-sent')), timeoutMs);
    this.socket.addEventListener('open', () => {
      if (this.over) return;
      this.stopTimer();
      sink.onOpen();
    });
    this.socket.addEventListener('message', ({ data }) => {
      if (!this.over && typeof data === 'string') sink.onText(data);
    });
    this.socket.addEventListener('error', () => undefined);
    this.socket.addEventListener('close', () => this.end());
  }

  send(text: string): void {
    if (!this.over && this.socket.readyState === this.socket.OPEN) this.socket.send(text);
  }

  close(): void {
    if (this.over) return;
    this.failure ??= new CloudError({ code: 'GIZ_CLOSED', textKey: 'errors.closed', outcome: 'unknown' });
    if (this.socket.readyState !== this.socket.OPEN) {
      this.end();
      return;
    }
    this.socket.close(NORMAL_CLOSE);
    this.stopTimer();
    this.timer = unref(this.options.clock.setTimeout(() => this.end(), CLOSE_MS));
  }

  private fail(error: CloudError): void {
    this.failure = error;
    this.end();
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    this.stopTimer();
    this.connector.close();
    this.deadlines.clear();
    void this.agent.destroy().catch(() => undefined);
    this.sink.onClose(this.failure ?? cutError(this.host));
  }

  private stopTimer(): void {
    if (this.timer !== undefined) this.options.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }
}

function cutError(host: string): CloudError {
  return new CloudError({
    code: 'GIZ_NETWORK',
    textKey: 'errors.networkCases.reset',
    textParams: { host },
    outcome: 'unknown',
    retryable: true,
  });
}
