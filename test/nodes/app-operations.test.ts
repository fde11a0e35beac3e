import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NodeAPI } from 'node-red';
import should from 'should';
import app from '../../nodes/gizwits-app';
import appApi from '../../nodes/gizwits-app-api';
import { closeApps } from '../../nodes/shared/open-app';
import { appOperationIds } from '../../src/gizwits/app/operations';
import { appEndpoints } from '../support/app-endpoints';
import { appRuns } from '../support/app-runs';
import { type FlowNode, loadBench, startRuntime, stopRuntime } from '../support/flows';

const APP_ID = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const APP_SECRET = 'appsecret-for-test';
const PRODUCT_SECRET = 'product-secret-for-test';
const USER_TOKEN = '86a0ee91548f4971832e371811702316';
const APP_TOKEN = '11112222333344445555666677778888';

interface Recorded {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  body: unknown;
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** One call after the other through the node, against a server that records it and answers as the documents print it. */
describe('every operation of the Open API, through the node', () => {
  let server: Server;
  let baseUrl: string;
  const recorded: Recorded[] = [];
  let running = '';
  let answer: { status?: number; body?: unknown; text?: string; type?: string } = {};

  before(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const url = new URL(request.url ?? '', 'http://x');
        const text = Buffer.concat(pieces).toString('utf8');
        const isLogin = isOwnLogin(url.pathname, text);
        if (!isLogin) {
          recorded.push({
            method: request.method ?? '',
            path: decodeURIComponent(url.pathname),
            query: Object.fromEntries(url.searchParams),
            headers: request.headers,
            body: text === '' ? undefined : JSON.parse(text),
          });
        }
        const reply = isLogin
          ? { body: { token: loginToken(url.pathname), uid: 'f'.repeat(32), expire_at: 1e10 } }
          : answer;
        response.writeHead(reply.status ?? 200, { 'content-type': reply.type ?? 'application/json' });
        response.end(reply.text ?? JSON.stringify(reply.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.close();
    server.closeAllConnections();
    await closeApps();
  });
  beforeEach(startRuntime);
  afterEach(async () => {
    await stopRuntime();
    recorded.length = 0;
  });

  /** Whether a request is a login that the account makes by itself. */
  const isOwnLogin = (path: string, text: string): boolean =>
    (path === '/app/login' && text.includes('"me"')) ||
    (path === '/app/request_token' && running !== 'post_app_request_token');
  const loginToken = (path: string): string => (path === '/app/login' ? USER_TOKEN : APP_TOKEN);

  it('has a run for each, and no other', () => {
    should(Object.keys(appRuns).sort()).eql([...appOperationIds].sort());
    should(appEndpoints.map(({ operation }) => operation).sort()).eql([...appOperationIds].sort());
  });

  for (const { number, operation, method, headers } of appEndpoints) {
    it(`#${number} ${operation}`, async () => {
      const run = appRuns[operation];
      if (!run) throw new Error(operation);
      running = operation;
      answer = run.reply;
      const config: FlowNode = { id: 'app', type: 'gizwits-app', region: 'custom', baseUrl };
      const bench = await loadBench(
        ((RED: NodeAPI) => {
          app(RED);
          appApi(RED);
        }) as never,
        { type: 'gizwits-app-api', app: 'app', operation },
        [config],
        {
          app: {
            appId: APP_ID,
            appSecret: APP_SECRET,
            username: 'me',
            password: 'Passw0rd!',
            productSecret: PRODUCT_SECRET,
          },
        },
      );
      const { messages, error } = await bench.run({ payload: run.params ?? '' });
      should(error?.error.message).equal(undefined);
      should(recorded).have.length(1);
      const [sent] = recorded as [Recorded];
      sent.method.should.equal(method);
      sent.path.should.equal(run.path);
      sent.query.should.eql(run.query ?? {});
      should(sent.body).eql(run.body);
      checkHeaders(sent, headers);
      messages.length.should.equal(1);
      should(messages[0]?.payload).eql('payload' in run ? run.payload : run.reply.body);
      messages[0]?.gizwits.should.containEql({ operation, statusCode: run.reply.status ?? 200 });
    });
  }

  function checkHeaders({ headers }: Recorded, expected: readonly string[]): void {
    const own = Object.keys(headers).filter((name) => name.startsWith('x-gizwits-'));
    should(own.sort()).eql(expected.map((name) => name.toLowerCase()).sort());
    should(headers['x-gizwits-application-id']).equal(APP_ID);
    const known: Record<string, string> = {
      'x-gizwits-user-token': USER_TOKEN,
      'x-gizwits-application-token': APP_TOKEN,
      'x-gizwits-application-auth': md5(`${APP_ID}${APP_SECRET}`),
    };
    for (const [name, value] of Object.entries(known)) if (headers[name]) should(headers[name]).equal(value);
    const timestamp = headers['x-gizwits-timestamp'];
    if (timestamp === undefined) return;
    // The time of the call, not of the load of this file: the suite may have been running for minutes.
    Number(timestamp).should.be.approximately(Date.now() / 1000, 60);
    should(headers['x-gizwits-signature']).equal(md5(`${PRODUCT_SECRET}${timestamp}`));
  }
});
