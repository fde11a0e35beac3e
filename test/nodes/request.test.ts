import helper from 'node-red-node-test-helper';
import should from 'should';
import request from '../../nodes/gizwits-request';
import type { Simulator } from '../../src/simulator';
import {
  configNodes,
  credentials,
  loadBench,
  type Message,
  startRuntime,
  stopRuntime,
  useSimulator,
} from '../support/flows';

const MAC = 'fd06c330fc77';
const DID = 'Mavn3NpqLZ32XDEjWYb83h';

describe('gizwits-request', () => {
  let simulator: Simulator;

  useSimulator((created) => {
    simulator = created;
  });
  beforeEach(() => {
    simulator.world.setPresence(simulator.world.device(DID) as never, 'online');
  });

  const load = (fields: Record<string, unknown>) =>
    loadBench(request, { type: 'gizwits-request', ...fields }, configNodes(simulator), credentials(simulator));
  const run = async (fields: Record<string, unknown>, msg: Message) => {
    const bench = await load(fields);
    const result = await bench.run(msg);
    await stopRuntime();
    await startRuntime();
    return { ...result, msg: result.messages[0] as Message };
  };
  const productKey = (): string => simulator.products[0]?.productKey as string;

  it('makes any operation and passes the body on, with the ids for the next node', async () => {
    const { msg } = await run({ operation: 'device.detail' }, { payload: { mac: MAC }, topic: 't' });
    msg.payload.should.containEql({ did: DID, mac: MAC });
    msg.should.containEql({ did: DID, mac: MAC, topic: 't' });
    msg.gizwits.should.containEql({
      operation: 'device.detail',
      productKey: productKey(),
      did: DID,
      statusCode: 200,
      attempts: 1,
    });
  });

  it('takes parameters from wherever the field says', async () => {
    const json = await run(
      { operation: 'devices.search', params: '{"limit": 2, "is_online": true}', paramsType: 'json' },
      { payload: 'not these' },
    );
    json.msg.payload.objects.length.should.equal(2);
    const jsonata = await run(
      { operation: 'device.did', params: '{ "mac": $lowercase(payload) }', paramsType: 'jsonata' },
      { payload: MAC.toUpperCase() },
    );
    jsonata.msg.did.should.equal(DID);
    const empty = await run({ operation: 'devices.search', params: '', paramsType: 'json' }, { payload: 1 });
    empty.msg.payload.objects.length.should.equal(20);
  });

  it('lets any message start an operation without parameters', async () => {
    for (const payload of [1764000000000, 'go', undefined, [1], {}]) {
      const { msg } = await run({ operation: 'groups.list' }, { payload });
      Object.keys(msg.payload).length.should.equal(1);
    }
    const wrong = await run({ operation: 'groups.list' }, { payload: { gid: 'x' } });
    should(wrong.error?.error.code).equal('GIZ_BAD_INPUT');
  });

  it('makes a call of its own: placeholders, query of a GET, body of the others', async () => {
    const path = '/v1/products/{product_key}/devices';
    const got = await run({ operation: 'custom', method: 'GET', path, pathType: 'str' }, { payload: { mac: MAC } });
    got.msg.payload.did.should.equal(DID);
    got.msg.gizwits.operation.should.equal('custom');
    should(simulator.requests.at(-1)?.path).equal(`/v1/products/${productKey()}/devices?mac=${MAC}`);

    const posted = await run(
      { operation: 'custom', method: 'POST', path: 'path', pathType: 'msg' },
      { path: `${path}/{did}/control`, payload: { did: DID, attrs: { switch: true } } },
    );
    posted.msg.payload.should.eql({});
    should(simulator.requests.at(-1)?.body).eql({ attrs: { switch: true } });

    const users = await run(
      { operation: 'custom', method: 'GET', path: '/v1/users/search' },
      {
        payload: { product_key: productKey(), limit: 1 },
      },
    );
    users.msg.payload.objects.length.should.equal(1);
  });

  it('refuses what makes no call before anything is sent', async () => {
    const cases: [Record<string, unknown>, unknown, RegExp][] = [
      [{ operation: 'devices.dance' }, {}, /operation/],
      [{ operation: '' }, {}, /operation/],
      [{}, {}, /operation/],
      [{ operation: 'product.token' }, {}, /operation/],
      [{ operation: '__proto__' }, {}, /operation/],
      [{ operation: 'device.did' }, {}, /mac/],
      [{ operation: 'device.did' }, undefined, /mac/],
      [{ operation: 'device.did' }, 'fd06c330fc77', /params/],
      [{ operation: 'device.did' }, { mac: MAC, colour: 'red' }, /colour/],
      [{ operation: 'device.did' }, { mac: MAC, product_key: 'another' }, /product_key/],
      [{ operation: 'device.control' }, undefined, /did/],
      [{ operation: 'custom', method: 'GET', path: '' }, {}, /path/],
      [{ operation: 'custom', method: 'GET', path: 'v1/users' }, {}, /path/],
      [{ operation: 'custom', method: 'GET', path: '/v1/../x' }, {}, /path/],
      [{ operation: 'custom', method: 'PATCH', path: '/v1/x' }, {}, /method/],
      [{ operation: 'custom', method: 7, path: '/v1/x' }, {}, /method/],
      [{ operation: 'custom', method: 'POST', path: '/v1/products/{product_key}/access_token' }, {}, /path/],
    ];
    for (const [fields, payload, names] of cases) {
      const from = simulator.requests.length;
      const { messages, error } = await run(fields, { payload });
      messages.should.eql([]);
      should(error?.error.code).equal('GIZ_BAD_INPUT', JSON.stringify(fields));
      should(error?.error.message).match(names);
      simulator.requests.length.should.equal(from);
    }
  });

  it('never repeats a change whose answer was lost', async () => {
    simulator.faults.add({ kind: 'resetAfterRequest', match: { operation: 'device.control' } });
    const from = simulator.requests.length;
    const payload = { did: DID, attrs: { switch: true } };
    const { error } = await run({ operation: 'device.control' }, { payload });
    should(error?.error.code).equal('GIZ_OUTCOME_UNKNOWN');
    simulator.requests
      .slice(from)
      .filter(({ operation }) => operation === 'device.control')
      .length.should.equal(1);
  });

  it('gives the vendor’s errors like any other node', async () => {
    const { error } = await run({ operation: 'device.did' }, { payload: { mac: 'nobody' } });
    should(error?.error.code).equal('GIZ_5301');
    should(error?.gizwits.error).containEql({ code: 'GIZ_5301', vendorCode: 5301, outcome: 'refused' });
  });

  describe('the button that associates a product', () => {
    // biome-ignore lint/suspicious/noExplicitAny: the helper gives a supertest agent
    const post = (path: string): any => (helper as any).request().post(path);

    it('makes the call with the deployed secrets and tells how it ended', async () => {
      await load({ operation: 'groups.list' });
      simulator.faults.add({ kind: 'status', status: 201, body: '{}', match: { operation: 'product.associate' } });
      const done = await post('/gizwits-product/product/associate').set('content-type', 'application/json').send('{}');
      done.status.should.equal(200);
      done.body.should.eql({});
      const sent = simulator.requests.filter(({ operation }) => operation === 'product.associate');
      sent.length.should.equal(1);
      should(sent[0]?.method).equal('POST');
      Object.keys(sent[0]?.body as object)
        .sort()
        .should.eql(['enterprise_id', 'enterprise_secret', 'product_secret']);

      const again = await post('/gizwits-product/product/associate').set('content-type', 'application/json').send('{}');
      again.status.should.equal(502);
      again.body.error.code.should.equal('GIZ_5008');
      again.body.error.message.should.be.a.String().and.not.match(new RegExp(simulator.enterprise.secret));
    });

    it('takes JSON alone, for products that are deployed', async () => {
      await load({ operation: 'groups.list' });
      const form = await post('/gizwits-product/product/associate').type('form').send({ a: 1 });
      form.status.should.equal(415);
      for (const id of ['nobody', 'enterprise', 'n', '__proto__', '%2e%2e']) {
        const lost = await post(`/gizwits-product/${id}/associate`).set('content-type', 'application/json').send('{}');
        lost.status.should.equal(404, id);
      }
    });
  });
});
