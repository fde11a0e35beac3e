import should from 'should';
import { isTimeZone, Timestamps } from '../../src/expeed/timestamp';

describe('Expeed: timestamps', () => {
  const shanghai = new Timestamps('Asia/Shanghai');

  it('reads the example of seed 004 in the platform zone', () => {
    should(shanghai.parse('2017-02-13T12-00-00-000')).equal(Date.UTC(2017, 1, 13, 4));
    should(new Timestamps('UTC').parse('2017-02-13T12-00-00-000')).equal(Date.UTC(2017, 1, 13, 12));
  });

  it('writes the same notation, and ISO 8601 with the offset of the zone', () => {
    const ms = Date.UTC(2017, 1, 13, 4, 5, 6, 78);
    should(shanghai.format(ms)).equal('2017-02-13T12-05-06-078');
    should(shanghai.iso(ms)).equal('2017-02-13T12:05:06.078+08:00');
    should(new Timestamps('America/St_Johns').iso(ms)).equal('2017-02-13T00:35:06.078-03:30');
    should(new Timestamps('UTC').iso(ms)).equal('2017-02-13T04:05:06.078+00:00');
  });

  it('crosses the change to the next day and year', () => {
    should(shanghai.format(Date.UTC(2016, 11, 31, 16))).equal('2017-01-01T00-00-00-000');
    should(shanghai.parse(' 2017-01-01T00-00-00-000 ')).equal(Date.UTC(2016, 11, 31, 16));
  });

  it('goes there and back at every hour around a change of clocks', () => {
    const berlin = new Timestamps('Europe/Berlin');
    for (const day of [Date.UTC(2026, 2, 28), Date.UTC(2026, 9, 24)]) {
      for (let hour = 0; hour < 48; hour++) {
        const ms = day + hour * 3_600_000;
        const again = berlin.parse(berlin.format(ms)) as number;
        // The hour that occurs twice is read as its first occurrence.
        const twice = ms === Date.UTC(2026, 9, 25, 1);
        should(again).equal(twice ? ms - 3_600_000 : ms, new Date(ms).toISOString());
      }
    }
  });

  it('moves a skipped wall time on', () => {
    const berlin = new Timestamps('Europe/Berlin');
    should(berlin.parse('2026-03-29T02-30-00-000')).equal(Date.UTC(2026, 2, 29, 1, 30));
  });

  it('understands ISO 8601 with an offset and epoch numbers too', () => {
    should(shanghai.parse('2017-02-13T12:00:00.000+08:00')).equal(Date.UTC(2017, 1, 13, 4));
    should(shanghai.parse('2017-02-13 12:00:00')).equal(Date.UTC(2017, 1, 13, 4));
    should(shanghai.parse(1486958400000)).equal(1486958400000);
    should(shanghai.parse('1486958400')).equal(1486958400000);
  });

  for (const wrong of [
    '',
    'xxx',
    '2017-02-30T12-00-00-000',
    '2017-02-13T24-00-00-000',
    '2017-02-13',
    null,
    {},
    5,
    true,
  ]) {
    it(`takes ${JSON.stringify(wrong)} for no time`, () => {
      should(shanghai.parse(wrong)).be.undefined();
    });
  }

  it('tells names of zones from others', () => {
    should(isTimeZone('Asia/Shanghai')).be.true();
    should(isTimeZone('Asia/Atlantis')).be.false();
    should(isTimeZone('')).be.false();
  });
});
