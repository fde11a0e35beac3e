import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { TlsSettings } from '../../cloud/connector';
import type { CloudError } from '../../cloud/errors';
import { type ProxySettings, resolveProxy } from '../../cloud/proxy-settings';
import { type OpeningTunnel, openTunnel } from '../../cloud/tunnel';
import { wireError } from '../../cloud/wire-errors';
import type { Dial, Link, LinkHandlers } from './link';

export interface TlsLinkOptions {
  host: string;
  port: number;
  /**
   * The certificate is verified whatever `rejectUnauthorized` says: the login carries the product's secret. A private
   * authority goes into `ca`, which replaces the system's, as everywhere in node.
   */
  tls?: TlsSettings;
  /** An HTTP proxy that opens a tunnel by CONNECT. */
  proxy?: ProxySettings;
}

const KEEP_ALIVE_MS = 30_000;
/**
 * Once so many bytes have been handed over, the flow has its turn. While more of them are there, node would hand over
 * two megabytes in one turn of the event loop: all their events would wait in memory at once, and all else for them.
 */
const BYTES_A_TURN = 65_536;

/** Opens TLS connections to the push service; each looks its host up anew. */
export function tlsDial(options: TlsLinkOptions): Dial {
  return (handlers) => new TlsLink(options, handlers);
}

class TlsLink implements Link {
  private socket: TLSSocket | undefined;
  private tunnel: OpeningTunnel | undefined;
  private error: CloudError | undefined;
  private closed = false;
  private paused = false;
  /** Reading goes on in the next turn of the event loop. */
  private resting = false;
  private bytesToRest = BYTES_A_TURN;

  constructor(
    private readonly options: TlsLinkOptions,
    private readonly handlers: LinkHandlers,
  ) {
    // What node reports by throwing (an impossible port, a broken CA) takes the same way as every other failure.
    try {
      this.open();
    } catch (error) {
      process.nextTick(() => this.fail(error));
    }
  }

  write(text: string): boolean {
    const { socket } = this;
    if (!socket?.writable) return false;
    // Nearly all frames are plain ASCII, which node writes in a third of the time when it is told so.
    socket.write(text, Buffer.byteLength(text) === text.length ? 'latin1' : 'utf8');
    return true;
  }

  pause(): void {
    this.paused = true;
    this.socket?.pause();
  }

  resume(): void {
    this.paused = false;
    if (!this.resting) this.socket?.resume();
  }

  end(): void {
    if (this.socket) this.socket.end();
    else this.destroy();
  }

  destroy(): void {
    this.tunnel?.cancel();
    if (this.socket) this.socket.destroy();
    else process.nextTick(() => this.close());
  }

  private open(): void {
    const { host, port, proxy } = this.options;
    const way = proxy && resolveProxy(new URL(`https://${urlHost(host)}:${port}`), proxy, {});
    if (!way) {
      this.secure(undefined);
      return;
    }
    this.tunnel = openTunnel(way, host, port, (failure, socket) => {
      this.tunnel = undefined;
      if (this.closed) socket?.destroy();
      else if (failure) this.fail(failure);
      else this.secure(socket);
    });
  }

  private secure(tunnel: Socket | undefined): void {
    const { host, port, tls = {} } = this.options;
    const { ca, cert, key, pfx, passphrase, ALPNProtocols } = tls;
    const servername = tls.servername || (isIP(host) ? undefined : host);
    const socket = connect({
      host,
      port,
      ca,
      cert,
      key,
      pfx,
      passphrase,
      ALPNProtocols,
      rejectUnauthorized: true,
      ...(servername === undefined ? {} : { servername }),
      ...(tunnel === undefined ? {} : { socket: tunnel }),
    });
    this.socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.once('secureConnect', () => {
      if (socket.authorized) this.handlers.onOpen();
      else this.fail(socket.authorizationError);
    });
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('error', (error) => {
      this.error ??= this.explain(error);
    });
    socket.once('close', () => this.close());
  }

  private take(chunk: Buffer): void {
    this.handlers.onData(chunk);
    this.bytesToRest -= chunk.length;
    if (this.bytesToRest > 0 || this.resting) return;
    this.resting = true;
    this.socket?.pause();
    setImmediate(() => {
      this.resting = false;
      this.bytesToRest = BYTES_A_TURN;
      if (!this.paused) this.socket?.resume();
    });
  }

  private explain(error: unknown): CloudError {
    const host = `${urlHost(this.options.host)}:${this.options.port}`;
    return wireError(error, { host, begun: false, answered: false });
  }

  private fail(error: unknown): void {
    this.error ??= this.explain(error);
    if (this.socket) this.socket.destroy();
    else this.close();
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    this.handlers.onClose(this.error);
  }
}

/** IPv6 addresses stand in brackets where a port follows. */
function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
