import { createHash } from 'node:crypto';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import should from 'should';
import { type Clock, systemClock } from '../../src/cloud/clock';
import { AddressList } from '../../src/expeed/address-list';
import type { Push } from '../../src/expeed/pushes';
import { Timestamps } from '../../src/expeed/timestamp';
import {
  Webhook,
  WebhookMemory,
  type WebhookNotice,
  type WebhookOptions,
  type WebhookRequest,
} from '../../src/expeed/webhook';
import { record } from '../faults/support/table';
import { VirtualClock } from '../support/virtual-clock';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

const STATUS = { msg_type: '1', device_id: 'd1', device_key: 'k1', device_sn: 's1', device_status: 0 };
const ACCEPTED = { result_code: 0, result_message: 'ok', result_msg: 'ok' };
const NONCE = 'n0nce';

function signed(token: string, clock: Clock = systemClock, nonce = NONCE): string {
  const timestamp = String(Math.floor(clock.now() / 1000));
  const inner = createHash('sha1')
    .update(token + nonce + timestamp)
    .digest('hex');
  return `?signature=${createHash('md5').update(inner).digest('hex')}&nonce=${nonce}&timestamp=${timestamp}`;
}

describe('Expeed: webhook', () => {
  let server: Server;
  let port: number;
  let webhook: Webhook;
  let pushes: Push[];
  let notices: WebhookNotice[];
  const sockets = new Set<Socket>();

  const start = async (
    options: Partial<WebhookOptions> = {},
    before?: (request: WebhookRequest) => void,
  ): Promise<void> => {
    const clock = options.clock ?? systemClock;
    webhook = new Webhook({
      token: 'tok',
      timestamps: new Timestamps('Asia/Shanghai'),
      clock,
      memory: new WebhookMemory(clock),
      emit: (push) => pushes.push(push),
      notify: (notice) => notices.push(notice),
      ...options,
    });
    server = createServer((request, response) => {
      before?.(request);
      webhook.handle(request, response);
    });
    // A thousand connections come at once: those that a backlog of Node's usual 511 cannot hold may be reset.
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 2048, resolve));
    port = (server.address() as AddressInfo).port;
  };

  beforeEach(() => {
    pushes = [];
    notices = [];
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await webhook.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const call = (
    method: string,
    body?: string | Buffer,
    headers: Record<string, string> = { 'content-type': 'application/json' },
    path = '/expeed',
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest({ port, method, path, headers, agent: false }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => {
          const text = Buffer.concat(pieces).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  const post = (body: unknown, headers?: Record<string, string>): Promise<Answer> =>
    call('POST', typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body), headers);

  /** A request that sends its head and then only what the test writes. */
  const open = (head: string): Promise<{ socket: Socket; received: () => string; closed: Promise<void> }> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(head);
        resolve({ socket, received: () => text, closed });
      });
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('error', () => undefined);
      const closed = new Promise<void>((done) => socket.on('close', () => done()));
      sockets.add(socket);
    });
  const until = async (holds: () => boolean): Promise<void> => {
    for (let round = 0; !holds(); round++) {
      if (round > 400) throw new Error('it did not happen');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  it('answers a handshake with the bare nonce and tells which reading matched', async () => {
    await start();
    const answer = await call('GET', undefined, {}, `/expeed${signed('tok')}`);
    should(answer).have.properties({ status: 200, text: NONCE });
    should(answer.headers['content-type']).match(/^text\/plain/);
    should(answer.headers['cache-control']).equal('no-store');
    should(notices).eql([{ kind: 'registered', reading: 'hex' }]);
  });

  it('refuses every bad handshake with one and the same short answer', async () => {
    await start();
    const good = signed('tok');
    await call('GET', undefined, {}, `/expeed${good}`);
    const answers: Answer[] = [];
    for (const query of ['', good, signed('other'), `${good}&nonce=x`, good.replace('timestamp=', 'timestamp=9')]) {
      answers.push(await call('GET', undefined, {}, `/expeed${query}`));
    }
    for (const answer of answers) should(answer).have.properties({ status: 403, text: 'forbidden' });
    should(new Set(answers.map(({ headers }) => JSON.stringify(Object.keys(headers)))).size).equal(1);
    const reasons = notices.map((notice) => (notice.kind === 'handshakeRefused' ? notice.reason : notice.kind));
    should(reasons).eql(['registered', 'parameters', 'replay', 'signature', 'parameters', 'parameters']);
  });

  it('lets an address try ten times a minute', async () => {
    const clock = new VirtualClock();
    await start({ clock });
    for (let attempt = 0; attempt < 10; attempt++) {
      should((await call('GET', undefined, {}, '/expeed?x=1')).status).equal(403);
    }
    const limited = await call('GET', undefined, {}, '/expeed?x=1');
    should(limited).have.properties({ status: 429, text: 'too many requests' });
    should(limited.headers['retry-after']).equal('60');
    should((await post(STATUS)).status).equal(200);
    await clock.advance(60_000);
    should((await call('GET', undefined, {}, `/expeed${signed('tok', clock)}`)).status).equal(200);
  });

  it('takes a push and answers both spellings of ok', async () => {
    await start();
    const answer = await post(STATUS);
    should(answer.status).equal(200);
    should(JSON.parse(answer.text)).eql(ACCEPTED);
    should(pushes.map(({ payload }) => payload)).eql([{ online: true }]);
  });

  for (const type of [
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'text/json',
    'application/vnd.x+json',
  ]) {
    it(`takes ${type}`, async () => {
      await start();
      should((await post(STATUS, { 'content-type': type })).status).equal(200);
    });
  }

  it('takes a push without a type, and one with a byte order mark', async () => {
    await start();
    should((await post(STATUS, {})).status).equal(200);
    should((await post(`\uFEFF${JSON.stringify({ ...STATUS, device_status: 1 })}`)).status).equal(200);
    should(pushes).have.length(2);
  });

  it('keeps the digits of long ids', async () => {
    await start();
    await post('{"msg_type":3,"message_id":1234567890123456789,"device_id":9007199254740993,"set_result":0}');
    should(pushes[0]?.payload).eql({ messageId: '1234567890123456789', success: true });
    should(pushes[0]?.deviceId).equal('9007199254740993');
  });

  const deep = (depth: number): string =>
    `{"msg_type":"1","device_id":"d","device_status":0,"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const refused: Array<[string, number, string | Buffer, Record<string, string>?]> = [
    ['an empty body', 400, ''],
    ['broken JSON', 400, '{"msg_type":'],
    ['JSON that is no push', 400, '{"hello":"world"}'],
    ['an unknown type of push', 400, JSON.stringify({ ...STATUS, msg_type: '9' })],
    ['JSON of 33 levels', 400, deep(32)],
    ['JSON of 100 000 levels', 400, deep(100_000)],
    ['a name that reaches a prototype', 400, '{"msg_type":"1","device_id":"d","device_status":0,"__proto__":{"x":1}}'],
    ['bytes that are no UTF-8', 400, Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['plain text', 415, 'hello, this is text', { 'content-type': 'text/plain' }],
    ['a form', 415, 'a=1&b=2', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['bytes', 415, Buffer.from([1, 0xff, 2]), { 'content-type': 'application/octet-stream' }],
    ['a malformed type', 415, '{}', { 'content-type': '///;;=' }],
    ['another charset', 415, '{}', { 'content-type': 'application/json; charset=foo' }],
    [
      'a compressed body',
      415,
      Buffer.from([0x1f, 0x8b, 0, 1]),
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    ],
    ['257 KB', 413, Buffer.alloc(263_168, 0x20)],
  ];
  for (const [what, status, body, headers] of refused) {
    it(`refuses ${what} with ${status}, in a few words`, async () => {
      await start();
      const answer = await post(body, headers);
      should(answer.status).equal(status);
      should(answer.text.length).be.belowOrEqual(30);
      should(answer.text).not.match(/[\\/]|Error|\bat\b/);
      should(pushes).be.empty();
      should(await post(STATUS)).have.property('status', 200);
    });
  }

  it('takes 256 KB and 32 levels', async () => {
    await start();
    const body = JSON.stringify(STATUS);
    should((await post(body + ' '.repeat(262_144 - body.length))).status).equal(200);
    should((await post(deep(31))).status).equal(200);
  });

  it('names the ciphertext mode and what to choose instead', async () => {
    await start();
    const cipher = Buffer.alloc(64, 5).toString('base64');
    const bodies: Array<[unknown, string]> = [
      [cipher, 'text/plain'],
      [cipher, 'application/json'],
      [{ encrypt: cipher }, 'application/json'],
    ];
    for (const [body, type] of bodies) {
      const answer = await post(body, { 'content-type': type });
      should(answer.status).equal(415);
      should(answer.text)
        .match(/ciphertext/)
        .and.match(/plaintext/)
        .and.match(/明文/);
    }
    should(notices.map(({ kind }) => kind)).eql(['ciphertext', 'ciphertext', 'ciphertext']);
  });

  it('refuses other methods and says which it knows', async () => {
    await start();
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await call(method);
      should(answer).have.properties({ status: 405, text: 'method not allowed' });
      should(answer.headers.allow).equal('GET, POST');
    }
    should((await call('HEAD')).status).equal(405);
  });

  it('answers 30 MB at once and keeps none of them', async () => {
    await start();
    const chunk = Buffer.alloc(64 * 1024, 0x61);
    const before = process.memoryUsage().rss;
    const answers = await Promise.all(
      [true, false].map(
        (withLength) =>
          new Promise<number>((resolve, reject) => {
            const length = { 'content-length': String(480 * chunk.length) };
            const outgoing = httpRequest(
              {
                port,
                method: 'POST',
                path: '/expeed',
                agent: false,
                headers: { 'content-type': 'application/octet-stream', ...(withLength ? length : {}) },
              },
              (response) => {
                response.resume();
                resolve(response.statusCode ?? 0);
              },
            );
            outgoing.on('error', reject);
            let sent = 0;
            const more = (): void => {
              while (sent < 480) {
                sent++;
                if (!outgoing.write(chunk)) {
                  outgoing.once('drain', more);
                  return;
                }
              }
              outgoing.end();
            };
            more();
          }),
      ),
    );
    should(answers).eql([413, 413]);
    should(process.memoryUsage().rss - before).be.below(60 * 1024 * 1024);
    should(await post(STATUS)).have.property('status', 200);
  });

  it('gives a body six seconds and takes the connection away after that', async () => {
    const clock = new VirtualClock();
    await start({ clock });
    const slow = await open(
      'POST /expeed HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    await until(() => webhook.pending === 1);
    await clock.advance(5999);
    should(slow.received()).equal('');
    await clock.advance(1);
    await until(() => slow.received().includes('request timeout'));
    should(slow.received()).match(/^HTTP\/1\.1 408 /);
    await clock.advance(1500);
    await slow.closed;
    should(clock.timers).equal(0);
  });

  it('does not stumble over a sender that goes away', async () => {
    await start();
    const gone = await open(
      'POST /expeed HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    await until(() => webhook.pending === 1);
    gone.socket.destroy();
    await until(() => webhook.pending === 0);
    should(await post(STATUS)).have.property('status', 200);
  });

  it('emits one of 5000 equal pushes and answers all of them', async () => {
    await start();
    const body = { msg_type: '2', device_id: 'd', data: [{ timestamp: '2017-02-13T12-00-00-000', v: 1 }] };
    let left = 5000;
    const statuses = new Set<number>();
    const worker = async (): Promise<void> => {
      while (left-- > 0) statuses.add((await post(body)).status);
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    should([...statuses]).eql([200]);
    record({
      check: 'W84',
      fault: '5000 replays',
      inputs: 5000,
      ok: 5000,
      executed: pushes.length,
      doubled: pushes.length - 1,
    });
    should(pushes).have.length(1);
  }).timeout(60_000);

  it('refuses what the queue cannot hold, and takes it later', async () => {
    const turns: Array<() => void> = [];
    await start({ defer: (callback) => turns.push(callback) });
    const results = Array.from({ length: 1001 }, (_, index) =>
      post({ msg_type: 3, message_id: index, device_id: 'd', set_result: 0 }),
    );
    const full = await Promise.race(results);
    should(full).have.properties({ status: 503, text: 'unavailable' });
    should(full.headers['retry-after']).equal('5');
    should(notices).eql([{ kind: 'queueFull' }]);
    await until(() => webhook.pending === 1000);
    while (turns.length > 0) {
      turns.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const statuses = (await Promise.all(results)).map(({ status }) => status).sort();
    const ok = statuses.filter((status) => status === 200).length;
    record({
      check: 'W85',
      fault: 'queue full',
      inputs: 1001,
      ok,
      refused: 1001 - ok,
      executed: pushes.length,
      lost: 0,
    });
    should(ok).equal(1000);
    should(pushes).have.length(1000);
  }).timeout(60_000);

  it('says unavailable for a push that could not be handed on, and takes its repetition', async () => {
    let broken = true;
    await start({
      emit: (push) => {
        if (broken) throw new Error('no');
        pushes.push(push);
      },
    });
    const body = { msg_type: 3, message_id: 1, device_id: 'd', set_result: 0 };
    should((await post(body)).status).equal(503);
    broken = false;
    should((await post(body)).status).equal(200);
    should(pushes).have.length(1);
  });

  it('answers every held request when it closes, within a second', async () => {
    const turns: Array<() => void> = [];
    await start({ defer: (callback) => turns.push(callback) });
    const slow = await Promise.all(
      Array.from({ length: 25 }, () =>
        open('POST /expeed HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'),
      ),
    );
    const queued = Array.from({ length: 25 }, (_, index) => post({ ...STATUS, device_id: index }));
    await until(() => webhook.pending === 50);
    const startedAt = performance.now();
    await webhook.close();
    should((await Promise.all(queued)).map(({ status }) => status)).eql(Array(25).fill(503));
    await until(() => slow.every(({ received }) => /^HTTP\/1\.1 503 .*retry-after/is.test(received())));
    should(performance.now() - startedAt).be.below(1000);
    should((await post(STATUS)).status).equal(503);
    should(pushes).be.empty();
  });

  it('leaves no timer behind when it closes over a body that is still coming', async () => {
    const clock = new VirtualClock();
    await start({ clock });
    should(await post(STATUS)).have.property('status', 200);
    const slow = await open(
      'POST /expeed HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    await until(() => webhook.pending === 1);
    await Promise.all([webhook.close(), webhook.close()]);
    await until(() => slow.received().includes('503'));
    await clock.advance(1500);
    await slow.closed;
    should(clock.timers).equal(0);
  });

  it('measures again what another parser has read before', async () => {
    const parsed: { body?: unknown } = {};
    await start({}, () => undefined);
    server.removeAllListeners('request');
    server.on('request', (request: WebhookRequest, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        setImmediate(() => {
          request.body = parsed.body ?? JSON.parse(Buffer.concat(pieces).toString() || '{}');
          webhook.handle(request, response);
        });
      });
    });
    should((await post(STATUS)).status).equal(200);
    should((await post(deep(40))).status).equal(400);
    should((await post('{}')).status).equal(400);
    should((await post({ encrypt: Buffer.alloc(64).toString('base64') })).text).match(/plaintext/);
    should((await post({ ...STATUS, x: 'a'.repeat(300_000) })).status).equal(413);
    should(
      (
        await post(
          { ...STATUS, x: 'a'.repeat(300_000) },
          { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
        )
      ).status,
    ).equal(413);
    parsed.body = { a: '1' };
    should((await post('{}', { 'content-type': 'application/x-www-form-urlencoded' })).status).equal(415);
    should(pushes).have.length(1);
  });

  it('asks for the address of the socket, or the one that the application trusts', async () => {
    let ip: string | undefined;
    await start({ allowFrom: new AddressList(['192.0.2.0/24']) }, (request) => {
      request.ip = ip;
    });
    should((await post(STATUS, { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.7' })).status).equal(
      403,
    );
    should((await call('GET', undefined, {}, `/expeed${signed('tok')}`)).status).equal(403);
    ip = '::ffff:192.0.2.7';
    should((await post(STATUS)).status).equal(200);
    ip = '192.0.3.7';
    should((await post(STATUS)).status).equal(403);
  });

  it('keeps what it must remember over a redeploy', async () => {
    const memory = new WebhookMemory(systemClock);
    await start({ memory });
    const query = signed('tok');
    const body = { msg_type: 3, message_id: 1, device_id: 'd', set_result: 0 };
    should((await call('GET', undefined, {}, `/expeed${query}`)).status).equal(200);
    should((await post(body)).status).equal(200);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await webhook.close();
    await start({ memory });
    should((await call('GET', undefined, {}, `/expeed${query}`)).status).equal(403);
    should((await post(body)).status).equal(200);
    should(pushes).have.length(1);
  });
});
