import should from 'should';
import { Duplicates } from '../../src/expeed/duplicates';
import { looksEncrypted, type Push, readPush } from '../../src/expeed/pushes';
import { Timestamps } from '../../src/expeed/timestamp';
import { VirtualClock } from '../support/virtual-clock';

const timestamps = new Timestamps('Asia/Shanghai');
const read = (body: unknown): Push | undefined => readPush(body, timestamps);

/** The three bodies of seed 004, with values in the place of its letters. */
const STATUS = { msg_type: '1', device_id: 'd1', device_key: 'k1', device_sn: 's1', device_status: 0 };
const DATA = {
  device_id: 'd1',
  device_key: 'k1',
  msg_type: '2',
  data: [
    { timestamp: '2017-02-13T12-00-00-000', value1: 1, value2: 'a' },
    { timestamp: '2017-02-13T12-00-01-000', value1: 2 },
  ],
};
const RESULT = { msg_type: 3, message_id: 'm1', device_id: 'd1', set_result: 0 };

describe('Expeed: pushes', () => {
  it('reads a status push, where 0 is online', () => {
    const push = read(STATUS);
    should(push).have.properties({ topic: 'status', msgType: 1, deviceId: 'd1', deviceKey: 'k1', deviceSn: 's1' });
    should(push?.payload).eql({ online: true });
    should(push?.body).eql(STATUS);
    should(read({ ...STATUS, device_status: 1 })?.payload).eql({ online: false });
    should(read({ ...STATUS, device_status: '1' })?.payload).eql({ online: false });
  });

  it('reads datapoints with their times in ISO 8601', () => {
    const push = read(DATA);
    should(push).have.properties({ topic: 'data', msgType: 2 });
    should(push?.payload).eql([
      { time: '2017-02-13T12:00:00.000+08:00', value1: 1, value2: 'a' },
      { time: '2017-02-13T12:00:01.000+08:00', value1: 2 },
    ]);
  });

  it('keeps what it cannot read as a time, and a datapoint that is named time', () => {
    should(read({ ...DATA, data: [{ timestamp: 'soon', time: 7 }] })?.payload).eql([
      { time: null, timestamp: 'soon', time_: 7 },
    ]);
    should(read({ ...DATA, data: { v: 1 } })?.payload).eql([{ time: null, v: 1 }]);
  });

  it('reads the result of a setting, whose type is a number', () => {
    should(read(RESULT)).have.properties({ topic: 'result', msgType: 3, deviceId: 'd1' });
    should(read(RESULT)?.payload).eql({ messageId: 'm1', success: true });
    should(read({ ...RESULT, set_result: 1 })?.payload).eql({ messageId: 'm1', success: false });
  });

  it('takes numbers and text for types, states and ids alike', () => {
    should(read({ ...STATUS, msg_type: 1, device_id: 17 })?.deviceId).equal('17');
    should(read({ ...DATA, msg_type: 2 })?.topic).equal('data');
    should(read({ ...RESULT, msg_type: '3', set_result: '0', message_id: 99 })?.payload).eql({
      messageId: '99',
      success: true,
    });
  });

  const others: unknown[] = [
    null,
    [],
    'text',
    {},
    { ...STATUS, msg_type: '4' },
    { ...STATUS, msg_type: undefined },
    { ...STATUS, device_status: 2 },
    { ...STATUS, device_status: true },
    { ...STATUS, device_id: undefined },
    { ...STATUS, device_id: { a: 1 } },
    { ...DATA, data: 'text' },
    { ...DATA, data: [1] },
    { ...DATA, data: undefined },
    { ...RESULT, message_id: undefined },
    { ...RESULT, set_result: 'ok' },
  ];
  for (const body of others) {
    it(`takes ${JSON.stringify(body)} for no push`, () => {
      should(read(body)).be.undefined();
    });
  }

  it('tells a ciphertext from other bodies', () => {
    const cipher = Buffer.alloc(48, 7).toString('base64');
    should(looksEncrypted(cipher)).be.true();
    should(looksEncrypted(JSON.stringify(cipher))).be.true();
    should(looksEncrypted(Buffer.alloc(32, 9).toString('hex'))).be.true();
    should(looksEncrypted({ encrypt: cipher })).be.true();
    should(looksEncrypted({ ...STATUS, device_sn: cipher })).be.false();
    should(looksEncrypted('short')).be.false();
    should(looksEncrypted('a sentence of some length, with spaces')).be.false();
    should(looksEncrypted({ a: 1 })).be.false();
  });
});

