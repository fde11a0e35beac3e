import should from 'should';
import { DeliveryRegistry } from '../../src/gizwits/push/delivery-registry';
import { DeliveryLedger } from '../../src/gizwits/push/ledger';
import { record } from '../faults/support/table';
import { VirtualClock } from '../support/virtual-clock';
import { CollectingConsumer } from './push-support/collecting-consumer';
import { runUnderDisconnects } from './push-support/disconnect-run';
import { FakeBroker, PRODUCT, statusEvent } from './push-support/fake-broker';
import type { FakeLink } from './push-support/fake-link';
import { naiveReceiver } from './push-support/naive-receiver';
import { setUp } from './push-support/set-up';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Lets the server push these frames on a link, as one chunk. */
function push(link: FakeLink, ...frames: (Record<string, unknown> | string)[]): void {
  link.send(frames.map((frame) => `${typeof frame === 'string' ? frame : JSON.stringify(frame)}\n`).join(''));
}

function pushed(id: unknown, sequence: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { cmd: 'event_push', delivery_id: id, ...statusEvent(sequence), ...more };
}

function acks(link: FakeLink): unknown[] {
  return link.sent('event_ack').map((frame) => frame.delivery_id);
}

describe('push delivery', () => {
  it('acknowledges an event when its consumer is done, once, and not before', async () => {
    const { clock, broker, client } = setUp();
    const consumer = new CollectingConsumer();
    client.attach(consumer);
    broker.publish(3);
    await clock.advance(SECOND);
    consumer.numbers.should.eql([1, 2, 3]);
    broker.audit.acknowledged.size.should.equal(0);
    client.stats.unacknowledged.should.equal(3);
    consumer.taken[1].delivery.done();
    await clock.settle();
    [...broker.audit.acknowledged].should.eql([2]);
    consumer.taken[0].delivery.done();
    consumer.taken[0].delivery.done();
    await clock.settle();
    [broker.audit.double, broker.audit.unknown].should.eql([0, 0]);
    record({ check: 'P53', fault: 'acknowledged twice', inputs: 3, ok: 2, doubled: broker.audit.double });
    client.stats.unacknowledged.should.equal(1);
    await client.close(0);
  });

  it('finds a delivery by its text; knows what is gone and what never was', async () => {
    const { clock, broker, client, registry } = setUp();
    const consumer = new CollectingConsumer();
    client.attach(consumer);
    broker.publish(1);
    await clock.advance(SECOND);
    const { id } = consumer.taken[0].delivery;
    registry.acknowledge(id).should.equal('acknowledged');
    registry.acknowledge(id).should.equal('gone');
    await clock.settle();
    broker.audit.acknowledged.size.should.equal(1);
    const [name] = id.split('.');
    for (const text of ['', 'x', '.', 'other.1.1', `${name}.1.zz`, `${name}.9.1`, `${name}.`, `${name}.a`]) {
      registry.acknowledge(text).should.equal('unknown', text);
    }
    await client.close(0);
    registry.acknowledge(id).should.equal('unknown');
  });

  it('gives names that no other process gives', () => {
    const names = new Set<string>();
    for (let seed = 1; seed <= 100; seed++) {
      const registry = new DeliveryRegistry(new VirtualClock(undefined, seed));
      for (let i = 0; i < 10; i++) names.add(registry.register({ acknowledge: () => 'gone' }));
    }
    names.size.should.equal(1000);
  });

  it('writes all acknowledgements of a chunk at once, and those of a turn of the loop', async () => {
    const { clock, broker, network, client } = setUp();
    const consumer = new CollectingConsumer();
    client.attach(consumer);
    broker.publish(40);
    await clock.advance(SECOND);
    const before = network.last.writes;
    for (const { delivery } of consumer.taken) delivery.done();
    await clock.settle();
    network.last.writes.should.equal(before + 1);
    consumer.onEvent = ({ delivery }) => delivery.done();
    broker.publish(0);
    push(network.last, ...Array.from({ length: 30 }, (_, i) => pushed(1000 + i, 1000 + i)));
    network.last.writes.should.equal(before + 2);
    await client.close(0);
  });

  it('echoes ids as they were written', async () => {
    const { clock, network, client } = setUp();
    client.attach(new CollectingConsumer({ onEvent: ({ delivery }) => delivery.done() }));
    await clock.advance(SECOND);
    const ids = ['9007199254740993', '-3', '"12"', '123456789012345678901', '1e2'];
    ids.forEach((id, i) => {
      const rest = JSON.stringify(statusEvent(i)).slice(1);
      push(network.last, `{"cmd":"event_push","delivery_id":${id},"msg_id":9007199254740995,${rest}`);
    });
    network.last.lines
      .filter((line) => line.includes('event_ack'))
      .should.eql(ids.map((id) => `{"cmd":"event_ack","delivery_id":${id},"msg_id":9007199254740995}`));
    for (const id of ['null', '[1]', 'true']) {
      push(network.last, `{"cmd":"event_push","delivery_id":${id},${JSON.stringify(statusEvent(50)).slice(1)}`);
    }
    push(network.last, { cmd: 'event_push', ...statusEvent(51) });
    client.stats.withoutId.should.equal(4);
    network.last.sent('event_ack').length.should.equal(ids.length);
    await client.close(0);
  });

  it('hands each consumer an event of its own, and acknowledges when all are done', async () => {
    const { clock, broker, client } = setUp();
    const a = new CollectingConsumer({ id: 'a' });
    const b = new CollectingConsumer({ id: 'b' });
    client.attach(a);
    client.attach(b);
    broker.publish(1);
    await clock.advance(SECOND);
    const [first, second] = [a.taken[0].event, b.taken[0].event];
    should(first).eql(second);
    (first.payload as Record<string, unknown>).n = 'spoilt';
    (first.body.data as Record<string, unknown>).n = 'spoilt';
    (second.payload as { n: number }).n.should.equal(1);
    (second.body.data as { n: number }).n.should.equal(1);
    a.taken[0].delivery.done();
    await clock.settle();
    broker.audit.acknowledged.size.should.equal(0);
    b.taken[0].delivery.done();
    await clock.settle();
    broker.audit.acknowledged.size.should.equal(1);
    await client.close(0);
  });

  it('acknowledges at once what nobody wants, of whatever kind', async () => {
    const { clock, network, client } = setUp();
    const consumer = new CollectingConsumer({ events: ['device.online'], devices: ['did1'] });
    client.attach(consumer);
    await clock.advance(SECOND);
    push(
      network.last,
      pushed(1, 1),
      pushed(2, 1, { event_type: 'device_online' }),
      pushed(3, 2, { event_type: 'device_online' }),
      pushed(4, 1, { event_type: 'device_teleported' }),
      pushed(5, 1, { event_type: 'device_online', product_key: 'another' }),
      pushed(6, 1, { event_type: 'constructor' }),
    );
    acks(network.last).should.eql([1, 3, 4, 5, 6]);
    consumer.taken.length.should.equal(1);
    client.stats.unwanted.should.equal(5);
    await client.close(0);
  });

  it('leaves what a connection for commands alone gets to the queue, and has it sent again to the first consumer', async () => {
    const { clock, broker, client } = setUp();
    const release = client.hold();
    await clock.advance(SECOND);
    broker.publish(3);
    await clock.advance(SECOND);
    client.stats.received.should.equal(3);
    broker.audit.acknowledged.size.should.equal(0);
    const consumer = new CollectingConsumer({ onEvent: ({ delivery }) => delivery.done() });
    client.attach(consumer);
    await clock.advance(MINUTE);
    consumer.numbers.should.eql([1, 2, 3]);
    broker.audit.acknowledged.size.should.equal(3);
    [broker.audit.double, broker.audit.unknown].should.eql([0, 0]);
    release();
    await client.close(0);
  });

  it('filters by did or mac; macs of 12 hex digits in either case; nothing without a device passes', async () => {
    const { clock, network, client } = setUp();
    const devices = ['didA', 'AABBCCDDEE01', ' virtual:site ', ''];
    const consumer = new CollectingConsumer({ devices, onEvent: ({ delivery }) => delivery.done() });
    const all = new CollectingConsumer({ id: 'all', devices: [' '], onEvent: ({ delivery }) => delivery.done() });
    client.attach(consumer);
    client.attach(all);
    await clock.advance(SECOND);
    push(
      network.last,
      pushed(1, 1, { did: 'didA', mac: 'x' }),
      pushed(2, 2, { did: 'dida', mac: 'x' }),
      pushed(3, 3, { did: 'y', mac: 'aabbccddee01' }),
      pushed(4, 4, { did: 'y', mac: 'AABBCCDDEE01' }),
      pushed(5, 5, { did: 'y', mac: 'virtual:site' }),
      pushed(6, 6, { did: 'y', mac: 'Virtual:site' }),
      {
        cmd: 'event_push',
        delivery_id: 7,
        event_type: 'datapoints_changed',
        product_key: PRODUCT.productKey,
        created_at: 1,
      },
    );
    consumer.taken.map(({ event }) => event.body.delivery_id).should.eql([1, 3, 4, 5]);
    all.taken.length.should.equal(7);
    acks(network.last).should.eql([1, 2, 3, 4, 5, 6, 7]);
    await client.close(0);
  });

  it('flags what a device created earlier than something already delivered', async () => {
    const { clock, network, client } = setUp();
    const consumer = new CollectingConsumer({ onEvent: ({ delivery }) => delivery.done() });
    client.attach(consumer);
    await clock.advance(SECOND);
    push(network.last, pushed(1, 20), pushed(2, 13), pushed(3, 27), pushed(4, 21));
    consumer.taken.map(({ delivery }) => delivery.outOfOrder).should.eql([false, true, false, false]);
    client.stats.outOfOrder.should.equal(1);
    record({ check: 'P71', fault: 'out of order', inputs: 4, ok: 4, lost: 0, note: 'one flagged' });
    await client.close(0);
  });

  it('tells how far behind the events come', async () => {
    const { clock, network, client } = setUp();
    client.attach(new CollectingConsumer());
    await clock.advance(SECOND);
    should(client.stats.lagMs).be.undefined();
    should(client.stats.lastEventAt).be.undefined();
    push(network.last, pushed(1, 1, { created_at: (clock.now() - 4500) / 1000 }));
    should(client.stats.lagMs).be.within(4499, 4501);
    should(client.stats.lastEventAt).equal(clock.now());
    await client.close(0);
  });
});

