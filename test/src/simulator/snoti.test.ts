import { X509Certificate } from 'node:crypto';
import should from 'should';
import { systemClock } from '../../../src/cloud/clock';
import { SNOTI_BEHAVIOUR, type SnotiBehaviour } from '../../../src/simulator/snoti/behaviour';
import { type CertificateKind, CertificateMaker } from '../../../src/simulator/snoti/certificate';
import { erlangFloat } from '../../../src/simulator/snoti/message';
import { SnotiServer } from '../../../src/simulator/snoti/server';
import type { SnotiCommand, SnotiEvent, SnotiSource } from '../../../src/simulator/snoti/source';
import { VirtualClock } from '../../support/virtual-clock';
import { SnotiClient, until } from './snoti-client';

const PRODUCTS = [
  { productKey: 'a'.repeat(32), authId: 'id-a', authSecret: 'secret-a' },
  { productKey: 'b'.repeat(32), authId: 'id-b', authSecret: 'secret-b' },
];
const KV = 'device.status.kv';

/** A world that only obeys. */
class StillWorld implements SnotiSource {
  readonly products = PRODUCTS;
  readonly enterprise = { id: 'eid', secret: 'esecret' };
  readonly commands: SnotiCommand[] = [];
  refusal: string | undefined;
  listeners = 0;

  listen(): () => void {
    this.listeners++;
    return () => {
      this.listeners--;
    };
  }

  control(command: SnotiCommand): string | undefined {
    this.commands.push(command);
    return this.refusal;
  }
}

function event(n: number, more: Partial<SnotiEvent> = {}): SnotiEvent {
  return {
    subscription: KV,
    eventType: 'device_status_kv',
    productKey: PRODUCTS[0].productKey,
    did: 'did',
    mac: 'mac',
    at: 1_499_941_067_396,
    members: { group_id: null, left: undefined, data: { n } },
    ...more,
  };
}

function entry(index = 0, more: Record<string, unknown> = {}): Record<string, unknown> {
  const { productKey, authId, authSecret } = PRODUCTS[index];
  return { product_key: productKey, auth_id: authId, auth_secret: authSecret, subkey: 'test', events: [KV], ...more };
}

function numbers(client: SnotiClient): number[] {
  return client.pushes.map((frame) => (frame.data as { n: number }).n);
}

