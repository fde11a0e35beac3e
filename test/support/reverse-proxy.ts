import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A reverse proxy on loopback that shows one server below a path of its own, as a gateway's web server does. */
export interface ReverseProxy {
  /** Where the server's `inner` path is seen from outside, without a slash at its end. */
  readonly url: string;
  /** Paths that were asked for, as the proxy passed them on. */
  readonly passed: readonly string[];
  close(): Promise<void>;
}

/**
 * @param server where it passes requests on to: `http://host:port`
 * @param outer the path by which they come: `/gateway`
 * @param inner what takes its place: `/red`
 */
export async function startReverseProxy(server: string, outer: string, inner: string): Promise<ReverseProxy> {
  const { hostname, port, host } = new URL(server);
  const passed: string[] = [];
  const pathOf = ({ url = '' }: IncomingMessage): string => inner + url.slice(outer.length);
  // As most proxies do it: the server sees its own address, and the one outside in a header.
  const headersOf = ({ headers }: IncomingMessage) => ({ ...headers, host, 'x-forwarded-host': headers.host });

  const proxy: Server = createServer((asked, answer) => {
    if (!asked.url?.startsWith(outer)) {
      answer.writeHead(404).end();
      return;
    }
    passed.push(pathOf(asked));
    const options = { hostname, port, path: pathOf(asked), method: asked.method, headers: headersOf(asked) };
    const onward = request(options, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  const sockets = new Set<Socket>();
  proxy.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  proxy.on('upgrade', (asked: IncomingMessage, socket: Socket, head: Buffer) => {
    const onward = connect(Number(port), hostname, () => {
      const lines = Object.entries(headersOf(asked)).map(([name, value]) => `${name}: ${value}`);
      onward.write(`GET ${pathOf(asked)} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const side of [onward, socket]) {
      side.on('error', () => {
        onward.destroy();
        socket.destroy();
      });
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${outer}`,
    passed,
    async close() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await once(proxy, 'close');
    },
  };
}