describe('push delivery over disconnects', () => {
  it('loses, repeats and wrongly acknowledges nothing in 10 000 events over 100 disconnects', async function () {
    this.timeout(60_000);
    for (const [seed, messageIds] of [
      [1, 'stable'],
      [2, 'fresh'],
      [3, 'none'],
    ] as const) {
      const { clock, broker, network, registry, client } = setUp({}, seed);
      broker.freshMessageIds = messageIds === 'fresh';
      broker.withMessageIds = messageIds !== 'none';
      const { cuts, ...result } = await runUnderDisconnects(clock, broker, 10_000, (work) => {
        client.attach(
          new CollectingConsumer({
            onEvent: ({ delivery: { id }, n }) => work(n, () => registry.acknowledge(id)),
          }),
        );
        return {
          get connected() {
            return client.state.kind === 'connected';
          },
          close: () => client.close(0),
        };
      });
      const { lost, repeats } = result;
      const wrong = result.ackedBeforeDone + result.unknownAcks + result.doubleAcks;
      const fault = `disconnects, message ids ${messageIds}`;
      const note = `${cuts} disconnects, ${wrong} wrong acknowledgements`;
      record({ check: 'P49', fault, inputs: 10_000, ok: 10_000 - lost, lost, doubled: repeats, note });
      cuts.should.be.above(99);
      result.should.eql({
        lost: 0,
        neverEmitted: 0,
        ackedBeforeDone: 0,
        unknownAcks: 0,
        doubleAcks: 0,
        repeats: 0,
      });
      client.stats.inFlow.should.equal(0);
      network.mostOpen.should.equal(1);
    }
  });

  it('is checked by a run that careless receivers fail', async () => {
    const run = (how: 'no-epoch' | 'early' | 'no-rebind') => {
      const clock = new VirtualClock();
      const broker = new FakeBroker();
      return runUnderDisconnects(clock, broker, 2000, (work) => naiveReceiver(clock, broker, how, work));
    };
    const noEpoch = await run('no-epoch');
    noEpoch.ackedBeforeDone.should.be.above(0);
    (noEpoch.unknownAcks + noEpoch.doubleAcks).should.be.above(0);
    (await run('early')).ackedBeforeDone.should.be.above(0);
    const noRebind = await run('no-rebind');
    noRebind.repeats.should.be.above(0);
    should([noRebind.ackedBeforeDone, noRebind.unknownAcks]).eql([0, 0]);
  });

  it('an event in the flow takes over the id of its redelivery', async () => {
    const { clock, network, client } = setUp();
    const consumer = new CollectingConsumer();
    client.attach(consumer);
    await clock.advance(SECOND);
    push(network.last, pushed(1, 1), pushed(2, 2));
    const [first] = network.links;
    first.cut();
    await clock.advance(5 * SECOND);
    consumer.taken[0].delivery.done();
    await clock.settle();
    acks(first).should.eql([]);
    push(network.last, pushed(1, 2), pushed(2, 1));
    consumer.numbers.should.eql([1, 2]);
    // The first was done in between: its new id is acknowledged at once. The second's only when it is done.
    acks(network.last).should.eql([2]);
    consumer.taken[1].delivery.done();
    await clock.settle();
    acks(network.last).should.eql([2, 1]);
    record({ check: 'P52', fault: 'redelivery of events in the flow', inputs: 2, ok: 2, lost: 0, doubled: 0 });
    await client.close(0);
  });

  it('an acknowledgement between two connections is never written', async () => {
    const { clock, network, client } = setUp();
    const consumer = new CollectingConsumer();
    client.attach(consumer);
    await clock.advance(SECOND);
    push(network.last, pushed(1, 1));
    // Given in the same turn of the loop in which the connection breaks.
    consumer.taken[0].delivery.done();
    network.last.cut();
    await clock.advance(10 * SECOND);
    network.links.length.should.equal(2);
    for (const link of network.links) acks(link).should.eql([]);
    record({ check: 'P52', fault: 'acknowledgement between connections', inputs: 1, notSent: 1 });
    await client.close(0);
  });

  it('two equal events with different times are two events; in one connection also with the same time', async () => {
    const { clock, network, client } = setUp();
    const consumer = new CollectingConsumer({ onEvent: ({ delivery }) => delivery.done() });
    client.attach(consumer);
    await clock.advance(SECOND);
    push(network.last, pushed(1, 1, { created_at: 5.001 }), pushed(2, 1, { created_at: 5.002 }));
    push(network.last, pushed(3, 1, { created_at: 5.002 }));
    push(
      network.last,
      pushed(4, 1, { created_at: 5.002, msg_id: 'a' }),
      pushed(5, 1, { created_at: 5.002, msg_id: 'b' }),
    );
    consumer.taken.length.should.equal(5);
    acks(network.last).should.eql([1, 2, 3, 4, 5]);
    await client.close(0);
  });

  it('twins that differ in nothing but their message ids both come back as what they were', async () => {
    const { clock, network, client } = setUp();
    const consumer = new CollectingConsumer();
    client.attach(consumer);
    await clock.advance(SECOND);
    push(network.last, pushed(1, 1, { msg_id: 'a' }), pushed(2, 1, { msg_id: 'b' }));
    consumer.taken.length.should.equal(2);
    network.last.cut();
    await clock.advance(5 * SECOND);
    push(network.last, pushed(1, 1, { msg_id: 'b' }), pushed(2, 1, { msg_id: 'a' }));
    consumer.taken.length.should.equal(2);
    consumer.taken[0].delivery.done();
    await clock.settle();
    acks(network.last).should.eql([2]);
    consumer.taken[1].delivery.done();
    await clock.settle();
    acks(network.last).should.eql([2, 1]);
    await client.close(0);
  });

  it('knows repetitions on the same connection too: the second reading of the document', async () => {
    const { clock, network, client } = setUp();
    const consumer = new CollectingConsumer();
    client.attach(consumer);
    await clock.advance(SECOND);
    push(network.last, pushed(1, 1), pushed(2, 2));
    await clock.advance(SECOND);
    // Once with the same id, once with a new one.
    push(network.last, pushed(1, 1), pushed(3, 2));
    consumer.taken.length.should.equal(2);
    client.stats.unacknowledged.should.equal(3);
    for (const { delivery } of consumer.taken) delivery.done();
    await clock.settle();
    acks(network.last).should.eql([1, 2, 3]);
    // Crossing the acknowledgement.
    push(network.last, pushed(1, 1), pushed(4, 2));
    consumer.taken.length.should.equal(2);
    acks(network.last).should.eql([1, 2, 3, 4]);
    client.stats.unacknowledged.should.equal(0);
    await client.close(0);
  });

  it('remembers finished events for ten minutes of connected time, an outage not counted', async () => {
    const { clock, network, client } = setUp();
    const consumer = new CollectingConsumer({ onEvent: ({ delivery }) => delivery.done() });
    client.attach(consumer);
    await clock.advance(SECOND);
    push(network.last, pushed(1, 1));
    const { onDial } = network;
    network.onDial = (link) => link.cut();
    network.last.cut();
    await clock.advance(3 * 60 * MINUTE);
    network.onDial = onDial;
    await clock.advance(2 * MINUTE);
    client.state.kind.should.equal('connected');
    push(network.last, pushed(1, 1));
    [consumer.taken.length, client.stats.recognised].should.eql([1, 1]);
    await clock.advance(11 * MINUTE);
    network.last.cut();
    await clock.advance(5 * SECOND);
    push(network.last, pushed(1, 1));
    consumer.taken.length.should.equal(2);
    await client.close(0);
  });

  it('acknowledgements wait for the bytes that follow a full TLS record, but never with a quarter of the window', async () => {
    const fullRecord = (): string => {
      let text = '';
      for (let n = 1; n <= 20; n++) text += `${JSON.stringify(pushed(n, n))}\n`;
      // The event that follows has begun.
      return text + ' '.repeat(16_384 - text.length);
    };
    for (const [prefetch, atOnce] of [
      [50, 20],
      [1000, 0],
    ]) {
      const { clock, network, client } = setUp({ prefetch });
      const consumer = new CollectingConsumer({ onEvent: ({ delivery }) => delivery.done() });
      client.attach(consumer);
      await clock.advance(SECOND);
      network.last.send(fullRecord());
      consumer.taken.length.should.equal(20);
      should(acks(network.last).length).equal(atOnce);
      // Nothing follows.
      await clock.settle();
      should(acks(network.last).length).equal(20);
      // Something does, and fills the record up.
      network.last.send(`${JSON.stringify(pushed(21, 21))}\n`);
      should(acks(network.last).length).equal(21);
      await client.close(0);
    }
  });

  it('remembers at most so many, and every one of the last', async () => {
    const ledger = new DeliveryLedger(10 * MINUTE, 100);
    const { clock, network, client } = setUp({ ledger });
    const consumer = new CollectingConsumer({ onEvent: ({ delivery }) => delivery.done() });
    client.attach(consumer);
    await clock.advance(SECOND);
    for (let n = 1; n <= 1000; n++) push(network.last, pushed(n, n));
    ledger.size.should.equal(100);
    network.last.cut();
    await clock.advance(5 * SECOND);
    for (let n = 901; n <= 1000; n++) push(network.last, pushed(n, n));
    [consumer.taken.length, client.stats.recognised].should.eql([1000, 100]);
    push(network.last, pushed(2000, 900));
    consumer.taken.length.should.equal(1001);
    await client.close(0);
  });

  it('hands its memory to the next client: finished ones are not emitted again, unfinished ones are, marked', async () => {
    const { clock, broker, network, client, make, registry } = setUp();
    const first = new CollectingConsumer();
    client.attach(first);
    broker.publish(3);
    await clock.advance(SECOND);
    first.taken[0].delivery.done();
    broker.cut();
    const closing = client.close(SECOND);
    await clock.advance(2 * SECOND);
    await closing;
    registry.acknowledge(first.taken[1].delivery.id).should.equal('unknown');
    const next = make({ ledger: client.ledger });
    const second = new CollectingConsumer();
    next.attach(second);
    await clock.advance(SECOND);
    second.numbers.should.eql([2, 3]);
    second.taken.map(({ delivery }) => delivery.redelivered).should.eql([true, true]);
    first.taken.map(({ delivery }) => delivery.redelivered).should.eql([false, false, false]);
    for (const { delivery } of second.taken) delivery.done();
    await clock.settle();
    [...broker.audit.acknowledged].sort().should.eql([1, 2, 3]);
    [broker.audit.double, broker.audit.unknown, network.mostOpen].should.eql([0, 0, 1]);
    await next.close(0);
  });
});

