import should from 'should';
import { buildRequest } from '../../src/cloud/request';
import type { Call } from '../../src/gizwits/enterprise/call';
import { enterpriseOperations, type OperationId } from '../../src/gizwits/enterprise/operations';
import { reportFields, reportIds } from '../../src/gizwits/enterprise/report-fields';
import { planReport, type ReportQuery, readReport, reportPages } from '../../src/gizwits/enterprise/reports';
import { reply } from '../support/log-server';
import { VirtualClock } from '../support/virtual-clock';

/** 2026-01-05, 16:00 in Shanghai: a Monday. */
const clock = new VirtualClock(Date.UTC(2026, 0, 5, 8, 0, 0));
const plan = (query: Partial<ReportQuery> & { report: unknown }) => planReport({ clock, nowMs: clock.now(), ...query });

interface Asked {
  operation: string;
  params: Record<string, unknown>;
}

/** A cloud that answers with `body` after the catalogue has checked the call. */
function cloud(body: (params: Record<string, unknown>) => unknown): { call: Call; asked: Asked[] } {
  const asked: Asked[] = [];
  const supplied = { product_key: 'a'.repeat(32), enterprise_id: 'e', enterprise_secret: 's' };
  const call: Call = async (operation, params) => {
    buildRequest(enterpriseOperations[operation as OperationId], params, { supplied });
    asked.push({ operation, params });
    return reply(body(params));
  };
  return { call, asked };
}

async function rowsOf(call: Call, query: Partial<ReportQuery> & { report: unknown }, format: 'raw' | 'rows' = 'rows') {
  const pages = [];
  for await (const page of reportPages(call, plan(query), format, undefined)) pages.push(page);
  return pages;
}

const series = (cycle: string) => (params: Record<string, unknown>) => ({
  gid: null,
  cycle,
  start: params.start,
  end: params.end,
  data: [
    { [cycle]: params.start, count: 1 },
    { [cycle]: params.end, count: 2 },
  ],
});

describe('reports: what each takes', () => {
  it('is what the catalogue says', () => {
    reportIds.length.should.equal(16);
    const taken = Object.fromEntries(
      reportIds.map((id) => {
        const { gid, cycles, range, filters, paged } = reportFields(id) as NonNullable<ReturnType<typeof reportFields>>;
        return [
          id,
          [gid && 'gid', cycles.length > 0 && 'cycle', range?.start, ...filters, paged && 'paged'].filter(Boolean),
        ];
      }),
    );
    taken.should.eql({
      activation: ['gid', 'cycle', 'start'],
      locations: ['gid', 'is_online', 'is_faulty', 'is_alert'],
      summary: [],
      activated: ['start', 'country', 'region', 'city', 'paged'],
      active: ['start', 'country', 'region', 'city', 'paged'],
      liveness: [],
      livenessHistory: ['gid', 'cycle', 'start'],
      realtime: ['gid'],
      faultDevices: ['gid'],
      alertDevices: ['gid'],
      faultEvents: ['gid'],
      alertEvents: ['gid'],
      newUsers: ['gid', 'cycle', 'start'],
      activeUsers: ['start_date', 'appid'],
      userLocations: [],
      userTotal: ['gid'],
    });
    should(reportFields('planets')).be.undefined();
    should(reportFields('token')).be.undefined();
  });

  it('and nothing else reaches the call', () => {
    const everything = { gid: 'g1', cycle: 'week', start: '2025-01-01', end: '2025-01-02' };
    plan({ report: 'summary', ...everything }).calls.should.eql([{}]);
    plan({ report: 'realtime', ...everything }).calls.should.eql([{ gid: 'g1' }]);
    plan({ report: 'activeUsers', ...everything, filters: { appid: 'app' } }).calls.should.eql([
      { appid: 'app', start_date: '2025-01-01', end_date: '2025-01-02' },
    ]);
    plan({ report: 'newUsers', ...everything }).calls.should.eql([
      { gid: 'g1', cycle: 'week', start: '2025-01', end: '2025-01' },
    ]);
    plan({ report: 'locations', filters: { is_online: true, is_alert: '' } }).calls.should.eql([{ is_online: true }]);
    plan({ report: 'locations', filters: { gid: 'g2' } }).calls.should.eql([{ gid: 'g2' }]);
  });

  it('refuse what cannot be meant', () => {
    const wrong: [Partial<ReportQuery> & { report: unknown }, RegExp][] = [
      [{ report: 'planets' }, /report/],
      [{ report: undefined }, /report/],
      [{ report: 'locations', filters: { colour: 'red' } }, /filters\.colour/],
      [{ report: 'summary', filters: { gid: 'g' } }, /filters\.gid/],
      [{ report: 'activated', filters: { start: '2025-01-01' } }, /filters\.start/],
      [{ report: 'activated', filters: { limit: 5 } }, /filters\.limit/],
      [{ report: 'activated', filters: [1] }, /filters/],
      [{ report: 'locations', filters: JSON.parse('{"__proto__": 1}') }, /__proto__/],
      [{ report: 'realtime', gid: 'a', filters: { gid: 'b' } }, /gid/],
      [{ report: 'newUsers', cycle: 'year', start: '2025-01' }, /cycle/],
      [{ report: 'newUsers', cycle: 'week' }, /start/],
      [{ report: 'activeUsers', end: '2025-01-01' }, /start/],
      [{ report: 'livenessHistory', start: '2025-01-02', end: '2025-01-01' }, /start, end/],
    ];
    for (const [query, names] of wrong) should(() => plan(query)).throw(names);
  });
});

