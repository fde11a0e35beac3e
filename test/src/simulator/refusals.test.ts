// biome-ignore-all lint/style/noNonNullAssertion: an undefined value fails the test on the spot
import { createSimulator, type Simulator } from '../../../src/simulator';
import { ERROR_CODES } from '../../../src/simulator/enterprise/errors';
import { VirtualClock } from '../../support/virtual-clock';
import { Caller, type Reply } from './caller';

const DAY_S = 86_400;

describe('simulator: what the cloud refuses', () => {
  let clock: VirtualClock;
  let simulator: Simulator;
  let caller: Caller;
  let other: Caller;

  beforeEach(async () => {
    clock = new VirtualClock();
    simulator = await createSimulator({ clock });
    caller = await new Caller(simulator).login();
    other = await new Caller(simulator, 1).login();
  });
  afterEach(() => simulator.close());

  const devices = (index = 0): Simulator['world']['devices'] =>
    simulator.world.devicesOf(simulator.products[index]!.productKey);
  const did = (index = 1): string => devices()[index]!.did;

  function refused(reply: Reply, code: number, status: number): void {
    reply.body.error_code.should.equal(String(code), reply.text);
    reply.status.should.equal(status);
    reply.body.error_message.should.be.a.String().and.not.be.empty();
    reply.body.detail.should.be.a.String();
  }

  it('a login: 5001 to 5005, 5007, 5015', async () => {
    const login = (body: unknown): Promise<Reply> => caller.post('access_token', body);
    const good = caller.credentials;
    refused(await login('{'), 5001, 400);
    refused(await login('[]'), 5001, 400);
    refused(await login(''), 5001, 400);
    refused(await login({ ...good, product_secret: undefined }), 5002, 400);
    refused(await login({ ...good, enterprise_id: 7 }), 5002, 400);
    refused(await login({ ...good, enterprise_id: 'x' }), 5003, 404);
    refused(await login({ ...good, enterprise_secret: 'x' }), 5004, 400);
    refused(await login({ ...good, product_secret: other.product.productSecret }), 5005, 400);
    refused(await caller.send('POST', '/v1/products/nothing/access_token', { body: good }), 5015, 404);
    simulator.world.product(caller.product.productKey)!.associated = false;
    refused(await login(good), 5007, 404);
    refused(await caller.get('datapoint'), 5007, 404);
    simulator.logins.refused.should.equal(10);
    simulator.logins.byProduct.should.eql({ [caller.product.productKey]: 1, [other.product.productKey]: 1 });
  });

  it('an association: 5008, 5006, and 201 when it is due', async () => {
    const associate = (): Promise<Reply> => caller.post('association', caller.credentials);
    refused(await associate(), 5008, 400);
    const product = simulator.world.product(caller.product.productKey)!;
    product.associated = false;
    refused(await associate(), 5006, 400);
    const { groups } = simulator.world;
    for (const { gid } of groups.of(product.productKey)) groups.delete(gid);
    const done = await associate();
    done.status.should.equal(201);
    done.body.should.eql({});
    (await caller.get('datapoint')).status.should.equal(200);
  });

  it('tokens: 5009 missing, malformed or unknown, 5010 of another product, 5011 expired', async () => {
    const { token } = caller;
    const send = (authorization?: string): Promise<Reply> => {
      caller.token = '';
      return caller.send('GET', caller.path('datapoint'), {
        headers: authorization === undefined ? {} : { authorization },
      });
    };
    refused(await send(), 5009, 400);
    refused(await send(token), 5009, 400);
    refused(await send(`Bearer ${token}`), 5009, 400);
    refused(await send(`token ${'0'.repeat(32)}`), 5009, 400);
    refused(await send(`token ${other.token}`), 5010, 400);
    refused(
      await caller.send('GET', '/v1/products/nothing/datapoint', { headers: { authorization: `token ${token}` } }),
      5015,
      404,
    );
    await clock.advance(7 * DAY_S * 1000);
    (await send(`token ${token}`)).status.should.equal(200);
    await clock.advance(1000);
    refused(await send(`token ${token}`), 5011, 400);
  });

  it('an older token stays good unless told otherwise', async () => {
    const first = caller.token;
    await caller.login();
    caller.token.should.match(/^[0-9a-f]{32}$/).and.not.equal(first);
    const withFirst = (): Promise<Reply> =>
      new Caller(simulator).send('GET', caller.path('datapoint'), { headers: { authorization: `token ${first}` } });
    (await withFirst()).status.should.equal(200);
    simulator.behaviour.singleToken = true;
    await caller.login();
    refused(await withFirst(), 5009, 400);
    (await caller.get('datapoint')).status.should.equal(200);
  });

  it('the enterprise’s own calls: 5002, 5003, 5004, 5016, 5801', async () => {
    const query = { product_key: caller.product.productKey };
    refused(await caller.enterprise('search', {}), 5002, 400);
    refused(await caller.enterprise('search', query, { 'X-Gizwits-Enterprise-ID': 'x' }), 5003, 404);
    refused(await caller.enterprise('search', query, { 'X-Gizwits-Enterprise-Secret': 'x' }), 5004, 400);
    refused(await caller.enterprise('search', { ...query, appid: 'x' }), 5016, 404);
    refused(await caller.enterprise('search', { product_key: 'x' }), 5801, 400);
    // The parameter that is called a secret holds the key; the secret itself is no key.
    refused(await caller.enterprise('location', { product_secret: caller.product.productSecret }), 5801, 400);
    refused(
      await caller.enterprise('liveness_total', { ...query, start_date: '2025-12-1', end_date: '2025-12-02' }),
      5002,
      400,
    );
    refused(await caller.enterprise('liveness_total', { ...query, start_date: '2025-12-01' }), 5002, 400);
  });

  it('addresses off the white list: 5012', async () => {
    simulator.behaviour.whiteList = ['192.0.2.1'];
    refused(await caller.get('datapoint'), 5012, 400);
    refused(await caller.post('access_token', caller.credentials), 5012, 400);
    simulator.behaviour.whiteList = ['127.0.0.1'];
    (await caller.get('datapoint')).status.should.equal(200);
  });

  it('over quota: 403 and 5013 until the hour is over; headers on every answer', async () => {
    simulator.faults.setQuota({ limit: 5, remaining: 3 });
    const states: [string | null, string | null][] = [];
    for (let call = 0; call < 3; call++) {
      const { headers } = await caller.get('datapoint');
      states.push([headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]);
    }
    states.should.eql([
      ['5', '2'],
      ['5', '1'],
      ['5', '0'],
    ]);
    const over = await caller.get('datapoint');
    refused(over, 5013, 403);
    over.headers.get('x-ratelimit-remaining')!.should.equal('0');
    // Products share the enterprise's quota; a login is never refused for it.
    refused(await other.get('datapoint'), 5013, 403);
    (await caller.post('access_token', caller.credentials)).status.should.equal(201);
    const reset = Number(over.headers.get('x-ratelimit-reset'));
    reset.should.be.approximately(clock.now() / 1000 + 3600, 2);
    await clock.advance(reset * 1000 - clock.now() - 1);
    refused(await caller.get('datapoint'), 5013, 403);
    await clock.advance(1);
    const fresh = await caller.get('datapoint');
    fresh.headers.get('x-ratelimit-remaining')!.should.equal('4');
  });

  it('allows 3600 calls an hour', async () => {
    const { headers } = await new Caller(simulator, 2).login().then((third) => third.get('datapoint'));
    headers.get('x-ratelimit-limit')!.should.equal('3600');
    headers.get('x-ratelimit-remaining')!.should.equal('3596');
  });

  it('devices: 5002 without a mac, 5301 unknown, 5302 of another product', async () => {
    refused(await caller.get('devices'), 5002, 400);
    refused(await caller.get('devices', { mac: 'nothing' }), 5301, 404);
    refused(await caller.get('device_detail', { mac: devices(1)[0]!.mac }), 5301, 404);
    for (const log of ['data', 'cmd', 'online']) {
      refused(await caller.get(`devices/nothing/${log}`), 5301, 404);
      refused(await caller.get(`devices/${devices(1)[0]!.did}/${log}`), 5302, 403);
    }
  });

  it('control: 5001, 5002, 5301, 5302, 5304, 5305, 5401, 5402, 5404, 5405, 5408', async () => {
    const device = devices()[3]!;
    simulator.world.setPresence(device, 'online');
    const control = (body: unknown, target = device.did): Promise<Reply> =>
      caller.post(`devices/${target}/control`, body);
    const attrs = { set_temp: 20 };
    refused(await control('{"attrs":'), 5001, 400);
    refused(await control({}), 5002, 400);
    refused(await control({ attrs, raw: [1] }), 5002, 400);
    refused(await control({ attrs: {} }), 5002, 400);
    refused(await control({ attrs: [1] }), 5002, 400);
    refused(await control({ raw: '01', binary_coding: 'base32' }), 5002, 400);
    refused(await control({ attrs }, 'nothing'), 5301, 404);
    refused(await control({ attrs }, devices(1)[3]!.did), 5302, 403);
    refused(await control({ attrs: { set_temp: 31 } }), 5401, 400);
    refused(await control({ attrs: { room_temp: 20 } }), 5401, 400);
    refused(await control({ attrs: { alert_full: 0 } }), 5401, 400);
    refused(await control({ attrs: { mode: 'cool' } }), 5401, 400);
    refused(await control({ attrs: { nothing: 1 } }), 5405, 404);
    refused(await control({ raw: [1, 256] }), 5408, 400);
    refused(await control({ raw: '0102' }), 5408, 400);
    refused(await control({ raw: '010', binary_coding: 'hex' }), 5408, 400);
    refused(await control({ raw: 'AQ=', binary_coding: 'base64' }), 5408, 400);
    simulator.behaviour.remoteControl = false;
    refused(await control({ attrs }), 5404, 403);
    simulator.behaviour.remoteControl = true;
    simulator.behaviour.datapointsDefined = false;
    refused(await control({ attrs }), 5402, 404);
    refused(await caller.get('datapoint'), 5402, 404);
    simulator.behaviour.datapointsDefined = true;
    simulator.world.setPresence(device, 'offline');
    refused(await control({ attrs }), 5305, 400);
    simulator.world.setDisabled(device, true);
    refused(await control({ attrs }), 5304, 400);
    simulator.executed.should.eql([]);
  });

  it('logs: 5002 for windows, sorts, limits and contexts; 5018 or 5024 for a published product', async () => {
    const now = Math.floor(clock.now() / 1000);
    for (const log of ['data', 'cmd', 'online']) {
      const get = (query: Record<string, string | number>): Promise<Reply> =>
        caller.get(`devices/${did()}/${log}`, query);
      (await get({ start_ts: now - 2 * DAY_S, end_ts: now })).status.should.equal(200);
      refused(await get({ start_ts: now - 2 * DAY_S - 1, end_ts: now }), 5002, 400);
      refused(await get({ start_ts: now - 3 * DAY_S }), 5002, 400);
      refused(await get({ start_ts: now, end_ts: now - 1 }), 5002, 400);
      refused(await get({ start_ts: '2026-01-01' }), 5002, 400);
      refused(await get({ sort: 'dese' }), 5002, 400);
      refused(await get({ limit: 0 }), 5002, 400);
      refused(await get({ limit: 101 }), 5002, 400);
      refused(await get({ context: 'nothing' }), 5002, 400);
      (await get({ limit: 100 })).status.should.equal(200);
    }
    const query = { start_ts: 0, end_ts: 1, attrs: 'room_temp', aggregator: 'avg', unit: 'DAYS' };
    for (const code of [5018, 5024] as const) {
      simulator.behaviour.published = code;
      refused(await caller.get(`devices/${did()}/data`), code, 403);
      refused(await caller.get(`devices/${did()}/agg_data`, query), code, 403);
      (await caller.get('devices/search')).status.should.equal(200);
    }
  });

  it('searches: 5002 for flags, types and limits, 5206 and 5201 for groups, 5017 for users', async () => {
    const foreign = simulator.world.groups.of(other.product.productKey)[0]!.gid;
    for (const search of [
      'devices/search',
      'users/search',
      'devices/locations',
      'devices/report/rt',
      'fault/report/events',
    ]) {
      refused(await caller.get(search, { gid: 'nothing' }), 5206, 404);
      refused(await caller.get(search, { gid: foreign }), 5201, 403);
    }
    refused(await caller.get('devices/search', { is_online: 'true' }), 5002, 400);
    refused(await caller.get('devices/search', { type: 'imei', val: 1 }), 5002, 400);
    refused(await caller.get('devices/search', { type: 'mac' }), 5002, 400);
    refused(await caller.get('devices/search', { limit: -1 }), 5002, 400);
    refused(await caller.get('devices/search', { limit: 1001 }), 5002, 400);
    refused(await caller.get('devices/search', { skip: 'x' }), 5002, 400);
    refused(await caller.get('users/search', { type: 'uid', val: 'nothing' }), 5017, 404);
    refused(await caller.get('users/search', { type: 'name', val: 'x' }), 5002, 400);
  });

  it('groups: 5002, 5201 to 5206', async () => {
    const [root, child] = simulator.world.groups.of(caller.product.productKey).map(({ gid }) => gid);
    const foreign = simulator.world.groups.of(other.product.productKey)[0]!.gid;
    const put = (gid: string, body: unknown): Promise<Reply> =>
      caller.send('PUT', caller.path(`device_groups/${gid}`), { body });
    refused(await caller.send('POST', caller.path('device_groups')), 5203, 400);
    refused(await caller.post('device_groups', {}), 5203, 400);
    refused(await caller.post('device_groups', { parent_gid: 'nothing' }), 5202, 404);
    refused(await caller.post('device_groups', { parent_gid: foreign }), 5201, 403);
    refused(await caller.get(`device_groups/${foreign}`), 5201, 403);
    refused(await caller.get('device_groups/nothing'), 5206, 404);
    refused(await caller.send('DELETE', caller.path(`device_groups/${root}`)), 5204, 400);
    const leaf = simulator.world.groups.of(caller.product.productKey).at(-1)!;
    leaf.macs.size.should.be.above(0);
    refused(await caller.send('DELETE', caller.path(`device_groups/${leaf.gid}`)), 5205, 400);
    refused(await put(child!, { action: 'move', macs: ['virtual:site'] }), 5002, 400);
    refused(await put(child!, { action: 'assign', macs: 'virtual:site' }), 5002, 400);
    refused(await put(child!, { action: 'assign', macs: [] }), 5002, 400);
    refused(await put(child!, { action: 'assign', macs: ['virtual:site'], reassign: 'yes' }), 5002, 400);
    refused(await put(child!, { action: 'assign', macs: Array.from({ length: 1001 }, String) }), 5002, 400);
    (
      await put(child!, { action: 'assign', macs: Array.from({ length: 1000 }, String) })
    ).body.failed.length.should.equal(1000);
  });

  it('bindings: 5002, 5016, 5017, 5303', async () => {
    const { users, bindings } = simulator.world.people;
    const user = users.find(({ uid }) => !bindings.some((binding) => binding.uid === uid))!;
    const body = { uid: user.uid, appid: user.appid, dids: [did()] };
    for (const method of ['POST', 'DELETE']) {
      const send = (change: object): Promise<Reply> =>
        caller.send(method, caller.path('devices/bindings'), { body: { ...body, ...change } });
      refused(await send({ dids: did() }), 5002, 400);
      refused(await send({ dids: [] }), 5002, 400);
      refused(await send({ uid: undefined }), 5002, 400);
      refused(await send({ appid: 'x' }), 5016, 404);
      refused(await send({ uid: 'x' }), 5017, 404);
    }
    refused(await caller.send('DELETE', caller.path('devices/bindings'), { body }), 5303, 400);
    const foreign = { ...body, dids: [devices(1)[0]!.did] };
    (await caller.post('devices/bindings', foreign)).body.should.eql({ failed: foreign.dids, success: [] });
  });

  it('reports: 5014 while the nightly ones are not made, 5002 for periods', async () => {
    const nightly = [
      'summary',
      'incr_devices',
      'active_devices',
      'devices/report/activation',
      'devices/report/liveness',
      'devices/report/liveness/history',
      'fault/report/devices',
      'alert/report/devices',
      'fault/report/events',
      'alert/report/events',
      'users/report/new',
    ];
    simulator.behaviour.reportsReady = false;
    for (const path of nightly) refused(await caller.get(path), 5014, 400);
    (await caller.get('devices/report/rt')).status.should.equal(200);
    (await caller.get('devices/locations')).status.should.equal(200);
    simulator.behaviour.reportsReady = true;
    for (const path of ['devices/report/liveness/history', 'users/report/new', 'devices/report/activation']) {
      const get = (query: Record<string, string>): Promise<Reply> => caller.get(path, query);
      refused(await get({ cycle: 'date', end: '2025-12-02' }), 5002, 400);
      refused(await get({ cycle: 'day', start: '2025-12-01', end: '2025-12-02' }), 5002, 400);
      refused(await get({ cycle: 'date', start: '2025-12', end: '2025-12' }), 5002, 400);
      refused(await get({ cycle: 'date', start: '2025-02-30', end: '2025-12-01' }), 5002, 400);
      refused(await get({ cycle: 'date', start: '2025-12-02', end: '2025-12-01' }), 5002, 400);
      refused(await get({ cycle: 'date', start: '2025-12-01', end: '2025-12-31' }), 5002, 400);
      refused(await get({ cycle: 'week', start: '2024-01', end: '2025-02' }), 5002, 400);
      refused(await get({ cycle: 'week', start: '2025-54', end: '2025-54' }), 5002, 400);
      refused(await get({ cycle: 'month', start: '2024-12', end: '2025-12' }), 5002, 400);
      (await get({ cycle: 'date', start: '2025-12-01', end: '2025-12-30' })).status.should.equal(200);
      (await get({ cycle: 'week', start: '2025-01', end: '2025-52' })).status.should.equal(200);
      (await get({ cycle: 'month', start: '2025-01', end: '2025-12' })).status.should.equal(200);
    }
    refused(await caller.get('incr_devices', { start: '2025/12/01' }), 5002, 400);
  });

  it('aggregates: 5002 and 5401', async () => {
    const now = clock.now();
    const good = { start_ts: now - DAY_S * 1000, end_ts: now, attrs: 'room_temp', aggregator: 'avg', unit: 'DAYS' };
    const get = (change: object): Promise<Reply> => caller.get(`devices/${did()}/agg_data`, { ...good, ...change });
    refused(await get({ start_ts: '' }), 5002, 400);
    refused(await get({ attrs: '' }), 5002, 400);
    refused(await get({ aggregator: 'median' }), 5002, 400);
    refused(await get({ unit: 'days' }), 5002, 400);
    refused(await get({ start_ts: now - 32 * DAY_S * 1000 }), 5002, 400);
    refused(await get({ attrs: 'room_temp,mode' }), 5401, 400);
    (await get({})).status.should.equal(200);
  });

  it('error bodies: codes as text or number, details under either name or none', async () => {
    const { behaviour } = simulator;
    const body = async (): Promise<unknown> => (await caller.get('devices', { mac: 'nothing' })).body;
    const error_message = 'device not exist';
    (await body())!.should.eql({ error_code: '5301', error_message, detail: '' });
    behaviour.errorCodeType = 'integer';
    behaviour.errorDetail = 'detail_message';
    (await body())!.should.eql({ error_code: 5301, error_message, detail_message: null });
    behaviour.errorDetail = 'absent';
    (await body())!.should.eql({ error_code: 5301, error_message });
  });

  it('every code of the table can be had as a fault, with the documents’ status', async () => {
    const statuses: Record<number, number> = {};
    for (const code of ERROR_CODES) {
      simulator.faults.add({ kind: 'error', code });
      const reply = await caller.get('datapoint');
      reply.body.error_code.should.equal(String(code));
      statuses[code] = reply.status;
    }
    ERROR_CODES.length.should.equal(56);
    const status = (wanted: number): number[] => ERROR_CODES.filter((code) => statuses[code] === wanted);
    status(403).should.eql([5013, 5018, 5023, 5024, 5201, 5302, 5404, 5503, 5701, 5702]);
    status(404).should.eql([5003, 5007, 5015, 5016, 5017, 5019, 5022, 5025, 5202, 5206, 5301, 5402, 5405, 5501]);
    status(500).should.eql([5406, 5407, 5409, 5601]);
  });
});