describe('push back-pressure', () => {
  it('never has more than the window in the flow, whatever the consumer does', async () => {
    const { clock, broker, client } = setUp();
    let most = 0;
    const consumer = new CollectingConsumer({
      onEvent: ({ delivery }) => {
        most = Math.max(most, client.stats.inFlow, client.stats.unacknowledged);
        clock.setTimeout(() => delivery.done(), 5 * SECOND);
      },
    });
    client.attach(consumer);
    broker.publish(1000);
    await clock.advance(20 * SECOND);
    most.should.equal(50);
    for (let i = 0; i < 20; i++) await clock.advance(10 * SECOND);
    const ok = broker.audit.acknowledged.size;
    record({
      check: 'P69',
      fault: 'slow flow',
      inputs: 1000,
      ok,
      lost: 1000 - ok,
      note: `${most} in the flow at most`,
    });
    ok.should.equal(1000);
    await client.close(0);
  });

  it('holds back what comes while events of a former connection are still in the flow', async () => {
    const { clock, network, client } = setUp({ prefetch: 5 });
    const consumer = new CollectingConsumer();
    client.attach(consumer);
    await clock.advance(SECOND);
    for (let n = 1; n <= 5; n++) push(network.last, pushed(n, n));
    network.last.cut();
    await clock.advance(5 * SECOND);
    // Another client of the queue has got the first five; this one gets five others.
    for (let n = 6; n <= 10; n++) push(network.last, pushed(n, n));
    consumer.numbers.should.eql([1, 2, 3, 4, 5]);
    consumer.taken[0].delivery.done();
    consumer.taken[1].delivery.done();
    consumer.numbers.should.eql([1, 2, 3, 4, 5, 6, 7]);
    await clock.settle();
    acks(network.last).should.eql([]);
    // What was held back is forgotten with its connection, and comes again.
    network.last.cut();
    await clock.advance(5 * SECOND);
    push(network.last, pushed(1, 8));
    for (const { delivery } of consumer.taken.slice(2)) delivery.done();
    consumer.numbers.should.eql([1, 2, 3, 4, 5, 6, 7, 8]);
    consumer.taken[7].delivery.redelivered.should.be.false();
    await client.close(0);
  });

  it('stops reading from a server that ignores the window', async () => {
    const { clock, network, client, log } = setUp({ prefetch: 10 });
    const consumer = new CollectingConsumer();
    client.attach(consumer);
    await clock.advance(SECOND);
    const { last } = network;
    for (let n = 1; n <= 500; n++) push(last, pushed(n, n));
    last.paused.should.be.true();
    consumer.taken.length.should.equal(10);
    // Not reading is no sign of a dead peer.
    await clock.advance(10 * MINUTE);
    last.closed.should.be.false();
    for (let i = 0; i < consumer.taken.length; i++) consumer.taken[i].delivery.done();
    consumer.numbers.should.eql(Array.from({ length: 500 }, (_, i) => i + 1));
    last.paused.should.be.false();
    log.entries.should.eql(['warn push.events.overrun']);
    record({
      check: 'P69',
      fault: 'service that ignores the window',
      inputs: 500,
      ok: consumer.numbers.length,
      lost: 0,
    });
    await client.close(0);
  });

  it('survives a consumer that is done within the call, however much waits', async () => {
    const { clock, network, client } = setUp({ prefetch: 1 });
    const consumer = new CollectingConsumer();
    client.attach(consumer);
    await clock.advance(SECOND);
    push(network.last, ...Array.from({ length: 20_000 }, (_, n) => pushed(n, n)));
    consumer.onEvent = ({ delivery }) => delivery.done();
    consumer.taken[0].delivery.done();
    await clock.settle();
    consumer.taken.length.should.equal(20_000);
    acks(network.last).length.should.equal(20_000);
    await client.close(0);
  });
});

