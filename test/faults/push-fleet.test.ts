import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { createSimulator, type Simulator } from '../../src/simulator';
import { jain } from '../support/quota-fleet';
import { type FlowNode, type NodeRedOptions, type RunningNodeRed, startNodeRed } from '../support/runtime';
import { pushConfigs, until } from './support/push-configs';
import { record } from './support/table';
import { WorkBook, writesDown } from './support/work-book';

const EVENTS = 10_000;
const PREFETCH = 50;
/** What is published at once: before anything happens, around the kill, around the restart. */
const PART = EVENTS / 5;

/** Three Node-RED with one subkey: the cloud's queue is what shares the work, nothing of ours. */
describe('10 000 events shared by three runtimes with one subkey, of which one is killed and one restarted', function () {
  this.timeout(240_000);
  let simulator: Simulator;
  let book: WorkBook;
  let folder: string;
  const runtimes: RunningNodeRed[] = [];

  before(async () => {
    simulator = await createSimulator();
    folder = mkdtempSync(join(tmpdir(), 'gizwits-fleet-'));
    book = new WorkBook(join(folder, 'work'));
  });

  after(async () => {
    await Promise.all(runtimes.map((runtime) => runtime.stop('SIGKILL')));
    book?.close();
    await simulator?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are all done, none acknowledged before, none repeated but by the kill', async () => {
    const { server } = simulator.snoti;
    const { audit } = server;
    audit.isDone = ({ msgId }) => {
      book.read();
      return book.done.has(msgId);
    };
    let published = 0;
    const publish = (): void => {
      const { productKey } = simulator.products[0] as Simulator['products'][number];
      for (const end = published + PART; published < end; published++) {
        const device = { did: `Device${published % 40}`, mac: `0a1b2c3d4e${String(published % 40).padStart(2, '0')}` };
        const members = { data: { longitude: published, latitude: 1 } };
        const event = { subscription: 'device.gps.kv', eventType: 'device_gps_kv', productKey, ...device, members };
        server.publish({ ...event, at: Date.now() });
      }
    };
    const doneBy = (count: number): Promise<void> =>
      until(
        `${count} done`,
        () => {
          book.read();
          return book.done.size >= count;
        },
        90_000,
      );
    const connected = (count: number): Promise<void> =>
      until(`${count} connections`, () => server.queues[0]?.connected === count, 60_000);
    const start = async (name: string, options: NodeRedOptions = {}): Promise<RunningNodeRed> => {
      const runtime = await startNodeRed({ userDir: join(folder, name), ...options });
      runtimes.push(runtime);
      return runtime;
    };

    const begun = Date.now();
    const flow = workFlow(simulator, join(folder, 'work'));
    const [killed, restarted] = await Promise.all(['a', 'b', 'c'].map((name) => start(name, flow)));
    await connected(3);

    publish();
    await doneBy(PART);
    const shares = [...book.doneBy.values()];

    publish();
    await doneBy(PART + PART / 5);
    await killed?.stop('SIGKILL');

    publish();
    await doneBy(2 * PART + PART / 5);
    await restarted?.stop();
    publish();
    await start('b');
    await connected(2);
    publish();

    await doneBy(EVENTS);
    const open = (): number => server.connections.reduce((sum, { unacknowledged }) => sum + unacknowledged, 0);
    await until('the last acknowledgement', () => open() === 0 && audit.counts.ok >= EVENTS, 20_000);

    const { ok, early, double, unknown, malformed } = audit.counts;
    const waiting = server.queues.reduce((sum, { length }) => sum + length, 0);
    const lost = EVENTS - book.done.size + waiting;
    const { repeats, repeatsWithinAProcess } = book;
    record({
      check: 'Fleet',
      fault: 'three runtimes, one killed, one restarted',
      inputs: EVENTS,
      ok,
      lost,
      doubled: double + unknown + malformed,
      note: `acknowledged before done ${early}; repeats ${repeats}, without a kill ${repeatsWithinAProcess}; shares before ${shares.join(' ')}, in all ${[...book.doneBy.values()].join(' ')}; ${Math.round((Date.now() - begun) / 1000)} s`,
    });
    should({ lost, early, double, unknown, malformed, repeatsWithinAProcess }).eql({
      ...{ lost: 0, early: 0, double: 0, unknown: 0, malformed: 0, repeatsWithinAProcess: 0 },
    });
    should(ok).equal(EVENTS);
    // While all three run, the work is shared; what was in the killed one's flow is done again by another.
    should(shares.length).equal(3);
    jain(shares).should.be.above(0.9);
    should(book.doneBy.size).equal(4);
    repeats.should.be.belowOrEqual(2 * PREFETCH);
    for (const runtime of runtimes) should(runtime.logs()).not.match(/uncaught|\[error\]/i);
  });
});

/** The same flow for each: the work takes 5 to 50 ms and is written down when done. */
function workFlow(simulator: Simulator, path: string): Pick<NodeRedOptions, 'flows' | 'credentials'> {
  const shared = { z: 'tab' };
  const { nodes, credentials } = pushConfigs('product', simulator, { subkey: 'fleet', prefetch: String(PREFETCH) });
  const flows: FlowNode[] = [
    ...nodes,
    { id: 'tab', type: 'tab', label: 'work' },
    {
      ...{ ...shared, id: 'events', type: 'gizwits-events', product: 'product', events: ['device.gps.kv'] },
      ...{ ack: 'manual', wires: [['begin']] },
    },
    { ...shared, id: 'begin', type: 'function', func: writesDown(path, 'b'), outputs: 1, wires: [['work']] },
    {
      ...{ ...shared, id: 'work', type: 'delay', pauseType: 'random', randomFirst: '5', randomLast: '50' },
      ...{ randomUnits: 'milliseconds', timeout: '1', timeoutUnits: 'seconds', rate: '1', wires: [['end']] },
    },
    { ...shared, id: 'end', type: 'function', func: writesDown(path, 'd'), outputs: 1, wires: [['ack']] },
    { ...shared, id: 'ack', type: 'gizwits-ack', wires: [[]] },
  ];
  return { flows, credentials };
}
