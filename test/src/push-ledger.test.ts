import should from 'should';
import { eventRow } from '../../src/gizwits/push/events';
import { FrameReader } from '../../src/gizwits/push/frame-reader';
import { DeliveryLedger, LedgerEntry, MEMORY_MS, REPEAT_AFTER_MS } from '../../src/gizwits/push/ledger';

/** A reader that has just read such an event. */
function read(delivery: number | string, n: number, more: Record<string, unknown> = {}): FrameReader {
  const reader = new FrameReader();
  const event = { cmd: 'event_push', delivery_id: delivery, event_type: 'device_online', created_at: 5, n, ...more };
  reader.read(Buffer.from(JSON.stringify(event))).should.equal('frame');
  return reader;
}

/** An event that was finished as soon as it had come. */
function finish(ledger: DeliveryLedger, reader: FrameReader, epoch: number, at: number, openMs = 0): void {
  const row = eventRow('device_online');
  if (!row) throw new Error('no such event');
  const entry = new LedgerEntry(reader, row, false, epoch, at - openMs);
  entry.done = true;
  ledger.retire(entry, at);
}

describe('push ledger: finished events', () => {
  it('knows the very same push, and another delivery on another connection', () => {
    const ledger = new DeliveryLedger();
    const first = ledger.openEpoch(0);
    finish(ledger, read(1, 1), first, 10);
    should(ledger.recognise(read(1, 1), first, 20)).equal('same');
    should(ledger.recognise(read(1, 2), first, 20)).equal(undefined);
    const second = ledger.openEpoch(30);
    should(ledger.recognise(read(7, 1), second, 40)).equal('finished');
    should(ledger.recognise(read(7, 1), second, 50)).equal('same');
  });

  it('counts each delivery once: after as many as were finished, an equal event is a new one', () => {
    const ledger = new DeliveryLedger();
    const first = ledger.openEpoch(0);
    finish(ledger, read(1, 1), first, 10);
    finish(ledger, read(2, 1), first, 10);
    const second = ledger.openEpoch(20);
    const known = [3, 4, 5].map((delivery) => ledger.recognise(read(delivery, 1), second, 30));
    should(known).eql(['finished', 'finished', undefined]);
  });

  it('tells a repetition on the same connection from an equal event by the time that the first was open', () => {
    const ledger = new DeliveryLedger();
    const epoch = ledger.openEpoch(0);
    finish(ledger, read(1, 1), epoch, 1000, REPEAT_AFTER_MS - 1);
    should(ledger.recognise(read(2, 1), epoch, 1000)).equal(undefined);
    finish(ledger, read(1, 2), epoch, 1000, REPEAT_AFTER_MS);
    should(ledger.recognise(read(3, 2), epoch, 1000)).equal('finished');
    // The repetition has been acknowledged: the same once more needs no second acknowledgement.
    should(ledger.recognise(read(3, 2), epoch, 1000)).equal('same');
    should(ledger.recognise(read(4, 2), epoch, 1000)).equal('finished');
  });

  it('prefers the one with the same message id, and takes one whose id has changed', () => {
    const ledger = new DeliveryLedger();
    const first = ledger.openEpoch(0);
    finish(ledger, read(1, 1, { msg_id: 'a' }), first, 10);
    finish(ledger, read(2, 1, { msg_id: 'b' }), first, 10);
    const second = ledger.openEpoch(20);
    should(ledger.recognise(read(1, 1, { msg_id: 'a' }), second, 30)).equal('finished');
    should(ledger.recognise(read(2, 1, { msg_id: 'x' }), second, 30)).equal('finished');
    should(ledger.recognise(read(3, 1, { msg_id: 'b' }), second, 30)).equal(undefined);
  });

  it('an event with another time is another event, one without a time is known by its content', () => {
    const ledger = new DeliveryLedger();
    const first = ledger.openEpoch(0);
    finish(ledger, read(1, 1), first, 10);
    finish(ledger, read(2, 1, { created_at: 'yesterday' }), first, 10);
    const second = ledger.openEpoch(20);
    should(ledger.recognise(read(1, 1, { created_at: 6 }), second, 30)).equal(undefined);
    should(ledger.recognise(read(1, 1, { created_at: 'yesterday' }), second, 30)).equal('finished');
  });

  it('forgets after its time, and the oldest first when there are too many', () => {
    const ledger = new DeliveryLedger(MEMORY_MS, 3);
    const first = ledger.openEpoch(0);
    for (let n = 1; n <= 100; n++) finish(ledger, read(n, n), first, n);
    ledger.size.should.equal(3);
    const second = ledger.openEpoch(200);
    const known = [96, 97, 98, 99, 100].map((n) => ledger.recognise(read(n, n), second, 201));
    should(known).eql([undefined, undefined, 'finished', 'finished', 'finished']);
    finish(ledger, read(1, 1000), second, 300);
    const third = ledger.openEpoch(MEMORY_MS + 299);
    should(ledger.recognise(read(2, 1000), third, MEMORY_MS + 299)).equal('finished');
    should(ledger.recognise(read(2, 100), third, MEMORY_MS + 299)).equal(undefined);
  });

  it('finds each of ten thousand whose hashes share buckets, and no other', () => {
    const ledger = new DeliveryLedger();
    const first = ledger.openEpoch(0);
    for (let n = 0; n < 25_000; n++) finish(ledger, read(n, n), first, n);
    ledger.size.should.equal(10_000);
    const second = ledger.openEpoch(25_000);
    let known = 0;
    for (let n = 0; n < 25_000; n++) if (ledger.recognise(read(n, n), second, 25_000) === 'finished') known++;
    known.should.equal(10_000);
  });
});
