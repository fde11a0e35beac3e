import helper from 'node-red-node-test-helper';
import should from 'should';
import type { Simulator } from '../../src/simulator';
import type { FlowNode, Message } from '../support/flows';
import { DID, KEY, MAC, openPushBench, type PushBench } from '../support/push-bench';

describe('gizwits-events and gizwits-ack', () => {
  let bench: PushBench;
  let simulator: Simulator;
  let received: Message[];
  let letters: Message[];
  let errors: Message[];

  beforeEach(async () => {
    bench = await openPushBench();
    ({ simulator } = bench);
    received = bench.got('out');
    letters = bench.got('dead');
    errors = bench.got('errors');
  });
  afterEach(() => bench.close());

  const load = (fields: Record<string, unknown>, more: FlowNode[] = []): Promise<void> =>
    bench.load([
      { id: 'n', type: 'gizwits-events', product: 'product', wires: [['out'], ['dead']], ...fields },
      { id: 'out', type: 'helper' },
      { id: 'dead', type: 'helper' },
      ...more,
    ]);
  const statuses = (): string[] => bench.statuses('n');
  const connected = (): Promise<void> => bench.connected('n');
  const report = (): void => simulator.world.report(simulator.world.device(DID) as never);

  it('hands on what devices report, with topic, ids and metadata, and acknowledges it', async () => {
    await load({ events: ['device.status.kv'], devices: [DID] });
    await connected();
    report();
    await bench.until('a report', () => received.length > 0);
    const [{ topic, payload, did, mac, gizwits }] = received;
    topic.should.equal(`${KEY}/${DID}/device_status_kv`);
    [did, mac].should.eql([DID, MAC]);
    payload.should.have.properties('switch', 'set_temp', 'room_temp');
    gizwits.should.containEql({ event: 'device_status_kv', productKey: KEY, did: DID, mac: MAC, redelivered: false });
    gizwits.should.have.properties('groupId', 'createdAt', 'msgId', 'delivery', 'body');
    gizwits.createdAt.should.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    gizwits.body.event_type.should.equal('device_status_kv');
    await bench.until('its acknowledgement', () => simulator.snoti.server.audit.acknowledged.size > 0);
  });

  it('waits for the Ack node in manual mode, which passes the message on', async () => {
    // An event that the simulated world does not tell by itself: what other devices do would be acknowledged too.
    await load({ events: ['device.gps.kv'], devices: [MAC], ack: 'manual' }, [
      { id: 'x-ack', z: 'tab', type: 'gizwits-ack', wires: [['x-after']] },
      { id: 'x-after', type: 'helper', z: 'tab' },
    ]);
    await connected();
    bench.publish({ subscription: 'device.gps.kv', eventType: 'device_gps_kv', members: { data: {} } });
    await bench.until('the event', () => received.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    simulator.snoti.server.audit.acknowledged.size.should.equal(0);
    const passed = bench.got('x-after');
    // A message that has been through JSON, as through a context store, still names its delivery.
    helper.getNode('x-ack').receive(JSON.parse(JSON.stringify(received[0])));
    await bench.until('the acknowledgement', () => simulator.snoti.server.audit.acknowledged.size === 1);
    helper.getNode('x-ack').receive({ ...received[0] } as never);
    await bench.until('both messages', () => passed.length === 2);
    passed[0].gizwits.event.should.equal('device_gps_kv');
    simulator.snoti.server.audit.acknowledged.size.should.equal(1);
  });

  it('refuses a message without a delivery, and one of another process', async () => {
    await load({ events: ['device.status.kv'] }, [{ id: 'x-ack', z: 'tab', type: 'gizwits-ack', wires: [[]] }]);
    helper.getNode('x-ack').receive({ payload: 1 } as never);
    helper.getNode('x-ack').receive({ payload: 1, gizwits: { delivery: 'nobody.1' } } as never);
    await bench.until('two errors', () => errors.length === 2);
    for (const { error } of errors) should(error.code).equal('GIZ_BAD_INPUT');
  });

  it('gathers events into batches that one acknowledgement covers', async () => {
    await load({ events: ['device.status.kv'], devices: [DID], output: 'batch', batchMax: 5, batchMs: 500 });
    await connected();
    for (let count = 0; count < 7; count++) report();
    const sizes = (): number[] => received.map(({ payload }) => payload.length);
    // A busy machine may let the time of a batch pass before it is full.
    await bench.until('all events', () => sizes().reduce((sum, size) => sum + size, 0) >= 7);
    sizes()
      .every((size) => size >= 1 && size <= 5)
      .should.be.true();
    sizes().length.should.be.belowOrEqual(4);
    received[0].payload[0].topic.should.equal(`${KEY}/${DID}/device_status_kv`);
    await bench.until('their acknowledgements', () => simulator.snoti.server.audit.acknowledged.size >= 7);
  });

  it('lets forgotten events out by the second output and acknowledges them', async () => {
    const fields = { ack: 'manual', ackMinutes: 0.002, deadLetter: true };
    await load({ events: ['device.status.kv'], devices: [DID], ...fields });
    await connected();
    report();
    await bench.until('the dead letter', () => letters.length > 0);
    letters[0].gizwits.deadLetter.reason.should.equal('overdue');
    letters[0].payload.should.have.property('switch');
    await bench.until('its acknowledgement', () => simulator.snoti.server.audit.acknowledged.size > 0);
  });

  it('says in its status that it reconnects, and that it is back', async () => {
    await load({ events: ['device.status.kv'] });
    await connected();
    simulator.snoti.server.cut();
    await bench.until('the reconnection', () => statuses().some((text) => /reconnecting|connecting/.test(text)));
    const before = statuses().length;
    await bench.until('the connection again', () =>
      statuses()
        .slice(before)
        .some((text) => text.includes('connected')),
    );
  }).timeout(20_000);

  it('shows a refused login', async () => {
    (simulator.products[0] as { authSecret: string }).authSecret = 'wrong';
    await load({ events: ['device.status.kv'] });
    await bench.until('the refusal', () => statuses().some((text) => text.includes('refusedLogin')));
  });

  const wrong: [field: string, fields: Record<string, unknown>][] = [
    ['events', { events: ['device.everything'] }],
    ['ackMinutes', { ack: 'manual', ackMinutes: 'soon' }],
    ['batchMax', { output: 'batch', batchMax: 0 }],
    ['devices', { devices: '[1' }],
    ['ack', { ack: 'Manual' }],
    ['onAckTimeout', { onAckTimeout: 'never' }],
    ['output', { output: 'page' }],
    ['deadLetter', { deadLetter: 'perhaps' }],
  ];
  for (const [field, fields] of wrong) {
    it(`names what is wrong with ${field}`, async () => {
      await load(fields);
      await bench.until('the status', () => statuses().some((text) => text.includes('badInput')));
      should(errors.map(({ error }) => error.code)).eql(['GIZ_BAD_INPUT']);
      should(errors[0]?.error.message).startWith(field);
      should(errors[0]?.gizwits.error).containEql({ code: 'GIZ_BAD_INPUT', outcome: 'not-sent' });
      should(simulator.snoti.server.counts.accepted).equal(0);
    });
  }

  it('tells Catch when no product is chosen', async () => {
    await load({ product: 'gone' });
    await bench.until('the error', () => errors.length > 0);
    should(errors.map(({ error }) => error.code)).eql(['GIZ_CONFIG']);
    await bench.until('the status', () => statuses().at(-1)?.includes('noConfig') === true);
  });
});
