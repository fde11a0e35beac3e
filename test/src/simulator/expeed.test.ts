import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import should from 'should';
import { createSimulator, type Simulator } from '../../../src/simulator';
import type { PlatformDevice } from '../../../src/simulator/expeed/platform';
import { VirtualClock } from '../../support/virtual-clock';

type Body = Record<string, unknown>;

/** Written from seed 004 alone: neither the client nor the simulator is asked what is right. */
describe('Simulated Expeed platform', () => {
  let clock: VirtualClock;
  let simulator: Simulator;
  let one: PlatformDevice;
  let token: string;

  const call = async (path: string, init: RequestInit = {}, withKey = true): Promise<Body> => {
    const headers: Record<string, string> = { access_token: token };
    if (withKey) headers.device_key = one.deviceKey;
    const response = await fetch(`${simulator.expeed.baseUrl}${path}`, { headers, ...init });
    should(response.status).equal(200);
    return (await response.json()) as Body;
  };
  const login = async (
    platformKey = simulator.expeed.platformKey,
    secretKey = simulator.expeed.secretKey,
  ): Promise<Body> => call(`/v1/platform/token?platform_key=${platformKey}&secret_key=${secretKey}`);
  const set = (body: string): Promise<Body> =>
    call(`/v1/devices/${one.deviceId}/device_setting`, {
      method: 'POST',
      body,
      headers: { access_token: token, device_key: one.deviceKey, 'content-type': 'application/json' },
    });

  beforeEach(async () => {
    clock = new VirtualClock();
    simulator = await createSimulator({ clock });
    one = simulator.expeed.api.fleet.devices[0] as PlatformDevice;
    simulator.world.setPresence(one.device, 'online');
    token = '';
    token = String((await login()).access_token);
  });
  afterEach(() => simulator.close());

  it('gives out a token as documented', async () => {
    const body = await login();
    should(body).have.properties({ result_code: 0, expires_in: 7200, result_message: 'ok' });
    should(body.access_token).be.a.String();
    should(await login('nobody')).eql({ result_code: 1, result_message: '验证失败' });
  });

  it('answers 200 token calls a day', async () => {
    for (let index = 0; index < 199; index++) should((await login()).result_code).equal(0);
    should((await login()).result_code).equal(1);
    clock.jumpWall(86_400_000);
    should((await login()).result_code).equal(0);
  });

  it('knows its tokens for two hours', async () => {
    const path = `/v1/devices/device_status/${one.deviceId}`;
    should(await call(path)).eql({ result_code: 0, result_message: 'ok', device_status: 1 });
    await clock.advance(7_200_000);
    should(await call(path)).eql({ result_code: 1, result_message: 'token过期' });
    token = 'made up';
    should((await call(path)).result_code).equal(1);
  });

  it('refuses unknown devices and wrong keys', async () => {
    should(await call('/v1/devices/device_status/nobody')).eql({ result_code: 2, result_message: '设备不存在' });
    const wrong = await call(`/v1/devices/device_status/${one.deviceId}`, {
      headers: { access_token: token, device_key: 'x' },
    });
    should(wrong).eql({ result_code: 3, result_message: 'Device_key不存在' });
  });

  it('answers current datapoints, all or those named', async () => {
    const { data } = (await call(`/v1/devices/${one.deviceId}/currentDatapoints?id=all`)) as { data: Body };
    should(data.timestamp).match(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}$/);
    should(Object.keys(data).length).be.above(5);
    const some = (await call(`/v1/devices/${one.deviceId}/currentDatapoints?id=switch,mode`)) as { data: Body };
    should(Object.keys(some.data)).eql(['timestamp', 'switch', 'mode']);
    should((await call(`/v1/devices/${one.deviceId}/currentDatapoints`)).result_code).equal(4);
    should((await call(`/v1/devices/${one.deviceId}/currentDatapoints?id=nothing`)).result_code).equal(4);
  });

  it('pages through history by cursor, in both orders, without gaps', async () => {
    const all = (await call(`/v1/devices/${one.deviceId}/datapoints?limit=6000`)).data as Body[];
    should(all.length).be.above(1000);
    for (const first of ['0', '1']) {
      const found: Body[] = [];
      let cursor = '';
      do {
        const page = await call(`/v1/devices/${one.deviceId}/datapoints?limit=500&first=${first}${cursor}`);
        found.push(...(page.data as Body[]));
        cursor = page.cursor === undefined ? '' : `&cursor=${page.cursor}`;
      } while (cursor !== '');
      should(found).eql(first === '0' ? all : [...all].reverse());
    }
    should((await call(`/v1/devices/${one.deviceId}/datapoints`)).data).have.length(100);
  });

  for (const query of [
    'limit=0',
    'limit=6001',
    'first=2',
    'start=2026-01-01T00-00-00-000',
    'end=now&start=now',
    'id=nothing',
    'cursor=x',
  ]) {
    it(`refuses the query ${query}`, async () => {
      should(await call(`/v1/devices/${one.deviceId}/datapoints?${query}`)).eql({
        result_code: 3,
        result_message: '查询参数非法',
      });
    });
  }

  it('carries a setting out, once, and shows it', async () => {
    const before = simulator.executed.length;
    const body = await set('{"switch":true,"set_temp":22}');
    should(body).have.properties({ result_code: 0, result_message: 'ok' });
    should(body.message_id).be.a.String();
    should(simulator.executed.slice(before)).have.length(1);
    await clock.advance(1000);
    const { data } = (await call(`/v1/devices/${one.deviceId}/currentDatapoints?id=set_temp`)) as { data: Body };
    should(data.set_temp).equal(22);
  });

  it('refuses settings that are none, and those for a device that is offline', async () => {
    for (const body of ['', 'x', '[]', '{}']) should((await set(body)).result_code).equal(5);
    simulator.world.setPresence(one.device, 'offline');
    should(await set('{"switch":true}')).eql({ result_code: 3, result_message: '设备不在线' });
  });

  it('keeps secrets out of its log', () => {
    const text = JSON.stringify(simulator.requests);
    should(text).containEql('platform_key').and.not.containEql(simulator.expeed.secretKey).and.not.containEql(token);
  });

  describe('pushes', () => {
    let server: Server;
    let url: string;
    let requests: { method: string; url: string; body: string; type: string | undefined }[];
    let answer: (nonce: string) => string;

    beforeEach(async () => {
      requests = [];
      answer = (nonce) => nonce;
      server = createServer((incoming, response) => {
        let body = '';
        incoming.on('data', (piece) => {
          body += piece;
        });
        incoming.on('end', () => {
          const { method = '', url: path = '' } = incoming;
          requests.push({ method, url: path, body, type: incoming.headers['content-type'] });
          const nonce = new URL(path, 'http://x').searchParams.get('nonce') ?? '';
          response.end(method === 'GET' ? answer(nonce) : '{"result_code":0,"result_message":"ok"}');
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    });
    afterEach(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    const register = (token_ = 'tok') => simulator.expeed.api.registrations.register({ url, token: token_ });
    const arrived = async (count: number): Promise<Body[]> => {
      for (let round = 0; requests.filter(({ method }) => method === 'POST').length < count; round++) {
        if (round > 400) throw new Error(`only ${requests.length} requests came`);
        await clock.advance(20);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return requests.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body) as Body);
    };

    for (const digest of ['hex', 'raw'] as const) {
      it(`shakes hands first, in the ${digest} reading`, async () => {
        simulator.expeed.api.behaviour.digest = digest;
        should((await register()).state).equal('active');
        const { searchParams } = new URL(requests[0]?.url as string, 'http://x');
        const [nonce, timestamp] = [searchParams.get('nonce'), searchParams.get('timestamp')];
        const inner = createHash('sha1').update(`tok${nonce}${timestamp}`);
        const expected = createHash('md5').update(digest === 'hex' ? inner.digest('hex') : inner.digest());
        should(searchParams.get('signature')).equal(expected.digest('hex'));
        should(timestamp).equal(String(Math.floor(clock.now() / 1000)));
      });
    }

    it('pushes nothing to an address that does not answer the nonce', async () => {
      answer = () => 'hello';
      should(await register()).have.properties({ state: 'refused', reason: 'HTTP 200: hello' });
      simulator.expeed.api.pushStatus(one, true);
      await clock.advance(100);
      should(requests).have.length(1);
    });

    it('pushes online and offline, where 0 is online', async () => {
      await register();
      await clock.advance(10);
      simulator.world.setPresence(one.device, 'offline');
      const [off] = await arrived(1);
      const { deviceId: device_id, deviceKey: device_key, deviceSn: device_sn } = one;
      should(off).eql({ msg_type: '1', device_id, device_key, device_sn, device_status: 1 });
      await clock.advance(10);
      simulator.world.setPresence(one.device, 'online');
      should((await arrived(2))[1]).have.property('device_status', 0);
    });

    it('pushes what a device reports', async () => {
      await register();
      await clock.advance(10);
      simulator.world.report(one.device);
      const [push] = await arrived(1);
      should(push).have.properties({ msg_type: '2', device_id: one.deviceId, device_key: one.deviceKey });
      const [record] = (push as { data: Body[] }).data;
      should(record?.timestamp).match(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}$/);
      should(record).have.property('set_temp');
    });

    it('pushes the result of a setting with its message id, good or bad, after a delay', async () => {
      await register();
      const good = await set('{"set_temp":21}');
      const bad = await set('{"set_temp":99}');
      await clock.advance(1199);
      should(requests.filter(({ body }) => body.includes('set_result'))).be.empty();
      const results = (await arrived(3)).filter(({ msg_type }) => msg_type === 3);
      should(results).eql([
        { msg_type: 3, message_id: good.message_id, device_id: one.deviceId, set_result: 0 },
        { msg_type: 3, message_id: bad.message_id, device_id: one.deviceId, set_result: 1 },
      ]);
    });

    it('can number its messages beyond 2^53', async () => {
      simulator.expeed.api.behaviour.messageIds = 'long';
      await register();
      await set('{"set_temp":21}');
      await arrived(1);
      await clock.advance(1300);
      await arrived(2);
      should(requests.map(({ body }) => body).join()).match(/"message_id":\d{16,},/);
    });

    it('sends something unreadable in ciphertext mode', async () => {
      await simulator.expeed.api.registrations.register({ url, token: 'tok', encryption: 'ciphertext' });
      simulator.expeed.api.pushStatus(one, true);
      const [push] = await arrived(1);
      should(Object.keys(push as Body)).eql(['encrypt']);
    });

    it('takes registrations over HTTP', async () => {
      const ask = (method: string, body?: Body) =>
        call('/registrations', { method, ...(body && { body: JSON.stringify(body) }) });
      await ask('POST', { url, token: 'tok' });
      for (let round = 0; round < 100 && requests.length === 0; round++)
        await new Promise((done) => setTimeout(done, 5));
      await new Promise((done) => setTimeout(done, 20));
      const { registrations } = (await ask('GET')) as { registrations: Body[] };
      should(registrations).eql([{ url, encryption: 'plaintext', state: 'active' }]);
      should((await ask('POST', { url: 'ftp://x' })).result_code).equal(5);
      should(await ask('DELETE', { url })).have.property('removed', true);
      should(JSON.stringify(simulator.requests)).not.containEql('"tok"');
    });
  });

  it('lists its devices, and changes its behaviour on request, but not for web pages', async () => {
    const { devices } = (await call('/devices')) as { devices: Body[] };
    should(devices).have.length(16);
    should(devices[0]).have.properties({ deviceId: 'ex1001', deviceKey: one.deviceKey, online: true });
    const change = (body: Body, headers: Record<string, string> = {}) =>
      call('/behaviour', { method: 'PUT', body: JSON.stringify(body), headers });
    should(((await change({ tokensPerDay: 3 })).behaviour as Body).tokensPerDay).equal(3);
    for (const wrong of [
      { tokensPerDay: -1 },
      { digest: 'md4' },
      { results: 1 },
      { other: 1 },
      { __proto__: { a: 1 }, x: 1 },
    ]) {
      should((await change(wrong)).result_code).equal(5);
    }
    const page = await fetch(`${simulator.expeed.baseUrl}/registrations`, {
      method: 'POST',
      headers: { origin: 'https://example.com' },
      body: '{"url":"http://127.0.0.1:1/"}',
    });
    should(page.status).equal(403);
    should(simulator.expeed.api.registrations.list).be.empty();
  });

  it('leaves nothing behind', async () => {
    await simulator.expeed.api.registrations.register({ url: 'http://127.0.0.1:9/x' });
    await set('{"set_temp":21}');
    await simulator.close();
    should(clock.timers).equal(0);
  });
});
