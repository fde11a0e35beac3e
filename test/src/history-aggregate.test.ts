import should from 'should';
import type { Aggregator } from '../../src/gizwits/enterprise/aggregate';
import type { Call } from '../../src/gizwits/enterprise/call';
import { history } from '../../src/gizwits/enterprise/history';
import type { Page } from '../../src/gizwits/enterprise/paging';
import { type AggregateUnit, type Order, periodStart } from '../../src/gizwits/enterprise/windows';
import { periodLabel } from '../../src/simulator/world/aggregate';
import { reply } from '../support/log-server';
import { VirtualClock } from '../support/virtual-clock';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 5, 20, 8, 0, 0);

interface Sample {
  at: number;
  value: number;
}

/** Labels of a period that holds an instant, in a zone so many hours east: as the documents' samples write them. */
function label(at: number, unit: AggregateUnit, zone: number): string {
  const local = new Date(at + zone * HOUR);
  const iso = local.toISOString().replace(/[-T:]/g, '');
  if (unit === 'HOURS') return iso.slice(0, 10);
  if (unit === 'DAYS') return iso.slice(0, 8);
  if (unit === 'MONTHS') return iso.slice(0, 6);
  const dayOfYear = Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / DAY);
  const week = Math.floor((dayOfYear + 7 - ((local.getUTCDay() + 6) % 7)) / 7);
  return `${iso.slice(0, 4)}${String(week).padStart(2, '0')}`;
}

/** #36 over given samples: milliseconds, a month at most, periods in the server's zone. */
function aggregateServer(samples: Sample[], zone: number): { call: Call; requests: Record<string, unknown>[] } {
  const requests: Record<string, unknown>[] = [];
  const call: Call = async (operation, params) => {
    requests.push(params);
    operation.should.equal('device.aggregate');
    const { start_ts, end_ts, unit, aggregator, attrs } = params as Record<string, never>;
    if (end_ts - start_ts > 31 * DAY || end_ts < start_ts) throw new Error('5002');
    should(attrs).equal('weight,fat');
    const periods = new Map<string, number[]>();
    for (const { at, value } of samples) {
      if (at < start_ts || at > end_ts) continue;
      const name = label(at, unit, zone);
      periods.set(name, [...(periods.get(name) ?? []), value]);
    }
    const data = [...periods].sort().map(([datetime, values]) => {
      const sum = values.reduce((a, b) => a + b, 0);
      const result = { sum, avg: sum / values.length, max: Math.max(...values), min: Math.min(...values) }[
        aggregator as Aggregator
      ];
      return { attrs: { weight: result }, datetime };
    });
    return reply({ query: params, data });
  };
  return { call, requests };
}

async function pagesOf(
  call: Call,
  more: { aggregator?: Aggregator; unit?: AggregateUnit; order?: Order; startMs?: number; limit?: number } = {},
): Promise<Page[]> {
  const pages: Page[] = [];
  const clock = new VirtualClock(NOW);
  const query = {
    kind: 'aggregate' as const,
    did: 'd'.repeat(22),
    attrs: ['weight', 'fat'],
    aggregator: 'sum' as const,
    unit: 'DAYS' as const,
    order: 'asc' as const,
    startMs: NOW - 100 * DAY,
    endMs: NOW + DAY,
    limit: 0,
    clock,
    ...more,
  };
  for await (const page of history(call, query)) pages.push(page);
  return pages;
}

