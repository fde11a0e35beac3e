import { createDecipheriv, createHash } from 'node:crypto';
import should from 'should';
import { createSimulator, type Simulator } from '../../../src/simulator';
import { SUBSCRIPTIONS } from '../../../src/simulator/snoti/login';
import { SnotiClient, until } from './snoti-client';

/** The push service over the living world, as a client sees it. */
describe('simulated SNoti over the world', () => {
  let simulator: Simulator;
  let client: SnotiClient;

  beforeEach(async () => {
    simulator = await createSimulator();
    const [{ productKey, authId, authSecret }] = simulator.products;
    client = await SnotiClient.connect(simulator.snoti.port, simulator.snoti.ca, simulator.snoti.host);
    const events = [...SUBSCRIPTIONS];
    client.acknowledges = true;
    client.send({
      cmd: 'login_req',
      data: [{ product_key: productKey, auth_id: authId, auth_secret: authSecret, subkey: 'test', events }],
    });
    should((await client.wait('login_res')).data).eql({ result: true, msg: 'ok' });
  });

  afterEach(async () => {
    client.end();
    await simulator.close();
  });

  /** Devices of the first product that are online. */
  const online = () =>
    simulator.world.devicesOf(simulator.products[0].productKey).filter((one) => simulator.world.isOnline(one));

  const of = (type: string, did?: string) =>
    client.pushes.filter((frame) => frame.event_type === type && (did === undefined || frame.did === did));

  async function one(type: string, did?: string): Promise<Record<string, unknown>> {
    await until(() => of(type, did).length > 0, type);
    return of(type, did)[0];
  }

  it('a command leads to a report of the new state, and is carried out once', async () => {
    const { world } = simulator;
    const [device] = online();
    const target = { did: device.did, mac: device.mac, product_key: device.product.productKey };
    const before = world.attrsAt(device, world.lastReportAt(device) ?? 0);
    const wanted = before.switch === 1 ? 0 : 1;
    client.send({
      cmd: 'remote_control_v2_req',
      msg_id: 'x',
      data: [{ cmd: 'write_attrs', data: { ...target, attrs: { switch: wanted, set_temp: 21 } } }],
    });
    should((await client.wait('remote_control_v2_res')).result).eql({ succeed: [{ did: device.did }], failed: [] });
    const report = await one('device_status_kv', device.did);
    should(report.data).containEql({ switch: wanted, set_temp: 21 });
    should([report.mac, report.group_id]).eql([device.mac, null]);
    simulator.executed.map(({ did, source }) => [did, source]).should.eql([[device.did, 'noti']]);
    of('app2dev_kv', device.did).should.eql([]);
  });

  it('refuses as the cloud does: offline, unknown, wrong mac, values that do not fit', async () => {
    const { world } = simulator;
    const [device, other] = online();
    world.setPresence(other, 'offline');
    const entry = (more: Record<string, unknown>, attrs: Record<string, unknown> = { switch: 1 }) => ({
      cmd: 'write_attrs',
      data: { did: device.did, mac: device.mac, product_key: device.product.productKey, attrs, ...more },
    });
    client.send({
      cmd: 'remote_control_v2_req',
      data: [
        entry({ did: other.did, mac: other.mac }),
        entry({ did: 'nobody' }),
        entry({ mac: 'another' }),
        entry({}, { set_temp: 99 }),
        entry({}, { nothing: 1 }),
      ],
    });
    const { failed, succeed } = (await client.wait('remote_control_v2_res')).result as {
      failed: { did: string; reason: string }[];
      succeed: unknown[];
    };
    succeed.should.eql([]);
    failed
      .map(({ reason }) => reason)
      .should.eql([
        'Did is offline',
        'Did is not found',
        'Mac does not match did',
        'attr set_temp is out of range',
        'attr nothing does not exist',
      ]);
    simulator.executed.should.eql([]);
  });

  it('tells what happens to devices, each in its documented form', async () => {
    const { world } = simulator;
    const { productKey } = simulator.products[0];
    const [device, child] = online();
    const [fault] = device.product.datapoints.filter(({ access }) => access === 'fault');
    world.setIncident(device, fault.name, true).should.be.true();
    const raised = await one('attr_fault', device.did);
    should(raised.data).eql({ attr_name: fault.name, attr_displayname: fault.displayName, value: 1 });
    world.setIncident(device, fault.name, false).should.be.true();
    await until(() => of('attr_fault', device.did).length === 2, 'the recovery');
    const recovered = of('attr_fault', device.did)[1];
    should([recovered.event_id, (recovered.data as { value: number }).value]).eql([raised.event_id, 0]);

    world.setPresence(device, 'offline');
    should(Object.keys(await one('device_offline', device.did)).sort()).eql(
      ['cmd', 'created_at', 'delivery_id', 'did', 'event_type', 'group_id', 'mac', 'msg_id', 'product_key'].sort(),
    );
    world.setPresence(device, 'online');
    const back = await one('device_online', device.did);
    should(back.ip).match(/^203\.0\.113\.\d+$/);
    for (const name of ['country', 'region', 'city']) should(back[name]).be.a.String();

    world.setSubDevice(device, child, true);
    const added = await one('sub_device_added');
    should([added.child_did, added.child_mac, added.child_product_key]).eql([child.did, child.mac, productKey]);
    const key = createHash('md5').update(device.passcode).digest();
    const cipher = createDecipheriv('aes-128-ecb', key, null);
    const sealed = Buffer.from(String(added.child_passcode), 'base64');
    Buffer.concat([cipher.update(sealed), cipher.final()])
      .toString()
      .should.equal(child.passcode);
    world.setSubDevice(device, child, false);
    should('child_passcode' in (await one('sub_device_deleted'))).be.false();

    world.offerFile(device, 'https://example.test/file');
    should((await one('device_file_download')).download_url).equal('https://example.test/file');
    world.reset(device);
    await one('device_reset', device.did);
    world.changeDatapoints(productKey);
    should('did' in (await one('datapoints_changed'))).be.false();
    const [app] = world.apps.filter(({ products }) => products.includes(productKey));
    const [user] = world.people.users.filter(
      ({ uid, appid }) => appid === app.appid && !world.people.current(uid, device.did),
    );
    world.bind(user, app.appid, device).should.be.true();
    should((await one('device_bind', device.did)).app_id).equal(app.appid);
    world.unbind(user, app.appid, device);
    await until(() => of('device_unbind', device.did).some((frame) => frame.uid === user.uid), 'the unbinding');
  });

  it('tells commands of others, and answers of devices to transparent commands', async () => {
    const { world } = simulator;
    const [device] = online();
    world.control(device, { attrs: { switch: 1 } }, { source: 'open_api', appid: 'a', uid: 'u' });
    const sent = await one('app2dev_kv', device.did);
    should([sent.source, sent.appid, sent.uid, 'enterprise_id' in sent, sent.data]).eql([
      'open_api',
      'a',
      'u',
      false,
      { switch: 1 },
    ]);
    world.control(device, { raw: [5, 1, 2] }, { source: 'enterprise_api', enterpriseId: 'e' });
    const raw = await one('app2dev_raw', device.did);
    should([raw.enterprise_id, 'appid' in raw, typeof raw.data]).eql(['e', false, 'string']);
    const up = await one('device_status_raw', device.did);
    const { raw: frame } = up.data as { raw: string };
    Buffer.from(frame, 'base64').toString('hex').should.equal('0000000306000091060102');
    simulator.snoti.server.behaviour.rawShape = 'text';
    world.control(device, { raw: [5, 1, 3] }, { source: 'enterprise_api', enterpriseId: 'e' });
    await until(() => of('device_status_raw', device.did).length === 2, 'the second answer');
    should(of('device_status_raw', device.did)[1].data).be.a.String();
  });

  it('counts every acknowledgement as right', async () => {
    simulator.world.changeDatapoints(simulator.products[0].productKey);
    await one('datapoints_changed');
    const { audit } = simulator.snoti.server;
    await until(() => audit.counts.ok === audit.pushes, 'the acknowledgements');
    should([audit.counts.double, audit.counts.unknown, audit.counts.malformed]).eql([0, 0, 0]);
  });
});
