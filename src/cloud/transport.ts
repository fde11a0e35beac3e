import type { Pool } from 'undici';
import type { Clock } from './clock';
import { Connector, type TlsSettings } from './connector';
import { Deadlines } from './deadlines';
import { CloudError } from './errors';
import { Exchange, type ExchangeHost, type ReplySink } from './exchange';
import { configError } from './input';
import { type ProxyRoute, type ProxySettings, resolveProxy } from './proxy-settings';
import type { WireRequest } from './reply';
import { ServerTime } from './server-time';
import { wireError } from './wire-errors';
import { findHeader, type WireReply } from './wire-reply';

export type { TlsSettings } from './connector';
export type { ReplySink } from './exchange';
export type { ProxySettings } from './proxy-settings';

/** More connections than this make calls slower, not faster (measured: 200 against 50). */
export const MAX_CONNECTIONS = 50;
const DEFAULT_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 10_000;
const MAX_REPLY_BYTES = 10 * 2 ** 20;
/** Idle connections are kept this long, unless the server says less; and never longer than {@link LONGEST_IDLE_MS}. */
const IDLE_MS = 4000;
const LONGEST_IDLE_MS = 60_000;
/**
 * A command never rides on a connection that has idled longer: a server closes idle connections, and a command written
 * to one at that moment has an unknown outcome.
 */
const COMMAND_IDLE_MS = 1000;

const NO_HEADERS: Readonly<Record<string, string>> = {};

export interface TransportOptions {
  /** `http(s)://host[:port][/prefix]`; the prefix goes in front of every path. */
  baseUrl: string;
  clock: Clock;
  /** Connections at most, for commands and for everything else each; never more than {@link MAX_CONNECTIONS}. */
  connections?: number;
  connectTimeoutMs?: number;
  /** Longest body of an answer, in bytes. */
  maxReplyBytes?: number;
  tls?: TlsSettings;
  /** Without it, the proxy variables of `environment` count. */
  proxy?: ProxySettings;
  /** `process.env` unless given. */
  environment?: Readonly<Record<string, string | undefined>>;
}

export interface SendOptions {
  /** For the whole try, from here to the last byte of the answer, in milliseconds. */
  timeoutMs: number;
  /** A command: never on a connection that has idled. */
  fresh?: boolean;
}

/** What the layers above need of a transport; tests put their own in its place. */
export interface Sender {
  /** Host with port, for texts. */
  readonly host: string;
  /** Calls that can be on their way at once. */
  readonly capacity: number;
  readonly serverTime: ServerTime;
  /** Secrets of its own (of a proxy, say), for the redactor. */
  readonly secrets: readonly string[];
  send(request: WireRequest, options: SendOptions, sink: ReplySink): SentRequest;
  close(): Promise<void>;
}

/** A request under way. */
export interface SentRequest {
  /** Whether bytes of it may have left. */
  readonly begun: boolean;
  /** Ends it with `error`, unless it is over. */
  abort(error: CloudError): void;
}

/** The connections for one class of calls. */
interface Lines {
  pool: Pool | undefined;
  /** Exchanges given to the pool and not over. */
  running: number;
  /** Monotonic time of the last exchange's end. */
  idleSince: number;
}

/**
 * HTTP/1.1 over kept connections to one base URL. One call is one try: nothing is repeated, redirected or decompressed
 * here. Every failure is a {@link CloudError} that names the host and the reason in plain words and says for certain
 * whether anything was sent.
 */
export class Transport implements Sender, ExchangeHost {
  readonly host: string;
  readonly capacity: number;
  readonly maxReplyBytes: number;
  readonly deadlines: Deadlines;
  readonly serverTime: ServerTime;
  private readonly clock: Clock;
  private readonly target: URL;
  private readonly proxy: ProxyRoute | undefined;
  private readonly prefix: string;
  private readonly connector: Connector;
  private readonly commands: Lines = { pool: undefined, running: 0, idleSince: 0 };
  private readonly others: Lines = { pool: undefined, running: 0, idleSince: 0 };
  private readonly retiring = new Set<Promise<unknown>>();
  private closed = false;

  /** @throws CloudError GIZ_CONFIG when the base URL or the proxy's address cannot be used. */
  constructor(options: TransportOptions) {
    this.clock = options.clock;
    this.target = readBaseUrl(options.baseUrl);
    this.host = this.target.host;
    this.capacity = Math.max(1, Math.min(MAX_CONNECTIONS, options.connections ?? DEFAULT_CONNECTIONS));
    this.maxReplyBytes = options.maxReplyBytes ?? MAX_REPLY_BYTES;
    this.deadlines = new Deadlines(options.clock);
    this.serverTime = new ServerTime(options.clock);
    this.proxy = resolveProxy(this.target, options.proxy, options.environment ?? process.env);
    this.connector = new Connector({
      target: this.target,
      ...(this.proxy ? { proxy: this.proxy } : {}),
      ...(options.tls ? { tls: options.tls } : {}),
      timeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      deadlines: this.deadlines,
    });
    // A plain call through a proxy names its whole URL in the request line (RFC 9112 section 3.2.2).
    const whole = this.proxy && this.target.protocol === 'http:' ? this.target.origin : '';
    this.prefix = whole + this.target.pathname.replace(/\/+$/, '');
  }