describe('push deadlines', () => {
  it('acknowledge what was forgotten, and say so for each', async () => {
    const { clock, broker, client, registry } = setUp();
    const consumer = new CollectingConsumer({ ackDeadlineMs: 10 * MINUTE });
    client.attach(consumer);
    broker.publish(1000);
    await clock.advance(9 * MINUTE);
    broker.audit.acknowledged.size.should.equal(0);
    await clock.advance(2 * MINUTE);
    broker.audit.acknowledged.size.should.equal(50);
    registry.acknowledge(consumer.taken[0].delivery.id).should.equal('gone');
    // 1000 forgotten ones leave the window free again: 20 windows of ten minutes.
    await clock.advance(191 * MINUTE);
    broker.audit.acknowledged.size.should.equal(1000);
    consumer.troubles.length.should.equal(1000);
    should(consumer.troubles[0]).containEql({
      reason: 'overdue',
      action: 'acknowledged',
      name: 'device_status_kv',
      did: 'did1',
    });
    consumer.onEvent = ({ delivery }) => delivery.done();
    broker.publish(10);
    await clock.advance(SECOND);
    broker.audit.acknowledged.size.should.equal(1010);
    client.stats.overdue.should.equal(1000);
    await client.close(0);
  });

  it('make a dead letter of it where those are taken', async () => {
    const { clock, broker, client } = setUp();
    const consumer = new CollectingConsumer({ ackDeadlineMs: MINUTE, letters: true });
    client.attach(consumer);
    broker.publish(2);
    await clock.advance(30 * SECOND);
    consumer.taken[0].delivery.done();
    (consumer.taken[1].event.payload as Record<string, unknown>).n = 'changed by the flow';
    await clock.advance(MINUTE);
    consumer.letters.length.should.equal(1);
    const [{ reason, event, redeliveries }] = consumer.letters;
    should([reason, redeliveries]).eql(['overdue', 0]);
    should(event?.payload).containEql({ n: 2 });
    consumer.troubles[0].action.should.equal('dead-letter');
    broker.audit.acknowledged.size.should.equal(2);
    await client.close(0);
  });

  it('count for each delivery by itself', async () => {
    const { clock, broker, client } = setUp();
    const consumer = new CollectingConsumer({ ackDeadlineMs: MINUTE });
    client.attach(consumer);
    broker.publish(1);
    await clock.advance(40 * SECOND);
    broker.publish(1);
    consumer.taken[0].delivery.done();
    await clock.advance(50 * SECOND);
    consumer.troubles.length.should.equal(0);
    await clock.advance(11 * SECOND);
    consumer.troubles.length.should.equal(1);
    await client.close(0);
    clock.timers.should.equal(0);
  });

  it('or take a new connection, on which the forgotten ones come again and the others do not', async () => {
    const { clock, broker, network, client, log } = setUp();
    const consumer = new CollectingConsumer({ ackDeadlineMs: MINUTE, onAckTimeout: 'reconnect' });
    client.attach(consumer);
    broker.publish(2);
    await clock.advance(30 * SECOND);
    broker.publish(1);
    await clock.advance(40 * SECOND);
    network.links.length.should.equal(2);
    consumer.numbers.should.eql([1, 2, 3, 1, 2]);
    consumer.taken.map(({ delivery }) => delivery.redelivered).should.eql([false, false, false, true, true]);
    consumer.troubles.map(({ action }) => action).should.eql(['reconnect', 'reconnect']);
    for (const { delivery } of consumer.taken) delivery.done();
    await clock.settle();
    [...broker.audit.acknowledged].sort().should.eql([1, 2, 3]);
    [broker.audit.double, broker.audit.unknown].should.eql([0, 0]);
    log.entries.should.eql([]);
    await client.close(0);
  });

  it('take a new connection not more than every half minute', async () => {
    const { clock, broker, network, client } = setUp();
    const consumer = new CollectingConsumer({ ackDeadlineMs: 5 * SECOND, onAckTimeout: 'reconnect' });
    client.attach(consumer);
    const publish = () => {
      broker.publish(1);
      clock.setTimeout(publish, SECOND);
    };
    publish();
    await clock.advance(10 * MINUTE);
    network.links.length.should.be.within(10, 22);
    await client.close(0);
  });

  it('accept a late acknowledgement as long as the event has not been emitted again', async () => {
    const { clock, broker, network, client, registry } = setUp();
    const consumer = new CollectingConsumer({ ackDeadlineMs: MINUTE, onAckTimeout: 'reconnect' });
    client.attach(consumer);
    broker.publish(2);
    await clock.advance(200);
    const { onDial } = network;
    network.onDial = () => undefined;
    await clock.advance(62 * SECOND);
    const [first, second] = consumer.taken.map(({ delivery }) => delivery.id);
    registry.acknowledge(first).should.equal('acknowledged');
    network.onDial = onDial;
    await clock.advance(30 * SECOND);
    consumer.numbers.should.eql([1, 2, 2]);
    registry.acknowledge(second).should.equal('gone');
    await clock.settle();
    [...broker.audit.acknowledged].should.eql([1]);
    await client.close(0);
  });
});

