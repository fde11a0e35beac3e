import should from 'should';
import report from '../../nodes/gizwits-report';
import { closeAccounts } from '../../nodes/shared/open-account';
import { reportIds } from '../../src/gizwits/enterprise/report-fields';
import type { Simulator } from '../../src/simulator';
import { dayOf, dayText } from '../../src/simulator/world/calendar';
import {
  configNodes,
  credentials,
  loadBench,
  type Message,
  startRuntime,
  stopRuntime,
  useSimulator,
} from '../support/flows';

describe('gizwits-report', () => {
  let simulator: Simulator;

  useSimulator((created) => {
    simulator = created;
  });

  const load = (fields: Record<string, unknown> = {}) =>
    loadBench(report, { type: 'gizwits-report', ...fields }, configNodes(simulator, 1), credentials(simulator, 1));
  const sentSince = (from: number): URL[] =>
    simulator.requests
      .slice(from)
      .filter(({ operation }) => operation?.startsWith('report.'))
      .map(({ path }) => new URL(`http://x${path}`));
  const dayBack = (days: number): string => dayText(dayOf(Date.now()) - days);
  const sum = (rows: Message[], column = 'count'): number => rows.reduce((total, row) => total + row[column], 0);

  it('gives every report raw, as the cloud answers, and as rows with the same columns', async () => {
    for (const id of reportIds) {
      const raw = await load({ report: id });
      const { messages, error } = await raw.run({ payload: 'x', topic: 't' });
      should(error).be.undefined();
      messages.length.should.equal(1);
      const [msg] = messages as [Message];
      msg.topic.should.equal('t');
      msg.gizwits.should.containEql({ operation: `report.${id}`, statusCode: 200 });
      if (id === 'activated' || id === 'active') msg.payload.should.be.an.Array();
      else should(Array.isArray(msg.payload)).be.false();
      await stopRuntime();
      await startRuntime();
      const flat = await load({ report: id, format: 'rows' });
      const rows = (await flat.run({ payload: 'x' })).messages[0]?.payload as Message[];
      rows.length.should.be.above(0, id);
      for (const row of rows) {
        Object.keys(row).should.eql(Object.keys(rows[0] as Message));
        Object.values(row)
          .every((value) => value === null || typeof value !== 'object')
          .should.be.true();
      }
      await stopRuntime();
      await startRuntime();
    }
  });

  it('rows by place are the ends of the tree; devices without a place are in the total alone', async () => {
    const bench = await load({ report: 'locations' });
    const { payload: raw } = (await bench.run({ payload: 'x' })).messages[0] as Message;
    await stopRuntime();
    await startRuntime();
    const rows = (await (await load({ report: 'locations', format: 'rows' })).run({ payload: 'x' })).messages[0]
      ?.payload;
    sum(rows).should.equal(raw.location.China.count);
    raw.total.should.be.above(raw.location.China.count);
    rows.every(({ country, region, city }: Message) => country && region && city).should.be.true();
    // A region and a city of the same name.
    rows.find(({ region, city }: Message) => region === 'Shanghai' && city === 'Shanghai').count.should.be.above(0);
  });

  it('cuts 400 days into calls of thirty and puts them together', async () => {
    const from = simulator.requests.length;
    const fields = {
      report: 'livenessHistory',
      start: dayBack(400),
      startType: 'str',
      end: dayBack(1),
      endType: 'str',
    };
    const bench = await load(fields);
    const { messages } = await bench.run({ payload: 'x' });
    const sent = sentSince(from);
    sent.length.should.equal(14);
    const [first, last] = [sent[0] as URL, sent[13] as URL];
    should(first.searchParams.get('start')).equal(dayBack(400));
    should(last.searchParams.get('end')).equal(dayBack(1));
    const [msg] = messages as [Message];
    msg.payload.should.containEql({ cycle: 'date', gid: null, start: dayBack(400), end: dayBack(1) });
    msg.payload.data
      .map(({ date }: Message) => date)
      .should.eql(Array.from({ length: 400 }, (_, n) => dayBack(400 - n)));
    // One login, then the calls of the report.
    msg.gizwits.attempts.should.equal(14);
    await stopRuntime();
    await startRuntime();
    const rows = (await (await load({ ...fields, format: 'rows' })).run({ payload: 'x' })).messages[0]?.payload;
    const located = msg.payload.data.map(({ location }: Message) => location?.China?.count ?? 0);
    sum(rows).should.equal(located.reduce((all: number, count: number) => all + count, 0));
    new Set(rows.map(({ date }: Message) => date)).size.should.equal(400);
  });

  it('takes one day, relative times, weeks and months, in the form that the report wants', async () => {
    const cases: [Record<string, unknown>, string, string][] = [
      [{ report: 'activation', start: '-1d', end: '-1d' }, dayBack(1), dayBack(1)],
      [{ report: 'newUsers', start: '2024-12-31', end: '2025-01-01' }, '2024-12-31', '2025-01-01'],
      [{ report: 'newUsers', cycle: 'week', start: '2024-12-29', end: '2025-01-05' }, '2024-52', '2025-01'],
      [
        { report: 'livenessHistory', cycle: 'month', start: '2024-12-31T17:00:00Z', end: '2025-03' },
        '2025-01',
        '2025-03',
      ],
    ];
    for (const [fields, start, end] of cases) {
      const from = simulator.requests.length;
      const bench = await load(fields);
      const { messages, error } = await bench.run({ payload: 'x' });
      should(error).be.undefined();
      const [sent] = sentSince(from) as [URL];
      [sent.searchParams.get('start'), sent.searchParams.get('end')].should.eql([start, end]);
      (messages[0] as Message).payload.should.containEql({ start, end });
      await stopRuntime();
      await startRuntime();
    }
  });

  it('reads its fields from the message where their types say so, and only those that the report takes', async () => {
    const { gid } = simulator.world.groups.of((simulator.products[1] as { productKey: string }).productKey)[1] as {
      gid: string;
    };
    const from = simulator.requests.length;
    const bench = await load({
      report: 'locations',
      gid: 'gid',
      gidType: 'msg',
      filters: 'payload',
      filtersType: 'msg',
      start: 'nonsense',
      cycle: 'nonsense',
    });
    const { messages } = await bench.run({ gid, payload: { is_online: true } });
    const [sent] = sentSince(from) as [URL];
    Object.fromEntries(sent.searchParams).should.eql({ gid, is_online: '1' });
    (messages[0] as Message).payload.gid.should.equal(gid);
  });

  it('sends paged reports as pages and single records, over the parts of a long range', async () => {
    const fields = { report: 'active', start: dayBack(40), startType: 'str', end: dayBack(1), endType: 'str' };
    const all = (await (await load(fields)).run({ payload: 'x' })).messages[0]?.payload;
    all.length.should.be.above(200);
    await stopRuntime();
    await startRuntime();
    const { messages } = await (await load({ ...fields, output: 'page' })).run({ payload: 'x' });
    messages.flatMap(({ payload }) => payload).should.eql(all);
    messages
      .map(({ complete }) => complete === true)
      .indexOf(true)
      .should.equal(messages.length - 1);
    should(messages.at(-1)?.parts.count).equal(messages.length);
    await stopRuntime();
    await startRuntime();
    const rows = await (await load({ ...fields, start: dayBack(1), output: 'each', format: 'rows' })).run({
      payload: 'x',
    });
    rows.messages.length.should.be.above(1);
    should(rows.messages[0]?.payload).have.properties('date', 'country', 'mac', 'device_sn');
  });

  it('gives an empty list and empty trees as they are', async () => {
    const devices = await load({ report: 'activated', filters: '{"city": "Nowhere"}', filtersType: 'json' });
    should((await devices.run({ payload: 'x' })).messages[0]?.payload).eql([]);
    await stopRuntime();
    await startRuntime();
    const rows = await load({ report: 'newUsers', format: 'rows', start: '2015-01-01', end: '2015-01-02' });
    should((await rows.run({ payload: 'x' })).messages[0]?.payload).eql([
      { date: '2015-01-01', count: 0 },
      { date: '2015-01-02', count: 0 },
    ]);
  });

  it('finds the paths on which the documents disagree, and remembers them for the account', async () => {
    for (const [id, wrong] of [
      ['summary', '/summary'],
      ['realtime', '/devices/report/rt'],
      ['alertEvents', '/alert/report/events'],
    ]) {
      const { productKey } = simulator.products[1] as { productKey: string };
      const first = `/v1/products/${productKey}${wrong}`;
      simulator.faults.add({ kind: 'status', status: 404, match: { path: first } });
      const from = simulator.requests.length;
      const bench = await load({ report: id });
      for (let time = 0; time < 2; time++) {
        const { messages, error } = await bench.run({ payload: 'x' });
        should(error).be.undefined();
        should((messages[0] as Message).gizwits.statusCode).equal(200);
      }
      const paths = sentSince(from).map(({ pathname }) => pathname);
      paths.length.should.equal(3, id);
      paths[0]?.should.equal(first);
      should(paths[1]).not.equal(first);
      should(paths[2]).equal(paths[1]);
      await stopRuntime();
      await closeAccounts();
      simulator.faults.clear();
      await startRuntime();
    }
  });

  it('says when a report has not been made yet', async () => {
    simulator.faults.add({ kind: 'error', code: 5014, match: { operation: 'report.livenessHistory' } });
    const bench = await load({ report: 'livenessHistory' });
    const { messages, error } = await bench.run({ payload: 'x' });
    messages.should.eql([]);
    should(error?.error.code).equal('GIZ_5014');
    should(error?.gizwits.error).containEql({ code: 'GIZ_5014', outcome: 'refused', retryable: true });
  });

  it('refuses what makes no report before anything is sent', async () => {
    const wrong: [Record<string, unknown>, RegExp][] = [
      [{ report: 'planets' }, /report/],
      [{ report: 'summary', format: 'table' }, /format/],
      [{ report: 'newUsers', cycle: 'year' }, /cycle/],
      [{ report: 'newUsers', start: 'soon' }, /start/],
      [{ report: 'newUsers', start: '2025-01-02', end: '2025-01-01' }, /start, end/],
      [{ report: 'newUsers', cycle: 'week', start: '2021-53' }, /start/],
      [{ report: 'locations', filters: '{"colour": 1}' }, /colour/],
      [{ report: 'locations', filters: '{oops' }, /filters/],
      [{ report: 'realtime', gid: '../x', gidType: 'str' }, /gid/],
    ];
    for (const [fields, names] of wrong) {
      const bench = await load(fields);
      const from = simulator.requests.length;
      const { messages, error } = await bench.run({ payload: 'x' });
      messages.length.should.equal(0);
      should(error?.error.code).equal('GIZ_BAD_INPUT');
      should(error?.error.message).match(names);
      simulator.requests.length.should.equal(from);
      await stopRuntime();
      await startRuntime();
    }
  });
});
