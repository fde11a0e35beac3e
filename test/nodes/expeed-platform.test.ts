import { createServer as createHttp, request as httpRequest, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import helper from 'node-red-node-test-helper';
import should from 'should';
import { createSimulator, type Simulator } from '../../src/simulator';
import { firstDevice, loadExpeed, platformSecrets, runExpeed, startExpeed, stopExpeed } from '../support/expeed-flow';
import type { FlowNode, NodeSet } from '../support/flows';
import { nodeRedPath } from '../support/runtime';
import { certificate, testAuthority } from '../support/tls-files';
import { tlsConfig } from '../support/tls-node';

const httpProxy = createRequire(createRequire(nodeRedPath()).resolve('@node-red/nodes/package.json'))(
  './core/network/06-httpproxy.js',
) as NodeSet;

describe('expeed-platform', () => {
  let simulator: Simulator;
  let device: FlowNode;
  const servers: Server[] = [];

  beforeEach(async () => {
    await startExpeed();
    simulator = await createSimulator();
    const { deviceId, deviceKey } = firstDevice(simulator);
    device = {
      ...{ id: 'n', type: 'expeed-device', z: 'tab', platform: 'platform', operation: 'status', wires: [['out']] },
      ...{ deviceId, deviceIdType: 'str', deviceKey, deviceKeyType: 'str' },
    };
  });
  afterEach(async () => {
    await stopExpeed();
    await simulator.close();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };

  it('trusts the authority of its TLS node, and without it sends nothing', async () => {
    let requests = 0;
    const front = createHttps(certificate('server'), (incoming, response) => {
      requests++;
      const target = new URL(incoming.url ?? '/', simulator.url);
      const outgoing = httpRequest(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(outgoing);
    });
    const baseUrl = `https://127.0.0.1:${await listen(front)}/expeed`;
    const custom = { id: 'platform', type: 'expeed-platform', region: 'custom', baseUrl };
    await loadExpeed([custom, device], platformSecrets(simulator), [tlsConfig]);
    should((await runExpeed({})).error?.error.code).equal('GIZ_TLS');
    should(requests).equal(0);
    await helper.unload();

    const tls: FlowNode = { id: 'tls', type: 'tls-config', cert: '', key: '', ca: '', verifyservercert: true };
    const secrets = { ...platformSecrets(simulator), tls: { cadata: testAuthority } };
    await loadExpeed([tls, { ...custom, tls: 'tls' }, device], secrets, [tlsConfig]);
    const { messages, error } = await runExpeed({});
    should(error).be.undefined();
    should(messages[0]?.payload.online).be.true();
  });

  it('goes through its proxy', async () => {
    const seen: string[] = [];
    const proxy = createHttp((incoming, response) => {
      seen.push(`${incoming.method} ${incoming.url?.replace(/\?.*/, '')}`);
      const outgoing = httpRequest(
        incoming.url ?? '',
        { method: incoming.method, headers: incoming.headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        },
      );
      incoming.pipe(outgoing);
    });
    const url = `http://127.0.0.1:${await listen(proxy)}`;
    const through: FlowNode = { id: 'proxy', type: 'http proxy', url, noproxy: [] };
    const { baseUrl } = simulator.expeed;
    const custom = { id: 'platform', type: 'expeed-platform', region: 'custom', baseUrl, proxy: 'proxy' };
    await loadExpeed([through, custom, device], platformSecrets(simulator), [httpProxy]);
    const { messages, error } = await runExpeed({});
    should(error).be.undefined();
    should(messages[0]?.payload.online).be.true();
    should(seen).eql([
      `GET ${baseUrl}/v1/platform/token`,
      `GET ${baseUrl}/v1/devices/device_status/${device.deviceId}`,
    ]);
  });

  it('gives a call the time of its field', async () => {
    const { baseUrl } = simulator.expeed;
    const custom = { id: 'platform', type: 'expeed-platform', region: 'custom', baseUrl, timeout: '1' };
    await loadExpeed(
      [custom, { ...device, operation: 'set', value: '{"set_temp":20}', valueType: 'json' }],
      platformSecrets(simulator),
    );
    simulator.faults.add({ kind: 'hang', match: { operation: 'expeed.device.set' } });
    const startedAt = performance.now();
    const { error } = await runExpeed({});
    should(error?.error.code).equal('GIZ_OUTCOME_UNKNOWN');
    should(performance.now() - startedAt).be.within(900, 4000);
  });

  it('brings its errors and status to the tabs of the nodes that use it', async () => {
    const custom = { id: 'platform', type: 'expeed-platform', region: 'simulator' };
    await loadExpeed([custom, device]);
    const { users } = helper.getNode('platform') as unknown as { users: Record<string, unknown> };
    should(Object.keys(users)).eql(['n']);
    await helper.unload();
    should(Object.keys(users)).be.empty();
  });
});