describe('history: aggregates', () => {
  const samples = Array.from({ length: 1200 }, (_, n) => ({ at: NOW - 100 * DAY + n * 2 * HOUR, value: (n % 7) + 1 }));

  function expected(unit: AggregateUnit, aggregator: Aggregator, zone: number): [string, number][] {
    const periods = new Map<string, number[]>();
    for (const { at, value } of samples) {
      const name = label(at, unit, zone);
      periods.set(name, [...(periods.get(name) ?? []), value]);
    }
    return [...periods].sort().map(([name, values]) => {
      const sum = values.reduce((a, b) => a + b, 0);
      if (aggregator === 'sum') return [name, sum];
      if (aggregator === 'avg') return [name, sum / values.length];
      return [name, aggregator === 'max' ? Math.max(...values) : Math.min(...values)];
    });
  }

  const valuesOf = (pages: Page[]) =>
    pages.flatMap((page) =>
      page.records.map(({ datetime, attrs }) => [datetime, (attrs as { weight: number }).weight]),
    );

  for (const unit of ['HOURS', 'DAYS', 'WEEKS', 'MONTHS'] as const) {
    for (const order of ['asc', 'desc'] as const) {
      it(`gives whole ${unit} over any range, ${order}`, async () => {
        for (const aggregator of ['sum', 'avg', 'max', 'min'] as const) {
          const server = aggregateServer(samples, 8);
          const pages = await pagesOf(server.call, { unit, aggregator, order });
          const wanted = expected(unit, aggregator, 8);
          if (order === 'desc') wanted.reverse();
          valuesOf(pages).should.eql(wanted);
          pages
            .map((page) => page.last ?? false)
            .indexOf(true)
            .should.equal(pages.length - 1);
          server.requests.length.should.be.within(4, 5);
        }
      });
    }
  }

  it('puts the parts of a period together where the cloud counts its days in another zone', async () => {
    for (const order of ['asc', 'desc'] as const) {
      for (const aggregator of ['sum', 'max', 'min'] as const) {
        const pages = await pagesOf(aggregateServer(samples, 0).call, { aggregator, order });
        const wanted = expected('DAYS', aggregator, 0);
        if (order === 'desc') wanted.reverse();
        valuesOf(pages).should.eql(wanted);
      }
    }
  });

  it("tells when a period begins, as the documents' samples write it", async () => {
    const times: [AggregateUnit, string, string][] = [
      ['HOURS', '2015072010', '2015-07-20T02:00:00.000Z'],
      ['DAYS', '20150720', '2015-07-19T16:00:00.000Z'],
      ['WEEKS', '201529', '2015-07-19T16:00:00.000Z'],
      ['WEEKS', '201500', '2014-12-31T16:00:00.000Z'],
      ['MONTHS', '201507', '2015-06-30T16:00:00.000Z'],
    ];
    for (const [unit, datetime, time] of times) {
      const call: Call = async () => reply({ data: [{ attrs: {}, datetime }] });
      const [page] = await pagesOf(call, { unit, startMs: NOW - HOUR });
      page.records.should.eql([{ attrs: {}, datetime, time }]);
    }
    const call: Call = async () => reply({ data: [{ attrs: {}, datetime: 'today' }] });
    const [page] = await pagesOf(call, { startMs: NOW - HOUR });
    page.records.should.eql([{ attrs: {}, datetime: 'today' }]);
  });

  it('stops at the limit', async () => {
    const server = aggregateServer(samples, 8);
    const pages = await pagesOf(server.call, { limit: 30 });
    valuesOf(pages).should.eql(expected('DAYS', 'sum', 8).slice(0, 30));
    server.requests.length.should.equal(2);
    should(pages[1]).have.properties({ last: true, truncated: true });
  });

  it('refuses what is missing or unknown before anything is sent', async () => {
    const call: Call = async () => {
      throw new Error('sent');
    };
    for (const more of [{ unit: 'days' }, { aggregator: 'mean' }, { attrs: [] }, { limit: -1 }]) {
      await pagesOf(call, more as never).should.be.rejectedWith({ code: 'GIZ_BAD_INPUT' });
    }
    await pagesOf(async () => reply({ objects: [] })).should.be.rejectedWith({ code: 'GIZ_BAD_RESPONSE' });
  });
});

describe('weeks of aggregates', () => {
  it('mean the same to the client as to the simulated cloud, over fourteen years', () => {
    for (let day = Date.UTC(2012, 0, 1, 4); day < Date.UTC(2026, 0, 1); day += DAY) {
      const start = periodStart(periodLabel(day, 'WEEKS'), 'WEEKS') as number;
      start.should.be.within(day - 7 * DAY, day);
      periodLabel(start, 'WEEKS').should.equal(periodLabel(day, 'WEEKS'));
      periodLabel(start - 1, 'WEEKS').should.not.equal(periodLabel(day, 'WEEKS'));
    }
  });
});
