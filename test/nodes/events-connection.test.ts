import helper from 'node-red-node-test-helper';
import should from 'should';
import type { FlowNode } from '../support/flows';
import { DID, openPushBench, type PublishedEvent, type PushBench } from '../support/push-bench';

const kv: PublishedEvent = {
  subscription: 'device.status.kv',
  eventType: 'device_status_kv',
  members: { data: { switch: 1 } },
};
/** Faults come only when the test raises them, so that nothing of the world's own stands between. */
const gps: PublishedEvent = { subscription: 'device.gps.kv', eventType: 'device_gps_kv', members: { data: {} } };

describe('the push connection of a product', () => {
  let bench: PushBench;
  const node = (id: string, fields: Record<string, unknown>): FlowNode => ({
    ...{ id, type: 'gizwits-events', product: 'product', wires: [['out'], ['dead']], ...fields },
  });
  const out: FlowNode[] = [
    { id: 'out', type: 'helper' },
    { id: 'dead', type: 'helper' },
  ];
  const acked = (sequence: number): boolean => bench.simulator.snoti.server.audit.acknowledged.has(sequence);
  const wrong = (): number => {
    const { double, unknown, malformed, early } = bench.simulator.snoti.server.audit.counts;
    return double + unknown + malformed + early;
  };

  beforeEach(async () => {
    bench = await openPushBench();
  });
  afterEach(() => bench.close());

  it('is one for many nodes, whose login asks for exactly what they want together', async () => {
    const wanted = [['device.online'], ['device.status.kv', 'device.online'], ['device.gps.kv']];
    await bench.load([...wanted.map((events, index) => node(`n${index}`, { events })), ...out]);
    await bench.connected('n2');
    should(bench.simulator.snoti.server.counts.accepted).equal(1);
    const [login, ...more] = bench.frames('login_req');
    should(more).eql([]);
    const [product] = (login?.data ?? []) as { events: string[]; subkey: string }[];
    should([...(product?.events ?? [])].sort()).eql(['device.gps.kv', 'device.online', 'device.status.kv']);
    should(product?.subkey).equal('node_red');
    should(login?.prefetch_count).equal(10);
  });

  it('follows a deploy that changes what is wanted, without a new connection', async () => {
    await bench.load([node('n', { events: ['device.online'] }), ...out]);
    await bench.connected('n');
    await bench.deploy([node('n', { events: ['device.gps.kv'] }), ...out], 'nodes');
    await bench.until('the other subscription', () => bench.frames('subscribe_req').length > 0);
    const asked = bench.frames('subscribe_req').flatMap(({ data }) => data as { events: string[] }[]);
    should(asked.flatMap(({ events }) => events)).eql(['device.gps.kv']);
    await bench.connected('n');
    const sequence = bench.publish(gps);
    await bench.until('the event', () => bench.got('out').some(({ gizwits }) => gizwits.event === 'device_gps_kv'));
    await bench.until('its acknowledgement', () => acked(sequence));
    should(bench.simulator.snoti.server.counts.accepted).equal(1);
  });

  it('survives a full deploy, and what was in the flow comes again, marked, and is acknowledged once', async () => {
    const nodes = [node('n', { events: ['device.gps.kv'], ack: 'manual' }), ...out, ack];
    await bench.load(nodes);
    await bench.connected('n');
    const sequence = bench.publish(gps);
    await bench.until('the event', () => bench.got('out').length === 1);
    await bench.deploy(nodes, 'full');
    await bench.until('the event again', () => bench.got('out').length === 2, 12_000);
    const [first, again] = bench.got('out');
    should(first?.gizwits.redelivered).equal(false);
    should(again?.gizwits.redelivered).equal(true);
    should(acked(sequence)).equal(false);
    // Its first message may still be somewhere, in a context store say: it counts for nothing now, or for the event.
    helper.getNode('ack').receive({ ...again });
    await bench.until('the acknowledgement', () => acked(sequence));
    should(wrong()).equal(0);
    should(bench.simulator.snoti.server.counts.accepted).equal(1);
  }).timeout(20_000);

  it('loses nothing when the product is deployed with other settings, and lets its former connection go at once', async () => {
    const nodes = [node('n', { events: ['device.gps.kv'], ack: 'manual' }), ...out, ack];
    await bench.load(nodes);
    await bench.connected('n');
    const sequences = [0, 1, 2].map((index) => bench.publish({ ...gps, at: Date.now() + index }));
    await bench.until('the events', () => bench.got('out').length === 3);
    await bench.deploy(nodes, 'full', { prefetch: '20' });
    await bench.until('the events again', () => bench.got('out').length === 6, 12_000);
    should(sequences.some(acked)).equal(false);
    for (const message of bench.got('out').slice(3)) helper.getNode('ack').receive({ ...message });
    await bench.until('the acknowledgements', () => sequences.every(acked));
    should(bench.simulator.snoti.server.connections.length).equal(1);
    should(wrong()).equal(0);
  }).timeout(20_000);

  it('waits, when its node alone is deployed, for what is still on its way to the Ack node', async () => {
    const nodes = (name: string): FlowNode[] => [
      node('n', { events: ['device.gps.kv'], ack: 'manual', name }),
      ...out,
      ack,
    ];
    await bench.load(nodes('before'));
    await bench.connected('n');
    const sequence = bench.publish(gps);
    await bench.until('the event', () => bench.got('out').length === 1);
    const deployed = bench.deploy(nodes('after'), 'nodes');
    helper.getNode('ack').receive({ ...bench.got('out')[0] });
    await deployed;
    await bench.until('the acknowledgement', () => acked(sequence));
    await bench.connected('n');
    const next = bench.publish(gps);
    await bench.until('the next event', () => bench.got('out').length === 2);
    should(bench.got('out')[1]?.gizwits.redelivered).equal(false);
    helper.getNode('ack').receive({ ...bench.got('out')[1] });
    await bench.until('its acknowledgement', () => acked(next));
    should(wrong()).equal(0);
  }).timeout(20_000);

  it('acknowledges an event that several nodes have when the last of them is done', async () => {
    await bench.load([
      node('n', { events: ['device.gps.kv'] }),
      node('m', { events: ['device.gps.kv'], ack: 'manual', wires: [['held']] }),
      { id: 'held', type: 'helper' },
      ...out,
      ack,
    ]);
    await bench.connected('m');
    const sequence = bench.publish(gps);
    await bench.until('both messages', () => bench.got('out').length === 1 && bench.got('held').length === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    should(acked(sequence)).equal(false);
    should(bench.statuses('m').at(-1)).containEql('connected');
    helper.getNode('ack').receive({ ...bench.got('held')[0] });
    await bench.until('the acknowledgement', () => acked(sequence));
  });

  it('keeps within the prefetch, and goes on when there is room', async () => {
    await bench.load([node('n', { events: ['device.gps.kv'], ack: 'manual' }), ...out, ack], { prefetch: '3' });
    await bench.connected('n');
    for (let count = 0; count < 8; count++) bench.publish({ ...gps, at: Date.now() + count });
    await bench.until('three events', () => bench.got('out').length === 3);
    await new Promise((resolve) => setTimeout(resolve, 100));
    should(bench.got('out')).have.length(3);
    for (let count = 0; count < 8; count++) {
      await bench.until('the next event', () => bench.got('out').length > count);
      helper.getNode('ack').receive({ ...bench.got('out')[count] });
    }
    await bench.until('all acknowledgements', () => bench.simulator.snoti.server.audit.counts.ok === 8);
    should(wrong()).equal(0);
  });

  it('lets a batch of several events be acknowledged by one message', async () => {
    const fields = { events: ['device.gps.kv'], ack: 'manual', output: 'batch', batchMax: 4, batchMs: 50 };
    await bench.load([node('n', fields), ...out, ack]);
    await bench.connected('n');
    for (let count = 0; count < 6; count++) bench.publish({ ...gps, at: Date.now() + count });
    await bench.until('two batches', () => bench.got('out').length === 2);
    should(bench.got('out').map(({ payload }) => payload.length)).eql([4, 2]);
    should(bench.got('out')[0]?.gizwits).containEql({ event: 'batch', count: 4, redelivered: false });
    helper.getNode('ack').receive({ ...bench.got('out')[0] });
    await bench.until('four acknowledgements', () => bench.simulator.snoti.server.audit.counts.ok === 4);
    await bench.until('its status', () => bench.statuses('n').some((text) => text.includes('connectedOpen')));
    helper.getNode('ack').receive({ ...bench.got('out')[1] });
    await bench.until('six acknowledgements', () => bench.simulator.snoti.server.audit.counts.ok === 6);
    should(wrong()).equal(0);
  });

  it('does not let a batch wait for more than the prefetch allows', async () => {
    const fields = { events: ['device.gps.kv'], output: 'batch', batchMax: 500, batchMs: 60_000 };
    await bench.load([node('n', fields), ...out]);
    await bench.connected('n');
    for (let count = 0; count < 25; count++) bench.publish({ ...gps, at: Date.now() + count });
    await bench.until('two batches of ten', () => bench.got('out').length === 2);
    should(bench.got('out').map(({ payload }) => payload.length)).eql([10, 10]);
    await bench.until('twenty acknowledgements', () => bench.simulator.snoti.server.audit.counts.ok === 20);
  });

  it('has a forgotten event sent again by a new connection, where that is wanted', async () => {
    const fields = { events: ['device.gps.kv'], ack: 'manual', ackMinutes: 0.005, onAckTimeout: 'reconnect' };
    await bench.load([node('n', fields), ...out, ack]);
    await bench.connected('n');
    const sequence = bench.publish(gps);
    await bench.until('the event again', () => bench.got('out').length === 2, 10_000);
    should(bench.got('out')[1]?.gizwits.redelivered).equal(true);
    helper.getNode('ack').receive({ ...bench.got('out')[1] });
    await bench.until('the acknowledgement', () => acked(sequence));
    should(bench.simulator.snoti.server.counts.accepted).equal(2);
    should(wrong()).equal(0);
  }).timeout(20_000);

  it('lets out by the second output what is sent again too often, and acknowledges it', async () => {
    Object.assign(bench.simulator.snoti.server.behaviour, { repeatAfterMs: 120, repeatId: 'new' });
    await bench.load([node('n', { events: ['device.gps.kv'], ack: 'manual', deadLetter: true }), ...out]);
    await bench.connected('n');
    const sequence = bench.publish(gps);
    await bench.until('the dead letter', () => bench.got('dead').length === 1);
    const [letter] = bench.got('dead');
    should(letter?.gizwits.deadLetter).containEql({ reason: 'redelivered', redeliveries: 6 });
    should(letter?.gizwits).not.have.property('delivery');
    should(letter?.did).equal(DID);
    should(bench.got('out')).have.length(1);
    await bench.until('its acknowledgement', () => acked(sequence));
  });

  it('says by its status how late events are', async () => {
    await bench.load([node('n', { events: ['device.status.kv'] }), ...out]);
    await bench.connected('n');
    // The devices of the simulated world report in time in between, and the status tells the state of the moment.
    const late = setInterval(() => bench.publish({ ...kv, at: Date.now() - 3_600_000 }), 50);
    try {
      await bench.until('the lag', () => bench.statuses('n').some((text) => text.includes('lag')));
    } finally {
      clearInterval(late);
    }
  });
});

const ack: FlowNode = { id: 'ack', type: 'gizwits-ack' };