describe('Expeed: repeated pushes', () => {
  let clock: VirtualClock;
  let duplicates: Duplicates;
  /** Notes a push as the webhook does; true when it would be emitted. */
  const emitted = (body: unknown): boolean => {
    const push = read(body) as Push;
    if (duplicates.isRepeated(push)) return false;
    duplicates.note(push);
    return true;
  };

  beforeEach(() => {
    clock = new VirtualClock();
    duplicates = new Duplicates(clock);
  });

  it('emits what carries an id or a time once in ten minutes', async () => {
    for (const body of [DATA, RESULT]) {
      should([emitted(body), emitted(body), emitted({ ...body })]).eql([true, false, false]);
    }
    await clock.advance(599_999);
    should([emitted(DATA), emitted(RESULT)]).eql([false, false]);
    await clock.advance(1);
    should([emitted(DATA), emitted(RESULT)]).eql([true, true]);
  });

  it('knows a repetition whatever its type is written as', () => {
    should([emitted(DATA), emitted({ ...DATA, msg_type: 2 })]).eql([true, false]);
  });

  it('keeps on, off, on of one device apart, and drops only what repeats the last', () => {
    const on = STATUS;
    const off = { ...STATUS, device_status: 1 };
    should([on, off, on, on, off].map(emitted)).eql([true, true, true, false, true]);
    should(emitted({ ...off, device_id: 'd2' })).be.true();
  });

  it('takes an equal status for news after ten minutes', async () => {
    should(emitted(STATUS)).be.true();
    await clock.advance(600_000);
    should(emitted(STATUS)).be.true();
  });

  it('tells other values, other times and other devices from repetitions', () => {
    should(emitted(DATA)).be.true();
    should(emitted({ ...DATA, device_id: 'd2' })).be.true();
    should(emitted({ ...DATA, data: [{ ...DATA.data[0], value1: 5 }] })).be.true();
    should(emitted({ ...RESULT })).be.true();
    should(emitted({ ...RESULT, set_result: 1 })).be.true();
    should(emitted({ ...RESULT, message_id: 'm2' })).be.true();
  });

  it('never drops data without a time', () => {
    const body = { ...DATA, data: [{ value1: 1 }] };
    should([emitted(body), emitted(body)]).eql([true, true]);
  });

  it('forgets first what it has not seen for longest', () => {
    emitted({ ...STATUS, device_id: 0 });
    for (let index = 1; index < 10_000; index++) emitted({ ...STATUS, device_id: index });
    const again = { ...STATUS, device_id: 0, device_status: 1 };
    should(emitted(again)).be.true();
    emitted({ ...STATUS, device_id: 10_000 });
    should(emitted(again)).be.false();
    should(emitted({ ...STATUS, device_id: 1 })).be.true();
  });

  it('remembers a bounded number', () => {
    for (let index = 0; index < 10_001; index++) emitted({ ...RESULT, message_id: index });
    should(emitted({ ...RESULT, message_id: 10_000 })).be.false();
    should(emitted({ ...RESULT, message_id: 0 })).be.true();
    for (let index = 0; index < 10_001; index++) emitted({ ...STATUS, device_id: index });
    should(emitted({ ...STATUS, device_id: 10_000 })).be.false();
    should(emitted({ ...STATUS, device_id: 0 })).be.true();
  });
});
