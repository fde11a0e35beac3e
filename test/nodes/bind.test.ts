import should from 'should';
import bind from '../../nodes/gizwits-bind';
import datapoints from '../../nodes/gizwits-datapoints';
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

let simulator: Simulator;

function prepare(): void {
  useSimulator((created) => {
    simulator = created;
  });
}

describe('gizwits-bind', () => {
  prepare();

  const run = async (fields: Record<string, unknown>, msg: Message) => {
    const node = { type: 'gizwits-bind', ...fields };
    const bench = await loadBench(bind, node, configNodes(simulator), credentials(simulator));
    const result = await bench.run(msg);
    await stopRuntime();
    await startRuntime();
    return { ...result, msg: result.messages[0] as Message };
  };
  const user = () => simulator.world.people.users[0] as { uid: string; appid: string };
  const free = (count: number): string[] => {
    const { uid } = user();
    const { people } = simulator.world;
    return simulator.world
      .devicesOf(simulator.products[0]?.productKey as string)
      .map(({ did }) => did)
      .filter((did) => !people.current(uid, did))
      .slice(0, count);
  };

  it('binds and takes back, with what failed beside what did not', async () => {
    const { uid, appid } = user();
    const dids = free(2);
    const bound = await run({}, { uid, appid, payload: [...dids, 'nobody'] });
    bound.msg.payload.should.eql({ success: dids, failed: ['nobody'] });
    bound.msg.should.containEql({ uid, appid });
    bound.msg.gizwits.should.containEql({ operation: 'bindings.create', statusCode: 200, attempts: 1 });
    for (const did of dids) should(simulator.world.people.current(uid, did)).be.ok();

    const one = await run({ action: 'unbind', dids: 'one', didsType: 'msg' }, { uid, appid, one: dids[0] });
    one.msg.payload.should.eql({ success: [dids[0]], failed: [] });
    one.msg.gizwits.operation.should.equal('bindings.delete');
    const request = simulator.requests.at(-1);
    should(request?.method).equal('DELETE');
    should(request?.body).eql({ uid, appid, dids: [dids[0]] });
    should(simulator.world.people.current(uid, dids[0] as string)).not.be.ok();
  });

  it('ends as an error when nothing was done', async () => {
    const { uid, appid } = user();
    const cases: [Record<string, unknown>, Message, string][] = [
      [{}, { uid, appid, payload: ['nobody'] }, 'GIZ_REFUSED'],
      [{}, { uid: 'u', appid, payload: free(1) }, 'GIZ_5017'],
      [{}, { uid, appid: 'a', payload: free(1) }, 'GIZ_5016'],
      [{ action: 'unbind' }, { uid, appid, payload: free(1) }, 'GIZ_5303'],
      [{ action: 'marry' }, { uid, appid, payload: free(1) }, 'GIZ_BAD_INPUT'],
      [{}, { appid, payload: free(1) }, 'GIZ_BAD_INPUT'],
      [{}, { uid, payload: free(1) }, 'GIZ_BAD_INPUT'],
      [{}, { uid, appid }, 'GIZ_BAD_INPUT'],
      [{}, { uid, appid, payload: { did: 'x' } }, 'GIZ_BAD_INPUT'],
    ];
    for (const [fields, msg, code] of cases) {
      const { messages, error } = await run(fields, msg);
      messages.should.eql([]);
      should(error?.error.code).equal(code);
    }
  });

  it('never repeats a binding whose answer was lost', async () => {
    const { uid, appid } = user();
    simulator.faults.add({ kind: 'resetAfterRequest', match: { operation: 'bindings.create' } });
    const from = simulator.requests.length;
    const { error } = await run({}, { uid, appid, payload: free(1) });
    should(error?.error.code).equal('GIZ_OUTCOME_UNKNOWN');
    simulator.requests
      .slice(from)
      .filter(({ operation }) => operation === 'bindings.create')
      .length.should.equal(1);
  });
});

describe('gizwits-datapoints', () => {
  prepare();

  const run = async (fields: Record<string, unknown>) => {
    const node = { type: 'gizwits-datapoints', ...fields };
    const bench = await loadBench(datapoints, node, configNodes(simulator), credentials(simulator));
    const result = await bench.run({ payload: 'x', topic: 't' });
    await stopRuntime();
    await startRuntime();
    return { ...result, msg: result.messages[0] as Message };
  };

  it('gives the schema in engineering units', async () => {
    const { msg } = await run({});
    const { productKey, name } = simulator.products[0] as { productKey: string; name: string };
    msg.topic.should.equal('t');
    msg.payload.should.containEql({ productKey, name, protocolType: 'standard' });
    const byName = Object.fromEntries(msg.payload.datapoints.map((one: Message) => [one.name, one]));
    byName.switch.should.containEql({ access: 'writable', dataType: 'bool' });
    byName.room_temp.should.containEql({ access: 'readonly', min: -10 });
    byName.mode.enum.should.containEql('制冷');
    msg.gizwits.operation.should.equal('product.datapoints');
  });

  it('gives the definition as it came', async () => {
    const { msg } = await run({ format: 'raw' });
    msg.payload.entities[0].attrs.length.should.be.above(3);
    msg.payload.should.have.property('packetVersion');
  });

  it('asks the cloud each time, and refuses another format', async () => {
    const from = simulator.requests.length;
    await run({});
    await run({});
    simulator.requests
      .slice(from)
      .filter(({ operation }) => operation === 'product.datapoints')
      .length.should.equal(2);
    should((await run({ format: 'table' })).error?.error.code).equal('GIZ_BAD_INPUT');
  });

  it('says that a product has none', async () => {
    simulator.faults.add({ kind: 'error', code: 5402, match: { operation: 'product.datapoints' } });
    should((await run({})).error?.error.code).equal('GIZ_5402');
  });
});