describe('push dead letters', () => {
  it('take what the server sends again for the sixth time', async () => {
    const { clock, broker, client } = setUp();
    const consumer = new CollectingConsumer({ letters: true });
    const other = new CollectingConsumer({ id: 'other' });
    client.attach(consumer);
    client.attach(other);
    broker.publish(1);
    await clock.advance(SECOND);
    for (let i = 0; i < 5; i++) {
      broker.cut();
      await clock.advance(MINUTE);
    }
    consumer.letters.length.should.equal(0);
    broker.cut();
    await clock.advance(MINUTE);
    should(consumer.letters.map(({ reason, redeliveries }) => [reason, redeliveries])).eql([['redelivered', 6]]);
    // The consumer without a second output keeps its copy.
    broker.audit.acknowledged.size.should.equal(0);
    consumer.taken[0].delivery.done();
    other.taken[0].delivery.done();
    await clock.settle();
    broker.audit.acknowledged.size.should.equal(1);
    [consumer.taken.length, other.taken.length, broker.audit.double].should.eql([1, 1, 0]);
    await client.close(0);
  });

  it('take what is nested too deeply, as text; without a second output it is told and acknowledged', async () => {
    for (const letters of [true, false]) {
      const { clock, network, client } = setUp();
      const consumer = new CollectingConsumer({ letters, onEvent: ({ delivery }) => delivery.done() });
      client.attach(consumer);
      await clock.advance(SECOND);
      const deep = `${'['.repeat(4000)}${']'.repeat(4000)}`;
      const text = JSON.stringify(pushed(1, 1, { data: 'X' })).replace('"X"', deep);
      push(network.last, text, pushed(2, 2));
      consumer.numbers.should.eql([2]);
      acks(network.last).should.eql([1, 2]);
      consumer.troubles.map(({ reason }) => reason).should.eql(['too-deep']);
      if (letters) {
        should(consumer.letters[0].event).be.undefined();
        consumer.letters[0].text.should.equal(text);
      }
      await client.close(0);
    }
  });

  it('take what a consumer failed to take; whatever consumers throw, the client lives', async () => {
    const { clock, network, client, log } = setUp();
    const fail = () => {
      throw new Error('out of order');
    };
    const consumer = new CollectingConsumer({ letters: true, onEvent: fail });
    const worse = new CollectingConsumer({ id: 'worse', onEvent: fail });
    worse.deadLetter = fail;
    worse.trouble = fail;
    client.attach(consumer);
    client.attach(worse);
    await clock.advance(SECOND);
    push(network.last, pushed(1, 1), pushed(2, 2));
    acks(network.last).should.eql([1, 2]);
    consumer.letters.map(({ reason }) => reason).should.eql(['failed', 'failed']);
    log.entries.should.eql(['warn push.events.consumer']);
    await client.close(0);
  });
});

