// biome-ignore-all lint/style/noNonNullAssertion: an undefined value fails the test on the spot
import { connect, type Socket } from 'node:net';
import should from 'should';
import { createSimulator, type FaultSpec, type Simulator } from '../../../src/simulator';
import { Caller, type Reply } from './caller';

interface Wire {
  /** Everything that came, as text. */
  text: string;
  /** How the connection ended: `end`, an error code, or `open` when it did not within the wait. */
  ended: string;
  ms: number;
}

/** One request on a socket of its own, so that what the wire really did can be seen. */
function wire(
  simulator: Simulator,
  path: string,
  { token = '', body = '', method = 'GET', waitMs = 300 } = {},
): Promise<Wire> {
  const { hostname, port } = new URL(simulator.url);
  const started = performance.now();
  return new Promise((resolve) => {
    let text = '';
    const socket: Socket = connect(Number(port), hostname);
    const finish = (ended: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, ended, ms: performance.now() - started });
    };
    const timer = setTimeout(() => finish('open'), waitMs);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', () => finish('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? 'error'));
    const head = [
      `${method} ${path} HTTP/1.1`,
      'Host: simulator',
      'Connection: close',
      `Authorization: token ${token}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
}

describe('simulator: faults on the wire', () => {
  let simulator: Simulator;
  let caller: Caller;

  beforeEach(async () => {
    simulator = await createSimulator();
    caller = await new Caller(simulator).login();
  });
  afterEach(() => simulator.close());

  const ask = (spec: FaultSpec, waitMs?: number): Promise<Wire> => {
    simulator.faults.add(spec);
    return wire(simulator, caller.path('datapoint'), { token: caller.token, ...(waitMs !== undefined && { waitMs }) });
  };
  const bodyOf = ({ text }: Wire): string => text.slice(text.indexOf('\r\n\r\n') + 4);
  const lengthOf = ({ text }: Wire): number => Number(/content-length: (\d+)/i.exec(text)?.[1]);

  it('delay', async () => {
    const seen = await ask({ kind: 'delay', ms: 120 });
    seen.text.should.startWith('HTTP/1.1 200');
    simulator.faults.add({ kind: 'delay', ms: 120 });
    const started = performance.now();
    (await caller.get('datapoint')).status.should.equal(200);
    (performance.now() - started).should.be.aboveOrEqual(115);
  });

  it('hang', async () => {
    const seen = await ask({ kind: 'hang' });
    [seen.text, seen.ended].should.eql(['', 'open']);
  });

  it('status, with its own body and headers', async () => {
    const seen = await ask({ kind: 'status', status: 503, body: 'busy', headers: { 'retry-after': '120' } });
    seen.text.should.startWith('HTTP/1.1 503').and.match(/retry-after: 120/i);
    bodyOf(seen).should.equal('busy');
  });

  it('an error of the table', async () => {
    JSON.parse(bodyOf(await ask({ kind: 'error', code: 5409 }))).error_code.should.equal('5409');
  });

  it('an empty body, no JSON, a login page', async () => {
    const empty = await ask({ kind: 'empty' });
    empty.text.should.startWith('HTTP/1.1 200').and.match(/content-length: 0/i);
    bodyOf(empty).should.equal('');
    const broken = bodyOf(await ask({ kind: 'notJson' }));
    broken.should.startWith('{"name"');
    (() => JSON.parse(broken)).should.throw();
    const page = await ask({ kind: 'html' });
    page.text.should.startWith('HTTP/1.1 200').and.match(/content-type: text\/html/i);
    bodyOf(page).should.startWith('<!DOCTYPE html>');
  });

  it('a body cut short: by length, in chunks, by the end of the connection, by a reset', async () => {
    const byLength = await ask({ kind: 'cut', after: 50 });
    byLength.ended.should.equal('end');
    bodyOf(byLength).length.should.equal(50);
    lengthOf(byLength).should.be.above(50);

    const chunked = await ask({ kind: 'cut', framing: 'chunked', after: 50 });
    chunked.text.should.match(/transfer-encoding: chunked/i);
    bodyOf(chunked).should.startWith('32\r\n{"name"').and.not.containEql('\r\n0\r\n');
    chunked.ended.should.equal('end');

    const bare = await ask({ kind: 'cut', framing: 'close', after: 50 });
    bare.text.should.not.match(/content-length|transfer-encoding/i);
    bodyOf(bare).length.should.equal(50);
    bare.ended.should.equal('end');

    const torn = await ask({ kind: 'cut', reset: true });
    torn.ended.should.equal('ECONNRESET');
    const nothing = await ask({ kind: 'cut', after: 0 });
    [bodyOf(nothing), nothing.ended].should.eql(['', 'end']);
    lengthOf(nothing).should.be.above(0);
  });

  it('resets before an answer: on the head, or after the request', async () => {
    for (const kind of ['resetOnHead', 'resetAfterRequest'] as const) {
      const seen = await ask({ kind });
      [seen.text, seen.ended].should.eql(['', 'ECONNRESET']);
    }
  });

  it('drip', async () => {
    const seen = await ask({ kind: 'drip', bytesPerSecond: 100 }, 450);
    seen.ended.should.equal('open');
    bodyOf(seen).length.should.be.within(10, 60);
    const reply = await (() => {
      simulator.faults.add({ kind: 'drip', bytesPerSecond: 20_000 });
      return caller.get('datapoint');
    })();
    reply.body.name.should.be.a.String();
  });

  it('huge', async () => {
    simulator.faults.add({ kind: 'huge', bytes: 3_000_000 });
    const { text, body } = await caller.get('datapoint');
    text.length.should.equal(3_000_000);
    body.padding.should.be.a.String();
  });

  it('redirect', async () => {
    const seen = await ask({ kind: 'redirect', location: 'http://192.0.2.1/', status: 307 });
    seen.text.should.startWith('HTTP/1.1 307').and.match(/location: http:\/\/192\.0\.2\.1\//i);
  });

  it('quota and token expiry, at a request or at once', async () => {
    simulator.faults.add({ kind: 'quota', remaining: 1, resetSeconds: 30 });
    const { headers } = await caller.get('datapoint');
    headers.get('x-ratelimit-remaining')!.should.equal('0');
    Number(headers.get('x-ratelimit-reset')).should.be.approximately(Date.now() / 1000 + 30, 2);
    (await caller.get('datapoint')).body.error_code.should.equal('5013');
    simulator.faults.setQuota({ remaining: 100 });
    simulator.faults.add({ kind: 'expireTokens' });
    (await caller.get('datapoint')).body.error_code.should.equal('5011');
    await caller.login();
    (await caller.get('datapoint')).status.should.equal(200);
    simulator.faults.expireTokens();
    (await caller.get('datapoint')).body.error_code.should.equal('5011');
    await caller.login();
    simulator.faults.forgetTokens();
    (await caller.get('datapoint')).body.error_code.should.equal('5009');
  });

  it('meets only what it is meant for, as often as it is meant to', async () => {
    const fault = simulator.faults.add({
      kind: 'status',
      status: 502,
      match: { operation: 'device.did', method: 'get' },
      times: 2,
      skip: 1,
    });
    const did = async (): Promise<number> => (await caller.get('devices', { mac: 'virtual:site' })).status;
    (await caller.get('datapoint')).status.should.equal(200);
    [await did(), await did(), await did(), await did()].should.eql([200, 502, 502, 200]);
    fault.hits.should.equal(2);
    const always = simulator.faults.add({
      kind: 'status',
      status: 500,
      match: { path: '/v1/products/*/datapoint' },
      times: 'forever',
    });
    for (let call = 0; call < 3; call++) (await caller.get('datapoint')).status.should.equal(500);
    (await did()).should.equal(200);
    always.remove();
    (await caller.get('datapoint')).status.should.equal(200);
    simulator.faults.add({ kind: 'status', status: 500, match: { path: /datapoint$/g }, times: 'forever' });
    (await caller.get('datapoint')).status.should.equal(500);
    (await caller.get('datapoint')).status.should.equal(500);
    simulator.faults.clear();
    simulator.faults.pending.should.eql([]);
  });

  it('carries a command out or not, as the fault says; the log of executions knows', async () => {
    const device = simulator.world.devicesOf(caller.product.productKey)[4]!;
    simulator.world.setPresence(device, 'online');
    const path = caller.path(`devices/${device.did}/control`);
    const body = JSON.stringify({ attrs: { set_temp: 21 } });
    const executed = async (spec: FaultSpec): Promise<number> => {
      const before = simulator.executed.length;
      simulator.faults.add(spec);
      await wire(simulator, path, { token: caller.token, method: 'POST', body, waitMs: 60 });
      return simulator.executed.length - before;
    };
    for (const kind of ['empty', 'notJson', 'html', 'cut', 'huge', 'resetAfterRequest'] as const) {
      (await executed({ kind })).should.equal(1, kind);
      (await executed({ kind, execute: false })).should.equal(0, kind);
    }
    (await executed({ kind: 'resetOnHead', execute: true })).should.equal(0);
    for (const spec of [
      { kind: 'hang' },
      { kind: 'status', status: 502 },
      { kind: 'error', code: 5409 },
      { kind: 'redirect', location: '/' },
    ] as const) {
      (await executed(spec)).should.equal(0, spec.kind);
      (await executed({ ...spec, execute: true })).should.equal(1, spec.kind);
    }
    (await executed({ kind: 'delay', ms: 10 })).should.equal(1);
  });

  it('is written in the request log', async () => {
    await ask({ kind: 'resetAfterRequest' });
    const entry = simulator.requests.at(-1)!;
    entry.faults!.should.eql(['resetAfterRequest']);
    should(entry.status).be.undefined();
  });

  describe('the steering interface', () => {
    const steer = async (
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<Reply> => {
      const reply = await fetch(`${simulator.url}/_simulator${path}`, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await reply.text();
      return { status: reply.status, headers: reply.headers, text, body: JSON.parse(text) };
    };

    it('tells what it can do and the credentials', async () => {
      const { body } = await steer('GET', '');
      body.enterprise.should.eql({ id: simulator.enterprise.id, secret: simulator.enterprise.secret });
      body.products
        .map(({ productKey }: { productKey: string }) => productKey)
        .should.eql(simulator.products.map(({ productKey }) => productKey));
      Object.keys(body.usage).length.should.be.above(10);
      (await steer('GET', '', undefined, { origin: 'http://example.com' })).status.should.equal(403);
      (await steer('GET', '/nothing')).status.should.equal(404);
    });

    it('adds and drops faults', async () => {
      const { id } = (await steer('POST', '/faults', { kind: 'status', status: 418, times: 'forever' })).body;
      (await caller.get('datapoint')).status.should.equal(418);
      (await steer('GET', '/faults')).body.should.eql([{ id, hits: 1, kind: 'status', status: 418, times: 'forever' }]);
      (await steer('DELETE', `/faults/${id}`)).status.should.equal(200);
      (await steer('DELETE', `/faults/${id}`)).status.should.equal(400);
      (await caller.get('datapoint')).status.should.equal(200);
      for (const wrong of [
        { kind: 'nothing' },
        { kind: 'delay' },
        { kind: 'delay', ms: -1 },
        { kind: 'hang', ms: 5 },
        { kind: 'hang', times: 0 },
        { kind: 'hang', match: { url: '/' } },
        { kind: 'toString' },
        [],
      ]) {
        const { status, body } = await steer('POST', '/faults', wrong);
        status.should.equal(400);
        body.error.should.be.a.String();
      }
      (await steer('GET', '/faults')).body.should.eql([]);
      await steer('POST', '/faults', { kind: 'hang' });
      await steer('DELETE', '/faults');
      simulator.faults.pending.should.eql([]);
    });

    it('changes behaviour, quota and tokens', async () => {
      (await steer('PUT', '/behaviour', { cursor: 'top', published: 5018 })).body.cursor.should.equal('top');
      simulator.behaviour.published!.should.equal(5018);
      for (const wrong of [{ cursor: 'x' }, { nothing: 1 }, { quotaLimit: 0, cursor: 'meta' }]) {
        (await steer('PUT', '/behaviour', wrong)).status.should.equal(400);
      }
      simulator.behaviour.cursor.should.equal('top');
      (await steer('PUT', '/quota', { limit: 100, remaining: 7 })).body.remaining.should.equal(7);
      (await steer('GET', '/quota')).body.limit.should.equal(100);
      (await steer('PUT', '/quota', { left: 7 })).status.should.equal(400);
      await steer('POST', '/tokens/expire');
      (await caller.get('datapoint')).body.error_code.should.equal('5011');
      await steer('POST', '/tokens/forget');
      (await caller.get('datapoint')).body.error_code.should.equal('5009');
      (await steer('GET', '/logins')).body.byProduct[caller.product.productKey].should.equal(1);
    });

    it('shows and changes devices', async () => {
      const { did } = simulator.world.devicesOf(caller.product.productKey)[6]!;
      const list = (await steer('GET', `/devices?product_key=${caller.product.productKey}&limit=5`)).body;
      list.length.should.equal(5);
      const change = (body: object): Promise<Reply> => steer('PUT', `/devices/${did}`, body);
      (await change({ presence: 'offline' })).body.online.should.be.false();
      (await change({ presence: 'online', reportEveryMs: 5000 })).body.reportEveryMs.should.equal(5000);
      await change({ clear: [] });
      (await change({ raise: ['alert_shutdown'] })).body.alert.should.be.true();
      (await change({ clear: ['alert_shutdown'] })).status.should.equal(200);
      (await change({ disabled: true })).body.disabled.should.be.true();
      (await change({ colour: 1 })).status.should.equal(400);
      (await change({ presence: 'away' })).status.should.equal(400);
      (await change({ reportEveryMs: 5 })).status.should.equal(400);
      (await change({ raise: ['switch'] })).status.should.equal(400);
      (await steer('GET', '/devices/nothing')).status.should.equal(400);
      (await steer('GET', `/devices/${did}`)).body.lastReport.attrs.should.be.an.Object();
      (await steer('POST', `/devices/${did}/report`)).status.should.equal(200);
    });

    it('shows what was asked and what was done', async () => {
      const device = simulator.world.devicesOf(caller.product.productKey)[6]!;
      simulator.world.setPresence(device, 'online');
      await caller.post(`devices/${device.did}/control`, { attrs: { switch: 1 } });
      const requests = (await steer('GET', '/requests')).body;
      requests.at(-1).operation.should.equal('device.control');
      (await steer('GET', '/executed')).body[0].attrs.should.eql({ switch: 1 });
      await steer('DELETE', '/requests');
      await steer('DELETE', '/executed');
      [simulator.requests.length, simulator.executed.length].should.eql([0, 0]);
    });
  });
});
