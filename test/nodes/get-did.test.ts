import helper from 'node-red-node-test-helper';
import should from 'should';
import getDid from '../../nodes/gizwits-get-did';
import type { Simulator } from '../../src/simulator';
import { configNodes, credentials, loadBench, startRuntime, stopRuntime, useSimulator } from '../support/flows';

const MAC = 'fd06c330fc77';
const DID = 'Mavn3NpqLZ32XDEjWYb83h';

describe('gizwits-get-did', () => {
  let simulator: Simulator;

  useSimulator((created) => {
    simulator = created;
  });

  const load = (fields: Record<string, unknown> = {}) =>
    loadBench(getDid, { type: 'gizwits-get-did', ...fields }, configNodes(simulator), credentials(simulator));
  const lookups = (): number => simulator.requests.filter(({ path }) => path.includes('/devices?')).length;

  it('looks up one mac and keeps the message', async () => {
    const bench = await load();
    const { messages, error } = await bench.run({ payload: MAC, topic: 'kept', custom: { a: 1 } });
    should(error).be.undefined();
    messages.length.should.equal(1);
    const [msg] = messages;
    msg.did.should.equal(DID);
    msg.payload.should.eql({ mac: MAC, did: DID });
    msg.topic.should.equal('kept');
    msg.custom.should.eql({ a: 1 });
    const { operation, productKey, did, statusCode, attempts, quota } = msg.gizwits;
    operation.should.equal('device.did');
    productKey.should.equal(simulator.products[0].productKey);
    did.should.equal(DID);
    statusCode.should.equal(200);
    attempts.should.equal(1);
    quota.limit.should.equal(3600);
    msg.gizwits.should.have.properties('waitedMs', 'elapsedMs');
  });

  it('gives passcode and detail when asked', async () => {
    const bench = await load({ passcode: true, detail: true });
    const { messages } = await bench.run({ payload: MAC });
    messages[0].payload.should.have.properties('mac', 'did', 'passcode', 'is_online', 'is_disabled', 'type');
    messages[0].payload.did.should.equal(DID);
  });

  it('answers from the cache while it is young, and asks again without one', async () => {
    const cached = await load();
    await cached.run({ payload: MAC });
    const once = lookups();
    await cached.run({ payload: MAC });
    lookups().should.equal(once);
    await stopRuntime();
    await startRuntime();
    const uncached = await load({ cacheSeconds: '0', cacheSecondsType: 'num' });
    await uncached.run({ payload: MAC });
    await uncached.run({ payload: MAC });
    lookups().should.equal(once + 2);
  });

  for (const [cacheSeconds, calls] of [
    ['0', 2],
    ['60', 1],
  ] as const) {
    it(`asks ${calls === 1 ? 'once' : 'each by itself'} for two that come at once, with ${cacheSeconds} s of cache`, async () => {
      const bench = await load({ cacheSeconds, cacheSecondsType: 'num' });
      const before = lookups();
      const ended = bench.count(2);
      for (let i = 0; i < 2; i++) helper.getNode('n').receive({ payload: MAC } as never);
      (await ended).should.eql({ ok: 2, failed: 0 });
      (lookups() - before).should.equal(calls);
    });
  }

  it('takes the words of its switches from a script or the environment, and refuses others', async () => {
    const bench = await load({ detail: 'false', passcode: 'true' });
    const { messages } = await bench.run({ payload: MAC });
    Object.keys(messages[0].payload).should.eql(['mac', 'did', 'passcode']);
    await stopRuntime();
    await startRuntime();
    const odd = await load({ detail: 'perhaps' });
    const { error } = await odd.run({ payload: MAC });
    should(error?.error).match({ code: 'GIZ_BAD_INPUT', message: /detail.*perhaps/ });
  });

  it('says in words what is missing', async () => {
    const bench = await load();
    const { error } = await bench.run({});
    should(error?.error.message).equal('mac is missing. Accepted: 1 to 64 letters, digits, :, - or _.');
  });

  it('keeps the order of an array, with an error where one failed', async () => {
    const bench = await load();
    const { messages, error } = await bench.run({ payload: ['000000000000', MAC, 'bad mac/'] });
    should(error).be.undefined();
    const [unknown, found, bad] = messages[0].payload;
    unknown.mac.should.equal('000000000000');
    unknown.error.code.should.equal('GIZ_5301');
    unknown.error.message.should.be.a.String().and.not.be.empty();
    found.should.eql({ mac: MAC, did: DID });
    bad.error.code.should.equal('GIZ_BAD_INPUT');
    messages[0].did.should.eql([null, DID, null]);
  });

  it('fails when all of an array failed', async () => {
    const bench = await load();
    const { messages, error } = await bench.run({ payload: ['000000000000', '111111111111'], topic: 'kept' });
    messages.length.should.equal(0);
    should(error?.error.code).equal('GIZ_5301');
    should(error?.topic).equal('kept');
    should(error?.gizwits.error).containEql({
      code: 'GIZ_5301',
      vendorCode: 5301,
      outcome: 'refused',
      retryable: false,
    });
  });

  it('refuses what is no mac, and sends nothing', async () => {
    const bench = await load();
    const sent = simulator.requests.length;
    for (const payload of [undefined, null, '', 'a/../b', 'a?b', 'x'.repeat(65), {}, 1.5, true, '开关']) {
      const { messages, error } = await bench.run({ payload });
      messages.length.should.equal(0);
      should(error?.error.code).equal('GIZ_BAD_INPUT');
      should(error?.gizwits.error.outcome).equal('not-sent');
    }
    simulator.requests.length.should.equal(sent);
  });

  it('names a missing product node', async () => {
    const bench = await load({ product: 'nobody' });
    const { error } = await bench.run({ payload: MAC });
    should(error?.error.code).equal('GIZ_CONFIG');
    bench.statuses()[0].fill.should.equal('red');
  });
});
