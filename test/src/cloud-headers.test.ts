import should from 'should';
import { parseRetryAfter, readRateLimit, readReset } from '../../src/cloud/rate-limit-headers';
import { ServerTime } from '../../src/cloud/server-time';
import { renewalTimes, tokenLifeMs } from '../../src/cloud/token-life';
import { findHeader, WireReply } from '../../src/cloud/wire-reply';
import { record } from '../faults/support/table';
import { VirtualClock } from '../support/virtual-clock';

const NOW = Date.UTC(2026, 5, 1, 12, 0, 0);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('quota headers', () => {
  const inHalfAnHour = NOW / 1000 + 1800;
  const sound: [string, [string?, string?, string?], { limit: number; remaining: number; resetInMs: number }][] = [
    ['epoch seconds', ['3600', '56', String(inHalfAnHour)], { limit: 3600, remaining: 56, resetInMs: HOUR / 2 }],
    ['epoch ms', ['3600', '56', String(inHalfAnHour * 1000)], { limit: 3600, remaining: 56, resetInMs: HOUR / 2 }],
    ['seconds from now', ['3600', '56', '1800'], { limit: 3600, remaining: 56, resetInMs: HOUR / 2 }],
    ['spaces', [' 3600 ', ' 0', '60 '], { limit: 3600, remaining: 0, resetInMs: 60_000 }],
    ['a reset too far away', ['10', '1', '999999'], { limit: 10, remaining: 1, resetInMs: 3_660_000 }],
    ['a reset just past', ['10', '1', String(NOW / 1000 - 2)], { limit: 10, remaining: 1, resetInMs: 1 }],
  ];
  for (const [name, texts, expected] of sound) {
    it(`reads ${name}`, () => should(readRateLimit(replyWith(texts), NOW)).deepEqual(expected));
  }

  after(() => {
    const inputs = sound.length + nonsense.length;
    record({ check: 'Q42', fault: 'odd quota headers', inputs, ok: sound.length, refused: nonsense.length });
  });

  const nonsense: [string, [string?, string?, string?]][] = [
    ['no headers', []],
    ['no reset', ['3600', '56']],
    ['words', ['many', 'some', 'soon']],
    ['a negative remainder', ['3600', '-1', '1800']],
    ['a remainder above the limit', ['60', '61', '1800']],
    ['no limit at all', ['0', '0', '1800']],
    ['the documents own sample', ['60', '56', '1372700873']],
    ['a fraction', ['60', '5.5', '1800']],
    ['an exponent', ['6e1', '5', '1800']],
    ['an empty text', ['', '', '']],
  ];
  for (const [name, texts] of nonsense) {
    it(`ignores ${name}`, () => should(readRateLimit(replyWith(texts), NOW)).be.undefined());
  }
});

describe('the reset header alone', () => {
  const cases: [string | undefined, number | undefined][] = [
    [String(NOW / 1000 + 5), 5000],
    [String(NOW + 5000), 5000],
    ['5', 5000],
    ['999999', 3_660_000],
    [String(NOW / 1000 - 2), 1],
    [String(NOW / 1000 - 60), undefined],
    ['soon', undefined],
    [undefined, undefined],
  ];
  for (const [text, expected] of cases) {
    it(`${text ?? 'none'} is ${expected ?? 'ignored'}`, () => {
      should(readReset(replyWith([undefined, undefined, text]), NOW)).equal(expected);
    });
  }
});

