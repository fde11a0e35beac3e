import should from 'should';
import { EventReader } from '../../src/gizwits/push/event-reader';
import { eventRow, pushEventTable, subscriptionNames, subscriptionRow } from '../../src/gizwits/push/events';
import { FrameReader } from '../../src/gizwits/push/frame-reader';

const ENVELOPE =
  '"cmd":"event_push","delivery_id":1,"msg_id":"MGI1MzcyZWZkMDdiNDBjYQ","product_key":"0123456789abcdef0123456789abcdef",' +
  '"did":"AbCdEfGhIjKlMnOpQrStUv","mac":"0123456789ab","created_at":1.57000000012299990654e+09';

function read(members: string, envelope = ENVELOPE) {
  const reader = new FrameReader();
  reader.read(Buffer.from(`{${envelope},${members}}`)).should.equal('frame');
  const row = eventRow(reader.body.event_type);
  if (!row) throw new Error('no such event');
  return new EventReader().read(row, reader.body, reader.messageToken);
}

describe('push events', () => {
  it('are the 17 of protocol 2.5.0, by both names', () => {
    const pairs = [
      ['device.online', 'device_online'],
      ['device.offline', 'device_offline'],
      ['device.status.raw', 'device_status_raw'],
      ['device.status.kv', 'device_status_kv'],
      ['device.attr_fault', 'attr_fault'],
      ['device.attr_alert', 'attr_alert'],
      ['datapoints.changed', 'datapoints_changed'],
      ['center_control.sub_device_added', 'sub_device_added'],
      ['center_control.sub_device_deleted', 'sub_device_deleted'],
      ['device.bind', 'device_bind'],
      ['device.unbind', 'device_unbind'],
      ['device.reset', 'device_reset'],
      ['device.file.download', 'device_file_download'],
      ['device.app2dev.raw', 'app2dev_raw'],
      ['device.app2dev.kv', 'app2dev_kv'],
      ['device.gps.kv', 'device_gps_kv'],
      ['device.lbs.kv', 'device_lbs_kv'],
    ];
    should(pushEventTable.map(({ subscription, event }) => [subscription, event])).eql(pairs);
    subscriptionNames.length.should.equal(17);
    for (const [subscription, event] of pairs) {
      should(eventRow(event)?.subscription).equal(subscription);
      should(subscriptionRow(subscription)?.event).equal(event);
    }
    should(eventRow('device.online')).be.undefined();
    should(eventRow('constructor')).be.undefined();
  });

  it('carry their envelope', () => {
    const event = read('"event_type":"device_offline","group_id":"g1"');
    const { body, payload, ...envelope } = event;
    envelope.should.eql({
      event: 'device_offline',
      productKey: '0123456789abcdef0123456789abcdef',
      did: 'AbCdEfGhIjKlMnOpQrStUv',
      mac: '0123456789ab',
      groupId: 'g1',
      createdAt: '2019-10-02T07:06:40.123Z',
      msgId: 'MGI1MzcyZWZkMDdiNDBjYQ',
    });
    payload.should.eql({});
    should(body.group_id).equal('g1');
    should(body.delivery_id).equal(1);
  });

  const payloads: [name: string, members: string, payload: unknown][] = [
    [
      'device_online',
      '"group_id":null,"ip":"203.0.113.7","country":"China","region":"Guangdong","city":"Guangzhou"',
      { ip: '203.0.113.7', country: 'China', region: 'Guangdong', city: 'Guangzhou' },
    ],
    ['device_offline', '"group_id":null', {}],
    [
      'device_status_kv',
      '"data":{"Switch":0,"Mode":"睡眠","Filter_Life":0.5,"Fault_x":1,"bin":"0001ff0000"}',
      { Switch: 0, Mode: '睡眠', Filter_Life: 0.5, Fault_x: 1, bin: '0001ff0000' },
    ],
    [
      'attr_fault',
      '"event_id":"6f0e-uuid","data":{"attr_name":"Fault_Motor","attr_displayname":"电机故障","value":1}',
      { attr_name: 'Fault_Motor', attr_displayname: '电机故障', value: 1 },
    ],
    ['attr_alert', '"event_id":"e","data":{"attr_name":"A","value":0}', { attr_name: 'A', value: 0 }],
    [
      'sub_device_added',
      '"child_product_key":"p","child_did":"d","child_mac":"m","child_passcode":"c"',
      { child_product_key: 'p', child_did: 'd', child_mac: 'm', child_passcode: 'c' },
    ],
    [
      'sub_device_deleted',
      '"child_product_key":"p","child_did":"d","child_mac":"m"',
      { child_product_key: 'p', child_did: 'd', child_mac: 'm' },
    ],
    ['device_bind', '"app_id":"a","uid":"u","group_id":null', { app_id: 'a', uid: 'u' }],
    ['device_unbind', '"app_id":"a","uid":"u","group_id":null', { app_id: 'a', uid: 'u' }],
    ['device_reset', '"x_unknown":[1,{"y":2}]', { x_unknown: [1, { y: 2 }] }],
    ['device_file_download', '"download_url":"https://example.com/f"', { download_url: 'https://example.com/f' }],
    ['app2dev_kv', '"source":"open_api","appid":"a","uid":"u","data":{"Switch":1}', { Switch: 1 }],
    [
      'device_gps_kv',
      '"data":{"longitude":"113.3","latitude":23.1,"hdop":"1.2","num_satellites":"8","payload":"12"}',
      { longitude: 113.3, latitude: 23.1, hdop: 1.2, num_satellites: 8, payload: '12' },
    ],
    [
      'device_lbs_kv',
      '"data":{"longitude":113.3,"latitude":"23.1","country":"c","adcode":"440100","signal":"-70.0","imsi":"460"}',
      { longitude: 113.3, latitude: 23.1, country: 'c', adcode: '440100', signal: -70, imsi: '460' },
    ],
  ];
  for (const [name, members, payload] of payloads) {
    it(`${name} has its payload`, () => {
      const event = read(`"event_type":"${name}",${members}`);
      should(event.payload).eql(payload);
      should(event.event).equal(name);
    });
  }

  it('fault and alert carry the id that ties both ends together', () => {
    should(read('"event_type":"attr_fault","event_id":"6f0e","data":{}').eventId).equal('6f0e');
    should('eventId' in read('"event_type":"device_reset"')).be.false();
  });

  it('datapoints_changed has no device', () => {
    const event = read(
      '"event_type":"datapoints_changed"',
      '"cmd":"event_push","delivery_id":1,"product_key":"p","created_at":1.57000000012299990654e+09',
    );
    [event.productKey, 'did' in event, 'mac' in event, 'msgId' in event].should.eql(['p', false, false, false]);
    should(event.payload).eql({});
  });

  it('read raw data in both documented shapes, and as bytes', () => {
    const expected = Buffer.from('000000030700009104010203', 'hex');
    for (const data of ['{"raw":"AAAAAwcAAJEEAQID"}', '"AAAAAwcAAJEEAQID"', '[0,0,0,3,7,0,0,145,4,1,2,3]']) {
      for (const name of ['device_status_raw', 'app2dev_raw']) {
        const { payload } = read(`"event_type":"${name}","data":${data}`);
        Buffer.isBuffer(payload).should.be.true();
        (payload as Buffer).equals(expected).should.be.true(data);
      }
    }
    const { payload } = read('"event_type":"device_status_raw","data":null');
    (payload as Buffer).length.should.equal(0);
  });

  it('keep a numeric msg_id digit by digit', () => {
    const envelope = ENVELOPE.replace('"MGI1MzcyZWZkMDdiNDBjYQ"', '9007199254740993');
    should(read('"event_type":"device_reset"', envelope).msgId).equal('9007199254740993');
  });

  it('read created_at as float seconds, in whatever form', () => {
    const created = (text: string): string | null =>
      read('"event_type":"device_reset"', ENVELOPE.replace('1.57000000012299990654e+09', text)).createdAt;
    should(created('1.49994106739599990845e+09')).equal('2017-07-13T10:17:47.396Z');
    should(created('1499941067.396')).equal('2017-07-13T10:17:47.396Z');
    should(created('"1499941067.396"')).equal('2017-07-13T10:17:47.396Z');
    should(created('1499941067396')).equal('2017-07-13T10:17:47.396Z');
    should(created('1499941067.005')).equal('2017-07-13T10:17:47.005Z');
    should(created('0')).equal('1970-01-01T00:00:00.000Z');
    for (const text of ['null', '"soon"', '{}', '1e300', 'true']) should(created(text)).be.null();
  });

  it('share no object between payload and body', () => {
    const event = read('"event_type":"device_status_kv","data":{"list":[1,{"x":1}],"n":1}');
    const payload = event.payload as Record<string, unknown>;
    (payload.list as unknown[]).push(2);
    payload.n = 5;
    should(event.body.data).eql({ list: [1, { x: 1 }], n: 1 });
  });
});
