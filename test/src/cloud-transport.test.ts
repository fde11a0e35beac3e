import { stat } from 'node:fs';
import { gzipSync } from 'node:zlib';
import should from 'should';
import { systemClock } from '../../src/cloud/clock';
import { CloudError } from '../../src/cloud/errors';
import type { WireRequest } from '../../src/cloud/reply';
import { Transport, type TransportOptions } from '../../src/cloud/transport';
import type { WireReply } from '../../src/cloud/wire-reply';
import { record } from '../faults/support/table';
import { answer, type Behaviour, hang, MisbehavingServer, reset, script } from '../support/misbehaving-server';

const GET: WireRequest = { method: 'GET', path: '/v1/x?secret=geheim' };
const POST: WireRequest = { method: 'POST', path: '/v1/c', body: '{"a":1}' };
const TIMEOUT = { timeoutMs: 5000 };

describe('transport over real sockets', () => {
  let server: MisbehavingServer;
  let transport: Transport | undefined;

  beforeEach(async () => {
    server = await MisbehavingServer.start(answer('{"fine":true}'));
  });

  afterEach(async () => {
    await transport?.close();
    transport = undefined;
    await server.stop();
  });

  function open(options: Partial<TransportOptions> = {}): Transport {
    const baseUrl = options.baseUrl ?? server.url;
    transport = new Transport({ clock: systemClock, environment: {}, ...options, baseUrl });
    return transport;
  }

  async function fail(behaviour: Behaviour, request = GET, options = TIMEOUT): Promise<CloudError> {
    server.behave(behaviour);
    const error = await (transport ?? open()).request(request, options).then(
      () => new Error('answered'),
      (thrown: unknown) => thrown,
    );
    should(error).be.instanceOf(CloudError);
    JSON.stringify(error).should.not.containEql('geheim');
    (error as Error).message.should.not.containEql('geheim');
    return error as CloudError;
  }

  it('sends method, path, headers and body as they are, below the prefix of the base URL', async () => {
    const reply = await open({ baseUrl: `${server.url}/api/` }).request(
      { ...POST, headers: { Authorization: 'token abc' } },
      TIMEOUT,
    );
    reply.status.should.equal(200);
    reply.text.should.equal('{"fine":true}');
    should(reply.headers['content-type']).equal('application/json');
    const [seen] = server.requests;
    should(seen).match({ method: 'POST', path: '/api/v1/c', body: '{"a":1}' });
    should(seen?.headers).match({
      authorization: 'token abc',
      'content-type': 'application/json',
      'content-length': '7',
      host: `127.0.0.1:${server.port}`,
    });
    should(seen?.headers['accept-encoding']).be.undefined();
  });

  it('sends a body with DELETE and a length with a POST that has none', async () => {
    await open().request({ method: 'DELETE', path: '/b', body: '{"dids":[]}' }, TIMEOUT);
    await open().request({ method: 'POST', path: '/e' }, TIMEOUT);
    should(server.requests[0]).match({ method: 'DELETE', body: '{"dids":[]}' });
    should(server.requests[1]?.headers['content-length']).equal('0');
  });

  it('decodes a text that arrives byte by byte', async () => {
    const body = Buffer.from('{"开关":"😀"}');
    server.behave((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
      let at = 0;
      const next = (): void => {
        if (at < body.length) socket.write(body.subarray(at, ++at), () => setImmediate(next));
      };
      next();
    });
    (await open().request(GET, TIMEOUT)).text.should.equal(body.toString());
  });

  const failures: [string, Behaviour, Partial<CloudError>, WireRequest?][] = [
    [
      'a reset before the answer',
      reset,
      { code: 'GIZ_NETWORK', outcome: 'unknown', textKey: 'errors.networkCases.reset' },
    ],
    ['a connection closed without an answer', (socket) => socket.end(), { code: 'GIZ_NETWORK', outcome: 'unknown' }],
    [
      'a body cut off before its length',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":'),
      { code: 'GIZ_NETWORK', textKey: 'errors.badResponse.cut', outcome: 'unknown', retryable: true },
    ],
    [
      'a reset in mid-body',
      (socket) =>
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":', () =>
          setTimeout(() => socket.resetAndDestroy(), 20),
        ),
      { code: 'GIZ_NETWORK', textKey: 'errors.badResponse.cut', outcome: 'unknown' },
    ],
    [
      'a chunked body cut off',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n'),
      { code: 'GIZ_NETWORK', textKey: 'errors.badResponse.cut', outcome: 'unknown' },
    ],
    [
      'something that is not HTTP',
      (socket) => socket.write('220 mail.example ESMTP\r\n'),
      { code: 'GIZ_BAD_RESPONSE', textKey: 'errors.badResponse.notHttp' },
    ],
    [
      'endless headers',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        for (let index = 0; index < 2000; index++) socket.write(`x-${index}: ${'y'.repeat(100)}\r\n`);
      },
      { code: 'GIZ_BAD_RESPONSE', textKey: 'errors.badResponse.notHttp' },
    ],
    [
      'a compressed body, which was not asked for',
      (socket) => {
        const body = gzipSync('{"a":1}');
        socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`);
        socket.write(body);
      },
      { code: 'GIZ_BAD_RESPONSE', textKey: 'errors.badResponse.encoding', statusCode: 200 },
    ],
  ];
  for (const [name, behaviour, expected, request] of failures) {
    it(`tells of ${name}`, async () => should(await fail(behaviour, request)).match(expected));
  }

  for (const status of [301, 302, 303, 307, 308]) {
    it(`does not follow a ${status}`, async () => {
      const other = await MisbehavingServer.start(answer('{}'));
      const error = await fail(answer('', status, { location: `${other.url}/v1/c` }), POST);
      should(error).match({
        code: 'GIZ_BAD_RESPONSE',
        textKey: 'errors.badResponse.redirect',
        statusCode: status,
        outcome: status === 303 ? 'unknown' : 'refused',
        retryable: false,
      });
      other.connections.should.equal(0);
      await other.stop();
    });
  }

  it('refuses a body that is too large, whether its length is told or not, with a flat memory', async () => {
    open({ maxReplyBytes: 2 ** 20 });
    const flood: Behaviour = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const more = (): void => {
        if (!socket.destroyed) socket.write(chunk, more);
      };
      more();
    };
    const before = process.memoryUsage().arrayBuffers;
    should(await fail(flood)).match({ code: 'GIZ_BAD_RESPONSE', textKey: 'errors.badResponse.tooLarge' });
    (process.memoryUsage().arrayBuffers - before).should.be.below(20 * 2 ** 20);
    should(await fail(answer('y'.repeat(2 ** 20 + 1)))).match({ textKey: 'errors.badResponse.tooLarge' });
    server.behave(answer('z'.repeat(2 ** 20)));
    (await open({ maxReplyBytes: 2 ** 20 }).request(GET, TIMEOUT)).text.length.should.equal(2 ** 20);
  });

  it('ends a try that is never answered in time', async () => {
    const started = performance.now();
    should(await fail(hang, GET, { timeoutMs: 300 })).match({
      code: 'GIZ_TIMEOUT',
      outcome: 'unknown',
      retryable: true,
      textParams: { seconds: 0.3 },
    });
    // A busy machine may notice late.
    (performance.now() - started).should.be.within(290, 5000);
  });

  it('ends a try whose body drips, in the same time', async () => {
    const drip: Behaviour = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    };
    const started = performance.now();
    should(await fail(drip, GET, { timeoutMs: 300 })).match({ code: 'GIZ_TIMEOUT', outcome: 'unknown' });
    // A busy machine may notice late.
    (performance.now() - started).should.be.within(290, 5000);
  });

  it('says for certain that nothing was sent when there is no connection', async () => {
    open();
    await server.stop();
    const refused = await fail(hang);
    should(refused).match({
      code: 'GIZ_NETWORK',
      textKey: 'errors.networkCases.refused',
      outcome: 'not-sent',
      retryable: true,
    });
    await transport?.close();
    transport = undefined;
    open({ baseUrl: 'http://no-such-host.invalid' });
    should(await fail(hang)).match({ code: 'GIZ_NETWORK', textKey: 'errors.networkCases.dns', outcome: 'not-sent' });
    server = await MisbehavingServer.start(hang);
  });

  it('says the same when the connection does not come about in time', async () => {
    // A listener that takes connections and never says a word of TLS.
    const mute = await MisbehavingServer.start(hang);
    const tls = open({ baseUrl: mute.url.replace('http:', 'https:'), connectTimeoutMs: 200 });
    const error = await tls.request(GET, TIMEOUT).catch((thrown: unknown) => thrown);
    should(error).match({ code: 'GIZ_TIMEOUT', outcome: 'not-sent', textParams: { seconds: 0.2 } });
    const sooner = await tls.request(GET, { timeoutMs: 100 }).catch((thrown: unknown) => thrown);
    should(sooner).match({ code: 'GIZ_TIMEOUT', outcome: 'not-sent', textParams: { seconds: 0.1 } });
    await tls.close();
    await mute.stop();
  });

  it('sends nothing when the request is refused with the connection at hand, and keeps the connection', async () => {
    const opened = open({ connections: 1 });
    const refusal = new CloudError({ code: 'GIZ_EXPIRED', textKey: 'errors.expired', outcome: 'not-sent' });
    const error = await new Promise<unknown>((resolve) => {
      opened.send(POST, TIMEOUT, { refusal: () => refusal, onReply: resolve, onFailure: resolve });
    });
    should(error).equal(refusal);
    await opened.request(GET, TIMEOUT);
    server.requests.length.should.equal(1);
    server.connections.should.equal(1);
  });

  it('ends a request when asked, and knows whether it had begun', async () => {
    server.behave(hang);
    const opened = open();
    const closed = new CloudError({ code: 'GIZ_CLOSED', textKey: 'errors.closed', outcome: 'unknown' });
    const before = await new Promise<unknown>((resolve) => {
      const sent = opened.send(POST, TIMEOUT, sinkOf(resolve));
      sent.begun.should.be.false();
      sent.abort(closed);
      sent.abort(closed);
    });
    should(before).equal(closed);
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.requests.length.should.equal(0);
    const after = new Promise<unknown>((resolve) => {
      const sent = opened.send(POST, TIMEOUT, sinkOf(resolve));
      setTimeout(() => {
        sent.begun.should.be.true();
        sent.abort(closed);
      }, 50);
    });
    should(await after).equal(closed);
    server.requests.length.should.equal(1);
  });

  it('keeps connections for reads, and opens no more than it may', async () => {
    const opened = open({ connections: 3 });
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 3 }, () => opened.request(GET, TIMEOUT)));
    }
    server.connections.should.be.belowOrEqual(3);
    server.requests.length.should.equal(15);
  });

  it('never writes a command to a connection that has idled for a second', async function () {
    this.slow(6000);
    const opened = open();
    const command = (): Promise<WireReply> => opened.request(POST, { ...TIMEOUT, fresh: true });
    await command();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await command();
    server.connections.should.equal(1);
    // The loop is held up in its poll phase: no timer can close the connection before the command is written.
    await new Promise<void>((resolve) =>
      stat(__filename, () => {
        const until = performance.now() + 1100;
        while (performance.now() < until);
        void command().then(() => resolve());
      }),
    );
    server.connections.should.equal(2);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await command();
    server.connections.should.equal(3);
  });

  it('meets a server that closes idle connections after a second without one unknown outcome', async function () {
    this.timeout(40_000);
    this.slow(30_000);
    // Five hundred commands in a hundred rows, 0.95 to 1.15 s apart, against a server that closes after 1 s.
    server.behave((socket, request) => {
      answer('{}')(socket, request);
      const timer = setTimeout(() => socket.end(), 1000);
      socket.once('data', () => clearTimeout(timer));
    });
    const opened = open({ connections: 50 });
    const row = async (delay: number): Promise<number> => {
      let unknown = 0;
      await new Promise((resolve) => setTimeout(resolve, delay));
      for (let index = 0; index < 5; index++) {
        await opened.request(POST, { ...TIMEOUT, fresh: true }).catch(() => unknown++);
        await new Promise((resolve) => setTimeout(resolve, 950 + ((delay + index * 37) % 200)));
      }
      return unknown;
    };
    const unknowns = await Promise.all(Array.from({ length: 100 }, (_, index) => row(index * 13)));
    const unknown = unknowns.reduce((sum, count) => sum + count, 0);
    const executed = server.requests.length;
    record({
      check: 'H22',
      fault: 'idle connections closed',
      inputs: 500,
      ok: 500 - unknown,
      unknown,
      executed,
      lost: 0,
    });
    unknown.should.equal(0);
    executed.should.equal(500);
  });

  it('leaves no connection behind that was being opened when it is closed', async () => {
    const mute = await MisbehavingServer.start(hang);
    const opened = open({ baseUrl: mute.url.replace('http:', 'https:') });
    const ending = opened.request(GET, TIMEOUT).catch((thrown: unknown) => thrown);
    await new Promise((resolve) => setTimeout(resolve, 50));
    mute.open.should.equal(1);
    await opened.close();
    should(await ending).match({ code: 'GIZ_CLOSED', outcome: 'not-sent' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    mute.open.should.equal(0);
    await mute.stop();
  });

  it('learns the time of the server from its answers', async () => {
    server.behave(answer('{}', 200, { date: new Date(Date.now() + 3_600_000).toUTCString() }));
    const opened = open();
    await opened.request(GET, TIMEOUT);
    (opened.serverTime.now() - Date.now()).should.be.within(3_597_000, 3_601_000);
  });

  it('ends everything when it is closed and leaves no socket', async () => {
    server.behave(script(answer('{}'), hang));
    const opened = open();
    await opened.request(GET, TIMEOUT);
    const under = Promise.allSettled([opened.request(GET, TIMEOUT), opened.request(POST, { ...TIMEOUT, fresh: true })]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await opened.close();
    for (const end of await under) {
      should(end).match({ status: 'rejected', reason: { code: 'GIZ_CLOSED', outcome: 'unknown' } });
    }
    const late = await opened.request(GET, TIMEOUT).catch((thrown: unknown) => thrown);
    should(late).match({ code: 'GIZ_CLOSED', outcome: 'not-sent' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap');
    sockets.length.should.equal(0);
  });

  it('goes on with another answer after each kind of failure', async () => {
    const opened = open({ connections: 1 });
    server.behave(script(...failures.map(([, behaviour]) => behaviour), answer('{"fine":1}')));
    for (const _ of failures) await opened.request(GET, TIMEOUT).catch(() => undefined);
    (await opened.request(GET, TIMEOUT)).text.should.equal('{"fine":1}');
  });

  it('refuses a base URL that holds more than an address', () => {
    const wrong = ['ftp://x', 'x', '', 'https://u:geheim@x', 'https://x/?a=1', 'https://x/#y', '//x', 'javascript:1'];
    for (const baseUrl of wrong) {
      should(() => new Transport({ baseUrl, clock: systemClock })).throw({ code: 'GIZ_CONFIG' });
      should(() => new Transport({ baseUrl, clock: systemClock })).not.throw(/geheim/);
    }
    record({
      check: 'E91',
      fault: 'base URLs that are more than an address',
      inputs: wrong.length,
      refused: wrong.length,
    });
  });
});

function sinkOf(resolve: (end: unknown) => void): Parameters<Transport['send']>[2] {
  return { refusal: () => undefined, onReply: resolve, onFailure: resolve };
}
