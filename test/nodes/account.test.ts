import helper from 'node-red-node-test-helper';
import should from 'should';
import control from '../../nodes/gizwits-control';
import getDid from '../../nodes/gizwits-get-did';
import { closeAccounts } from '../../nodes/shared/open-account';
import { createSimulator, type Simulator } from '../../src/simulator';
import { record } from '../faults/support/table';
import { configNodes, credentials, loadBench, startRuntime, stopRuntime } from '../support/flows';

const MAC = 'fd06c330fc77';
const DID = 'Mavn3NpqLZ32XDEjWYb83h';
const NO_CACHE = { cacheSeconds: '0', cacheSecondsType: 'num' };

describe('the account behind the nodes', () => {
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await createSimulator();
    simulator.world.setPresence(simulator.world.device(DID) as never, 'online');
    await startRuntime();
  });
  afterEach(async () => {
    await stopRuntime();
    await closeAccounts();
    await simulator.close();
  });

  const load = (fields: Record<string, unknown> = {}, settings: Record<string, unknown> = {}, secrets = {}) =>
    loadBench(getDid, { type: 'gizwits-get-did', ...NO_CACHE, ...fields }, configNodes(simulator, 0, settings), {
      ...credentials(simulator),
      ...secrets,
    });
  const logins = (): number => Object.values(simulator.logins.byProduct).reduce((sum, count) => sum + count, 0);

  it('logs in once for 1000 messages that find the token expired', async () => {
    const bench = await load();
    await bench.run({ payload: MAC });
    logins().should.equal(1);
    simulator.faults.expireTokens();
    const ended = bench.count(1000);
    for (let index = 0; index < 1000; index++) helper.getNode('n').receive({ payload: MAC });
    const counts = await ended;
    const note = `${logins() - 1} login`;
    record({ check: 'T29', fault: 'token ends under 1000 messages', inputs: 1000, ok: counts.ok, lost: 0, note });
    counts.should.eql({ ok: 1000, failed: 0 });
    logins().should.equal(2);
  });

  it('shares one account between nodes and keeps it over a redeploy', async () => {
    const bench = await load();
    await bench.run({ payload: MAC });
    await stopRuntime();
    await startRuntime();
    await (await load()).run({ payload: MAC });
    logins().should.equal(1);
  });

  it("fails with the vendor's code on wrong secrets, with few logins, and works at once when they are corrected", async () => {
    const wrong = { enterprise: { enterpriseId: simulator.enterprise.id, enterpriseSecret: 'f'.repeat(32) } };
    const bench = await load({}, {}, wrong);
    for (let index = 0; index < 20; index++) {
      const { error } = await bench.run({ payload: MAC });
      should(error?.error.code).equal('GIZ_5004');
      should(error?.gizwits.error.vendorCode).equal(5004);
    }
    simulator.logins.refused.should.equal(3);
    await stopRuntime();
    await startRuntime();
    const corrected = await load();
    should((await corrected.run({ payload: MAC })).error).be.undefined();
  });

  it('names a missing or malformed setting, and sends nothing', async () => {
    const key = simulator.products[0].productKey;
    const cases: [Record<string, unknown>, Record<string, unknown>, Record<string, unknown>, RegExp][] = [
      [{ baseUrl: '' }, {}, {}, /baseUrl/],
      [{ baseUrl: 'ftp://x' }, {}, {}, /baseUrl/],
      [{ timeout: 'soon' }, {}, {}, /timeout/],
      [{ concurrency: '0' }, {}, {}, /concurrency/],
      [{ region: 'mars' }, {}, {}, /region/],
      [{ tls: 'nobody' }, {}, {}, /tls/],
      [{}, { productKey: 'not a key' }, {}, /productKey/],
      [{}, { productKey: '' }, {}, /productKey/],
      [{}, { productKey: key, enterprise: 'nobody' }, {}, /enterprise/],
      [{}, {}, { enterprise: { enterpriseId: 'x' } }, /enterpriseSecret/],
      [{}, {}, { product: {} }, /productSecret/],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how Node-RED names environment variables
      [{}, { productKey: '${GIZ_NOT_SET}' }, {}, /GIZ_NOT_SET|productKey/],
    ];
    for (const [settings, product, secrets, names] of cases) {
      const [enterpriseNode, productNode] = configNodes(simulator, 0, settings);
      const bench = await loadBench(
        getDid,
        { type: 'gizwits-get-did' },
        [enterpriseNode, { ...productNode, ...product }],
        { ...credentials(simulator), ...secrets } as never,
      );
      const { error } = await bench.run({ payload: MAC });
      should(error?.error.code).equal('GIZ_CONFIG');
      should(error?.error.message).match(names);
      await stopRuntime();
      await startRuntime();
    }
    simulator.requests.length.should.equal(0);
  });

  it('runs on the simulated cloud of the package without any credentials', async () => {
    const [, product] = configNodes(simulator);
    const bench = await loadBench(
      getDid,
      { type: 'gizwits-get-did' },
      [{ id: 'enterprise', type: 'gizwits-enterprise', region: 'simulator' }, product],
      {},
    );
    const { messages, error } = await bench.run({ payload: MAC });
    should(error).be.undefined();
    messages[0].did.should.equal(DID);
    simulator.requests.length.should.equal(0);
  });

  it('tells what went wrong on the way: network, timeout, TLS, bad answers, quota', async () => {
    const match = { operation: 'device.did' };
    const bench = await load({}, { timeout: '1' });
    await bench.run({ payload: MAC });
    const codes: string[] = [];
    const fault = async (spec: Parameters<Simulator['faults']['add']>[0]): Promise<void> => {
      simulator.faults.clear();
      simulator.faults.add(spec);
      codes.push((await bench.run({ payload: MAC })).error?.error.code);
    };
    await fault({ kind: 'notJson', match, times: 'forever' });
    await fault({ kind: 'html', match, times: 'forever' });
    await fault({ kind: 'redirect', location: 'http://127.0.0.1:1/', match, times: 'forever' });
    await fault({ kind: 'status', status: 404, body: '<h1>no</h1>', match, times: 'forever' });
    await fault({ kind: 'error', code: 5013, match, times: 'forever' });
    codes.should.eql(['GIZ_BAD_RESPONSE', 'GIZ_BAD_RESPONSE', 'GIZ_BAD_RESPONSE', 'GIZ_BAD_RESPONSE', 'GIZ_QUOTA']);
  });

  it('says in the status that tokens are voided by another program, and for how long its login waits', async () => {
    const bench = await load();
    await bench.run({ payload: MAC });
    for (let login = 0; login < 2; login++) {
      simulator.faults.add({ kind: 'error', code: 5009, match: { operation: 'device.did' }, times: 1 });
      should((await bench.run({ payload: MAC })).error).be.undefined();
    }
    simulator.faults.add({ kind: 'error', code: 5009, match: { operation: 'device.did' }, times: 1 });
    // biome-ignore lint/suspicious/noExplicitAny: the helper's spies have no types
    const node = helper.getNode('n') as any;
    node.receive({ payload: MAC });
    // The spy hears of the configuration node too, which says it in full.
    const shown = (text: RegExp): boolean =>
      node.status.args.some(([one]: [{ fill: string; text: string }]) => one.fill === 'yellow' && text.test(one.text));
    const wanted = [/another program may be using the same credentials/, /usedElsewhere|also used elsewhere/];
    for (let wait = 0; wait < 200 && !wanted.every(shown); wait++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    should(wanted.filter((text) => !shown(text))).eql([]);
  });

  it('tells no connection and a refused certificate', async () => {
    const nowhere = await load({}, { baseUrl: 'http://127.0.0.1:9' });
    should((await nowhere.run({ payload: MAC })).error?.error.code).equal('GIZ_NETWORK');
    await stopRuntime();
    await startRuntime();
    const noTls = await load({}, { baseUrl: simulator.enterprise.baseUrl.replace('http:', 'https:') });
    should((await noTls.run({ payload: MAC })).error?.error.code).equal('GIZ_TLS');
  });

  it('does not let a command out late, nor twice', async () => {
    const bench = await loadBench(
      control,
      { type: 'gizwits-control', deadlineSeconds: '0.2', deadlineSecondsType: 'num' },
      configNodes(simulator, 0, { concurrency: '1' }),
      credentials(simulator),
    );
    await bench.run({ payload: { switch: true }, did: DID });
    const executed = simulator.executed.length;
    simulator.faults.add({ kind: 'delay', ms: 500, match: { operation: 'device.control' } });
    const ended = bench.count(2);
    helper.getNode('n').receive({ payload: { switch: true }, did: DID });
    helper.getNode('n').receive({ payload: { switch: false }, did: DID });
    (await ended).should.eql({ ok: 1, failed: 1, codes: ['GIZ_EXPIRED'] });
    simulator.executed.length.should.equal(executed + 1);
  });
});
