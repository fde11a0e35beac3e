import should from 'should';
import { subscriptionNames } from '../../src/gizwits/push/events';
import { DID, KEY, MAC, openPushBench, type PublishedEvent, type PushBench } from '../support/push-bench';

const bytes = Buffer.from('000000030700009104010203', 'hex');
const child = { child_product_key: 'a'.repeat(32), child_did: 'Hc4WjY6uNf1KtGz9MpVb5E', child_mac: '5ccf7f1a2b3c' };
const place = { ip: '203.0.113.7', country: 'China', region: 'Guangdong', city: 'Guangzhou' };

/** Every event as the service sends it, and the payload that a flow gets. */
const cases: [event: PublishedEvent, payload: unknown][] = [
  [{ subscription: 'device.online', eventType: 'device_online', members: { group_id: null, ...place } }, place],
  [{ subscription: 'device.offline', eventType: 'device_offline', members: { group_id: null } }, {}],
  [
    {
      subscription: 'device.status.raw',
      eventType: 'device_status_raw',
      members: { data: { raw: bytes.toString('base64') } },
    },
    bytes,
  ],
  [
    {
      subscription: 'device.status.kv',
      eventType: 'device_status_kv',
      members: { group_id: 'g1', data: { switch: 0, mode: '睡眠', room_temp: 26.5, bin: '0001ff' } },
    },
    { switch: 0, mode: '睡眠', room_temp: 26.5, bin: '0001ff' },
  ],
  [fault('attr_fault', 'fault-1', 1), { attr_name: 'fault_roomtemp', attr_displayname: '室温传感器故障', value: 1 }],
  [fault('attr_alert', 'alert-1', 0), { attr_name: 'fault_roomtemp', attr_displayname: '室温传感器故障', value: 0 }],
  [{ subscription: 'datapoints.changed', eventType: 'datapoints_changed', did: '' }, {}],
  [
    {
      subscription: 'center_control.sub_device_added',
      eventType: 'sub_device_added',
      members: { ...child, child_passcode: 'c2VhbGVk' },
    },
    { ...child, child_passcode: 'c2VhbGVk' },
  ],
  [{ subscription: 'center_control.sub_device_deleted', eventType: 'sub_device_deleted', members: child }, child],
  [
    { subscription: 'device.bind', eventType: 'device_bind', members: { app_id: 'app', uid: 'user', group_id: null } },
    { app_id: 'app', uid: 'user' },
  ],
  [
    { subscription: 'device.unbind', eventType: 'device_unbind', members: { app_id: 'app', uid: 'user' } },
    { app_id: 'app', uid: 'user' },
  ],
  [{ subscription: 'device.reset', eventType: 'device_reset' }, {}],
  [
    {
      subscription: 'device.file.download',
      eventType: 'device_file_download',
      members: { download_url: 'https://example.com/f' },
    },
    { download_url: 'https://example.com/f' },
  ],
  [
    {
      subscription: 'device.app2dev.raw',
      eventType: 'app2dev_raw',
      members: { source: 'enterprise_api', enterprise_id: 'e', data: bytes.toString('base64') },
    },
    bytes,
  ],
  [
    {
      subscription: 'device.app2dev.kv',
      eventType: 'app2dev_kv',
      members: { source: 'open_api', appid: 'app', uid: 'user', data: { switch: 1 } },
    },
    { switch: 1 },
  ],
  [
    {
      subscription: 'device.gps.kv',
      eventType: 'device_gps_kv',
      // The document leaves open whether these are numbers or numbers in quotes.
      members: { data: { longitude: '113.3', latitude: 23.1, hdop: '1.2', num_satellites: '8', payload: '00' } },
    },
    { longitude: 113.3, latitude: 23.1, hdop: 1.2, num_satellites: 8, payload: '00' },
  ],
  [
    {
      subscription: 'device.lbs.kv',
      eventType: 'device_lbs_kv',
      members: { data: { longitude: 113.3, latitude: '23.1', city: '广州', signal: '-70.0' } },
    },
    { longitude: 113.3, latitude: 23.1, city: '广州', signal: -70 },
  ],
];

