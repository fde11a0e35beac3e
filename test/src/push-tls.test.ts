import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import should from 'should';
import type { CloudError } from '../../src/cloud/errors';
import { DeliveryRegistry } from '../../src/gizwits/push/delivery-registry';
import { PushClient, type PushClientOptions } from '../../src/gizwits/push/push-client';
import { type CertificateKind, CertificateMaker } from '../../src/simulator/snoti/certificate';
import { record } from '../faults/support/table';
import { processorMs } from '../support/processor-time';
import { CollectingConsumer } from './push-support/collecting-consumer';
import { PRODUCT, statusEvent } from './push-support/fake-broker';
import { answerLogins, RawServer } from './push-support/raw-server';
import { ScaledClock, until } from './push-support/scaled-clock';

const authority = new CertificateMaker(['127.0.0.1', 'localhost']);
const identity = authority.identity('valid');

function clientOf(port: number, options: Partial<PushClientOptions> = {}) {
  const clock = new ScaledClock(50);
  const client = new PushClient({
    host: '127.0.0.1',
    port,
    products: [PRODUCT],
    clock,
    registry: new DeliveryRegistry(clock),
    tls: { ca: authority.ca },
    ...options,
  });
  return { clock, client };
}

function errorOf(client: PushClient): CloudError | undefined {
  return 'error' in client.state ? client.state.error : undefined;
}

