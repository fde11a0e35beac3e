import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import should from 'should';
import { WebSocket } from 'undici';
import { type FlowNode, type RunningNodeRed, startNodeRed } from '../support/runtime';
import { record } from './support/table';

const SECRETS = {
  enterpriseSecret: 'canaryEnt7f3a9c51e02b',
  productSecret: 'canaryPro44d1b8e6a7f0',
  authSecret: 'canaryAut+19/c3d5e7f8b=',
  token: 'canaryTok5b2e8f90a1c3d',
  proxyPassword: 'canaryPxy8e1d4c7b9f2a',
};
const PRODUCT = 'c'.repeat(32);

/** A cloud that answers with what it was told: the worst that an error message can hold. */
function echo(request: IncomingMessage, body: string, round: number): { status: number; text: string } {
  if (request.url?.includes('access_token')) {
    // Refused once; more of it, and the account would rightly ask no more.
    if (round === 0) return { status: 400, text: JSON.stringify({ error_code: '5004', error_message: body }) };
    const expired_at = Math.floor(Date.now() / 1000) + 604_800;
    return { status: 201, text: JSON.stringify({ token: SECRETS.token, expired_at }) };
  }
  const told = `${request.headers.authorization} ${body} ${JSON.stringify(request.headers)}`;
  const forms = [
    told,
    encodeURIComponent(told),
    Buffer.from(told).toString('base64'),
    Buffer.from(told).toString('hex'),
  ];
  const words = `${forms[round % forms.length]} ${SECRETS.enterpriseSecret} ${SECRETS.productSecret} ${SECRETS.token} ${SECRETS.proxyPassword}`;
  const kinds: [number, string][] = [
    [400, JSON.stringify({ error_code: '5305', error_message: words, detail: { headers: request.headers } })],
    [500, JSON.stringify({ error_code: 5409, error_message: words })],
    [400, JSON.stringify({ error_code: round === 3 ? '5009' : '5014', error_message: words })],
    [403, JSON.stringify({ error_code: '5404', error_message: words })],
    [502, `<html>${words}</html>`],
    [200, `not json ${words}`],
    [302, words],
    [404, JSON.stringify({ error_code: '5301', error_message: words })],
  ];
  const [status, text] = kinds[round % kinds.length];
  return { status, text };
}

function flow(baseUrl: string, proxyUrl: string): FlowNode[] {
  const nodes = (id: string, type: string, more: object): FlowNode[] => [
    { id: `i-${id}`, type: 'http in', z: 't', url: `/${id}`, method: 'post', wires: [[`n-${id}`]] },
    { id: `n-${id}`, type, z: 't', product: 'p', wires: [['o', 'd']], ...more },
  ];
  return [
    { id: 't', type: 'tab' },
    // The cloud is reached through a proxy, whose credentials it sees and echoes like the others.
    { id: 'e', type: 'gizwits-enterprise', region: 'custom', baseUrl, timeout: '2', proxy: 'x' },
    { id: 'x', type: 'http proxy', url: proxyUrl, noproxy: [] },
    { id: 'p', type: 'gizwits-product', enterprise: 'e', productKey: PRODUCT, pushHost: '127.0.0.1', pushPort: '9' },
    ...nodes('did', 'gizwits-get-did', { mac: 'payload.mac' }),
    ...nodes('search', 'gizwits-search', {}),
    ...nodes('control', 'gizwits-control', { target: 'payload.did', value: 'payload.attrs', validate: false }),
    ...nodes('history', 'gizwits-history', { target: 'payload.did' }),
    { id: 'c', type: 'catch', z: 't', wires: [['d', 'm']] },
    { id: 's', type: 'status', z: 't', wires: [['d']] },
    {
      id: 'm',
      type: 'function',
      z: 't',
      func: 'msg.payload = { error: msg.error, gizwits: msg.gizwits }; return msg;',
      outputs: 1,
      libs: [],
      wires: [['o']],
    },
    {
      id: 'd',
      type: 'debug',
      z: 't',
      active: true,
      tosidebar: true,
      console: true,
      complete: 'true',
      targetType: 'full',
      wires: [],
    },
    { id: 'o', type: 'http response', z: 't', wires: [] },
  ];
}

/** Every form in which a secret could be written. */
function forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // What any base64 text around the secret contains, for each alignment of its first byte.
  const cores = [0, 1, 2].map((pad) =>
    Buffer.concat([Buffer.alloc(pad), bytes])
      .toString('base64')
      .slice(pad + 2, -4),
  );
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), bytes.toString('hex'), ...cores];
}

describe('secrets under hostile answers', function () {
  this.timeout(120_000);
  let server: Server;
  let runtime: RunningNodeRed;
  let round = 0;

  before(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        const { status, text } = echo(request, body, round++);
        response.writeHead(status, {
          'content-type': 'application/json',
          location: `http://127.0.0.1/?${SECRETS.token}`,
        });
        response.end(text);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    runtime = await startNodeRed({
      settings: { logging: { console: { level: 'trace', metrics: false, audit: true } } },
    });
    await runtime.deploy(flow('http://cloud.example/prefix', `http://127.0.0.1:${port}`), {
      credentials: {
        e: { enterpriseId: 'canary-id', enterpriseSecret: SECRETS.enterpriseSecret },
        x: { username: 'canary-user', password: SECRETS.proxyPassword },
        p: { productSecret: SECRETS.productSecret, authId: 'auth', authSecret: SECRETS.authSecret },
      },
    });
  });
  after(async () => {
    await runtime?.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it('never leave: log, status, debug, messages, errors, admin answers, flow files', async () => {
    const collected: string[] = [];
    const comms = new WebSocket(`${runtime.url.replace('http', 'ws')}/comms`);
    await new Promise((resolve) => comms.addEventListener('open', resolve, { once: true }));
    comms.addEventListener('message', (event) => collected.push(String(event.data)));
    for (const topic of ['debug', 'status/#', 'notification/#']) comms.send(JSON.stringify({ subscribe: topic }));

    let answers = 0;
    for (let turn = 0; turn < 40; turn++) {
      for (const path of ['did', 'search', 'control', 'history']) {
        const body = JSON.stringify({ mac: `m${turn}`, did: 'abc', attrs: { a: 1 } });
        const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
        const reply = await runtime.request(`/${path}`, init);
        collected.push(await reply.text());
        answers++;
      }
    }
    for (const path of [
      '/flows',
      '/credentials/gizwits-enterprise/e',
      '/credentials/http proxy/x',
      '/credentials/gizwits-product/p',
      '/settings',
    ]) {
      collected.push(await (await runtime.request(path, { headers: { accept: 'application/json' } })).text());
    }
    comms.close();
    collected.push(runtime.logs());

    const everything = collected.join('\n');
    should(round).be.above(answers / 2, `the cloud was asked ${round} times`);
    should(collected.some((text) => text.includes('GIZ_5305'))).be.true();
    should(collected.some((text) => text.includes('***'))).be.true();
    const hits = Object.entries(SECRETS).flatMap(([name, secret]) =>
      forms(secret)
        .filter((form) => everything.includes(form))
        .map(
          (form) =>
            `${name}: …${everything.slice(Math.max(0, everything.indexOf(form) - 80), everything.indexOf(form) + 60)}`,
        ),
    );
    const note = `${hits.length} canaries in ${everything.length} characters of a runtime, ${round} calls`;
    record({ check: 'T39', fault: 'cloud that echoes secrets', inputs: answers, note });
    should(hits).eql([]);
  });
});