describe('push consumers that come and go', () => {
  it('a successor gets what was left, and what came meanwhile, and nothing twice', async () => {
    const { clock, broker, network, client } = setUp();
    const old = new CollectingConsumer({ id: 'node' });
    const attachment = client.attach(old);
    broker.publish(4);
    await clock.advance(SECOND);
    old.taken[0].delivery.done();
    const detached = attachment.detach(10 * SECOND);
    await clock.advance(5 * SECOND);
    old.taken[1].delivery.done();
    broker.publish(1);
    await clock.advance(6 * SECOND);
    await detached;
    old.numbers.should.eql([1, 2, 3, 4]);
    const successor = new CollectingConsumer({ id: 'node', onEvent: ({ delivery }) => delivery.done() });
    client.attach(successor);
    successor.taken
      .map(({ n, delivery }) => [n, delivery.redelivered])
      .should.eql([
        [3, true],
        [4, true],
        [5, false],
      ]);
    await clock.settle();
    [...broker.audit.acknowledged].sort().should.eql([1, 2, 3, 4, 5]);
    [broker.audit.double, broker.audit.unknown, network.links.length].should.eql([0, 0, 1]);
    await client.close(0);
    clock.timers.should.equal(0);
  });

  it('a successor that comes before the old one has drained gets the rest then', async () => {
    const { clock, broker, client } = setUp();
    const old = new CollectingConsumer({ id: 'node' });
    const attachment = client.attach(old);
    broker.publish(2);
    await clock.advance(SECOND);
    const detached = attachment.detach(10 * SECOND);
    const successor = new CollectingConsumer({ id: 'node' });
    client.attach(successor);
    successor.numbers.should.eql([]);
    old.taken[0].delivery.done();
    await clock.advance(11 * SECOND);
    await detached;
    successor.numbers.should.eql([2]);
    await client.close(0);
  });

  it('without a successor, what only it wanted is acknowledged; what another has is left to that one', async () => {
    const { clock, broker, client } = setUp();
    const stays = new CollectingConsumer({ id: 'stays', devices: ['did1'] });
    const goes = new CollectingConsumer({ id: 'goes' });
    client.attach(stays);
    const attachment = client.attach(goes);
    broker.publish(2);
    await clock.advance(SECOND);
    await attachment.detach();
    await clock.advance(10 * SECOND);
    broker.audit.acknowledged.size.should.equal(0);
    await clock.advance(11 * SECOND);
    [...broker.audit.acknowledged].should.eql([2]);
    stays.taken[0].delivery.done();
    await clock.settle();
    [...broker.audit.acknowledged].should.eql([2, 1]);
    stays.numbers.should.eql([1]);
    await client.close(0);
  });

  it('when nobody is there any more, what was left stays with the server, and the next consumer gets it', async () => {
    const { clock, broker, client } = setUp();
    const goes = ['one', 'two'].map((id) => client.attach(new CollectingConsumer({ id })));
    broker.publish(1);
    await clock.advance(SECOND);
    for (const attachment of goes) await attachment.detach();
    broker.publish(2);
    // Commands keep the connection open.
    const release = client.hold();
    await clock.advance(MINUTE);
    broker.audit.acknowledged.size.should.equal(0);
    const next = new CollectingConsumer({ id: 'three', onEvent: ({ delivery }) => delivery.done() });
    client.attach(next);
    await clock.advance(MINUTE);
    next.numbers.should.eql([1, 2, 3]);
    [...broker.audit.acknowledged].sort().should.eql([1, 2, 3]);
    [broker.audit.double, broker.audit.unknown].should.eql([0, 0]);
    release();
    await client.close(0);
    clock.timers.should.equal(0);
  });

  it('what only a consumer that left for good wanted is taken off at once; what it had waits as ever', async () => {
    const { clock, broker, network, client } = setUp();
    client.attach(new CollectingConsumer({ id: 'stays', events: ['device.online'] }));
    const goes = new CollectingConsumer({ id: 'goes' });
    const attachment = client.attach(goes);
    broker.publish(2);
    await clock.advance(SECOND);
    const detached = attachment.detach(10 * SECOND, true);
    await clock.advance(SECOND);
    const [[request]] = network.last.sent('unsubscribe_req').map((sent) => sent.data as { events: string[] }[]);
    request.events.length.should.equal(16);
    goes.taken[0].delivery.done();
    await clock.advance(10 * SECOND);
    await detached;
    [...broker.audit.acknowledged].should.eql([1]);
    await clock.advance(20 * SECOND);
    [...broker.audit.acknowledged].should.eql([1, 2]);
    await client.close(0);
  });

  it('the connection ends with the last consumer that leaves for good, and what that one had stays with the server', async () => {
    const { clock, broker, network, client } = setUp();
    const goes = new CollectingConsumer({ id: 'goes' });
    const attachment = client.attach(goes);
    broker.publish(2);
    await clock.advance(SECOND);
    const detached = attachment.detach(5 * SECOND, true);
    await clock.advance(2 * SECOND);
    goes.taken[0].delivery.done();
    await clock.advance(4 * SECOND);
    await detached;
    client.state.kind.should.equal('idle');
    const other = new CollectingConsumer({ id: 'other', onEvent: ({ delivery }) => delivery.done() });
    client.attach(other);
    await clock.advance(25 * SECOND);
    network.links.length.should.equal(2);
    other.numbers.should.eql([2]);
    [...broker.audit.acknowledged].should.eql([1, 2]);
    await client.close(0);
    clock.timers.should.equal(0);
  });

  it('what comes while an older one still waits for its lost connection goes to the newest alone, and once', async () => {
    const { clock, broker, client } = setUp();
    const consumers = [1, 2, 3].map(() => new CollectingConsumer({ id: 'node' }));
    const attachments = consumers.map(() => undefined as unknown as ReturnType<typeof client.attach>);
    attachments[0] = client.attach(consumers[0]);
    broker.publish(1);
    await clock.advance(SECOND);
    broker.cut();
    await clock.settle();
    await attachments[0].detach();
    attachments[1] = client.attach(consumers[1]);
    await clock.advance(3 * SECOND);
    consumers[1].numbers.should.eql([1]);
    broker.publish(1);
    await clock.settle();
    for (const { delivery } of consumers[1].taken) delivery.done();
    await clock.settle();
    [...broker.audit.acknowledged].should.eql([1, 2]);
    broker.cut();
    await clock.settle();
    await attachments[1].detach();
    await clock.advance(3 * SECOND);
    broker.publish(1);
    await clock.settle();
    client.attach(consumers[2]);
    await clock.advance(30 * SECOND);
    consumers.map(({ numbers }) => numbers).should.eql([[1], [1, 2], [3]]);
    await client.close(0);
    clock.timers.should.equal(0);
  });

  it('what a consumer left on a lost connection is offered when it is sent again', async () => {
    const { clock, broker, client } = setUp();
    const attachment = client.attach(new CollectingConsumer({ id: 'node' }));
    broker.publish(2);
    await clock.advance(SECOND);
    broker.cut();
    await clock.settle();
    await attachment.detach();
    const successor = new CollectingConsumer({ id: 'node', onEvent: ({ delivery }) => delivery.done() });
    client.attach(successor);
    successor.numbers.should.eql([]);
    await clock.advance(10 * SECOND);
    successor.numbers.should.eql([1, 2]);
    broker.audit.acknowledged.size.should.equal(2);
    await client.close(0);
  });
});

