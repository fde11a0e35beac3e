import type { NodeAPI } from 'node-red';
import should from 'should';
import app from '../../nodes/gizwits-app';
import appApi from '../../nodes/gizwits-app-api';
import { closeAccounts } from '../../nodes/shared/open-account';
import { closeApps } from '../../nodes/shared/open-app';
import { createSimulator, type Simulator } from '../../src/simulator';
import { type Bench, loadBench, startRuntime, stopRuntime } from '../support/flows';

const sets = (RED: NodeAPI): void => {
  app(RED);
  appApi(RED);
};

describe('gizwits-app-api', () => {
  let simulator: Simulator;
  let did: string;

  before(async () => {
    simulator = await createSimulator();
    const { uid } = simulator.app;
    const mine = simulator.world.people.held().filter((binding) => binding.uid === uid);
    const devices = mine.map((binding) => simulator.world.device(binding.did));
    did = devices.find((device) => device && simulator.world.isOnline(device))?.did as string;
  });
  after(() => simulator.close());
  beforeEach(startRuntime);
  afterEach(async () => {
    await stopRuntime();
    await closeApps();
    await closeAccounts();
    simulator.faults.clear();
  });

  const load = (
    fields: Record<string, unknown>,
    settings: Record<string, unknown> = {},
    credentials: Record<string, string> = {},
  ): Promise<Bench> => {
    const { baseUrl, appId, username, password, appSecret } = simulator.app;
    return loadBench(
      sets,
      { type: 'gizwits-app-api', app: 'app', ...fields },
      [{ id: 'app', type: 'gizwits-app', region: 'custom', baseUrl, ...settings }],
      { app: { appId, username, password, appSecret, ...credentials } },
    );
  };
  const again = async (): Promise<void> => {
    await stopRuntime();
    await startRuntime();
  };

  it('makes a call with the parameters of the message and gives the body on', async () => {
    const bench = await load({ operation: 'get_app_devdata_did_latest' });
    const { messages } = await bench.run({ payload: { did }, topic: 'kept' });
    messages.length.should.equal(1);
    const [message] = messages;
    message?.payload.did.should.equal(did);
    message?.payload.attr.should.be.an.Object();
    message?.should.containEql({ did, topic: 'kept' });
    message?.gizwits.should.containEql({ operation: 'get_app_devdata_did_latest', did, statusCode: 200 });
  });

  it('takes the form instead of the message when there is one', async () => {
    const rows = [
      { name: 'did', value: 'device.id', valueType: 'msg' },
      { name: 'type', value: 'online', valueType: 'str' },
      { name: 'start_time', value: 'from', valueType: 'msg' },
      { name: 'end_time', value: 'to', valueType: 'msg' },
      { name: 'limit', value: '', valueType: 'msg' },
      { name: 'sort', value: '', valueType: 'str' },
    ];
    const bench = await load({ operation: 'get_app_devices_did_raw_data', rows });
    const now = Math.floor(Date.now() / 1000);
    const { messages, error } = await bench.run({ payload: 17, device: { id: did }, from: now - 86_400, to: now - 10 });
    should(error).equal(undefined);
    messages[0]?.payload.should.be.an.Array();
    const sent = simulator.requests.at(-1)?.path ?? '';
    sent.should.startWith(`/app/devices/${did}/raw_data?type=online`);
    sent.should.match(/limit=1000$/).and.not.match(/sort/);
  });

  it('gives lists in the three ways', async () => {
    const whole = await (await load({ operation: 'get_app_bindings' })).run({ payload: 1 });
    whole.messages.length.should.equal(1);
    const dids = whole.messages[0]?.payload.map((device: { did: string }) => device.did);
    dids.should.containEql(did);
    await again();
    const each = await (await load({ operation: 'get_app_bindings', output: 'each' })).run({ payload: '' });
    each.messages.map((message) => message.did).should.eql(dids);
    each.messages.at(-1)?.complete.should.be.true();
    each.messages.at(-1)?.parts.count.should.equal(dids.length);
    await again();
    const page = await (await load({ operation: 'get_app_bindings', output: 'page' })).run({ payload: { limit: 2 } });
    page.messages.map((message) => message.payload.length).should.eql([2]);
  });

  it('starts an operation without parameters by any message', async () => {
    const bench = await load({ operation: 'get_app_users' });
    const { messages } = await bench.run({ payload: 'whatever' });
    messages[0]?.uid.should.equal(simulator.app.uid);
  });

  it('refuses before sending, and names what is wrong', async () => {
    const now = Math.floor(Date.now() / 1000);
    const wrong: [string, unknown, RegExp][] = [
      ['get_app_nothing', {}, /get_app_nothing/],
      ['get_app_devdata_did_latest', {}, /did/],
      ['get_app_devdata_did_latest', 'text', /params/],
      ['get_app_devdata_did_latest', { did: '../x' }, /did/],
      ['get_app_devdata_did_latest', { did, colour: 1 }, /colour/],
      ['get_app_messages', { type: 2 }, /type/],
      ['post_app_sharing', { did, type: 0, uid: 'x', duration: 1441 }, /duration/],
      ['get_app_devices_did_raw_data', { did, type: 'cmd', start_time: now - 172_800, end_time: now }, /start_time/],
      ['post_app_bind_mac', { product_key: 'x', mac: 'y' }, /productSecret/],
    ];
    for (const [operation, payload, names] of wrong) {
      const bench = await load({ operation });
      const before = simulator.requests.length;
      const { messages, error } = await bench.run({ payload });
      messages.length.should.equal(0);
      should(error?.error.code).match(/^GIZ_(BAD_INPUT|CONFIG)$/, operation);
      should(error?.error.message).match(names);
      simulator.requests.length.should.equal(before);
      await again();
    }
  });

  it('tells the errors of the cloud in plain words, without a secret', async () => {
    const bench = await load({ operation: 'get_app_users' }, {}, { password: 'Secret-password-1' });
    const { error } = await bench.run({ payload: '' });
    should(error?.error.code).equal('GIZ_9020');
    error?.gizwits.error.should.containEql({ code: 'GIZ_9020', vendorCode: 9020, outcome: 'refused' });
    JSON.stringify(error).should.not.containEql('Secret-password-1');
  });

  it('says which region is configured when a token is not known there', async () => {
    const bench = await load({ operation: 'get_app_users' }, { login: 'token' }, { token: 'f'.repeat(32) });
    const { error } = await bench.run({ payload: '' });
    should(error?.error.code).equal('GIZ_9004');
    error?.error.message.should.containEql(new URL(simulator.app.baseUrl).host).and.match(/one region/);
  });

  it('says what is missing in the configuration', async () => {
    for (const [settings, missing] of [
      [{ login: 'password' }, 'username'],
      [{ login: 'anonymous' }, 'phoneId'],
      [{ login: 'token' }, 'token'],
      [{ region: 'mars' }, 'region'],
    ] as const) {
      const bench = await load({ operation: 'get_app_users' }, settings, { username: '' });
      const { error } = await bench.run({ payload: '' });
      should(error?.error.code).equal('GIZ_CONFIG');
      error?.error.message.should.containEql(missing);
      await again();
    }
    const bench = await load({ operation: 'get_app_users', app: 'nobody' });
    should((await bench.run({ payload: '' })).error?.error.code).equal('GIZ_CONFIG');
  });

  it('works on the simulated cloud without credentials, named or anonymous', async () => {
    const named = await load({ operation: 'get_app_bindings' }, { region: 'simulator' });
    (await named.run({ payload: '' })).messages[0]?.payload.length.should.be.above(0);
    await again();
    const nobody = await load({ operation: 'get_app_users' }, { region: 'simulator', login: 'anonymous' });
    (await nobody.run({ payload: '' })).messages[0]?.payload.is_anonymous.should.be.true();
  });

  it('ends a command that may have been carried out as unknown, and does not repeat it', async () => {
    simulator.faults.add({ kind: 'resetAfterRequest', match: { operation: 'post_app_control_did' }, times: 'forever' });
    const bench = await load({ operation: 'post_app_control_did' });
    const writable = simulator.world.device(did)?.product.datapoints.find(({ dataType }) => dataType === 'bool');
    const before = simulator.executed.length;
    const { error } = await bench.run({ payload: { did, attrs: { [writable?.name as string]: true } } });
    should(error?.error.code).equal('GIZ_OUTCOME_UNKNOWN');
    simulator.executed.length.should.equal(before + 1);
  });
});
