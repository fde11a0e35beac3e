// An HTTP origin that costs next to nothing itself: it knows the few calls that are measured, and answers them as the
// Enterprise API does, without parsing more than it must.
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { serverCertificate } from '../files';
import { busyMeter, serve } from '../helper';
import { dataPage, definition, device } from './replies';

export interface OriginOptions {
  tls?: boolean;
  /** Milliseconds between a request and its answer. */
  delayMs?: number;
  /** Records of the device history that the origin holds. */
  records?: number;
}

const END_OF_HEAD = '\r\n\r\n';
const quota = () => `X-RateLimit-Limit: 1000000000\r\nX-RateLimit-Remaining: 999999999\r\nX-RateLimit-Reset: ${reset}`;
const reset = Math.floor(Date.now() / 1000) + 3600;

let options: OriginOptions = {};

function http(status: string, body: string): string {
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  return `${head}\r\n${quota()}\r\nDate: ${new Date().toUTCString()}\r\nConnection: keep-alive${END_OF_HEAD}${body}`;
}

const fixed = {
  device: http('200 OK', device),
  accepted: http('200 OK', '{}'),
  definition: http('200 OK', definition),
  token: http('201 Created', `{"token":"bench0123456789abcdef","expired_at":${reset + 604_800}}`),
  unknown: http('404 Not Found', '{"error_code":9999,"error_message":"unknown"}'),
};

function answerTo(method: string, path: string): string {
  if (method === 'GET') {
    if (path.includes('/devices?mac=')) return fixed.device;
    if (path.includes('/data?')) return http('200 OK', dataPage(path, options.records ?? 100_000));
    if (path.endsWith('/datapoint')) return fixed.definition;
  } else if (path.endsWith('/control')) return fixed.accepted;
  else if (path.endsWith('/access_token')) return fixed.token;
  return fixed.unknown;
}

function accept(socket: Socket): void {
  let rest = '';
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    let text = rest + chunk;
    for (;;) {
      const head = text.indexOf(END_OF_HEAD);
      if (head < 0) break;
      const [method, path] = text.slice(0, text.indexOf('\r\n')).split(' ');
      const length = method === 'GET' ? 0 : Number(/content-length: *(\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
      const end = head + END_OF_HEAD.length + length;
      if (text.length < end) break;
      text = text.slice(end);
      const answer = answerTo(method, path);
      if (options.delayMs) setTimeout(() => socket.write(answer, 'latin1'), options.delayMs);
      else socket.write(answer, 'latin1');
    }
    rest = text;
  });
}

const busy = busyMeter();
serve({
  async listen(given: OriginOptions): Promise<number> {
    options = given;
    const server = given.tls ? createTlsServer(serverCertificate, accept) : createServer(accept);
    await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve));
    return (server.address() as AddressInfo).port;
  },
  busy,
});
