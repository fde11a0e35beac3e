import should from 'should';
import { DeliveryRegistry } from '../../src/gizwits/push/delivery-registry';
import { PushClient, type PushClientOptions } from '../../src/gizwits/push/push-client';
import { VirtualClock } from '../support/virtual-clock';
import { CollectingConsumer } from './push-support/collecting-consumer';
import { FakeBroker, PRODUCT } from './push-support/fake-broker';

function setUp(options: Partial<PushClientOptions> = {}) {
  const clock = new VirtualClock();
  const broker = new FakeBroker();
  const registry = new DeliveryRegistry(clock);
  const client = new PushClient({
    host: 'snoti.test',
    port: 2017,
    products: [PRODUCT],
    clock,
    registry,
    dial: broker.network.dial,
    ...options,
  });
  return { clock, broker, registry, client };
}

describe('push delivery', () => {
  it('acknowledges an event when its consumer is done, and not before', async () => {
    const { clock, broker, client } = setUp();
    const consumer = new CollectingConsumer();
    client.attach(consumer);
    broker.publish(3);
    await clock.advance(1000);
    consumer.numbers.should.eql([1, 2, 3]);
    broker.audit.acknowledged.size.should.equal(0);
    client.stats.unacknowledged.should.equal(3);
    consumer.taken[1].delivery.done();
    await clock.settle();
    [...broker.audit.acknowledged].should.eql([2]);
    consumer.taken[0].delivery.done();
    consumer.taken[0].delivery.done();
    await clock.settle();
    broker.audit.double.should.equal(0);
    client.stats.unacknowledged.should.equal(1);
    await client.close(0);
  });

  it('loses, repeats and wrongly acknowledges nothing in 10 000 events over 100 disconnects', async function () {
    this.timeout(60_000);
    const { clock, broker, registry, client } = setUp();
    const finished = new Set<number>();
    let beforeDone = 0;
    broker.onAcknowledged = (sequence) => {
      if (!finished.has(sequence)) beforeDone++;
    };
    const consumer = new CollectingConsumer({
      // Work takes up to 3 s, and ends in any order.
      onEvent: ({ delivery, n }) => {
        clock.setTimeout(() => {
          finished.add(n);
          registry.acknowledge(delivery.id);
        }, clock.random() * 3000);
      },
    });
    client.attach(consumer);
    broker.publish(10_000);
    let cuts = 0;
    const cut = () => {
      if (broker.waiting === 0) return;
      if (client.state.kind === 'connected') {
        cuts++;
        broker.cut();
      }
      clock.setTimeout(cut, 500 + clock.random() * 4000);
    };
    clock.setTimeout(cut, 2000);
    for (let i = 0; i < 400 && broker.waiting > 0; i++) await clock.advance(20_000);
    cuts.should.be.above(99);
    const counts = new Map<number, number>();
    for (const n of consumer.numbers) counts.set(n, (counts.get(n) ?? 0) + 1);
    should({
      lost: 10_000 - broker.audit.acknowledged.size,
      neverEmitted: 10_000 - counts.size,
      beforeDone,
      stale: broker.audit.unknown,
      double: broker.audit.double,
      repeats: [...counts.values()].filter((count) => count > 1).length,
    }).eql({ lost: 0, neverEmitted: 0, beforeDone: 0, stale: 0, double: 0, repeats: 0 });
    client.stats.inFlow.should.equal(0);
    broker.network.mostOpen.should.equal(1);
    await client.close(0);
  });
});
