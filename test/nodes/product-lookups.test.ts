import helper from 'node-red-node-test-helper';
import should from 'should';
import enterprise from '../../nodes/gizwits-enterprise';
import product from '../../nodes/gizwits-product';
import { closeAccounts } from '../../nodes/shared/open-account';
import { createSimulator, type Simulator } from '../../src/simulator';
import { configNodes, credentials, type FlowNode, startRuntime, stopRuntime } from '../support/flows';

const MAC = 'fd06c330fc77';
const DID = 'Mavn3NpqLZ32XDEjWYb83h';

/** Config nodes that nobody has deployed, on the simulated cloud inside Node-RED. */
const drafts = [
  { id: 'new', type: 'gizwits-product', fields: { enterprise: 'cloud', productKey: '' }, credentials: {} },
  { id: 'cloud', type: 'gizwits-enterprise', fields: { region: 'simulator' }, credentials: {} },
];

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at as JSON
type Json = any;

describe('what dialogs look up of a product', function () {
  this.timeout(20_000);
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await createSimulator();
    await startRuntime();
  });
  afterEach(async () => {
    await stopRuntime();
    await closeAccounts();
    await simulator.close();
  });

  const load = (flow: FlowNode[] = configNodes(simulator), secrets: object = credentials(simulator)): Promise<void> =>
    helper.load([enterprise, product] as never, flow as never, secrets as never) as unknown as Promise<void>;

  async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Json> {
    const request = helper.request().post(`/gizwits-product/${path}`);
    for (const [name, value] of Object.entries(headers)) request.set(name, value);
    const { status, body: said } = await request.send(body);
    return { status, ...(said as object) };
  }

  async function answer(path: string, body: object): Promise<Json> {
    const said = await post(path, body);
    should(said.error).be.undefined();
    return said.answer;
  }

  const draftsWith = (fields: object, typed: object = {}): object[] => [
    { id: 'enterprise', type: 'gizwits-enterprise', fields, credentials: typed },
  ];
  const deployed = (): object => ({ region: 'custom', baseUrl: simulator.enterprise.baseUrl });

  it('gives the datapoints, devices and groups of a deployed product', async () => {
    await load();
    const schema = await answer('datapoints', { product: 'product' });
    should(schema.datapoints.find(({ name }: Json) => name === 'set_temp')).containEql({ min: 16, max: 30, step: 1 });
    const { devices, total } = await answer('devices', { product: 'product' });
    should(devices.length).equal(50);
    should(total).be.above(100);
    should(Object.keys(devices[0]).sort()).eql(['did', 'mac', 'online', 'place']);
    const { groups } = await answer('groups', { product: 'product' });
    should(groups.map(({ parent }: Json) => parent === null)).eql([true, false, false, false]);
  });

  it('finds devices by mac, did, place, group and whether they are online', async () => {
    await load();
    const find = async (query: object): Promise<Json[]> =>
      (await answer('devices', { product: 'product', ...query })).devices;
    should((await find({ text: MAC })).map(({ did }) => did)).eql([DID]);
    should((await find({ text: DID })).map(({ mac }) => mac)).eql([MAC]);
    should((await find({ text: 'virtual:site' })).length).equal(1);
    for (const text of ['guangzhou', 'Guangdong', 'china']) {
      const found = await find({ text });
      should(found.length).be.above(3);
      for (const { place } of found) should(place.toLowerCase()).containEql(text.toLowerCase());
    }
    should(await find({ text: 'Atlantis' })).eql([]);
    for (const online of [true, false])
      should((await find({ online })).every((one) => one.online === online)).be.true();
    const { groups } = await answer('groups', { product: 'product' });
    const inRoot = await answer('devices', { product: 'product', gid: groups[0].gid });
    const inLeaf = await answer('devices', { product: 'product', gid: groups.at(-1).gid });
    should(inLeaf.total).be.within(1, inRoot.total - 1);
  });

  it('looks at the simulated cloud before anything is deployed', async () => {
    await load([], {});
    const schema = await answer('datapoints', { product: 'new', nodes: drafts });
    should(schema.name).equal('智能空调');
    should((await answer('devices', { product: 'new', nodes: drafts })).devices.length).equal(50);
    should((await answer('groups', { product: 'new', nodes: drafts })).groups.length).equal(4);
  });

  it('asks the cloud once for what several dialogs show, and again when told to', async () => {
    await load();
    const calls = (part: string): number => simulator.requests.filter(({ path }) => path.includes(part)).length;
    const question = { product: 'product', text: MAC };
    await Promise.all([answer('devices', question), answer('devices', question)]);
    await answer('devices', question);
    should(calls('devices/search')).equal(1);
    await answer('devices', { ...question, refresh: true });
    should(calls('devices/search')).equal(2);
    await answer('datapoints', { product: 'product' });
    await answer('datapoints', { product: 'product' });
    should(calls('/datapoint')).equal(1);
  });

  it('uses the account that is deployed while the dialog holds the same', async () => {
    await load();
    await answer('datapoints', { product: 'product' });
    await answer('groups', { product: 'product', nodes: draftsWith(deployed()) });
    await answer('devices', { product: 'product', nodes: draftsWith({ ...deployed(), timeout: 5 }) });
    should(Object.values(simulator.logins.byProduct)).eql([1]);
  });

  it('sends a saved secret to no other address than the deployed one', async () => {
    const other = await createSimulator();
    try {
      await load();
      const moved = { region: 'custom', baseUrl: other.enterprise.baseUrl };
      for (const path of ['datapoints', 'devices', 'groups']) {
        const { error } = await post(path, { product: 'product', nodes: draftsWith(moved) });
        should(error.code).equal('GIZ_CONFIG');
        should(error.text.textKey).equal('errors.config.retype');
      }
      const { id, secret } = other.enterprise;
      const typed = { enterpriseId: id, enterpriseSecret: secret };
      const { error } = await post('groups', { product: 'product', nodes: draftsWith(moved, typed) });
      should(error.text.textParams.field).containEql('productSecret');
      should(other.requests).eql([]);
    } finally {
      await other.close();
    }
  });

  it('takes secrets that are typed in before they are deployed', async () => {
    await load([], {});
    const [cloud, own] = configNodes(simulator) as [FlowNode, FlowNode];
    const secrets = credentials(simulator);
    const nodes = [cloud, own].map(({ id, type, ...fields }) => ({ id, type, fields, credentials: secrets[id] }));
    should((await answer('groups', { product: 'product', nodes })).groups.length).equal(4);
    const wrong = [{ ...nodes[0], credentials: { ...secrets.enterprise, enterpriseSecret: 'wrong' } }, nodes[1]];
    const { error } = await post('groups', { product: 'product', nodes: wrong });
    should(error.code).equal('GIZ_5004');
    should(JSON.stringify(error)).not.containEql('wrong');
  });

  it('says what is wrong without an error of HTTP', async () => {
    await load();
    should(await post('groups', { product: 'nobody' })).containDeep({ status: 200, error: { code: 'GIZ_CONFIG' } });
    should((await post('devices', { product: 'product', text: 5 })).error.code).equal('GIZ_BAD_INPUT');
    should((await post('devices', { product: 'product', online: 'yes' })).error.code).equal('GIZ_BAD_INPUT');
    await simulator.close();
    const said = await post('groups', { product: 'product' });
    should(said.status).equal(200);
    should(said.error.code).equal('GIZ_NETWORK');
  });

  it('refuses what is not JSON, not an object, or from another site', async () => {
    await load();
    const form = await helper.request().post('/gizwits-product/groups').type('form').send('product=product');
    should(form.status).equal(415);
    should((await post('groups', [] as object)).status).equal(400);
    should((await post('groups', { product: 'product', nodes: [{}] })).status).equal(400);
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
    ] as Record<string, string>[]) {
      should((await post('groups', { product: 'product' }, headers)).status).equal(403);
    }
    const own = { origin: 'https://gateway.example:8443', host: 'gateway.example:8443' };
    const proxied = { origin: 'https://gateway.example', 'x-forwarded-host': 'gateway.example' };
    for (const headers of [own, proxied, { 'sec-fetch-site': 'same-origin' }] as Record<string, string>[]) {
      should((await post('groups', { product: 'product' }, headers)).status).equal(200);
    }
    should(simulator.requests.filter(({ path }) => path.endsWith('/device_groups')).length).equal(1);
  });

  it('refuses too much from one address', async () => {
    await load([], {});
    const statuses = await Promise.all(
      Array.from({ length: 61 }, async () => (await post('groups', { product: 'nobody' })).status),
    );
    should(statuses.filter((status) => status === 429).length).equal(1);
  });
});