describe('push close', () => {
  it('emits nothing more, waits for what is in the flow, then closes after the last acknowledgement', async () => {
    const { clock, broker, network, client } = setUp();
    const consumer = new CollectingConsumer();
    client.attach(consumer);
    broker.publish(60);
    await clock.advance(SECOND);
    consumer.taken.length.should.equal(50);
    let closed = 0;
    const begun = clock.mono();
    void client.close().then(() => {
      closed = clock.mono();
    });
    for (const { delivery } of consumer.taken.slice(0, 49)) delivery.done();
    await clock.advance(3 * SECOND);
    broker.audit.acknowledged.size.should.equal(49);
    consumer.taken.length.should.equal(50);
    consumer.taken[49].delivery.done();
    await clock.advance(SECOND);
    broker.audit.acknowledged.size.should.equal(50);
    (closed - begun).should.be.within(3 * SECOND, 4 * SECOND);
    [client.state.kind, network.open, clock.timers].should.eql(['closed', 0, 0]);
  });

  it('waits no longer than it is allowed to', async () => {
    const { clock, broker, client } = setUp();
    client.attach(new CollectingConsumer());
    broker.publish(1);
    await clock.advance(SECOND);
    const begun = clock.mono();
    let closed = 0;
    void client.close().then(() => {
      closed = clock.mono();
    });
    await clock.advance(MINUTE);
    (closed - begun).should.be.within(9 * SECOND, 11 * SECOND);
    broker.audit.acknowledged.size.should.equal(0);
    broker.waiting.should.equal(1);
    clock.timers.should.equal(0);
  });

  it('closes in any state', async () => {
    for (const at of [0, 100, 250, 5000]) {
      const { clock, network, client } = setUp();
      if (at === 5000) network.onDial = (link) => link.cut();
      client.attach(new CollectingConsumer());
      await clock.advance(at);
      await client.close(0);
      await client.close();
      [client.state.kind, network.open, clock.timers].should.eql(['closed', 0, 0]);
    }
  });
});

describe('push delivery groups', () => {
  it('acknowledge all their members, and end with the last of them', async () => {
    const { clock, broker, client, registry } = setUp();
    const consumer = new CollectingConsumer({ ackDeadlineMs: MINUTE });
    client.attach(consumer);
    broker.publish(6);
    await clock.advance(SECOND);
    const deliveries = consumer.taken.map(({ delivery }) => delivery);
    const first = registry.group(deliveries.slice(0, 3));
    const second = registry.group(deliveries.slice(3));
    registry.acknowledge(first.id).should.equal('acknowledged');
    registry.acknowledge(first.id).should.equal('unknown');
    await clock.settle();
    [...broker.audit.acknowledged].should.eql([1, 2, 3]);
    deliveries[3].done();
    second.ended.should.be.false();
    await clock.advance(2 * MINUTE);
    second.ended.should.be.true();
    registry.acknowledge(second.id).should.equal('unknown');
    broker.audit.acknowledged.size.should.equal(6);
    broker.audit.double.should.equal(0);
    registry.group(deliveries).ended.should.be.true();
    await client.close(0);
  });
});
