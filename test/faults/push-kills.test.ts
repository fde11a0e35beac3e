import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { createSimulator, type Simulator } from '../../src/simulator';
import { type FlowNode, type RunningNodeRed, startNodeRed } from '../support/runtime';
import { type PushConfigs, pushConfigs, until } from './support/push-configs';
import { chance, printsSeedOnFailure } from './support/seed';
import { record } from './support/table';
import { WorkBook, writesDown } from './support/work-book';

/** Queues, each with a connection of its own, so that the waits between two connections of one do not add up. */
const QUEUES = 10;
const KILLS = 10;
/** Events of the whole run; every queue gets a copy of each. */
const EVENTS = 1000;
const PREFETCH = 50;

describe('10 000 events, acknowledged by a flow that is cut off and killed', function () {
  this.timeout(240_000);
  printsSeedOnFailure();
  let simulator: Simulator;
  let runtime: RunningNodeRed | undefined;
  let book: WorkBook;
  let folder: string;

  before(async () => {
    simulator = await createSimulator({ snotiBehaviour: { maxSubkeys: QUEUES } });
    folder = mkdtempSync(join(tmpdir(), 'gizwits-kills-'));
    book = new WorkBook(join(folder, 'work'));
  });

  after(async () => {
    await runtime?.stop('SIGKILL');
    book?.close();
    await simulator?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are all done, none acknowledged before, none twice, and none repeated but by a kill', async () => {
    const { server } = simulator.snoti;
    const { audit } = server;
    const random = chance('push kills');
    audit.isDone = ({ msgId }) => {
      book.read();
      return book.done.has(msgId);
    };
    let published = 0;
    let disconnects = 0;
    const publish = (count: number): void => {
      const { productKey } = simulator.products[0] as Simulator['products'][number];
      for (let index = 0; index < count && published < EVENTS; index++) {
        const device = { did: `Device${published % 40}`, mac: `0a1b2c3d4e${String(published % 40).padStart(2, '0')}` };
        const members = { data: { longitude: published++, latitude: WIDE_TEXT } };
        server.publish({
          subscription: 'device.gps.kv',
          eventType: 'device_gps_kv',
          productKey,
          ...device,
          at: Date.now(),
          members,
        });
      }
    };
    const doneBy = (count: number): Promise<void> =>
      until(
        `${count} done`,
        () => {
          book.read();
          return book.done.size >= count;
        },
        60_000,
      );
    const connected = (): Promise<void> =>
      until('all connections', () => server.queues.filter((queue) => queue.connected === 1).length === QUEUES, 60_000);

    const begun = Date.now();
    const flow = workFlow(simulator, join(folder, 'work'));
    for (let life = 0; life <= KILLS; life++) {
      const options = life === 0 ? { flows: flow.nodes, credentials: flow.credentials } : {};
      runtime = await startNodeRed({ userDir: join(folder, 'user'), ...options });
      await connected();
      publish(Math.ceil(EVENTS / (KILLS + 1) / 2));
      book.read();
      await doneBy(Math.min(published * QUEUES, book.done.size + 100 + Math.floor(random() * 200)));
      // Each of the connections is cut, in the middle of its events, some with and some without a proper end.
      disconnects += server.connections.length;
      server.cut(random() < 0.5 ? 'end' : 'reset');
      publish(Math.ceil(EVENTS / (KILLS + 1) / 2));
      await connected();
      if (life === KILLS) break;
      book.read();
      await doneBy(Math.min(published * QUEUES - PREFETCH, book.done.size + 50 + Math.floor(random() * 100)));
      await runtime.stop('SIGKILL');
    }
    publish(EVENTS);
    await doneBy(EVENTS * QUEUES);
    const open = (): number => server.connections.reduce((sum, { unacknowledged }) => sum + unacknowledged, 0);
    await until('the last acknowledgement', () => open() === 0 && audit.counts.ok >= EVENTS * QUEUES, 20_000);

    const { ok, early, double, unknown, malformed } = audit.counts;
    const waiting = server.queues.reduce((sum, { length }) => sum + length, 0);
    const lost = EVENTS * QUEUES - book.done.size + waiting;
    const { repeats, repeatsWithinAProcess, begun: arrivals } = book;
    record({
      check: 'P50',
      fault: `${disconnects} disconnects, ${KILLS} kills`,
      inputs: EVENTS * QUEUES,
      ok,
      lost,
      doubled: double + unknown + malformed,
      note: `acknowledged before done ${early}; repeats ${repeats}, without a kill ${repeatsWithinAProcess}; ${Math.round((Date.now() - begun) / 1000)} s`,
    });
    should({ lost, early, double, unknown, malformed, repeatsWithinAProcess }).eql({
      ...{ lost: 0, early: 0, double: 0, unknown: 0, malformed: 0, repeatsWithinAProcess: 0 },
    });
    should(ok).equal(EVENTS * QUEUES);
    disconnects.should.be.aboveOrEqual(100);
    // What was in the flow at a kill, and what had been done but not acknowledged.
    repeats.should.be.belowOrEqual(KILLS * QUEUES * PREFETCH);
    repeats.should.equal(arrivals - EVENTS * QUEUES);
    should(runtime?.logs()).not.match(/uncaught|\[error\]/i);
  });
});

/** Text beside a number: frames are cut in the middle of characters too. */
const WIDE_TEXT = '开关😀';

/** For each queue a product and an event node; the work takes 5 to 50 ms and is written down when done. */
function workFlow(simulator: Simulator, path: string): PushConfigs {
  const shared = { z: 'tab' };
  const nodes: FlowNode[] = [
    { id: 'tab', type: 'tab', label: 'work' },
    { ...shared, id: 'begin', type: 'function', func: writesDown(path, 'b'), outputs: 1, wires: [['work']] },
    {
      ...{ ...shared, id: 'work', type: 'delay', pauseType: 'random', randomFirst: '5', randomLast: '50' },
      ...{ randomUnits: 'milliseconds', timeout: '1', timeoutUnits: 'seconds', rate: '1', wires: [['end']] },
    },
    { ...shared, id: 'end', type: 'function', func: writesDown(path, 'd'), outputs: 1, wires: [['ack']] },
    { ...shared, id: 'ack', type: 'gizwits-ack', wires: [[]] },
  ];
  const credentials: Record<string, Record<string, string>> = {};
  for (let queue = 0; queue < QUEUES; queue++) {
    const configs = pushConfigs(`p${queue}`, simulator, { subkey: `queue_${queue}`, prefetch: String(PREFETCH) });
    const events = { events: ['device.gps.kv'], ack: 'manual', wires: [['begin']] };
    nodes.push(...configs.nodes, {
      ...shared,
      id: `n${queue}`,
      type: 'gizwits-events',
      product: `p${queue}`,
      ...events,
    });
    Object.assign(credentials, configs.credentials);
  }
  return { nodes, credentials };
}
