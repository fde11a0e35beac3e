import { connect, type Socket } from 'node:net';
import should from 'should';
import { systemClock } from '../../src/cloud/clock';
import { type ProxySettings, resolveProxy } from '../../src/cloud/proxy-settings';
import { Transport } from '../../src/cloud/transport';
import { record } from '../faults/support/table';
import { answer, type Behaviour, hang, MisbehavingServer, reset } from '../support/misbehaving-server';
import { certificate, testAuthority } from '../support/tls-files';

const GET = { method: 'GET', path: '/v1/x' } as const;
const TIMEOUT = { timeoutMs: 5000 };

/** Opens the tunnel that is asked for. */
const tunnel: Behaviour = (socket, request) => {
  const [host = '', port] = request.path.split(':');
  const through = connect(Number(port), host, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.removeAllListeners('data');
    socket.pipe(through).pipe(socket);
  });
  const close = (other: Socket) => (): void => {
    other.destroy();
  };
  through.on('error', close(socket)).on('close', close(socket));
  socket.on('close', close(through));
};

describe('proxy', () => {
  let proxy: MisbehavingServer;
  let cloud: MisbehavingServer;
  let transport: Transport | undefined;

  beforeEach(async () => {
    proxy = await MisbehavingServer.start(tunnel);
    cloud = await MisbehavingServer.start(answer('{"fine":true}'), certificate('server'));
  });

  afterEach(async () => {
    await transport?.close();
    await proxy.stop();
    await cloud.stop();
  });

  function through(settings: Partial<ProxySettings> = {}, baseUrl = cloud.url): Transport {
    transport = new Transport({
      baseUrl,
      clock: systemClock,
      tls: { ca: testAuthority },
      proxy: { url: proxy.url, ...settings },
      connectTimeoutMs: 500,
      environment: {},
    });
    return transport;
  }

  it('is asked for a tunnel to a cloud that speaks TLS, and sees nothing of the calls', async () => {
    const opened = through({ username: 'me', password: 'p w' });
    (await opened.request(GET, TIMEOUT)).text.should.equal('{"fine":true}');
    const [asked] = proxy.requests;
    should(asked).match({ method: 'CONNECT', path: `127.0.0.1:${cloud.port}` });
    should(asked?.headers['proxy-authorization']).equal(`Basic ${Buffer.from('me:p w').toString('base64')}`);
    should(cloud.requests[0]?.headers['proxy-authorization']).be.undefined();
    const credentials = Buffer.from('me:p w').toString('base64');
    opened.secrets.should.deepEqual([`Basic ${credentials}`, credentials, 'p w']);
    await opened.request(GET, TIMEOUT);
    proxy.requests.length.should.be.belowOrEqual(2);
  });

  it('gets whole URLs for a cloud that speaks plain HTTP', async () => {
    proxy.behave(answer('{"by":"proxy"}'));
    const reply = await through({ url: `http://u:p%40@127.0.0.1:${proxy.port}` }, 'http://cloud.example/pre').request(
      GET,
      TIMEOUT,
    );
    reply.text.should.equal('{"by":"proxy"}');
    should(proxy.requests[0]).match({ method: 'GET', path: 'http://cloud.example/pre/v1/x' });
    should(proxy.requests[0]?.headers).match({
      host: 'cloud.example',
      'proxy-authorization': `Basic ${Buffer.from('u:p@').toString('base64')}`,
    });
  });

  const refusals: [string, Behaviour, string, boolean][] = [
    ['wants a password', answer('', 407), 'HTTP 407', false],
    ['forbids the host', answer('', 403), 'HTTP 403', false],
    ['cannot reach the host', answer('', 502), 'HTTP 502', true],
    ['cuts the connection', reset, 'ECONNRESET', true],
    ['closes the connection', (socket) => socket.end(), 'ECONNRESET', true],
  ];
  for (const [name, behaviour, reason, retryable] of refusals) {
    it(`that ${name} is told of, once`, async () => {
      proxy.behave(behaviour);
      const error = await through()
        .request(GET, TIMEOUT)
        .catch((thrown: unknown) => thrown);
      should(error).match({
        code: 'GIZ_NETWORK',
        textKey: 'errors.networkCases.proxy',
        textParams: { reason },
        outcome: 'not-sent',
        retryable,
      });
      record({ check: 'H27', fault: `proxy that ${name}`, inputs: 1, notSent: 1, lost: 0, note: 'GIZ_NETWORK' });
      proxy.requests.length.should.equal(1);
      cloud.connections.should.equal(0);
    });
  }

  it('that never answers is given up in time', async () => {
    proxy.behave(hang);
    const started = performance.now();
    const error = await through()
      .request(GET, TIMEOUT)
      .catch((thrown: unknown) => thrown);
    should(error).match({ code: 'GIZ_TIMEOUT', outcome: 'not-sent' });
    // A busy machine may notice late.
    (performance.now() - started).should.be.within(490, 5000);
    record({ check: 'H27', fault: 'proxy that never answers', inputs: 1, notSent: 1, lost: 0, note: 'GIZ_TIMEOUT' });
    await transport?.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.open.should.equal(0);
  });

  it('that is not there is told of as the proxy’s', async () => {
    const { port } = proxy;
    await proxy.stop();
    for (const baseUrl of [cloud.url, 'http://cloud.example']) {
      const error = await through({ url: `http://127.0.0.1:${port}` }, baseUrl)
        .request(GET, TIMEOUT)
        .catch((thrown: unknown) => thrown);
      should(error).match({ textKey: 'errors.networkCases.proxy', textParams: { reason: 'ECONNREFUSED' } });
      await transport?.close();
    }
    proxy = await MisbehavingServer.start(hang);
  });

  it('does not weaken the check of the cloud’s certificate', async () => {
    transport = new Transport({ baseUrl: cloud.url, clock: systemClock, proxy: { url: proxy.url }, environment: {} });
    const error = await transport.request(GET, TIMEOUT).catch((thrown: unknown) => thrown);
    should(error).match({ code: 'GIZ_TLS', textKey: 'errors.tlsCases.untrusted', outcome: 'not-sent' });
    cloud.bytes.should.equal(0);
  });
});

