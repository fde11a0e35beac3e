import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import should from 'should';
import { expeedEndpoints } from '../support/expeed-endpoints';
import { loadExpeed, runExpeed, startExpeed, stopExpeed } from '../support/expeed-flow';
import type { Message } from '../support/flows';

interface Recorded {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** One call of the document: how the node is set up, what it must send, what is answered and what the flow gets. */
interface Run {
  operation: string;
  fields: object;
  msg?: object;
  sends: { path: string; query?: Record<string, string>; body?: unknown };
  reply: object;
  payload: unknown;
}

const ids = { deviceId: 'dev-1', deviceKey: 'key-1' };
const start = '2017-02-13T12:00:00.000+08:00';
const end = '2017-02-13T13:00:00.000+08:00';

const runs: readonly Run[] = [
  {
    operation: 'device.status',
    fields: { operation: 'status' },
    sends: { path: '/v1/devices/device_status/dev-1' },
    reply: { result_code: 0, device_status: 1, result_message: 'ok' },
    payload: { online: true, deviceStatus: 1 },
  },
  {
    operation: 'device.current',
    fields: { operation: 'current', ids: '["xxx","yyy"]', idsType: 'json' },
    sends: { path: '/v1/devices/dev-1/currentDatapoints', query: { id: 'xxx,yyy' } },
    reply: { result_code: 0, result_message: 'ok', data: { timestamp: ' 2017-02-13T12-00-00-000', xxx: 0, yyy: 2 } },
    payload: { time: start, xxx: 0, yyy: 2 },
  },
  {
    operation: 'device.current',
    fields: { operation: 'current' },
    sends: { path: '/v1/devices/dev-1/currentDatapoints', query: { id: 'all' } },
    reply: { result_code: 0, result_message: 'ok', data: { timestamp: '2017-02-13T12-00-00-000', xxx: 0 } },
    payload: { time: start, xxx: 0 },
  },
  {
    operation: 'device.history',
    fields: {
      ...{ operation: 'history', ids: '["xxx","yyy"]', idsType: 'json', order: 'asc', limit: 8 },
      ...{ start, startType: 'str', end, endType: 'str' },
    },
    sends: {
      path: '/v1/devices/dev-1/datapoints',
      query: {
        id: 'xxx,yyy',
        start: '2017-02-13T12-00-00-000',
        end: '2017-02-13T13-00-00-000',
        limit: '8',
        first: '1',
      },
    },
    reply: {
      result_code: 0,
      result_message: 'ok',
      data: [
        { timestamp: '2017-02-13T12-00-00-000', xxx: 0, yyy: 2 },
        { timestamp: '2017-02-13T12-00-01-000', xxx: 2 },
      ],
    },
    payload: [
      { time: start, xxx: 0, yyy: 2 },
      { time: '2017-02-13T12:00:01.000+08:00', xxx: 2 },
    ],
  },
  {
    operation: 'device.set',
    fields: { operation: 'set' },
    msg: { payload: { temp: 25, switch: 1 } },
    sends: { path: '/v1/devices/dev-1/device_setting', body: { temp: 25, switch: 1 } },
    reply: { result_code: 0, result_message: 'ok', message_id: 77 },
    payload: { messageId: '77' },
  },
];

/** One call after the other through the nodes, against a server that records it and answers as the document prints it. */
describe('every call of Expeed, through the nodes', () => {
  let server: Server;
  let baseUrl: string;
  let recorded: Recorded[] = [];
  let reply: object = {};

  before(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const url = new URL(request.url ?? '', 'http://x');
        const text = Buffer.concat(pieces).toString('utf8');
        const isToken = url.pathname === '/v1/platform/token';
        recorded.push({
          method: request.method ?? '',
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          headers: request.headers,
          body: text === '' ? undefined : JSON.parse(text),
        });
        response.setHeader('content-type', 'application/json');
        const token = { result_code: 0, access_token: 'zzz', expires_in: 7200, result_message: 'ok' };
        response.end(JSON.stringify(isToken ? token : reply));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(async () => {
    recorded = [];
    await startExpeed();
  });
  afterEach(stopExpeed);

  it('has a run for every call', () => {
    const made = ['platform.token', ...runs.map(({ operation }) => operation)];
    should([...new Set(made)]).eql(expeedEndpoints.map(({ operation }) => operation));
  });

  const endpoint = (id: string): (typeof expeedEndpoints)[number] => {
    const found = expeedEndpoints.find(({ operation }) => operation === id);
    if (!found) throw new Error(id);
    return found;
  };

  for (const { operation, fields, msg, sends, reply: answered, payload } of runs) {
    const { number, method, headers, query, body } = endpoint(operation);
    it(`#${number} ${operation} ${JSON.stringify(sends.query ?? sends.body ?? {})}`, async () => {
      reply = answered;
      const platform = { id: 'platform', type: 'expeed-platform', region: 'custom', baseUrl };
      await loadExpeed(
        [platform, { id: 'n', type: 'expeed-device', z: 'tab', platform: 'platform', wires: [['out']], ...fields }],
        { platform: { platformKey: 'xxx', secretKey: 'yyy' } },
      );
      const { messages, error } = await runExpeed({ ...ids, ...msg });
      should((error as Message | undefined)?.error).be.undefined();
      should(messages[0]?.payload).eql(payload);

      // #1: the token comes first, with the keys in its query.
      const [login, call] = recorded as [Recorded, Recorded];
      should(login).containEql({ method: 'GET', path: endpoint('platform.token').path });
      should(login.query).eql({ platform_key: 'xxx', secret_key: 'yyy' });
      should(Object.keys(login.query).sort()).eql(endpoint('platform.token').query);
      should([call.method, call.path]).eql([method, sends.path]);
      should(call.query).eql(sends.query ?? {});
      should(Object.keys(call.query).filter((name) => !query.includes(name))).eql([]);
      should(call.body).eql(sends.body);
      should(call.body === undefined).equal(body.length === 0);
      const sent = { access_token: 'zzz', device_key: 'key-1' };
      should(Object.keys(sent)).eql(headers);
      should(call.headers).containEql(sent);
      should(recorded.length).equal(2);
    });
  }
});