describe('reports: ranges', () => {
  const ranges = (query: Partial<ReportQuery> & { report: unknown }) =>
    plan(query).calls.map((params) => [params.start ?? params.start_date, params.end ?? params.end_date]);

  it('of one period, across new year, and up to the limits, are one call', () => {
    ranges({ report: 'livenessHistory', start: '2025-06-01', end: '2025-06-01' }).should.eql([
      ['2025-06-01', '2025-06-01'],
    ]);
    ranges({ report: 'activation', start: '2024-12-15', end: '2025-01-13' }).length.should.equal(1);
    ranges({ report: 'activation', start: '2024-12-15', end: '2025-01-14' }).length.should.equal(2);
    ranges({ report: 'livenessHistory', cycle: 'week', start: '2024-01', end: '2025-01' }).length.should.equal(1);
    ranges({ report: 'livenessHistory', cycle: 'month', start: '2024-02', end: '2025-01' }).length.should.equal(1);
  });

  it('of any length become calls that each keep the limit', () => {
    for (const report of ['activation', 'livenessHistory', 'newUsers', 'activeUsers', 'activated', 'active']) {
      const days = ranges({ report, start: '2024-11-29', end: '2026-01-02' });
      days.length.should.equal(14);
      days[0].should.eql(['2024-11-29', '2024-12-28']);
      days[13].should.eql(['2025-12-24', '2026-01-02']);
    }
    ranges({ report: 'newUsers', cycle: 'week', start: '2020-53', end: '2022-02' }).should.eql([
      ['2020-53', '2021-52'],
      ['2022-01', '2022-02'],
    ]);
  });

  it('end with the present, which is what an absent end means too', () => {
    ranges({ report: 'activation', start: '-1d' }).should.eql([['2026-01-04', '2026-01-05']]);
    ranges({ report: 'activation', start: '-1d', end: '2030-01-01' }).should.eql([['2026-01-04', '2026-01-05']]);
    ranges({ report: 'activation', start: '2026-01-07', end: '2026-01-08' }).should.eql([['2026-01-07', '2026-01-08']]);
    ranges({ report: 'activation', start: '2026-01-07' }).should.eql([['2026-01-07', '2026-01-07']]);
    ranges({ report: 'newUsers', cycle: 'month', start: '-4w', end: 'now' }).should.eql([['2025-12', '2026-01']]);
  });

  it('are left to the cloud where it knows one itself', () => {
    plan({ report: 'activated', start: '', end: null }).calls.should.eql([{}]);
    plan({ report: 'activated', end: '-1d' }).calls.should.eql([{ end: '2026-01-04' }]);
    plan({ report: 'active', start: '-1d' }).calls.should.eql([{ start: '2026-01-04', end: '2026-01-05' }]);
  });
});

