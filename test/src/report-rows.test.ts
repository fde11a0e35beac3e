import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { type ReportId, reportIds } from '../../src/gizwits/enterprise/report-fields';
import { type Row, reportRows } from '../../src/gizwits/enterprise/report-rows';
import { root } from '../support/packed-package';

const documents = (edition: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(root, `test/fixtures/documents/enterprise-${edition}.json`), 'utf8'));

const place = (country: string | null, region: string | null, city: string | null) => ({ country, region, city });
const GUANGZHOU = place('China', 'Guangdong', 'Guangzhou');
const NOWHERE = place(null, null, null);
const HALF = { total: 2, resolved: 1, unresolved: 1 };
const ONE = { total: 1, resolved: 1, unresolved: 0 };

/** The rows of the examples of the 2021 document. */
const OF_THE_DOCUMENT: Partial<Record<ReportId, Row[]>> = {
  locations: [{ ...GUANGZHOU, count: 3 }],
  summary: [
    {
      active_7_day: 0,
      active_yesterday: 0,
      new_7_day: 0,
      new_30_day: 0,
      new_yesterday: 0,
      new_today: 0,
      total: 3,
      online: 0,
    },
  ],
  activated: [
    {
      date: '2017-12-07',
      ...GUANGZHOU,
      mac: 'virtual:site',
      device_sn: null,
      created_at: '2017-12-07 10:12:45',
      product_key: '4bd8778c5aa4602e5c9a5a208a1fdcc3',
    },
  ],
  active: [
    {
      date: '2017-12-28',
      ...GUANGZHOU,
      mac: 'virtual:site',
      device_sn: null,
      created_at: '2017-12-28 18:45:33',
      product_key: 'ea202c9a5bd8708a145a4678c5afdcc3',
    },
  ],
  livenessHistory: [{ date: '2017-12', ...GUANGZHOU, count: 1 }],
  // The sample's figures contradict each other; the city stands as it is.
  realtime: [{ ...GUANGZHOU, activated: 3, faulty: 0, alert: 0 }],
  faultDevices: [{ ...GUANGZHOU, ...HALF }],
  alertDevices: [{ ...GUANGZHOU, ...HALF }],
  faultEvents: [{ ...place('China', null, null), datapoint: 'fault_roomtemp', ...ONE }],
  alertEvents: [{ ...place('China', null, null), datapoint: 'alert_full', ...ONE }],
  newUsers: [{ date: '2017-12', count: 3 }],
  activeUsers: [{ date: '2017-12-13', count: 2 }],
  userLocations: [
    { ...place('China', 'Beijing', 'Beijing'), count: 14 },
    { ...GUANGZHOU, count: 4 },
  ],
  userTotal: [{ total: 31 }],
};

const cycleOf = (body: unknown) => ((body as { cycle?: string }).cycle === 'month' ? 'month' : 'date');

