import { mock } from 'node:test';
import helper from 'node-red-node-test-helper';
import should from 'should';
import app from '../../nodes/gizwits-app';
import enterprise from '../../nodes/gizwits-enterprise';
import product from '../../nodes/gizwits-product';
import { closeAccounts } from '../../nodes/shared/open-account';
import { closeApps } from '../../nodes/shared/open-app';
import { closePlatforms } from '../../nodes/shared/open-platform';
import { closePush } from '../../nodes/shared/open-push';
import { createSimulator, type Simulator } from '../../src/simulator';
import { loadExpeed, platformNode, platformSecrets } from '../support/expeed-flow';
import { configNodes, credentials, type FlowNode, startRuntime, stopRuntime } from '../support/flows';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at as JSON
type Json = any;

/** A config node as a dialog holds it. */
const draft = (id: string, type: string, fields: object, typed: object = {}): object => ({
  id,
  type,
  fields,
  credentials: typed,
});

describe('the check of the config dialogs', function () {
  this.timeout(30_000);
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await createSimulator();
    await startRuntime();
  });
  afterEach(async () => {
    await stopRuntime();
    await Promise.all([closePush(), closeApps(), closePlatforms()]);
    await closeAccounts();
    await simulator.close();
  });

  const load = (flow: FlowNode[] = [], secrets: object = {}): Promise<void> =>
    helper.load([enterprise, product, app] as never, flow as never, secrets as never) as unknown as Promise<void>;

  /** What was answered, as `check state` by its text key; never with one of the secrets in it. */
  async function look(path: string, body: object, secrets: string[] = []): Promise<Record<string, string>> {
    const { status, body: said } = await helper.request().post(path).send(body);
    should(status).equal(200);
    const text = JSON.stringify([said, helper.log().args]);
    for (const secret of secrets) text.should.not.containEql(secret);
    const { answer, error } = said as Json;
    should(error).be.undefined();
    return Object.fromEntries(answer.lines.map((line: Json) => [line.check, `${line.state} ${line.textKey}`]));
  }

  const logins = (): number => Object.values(simulator.logins.byProduct).reduce((sum, count) => sum + count, 0);

  describe('of enterprise and product', () => {
    it('finds the simulated cloud in order before anything is deployed', async () => {
      await load();
      const nodes = [
        draft('new', 'gizwits-product', { enterprise: 'cloud', productKey: '' }),
        draft('cloud', 'gizwits-enterprise', { region: 'simulator' }),
      ];
      should(await look('/gizwits-enterprise/check', { enterprise: 'cloud', nodes })).eql({
        name: 'ok check.name.address',
        connection: 'ok check.connection.local',
        clock: 'ok check.clock.right',
        whiteList: 'ok check.whiteList.passed',
        login: 'ok check.login.accepted',
        product: 'ok check.product.found',
        quota: 'ok check.quota.left',
      });
      should(await look('/gizwits-product/check', { product: 'new', nodes })).containEql({
        product: 'ok check.product.found',
        push: 'ok check.push.accepted',
      });
    });

    it('shares the account of what is deployed: no further login', async () => {
      await load(configNodes(simulator), credentials(simulator));
      for (let click = 0; click < 5; click++) {
        should(await look('/gizwits-product/check', { product: 'product' })).containEql({
          login: 'ok check.login.accepted',
          push: 'skipped check.push.none',
        });
      }
      const same = [
        draft('enterprise', 'gizwits-enterprise', { region: 'custom', baseUrl: simulator.enterprise.baseUrl }),
      ];
      const question = { enterprise: 'enterprise', product: 'product', nodes: same };
      should(await look('/gizwits-enterprise/check', question)).containEql({ login: 'ok check.login.accepted' });
      logins().should.equal(1);
    });

    it('tries what is typed in, with what is saved beside it, and logs in no storm of it', async () => {
      await load(configNodes(simulator), credentials(simulator));
      const secret = 'canary-of-the-dialog';
      const nodes = [draft('enterprise', 'gizwits-enterprise', {}, { enterpriseSecret: secret })];
      for (let click = 0; click < 10; click++) {
        should(await look('/gizwits-product/check', { product: 'product', nodes }, [secret])).containEql({
          login: 'failed gizwits.5004',
          product: 'skipped check.notReached',
        });
      }
      simulator.logins.refused.should.equal(3);
    });

    it('keeps the distance between logins although nobody uses the account, for a quarter of an hour', async () => {
      await load();
      const { baseUrl, id } = simulator.enterprise;
      const { productKey } = simulator.products[0] as Simulator['products'][number];
      const nodes = [
        draft('new', 'gizwits-product', { enterprise: 'cloud', productKey }, { productSecret: 'f'.repeat(32) }),
        draft(
          'cloud',
          'gizwits-enterprise',
          { region: 'custom', baseUrl },
          { enterpriseId: id, enterpriseSecret: 'x' },
        ),
      ];
      const click = (): Promise<unknown> => look('/gizwits-product/check', { product: 'new', nodes });
      mock.timers.enable({ apis: ['setTimeout'] });
      try {
        for (let index = 0; index < 4; index++) await click();
        mock.timers.tick(600_000);
        await click();
        simulator.logins.refused.should.equal(3);
        mock.timers.tick(1_000_000);
        mock.timers.tick(100_000);
        await click();
        simulator.logins.refused.should.equal(4);
      } finally {
        mock.timers.reset();
      }
    });

    it('says what the settings lack, and looks at the rest', async () => {
      await load();
      const { baseUrl } = simulator.enterprise;
      const nodes = [
        draft('new', 'gizwits-product', { enterprise: 'cloud', productKey: 'x' }),
        draft('cloud', 'gizwits-enterprise', { region: 'custom', baseUrl }, { enterpriseId: 'a' }),
      ];
      should(await look('/gizwits-product/check', { product: 'new', nodes })).containEql({
        settings: 'failed errors.config.missing',
        connection: 'ok check.connection.local',
        login: 'skipped check.notReached',
      });
    });

    it('says without a product that a login needs one', async () => {
      await load();
      const { baseUrl, id, secret } = simulator.enterprise;
      const typed = { enterpriseId: id, enterpriseSecret: secret };
      const nodes = [draft('cloud', 'gizwits-enterprise', { region: 'custom', baseUrl }, typed)];
      should(await look('/gizwits-enterprise/check', { enterprise: 'cloud', nodes }, [secret])).containEql({
        clock: 'ok check.clock.right',
        login: 'skipped check.login.withProduct',
      });
    });

    it('sends a saved secret to no address that is only typed in', async () => {
      const other = await createSimulator();
      try {
        await load(configNodes(simulator), credentials(simulator));
        const nodes = [draft('enterprise', 'gizwits-enterprise', { baseUrl: other.enterprise.baseUrl })];
        const lines = await look('/gizwits-product/check', { product: 'product', nodes });
        should(lines).containEql({ settings: 'failed errors.config.retype', login: 'skipped check.notReached' });
        other.requests.filter(({ path }) => path.includes('access_token')).should.eql([]);
      } finally {
        await other.close();
      }
    });

    it('tells a refused push login once, and keeps its distance', async () => {
      const [first] = simulator.products;
      const { productKey, productSecret, authId } = first as Simulator['products'][number];
      const secret = 'canary-of-the-push';
      const [node] = configNodes(simulator);
      const pushed = {
        id: 'product',
        type: 'gizwits-product',
        enterprise: 'enterprise',
        productKey,
        pushHost: '127.0.0.1',
        pushPort: simulator.snoti.port,
        pushTls: 'tls',
      };
      const tls = (RED: Json): void => {
        RED.nodes.registerType('tls-config', function Tls(this: Json, config: object) {
          RED.nodes.createNode(this, config);
          this.addTLSOptions = (options: object) => ({ ...options, ca: simulator.snoti.ca });
        });
      };
      const secrets = { ...credentials(simulator), product: { productSecret, authId, authSecret: secret } };
      const flow = [{ id: 'tls', type: 'tls-config' }, node, pushed];
      await helper.load([tls, enterprise, product] as never, flow as never, secrets as never);
      for (let click = 0; click < 3; click++) {
        should(await look('/gizwits-product/check', { product: 'product' }, [secret])).containEql({
          login: 'ok check.login.accepted',
          push: 'failed push.refused',
        });
      }
      simulator.snoti.server.counts.accepted.should.equal(1);
    });
  });

  it('of an app finds the simulated cloud in order, and a wrong password', async () => {
    await load();
    const nodes = [draft('new', 'gizwits-app', { region: 'simulator', login: 'password' })];
    should(await look('/gizwits-app/check', { app: 'new', nodes })).eql({
      name: 'ok check.name.address',
      connection: 'ok check.connection.local',
      clock: 'ok check.clock.right',
      login: 'ok check.login.accepted',
      appSecret: 'ok check.appSecret.accepted',
    });
    const { baseUrl, appId, username } = simulator.app;
    const typed = { appId, username, password: 'canary-password' };
    const wrong = [draft('new', 'gizwits-app', { region: 'custom', baseUrl }, typed)];
    should(await look('/gizwits-app/check', { app: 'new', nodes: wrong }, ['canary-password'])).containEql({
      login: 'failed app.9020',
      appSecret: 'skipped check.appSecret.none',
    });
  });

  describe('of an Expeed platform', () => {
    const webhook = {
      id: 'n',
      type: 'expeed-webhook-in',
      z: 'tab',
      platform: 'platform',
      path: '/hook',
      wires: [['out']],
    };

    it('finds keys, token calls and the webhook path, of which the webhook node hears nothing', async () => {
      await loadExpeed([platformNode(simulator), webhook], platformSecrets(simulator));
      should(await look('/expeed-platform/check', { platform: 'platform' })).eql({
        name: 'ok check.name.address',
        connection: 'ok check.connection.local',
        clock: 'ok check.clock.right',
        login: 'ok check.login.accepted',
        tokenCalls: 'ok check.tokenCalls.few',
        webhook: 'ok check.webhook.answers',
      });
      const statuses = (helper.getNode('n') as Json).status.args.map(([{ fill }]: Json) => fill);
      should(statuses).eql(['grey']);
    });

    it('tells what stands before the webhook node', async () => {
      const guard = (RED: Json): void => {
        RED.httpNode.use('/hook', (_request: unknown, response: Json) => response.status(401).end());
      };
      await loadExpeed([platformNode(simulator), webhook], platformSecrets(simulator), [guard]);
      should(await look('/expeed-platform/check', { platform: 'platform' })).containEql({
        webhook: 'failed check.webhook.blocked',
      });
    });

    it('tells wrong keys, a missing webhook node and a missing webhook token', async () => {
      const { platformKey } = simulator.expeed;
      const secrets = { platform: { platformKey, secretKey: 'canary-of-expeed' } };
      await loadExpeed([platformNode(simulator)], secrets);
      should(await look('/expeed-platform/check', { platform: 'platform' }, ['canary-of-expeed'])).containEql({
        login: 'failed expeed.credentials',
        webhook: 'skipped check.webhook.none',
      });
      await stopRuntime();
      await startRuntime();
      await loadExpeed([platformNode(simulator), webhook], secrets);
      should(await look('/expeed-platform/check', { platform: 'platform' })).containEql({
        webhook: 'failed check.webhook.noToken',
      });
    });
  });

  it('answers who names no node, and refuses what is not JSON and what another site sent', async () => {
    await load();
    const { body } = await helper.request().post('/gizwits-product/check').send({ product: 'nobody' });
    should(body).containDeep({ error: { code: 'GIZ_CONFIG' } });
    const foreign = helper.request().post('/gizwits-product/check').set('sec-fetch-site', 'cross-site');
    should((await foreign.send({ product: 'nobody' })).status).equal(403);
    const form = helper.request().post('/gizwits-product/check').type('application/x-www-form-urlencoded');
    should((await form.send('product=nobody')).status).equal(415);
  });
});
