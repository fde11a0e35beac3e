import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { createSimulator, type Simulator } from '../../src/simulator';
import { signedQuery, WEBHOOK_TOKEN } from '../support/expeed-flow';
import { type Credentials, type FlowNode, type RunningNodeRed, startNodeRed } from '../support/runtime';
import { record } from './support/table';

/** In a real Node-RED, because it matters there who reads a body first: that changes with the editor's address. */

const STATUS = { msg_type: '1', device_id: 'd1', device_key: 'k1', device_sn: 's1', device_status: 0 };
const CREDENTIALS: Credentials = { platform: { platformKey: 'p', secretKey: 's', webhookToken: WEBHOOK_TOKEN } };

const tab: FlowNode = { id: 'tab', type: 'tab' };
const platform: FlowNode = { id: 'platform', type: 'expeed-platform', region: 'cloud' };

function webhook(fields: Record<string, unknown> = {}): FlowNode {
  return { id: 'w', type: 'expeed-webhook-in', z: 'tab', platform: 'platform', wires: [['count']], ...fields };
}

/** Counts what comes and answers the count under /count. */
const counter: FlowNode[] = [
  {
    id: 'count',
    type: 'function',
    z: 'tab',
    func: "global.set('count', (global.get('count') || 0) + 1);",
    outputs: 0,
    wires: [],
  },
  { id: 'ask', type: 'http in', z: 'tab', url: '/count', method: 'get', wires: [['tell']] },
  {
    id: 'tell',
    type: 'function',
    z: 'tab',
    func: "msg.payload = { count: global.get('count') || 0 }; return msg;",
    outputs: 1,
    wires: [['answer']],
  },
  { id: 'answer', type: 'http response', z: 'tab', wires: [] },
];

const flows = [tab, platform, webhook(), ...counter];

function rssOf({ pid }: RunningNodeRed): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

