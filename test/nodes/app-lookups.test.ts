import helper from 'node-red-node-test-helper';
import should from 'should';
import app from '../../nodes/gizwits-app';
import { closeAccounts } from '../../nodes/shared/open-account';
import { closeApps } from '../../nodes/shared/open-app';
import { createSimulator, type Simulator } from '../../src/simulator';
import { startRuntime, stopRuntime } from '../support/flows';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at as JSON
type Json = any;

describe("what dialogs look up of an app's user", function () {
  this.timeout(20_000);
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await createSimulator();
    await startRuntime();
  });
  afterEach(async () => {
    await stopRuntime();
    await closeApps();
    await closeAccounts();
    await simulator.close();
  });

  const deployed = (): object => ({ region: 'custom', baseUrl: simulator.app.baseUrl, login: 'password' });
  const load = async (): Promise<void> => {
    const { appId, appSecret, username, password } = simulator.app;
    const secrets = { app: { appId, appSecret, username, password } };
    await helper.load(app as never, [{ id: 'app', type: 'gizwits-app', ...deployed() }], secrets);
  };
  const post = async (body: object): Promise<Json> =>
    (
      await helper
        .request()
        .post('/gizwits-app/devices')
        .send({ app: 'app', ...body })
    ).body;
  const draft = (fields: object, credentials: object = {}): object => ({
    nodes: [{ id: 'app', type: 'gizwits-app', fields, credentials }],
  });

  it('gives the devices that the user has bound, and searches in them', async () => {
    await load();
    const { devices, total } = (await post({})).answer;
    should(devices.length).be.above(1);
    should(total).equal(devices.length);
    const [first] = devices;
    should(Object.keys(first).sort()).eql(['alias', 'did', 'mac', 'online', 'product']);
    should((await post({ text: first.mac.toUpperCase() })).answer.devices.map(({ did }: Json) => did)).eql([first.did]);
    should((await post({ text: first.product })).answer.total).be.above(0);
    should((await post({ text: 'nothing like it' })).answer).eql({ devices: [], total: 0 });
    const online = (await post({ online: true })).answer.devices;
    should(online.every((one: Json) => one.online)).be.true();
    should(simulator.requests.filter(({ path }) => path.startsWith('/app/bindings')).length).equal(1);
  });

  it('looks at the simulated cloud before anything is deployed', async () => {
    await helper.load(app as never, []);
    const { answer } = await post(draft({ region: 'simulator', login: 'password' }));
    should(answer.devices.length).be.above(1);
  });

  it('sends a saved password to no other address than the deployed one', async () => {
    const other = await createSimulator();
    try {
      await load();
      const { error } = await post(draft({ ...deployed(), baseUrl: other.app.baseUrl }));
      should(error.text.textKey).equal('errors.config.retype');
      should(other.requests).eql([]);
    } finally {
      await other.close();
    }
  });
});
