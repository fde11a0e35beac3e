import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Identity } from '../../../src/simulator/snoti/certificate';

/** A TLS server that does nothing but what a test tells it, and counts what it receives. */
export class RawServer {
  port = 0;
  /** Application bytes received, over all connections. */
  bytes = 0;
  handshakesFailed = 0;
  connections = 0;
  open = 0;
  mostOpen = 0;
  readonly sockets: TLSSocket[] = [];
  /** Called with every line received. */
  onLine: (line: string, socket: TLSSocket) => void = () => undefined;
  /** Called with every connection. */
  onConnection: (socket: TLSSocket) => void = () => undefined;
  private readonly server;

  constructor(identity: Identity) {
    this.server = createServer({ ...identity, ALPNProtocols: undefined }, (socket) => this.accept(socket));
    this.server.on('tlsClientError', () => {
      this.handshakesFailed++;
    });
  }

  async listen(host = '127.0.0.1'): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, host, resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private accept(socket: TLSSocket): void {
    this.connections++;
    this.open++;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    this.sockets.push(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.open--;
    });
    socket.on('data', (chunk) => {
      this.bytes += chunk.length;
      text += chunk.toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) this.onLine(line, socket);
    });
    this.onConnection(socket);
  }
}

/** Answers logins and pings as the service does. */
export function answerLogins(server: RawServer, afterLogin: (socket: TLSSocket) => void = () => undefined): void {
  server.onLine = (line, socket) => {
    const { cmd } = JSON.parse(line) as { cmd: string };
    if (cmd === 'login_req') {
      socket.write('{"cmd":"login_res","data":{"result":true,"msg":"ok"}}\n');
      afterLogin(socket);
    } else if (cmd === 'ping') socket.write('{"cmd":"pong"}\n');
  };
}