describe('push over TLS', () => {
  let server: RawServer;
  let client: PushClient | undefined;

  beforeEach(async () => {
    server = await new RawServer(identity).listen();
  });

  afterEach(async () => {
    await client?.close(0);
    client = undefined;
    await server.close();
  });

  it('logs in with a private authority, by address and by name', async () => {
    answerLogins(server);
    for (const host of ['127.0.0.1', 'localhost']) {
      const { client: one, clock } = clientOf(server.port, { host });
      one.hold();
      await until(() => one.state.kind === 'connected', `a connection to ${host}`);
      await one.close(0);
      clock.timers.should.equal(0);
    }
  });

  const refused: [kind: CertificateKind | 'unknown to the system', textKey: string][] = [
    ['expired', 'errors.tlsCases.expired'],
    ['not-yet-valid', 'errors.tlsCases.expired'],
    ['wrong-host', 'errors.tlsCases.host'],
    ['self-signed', 'errors.tlsCases.untrusted'],
    ['unknown-authority', 'errors.tlsCases.untrusted'],
    ['unknown to the system', 'errors.tlsCases.untrusted'],
  ];
  for (const [kind, textKey] of refused) {
    it(`sends not one byte to a server whose certificate is ${kind}, even where the check was switched off`, async () => {
      await server.close();
      server = await new RawServer(kind === 'unknown to the system' ? identity : authority.identity(kind)).listen();
      const ca = kind === 'unknown to the system' ? undefined : authority.ca;
      const { client: one } = clientOf(server.port, { tls: { ca, rejectUnauthorized: false } });
      client = one;
      client.hold();
      await until(() => errorOf(one) !== undefined, 'the refusal');
      const error = errorOf(client) as CloudError;
      [error.code, error.textKey].should.eql(['GIZ_TLS', textKey]);
      // Further tries change nothing.
      await new Promise((resolve) => setTimeout(resolve, 300));
      server.bytes.should.equal(0);
    });
  }

  it('tells a server that does not speak TLS, one that does not listen, a name that does not exist', async () => {
    const plain = createTcpServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as AddressInfo;
    const codeAt = async (options: Partial<PushClientOptions>): Promise<string> => {
      const { client: one } = clientOf(port, options);
      one.hold();
      await until(() => errorOf(one) !== undefined, 'an error');
      const { code, textKey } = errorOf(one) as CloudError;
      await one.close(0);
      return `${code} ${textKey}`;
    };
    (await codeAt({})).should.equal('GIZ_TLS errors.tlsCases.protocol');
    await new Promise<void>((resolve) => plain.close(() => resolve()));
    (await codeAt({})).should.equal('GIZ_NETWORK errors.networkCases.refused');
    (await codeAt({ host: 'no-such-host.invalid' })).should.equal('GIZ_NETWORK errors.networkCases.dns');
    (await codeAt({ port: 99_999 })).should.equal('GIZ_NETWORK errors.network');
  });

  it('accepted and closed again and again: never more than one socket', async () => {
    server.onConnection = (socket) => socket.end();
    const { client: one } = clientOf(server.port);
    client = one;
    client.hold();
    await until(() => server.connections >= 8, 'eight connections', 15_000);
    server.mostOpen.should.equal(1);
    client.stats.outages.should.equal(1);
  });

  it('a peer that never ends the handshake is given up', async () => {
    const sockets: Socket[] = [];
    const hole = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
    const { client: one } = clientOf((hole.address() as AddressInfo).port);
    client = one;
    client.hold();
    await until(() => errorOf(one) !== undefined, 'the timeout');
    should(errorOf(one)?.code).equal('GIZ_TIMEOUT');
    await one.close(0);
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => hole.close(() => resolve()));
  });

  it('reads events whatever the pieces they come in, one byte at a time included', async () => {
    const names = ['开关😀', 'e\u0301', '"\\\n'];
    const lines = names.map((name, i) => {
      const event = { ...statusEvent(i), data: { [name]: name, n: i } };
      return `${JSON.stringify({ cmd: 'event_push', delivery_id: i + 1, ...event })}\n`;
    });
    const bytes = Buffer.from(lines.join(''));
    for (const size of [1, 7, 1000]) {
      const taken = new CollectingConsumer({ onEvent: ({ delivery }) => delivery.done() });
      // Each piece waits for the one before: written at once they would travel together.
      answerLogins(server, (socket) => {
        const write = (from: number): void => {
          if (from < bytes.length) socket.write(bytes.subarray(from, from + size), () => write(from + size));
        };
        write(0);
      });
      const { client: one } = clientOf(server.port);
      one.attach(taken);
      await until(() => taken.taken.length === names.length, 'the events');
      names.forEach((name, i) => {
        should(taken.taken[i].event.payload).eql({ [name]: name, n: i });
      });
      await one.close(0);
    }
  });

  it('gives the flow its turn however fast events come in', async () => {
    const count = 20_000;
    const line = (n: number) => `${JSON.stringify({ cmd: 'event_push', delivery_id: n, ...statusEvent(n) })}\n`;
    const lines = Array.from({ length: count }, (_, i) => line(i + 1)).join('');
    answerLogins(server, (socket) => socket.write(lines));
    let waiting = 0;
    let most = 0;
    const taken = new CollectingConsumer({
      // As Node-RED hands messages on.
      onEvent: ({ delivery }) => {
        most = Math.max(most, ++waiting);
        setImmediate(() => waiting--);
        delivery.done();
      },
    });
    const { client: one } = clientOf(server.port, { prefetch: 32_767 });
    client = one;
    one.attach(taken);
    await until(() => taken.taken.length === count, 'the events', 15_000);
    taken.numbers.should.eql(Array.from({ length: count }, (_, i) => i + 1));
    // What node has read of the socket when reading stops comes in all the same.
    most.should.be.below(count * (150_000 / lines.length));
  });

  it('a line of 16 MB ends the connection and stalls the loop less than 50 ms', async () => {
    let sent = false;
    answerLogins(server, (socket) => {
      if (sent) return;
      sent = true;
      const chunk = Buffer.alloc(1024, 'x');
      const feed = () => {
        for (let i = 0; i < 256; i++) if (!socket.writable || !socket.write(chunk)) break;
        if (socket.writable && socket.bytesWritten < 16 * 2 ** 20) setImmediate(feed);
      };
      feed();
    });
    const { client: one } = clientOf(server.port);
    client = one;
    client.hold();
    let longest = 0;
    // Time of the processor between two turns of the loop: other programs may hold up a turn too.
    let before = processorMs();
    const watch = setInterval(() => {
      const now = processorMs();
      longest = Math.max(longest, now - before);
      before = now;
    }, 5);
    await until(() => one.stats.lines.tooLong === 1, 'the refusal of the line');
    await until(() => one.stats.connections === 2, 'the next connection');
    clearInterval(watch);
    const note = `stall ${longest.toFixed(0)} ms`;
    record({ check: 'P58', fault: '16 MB in a line over a socket', inputs: 1, refused: 1, note });
    longest.should.be.below(50);
  });

  it('writes its last acknowledgements before it closes', async () => {
    const received: string[] = [];
    answerLogins(server, (socket) => {
      for (let n = 1; n <= 50; n++) {
        socket.write(`${JSON.stringify({ cmd: 'event_push', delivery_id: n, ...statusEvent(n) })}\n`);
      }
    });
    const { onLine } = server;
    server.onLine = (line, socket) => (line.includes('event_ack') ? received.push(line) : onLine(line, socket));
    const { client: one } = clientOf(server.port);
    const consumer = new CollectingConsumer();
    one.attach(consumer);
    await until(() => consumer.taken.length === 50, 'the events');
    const closed = one.close();
    for (const { delivery } of consumer.taken) delivery.done();
    await closed;
    await until(() => server.open === 0, 'the close');
    received.length.should.equal(50);
  });

  it('goes through a proxy by CONNECT, and tells what the proxy says', async () => {
    answerLogins(server);
    const asked: { target: string; authorization: string | undefined }[] = [];
    let status = 200;
    const proxy: Server = createServer();
    const tunnels: Socket[] = [];
    proxy.on('connect', (request, socket: Socket, head: Buffer) => {
      asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
      socket.on('error', () => undefined);
      if (status !== 200) {
        socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
        return;
      }
      const [host, port] = (request.url ?? '').split(':');
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.write(head);
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      tunnels.push(socket, onward);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { client: one } = clientOf(server.port, { proxy: { url, username: 'user', password: 'pass' } });
    one.hold();
    await until(() => one.state.kind === 'connected', 'a connection');
    asked.should.eql([
      { target: `127.0.0.1:${server.port}`, authorization: `Basic ${Buffer.from('user:pass').toString('base64')}` },
    ]);
    await one.close(0);
    await until(() => server.open === 0, 'the end of the tunnel');
    status = 407;
    const { client: other } = clientOf(server.port, { proxy: { url } });
    client = other;
    other.hold();
    await until(() => errorOf(other) !== undefined, 'the refusal');
    should(errorOf(other)?.textKey).equal('errors.networkCases.proxy');
    await other.close(0);
    for (const tunnel of tunnels) tunnel.destroy();
    await new Promise<void>((resolve) => proxy.close(() => resolve()));
  });
});
