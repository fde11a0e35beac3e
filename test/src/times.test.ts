import { runInNewContext } from 'node:vm';
import should from 'should';
import { CloudError } from '../../src/cloud/errors';
import { parseOptionalTime, parseTime } from '../../src/cloud/times';
import { VirtualClock } from '../support/virtual-clock';

const NOW = Date.UTC(2026, 0, 5, 8, 0, 0, 123);
const clock = new VirtualClock(NOW);
const iso = (value: unknown) => new Date(parseTime(value, 'start', clock)).toISOString();

/** Runs with the machine in another zone. */
function inZone(zone: string, run: () => void): void {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    run();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}

describe('times', () => {
  it('reads Dates, also those of a function node', () => {
    parseTime(new Date(NOW), 'start', clock).should.equal(NOW);
    parseTime(runInNewContext(`new Date(${NOW})`), 'start', clock).should.equal(NOW);
  });

  it('reads epoch seconds below 10^11 and milliseconds from there', () => {
    iso(1517384243).should.equal('2018-01-31T07:37:23.000Z');
    iso(1517384124.229).should.equal('2018-01-31T07:35:24.229Z');
    iso(1517384243000).should.equal('2018-01-31T07:37:23.000Z');
    iso(99_999_999_999).should.equal('5138-11-16T09:46:39.000Z');
    iso(100_000_000_000).should.equal('1973-03-03T09:46:40.000Z');
    iso(0).should.equal('1970-01-01T00:00:00.000Z');
  });

  it('reads both as text', () => {
    iso('1517384243').should.equal('2018-01-31T07:37:23.000Z');
    iso(' 1517384124.229 ').should.equal('2018-01-31T07:35:24.229Z');
    iso('1517384243000').should.equal('2018-01-31T07:37:23.000Z');
  });

  it('reads now and distances back from it, a day being 24 hours', () => {
    parseTime('now', 'end', clock).should.equal(NOW);
    parseTime(' NOW ', 'end', clock).should.equal(NOW);
    const distances: [string, number][] = [
      ['-90s', 90_000],
      ['-15m', 900_000],
      ['-6h', 21_600_000],
      ['-2d', 172_800_000],
      ['-4w', 2_419_200_000],
      ['-1.5h', 5_400_000],
      ['-0s', 0],
    ];
    for (const [text, ms] of distances) parseTime(text, 'start', clock).should.equal(NOW - ms);
    inZone('Europe/Berlin', () => {
      const spring = new VirtualClock(Date.UTC(2026, 2, 29, 12));
      new Date(parseTime('-1d', 'start', spring)).toISOString().should.equal('2026-03-28T12:00:00.000Z');
    });
  });

  it('reads ISO 8601 with an offset', () => {
    const same = '2026-01-05T00:30:00.000Z';
    for (const text of [
      '2026-01-05T00:30:00Z',
      '2026-01-05T00:30Z',
      '2026-01-05t00:30:00z',
      '2026-01-05 00:30:00Z',
      '2026-01-05T08:30:00+08:00',
      '2026-01-05T08:30:00+0800',
      '2026-01-05T08:30+08',
      '2026-01-04T19:00:00-05:30',
      '20260105T003000Z',
      '20260105T0830+0800',
    ]) {
      iso(text).should.equal(same, text);
    }
    iso('2026-01-05T00:30:00.5Z').should.equal('2026-01-05T00:30:00.500Z');
    iso('2026-01-05T00:30:00,123456Z').should.equal('2026-01-05T00:30:00.123Z');
    iso('2026-01-05T24:00:00Z').should.equal('2026-01-06T00:00:00.000Z');
    iso('2016-12-31T23:59:60Z').should.equal('2017-01-01T00:00:00.000Z');
    iso('2024-02-29T12:00:00Z').should.equal('2024-02-29T12:00:00.000Z');
    iso('2000-02-29T12:00:00Z').should.equal('2000-02-29T12:00:00.000Z');
  });

  it("reads ISO 8601 without an offset in the machine's zone, a date alone too", () => {
    inZone('Asia/Shanghai', () => {
      iso('2026-01-05').should.equal('2026-01-04T16:00:00.000Z');
      iso('2026-01-05T08:00').should.equal('2026-01-05T00:00:00.000Z');
    });
    inZone('America/New_York', () => {
      iso('2026-01-05').should.equal('2026-01-05T05:00:00.000Z');
      iso('2026-07-05 08:00:00.25').should.equal('2026-07-05T12:00:00.250Z');
    });
  });

  it('moves a wall time that the change of clocks skips on, and takes the first of two', () => {
    inZone('Europe/Berlin', () => {
      iso('2026-03-29T01:59:59').should.equal('2026-03-29T00:59:59.000Z');
      iso('2026-03-29T02:30:00').should.equal('2026-03-29T01:30:00.000Z');
      iso('2026-03-29T03:00:00').should.equal('2026-03-29T01:00:00.000Z');
      iso('2026-10-25T02:30:00').should.equal('2026-10-25T00:30:00.000Z');
      iso('2026-10-25T02:30:00+01:00').should.equal('2026-10-25T01:30:00.000Z');
    });
  });

  const nonsense: [string, unknown][] = [
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a negative number', -90],
    ['microseconds', 1517384243000000],
    ['microseconds as text', '1517384243000000'],
    ['a boolean', true],
    ['an object', { start: 1 }],
    ['an array', [1517384243]],
    ['a bigint', 1517384243n],
    ['a function', () => 1],
    ['an invalid Date', new Date('x')],
    ['undefined', undefined],
    ['null', null],
    ['empty text', ''],
    ['blanks', '  '],
    ['a 13th month', '2026-13-45'],
    ['a 45th day', '2026-01-45'],
    ['30 February', '2026-02-30'],
    ['29 February of a common year', '2026-02-29'],
    ['29 February 2100', '2100-02-29T00:00:00Z'],
    ['day 0', '2026-01-00'],
    ['hour 25', '2026-01-05T25:00:00Z'],
    ['after 24:00', '2026-01-05T24:00:01Z'],
    ['minute 60', '2026-01-05T08:60:00Z'],
    ['second 61', '2026-01-05T08:59:61Z'],
    ['second 60 in mid-hour', '2026-01-05T08:30:60Z'],
    ['an offset of no place', '2026-01-05T08:00:00+15:00'],
    ['an offset of 75 minutes', '2026-01-05T08:00:00+0175'],
    ['hours without minutes', '2026-01-05T08'],
    ['an American date', '01/05/2026'],
    ['a short date', '2026-1-5'],
    ['a year alone', '2026'],
    ['a date without dashes', '20260105'],
    ['before the epoch', '1969-12-31T23:59:59Z'],
    ['a time of day', '08:00'],
    ['hexadecimal', '0x5a'],
    ['an exponent', '1e9'],
    ['a distance forward', '+1h'],
    ['a distance without a sign', '15m'],
    ['a distance in months', '-1M'],
    ['a distance in years', '-1y'],
    ['a distance with a blank', '- 2 d'],
    ['a distance to before the epoch', '-9999w'],
    ['words', 'yesterday'],
    ['more behind it', '2026-01-05T08:00:00Z and so on'],
    ['two lines', '2026-01-05\n2026-01-06'],
  ];
  for (const [what, value] of nonsense) {
    it(`refuses ${what}`, () => {
      let thrown: unknown;
      try {
        parseTime(value, 'start', clock);
      } catch (error) {
        thrown = error;
      }
      should(thrown).be.instanceof(CloudError);
      const error = thrown as CloudError;
      error.should.have.properties({ code: 'GIZ_BAD_INPUT', outcome: 'not-sent' });
      error.message.should.match(/^start .*ISO 8601.*-15m/);
      error.message.length.should.be.below(450);
      error.message.should.not.match(/__\w+__/);
    });
  }

  it('leaves to the caller what no time at all means', () => {
    for (const value of [undefined, null, '', '  ']) should(parseOptionalTime(value, 'end', clock)).be.undefined();
    should(parseOptionalTime('-1h', 'end', clock)).equal(NOW - 3_600_000);
    should(() => parseOptionalTime('soon', 'end', clock)).throw({ code: 'GIZ_BAD_INPUT' });
    should(() => parseOptionalTime(false, 'end', clock)).throw({ code: 'GIZ_BAD_INPUT' });
  });
});