describe('reports: as one object', () => {
  it('are the answer itself when one call does', async () => {
    const body = { total: 3 };
    const { call, asked } = cloud(() => body);
    const metas: unknown[] = [];
    should(await readReport(call, plan({ report: 'userTotal' }), undefined, (meta) => metas.push(meta))).eql(body);
    asked.should.eql([{ operation: 'report.userTotal', params: {} }]);
    metas.length.should.equal(1);
  });

  it('are put together: in order, no period twice, with the ends of the whole', async () => {
    const { call, asked } = cloud(series('date'));
    const query = { report: 'livenessHistory', start: '2024-11-29', end: '2026-01-02' };
    const metas: unknown[] = [];
    // biome-ignore lint/suspicious/noExplicitAny: the API's object
    const whole = (await readReport(call, plan(query), undefined, (meta) => metas.push(meta))) as any;
    asked.length.should.equal(14);
    metas.length.should.equal(14);
    whole.should.containEql({ gid: null, cycle: 'date', start: '2024-11-29', end: '2026-01-02' });
    const days = whole.data.map(({ date }: { date: string }) => date);
    days.should.eql([...days].sort());
    days.length.should.equal(28);
  });

  it('drop what comes again at a seam, wherever and in whatever order', async () => {
    const call: Call = async (_, params) =>
      reply({
        start: params.start,
        end: params.end,
        data: [
          { week: '2025-01', count: 5 },
          { week: params.start, count: 1 },
          { week: '2023-52', count: 4 },
        ],
      });
    const query = { report: 'newUsers', cycle: 'week', start: '2023-50', end: '2025-05' };
    // biome-ignore lint/suspicious/noExplicitAny: the API's object
    const whole = (await readReport(call, plan(query), undefined, () => undefined)) as any;
    whole.data.map(({ week }: { week: string }) => week).should.eql(['2023-50', '2023-52', '2024-51', '2025-01']);
  });

  it('keep records whose period cannot be read, as they came', async () => {
    const call: Call = async (_, params) => reply({ data: [{ date: params.start }, { a: 1, b: 2, count: 3 }] });
    const query = { report: 'newUsers', start: '2025-01-01', end: '2025-02-05' };
    // biome-ignore lint/suspicious/noExplicitAny: the API's object
    const whole = (await readReport(call, plan(query), undefined, () => undefined)) as any;
    whole.data.length.should.equal(4);
    whole.should.not.have.property('start');
  });

  it('fail as a whole with the call that fails', async () => {
    let made = 0;
    const call: Call = async (_, params) => {
      if (++made === 2) throw new Error('second');
      return reply(series('date')(params));
    };
    const query = plan({ report: 'newUsers', start: '2025-01-01', end: '2025-04-05' });
    await should(readReport(call, query, undefined, () => undefined)).be.rejectedWith(/second/);
    made.should.equal(2);
  });

  it('end when the node closes', async () => {
    const closing = new AbortController();
    const call: Call = async (_, params) => {
      closing.abort();
      return reply(series('date')(params));
    };
    const query = plan({ report: 'newUsers', start: '2025-01-01', end: '2025-04-05' });
    await should(readReport(call, query, closing.signal, () => undefined)).be.rejectedWith({ code: 'GIZ_CLOSED' });
  });

  it('of many parts are no report when one part has no data', async () => {
    const call: Call = async () => reply({ total: 1 });
    const query = plan({ report: 'activation', start: '2025-01-01', end: '2025-04-05' });
    await should(readReport(call, query, undefined, () => undefined)).be.rejectedWith({ code: 'GIZ_BAD_RESPONSE' });
  });
});

describe('reports: as pages', () => {
  it('of rows come call by call, no period twice', async () => {
    const { call } = cloud((params) => ({
      data: [
        { date: params.start, count: 1 },
        { date: '2025-01-01', count: 9 },
      ],
    }));
    const pages = await rowsOf(call, { report: 'newUsers', start: '2025-01-01', end: '2025-02-05' });
    pages
      .map(({ records }) => records)
      .should.eql([[{ date: '2025-01-01', count: 1 }], [{ date: '2025-01-31', count: 1 }]]);
    pages
      .map(({ page, last }) => [page, last])
      .should.eql([
        [1, undefined],
        [2, true],
      ]);
  });

  it('of a paged report are read to the end of every part', async () => {
    const sizes: Record<string, number> = { '2025-01-01': 250, '2025-01-31': 0, '2025-03-02': 40 };
    const { call, asked } = cloud(({ start, skip, limit }) => {
      const total = sizes[String(start)] ?? 0;
      const objects = Array.from({ length: Math.min(Number(limit), total - Number(skip)) }, (_, n) => ({
        report_date: start,
        mac: `${start}-${Number(skip) + n}`,
      }));
      return { meta: { total, next: null, skip, limit }, objects: objects };
    });
    // The server says `next: null` on every page, so that only the first page of a part would be read.
    const cut = await rowsOf(call, { report: 'active', start: '2025-01-01', end: '2025-03-20' }, 'raw');
    cut.map(({ records }) => records.length).should.eql([100, 0, 40]);
    const honest: Call = async (operation, params) => {
      const answer = await call(operation, params, {});
      const { meta, objects } = answer.body as { meta: { total: number }; objects: unknown[] };
      const more = Number(params.skip) + objects.length < meta.total;
      return reply({ meta: { ...meta, next: more ? '/v1/next' : null }, objects });
    };
    asked.length = 0;
    const pages = await rowsOf(honest, { report: 'active', start: '2025-01-01', end: '2025-03-20' });
    pages.map(({ records }) => records.length).should.eql([100, 100, 50, 0, 40]);
    pages.map(({ last }) => last).should.eql([undefined, undefined, undefined, undefined, true]);
    asked
      .map(({ params }) => [params.start, params.end, params.skip])
      .should.eql([
        ['2025-01-01', '2025-01-30', 0],
        ['2025-01-01', '2025-01-30', 100],
        ['2025-01-01', '2025-01-30', 200],
        ['2025-01-31', '2025-03-01', 0],
        ['2025-03-02', '2025-03-20', 0],
      ]);
    should(pages[0]?.records[0]).containEql({ date: '2025-01-01', mac: '2025-01-01-0', country: null });
  });
});