describe('simulated SNoti', () => {
  const world = new StillWorld();
  let server: SnotiServer;
  let port: number;
  let clients: SnotiClient[];

  async function start(behaviour: Partial<SnotiBehaviour> = {}, clock = systemClock): Promise<void> {
    await server?.close();
    server = new SnotiServer({ clock, source: world, behaviour });
    port = await server.listen();
  }

  async function open(): Promise<SnotiClient> {
    const client = await SnotiClient.connect(port, server.ca);
    clients.push(client);
    return client;
  }

  async function login(entries = [entry()], more: Record<string, unknown> = {}): Promise<SnotiClient> {
    const client = await open();
    client.send({ cmd: 'login_req', data: entries, ...more });
    await client.wait('login_res');
    return client;
  }

  beforeEach(async () => {
    clients = [];
    world.commands.length = 0;
    world.refusal = undefined;
    await start();
  });

  afterEach(async () => {
    for (const client of clients) client.end();
    await server.close();
    world.listeners.should.equal(0);
  });

  describe('wire', () => {
    it('prints numbers as the live service does', async () => {
      erlangFloat(1499941067.396).should.equal('1.49994106739599990845e+09');
      erlangFloat(1499843747.794).should.equal('1.49984374779399991035e+09');
      erlangFloat(0).should.equal('0.00000000000000000000e+00');
      const client = await login();
      server.publish(event(1));
      await client.wait('event_push');
      const line = client.lines.at(-1) ?? '';
      line.should.startWith('{"cmd":"event_push","delivery_id":1,"msg_id":"');
      line.should.match(/"msg_id":"[A-Za-z0-9+/]{22}"/);
      line.should.containEql('"created_at":1.49994106739599990845e+09,"group_id":null,"data":{"n":1}}');
      line.should.not.containEql('left');
    });

    it('answers ping, bare or with a carriage return, and several lines at once; waits for a line end', async () => {
      const client = await open();
      client.write('{"cmd":"ping"}\r\n\n{"cmd":"ping"}\n{"cmd":"pi');
      await client.wait('pong', 2);
      client.write('ng"}');
      await new Promise((resolve) => setTimeout(resolve, 30));
      client.of('pong').length.should.equal(2);
      client.write('\n');
      await client.wait('pong', 3);
    });

    it('answers what it does not accept with invalid_msg, and goes on', async () => {
      const client = await open();
      for (const [text, code] of [
        ['not json', 4004],
        ['[1]', 4004],
        ['{"cmd":"event_ack","delivery_id":1}', 4001],
        ['{"cmd":"sing"}', 4005],
      ] as const) {
        client.send(text);
        should((await client.wait('invalid_msg', client.of('invalid_msg').length + 1)).error_code).equal(code);
      }
      client.send({ cmd: 'login_req', data: [entry()] });
      await client.wait('login_res');
      client.send({ cmd: 'login_req', data: [entry()] });
      should((await client.wait('invalid_msg', 5)).error_code).equal(4009);
      client.send({ cmd: 'ping' });
      await client.wait('pong');
    });

    it('cuts into pieces when asked to', async () => {
      server.faults.chunkBytes = 1;
      const client = await login();
      client.chunks.filter((size) => size === 1).length.should.be.above(20);
    });
  });

  describe('certificate', () => {
    it('is verified by its authority for the host, and by nobody else', async () => {
      (await open()).closed.should.be.false();
      await SnotiClient.connect(port, server.ca, 'localhost').then((client) => clients.push(client));
      await SnotiClient.connect(port, new CertificateMaker(['127.0.0.1']).ca).should.be.rejected();
    });

    it('is well formed', () => {
      const maker = new CertificateMaker(['127.0.0.1', '::1', 'fe80::12', 'example.test']);
      const authority = new X509Certificate(maker.ca);
      authority.ca.should.be.true();
      const certificate = new X509Certificate(maker.identity('valid').cert);
      certificate.ca.should.be.false();
      certificate.checkIssued(authority).should.be.true();
      certificate.verify(authority.publicKey).should.be.true();
      for (const address of ['127.0.0.1', '::1', 'fe80::12']) should(certificate.checkIP(address)).be.ok();
      should(certificate.checkHost('example.test')).equal('example.test');
      should(certificate.checkHost('other.test')).be.undefined();
    });

    const spoilt: [CertificateKind, string][] = [
      ['expired', 'CERT_HAS_EXPIRED'],
      ['not-yet-valid', 'CERT_NOT_YET_VALID'],
      ['wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      ['unknown-authority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ];
    for (const [kind, code] of spoilt) {
      it(`can be ${kind}, and right again`, async () => {
        server.faults.certificate = kind;
        await SnotiClient.connect(port, server.ca).should.be.rejectedWith({ code });
        server.faults.certificate = 'valid';
        (await open()).closed.should.be.false();
      });
    }
  });

  describe('login', () => {
    it('accepts several products, and none', async () => {
      should((await login([entry(0), entry(1)])).of('login_res')).eql([
        { cmd: 'login_res', data: { result: true, msg: 'ok' } },
      ]);
      const empty = await login([]);
      empty.send({ cmd: 'subscribe_req', data: [entry()] });
      should((await empty.wait('subscribe_res')).result).be.true();
    });

    it('accepts an enterprise, for all its products and events or for those it names', async () => {
      const enterprise = (more: Record<string, unknown> = {}) => ({
        ...{ product_key: '', auth_id: '', auth_secret: '', subkey: 'sub_1', events: null },
        ...{ enterprise_id: 'eid', enterprise_secret: 'esecret', ...more },
      });
      const go = async (data: unknown): Promise<SnotiClient> => {
        const client = await open();
        client.send({ cmd: 'enterprise_login_req', prefetch_count: 50, data });
        await client.wait('login_res');
        return client;
      };
      const all = await go([enterprise()]);
      const some = await go([enterprise({ product_key: PRODUCTS[1].productKey, events: [KV], subkey: 'sub_2' })]);
      for (const [n, { productKey }] of PRODUCTS.entries()) server.publish(event(n, { productKey }));
      await all.wait('event_push', 2);
      await some.wait('event_push');
      numbers(some).should.eql([1]);
      const wrong = await go([enterprise({ enterprise_secret: 'no' })]);
      should(wrong.of('login_res')[0]?.data).match({ result: false, msg: /enterprise/ });
      await until(() => wrong.closed, 'the close');
      JSON.stringify(server.frames).should.not.containEql('esecret');
    });

    it('refuses what is wrong with a text and a close', async () => {
      for (const [bad, prefetch] of [
        [entry(0, { auth_secret: 'x' })],
        [entry(0, { auth_id: 'id-b' })],
        [entry(0, { product_key: 'c'.repeat(32) })],
        [entry(0, { subkey: 'a-b' })],
        [entry(0, { subkey: 'a'.repeat(33) })],
        [entry(0, { subkey: undefined })],
        [entry(0, { events: 'device.online' })],
        [entry(), 0],
        [entry(), 32_768],
        [entry(), 1.5],
      ] as [Record<string, unknown>, number?][]) {
        const client = await login([entry(1), bad], { prefetch_count: prefetch });
        const [{ data }] = client.of('login_res') as { data: { result: boolean; msg: string } }[];
        data.result.should.be.false();
        data.msg.should.be.a.String();
        await until(() => client.closed, 'the close');
      }
      // All or nothing: the right entry has made no queue.
      server.queues.length.should.equal(0);
    });

    it('refuses a sixth subkey, an address off the list, and, if strict, unknown events', async () => {
      for (let i = 1; i <= 5; i++) await login([entry(0, { subkey: `s${i}` })]);
      const sixth = await login([entry(0, { subkey: 's6' })]);
      should((sixth.of('login_res')[0].data as { result: boolean }).result).be.false();
      await login([entry(0, { subkey: 's5', events: ['device.attrs_fault', KV] })]).then((client) =>
        should((client.of('login_res')[0].data as { result: boolean }).result).be.true(),
      );
      server.behaviour.unknownEvents = 'refuse';
      const strict = await login([entry(0, { subkey: 's5', events: ['device.attrs_fault'] })]);
      should((strict.of('login_res')[0].data as { result: boolean }).result).be.false();
      server.behaviour.allowFrom = ['203.0.113.1'];
      const elsewhere = await login([entry(0, { subkey: 's5' })]);
      should((elsewhere.of('login_res')[0].data as { msg: string }).msg).match(/white list/);
    });

    it('can be spoilt', async () => {
      server.faults.addLogin({ kind: 'refuse', text: 'no today' });
      should((await login()).of('login_res')[0].data).eql({ result: false, msg: 'no today' });
      server.faults.addLogin({ kind: 'twice' });
      await (await login()).wait('login_res', 2);
      server.faults.addLogin({ kind: 'close' });
      const closed = await login();
      await until(() => closed.closed, 'the close');
      server.faults.addLogin({ kind: 'garbage', line: '???' });
      const garbage = await open();
      garbage.send({ cmd: 'login_req', data: [entry()] });
      await until(() => garbage.lines.length === 1, 'the line');
      garbage.lines.should.eql(['???']);
      server.faults.addLogin({ kind: 'silent' }, 2);
      for (let i = 0; i < 2; i++) {
        const silent = await open();
        silent.send({ cmd: 'login_req', data: [entry()] });
        silent.send({ cmd: 'ping' });
        await silent.wait('pong');
        silent.of('login_res').should.eql([]);
      }
      server.faults.closesOnAccept = true;
      const shut = await open();
      await until(() => shut.closed, 'the close');
      server.faults.clear();
      await login();
    });

    it('is logged without its secret', async () => {
      await login();
      const text = JSON.stringify(server.frames);
      text.should.containEql('login_req').and.not.containEql('secret-a');
    });
  });

  describe('queues', () => {
    it('number from 1 on each connection, keep the window, and take acknowledgements in any order', async () => {
      const client = await login([entry()], { prefetch_count: 3 });
      for (let n = 1; n <= 10; n++) server.publish(event(n));
      await client.wait('event_push', 3);
      await new Promise((resolve) => setTimeout(resolve, 30));
      client.pushes.map((frame) => frame.delivery_id).should.eql([1, 2, 3]);
      client.acknowledge(2);
      await client.wait('event_push', 4);
      client.acknowledge(3);
      client.acknowledge(1);
      await client.wait('event_push', 6);
      numbers(client).should.eql([1, 2, 3, 4, 5, 6]);
      [...server.audit.acknowledged].should.eql([2, 3, 1]);
      server.audit.counts.should.eql({ ok: 3, double: 0, unknown: 0, malformed: 0, early: 0 });
    });

    it('send what was not acknowledged again, in order, before the rest, with new ids and the same message id', async () => {
      const first = await login([entry()], { prefetch_count: 3 });
      for (let n = 1; n <= 5; n++) server.publish(event(n));
      await first.wait('event_push', 3);
      first.acknowledge(2);
      await first.wait('event_push', 4);
      first.end();
      await until(() => server.connections.length === 0, 'the end');
      server.publish(event(6));
      const second = await login([entry()]);
      await second.wait('event_push', 5);
      numbers(second).should.eql([1, 3, 4, 5, 6]);
      second.pushes.map((frame) => frame.delivery_id).should.eql([1, 2, 3, 4, 5]);
      second.pushes[0].msg_id?.should.equal(first.pushes[0].msg_id);
      server.audit.redeliveries.should.equal(3);
    });

    it('hand out in turn to connections of one subkey, skipping the full one; copies go to other subkeys', async () => {
      const a = await login([entry()], { prefetch_count: 2 });
      const b = await login([entry()]);
      const copy = await login([entry(0, { subkey: 'other' })]);
      for (let n = 1; n <= 10; n++) server.publish(event(n));
      await copy.wait('event_push', 10);
      await b.wait('event_push', 8);
      numbers(a).should.eql([1, 3]);
      numbers(b).should.eql([2, 4, 5, 6, 7, 8, 9, 10]);
      a.end();
      await b.wait('event_push', 10);
      numbers(b).slice(8).should.eql([1, 3]);
    });

    it('carry only what was asked for, of their own product', async () => {
      const client = await login([entry(0, { events: ['device.online'] }), entry(1)]);
      server.publish(event(1));
      server.publish(event(2, { subscription: 'device.online', eventType: 'device_online' }));
      server.publish(event(3, { productKey: PRODUCTS[1].productKey }));
      await client.wait('event_push', 2);
      numbers(client).should.eql([2, 3]);
    });

    it('keep their events while nobody is there, and the last list of them', async () => {
      (await login()).end();
      await until(() => server.connections.length === 0, 'the end');
      server.publish(event(1));
      server.publish(event(2, { subscription: 'device.online' }));
      const later = await login([entry(0, { events: ['device.online'] })]);
      await later.wait('event_push');
      numbers(later).should.eql([1]);
      server.publish(event(3));
      server.publish(event(4, { subscription: 'device.online' }));
      await later.wait('event_push', 2);
      numbers(later).should.eql([1, 4]);
    });

    it('let events go after three days, without a word', async () => {
      const clock = new VirtualClock();
      await start({}, clock);
      (await login()).end();
      await until(() => server.connections.length === 0, 'the end');
      server.publish(event(1));
      await clock.advance(2 * 86_400_000);
      server.publish(event(2));
      await clock.advance(86_400_001);
      const client = await login();
      await client.wait('event_push');
      numbers(client).should.eql([2]);
    });

    it('are deleted only when nobody uses them', async () => {
      const client = await login();
      server.deleteQueue(PRODUCTS[0].productKey, 'test').should.be.false();
      client.end();
      await until(() => server.connections.length === 0, 'the end');
      server.deleteQueue(PRODUCTS[0].productKey, 'test').should.be.true();
      server.deleteQueue(PRODUCTS[0].productKey, 'test').should.be.false();
    });

    it('count the window for the connection, or for each product', async () => {
      for (const [prefetchScope, expected] of [
        ['connection', 2],
        ['product', 4],
      ] as const) {
        await start({ prefetchScope });
        const client = await login([entry(0), entry(1)], { prefetch_count: 2 });
        for (let n = 1; n <= 5; n++) {
          server.publish(event(n));
          server.publish(event(n, { productKey: PRODUCTS[1].productKey }));
        }
        await client.wait('event_push', expected);
        await new Promise((resolve) => setTimeout(resolve, 30));
        client.pushes.length.should.equal(expected);
      }
    });

    it('change with subscriptions on a live connection', async () => {
      const client = await login();
      client.send({ cmd: 'subscribe_req', data: [entry(0, { events: ['device.online'] })] });
      const answer = await client.wait('subscribe_res');
      should([answer.result, answer.msg]).eql([true, 'ok']);
      server.publish(event(1, { subscription: 'device.online' }));
      server.publish(event(2));
      await client.wait('event_push', 2);
      client.send({
        cmd: 'unsubscribe_req',
        data: [{ product_key: PRODUCTS[0].productKey, subkey: 'test', events: [KV] }],
      });
      should((await client.wait('unsubscribe_res')).result).be.true();
      server.publish(event(3));
      server.publish(event(4, { subscription: 'device.online' }));
      await client.wait('event_push', 3);
      numbers(client).should.eql([1, 2, 4]);
      client.send({ cmd: 'subscribe_req', data: [entry(1, { auth_secret: 'x' })] });
      should((await client.wait('subscribe_res', 2)).result).be.false();
      client.send({ cmd: 'unsubscribe_req', data: [{ product_key: 'x', subkey: 'test', events: [KV] }] });
      should((await client.wait('unsubscribe_res', 2)).result).be.false();
      server.behaviour.hasSubscriptions = false;
      client.send({ cmd: 'subscribe_req', data: [entry()] });
      should((await client.wait('invalid_msg')).error_code).equal(4005);
    });
  });

  describe('audit', () => {
    it('stops serving whoever acknowledges twice or what never was, and keeps answering ping', async () => {
      for (const [id, verdict] of [
        [1, 'double'],
        [99, 'unknown'],
        ['1', 'unknown'],
        [null, 'malformed'],
      ] as const) {
        await start();
        const client = await login();
        server.publish(event(1));
        await client.wait('event_push');
        client.acknowledge(1);
        client.acknowledge(id);
        client.send({ cmd: 'ping' });
        await client.wait('pong');
        server.audit.counts[verdict].should.equal(1, String(id));
        server.publish(event(2));
        client.send({ cmd: 'ping' });
        await client.wait('pong', 2);
        client.pushes.length.should.equal(1);
        client.end();
        const next = await login();
        await next.wait('event_push');
        numbers(next).should.eql([2]);
      }
    });

    it('or ignores it, or closes', async () => {
      await start({ unknownAck: 'ignore' });
      const client = await login();
      client.acknowledge(5);
      server.publish(event(1));
      await client.wait('event_push');
      server.behaviour.unknownAck = 'close';
      client.acknowledge(5);
      await until(() => client.closed, 'the close');
    });

    it('tells acknowledgements that come before the work is done', async () => {
      server.audit.isDone = ({ sequence }) => sequence !== 2;
      const client = await login();
      client.acknowledges = true;
      for (let n = 1; n <= 3; n++) server.publish(event(n));
      await until(() => server.audit.records.length === 3, 'the acknowledgements');
      server.audit.records
        .map(({ verdict, sequence }) => [verdict, sequence])
        .should.eql([
          ['ok', 1],
          ['early', 2],
          ['ok', 3],
        ]);
    });

    it('keeps ids beyond 2^53 apart', async () => {
      await start({ firstDeliveryId: 2n ** 53n });
      const client = await login();
      for (let n = 1; n <= 3; n++) server.publish(event(n));
      await client.wait('event_push', 3);
      client.lines
        .slice(-3)
        .map((line) => /"delivery_id":(\d+)/.exec(line)?.[1])
        .should.eql(['9007199254740992', '9007199254740993', '9007199254740994']);
      client.send('{"cmd":"event_ack","delivery_id":9007199254740993}');
      client.send({ cmd: 'ping' });
      await client.wait('pong');
      [...server.audit.acknowledged].should.eql([2]);
    });
  });

  describe('repetitions and message ids', () => {
    it('repeats on the same connection when asked to, with the same id or a new one', async () => {
      for (const [repeatId, ids] of [
        ['same', [1, 1]],
        ['new', [1, 2]],
      ] as const) {
        await start({ repeatAfterMs: 50, repeatId });
        const client = await login([entry()], { prefetch_count: 1 });
        server.publish(event(1));
        server.publish(event(2));
        await client.wait('event_push', 2);
        client.pushes.map((frame) => frame.delivery_id).should.eql(ids);
        numbers(client).should.eql([1, 1]);
        for (const id of new Set(ids)) client.acknowledge(id);
        await client.wait('event_push', 3);
        numbers(client)[2].should.equal(2);
        client.send({ cmd: 'ping' });
        await client.wait('pong');
        should([server.audit.counts.double, server.audit.counts.unknown]).eql([0, 0]);
      }
    });

    it('sends message ids that stay, change, or none', async () => {
      for (const [messageIds, kinds] of [
        ['stable', 1],
        ['fresh', 2],
        ['none', 1],
      ] as const) {
        await start({ messageIds });
        const first = await login();
        server.publish(event(1));
        await first.wait('event_push');
        first.end();
        const second = await login();
        await second.wait('event_push');
        const ids = [first.pushes[0].msg_id, second.pushes[0].msg_id];
        new Set(ids).size.should.equal(kinds);
        should(ids.includes(undefined)).equal(messageIds === 'none');
      }
    });
  });

  describe('faults', () => {
    it('drops silent clients with the bare text', async () => {
      await start({ heartbeatMs: 80 });
      const client = await login();
      await until(() => client.closed, 'the drop');
      client.lines.at(-1)?.should.equal('No Heartbeat!');
      const lively = await login();
      for (let i = 0; i < 5; i++) {
        await new Promise((resolve) => setTimeout(resolve, 40));
        lively.send({ cmd: 'ping' });
      }
      lively.closed.should.be.false();
      server.dropSilent();
      await until(() => lively.closed, 'the drop');
    });

    it('cuts now, or after every so many pushes, in mid-line if asked', async () => {
      const one = await login();
      server.cut();
      await until(() => one.closed, 'the cut');
      const two = await login();
      server.cut('end');
      await until(() => two.closed, 'the cut');
      server.faults.disconnectEvery = 3;
      for (let n = 1; n <= 5; n++) server.publish(event(n));
      const three = await login();
      await until(() => three.closed, 'the cut');
      numbers(three).should.eql([1, 2, 3]);
      server.faults.cutsMidLine = true;
      const four = await login();
      await until(() => four.closed, 'the cut');
      numbers(four).should.eql([1, 2]);
      server.faults.clear();
      const five = await login();
      await five.wait('event_push', 5);
      numbers(five).should.eql([1, 2, 3, 4, 5]);
    });

    it('can be a black hole', async () => {
      const client = await login();
      server.faults.blackHole = true;
      server.publish(event(1));
      client.send({ cmd: 'ping' });
      await new Promise((resolve) => setTimeout(resolve, 50));
      [client.of('pong').length, client.pushes.length].should.eql([0, 0]);
      server.faults.blackHole = false;
      server.resume();
      await client.wait('event_push');
    });

    it('says whatever it is told to', async () => {
      const client = await login();
      server.sendLine('<html>');
      server.connections[0].invalid(4000, 'internal');
      await client.wait('invalid_msg');
      client.lines.should.containEql('<html>');
      server.behaviour.closesAfterInvalid = true;
      client.send('x');
      await until(() => client.closed, 'the close');
    });
  });

  describe('control', () => {
    const device = { did: 'd1', mac: 'm1', product_key: PRODUCTS[0].productKey };

    it('version 2: carries out, and lists what failed with its reason', async () => {
      const client = await login();
      const data = [
        { cmd: 'write_attrs', data: { ...device, attrs: { Switch: 1 } } },
        { cmd: 'write', data: { ...device, did: 'd2', binary_coding: 'base64', raw: 'AQID' } },
      ];
      client.send({ cmd: 'remote_control_v2_req', msg_id: 'q1', data });
      should(await client.wait('remote_control_v2_res')).eql({
        cmd: 'remote_control_v2_res',
        msg_id: 'q1',
        result: { succeed: [{ did: 'd1' }, { did: 'd2' }], failed: [] },
      });
      world.commands.should.eql([
        { did: 'd1', mac: 'm1', productKey: device.product_key, coding: 'hex', attrs: { Switch: 1 } },
        { did: 'd2', mac: 'm1', productKey: device.product_key, coding: 'base64', raw: 'AQID' },
      ]);
      world.refusal = 'Did is offline';
      client.send({ cmd: 'remote_control_v2_req', data });
      should(await client.wait('remote_control_v2_res', 2)).eql({
        cmd: 'remote_control_v2_res',
        result: {
          succeed: [],
          failed: [
            { did: 'd1', reason: 'Did is offline' },
            { did: 'd2', reason: 'Did is offline' },
          ],
        },
      });
    });

    it('version 1: names in the lists, raw as bytes, message ids of any kind', async () => {
      const client = await login();
      const raw = { cmd: 'write', source: 'noti', data: { ...device, raw: [1, 22, 33] } };
      client.send({ cmd: 'remote_control_req', msg_id: null, data: [raw] });
      should(await client.wait('remote_control_res')).eql({
        cmd: 'remote_control_res',
        msg_id: null,
        result: { succeed: ['d1'], failed: [] },
      });
      world.refusal = 'no';
      client.send({ cmd: 'remote_control_req', msg_id: 7, data: [{ ...raw, cmd: 'write_v1' }] });
      should(await client.wait('remote_control_res', 2)).eql({
        cmd: 'remote_control_res',
        msg_id: 7,
        result: { succeed: [], failed: [{ d1: 'no' }] },
      });
    });

    it('refuses products that are not logged in, and requests of another form', async () => {
      const client = await login();
      const foreign = { ...device, product_key: PRODUCTS[1].productKey };
      client.send({ cmd: 'remote_control_v2_req', data: [{ cmd: 'write_attrs', data: { ...foreign, attrs: {} } }] });
      const { result } = await client.wait('remote_control_v2_res');
      should((result as { failed: unknown[] }).failed.length).equal(1);
      world.commands.should.eql([]);
      const bad: [string, unknown][] = [
        ['remote_control_v2_req', []],
        ['remote_control_v2_req', [{ cmd: 'write_attrs', data: { did: 'd' } }]],
        ['remote_control_v2_req', [{ cmd: 'write_attrs', data: device }]],
        ['remote_control_v2_req', [{ cmd: 'write', data: device }]],
        ['remote_control_v2_req', [{ cmd: 'write_v1', data: { ...device, raw: [1] } }]],
        ['remote_control_v2_req', [{ cmd: 'write', data: { ...device, raw: '01', binary_coding: 'octal' } }]],
        ['remote_control_req', [{ cmd: 'write', data: { ...device, raw: '01' } }]],
        ['remote_control_req', [{ cmd: 'fly', data: { ...device, raw: [1] } }]],
        ['remote_control_req', [null]],
      ];
      for (const [i, [cmd, data]] of bad.entries()) {
        client.send({ cmd, msg_id: i, data });
        const answer = await client.wait('invalid_msg', i + 1);
        should([answer.error_code, answer.msg_id]).eql([4006, i]);
      }
      world.commands.should.eql([]);
    });
  });

  it('leaves its open points where they were', () => {
    SNOTI_BEHAVIOUR.heartbeatMs.should.equal(300_000);
    SNOTI_BEHAVIOUR.unknownAck.should.equal('stall');
  });
});
