import should from 'should';
import { periodNumber } from '../../src/cloud/input';
import { cutPeriods, periodAt, periodText, readPeriod } from '../../src/gizwits/enterprise/periods';
import { VirtualClock } from '../support/virtual-clock';

const DAY = 86_400_000;
const clock = new VirtualClock(Date.UTC(2026, 0, 5, 8, 0, 0));

describe('periods of the reports', () => {
  it('count weeks by ISO 8601, also where years meet', () => {
    const weeks: [day: string, week: string][] = [
      ['2015-12-31', '2015-53'],
      ['2016-01-03', '2015-53'],
      ['2016-01-04', '2016-01'],
      ['2016-12-25', '2016-51'],
      ['2016-12-31', '2016-52'],
      ['2017-01-01', '2016-52'],
      ['2017-01-02', '2017-01'],
      ['2018-12-31', '2019-01'],
      ['2020-12-31', '2020-53'],
      ['2021-01-03', '2020-53'],
      ['2021-01-04', '2021-01'],
      ['2024-12-30', '2025-01'],
      ['2026-12-31', '2026-53'],
    ];
    for (const [day, week] of weeks)
      periodText(readPeriod(day, 'start', 'week', clock), 'week').should.equal(week, day);
  });

  it('have a number and a notation that lead back to each other', () => {
    for (let day = 10_000; day < 22_000; day += 5) {
      const ms = day * DAY;
      for (const form of ['date', 'week', 'month'] as const) {
        const number = periodAt(ms, form);
        should(periodNumber(periodText(number, form), form)).equal(number);
      }
    }
  });

  it('begin at midnight in Shanghai', () => {
    const midnight = Date.UTC(2016, 11, 31, 16, 0, 0);
    periodText(periodAt(midnight - 1, 'date'), 'date').should.equal('2016-12-31');
    periodText(periodAt(midnight, 'date'), 'date').should.equal('2017-01-01');
    periodText(periodAt(midnight - 1, 'month'), 'month').should.equal('2016-12');
    periodText(periodAt(midnight, 'month'), 'month').should.equal('2017-01');
    const monday = Date.UTC(2017, 0, 1, 16, 0, 0);
    periodText(periodAt(monday - 1, 'week'), 'week').should.equal('2016-52');
    periodText(periodAt(monday, 'week'), 'week').should.equal('2017-01');
  });

  it('are read from their own notation, from dates and from any time', () => {
    const read = (value: unknown, form: 'date' | 'week' | 'month'): string =>
      periodText(readPeriod(value, 'start', form, clock), form);
    read('2016-12-31', 'date').should.equal('2016-12-31');
    read(' 2016-51 ', 'week').should.equal('2016-51');
    read('2016-12', 'month').should.equal('2016-12');
    read('2016-12', 'week').should.equal('2016-12');
    read('2016-12-31', 'month').should.equal('2016-12');
    // 2026-01-05 16:00 in Shanghai.
    read('now', 'date').should.equal('2026-01-05');
    read('-1d', 'date').should.equal('2026-01-04');
    read('-16h', 'date').should.equal('2026-01-05');
    read('-16.1h', 'date').should.equal('2026-01-04');
    read('-4w', 'week').should.equal('2025-50');
    read('2016-12-31T23:30:00Z', 'date').should.equal('2017-01-01');
    read('2016-12-31T23:30:00+08:00', 'date').should.equal('2016-12-31');
    read(new Date(Date.UTC(2016, 11, 31, 16)), 'month').should.equal('2017-01');
    read(Date.UTC(2016, 11, 31, 15) / 1000, 'month').should.equal('2016-12');
  });

  it('refuse what is no period of the kind, weeks that their year does not have included', () => {
    for (const [value, form] of [
      ['2016-12', 'date'],
      ['2016-53', 'week'],
      ['2021-53', 'week'],
      ['2016-00', 'week'],
      ['2016-54', 'week'],
      ['2016-13', 'month'],
      ['2016-02-30', 'date'],
      ['20161231', 'date'],
      ['soon', 'date'],
      ['', 'date'],
      [undefined, 'week'],
      [null, 'week'],
      [{}, 'date'],
    ] as const) {
      should(() => readPeriod(value, 'start', form, clock)).throw({ code: 'GIZ_BAD_INPUT' });
    }
    (readPeriod('2015-53', 'start', 'week', clock) + 1).should.equal(readPeriod('2016-01', 'start', 'week', clock));
  });

  it('are cut without gaps and without overlaps', () => {
    const cut = (start: string, end: string, form: 'date' | 'week' | 'month', most: number) =>
      cutPeriods(readPeriod(start, 'start', form, clock), readPeriod(end, 'end', form, clock), form, most);
    cut('2016-12-31', '2016-12-31', 'date', 30).should.eql([{ start: '2016-12-31', end: '2016-12-31' }]);
    cut('2016-12-15', '2017-01-14', 'date', 30).should.eql([
      { start: '2016-12-15', end: '2017-01-13' },
      { start: '2017-01-14', end: '2017-01-14' },
    ]);
    cut('2014-52', '2016-01', 'week', 53).should.eql([
      { start: '2014-52', end: '2015-52' },
      { start: '2015-53', end: '2016-01' },
    ]);
    cut('2015-02', '2017-01', 'month', 12).should.eql([
      { start: '2015-02', end: '2016-01' },
      { start: '2016-02', end: '2017-01' },
    ]);
    const days = cut('2016-01-01', '2017-02-03', 'date', 30);
    days.length.should.equal(14);
    should(() => cut('2017-01', '2016-12', 'month', 12)).throw({
      code: 'GIZ_BAD_INPUT',
      textKey: 'errors.input.order',
    });
  });
});
