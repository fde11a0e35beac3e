import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { DeadlineList, Deadlines, Expiring } from './deadlines';
import { configError } from './input';
import type { ProxyRoute } from './proxy-settings';
import { type OpeningTunnel, openTunnel } from './tunnel';
import { ConnectFailure, codeOf, isTlsCode } from './wire-errors';

/** TLS options, named as node:tls names them and as Node-RED's `tls-config` node gives them. */
export interface TlsSettings {
  ca?: string | Buffer | (string | Buffer)[];
  cert?: string | Buffer;
  key?: string | Buffer;
  pfx?: string | Buffer;
  passphrase?: string;
  /** Name to ask for and to check the certificate against, instead of the host's. */
  servername?: string;
  /** False only when the user switched the check off in the `tls-config` node. */
  rejectUnauthorized?: boolean;
  ALPNProtocols?: string[];
}

/** Called once: with a socket that is ready for the first byte, or with the reason why there is none. */
export type ConnectDone = (failure: Error | null, socket: Socket | TLSSocket | null) => void;

export interface ConnectorOptions {
  /** Where the calls go; only scheme, host and port count. */
  target: URL;
  proxy?: ProxyRoute;
  tls?: TlsSettings;
  /** For name, TCP, proxy and TLS together. */
  timeoutMs: number;
  deadlines: Deadlines;
}

/**
 * Opens the connections of one transport: straight or through a proxy, with TLS checked before a byte of a request is
 * written. It is ours and not the library's, because the library would try again without end when a proxy cuts a
 * tunnel, and leaves attempts running when it is closed.
 */
export class Connector {
  private readonly attempts = new Set<Attempt>();
  private context: SecureContext | undefined;
  private session: Buffer | undefined;
  private closed = false;

  constructor(readonly options: ConnectorOptions) {}

  /** Host with port, as texts name it. */
  get host(): string {
    return this.options.target.host;
  }

  /**
   * Begins one attempt.
   * @throws CloudError GIZ_CONFIG when certificate, key or passphrase of the settings cannot be read.
   */
  connect(done: ConnectDone): void {
    if (this.closed) {
      done(new ConnectFailure('network', 'UND_ERR_CLOSED'), null);
      return;
    }
    if (this.options.target.protocol === 'https:') this.context ??= readTlsSettings(this.options.tls ?? {});
    const attempt = new Attempt(this, done);
    this.attempts.add(attempt);
    attempt.begin();
  }

  /** Ends every attempt under way; their callers are told. Sockets already handed over are not touched. */
  close(): void {
    this.closed = true;
    for (const attempt of [...this.attempts]) attempt.fail(new ConnectFailure('network', 'UND_ERR_CLOSED'));
  }

  /** For {@link Attempt}. */
  forget(attempt: Attempt): void {
    this.attempts.delete(attempt);
  }

  /** Speaks TLS on a fresh connection, or through `tunnel`. For {@link Attempt}. */
  secure(host: string, port: number, tunnel: Socket | undefined): TLSSocket {
    const settings = this.options.tls ?? {};
    const servername = settings.servername || (isIP(host) ? undefined : host);
    const { connect } = require('node:tls') as typeof import('node:tls');
    const socket = connect({
      host,
      port,
      ...(tunnel ? { socket: tunnel } : {}),
      ...(servername === undefined ? {} : { servername }),
      secureContext: this.context,
      rejectUnauthorized: settings.rejectUnauthorized !== false,
      ALPNProtocols: settings.ALPNProtocols ?? ['http/1.1'],
      ...(this.session ? { session: this.session } : {}),
    });
    // A resumed session saves a round trip and the key exchange: controls open new connections often.
    socket.on('session', (session: Buffer) => {
      this.session = session;
    });
    return socket;
  }
}

/** One attempt to connect. */
class Attempt implements Expiring {
  deadlineAt = 0;
  deadlineList: DeadlineList | undefined;
  deadlinePrevious: Expiring | undefined;
  deadlineNext: Expiring | undefined;
  private socket: Socket | undefined;
  private tunnel: OpeningTunnel | undefined;

  constructor(
    private readonly connector: Connector,
    private done: ConnectDone | undefined,
  ) {}

  begin(): void {
    const { target, proxy, deadlines, timeoutMs } = this.connector.options;
    deadlines.arm(this, timeoutMs);
    const secure = target.protocol === 'https:';
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const port = Number(target.port) || (secure ? 443 : 80);
    if (!proxy) {
      this.watch(secure ? this.connector.secure(host, port, undefined) : connectTcp({ host, port }), secure);
    } else if (secure) {
      this.tunnel = openTunnel(proxy, host, port, (failure, socket) => {
        this.tunnel = undefined;
        if (failure || !socket) this.fail(failure ?? new ConnectFailure('proxy', 'UNKNOWN'));
        else this.watch(this.connector.secure(host, port, socket), true);
      });
    } else if (proxy.secure) {
      this.watch(connectSecurely(proxy), true);
    } else {
      this.watch(connectTcp({ host: proxy.host, port: proxy.port }), false);
    }
  }

  expire(): void {
    this.fail(new ConnectFailure('timeout', 'ETIMEDOUT', this.connector.options.timeoutMs));
  }

  fail(failure: Error): void {
    const { socket, tunnel } = this;
    const done = this.end();
    tunnel?.cancel();
    if (socket) {
      socket.on('error', () => undefined);
      socket.destroy();
    }
    done?.(failure, null);
  }

  private watch(socket: Socket, secure: boolean): void {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    const onError = (error: Error): void => {
      const code = codeOf(error);
      const stage = this.connector.options.target.protocol === 'https:' && isTlsCode(code) ? 'tls' : this.stage;
      this.fail(new ConnectFailure(stage, code));
    };
    const onClose = (): void => this.fail(new ConnectFailure(this.stage, 'ECONNRESET'));
    socket.once('error', onError);
    socket.once('close', onClose);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.off('error', onError);
      socket.off('close', onClose);
      this.end()?.(null, socket);
    });
  }

  /** Plain calls go to the proxy itself, so a refused connection is the proxy's. */
  private get stage(): 'network' | 'proxy' {
    const { proxy, target } = this.connector.options;
    return proxy && target.protocol === 'http:' ? 'proxy' : 'network';
  }

  private end(): ConnectDone | undefined {
    const done = this.done;
    this.done = undefined;
    this.connector.options.deadlines.disarm(this);
    this.connector.forget(this);
    return done;
  }
}

function connectSecurely(proxy: ProxyRoute): Socket {
  const { connect } = require('node:tls') as typeof import('node:tls');
  return connect({
    host: proxy.host,
    port: proxy.port,
    ...(isIP(proxy.host) ? {} : { servername: proxy.host }),
    ALPNProtocols: ['http/1.1'],
  });
}

function readTlsSettings(settings: TlsSettings): SecureContext {
  const { createSecureContext } = require('node:tls') as typeof import('node:tls');
  const { ca, cert, key, pfx, passphrase } = settings;
  try {
    return createSecureContext({ ca, cert, key, pfx, passphrase });
  } catch (error) {
    throw configError('invalid', { field: 'tls', given: codeOf(error), accepted: 'PEM, PKCS #12' });
  }
}