async function countOf(runtime: RunningNodeRed, root = ''): Promise<number> {
  return ((await (await runtime.request(`${root}/count`)).json()) as { count: number }).count;
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let round = 0; !(await holds()); round++) {
    if (round > 400) throw new Error(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

interface Answer {
  status: number;
  text: string;
}

/** Sends what fetch would not: bodies and headers as they are. */
function send(url: string, body: Buffer, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method: 'POST', headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Sends megabytes until all are gone or the connection is, and gives the answer. */
function flood(url: string, megabytes: number, contentType: string, chunked: boolean): Promise<Answer> {
  const { hostname, port, pathname } = new URL(url);
  const piece = Buffer.alloc(65_536, 0x61);
  const pieces = megabytes * 16;
  const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${pieces * piece.length}`;
  const part = chunked ? Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')]) : piece;
  return new Promise((resolve) => {
    let text = '';
    let sent = 0;
    const socket = connect(Number(port), hostname, () => {
      socket.write(`POST ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Type: ${contentType}\r\n${framing}\r\n\r\n`);
      more();
    });
    const more = (): void => {
      while (sent < pieces) {
        sent++;
        if (!socket.write(part)) {
          socket.once('drain', more);
          return;
        }
      }
      if (chunked) socket.write('0\r\n\r\n');
      setTimeout(() => socket.end(), 200);
    };
    socket.setEncoding('utf8').on('data', (data) => {
      text += data;
    });
    socket
      .on('error', () => undefined)
      .on('close', () => {
        const [head = '', ...body] = text.split('\r\n\r\n');
        resolve({ status: Number(head.split(' ')[1]), text: body.join('') });
      });
  });
}

const isShort = ({ text }: Answer): boolean => text.length < 40 && !/[<\\/]|Error|at /.test(text);

for (const [where, settings, root] of [
  ['the editor at the root path', {}, ''],
  ['the editor at /admin', { httpAdminRoot: '/admin' }, ''],
  ['HTTP nodes below /api', { httpNodeRoot: '/api' }, '/api'],
] as const) {
  describe(`expeed-webhook-in in Node-RED, with ${where}`, function () {
    this.timeout(180_000);
    let runtime: RunningNodeRed;
    let url: string;
    const sockets: Socket[] = [];

    before(async () => {
      runtime = await startNodeRed({ flows, credentials: CREDENTIALS, settings });
      url = `${runtime.url}${root}/expeed`;
    });
    after(async () => {
      for (const socket of sockets) socket.destroy();
      await runtime?.stop();
    });

    const post = (body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
      send(
        url,
        Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
        headers,
      );
    /** Who parses JSON before the node does. */
    const nodeRedParses = !('httpAdminRoot' in settings);
    const editor = `${'httpAdminRoot' in settings ? settings.httpAdminRoot : ''}/settings`;
    const editorAnswers = async (): Promise<number> => {
      const startedAt = performance.now();
      should((await runtime.request(editor)).status).equal(200);
      return performance.now() - startedAt;
    };

    it('does the handshake and takes pushes', async () => {
      const handshake = await fetch(`${url}?${signedQuery()}`);
      should([handshake.status, await handshake.text()]).eql([200, 'n0nce']);
      should((await fetch(`${url}?${signedQuery()}`)).status).equal(403);
      const answer = await post(STATUS);
      should(answer.status).equal(200);
      should(JSON.parse(answer.text)).eql({ result_code: 0, result_message: 'ok', result_msg: 'ok' });
      await until(async () => (await countOf(runtime, root)) === 1, 'the push');
    });

    it('answers 30 MB of anything at once, with flat memory, while the editor answers', async () => {
      await editorAnswers();
      const before = rssOf(runtime);
      const types = ['application/octet-stream', 'text/plain'];
      if (!nodeRedParses) types.push('application/json', 'application/x-www-form-urlencoded');
      let most = 0;
      const watch = setInterval(() => {
        most = Math.max(most, rssOf(runtime));
      }, 20);
      const floods = types.flatMap((type) => [flood(url, 30, type, false), flood(url, 30, type, true)]);
      should(await editorAnswers()).be.below(500);
      for (const answer of await Promise.all(floods)) {
        should(answer.status).equal(413);
        should(isShort(answer)).be.true(answer.text);
      }
      clearInterval(watch);
      const note = `memory + ${Math.max(0, Math.round((most - before) / 2 ** 20))} MB`;
      record({ check: 'W81', fault: `30 MB, ${where}`, inputs: floods.length, refused: floods.length, note });
      should(most - before).be.below(30 * 2 ** 20);
      should((await post(STATUS)).status).equal(200);
    });

    const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const hostile: [string, number, string | Buffer, Record<string, string>, boolean?][] = [
      ['JSON of 3000 levels', 400, `{"a":${deep(3000)}}`, { 'content-type': 'application/json' }],
      ['a name that reaches a prototype', 400, '{"__proto__":{"x":1}}', { 'content-type': 'application/json' }],
      ['JSON that is no push', 400, '{"a":1}', { 'content-type': 'application/json' }],
      [
        '300 KB of JSON',
        413,
        JSON.stringify({ ...STATUS, x: 'a'.repeat(300_000) }),
        { 'content-type': 'application/json' },
      ],
      ['plain text', 415, 'hello there, this is text', { 'content-type': 'text/plain' }],
      ['a form', 415, 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }],
      ['broken JSON', 400, '{"a":', { 'content-type': 'application/json' }, true],
      ['JSON in another charset', 415, '{}', { 'content-type': 'application/json; charset=foo' }, true],
      [
        'broken gzip',
        415,
        Buffer.from([0x1f, 0x8b, 1, 2]),
        { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        true,
      ],
    ];
    for (const [what, status, body, headers, parserFirst] of hostile) {
      // Node-RED's own parser answers these itself where it comes first.
      if (parserFirst && nodeRedParses) continue;
      it(`refuses ${what} with a short ${status}`, async () => {
        const before = await countOf(runtime, root);
        const answer = await post(body, headers);
        should(answer.status).equal(status);
        should(isShort(answer)).be.true(answer.text);
        should(await countOf(runtime, root)).equal(before);
        record({ check: 'W82', fault: `${what}, ${where}`, inputs: 1, refused: 1, note: String(status) });
      });
    }

    it('holds out against 200 senders that never finish, and is rid of them within ten seconds', async () => {
      const head = `POST ${root}/expeed HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n`;
      const before = rssOf(runtime);
      const { hostname, port } = new URL(runtime.url);
      let closed = 0;
      await Promise.all(
        Array.from(
          { length: 200 },
          () =>
            new Promise<void>((resolve) => {
              const socket = connect(Number(port), hostname, () => {
                socket.write(head);
                resolve();
              });
              socket.on('error', () => undefined).on('close', () => closed++);
              const drip = setInterval(() => socket.write('x'), 500);
              socket.on('close', () => clearInterval(drip));
              socket.resume();
              sockets.push(socket);
            }),
        ),
      );
      const startedAt = performance.now();
      should(await editorAnswers()).be.below(500);
      should((await post(STATUS)).status).equal(200);
      await until(() => closed === 200, 'the end of all connections');
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      record({
        check: 'W83',
        fault: `unfinished senders, ${where}`,
        inputs: 200,
        refused: closed,
        note: `${seconds} s`,
      });
      should(performance.now() - startedAt).be.below(10_000);
      should(rssOf(runtime) - before).be.below(30 * 2 ** 20);
    });

    it('answers every held request when it is redeployed, within a second, and the new one works', async () => {
      const { hostname, port } = new URL(runtime.url);
      const head = `POST ${root}/expeed HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nx`;
      const texts = Array.from({ length: 50 }, () => '');
      await Promise.all(
        texts.map(
          (_text, index) =>
            new Promise<void>((resolve) => {
              const socket = connect(Number(port), hostname, () => socket.write(head, () => resolve()));
              socket.setEncoding('utf8').on('error', () => undefined);
              socket.on('data', (data) => {
                texts[index] += data;
              });
              sockets.push(socket);
            }),
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      const deployed = runtime.deploy([tab, platform, webhook({ name: 'again' }), ...counter], { headers: {} });
      const startedAt = performance.now();
      await deployed;
      await until(() => texts.every((text) => /^HTTP\/1\.1 503 /.test(text)), 'an answer to all');
      should(performance.now() - startedAt).be.below(1500);
      should((await post(STATUS)).status).equal(200);
      record({ check: 'W86', fault: `redeploy over held requests, ${where}`, inputs: 50, refused: 50, lost: 0 });
    });

    it('is gone with its node', async () => {
      await runtime.deploy([tab, platform, ...counter]);
      should((await post(STATUS)).status).equal(404);
      await runtime.deploy(flows);
      should((await post(STATUS)).status).equal(200);
      should(runtime.logs()).not.match(/Uncaught|Unhandled/i);
    });

    it('shows its secrets nowhere', async () => {
      const [nodes, credentials] = await Promise.all([
        runtime.request(`${'httpAdminRoot' in settings ? '/admin' : ''}/flows`),
        runtime.request(`${'httpAdminRoot' in settings ? '/admin' : ''}/credentials/expeed-platform/platform`),
      ]);
      const text = `${await nodes.text()}${await credentials.text()}${runtime.logs()}`;
      should(text).containEql('has_webhookToken');
      should(text).not.containEql(WEBHOOK_TOKEN);
    });
  });
}

describe('expeed-webhook-in in Node-RED without HTTP nodes', function () {
  this.timeout(120_000);

  it('says so and lets Node-RED live', async () => {
    const runtime = await startNodeRed({
      flows: [tab, platform, webhook({ wires: [[]] })],
      credentials: CREDENTIALS,
      settings: { httpNodeRoot: false },
    });
    try {
      should((await fetch(`${runtime.url}/expeed?${signedQuery()}`)).status).equal(404);
      should(runtime.logs()).match(/httpNodeRoot: false/);
      record({ check: 'W88', fault: 'httpNodeRoot: false', inputs: 1, refused: 1, note: 'said in the log' });
    } finally {
      await runtime.stop();
    }
  });

  it('leaves a password that the administrator has set to Node-RED', async () => {
    const runtime = await startNodeRed({
      flows,
      credentials: CREDENTIALS,
      settings: {
        httpAdminRoot: '/admin',
        httpNodeAuth: { user: 'u', pass: '$2b$04$invalidinvalidinvalidinvalidinvalidinvalidinvalidinvalid' },
      },
    });
    try {
      should((await fetch(`${runtime.url}/expeed?${signedQuery()}`)).status).equal(401);
      record({ check: 'W88', fault: 'httpNodeAuth', inputs: 1, refused: 1 });
    } finally {
      await runtime.stop();
    }
  });
});

describe('expeed-platform in Node-RED that is restarted', function () {
  this.timeout(240_000);
  let simulator: Simulator;
  let userDir: string;

  before(async () => {
    simulator = await createSimulator();
    userDir = mkdtempSync(join(tmpdir(), 'expeed-node-red-'));
  });
  after(async () => {
    await simulator?.close();
    rmSync(userDir, { recursive: true, force: true });
  });

  const calls = 10_000;
  const device: FlowNode[] = [
    { id: 'go', type: 'http in', z: 'tab', url: '/go/:count', method: 'get', wires: [['many', 'answer']] },
    {
      id: 'many',
      type: 'function',
      z: 'tab',
      func: 'return [Array.from({ length: Number(msg.req.params.count) }, () => ({ payload: 1 }))];',
      outputs: 1,
      wires: [['device']],
    },
  ];

  it(`makes ${calls} calls with the token that it kept, and keeps it sealed`, async () => {
    const { deviceId, deviceKey } = simulator.expeed.api.fleet.devices[0] as { deviceId: string; deviceKey: string };
    const { baseUrl, platformKey, secretKey } = simulator.expeed;
    const kept: FlowNode = { id: 'platform', type: 'expeed-platform', region: 'custom', baseUrl, tokenStore: 'disk' };
    const call: FlowNode = {
      ...{ id: 'device', type: 'expeed-device', z: 'tab', platform: 'platform', operation: 'status' },
      ...{ deviceId, deviceIdType: 'str', deviceKey, deviceKeyType: 'str', wires: [['count']] },
    };
    const options = {
      flows: [tab, kept, call, ...device, ...counter],
      credentials: { platform: { platformKey, secretKey } },
      settings: {
        contextStorage: {
          default: { module: 'memory' },
          disk: { module: 'localfilesystem', config: { flushInterval: 1 } },
        },
      },
    };
    const first = await startNodeRed({ ...options, userDir });
    await first.request('/go/1');
    await until(async () => (await countOf(first)) === 1, 'the first call');
    await first.stop();
    should(simulator.expeed.api.tokens.issued).equal(1);
    const stored = storedTexts(join(userDir, 'context')).join();
    should(stored).containEql('expeed-token.1:');
    should(stored).not.containEql(secretKey).and.not.containEql(platformKey);

    const second = await startNodeRed({ ...options, userDir });
    try {
      await second.request(`/go/${calls}`);
      await until(async () => (await countOf(second)) === calls, `${calls} calls`);
      should(simulator.expeed.api.tokens.issued).equal(1);
    } finally {
      await second.stop();
    }
  });
});

function storedTexts(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
