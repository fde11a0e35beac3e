import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../cloud/clock';
import type { World } from '../../world/world';
import type { AppTokens } from '../tokens';
import { acceptKey, encodeSocketFrame, OPCODE, SocketFrameReader } from './frames';
import { SocketFaults, SocketSession } from './session';

const PATH = '/ws/app/v1';
const NORMAL_CLOSE = 1000;

export interface AppSocketOptions {
  clock: Clock;
  world: () => World;
  tokens: AppTokens;
}

/** The app WebSocket: on the port of the HTTP clouds, and on a port of its own over TLS. */
export class AppSocketServer {
  readonly faults = new SocketFaults();
  private secure: Server | undefined;
  private readonly open = new Set<{ socket: Duplex; session: SocketSession }>();
  /** Connections so far. */
  accepted = 0;

  constructor(private readonly options: AppSocketOptions) {}

  /** Begins to listen over TLS, with a key and a certificate (PEM). Resolves with the port. */
  async listen(host: string, tls: { key: string; cert: string }): Promise<number> {
    const server = createServer(tls, (_request, response) => response.writeHead(404).end());
    this.secure = server;
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return (server.address() as AddressInfo).port;
  }

  /** Takes a request to change to the WebSocket protocol, of either listener. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    const key = request.headers['sec-websocket-key'];
    const path = (request.url ?? '').replace(/\?.*$/, '');
    if (!path.endsWith(PATH) || typeof key !== 'string') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.accepted++;
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\n\r\n`,
    );
    this.serve(socket, head);
  }

  /** Cuts every connection, as an outage would. */
  cut(): void {
    for (const { socket } of this.open) socket.destroy();
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.open.size;
  }

  /** Sends a message to everybody who is connected. */
  broadcast(message: object): void {
    for (const { socket } of this.open) send(socket, message);
  }

  async close(): Promise<void> {
    this.cut();
    const { secure } = this;
    if (!secure) return;
    await new Promise<void>((resolve) => {
      secure.close(() => resolve());
      secure.closeAllConnections();
    });
  }

  private serve(socket: Duplex, head: Buffer): void {
    const { clock, world, tokens } = this.options;
    const end = (): void => {
      const code = Buffer.alloc(2);
      code.writeUInt16BE(NORMAL_CLOSE);
      socket.end(encodeSocketFrame(OPCODE.close, code));
    };
    const session = new SocketSession({
      clock,
      world: world(),
      tokens,
      faults: this.faults,
      send: (message) => send(socket, message),
      end,
    });
    const entry = { socket, session };
    this.open.add(entry);
    const reader = new SocketFrameReader();
    let text = '';
    const take = (bytes: Buffer): void => {
      try {
        for (const { final, opcode, payload } of reader.read(bytes)) {
          if (opcode === OPCODE.close) end();
          else if (opcode === OPCODE.ping) socket.write(encodeSocketFrame(OPCODE.pong, payload));
          else if (opcode === OPCODE.text || opcode === OPCODE.continuation) {
            text += payload.toString('utf8');
            if (!final) continue;
            session.take(text);
            text = '';
          }
        }
      } catch {
        socket.destroy();
      }
    };
    socket.on('data', take);
    socket.on('close', () => {
      session.close();
      this.open.delete(entry);
    });
    if (head.length > 0) take(head);
  }
}

function send(socket: Duplex, message: object): void {
  if (socket.writable) socket.write(encodeSocketFrame(OPCODE.text, Buffer.from(JSON.stringify(message))));
}