describe('Retry-After', () => {
  after(() => record({ check: 'H6', fault: 'forms of Retry-After', inputs: cases.length, ok: cases.length }));

  const cases: [string | undefined, number | undefined][] = [
    ['120', 120_000],
    [' 5 ', 5000],
    ['0', 0],
    ['1000000000', HOUR],
    [new Date(NOW + 90_000).toUTCString(), 90_000],
    [new Date(NOW - 90_000).toUTCString(), 0],
    [new Date(NOW + 40 * DAY).toUTCString(), HOUR],
    ['-5', undefined],
    ['1e9', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ];
  for (const [text, expected] of cases) {
    it(`${text ?? 'none'} is ${expected ?? 'ignored'}`, () => {
      should(parseRetryAfter(text, NOW)).equal(expected);
    });
  }
});

describe('token life', () => {
  const seconds = (ms: number): number => Math.floor((NOW + ms) / 1000);
  const cases: [string, Parameters<typeof tokenLifeMs>[0], number][] = [
    ['epoch seconds', { value: 't', expiresAt: seconds(7 * DAY) }, 7 * DAY],
    ['epoch milliseconds', { value: 't', expiresAt: NOW + 7 * DAY }, 7 * DAY],
    ['numeric text', { value: 't', expiresAt: ` ${seconds(2 * HOUR)} ` }, 2 * HOUR],
    ['seconds to live', { value: 't', expiresIn: 7200 }, 2 * HOUR],
    ['an end in the past', { value: 't', expiresAt: seconds(-DAY) }, 60_000],
    ['a year', { value: 't', expiresAt: seconds(365 * DAY) }, 30 * DAY],
    ['1e15', { value: 't', expiresAt: 1e15 }, 30 * DAY],
    ['zero', { value: 't', expiresAt: 0 }, HOUR],
    ['nothing', { value: 't' }, HOUR],
    ['words', { value: 't', expiresAt: 'tomorrow' }, HOUR],
    ['an object', { value: 't', expiresAt: {} }, HOUR],
    ['not a number', { value: 't', expiresAt: Number.NaN }, HOUR],
  ];
  for (const [name, issued, expected] of cases) {
    it(`takes ${name}`, () => should(tokenLifeMs(issued, NOW)).equal(expected));
  }

  it('is renewed beside the traffic when a tenth is left, and not used within five minutes of its end', () => {
    const week = 7 * DAY;
    should(renewalTimes(week, 0)).deepEqual({ softMs: week * 0.9, hardMs: week - 300_000 });
    const { softMs } = renewalTimes(week, 0.999);
    softMs.should.be.within(week * 0.89, week * 0.9);
  });

  it('uses even the shortest token for a minute, so that logins are a minute apart', () => {
    should(renewalTimes(60_000, 0).hardMs).equal(60_000);
    should(renewalTimes(200_000, 0).hardMs).equal(60_000);
  });
});

describe('server time', () => {
  it('follows the server and not the local clock once an answer has come', async () => {
    const clock = new VirtualClock();
    const time = new ServerTime(clock);
    time.now().should.equal(clock.now());
    time.observe(new Date(clock.now() + DAY).toUTCString());
    should(time.now() - clock.now()).equal(DAY);
    clock.jumpWall(-8 * DAY);
    await clock.advance(5000);
    should(time.now() - clock.now()).equal(9 * DAY);
  });

  it('takes differences up to two seconds for the way there', () => {
    const clock = new VirtualClock();
    const time = new ServerTime(clock);
    time.observe(new Date(clock.now() - 1000).toUTCString());
    time.now().should.equal(clock.now());
  });

  it('ignores what is no date, or one before these clouds were made', () => {
    const clock = new VirtualClock();
    const time = new ServerTime(clock);
    for (const text of [undefined, '', 'yesterday', 'Thu, 01 Jan 1970 00:00:00 GMT']) time.observe(text);
    time.now().should.equal(clock.now());
  });

  it('wants a sample once a second', async () => {
    const clock = new VirtualClock();
    const time = new ServerTime(clock);
    time.wantsSample.should.be.true();
    time.observe(new Date(clock.now()).toUTCString());
    time.wantsSample.should.be.false();
    await clock.advance(1000);
    time.wantsSample.should.be.true();
  });
});

describe('reply headers', () => {
  const raw = ['X-RateLimit-Limit', '60', 'Set-Cookie', 'a', 'set-cookie', 'b', '__proto__', 'c', 'Age', '1'].map(
    (part) => Buffer.from(part),
  );

  it('are found by lower-case name without decoding the others', () => {
    should(findHeader(raw, 'x-ratelimit-limit')).equal('60');
    should(findHeader(raw, 'age')).equal('1');
    should(findHeader(raw, 'x-ratelimit')).be.undefined();
  });

  it('come as an object without a prototype, repeated ones as arrays', () => {
    const { headers } = new WireReply(200, raw, '');
    should(headers['set-cookie']).deepEqual(['a', 'b']);
    should(Object.entries(headers)).containEql(['__proto__', 'c']);
    should(headers.toString).be.undefined();
  });
});

/** An answer with limit, remainder and reset, as far as they are given. */
function replyWith(texts: [string?, string?, string?]): WireReply {
  const names = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'];
  const raw = names.flatMap((name, index) => {
    const text = texts[index];
    return text === undefined ? [] : [Buffer.from(name), Buffer.from(text)];
  });
  return new WireReply(200, raw, '');
}
