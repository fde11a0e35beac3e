import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** One request as it came over the socket. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** Number of the connection it came on, from 1. */
  connection: number;
}

/** What to do with one request: a complete answer, or anything on the bare socket. */
export type Behaviour = (socket: Socket, request: SeenRequest) => void;

/**
 * A server on bare sockets whose every byte is the test's, for answers that no well-made server gives. It reads one
 * request at a time (requests with a content length, or none) and lets the test's behaviour answer.
 */
export class MisbehavingServer {
  readonly requests: SeenRequest[] = [];
  /** Connections accepted, TLS handshakes that failed included. */
  connections = 0;
  /** Bytes of requests received, after TLS. */
  bytes = 0;
  port = 0;
  private readonly sockets = new Set<Socket>();
  private behaviour: Behaviour;

  private constructor(
    private readonly server: Server,
    behaviour: Behaviour,
    private readonly secure: boolean,
  ) {
    this.behaviour = behaviour;
  }

  /** Listens on a free port of loopback; with `tls`, speaks TLS. */
  static async start(behaviour: Behaviour, tls?: TlsOptions): Promise<MisbehavingServer> {
    const onSocket = (socket: Socket): void => started.serve(socket);
    const server = tls ? createTlsServer(tls, onSocket) : createServer(onSocket);
    const started = new MisbehavingServer(server, behaviour, tls !== undefined);
    server.on('tlsClientError', () => undefined);
    if (tls) server.on('connection', (socket: Socket) => started.keep(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    started.port = (server.address() as { port: number }).port;
    return started;
  }

  get url(): string {
    return `${this.secure ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  /** Connections open now. */
  get open(): number {
    return this.sockets.size;
  }

  /** Changes what is done with the requests to come. */
  behave(behaviour: Behaviour): void {
    this.behaviour = behaviour;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private keep(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }

  private serve(socket: Socket): void {
    if (this.secure) socket.on('error', () => undefined);
    else this.keep(socket);
    const connection = this.connections;
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const end = received.indexOf('\r\n\r\n');
        if (end < 0) return;
        const request = readHead(received.subarray(0, end).toString('latin1'), connection);
        const length = Number(request.headers['content-length'] ?? 0);
        if (received.length < end + 4 + length) return;
        request.body = received.subarray(end + 4, end + 4 + length).toString('utf8');
        received = received.subarray(end + 4 + length);
        this.requests.push(request);
        this.behaviour(socket, request);
      }
    });
  }
}

function readHead(head: string, connection: number): SeenRequest {
  const [line = '', ...fields] = head.split('\r\n');
  const [method = '', path = ''] = line.split(' ');
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(':');
    headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim();
  }
  return { method, path, headers, body: '', connection };
}

/** A complete, well-made answer. */
export function answer(body: string, status = 200, headers: Record<string, string> = {}): Behaviour {
  return (socket) => {
    const fields = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n${body}`);
  };
}

/** Closes the connection the hard way: the peer sees a reset. */
export const reset: Behaviour = (socket) => {
  socket.resetAndDestroy();
};

/** Never answers. */
export const hang: Behaviour = () => undefined;

/** Behaviours one after the other; the last one stays. */
export function script(...steps: Behaviour[]): Behaviour {
  let next = 0;
  return (socket, request) => {
    const step = steps[Math.min(next, steps.length - 1)] as Behaviour;
    next++;
    step(socket, request);
  };
}