describe('choice of the proxy', () => {
  const https = new URL('https://api.example.com/v1');
  const http = new URL('http://api.example.com:8080');
  const env = (environment: Record<string, string>, target = https): string | undefined => {
    const found = resolveProxy(target, undefined, environment);
    return found && `${found.secure ? 'https' : 'http'}://${found.host}:${found.port}`;
  };

  it('follows the environment, in lower case first', () => {
    should(env({})).be.undefined();
    should(env({ HTTPS_PROXY: 'http://p:3128' })).equal('http://p:3128');
    should(env({ https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:2' })).equal('http://low:1');
    should(env({ https_proxy: '', HTTPS_PROXY: 'http://up:2' })).be.undefined();
    should(env({ http_proxy: 'http://p:1' })).be.undefined();
    should(env({ http_proxy: 'http://p:1' }, http)).equal('http://p:1');
    should(env({ all_proxy: 'proxy.local:8080' })).equal('http://proxy.local:8080');
    should(env({ https_proxy: 'https://p' })).equal('https://p:443');
    should(env({ https_proxy: 'http://[::1]:9' })).equal('http://::1:9');
  });

  const exceptions: [string, URL, boolean][] = [
    ['*', https, true],
    ['api.example.com', https, true],
    ['example.com', https, true],
    ['.example.com', https, true],
    ['*.example.com', https, true],
    ['ample.com', https, false],
    ['other.com, example.com', https, true],
    ['other.com EXAMPLE.COM', https, true],
    ['api.example.com:443', https, true],
    ['api.example.com:8080', https, false],
    ['api.example.com:8080', http, true],
    ['127.0.0.1', new URL('http://127.0.0.1:5'), true],
    ['::1', new URL('http://[::1]:5'), true],
    ['[::1]:5', new URL('http://[::1]:5'), true],
    ['[::1]:6', new URL('http://[::1]:5'), false],
    ['', https, false],
  ];
  for (const [noProxy, target, bypassed] of exceptions) {
    it(`"${noProxy}" ${bypassed ? 'leaves out' : 'does not leave out'} ${target.host}`, () => {
      const environment = { https_proxy: 'http://p:1', http_proxy: 'http://p:1', no_proxy: noProxy };
      should(env(environment, target) === undefined).equal(bypassed);
      const settings = { url: 'http://p:1', noProxy: noProxy.split(/[, ]+/) };
      should(resolveProxy(target, settings, {}) === undefined).equal(bypassed);
    });
  }

  it('refuses what is no HTTP proxy, without its password', () => {
    for (const url of ['socks5://u:geheim@p:1', 'http://u:geheim@', 'p p:geheim']) {
      should(() => resolveProxy(https, { url }, {})).throw({ code: 'GIZ_CONFIG' });
      should(() => resolveProxy(https, { url }, {})).not.throw(/geheim/);
    }
    should(() => resolveProxy(https, undefined, { https_proxy: 'socks5://p:1' })).throw({ code: 'GIZ_CONFIG' });
  });
});
