import helper from 'node-red-node-test-helper';
import should from 'should';
import control from '../../nodes/gizwits-control';
import getDid from '../../nodes/gizwits-get-did';
import { closeAccounts } from '../../nodes/shared/open-account';
import { createSimulator, type Simulator } from '../../src/simulator';
import {
  type Bench,
  configNodes,
  credentials,
  loadBench,
  type Message,
  startRuntime,
  stopRuntime,
} from '../support/flows';
import { Endings } from './support/endings';
import { record } from './support/table';

const DID = 'Mavn3NpqLZ32XDEjWYb83h';
const MAC = 'fd06c330fc77';
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('work that is interrupted or waits', () => {
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

  const loadControl = (fields: Record<string, unknown> = {}, settings: Record<string, unknown> = {}): Promise<Bench> =>
    loadBench(
      control,
      { type: 'gizwits-control', ...fields },
      configNodes(simulator, 0, settings),
      credentials(simulator),
    );
  const loadGetDid = (settings: Record<string, unknown> = {}): Promise<Bench> =>
    loadBench(
      getDid,
      { type: 'gizwits-get-did', cacheSeconds: '0', cacheSecondsType: 'num' },
      configNodes(simulator, 0, settings),
      credentials(simulator),
    );
  const close = (): Promise<void> =>
    (helper.getNode('n') as never as { close(removed: boolean): Promise<void> }).close(false);

  it('never says "not sent" of a command that was accepted, when its report cannot be read', async () => {
    const bench = await loadControl({ confirm: true, confirmSeconds: '1', confirmSecondsType: 'num' });
    simulator.faults.add({ kind: 'error', code: 5013, match: { operation: 'device.data' }, times: 'forever' });
    const { error } = await bench.run({ payload: { switch: true }, did: DID });
    simulator.executed.length.should.equal(1);
    should(error?.gizwits.error).containEql({ code: 'GIZ_OUTCOME_UNKNOWN', outcome: 'unknown' });
    record({
      check: 'G1',
      fault: 'read-back refused after the command',
      inputs: 1,
      unknown: 1,
      executed: 1,
      lost: 0,
      doubled: 0,
    });
  });

  it('says "unknown" of an accepted command whose node closes while it waits for the report', async () => {
    const bench = await loadControl({ confirm: true });
    simulator.faults.add({ kind: 'hang', match: { operation: 'device.data' }, times: 'forever' });
    for (const afterMs of [300, 1200]) {
      const before = simulator.executed.length;
      const ended = bench.run({ payload: { switch: true }, did: DID });
      while (simulator.executed.length === before) await pause(10);
      await pause(afterMs);
      await close();
      should((await ended).error?.gizwits.error).containEql({ code: 'GIZ_OUTCOME_UNKNOWN', outcome: 'unknown' });
      if (afterMs === 1200) return;
      await stopRuntime();
      await startRuntime();
      await loadControl({ confirm: true }).then((next) => Object.assign(bench, next));
    }
  });

  it('does not hold up a redeploy for a definition that does not come', async () => {
    const bench = await loadControl();
    simulator.faults.add({ kind: 'hang', match: { operation: 'product.datapoints' }, times: 'forever' });
    const ended = bench.run({ payload: { switch: true }, did: DID });
    await pause(300);
    const from = performance.now();
    await close();
    // Far from the ten seconds of the command and the thirty of the call; a busy machine takes its time.
    should(performance.now() - from).be.below(5000);
    should((await ended).error?.gizwits.error).containEql({ code: 'GIZ_CLOSED', outcome: 'not-sent' });
    simulator.executed.length.should.equal(0);
  });

  it('lets a command grow too old while it waits for the definition, and says so on time', async () => {
    const bench = await loadControl({ deadlineSeconds: '0.5', deadlineSecondsType: 'num' });
    simulator.faults.add({ kind: 'hang', match: { operation: 'product.datapoints' }, times: 'forever' });
    const from = performance.now();
    const { error } = await bench.run({ payload: { switch: true }, did: DID });
    should(performance.now() - from).be.below(5000);
    should(error?.error.code).equal('GIZ_EXPIRED');
    record({ check: 'H26', fault: 'definition never comes', inputs: 1, notSent: 1, executed: 0, lost: 0, doubled: 0 });
  });

  it('refuses the read above the bound at once, and never a command', async () => {
    const bench = await loadGetDid({ queue: '5', concurrency: '1', timeout: '60' });
    await bench.run({ payload: MAC });
    simulator.faults.add({ kind: 'delay', ms: 400, match: { operation: 'device.did' } });
    const ended = bench.count(9);
    for (let index = 0; index < 9; index++) helper.getNode('n').receive({ payload: MAC } as never);
    (await ended).should.eql({ ok: 6, failed: 3, codes: Array(3).fill('GIZ_QUEUE_FULL') });
    record({
      check: 'Q46',
      fault: 'one line, five places, nine reads',
      inputs: 9,
      ok: 6,
      notSent: 3,
      lost: 0,
      doubled: 0,
    });
  });

  it('shows in status and message how long the quota makes it wait, and what is left', async () => {
    const bench = await loadGetDid({ maxWait: '30' });
    const { messages } = await bench.run({ payload: MAC });
    const { quota } = messages[0].gizwits;
    should(quota.limit).equal(3600);
    should(quota.remaining).be.within(3500, 3600);
    should(Date.parse(quota.resetAt)).be.within(Date.now(), Date.now() + 3_601_000);
    simulator.faults.setQuota({ limit: 3600, remaining: 100, resetSeconds: 4 });
    await bench.run({ payload: MAC });
    const waiting = bench.run({ payload: MAC });
    await pause(300);
    (await bench.settledStatus()).should.match({ fill: 'blue', shape: 'dot', text: /waitingQuota/ });
    const after = await waiting;
    should(after.error).be.undefined();
    should(after.messages[0].gizwits.waitedMs).be.above(2000);
    should(after.messages[0].gizwits.quota.remaining).be.above(3000);
    (await bench.settledStatus()).fill.should.equal('green');
  });

  it('says how long to wait when it will not wait', async () => {
    const bench = await loadGetDid({ maxWait: '1' });
    await bench.run({ payload: MAC });
    simulator.faults.setQuota({ limit: 3600, remaining: 10, resetSeconds: 900 });
    await bench.run({ payload: MAC });
    const before = simulator.requests.length;
    const { error } = await bench.run({ payload: MAC });
    should(error?.error.code).equal('GIZ_QUOTA');
    should(error?.gizwits.error.retryAfterMs).be.within(800_000, 906_000);
    simulator.requests.length.should.equal(before);
    (await bench.settledStatus()).should.containEql({ fill: 'red', shape: 'ring' });
  });

  it('keeps the state of the quota over a redeploy', async () => {
    const bench = await loadGetDid({ maxWait: '1' });
    await bench.run({ payload: MAC });
    simulator.faults.setQuota({ limit: 3600, remaining: 5, resetSeconds: 900 });
    await bench.run({ payload: MAC });
    await stopRuntime();
    await startRuntime();
    const before = simulator.requests.length;
    const { error } = await (await loadGetDid({ maxWait: '1' })).run({ payload: MAC });
    should(error?.error.code).equal('GIZ_QUOTA');
    simulator.requests.length.should.equal(before);
    record({ check: 'Q47', fault: 'redeploy in the middle of the hour', inputs: 3, ok: 2, notSent: 1, lost: 0 });
  });

  it('does not run for ever when a Catch node leads back into it', async () => {
    await loadGetDid();
    helper.getNode('error').on('input', (msg: Message) => helper.getNode('n').receive(msg as never));
    const endings = new Endings('n');
    helper.getNode('n').receive({ payload: '../x', number: 1 } as never);
    await pause(500);
    const settled = endings.byNumber.get(1)?.length;
    await pause(300);
    endings.stop();
    should(settled).be.within(2, 11);
    should(endings.byNumber.get(1)?.length).equal(settled);
  });

  it('takes the errors and states of the config nodes to the tab, once, and without going round in circles', async () => {
    const configs = [
      ...configNodes(simulator),
      { id: 'states', type: 'status', z: 'tab', wires: [['state']] },
      { id: 'state', type: 'helper', z: 'tab' },
    ];
    const bench = await loadBench(
      getDid,
      { type: 'gizwits-get-did', cacheSeconds: '0' },
      configs,
      credentials(simulator),
    );
    const caught: Message[] = [];
    const states: Message[] = [];
    helper.getNode('error').on('input', (msg: Message) => caught.push(msg));
    helper.getNode('state').on('input', (msg: Message) => states.push(msg));
    for (const id of ['enterprise', 'product']) {
      const node = helper.getNode(id) as never as {
        error(text: string, msg: object): void;
        status(status: object): void;
      };
      node.error(`from ${id}`, {});
      node.status({ fill: 'yellow', shape: 'ring', text: id });
    }
    await pause(50);
    caught.map(({ error }) => error.message).should.eql(['from enterprise', 'from product']);
    states.map(({ status }) => status.text).should.eql(['enterprise', 'product']);
    await bench.run({ payload: MAC });
    simulator.faults.add({ kind: 'resetAfterRequest', times: 'forever' });
    for (let index = 0; index < 2; index++) await bench.run({ payload: MAC });
    await pause(50);
    const stopped = states.map(({ status }) => status).filter(({ source }) => source.id === 'enterprise');
    should(stopped).have.length(2);
    should(stopped[1]).match({ fill: 'yellow', shape: 'ring', text: /5 times in a row/ });
    await close();
    for (const id of ['enterprise', 'product']) {
      should(Object.keys((helper.getNode(id) as never as { users: object }).users)).eql([]);
    }
  });
});
