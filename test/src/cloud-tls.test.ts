import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { TlsOptions } from 'node:tls';
import should from 'should';
import { systemClock } from '../../src/cloud/clock';
import { type TlsSettings, Transport } from '../../src/cloud/transport';
import { record } from '../faults/support/table';
import { answer, MisbehavingServer } from '../support/misbehaving-server';
import { type Certificate, certificate, testAuthority } from '../support/tls-files';

const COMMAND = { method: 'POST', path: '/v1/c', body: '{"secret":"geheim"}' } as const;
const TIMEOUT = { timeoutMs: 5000 };

describe('TLS', () => {
  let server: MisbehavingServer | undefined;
  let transport: Transport | undefined;

  afterEach(async () => {
    await transport?.close();
    await server?.stop();
    transport = undefined;
    server = undefined;
  });

  async function call(settings: TlsSettings, options: TlsOptions, host = '127.0.0.1'): Promise<unknown> {
    server = await MisbehavingServer.start(answer('{"fine":true}'), options);
    const baseUrl = `https://${host}:${server.port}`;
    transport = new Transport({ baseUrl, clock: systemClock, tls: settings, environment: {} });
    return transport.request(COMMAND, TIMEOUT).then(
      (reply) => reply.text,
      (error: unknown) => error,
    );
  }

  const bad: [string, Certificate | TlsOptions, TlsSettings, string][] = [
    ['has expired', 'expired', { ca: testAuthority }, 'errors.tlsCases.expired'],
    ['is not valid yet', 'not-yet-valid', { ca: testAuthority }, 'errors.tlsCases.expired'],
    ['is for another host', 'wrong-host', { ca: testAuthority }, 'errors.tlsCases.host'],
    ['is signed by itself', 'self-signed', { ca: testAuthority }, 'errors.tlsCases.untrusted'],
    ['is of an unknown authority', 'unknown', { ca: testAuthority }, 'errors.tlsCases.untrusted'],
    ['is of an authority that only we know', 'server', {}, 'errors.tlsCases.untrusted'],
    [
      'is for another name than asked for',
      'server',
      { ca: testAuthority, servername: 'else.example' },
      'errors.tlsCases.host',
    ],
    [
      'comes with an outdated TLS',
      { ...certificate('server'), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      { ca: testAuthority },
      'errors.tlsCases.protocol',
    ],
  ];
  for (const [name, options, settings, textKey] of bad) {
    it(`sends not a byte to a server whose certificate ${name}`, async () => {
      const end = await call(settings, typeof options === 'string' ? certificate(options) : options);
      should(end).match({ code: 'GIZ_TLS', textKey, outcome: 'not-sent', retryable: false });
      const seen = { executed: 0, lost: 0, doubled: 0, note: `${server?.bytes} bytes of the request seen` };
      record({ check: 'H20', fault: `certificate ${name}`, inputs: 1, notSent: 1, ...seen });
      should(server?.bytes).equal(0);
      should(server?.connections).equal(1);
    });
  }

  it('sends nothing to a server that does not speak it', async () => {
    const http = createPlainServer((_request, response) => response.end());
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const baseUrl = `https://127.0.0.1:${(http.address() as { port: number }).port}`;
    transport = new Transport({ baseUrl, clock: systemClock, environment: {} });
    const end = await transport.request(COMMAND, TIMEOUT).catch((error: unknown) => error);
    should(end).match({ code: 'GIZ_TLS', textKey: 'errors.tlsCases.protocol', outcome: 'not-sent' });
    await new Promise((resolve) => http.close(resolve));
  });

  it('accepts a certificate of a configured authority, by address and by name', async () => {
    should(await call({ ca: testAuthority }, certificate('server'))).equal('{"fine":true}');
    await transport?.close();
    await server?.stop();
    should(await call({ ca: testAuthority }, certificate('server'), 'localhost')).equal('{"fine":true}');
  });

  it('checks the configured name instead of the address', async () => {
    const settings = { ca: testAuthority, servername: 'elsewhere.example' };
    should(await call(settings, certificate('wrong-host'))).equal('{"fine":true}');
  });

  it('accepts anything only when the tls-config node says so', async () => {
    should(await call({ rejectUnauthorized: false }, certificate('self-signed'))).equal('{"fine":true}');
  });

  it('shows a client certificate, and tells when the server wants another', async () => {
    const demanding = { ...certificate('server'), ca: testAuthority, requestCert: true, rejectUnauthorized: true };
    should(await call({ ca: testAuthority, ...certificate('client') }, demanding)).equal('{"fine":true}');
    await transport?.close();
    await server?.stop();
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const end = await call({ ca: testAuthority }, { ...demanding, maxVersion });
      should(['GIZ_TLS', 'GIZ_NETWORK']).containEql((end as { code: string }).code);
      should(server?.requests.length).equal(0);
      await transport?.close();
      await server?.stop();
    }
  });

  it('names a key or passphrase that cannot be read as a fault of the configuration', async () => {
    const end = await call({ cert: 'no certificate', key: 'no key' }, certificate('server'));
    should(end).match({ code: 'GIZ_CONFIG', outcome: 'not-sent', textParams: { field: 'tls' } });
    should(server?.connections).equal(0);
  });

  it('resumes its session on the next connection', async () => {
    const resumed: boolean[] = [];
    const https = createServer({ ...certificate('server') }, (_request, response) => response.end('{}'));
    https.on('secureConnection', (socket) => resumed.push(socket.isSessionReused()));
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
    transport = new Transport({
      baseUrl: `https://127.0.0.1:${(https.address() as { port: number }).port}`,
      clock: systemClock,
      tls: { ca: testAuthority },
      environment: {},
    });
    await transport.request({ method: 'GET', path: '/' }, TIMEOUT);
    await transport.request({ method: 'GET', path: '/' }, { ...TIMEOUT, fresh: true });
    resumed.should.deepEqual([false, true]);
    await transport.close();
    await new Promise((resolve) => https.close(resolve));
  });
});
