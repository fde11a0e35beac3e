import helper from 'node-red-node-test-helper';
import should from 'should';
import ack from '../../nodes/gizwits-ack';
import enterprise from '../../nodes/gizwits-enterprise';
import events from '../../nodes/gizwits-events';
import product from '../../nodes/gizwits-product';
import { closeAccounts } from '../../nodes/shared/open-account';
import { closePush } from '../../nodes/shared/open-push';
import { createSimulator, type Simulator } from '../../src/simulator';
import { type Message, startRuntime, stopRuntime } from '../support/flows';
import { tlsConfig } from '../support/tls-node';

const DID = 'Mavn3NpqLZ32XDEjWYb83h';
const MAC = 'fd06c330fc77';
const KEY = '34920fbd01f40072e3cf347862554017';

describe('gizwits-events and gizwits-ack', () => {
  let simulator: Simulator;
  let received: Message[];
  let letters: Message[];

  beforeEach(async () => {
    simulator = await createSimulator();
    simulator.world.setPresence(simulator.world.device(DID) as never, 'online');
    received = [];
    letters = [];
    await startRuntime();
  });
  afterEach(async () => {
    await stopRuntime();
    await closePush();
    await closeAccounts();
    await simulator.close();
  });

  const load = async (fields: Record<string, unknown>, more: Record<string, unknown>[] = []): Promise<void> => {
    const { authId, authSecret, productSecret } = simulator.products[0];
    const { host, port, ca } = simulator.snoti;
    const flow = [
      { id: 'tab', type: 'tab' },
      { id: 'c-ca', type: 'tls-config', cert: '', key: '', ca: '', verifyservercert: true },
      { id: 'c-ent', type: 'gizwits-enterprise', region: 'custom', baseUrl: simulator.enterprise.baseUrl },
      {
        ...{ id: 'c-prod', type: 'gizwits-product', enterprise: 'c-ent', productKey: KEY, pushTls: 'c-ca' },
        ...{ pushHost: host, pushPort: String(port), prefetch: '10' },
      },
      { id: 'n', z: 'tab', type: 'gizwits-events', product: 'c-prod', wires: [['out'], ['dead']], ...fields },
      { id: 'out', type: 'helper', z: 'tab' },
      { id: 'dead', type: 'helper', z: 'tab' },
      { id: 'x-catch', type: 'catch', z: 'tab', wires: [['x-err']] },
      { id: 'x-err', type: 'helper', z: 'tab' },
      ...more,
    ];
    await helper.load([tlsConfig, enterprise, product, events, ack] as never, flow as never, {
      'c-ent': { enterpriseId: simulator.enterprise.id, enterpriseSecret: simulator.enterprise.secret },
      'c-ca': { cadata: ca },
      'c-prod': { productSecret, authId, authSecret },
    });
    helper.getNode('out').on('input', (msg: Message) => received.push(msg));
    helper.getNode('dead').on('input', (msg: Message) => letters.push(msg));
  };
  const until = async (what: string, come: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 400; tries++) {
      if (come()) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${what} did not come`);
  };
  // biome-ignore lint/suspicious/noExplicitAny: the helper makes every method of a node a sinon spy
  const statuses = (): string[] => (helper.getNode('n') as any).status.args.map(([status]: [Message]) => status.text);
  const connected = (): Promise<void> =>
    until('the connection', () => statuses().some((text) => text.includes('connected')));
  const report = (): void => simulator.world.report(simulator.world.device(DID) as never);

  it('hands on what devices report, with topic, ids and metadata, and acknowledges it', async () => {
    await load({ events: ['device.status.kv'], devices: [DID] });
    await connected();
    report();
    await until('a report', () => received.length > 0);
    const [{ topic, payload, did, mac, gizwits }] = received;
    topic.should.equal(`${KEY}/${DID}/device_status_kv`);
    [did, mac].should.eql([DID, MAC]);
    payload.should.have.properties('switch', 'set_temp', 'room_temp');
    gizwits.should.containEql({ event: 'device_status_kv', productKey: KEY, did: DID, mac: MAC, redelivered: false });
    gizwits.should.have.properties('groupId', 'createdAt', 'msgId', 'delivery', 'body');
    gizwits.createdAt.should.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    gizwits.body.event_type.should.equal('device_status_kv');
    await until('its acknowledgement', () => simulator.snoti.server.audit.acknowledged.size > 0);
  });

  it('waits for the Ack node in manual mode, which passes the message on', async () => {
    await load({ events: ['device.status.kv'], devices: [MAC], ack: 'manual' }, [
      { id: 'x-ack', z: 'tab', type: 'gizwits-ack', wires: [['x-after']] },
      { id: 'x-after', type: 'helper', z: 'tab' },
    ]);
    await connected();
    report();
    await until('a report', () => received.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    simulator.snoti.server.audit.acknowledged.size.should.equal(0);
    const passed: Message[] = [];
    helper.getNode('x-after').on('input', (msg: Message) => passed.push(msg));
    // A message that has been through JSON, as through a context store, still names its delivery.
    helper.getNode('x-ack').receive(JSON.parse(JSON.stringify(received[0])));
    await until('the acknowledgement', () => simulator.snoti.server.audit.acknowledged.size === 1);
    helper.getNode('x-ack').receive({ ...received[0] } as never);
    await until('both messages', () => passed.length === 2);
    passed[0].gizwits.event.should.equal('device_status_kv');
    simulator.snoti.server.audit.acknowledged.size.should.equal(1);
  });

  it('refuses a message without a delivery, and one of another process', async () => {
    await load({ events: ['device.status.kv'] }, [{ id: 'x-ack', z: 'tab', type: 'gizwits-ack', wires: [[]] }]);
    const errors: Message[] = [];
    helper.getNode('x-err').on('input', (msg: Message) => errors.push(msg));
    helper.getNode('x-ack').receive({ payload: 1 } as never);
    helper.getNode('x-ack').receive({ payload: 1, gizwits: { delivery: 'nobody.1' } } as never);
    await until('two errors', () => errors.length === 2);
    for (const { error } of errors) should(error.code).equal('GIZ_BAD_INPUT');
  });

  it('gathers events into batches that one acknowledgement covers', async () => {
    await load({ events: ['device.status.kv'], devices: [DID], output: 'batch', batchMax: 5, batchMs: 500 });
    await connected();
    for (let count = 0; count < 7; count++) report();
    const sizes = (): number[] => received.map(({ payload }) => payload.length);
    // A busy machine may let the time of a batch pass before it is full.
    await until('all events', () => sizes().reduce((sum, size) => sum + size, 0) >= 7);
    sizes()
      .every((size) => size >= 1 && size <= 5)
      .should.be.true();
    sizes().length.should.be.belowOrEqual(4);
    received[0].payload[0].topic.should.equal(`${KEY}/${DID}/device_status_kv`);
    await until('their acknowledgements', () => simulator.snoti.server.audit.acknowledged.size >= 7);
  });

  it('lets forgotten events out by the second output and acknowledges them', async () => {
    const fields = { ack: 'manual', ackMinutes: 0.002, deadLetter: true };
    await load({ events: ['device.status.kv'], devices: [DID], ...fields });
    await connected();
    report();
    await until('the dead letter', () => letters.length > 0);
    letters[0].gizwits.deadLetter.reason.should.equal('overdue');
    letters[0].payload.should.have.property('switch');
    await until('its acknowledgement', () => simulator.snoti.server.audit.acknowledged.size > 0);
  });

  it('says in its status that it reconnects, and that it is back', async () => {
    await load({ events: ['device.status.kv'] });
    await connected();
    simulator.snoti.server.cut();
    await until('the reconnection', () => statuses().some((text) => /reconnecting|connecting/.test(text)));
    const before = statuses().length;
    await until('the connection again', () =>
      statuses()
        .slice(before)
        .some((text) => text.includes('connected')),
    );
  }).timeout(20_000);

  it('shows a refused login', async () => {
    await load({ events: ['device.status.kv'] });
    await stopRuntime();
    await closePush();
    await startRuntime();
    simulator.products[0].authSecret = 'wrong';
    await load({ events: ['device.status.kv'] });
    await until('the refusal', () => statuses().some((text) => text.includes('refusedLogin')));
  });

  it('names what is wrong with its settings', async () => {
    for (const fields of [{ events: ['device.everything'] }, { ack: 'manual', ackMinutes: 'soon' }, { devices: '{' }]) {
      const errors: Message[] = [];
      await load({ ...fields, ...(fields.devices ? { devices: '[1' } : {}) });
      helper.getNode('x-err').on('input', (msg: Message) => errors.push(msg));
      await until('the error', () => errors.length > 0 || statuses().some((text) => text.includes('badInput')));
      await stopRuntime();
      await startRuntime();
    }
  });
});