describe('messages of live events', () => {
  let bench: PushBench;
  let published = 0;

  before(async () => {
    bench = await openPushBench();
    await bench.load([
      { id: 'n', type: 'gizwits-events', product: 'product', events: [], wires: [['out']] },
      { id: 'out', type: 'helper' },
    ]);
    await bench.connected('n');
  });

  after(() => bench.close());

  /** The message of a published event; the world itself may send others in between. */
  const messageOf = async (event: PublishedEvent): Promise<Record<string, unknown> & { gizwits: GizwitsData }> => {
    const at = Date.UTC(2026, 2, 1) + ++published;
    const name = event.eventType;
    bench.publish({ ...event, at });
    const found = (): unknown =>
      bench
        .got('out')
        .find(({ gizwits }) => gizwits.event === name && gizwits.createdAt === new Date(at).toISOString());
    await bench.until(`a message of ${name}`, () => found() !== undefined);
    return found() as never;
  };

  it('are tested for all 17 events', () => {
    should(cases.map(([{ subscription }]) => subscription).sort()).eql([...subscriptionNames].sort());
  });

  for (const [event, payload] of cases) {
    it(`of ${event.eventType} have their payload, topic and ids`, async () => {
      const { topic, payload: received, did, mac, gizwits } = await messageOf(event);
      should(received).eql(payload);
      if (Buffer.isBuffer(payload)) Buffer.isBuffer(received).should.be.true();
      const hasDevice = event.did !== '';
      should(topic).equal(`${KEY}/${hasDevice ? DID : ''}/${event.eventType}`);
      should([did, mac, gizwits.did, gizwits.mac]).eql(
        hasDevice ? [DID, MAC, DID, MAC] : [undefined, undefined, undefined, undefined],
      );
      should(gizwits.groupId).equal(event.members?.group_id ?? null);
      should(gizwits.eventId).equal(event.members?.event_id);
      should(gizwits.msgId).match(/^[\w+/]{22}$/);
      should(gizwits.delivery).be.a.String().and.not.be.empty();
      should(gizwits.body).containEql({ cmd: 'event_push', event_type: event.eventType });
    });
  }

  it('read raw data in the shape of the document too', async () => {
    const event = { subscription: 'device.status.raw', eventType: 'device_status_raw' };
    const { payload } = await messageOf({ ...event, members: { data: bytes.toString('base64') } });
    should(payload).eql(bytes);
  });

  it('tie both ends of one fault together', async () => {
    const { world } = bench.simulator;
    const device = world.device(DID) as never;
    const faults = (): { payload: unknown; gizwits: GizwitsData }[] =>
      bench.got('out').filter(({ did, payload, gizwits }) => {
        return did === DID && gizwits.event === 'attr_fault' && payload.value !== undefined && gizwits.groupId === null;
      }) as never;
    const before = faults().length;
    world.setIncident(device, 'fault_roomtemp', true).should.be.true();
    await bench.until('the first end', () => faults().length > before);
    world.setIncident(device, 'fault_roomtemp', false).should.be.true();
    await bench.until('both ends', () => faults().length >= before + 2);
    const [raised, gone] = faults().slice(before);
    should(raised?.payload).containEql({ value: 1 });
    should(gone?.payload).containEql({ value: 0 });
    should(raised?.gizwits.eventId).be.a.String().and.equal(gone?.gizwits.eventId);
  });
});

interface GizwitsData {
  event: string;
  createdAt: string;
  did?: string;
  mac?: string;
  groupId: string | null;
  msgId?: string;
  eventId?: string;
  delivery: string;
  body: Record<string, unknown>;
}

function fault(eventType: 'attr_fault' | 'attr_alert', id: string, value: number): PublishedEvent {
  const data = { attr_name: 'fault_roomtemp', attr_displayname: '室温传感器故障', value };
  return { subscription: `device.${eventType}`, eventType, members: { event_id: id, group_id: null, data } };
}
