// biome-ignore-all lint/style/noNonNullAssertion: an undefined value fails the test on the spot
import { createHash } from 'node:crypto';
import should from 'should';
import { createSimulator, type Simulator } from '../../../src/simulator';
import { ROUTES } from '../../../src/simulator/enterprise/routes';
import older from '../../fixtures/documents/enterprise-2017.json';
import newer from '../../fixtures/documents/enterprise-2021.json';
import { VirtualClock } from '../../support/virtual-clock';
import { Caller, type Reply } from './caller';

/** Where the two documents differ from each other or from themselves, and what was ruled; by path inside the body. */
const RULED: Readonly<Record<string, string>> = {
  'devices.search objects': 'an array, not an object',
  'devices.search objects.0.is_online': 'a boolean, not an integer',
  'devices.search objects.0.is_faulty': 'a boolean, not an integer',
  'devices.search objects.0.is_alert': 'a boolean, not an integer',
  'devices.search objects.0.longitude': 'a float, not a string',
  'devices.search objects.0.latitude': 'a float, not a string',
  'device.online objects.0.payload': 'an object, not a string',
  'device.data objects.0.attrs': 'the product’s own datapoints',
  'product.users objects.0.is_anomymous': 'is_anonymous',
  'product.users objects.0.is_owner': 'only when searched by did',
  'report.newUsers data.0.date': 'under the cycle’s name',
  'report.newUsers data.0.location': 'only the liveness history has places',
  'report.livenessHistory data.0.date': 'under the cycle’s name',
  'report.activated objects.0.device_sn': 'instead of the mac, for Bluetooth devices',
  'report.active objects.0.device_sn': 'instead of the mac, for Bluetooth devices',
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names of a tree's places vary; its reserved keys do not. */
const isTree = (path: string): boolean => /(^|\.)location$|userLocations/.test(path);

function compareTree(example: unknown, actual: unknown, path: string): void {
  // Any place stands for any other: compare with a place of the answer that is at least as deep.
  if (!isObject(example)) {
    (typeof actual).should.equal(typeof example, path);
    return;
  }
  isObject(actual).should.be.true(path);
  for (const [key, value] of Object.entries(example)) {
    const found = actual as Record<string, unknown>;
    if (key === 'count' || key === 'detail') {
      should(found[key]).not.be.undefined();
      (typeof found[key]).should.equal(typeof value, `${path}.${key}`);
      if (key === 'count' && isObject(value)) Object.keys(found[key] as object).length.should.be.above(0);
    } else {
      const place = Object.keys(found).find((name) => name !== 'count' && name !== 'detail');
      should(place).be.a.String();
      compareTree(value, found[place!], `${path}.${place}`);
    }
  }
}

function compare(operation: string, example: unknown, actual: unknown, path = ''): void {
  const where = `${operation} ${path}`;
  // The documents' null means that a value may be missing, and so does ours.
  if (where in RULED || example === null || actual === null) return;
  if (isTree(where)) {
    compareTree(example, actual, where);
    return;
  }
  if (Array.isArray(example)) {
    Array.isArray(actual).should.be.true(where);
    const list = actual as unknown[];
    // One edition fills both lists of a result at once.
    if (example.length === 0 || path === 'failed') return;
    list.length.should.be.above(0, where);
    compare(operation, example[0], list[0], `${path}.0`);
    return;
  }
  if (isObject(example)) {
    isObject(actual).should.be.true(where);
    for (const [key, value] of Object.entries(example)) {
      const inner = path ? `${path}.${key}` : key;
      if (`${operation} ${inner}` in RULED) continue;
      if (!(key in (actual as object))) throw new Error(`${operation}: ${inner} is missing`);
      compare(operation, value, (actual as Record<string, unknown>)[key], inner);
    }
    return;
  }
  (typeof actual).should.equal(typeof example, where);
}

describe('simulator: Enterprise API', () => {
  let clock: VirtualClock;
  let simulator: Simulator;
  let caller: Caller;

  before(async () => {
    clock = new VirtualClock();
    simulator = await createSimulator({ clock });
    caller = await new Caller(simulator).login();
  });
  after(() => simulator.close());

  const did = (index = 1): string => simulator.world.devicesOf(caller.product.productKey)[index]!.did;
  const root = (): string => simulator.world.groups.of(caller.product.productKey)[0]!.gid;

  /** One good call of each operation that the documents show an answer of. */
  const calls: Record<string, () => Promise<Reply>> = {
    'product.token': () => caller.post('access_token', caller.credentials),
    'product.datapoints': () => caller.get('datapoint'),
    'users.search': () => caller.enterprise('search', { product_key: caller.product.productKey }),
    'product.users': () => caller.get('users/search'),
    'device.did': () => caller.get('devices', { mac: 'virtual:site' }),
    'device.detail': () => caller.get('device_detail', { mac: 'virtual:site' }),
    'devices.search': () => caller.get('devices/search'),
    'device.online': () => caller.get(`devices/${did()}/online`),
    'device.commands': () => caller.get(`devices/${did()}/cmd`),
    'device.data': () => caller.get(`devices/${did()}/data`),
    'groups.list': () => caller.get('device_groups'),
    'groups.create': () => caller.post('device_groups', { parent_gid: root() }),
    'groups.members': () => caller.get(`device_groups/${root()}`),
    'groups.update': () =>
      caller.send('PUT', caller.path(`device_groups/${root()}`), {
        body: { action: 'assign', reassign: true, macs: ['virtual:site'] },
      }),
    'bindings.create': () => bind('POST'),
    'bindings.delete': () => bind('DELETE'),
    'report.locations': () => caller.get('devices/locations'),
    'report.summary': () => caller.get('summary'),
    'report.activated': () => caller.get('incr_devices'),
    'report.active': () => caller.get('active_devices'),
    'report.livenessHistory': () =>
      caller.get('devices/report/liveness/history', { cycle: 'month', start: '2025-12', end: '2025-12' }),
    'report.realtime': () => caller.get('devices/report/rt'),
    'report.faultDevices': () => caller.get('fault/report/devices'),
    'report.alertDevices': () => caller.get('alert/report/devices'),
    'report.faultEvents': () => caller.get('fault/report/events'),
    'report.alertEvents': () => caller.get('alert/report/events'),
    'report.newUsers': () => caller.get('users/report/new', { cycle: 'month', start: '2025-12', end: '2025-12' }),
    'report.activeUsers': () =>
      caller.enterprise('liveness_total', {
        product_secret: caller.product.productKey,
        start_date: '2025-12-13',
        end_date: '2025-12-14',
      }),
    'report.userLocations': () => caller.enterprise('location', { product_secret: caller.product.productKey }),
    'report.userTotal': () => caller.get('users/report/total'),
  };

  function bind(method: 'POST' | 'DELETE'): Promise<Reply> {
    const { uid, appid } = simulator.world.people.users.find((user) => user.appid === simulator.world.apps[0]!.appid)!;
    return caller.send(method, caller.path('devices/bindings'), { body: { uid, appid, dids: [did()] } });
  }

  for (const [edition, examples] of [
    ['newer', newer],
    ['older', older],
  ] as const) {
    for (const [operation, example] of Object.entries(examples)) {
      it(`${operation} answers as the ${edition} document's example`, async () => {
        const reply = await calls[operation]!();
        const created = operation === 'product.token' || operation === 'groups.create';
        reply.status.should.equal(created ? 201 : 200);
        reply.headers.get('content-type')!.should.startWith('application/json');
        if (operation === 'groups.list') Object.keys(reply.body)[0]!.should.match(/^[0-9a-f]{32}$/);
        else compare(operation, example, reply.body);
      });
    }
  }

  it('has all 37 operations, each under its id', () => {
    ROUTES.length.should.equal(37);
    new Set(ROUTES.map(({ operation }) => operation)).size.should.equal(37);
  });

  it('answers reports with uncertain paths under all of them', async () => {
    for (const [ruled, printed] of [
      ['summary', 'devices/summary'],
      ['devices/report/rt', 'devices/report/devices/report/rt'],
      ['alert/report/events', 'fault/alert/events'],
    ] as const) {
      const first = await caller.get(ruled);
      first.status.should.equal(200);
      (await caller.get(printed)).body.should.eql(first.body);
    }
  });

  it('prints datapoint definitions in the measured shape', async () => {
    for (const index of [0, 1, 2]) {
      const other = await new Caller(simulator, index).login();
      const { body } = await other.get('datapoint');
      body.packetVersion.should.equal('0x00000004');
      body.name.should.match(/[一-鿿]/);
      body.name_en.should.be.a.String();
      body.entities.length.should.equal(1);
      const { attrs } = body.entities[0];
      attrs.map(({ id }: { id: number }) => id).should.eql(attrs.map((_: unknown, at: number) => at));
      for (const attr of attrs) {
        ('enum' in attr).should.equal(attr.data_type === 'enum');
        ('uint_spec' in attr).should.equal(attr.data_type.startsWith('uint'));
        attr.position.unit.should.equal(/bool|enum/.test(attr.data_type) ? 'bit' : 'byte');
        if (body.protocolType === 'var_len') [attr.position.byte_offset, attr.position.bit_offset].should.eql([0, 0]);
      }
      const shown = attrs.filter(({ type }: { type: string }) => type.startsWith('status'));
      body.ui.sections[0].elements.length.should.equal(shown.length);
    }
  });

  it('searches devices by every filter', async () => {
    const { world } = simulator;
    const devices = world.devicesOf(caller.product.productKey);
    const total = async (query: Record<string, string | number>): Promise<number> =>
      (await caller.get('devices/search', { limit: 1, ...query })).body.meta.total;
    const count = (wanted: (device: (typeof devices)[number]) => boolean): number =>
      devices.filter((device) => !device.disabled && wanted(device)).length;
    (await total({})).should.equal(count(() => true));
    (await total({ show_disabled: 1 })).should.equal(devices.length);
    (await total({ is_online: 1 })).should.equal(count((device) => world.status(device).online));
    (await total({ is_online: 0 })).should.equal(count((device) => !world.status(device).online));
    (await total({ is_faulty: 1 })).should.equal(count((device) => world.status(device).faulty));
    (await total({ is_alert: 1 })).should.equal(count((device) => world.status(device).alert));
    const shanghai = count(({ place }) => place?.city === 'Shanghai');
    (await total({ country: 'China', region: 'Shanghai', city: 'Shanghai' })).should.equal(shanghai);
    (await total({ city: '上海' })).should.equal(0);
    (await total({ type: 'did', val: did(4) })).should.equal(1);
    (await total({ type: 'mac', val: devices[4]!.mac })).should.equal(1);
    (await total({ type: 'mac', val: devices[4]!.mac.toUpperCase() })).should.equal(0);
    const { uid } = world.people.held().find((binding) => devices.some((device) => device.did === binding.did))!;
    (await total({ type: 'uid', val: uid })).should.be.above(0);
    const macs = world.groups.macsBelow(root());
    (await total({ gid: root() })).should.equal(count(({ mac }) => macs.has(mac)));
    const recent = Math.floor(world.now() / 1000) - 3600;
    const live = count((device) => (world.lastReportAt(device) ?? 0) >= recent * 1000);
    (await total({ liveness_start: recent })).should.equal(live);
  });

  it('searches users: registered ones by profile, bound ones by user and by device', async () => {
    const { world } = simulator;
    const { productKey } = caller.product;
    const named = world.people.users.find(({ username, appid }) => username && appid === world.apps[0]!.appid)!;
    const found = await caller.enterprise('search', { product_key: productKey, username: named.username! });
    found.body.objects.map(({ uid }: { uid: string }) => uid).should.eql([named.uid]);
    found.body.objects[0].updated_at.should.be.a.Number();
    const linked = world.people.users.filter(({ appid }) => appid === world.apps[0]!.appid).length;
    (await caller.enterprise('search', { product_secret: productKey })).body.meta.total.should.equal(linked);

    const own = world.devicesOf(productKey);
    const binding = world.people.held().find(({ did: bound }) => own.some((device) => device.did === bound))!;
    const device = world.device(binding.did)!;
    const byDid = await caller.get('users/search', { type: 'did', val: device.did });
    byDid.body.objects[0].is_owner.should.be.a.Boolean();
    const byMac = await caller.get('users/search', { type: 'mac', val: device.mac });
    byMac.body.objects.map(({ uid }: { uid: string }) => uid).should.containEql(binding.uid);
    should(byMac.body.objects[0].is_owner).be.undefined();
    (await caller.get('users/search', { type: 'uid', val: binding.uid })).body.meta.total.should.equal(1);
    const uids = new Set(
      world.people
        .held()
        .filter(({ did: bound }) => own.some((one) => one.did === bound))
        .map(({ uid }) => uid),
    );
    (await caller.get('users/search')).body.meta.total.should.equal(uids.size);
  });

  it('keeps groups: one tree, members by mac, moves only when told', async () => {
    const other = await new Caller(simulator, 1).login();
    const put = (gid: string, body: object): Promise<Reply> =>
      other.send('PUT', other.path(`device_groups/${gid}`), { body });
    const tree = (await other.get('device_groups')).body;
    const [top] = Object.keys(tree);
    Object.values(tree[top!]).should.containEql('');
    Object.values(tree[top!])
      .some((node) => typeof node === 'object')
      .should.be.true();
    const { gid } = (await other.post('device_groups', { parent_gid: top })).body;
    gid.should.match(/^[0-9a-f]{32}$/);
    (await other.get('device_groups')).body[top!][gid].should.equal('');
    const taken = [...simulator.world.groups.get(top!)!.macs][0]!;
    const free = simulator.world
      .devicesOf(other.product.productKey)
      .find(({ mac, product }) => !simulator.world.groups.holding(product.productKey, mac))!.mac;
    const first = await put(gid, { action: 'assign', reassign: false, macs: [taken, free, 'nothing'] });
    first.body.should.eql({ failed: [taken, 'nothing'], success: [free] });
    (await put(gid, { action: 'assign', reassign: true, macs: [taken] })).body.success.should.eql([taken]);
    (await other.get(`device_groups/${gid}`)).body.macs.sort().should.eql([taken, free].sort());
    simulator.world.groups.get(top!)!.macs.has(taken).should.be.false();
    const out = await put(gid, { action: 'unassign', macs: [taken, free, taken] });
    out.body.should.eql({ failed: [taken], success: [taken, free] });
    (await other.send('DELETE', other.path(`device_groups/${gid}`))).status.should.equal(200);
    Object.keys((await other.get('device_groups')).body[top!]).should.not.containEql(gid);
  });

  it('binds and unbinds', async () => {
    const { world } = simulator;
    const user = world.people.users.find(
      ({ appid, uid }) => appid === world.apps[0]!.appid && !world.people.current(uid, did(8)),
    )!;
    const body = { uid: user.uid, appid: user.appid, dids: [did(8), 'nothing'] };
    const bound = await caller.post('devices/bindings', body);
    bound.body.should.eql({ failed: ['nothing'], success: [did(8)] });
    should(world.people.current(user.uid, did(8))).not.be.undefined();
    const unbound = await caller.send('DELETE', caller.path('devices/bindings'), { body });
    unbound.body.should.eql({ failed: ['nothing'], success: [did(8)] });
    should(world.people.current(user.uid, did(8))).be.undefined();
  });

  it('controls: the device, its log and its data change; what was not done is not in the log of what was', async () => {
    const device = simulator.world.device(did(5))!;
    simulator.world.setPresence(device, 'online');
    const before = simulator.executed.length;
    const done = await caller.post(`devices/${device.did}/control`, { attrs: { set_temp: 29, switch: true } });
    done.status.should.equal(200);
    done.body.should.eql({});
    await caller.post(`devices/${device.did}/control`, { attrs: { set_temp: 31 } });
    simulator.executed.length.should.equal(before + 1);
    simulator.executed.at(-1)!.attrs!.should.eql({ set_temp: 29, switch: 1 });
    await clock.advance(1000);
    const data = await caller.get(`devices/${device.did}/data`, { limit: 1 });
    data.body.objects[0].attrs.set_temp.should.equal(29);
    const log = await caller.get(`devices/${device.did}/cmd`, { limit: 2 });
    log.body.objects.map(({ type }: { type: string }) => type).should.eql(['dev2app', 'app2dev']);
    const raw = await caller.post(`devices/${device.did}/control`, {
      raw: '0101000000 12'.replace(' ', ''),
      binary_coding: 'hex',
    });
    raw.body.should.eql({});
    simulator.executed.at(-1)!.raw!.should.equal('010100000012');
    const bytes = await caller.post(`devices/${device.did}/control`, { raw: [97, 98, 99] });
    bytes.body.should.eql({});
    simulator.executed.at(-1)!.raw!.should.equal('616263');
  });

  it('does not mind the content type or two spaces before the token', async () => {
    const reply = await caller.send('GET', caller.path('datapoint'), {
      headers: { authorization: `token  ${caller.token}`, 'content-type': 'application/x-www-form-urlencoded' },
    });
    reply.status.should.equal(200);
  });

  it('tells positions of devices to who signs for the product', async () => {
    const { productKey, productSecret } = caller.product;
    const timestamp = String(Math.floor(clock.now() / 1000));
    const signature = createHash('md5')
      .update(productSecret + timestamp)
      .digest('hex');
    const query = { product_key: productKey, dids: `${did(1)},${did(2)},nothing` };
    const send = (headers: Record<string, string>): Promise<Reply> =>
      caller.send('GET', '/dataapi/location/bs/dids/v1', { query, headers });
    const headers = { 'X-Gizwits-ProductKey': productKey, 'X-Gizwits-Timestamp': timestamp };
    const reply = await send({ ...headers, 'X-Gizwits-Signature': signature });
    reply.body.map((fix: { did: string }) => fix.did).should.eql([did(1), did(2)]);
    reply.body[0].longitude.should.be.a.Number();
    (await send({ ...headers, 'X-Gizwits-Signature': 'f'.repeat(32) })).body.error_code.should.equal('5005');
  });

  it('knows no other paths, methods or HEAD', async () => {
    (await caller.get('nothing')).status.should.equal(404);
    (await caller.send('GET', '/elsewhere')).status.should.equal(404);
    (await caller.send('GET', '/v1/products/%E0%A4%A/datapoint')).status.should.equal(404);
    (await caller.send('HEAD', caller.path('datapoint'))).status.should.equal(404);
    const wrong = await caller.send('DELETE', caller.path('datapoint'));
    wrong.status.should.equal(405);
    wrong.headers.get('allow')!.should.equal('GET');
  });

  it('answers below a path prefix, whose next pages do not know it', async () => {
    const gateway = await createSimulator({ clock, basePath: '/gizwits/cn' });
    try {
      const behind = await new Caller(gateway).login();
      const page = await behind.get('devices/search', { limit: 10 });
      page.body.meta.next.should.startWith('/v1/products/');
      (await fetch(`${gateway.url}/v1/products/x/datapoint`)).status.should.equal(404);
    } finally {
      await gateway.close();
    }
  });

  it('refuses a body beyond a megabyte and stays alive', async () => {
    const reply = await caller.post(`devices/${did()}/control`, 'x'.repeat(3_000_000));
    reply.status.should.equal(413);
    (await caller.get('datapoint')).status.should.equal(200);
  });

  it('writes requests down without secrets', async () => {
    await caller.post('access_token', caller.credentials);
    await calls['report.activeUsers']!();
    const text = JSON.stringify(simulator.requests);
    for (const secret of [simulator.enterprise.secret, caller.product.productSecret, caller.token]) {
      text.should.not.containEql(secret);
    }
    const [login, users] = simulator.requests.slice(-2);
    login!.operation!.should.equal('product.token');
    login!.status!.should.equal(201);
    (login!.body as Record<string, string>).enterprise_secret!.should.equal('***');
    users!.path.should.containEql(caller.product.productKey);
    users!.headers['x-gizwits-enterprise-secret']!.should.equal('***');
  });
});
