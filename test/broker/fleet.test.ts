import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { createSimulator, type Simulator } from '../../src/simulator';
import { pushConfigs, until } from '../faults/support/push-configs';
import { record } from '../faults/support/table';
import { WorkBook, writesDown } from '../faults/support/work-book';
import { root } from '../support/packed-package';
import { type Credentials, type FlowNode, type RunningNodeRed, startNodeRed } from '../support/runtime';
import { Mosquitto } from './mosquitto';

const EVENTS = 3000;
const WORKERS = 3;
/** What is published at once, around each thing that happens. */
const PART = EVENTS / 3;
/** Seconds after which an event that nobody acknowledges is asked for again; a minute in the examples. */
const ACK_SECONDS = 4;
/** Events on their way to a gateway at most: what a kill can have done twice. */
const PREFETCH = 50;

/** One runtime on the push service, a real broker, and who works on the events: the examples as they are shipped. */
describe('events through a broker', function () {
  this.timeout(240_000);
  let folder: string;
  let simulator: Simulator;
  let broker: Mosquitto;
  let gateway: RunningNodeRed;
  let workers: RunningNodeRed[];
  let book: WorkBook;
  let published: number;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gizwits-broker-'));
    const settings = { mqttReconnectTime: 500 };
    const names = ['gateway', ...Array.from({ length: WORKERS }, (_, index) => `worker-${index + 1}`)];
    const started = names.map((name) => startNodeRed({ userDir: join(folder, name), settings }));
    const [first, ...others] = await Promise.all(started);
    gateway = first as RunningNodeRed;
    workers = others;
  });

  after(async () => {
    await Promise.all([gateway, ...(workers ?? [])].map((runtime) => runtime?.stop('SIGKILL')));
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    simulator = await createSimulator();
    published = 0;
  });

  afterEach(async () => {
    await broker?.stop('SIGKILL');
    book?.close();
    await simulator?.close();
  });

  it('are acknowledged when the broker has them: a receiver gets all, though the broker is restarted and the gateway killed', async () => {
    broker = await Mosquitto.start(join(folder, 'keeping'), { keeps: true });
    book = new WorkBook(join(folder, 'kept'));
    await deploy('01 - Events to a broker', 'kept', workers.slice(0, 1));
    const begun = Date.now();

    publish();
    await doneBy(PART / 3);
    await broker.stop();
    await until('some to wait', () => (simulator.snoti.server.queues[0]?.length ?? 0) > 0, 20_000);
    await broker.startAgain();
    publish();
    await doneBy(PART + PART / 3);
    await killGateway();
    publish();
    await end('acknowledged by the broker: broker restarted, gateway killed', begun);
    should(book.doneBy.size).equal(1);
  });

  it('are acknowledged when their work is done: none is lost when the gateway is killed, and few are done twice', async () => {
    // The deadline is far away: what comes again does so because of a kill.
    await shareWork('gateway-killed', 60);
    const begun = Date.now();

    publish();
    await doneBy(PART / 3);
    await killGateway();
    publish();
    await doneBy(PART + PART / 3);
    await killGateway();
    publish();
    await end('acknowledged by the worker: gateway killed twice', begun);
    should(book.repeats).be.belowOrEqual(2 * PREFETCH);
    should(simulator.snoti.server.audit.counts.early).equal(0);
  });

  it('are acknowledged when their work is done: none is lost when the broker and a worker are killed', async () => {
    await shareWork('worker-killed', ACK_SECONDS);
    const begun = Date.now();

    publish();
    await doneBy(PART / 3);
    await broker.stop('SIGKILL');
    await broker.startAgain();
    publish();
    await doneBy(PART + PART / 3);
    await (workers.pop() as RunningNodeRed).stop('SIGKILL');
    publish();
    await end('acknowledged by the worker: broker killed, a worker killed', begun);
    should(book.doneBy.size).equal(WORKERS);
    should(simulator.snoti.server.audit.counts.early).equal(0);
  });

  /** A broker without persistence, the workers behind it, and a judge who knows what has been done before it is acknowledged. */
  async function shareWork(name: string, ackSeconds: number): Promise<void> {
    broker = await Mosquitto.start(join(folder, `broker-${name}`));
    book = new WorkBook(join(folder, name));
    simulator.snoti.server.audit.isDone = ({ msgId }) => {
      book.read();
      return book.done.has(msgId);
    };
    await deploy('02 - Work shared behind a broker', name, workers, ackSeconds);
  }

  /** Kills the Node-RED on the push service, and starts it again with what it had deployed. */
  async function killGateway(): Promise<void> {
    await gateway.stop('SIGKILL');
    gateway = await startNodeRed({ userDir: join(folder, 'gateway'), settings: { mqttReconnectTime: 500 } });
  }

  function publish(): void {
    const { productKey } = simulator.products[0] as Simulator['products'][number];
    for (const end = published + PART; published < end; published++) {
      const device = { did: `Device${published % 40}`, mac: `0a1b2c3d4e${String(published % 40).padStart(2, '0')}` };
      const members = { data: { longitude: published, latitude: 1 } };
      const event = { subscription: 'device.gps.kv', eventType: 'device_gps_kv', productKey, ...device, members };
      simulator.snoti.server.publish({ ...event, at: Date.now() });
    }
  }

  function doneBy(count: number): Promise<void> {
    return until(
      `${count} done`,
      () => {
        book.read();
        return book.done.size >= count;
      },
      90_000,
    );
  }

  /** Waits until all is done and acknowledged, and puts it into the table. */
  async function end(fault: string, begun: number): Promise<void> {
    const { server } = simulator.snoti;
    await doneBy(EVENTS);
    const open = (): number => server.connections.reduce((sum, { unacknowledged }) => sum + unacknowledged, 0);
    const waiting = (): number => server.queues.reduce((sum, { length }) => sum + length, 0);
    await until('the last acknowledgement', () => open() + waiting() === 0, 60_000);
    const { ok, early, double, unknown, malformed } = server.audit.counts;
    const lost = EVENTS - book.done.size;
    const judged = server.audit.isDone !== undefined;
    const shares = [...book.doneBy.values()].join(' ');
    const seconds = Math.round((Date.now() - begun) / 1000);
    const note = `${judged ? `acknowledged before done ${early}; ` : ''}came twice ${book.repeats}; shares ${shares}; ${seconds} s`;
    record({ check: 'Broker', fault, inputs: EVENTS, ok, lost, doubled: double + unknown + malformed, note });
    should({ lost, double, unknown, malformed }).eql({ lost: 0, double: 0, unknown: 0, malformed: 0 });
  }

  /**
   * Puts an example into place, on the broker and the simulator of the test: its first tab on the gateway, its second on
   * each of the others, whose work is written down.
   */
  async function deploy(
    name: string,
    workBook: string,
    others: readonly RunningNodeRed[],
    ackSeconds = ACK_SECONDS,
  ): Promise<void> {
    const shipped = JSON.parse(readFileSync(join(root, 'examples/5 - Fleets', `${name}.json`), 'utf8')) as FlowNode[];
    const product = shipped.find(({ type }) => type === 'gizwits-product') as FlowNode;
    const { nodes, credentials } = pushConfigs(product.id, simulator, { subkey: product.subkey, prefetch: PREFETCH });
    const flow = shipped
      .filter(({ type }) => !['gizwits-product', 'gizwits-enterprise'].includes(type))
      .map((node) => {
        if (node.type === 'mqtt-broker') return { ...node, port: String(broker.port) };
        // The simulated devices report on their own; what is counted is the test's.
        if (node.type === 'gizwits-events') return { ...node, events: ['device.gps.kv'], ackMinutes: ackSeconds / 60 };
        if (node.name === 'work · 处理') return { ...node, func: workOf(join(folder, workBook)) };
        return node.type === 'debug' ? { ...node, active: false } : node;
      });
    const [first, second] = flow.filter(({ type }) => type === 'tab').map(({ id }) => id);
    const without = (tab: unknown): FlowNode[] => flow.filter(({ id, z }) => id !== tab && z !== tab);
    await Promise.all(others.map((other) => deployed(other, without(first), {})));
    await deployed(gateway, [...without(second), ...nodes], credentials);
    await until('the connection', () => simulator.snoti.server.queues[0]?.connected === 1, 30_000);
  }

  async function deployed(runtime: RunningNodeRed, flow: FlowNode[], credentials: Credentials): Promise<void> {
    const before = runtime.logs().length;
    await runtime.deploy(flow, { credentials });
    await until('the broker', () => runtime.logs().slice(before).includes('Connected to broker'), 30_000);
  }
});

/** Work of 5 to 30 ms, written down when it begins and when it is done. */
function workOf(path: string): string {
  const write = (kind: 'b' | 'd'): string => writesDown(path, kind).replace('return msg;', '');
  return `{ ${write('b')} }
await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 25));
{ ${write('d')} }
return msg;`;
}