describe('rows of reports', () => {
  for (const [id, rows] of Object.entries(OF_THE_DOCUMENT) as [ReportId, Row[]][]) {
    it(`${id}: the example of the 2021 document`, () => {
      const body = documents('2021')[`report.${id}`];
      should(reportRows(id, body, cycleOf(body))).eql(rows);
    });
  }

  it('have a form for every report, the examples of the 2017 document included', () => {
    const examples = documents('2017');
    for (const id of reportIds) {
      // The two reports that no document shows: one as the sister report, one as a client reads it.
      const body =
        examples[`report.${id}`] ??
        { activation: documents('2021')['report.livenessHistory'], liveness: { latest_1: 5, latest_7: 9 } }[
          id as 'activation'
        ];
      should(body).be.ok();
      const rows = reportRows(id, body, cycleOf(body));
      for (const row of rows) {
        Object.values(row)
          .every((value) => value === null || typeof value !== 'object')
          .should.be.true();
        Object.keys(row).should.eql(Object.keys(rows[0] as Row));
      }
    }
    should(reportRows('liveness', { latest_1: 5, latest_7: 9 }, 'date')).eql([{ latest_1: 5, latest_7: 9 }]);
  });

  it('keep a region and a city of the same name apart, with every form of leaf', () => {
    const location = {
      China: {
        count: 9,
        Beijing: { count: 4, Beijing: 3, Haidian: { count: 1 } },
        Shanghai: 2,
        Tibet: { count: 1 },
        Hainan: { Haikou: '2' },
      },
      Iceland: { count: 1 },
    };
    should(reportRows('locations', { total: 12, location }, 'date')).eql([
      { ...place('China', 'Beijing', 'Beijing'), count: 3 },
      { ...place('China', 'Beijing', 'Haidian'), count: 1 },
      { ...place('China', 'Shanghai', null), count: 2 },
      { ...place('China', 'Tibet', null), count: 1 },
      { ...place('China', 'Hainan', 'Haikou'), count: 2 },
      { ...place('Iceland', null, null), count: 1 },
    ]);
  });

  it('leave out what only the levels above count', () => {
    const location = { China: { count: 10, Guangdong: { count: 6, Guangzhou: 2, Shenzhen: 3 } } };
    should(reportRows('locations', { total: 11, location }, 'date')).eql([
      { ...place('China', 'Guangdong', 'Guangzhou'), count: 2 },
      { ...place('China', 'Guangdong', 'Shenzhen'), count: 3 },
    ]);
  });

  it('of empty trees are none, but a period without any stays in its series', () => {
    for (const body of [
      { total: 0, location: {} },
      { total: 0, location: null },
      { total: 0 },
      { count: { total: 0 }, location: {} },
    ]) {
      should(reportRows('locations', body, 'date')).eql([]);
      should(reportRows('faultDevices', { count: { total: 0, resolved: 0, unresolved: 0 }, location: {} }, 'date')).eql(
        [],
      );
    }
    should(reportRows('userLocations', {}, 'date')).eql([]);
    should(reportRows('livenessHistory', { data: [] }, 'week')).eql([]);
    should(reportRows('livenessHistory', { data: [{ week: '2016-51', count: 0, location: {} }] }, 'week')).eql([
      { date: '2016-51', ...NOWHERE, count: 0 },
    ]);
    should(reportRows('livenessHistory', { data: [{ week: '2016-51', count: 2, location: {} }] }, 'week')).eql([
      { date: '2016-51', ...NOWHERE, count: 2 },
    ]);
  });

  it('give each datapoint of a detail, in its place, and the rest without one', () => {
    const figures = (total: number, resolved: number) => ({ total, resolved, unresolved: total - resolved });
    const body = {
      count: figures(7, 3),
      detail: { f1: figures(4, 2), f2: figures(3, 1) },
      location: {
        China: {
          count: figures(5, 3),
          detail: { f1: figures(3, 2), f2: figures(2, 1) },
          Guangdong: {
            count: figures(5, 3),
            Guangzhou: { count: figures(5, 3), detail: { f1: figures(3, 2), f2: figures(2, 1) } },
          },
        },
      },
    };
    should(reportRows('faultEvents', body, 'date')).eql([
      { ...GUANGZHOU, datapoint: 'f1', ...figures(3, 2) },
      { ...GUANGZHOU, datapoint: 'f2', ...figures(2, 1) },
    ]);
  });

  it('do not count twice where the places have no detail', () => {
    const body = {
      count: ONE,
      detail: { f1: ONE },
      location: { China: { count: ONE } },
    };
    should(reportRows('alertEvents', body, 'date')).eql([{ ...place('China', null, null), datapoint: null, ...ONE }]);
  });

  it('find the period under any of its names', () => {
    for (const record of [{ month: '2017-12' }, { date: '2017-12' }, { period: '2017-12' }]) {
      should(reportRows('newUsers', { data: [{ ...record, count: 3 }] }, 'month')).eql([{ date: '2017-12', count: 3 }]);
    }
  });

  it('of an activation report of another form are the best that can be made of it', () => {
    should(reportRows('activation', { total: 4, location: { China: 3 } }, 'date')).eql([
      { ...place('China', null, null), count: 3 },
    ]);
    should(reportRows('activation', { total: 4 }, 'date')).eql([{ total: 4 }]);
  });

  it('name Bluetooth devices by their number and leave nothing unsaid', () => {
    const objects = [{ report_date: '2017-12-07', device_sn: 'sn1', country: null, extra: true, nested: { a: 1 } }];
    should(reportRows('active', { objects }, 'date')).eql([
      { date: '2017-12-07', ...NOWHERE, mac: null, device_sn: 'sn1', created_at: null, extra: true, nested: '{"a":1}' },
    ]);
  });

  it('refuse what is no report', () => {
    for (const body of [null, [], 'x', { data: [1] }]) {
      should(() => reportRows('newUsers', body, 'date')).throw({ code: 'GIZ_BAD_RESPONSE' });
    }
    should(() => reportRows('active', { objects: 5 }, 'date')).throw({ code: 'GIZ_BAD_RESPONSE' });
  });

  it('take hostile names as names', () => {
    const body = JSON.parse('{"total": 1, "location": {"__proto__": {"count": 1}}, "__proto__": 3}');
    should(reportRows('locations', body, 'date')).eql([{ ...place('__proto__', null, null), count: 1 }]);
    should(Object.keys(reportRows('summary', JSON.parse('{"__proto__": 5, "total": 1}'), 'date')[0] as Row)).eql([
      'total',
    ]);
    should(({} as Record<string, unknown>).count).be.undefined();
  });
});