  get secrets(): readonly string[] {
    const { authorization } = this.proxy ?? {};
    if (authorization === undefined) return [];
    // A proxy may tell any part of what it was shown.
    const credentials = authorization.slice('Basic '.length);
    const words = Buffer.from(credentials, 'base64').toString('utf8');
    return [authorization, credentials, words.slice(words.indexOf(':') + 1)];
  }

  /**
   * Makes one try. The sink may be called before this returns, when nothing can be sent at all.
   * The returned handle ends it early.
   */
  send(request: WireRequest, options: SendOptions, sink: ReplySink): SentRequest {
    const exchange = new Exchange(this, sink, options.timeoutMs, options.fresh === true);
    const lines = exchange.fresh ? this.commands : this.others;
    lines.running++;
    this.deadlines.arm(exchange, options.timeoutMs);
    try {
      if (this.closed) throw closedError();
      this.pool(lines).dispatch(
        {
          path: this.prefix + request.path,
          method: request.method,
          headers: this.headers(request),
          body: request.body,
        },
        exchange,
      );
    } catch (error) {
      exchange.abort(wireError(error, { host: this.host, begun: false, answered: false }));
    }
    return exchange;
  }

  /** The same as a promise, for callers that make few calls. @throws CloudError */
  request(request: WireRequest, options: SendOptions): Promise<WireReply> {
    return new Promise((resolve, reject) => {
      this.send(request, options, { refusal: () => undefined, onReply: resolve, onFailure: reject });
    });
  }

  /** Ends what is under way with GIZ_CLOSED and waits until every socket is closed. */
  async close(): Promise<void> {
    this.closed = true;
    // Every exchange has a deadline as long as it is under way.
    for (const entry of this.deadlines.entries()) {
      if (entry instanceof Exchange) entry.abort(closedError(entry.begun));
    }
    this.connector.close();
    this.retire(this.commands);
    this.retire(this.others);
    await Promise.all(this.retiring);
    this.deadlines.clear();
  }

  /** For {@link Exchange}. */
  onHead(raw: readonly Buffer[]): void {
    if (this.serverTime.wantsSample) this.serverTime.observe(findHeader(raw, 'date'));
  }

  /** For {@link Exchange}. */
  onEnd(exchange: Exchange): void {
    const lines = exchange.fresh ? this.commands : this.others;
    lines.running--;
    lines.idleSince = this.clock.mono();
  }

  private pool(lines: Lines): Pool {
    const fresh = lines === this.commands;
    // The pool closes idle connections by a timer, which comes late when the event loop was held up.
    if (fresh && lines.running === 1 && this.clock.mono() - lines.idleSince > COMMAND_IDLE_MS) this.retire(lines);
    lines.pool ??= this.openPool(fresh);
    return lines.pool;
  }

  private openPool(fresh: boolean): Pool {
    // Some 64 ms and 4 MB: only who makes a call pays it.
    const { Pool: PoolOfConnections } = require('undici') as typeof import('undici');
    const { proxy, target } = this;
    const through =
      proxy && target.protocol === 'http:' ? `http://${authority(proxy.host, proxy.port)}` : target.origin;
    const connect = ((_options: unknown, done: (failure: Error | null, socket: unknown) => void) =>
      this.connector.connect(done)) as unknown as NonNullable<Pool.Options['connect']>;
    return new PoolOfConnections(through, {
      connections: this.capacity,
      connect,
      pipelining: 1,
      // One deadline for the whole try is ours.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: fresh ? COMMAND_IDLE_MS : IDLE_MS,
      keepAliveMaxTimeout: fresh ? COMMAND_IDLE_MS : LONGEST_IDLE_MS,
    });
  }

  /** Names and values in turn, which the library takes as they are. */
  private headers({ body, headers: given = NO_HEADERS }: WireRequest): string[] {
    const headers = ['accept', 'application/json'];
    if (body !== undefined && given['content-type'] === undefined) headers.push('content-type', 'application/json');
    for (const name in given) headers.push(name, given[name] as string);
    if (this.proxy && this.target.protocol === 'http:') {
      headers.push('host', this.target.host);
      if (this.proxy.authorization !== undefined) headers.push('proxy-authorization', this.proxy.authorization);
    }
    return headers;
  }

  private retire(lines: Lines): void {
    const { pool } = lines;
    if (!pool) return;
    lines.pool = undefined;
    const gone = pool.destroy().catch(() => undefined);
    this.retiring.add(gone);
    void gone.finally(() => this.retiring.delete(gone));
  }
}

function authority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function closedError(begun = false): CloudError {
  return new CloudError({ code: 'GIZ_CLOSED', textKey: 'errors.closed', outcome: begun ? 'unknown' : 'not-sent' });
}

function readBaseUrl(text: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // Told below, with the other reasons.
  }
  const plain = url && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!url || !plain || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw configError('url', {
      field: 'baseUrl',
      given: url ? `${url.protocol}//${url.host}` : '?',
      accepted: 'https://host[:port][/prefix]',
    });
  }
  return url;
}
