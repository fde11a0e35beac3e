// biome-ignore-all lint/style/noNonNullAssertion: an undefined value fails the test on the spot
import should from 'should';
import { createSimulator, type Simulator } from '../../../src/simulator';
import { periodLabel } from '../../../src/simulator/world/aggregate';
import { dayOf, dayText, startOfDay, weekOf } from '../../../src/simulator/world/calendar';
import type { Device } from '../../../src/simulator/world/device';
import { VirtualClock } from '../../support/virtual-clock';
import { Caller, type Query } from './caller';

const DAY = 86_400_000;

// biome-ignore lint/suspicious/noExplicitAny: trees mix figures and places
type Tree = any;

/** Sum of a figure over the cities of a tree. */
function cities(tree: Tree, figure: (node: Tree) => number): number {
  let sum = 0;
  for (const country of Object.values<Tree>(tree)) {
    for (const [region, node] of Object.entries<Tree>(country)) {
      if (region === 'count' || region === 'detail') continue;
      for (const [city, leaf] of Object.entries<Tree>(node)) {
        if (city !== 'count' && city !== 'detail') sum += figure(leaf);
      }
    }
  }
  return sum;
}

describe('simulator: reports', () => {
  let clock: VirtualClock;
  let simulator: Simulator;
  let caller: Caller;
  let devices: Device[];
  let today: number;

  before(async () => {
    clock = new VirtualClock();
    simulator = await createSimulator({ clock });
    caller = await new Caller(simulator, 1).login();
    devices = simulator.world.devicesOf(caller.product.productKey).filter(({ disabled }) => !disabled);
    today = dayOf(clock.now());
  });
  after(() => simulator.close());

  const body = async (path: string, query: Query = {}): Promise<Tree> => {
    const reply = await caller.get(path, query);
    reply.status.should.equal(200, reply.text);
    return reply.body;
  };
  const placed = (): Device[] => devices.filter(({ place }) => place !== null);
  const reported = (device: Device, from: number, to: number): boolean =>
    simulator.world.dataLog(device, from, to - 1).total > 0;
  const group = (): string => simulator.world.groups.of(caller.product.productKey)[1]!.gid;

  it('count the same devices that the search finds', async () => {
    const found = (await body('devices/search')).meta.total;
    const locations = await body('devices/locations');
    const summary = await body('summary');
    const realtime = await body('devices/report/rt');
    [locations.total, summary.total, realtime.count.activated].should.eql([found, found, found]);
    summary.online.should.equal((await body('devices/search', { is_online: 1 })).meta.total);
    realtime.count.faulty.should.equal((await body('devices/search', { is_faulty: 1 })).meta.total);
    realtime.count.alert.should.equal((await body('devices/search', { is_alert: 1 })).meta.total);
    realtime.count.faulty.should.be.above(0);
  });

  it('location trees add up; devices without a place are only in the total', async () => {
    const { location, total } = await body('devices/locations');
    location.China.count.should.equal(placed().length);
    total.should.be.above(location.China.count);
    cities(location, (leaf) => leaf).should.equal(location.China.count);
    const shanghai = placed().filter(({ place }) => place!.city === 'Shanghai').length;
    location.China.Shanghai.should.eql({ count: shanghai, Shanghai: shanghai });
    const online = await body('devices/locations', { is_online: 1 });
    online.total.should.equal(devices.filter((device) => simulator.world.isOnline(device)).length);

    const realtime = await body('devices/report/rt');
    cities(realtime.location, ({ count }) => count.activated).should.equal(placed().length);
    const faulty = placed().filter((device) => simulator.world.status(device).faulty).length;
    cities(realtime.location, ({ count }) => count.faulty ?? 0).should.equal(faulty);
  });

  it('a gid counts the group and the groups below it', async () => {
    const gid = group();
    const below = simulator.world.groups.macsBelow(gid);
    below.size.should.be.above(simulator.world.groups.get(gid)!.macs.size);
    const members = devices.filter(({ mac }) => below.has(mac)).length;
    const locations = await body('devices/locations', { gid });
    [locations.gid, locations.total].should.eql([gid, members]);
    (await body('devices/report/rt', { gid })).count.activated.should.equal(members);
  });

  it('new and active devices of late', async () => {
    const summary = await body('summary');
    const born = (days: number): number =>
      devices.filter(({ createdAt }) => dayOf(createdAt) >= today - days && dayOf(createdAt) < today).length;
    summary.new.should.eql({
      today: devices.filter(({ createdAt }) => dayOf(createdAt) === today).length,
      yesterday: born(1),
      '7_day': born(7),
      '30_day': born(30),
    });
    summary.new['30_day'].should.be.above(10);
    const active = (days: number): number =>
      devices.filter((device) => reported(device, startOfDay(today - days), startOfDay(today))).length;
    summary.active.should.eql({ yesterday: active(1), '7_day': active(7) });
    const liveness = await body('devices/report/liveness');
    liveness.latest_1.should.equal(active(1));
    liveness.latest_7.should.equal(active(7));
    liveness.latest_30.should.be.aboveOrEqual(active(7));
  });

  it('activation details: a row a device, in Shanghai time', async () => {
    const [start, end] = [dayText(today - 20), dayText(today - 2)];
    const page = await body('incr_devices', { start, end, limit: 100 });
    const expected = devices
      .filter(({ createdAt }) => dayText(dayOf(createdAt)) >= start && dayText(dayOf(createdAt)) <= end)
      .sort((left, right) => left.createdAt - right.createdAt);
    page.meta.total.should.equal(expected.length);
    page.objects.map(({ mac }: Tree) => mac).should.eql(expected.map(({ mac }) => mac));
    page.objects.forEach((row: Tree, index: number) => {
      const shanghai = new Date(expected[index]!.createdAt + 8 * 3_600_000).toISOString();
      row.created_at.should.equal(shanghai.slice(0, 19).replace('T', ' '));
      row.report_date.should.equal(shanghai.slice(0, 10));
      row.product_key.should.equal(caller.product.productKey);
    });
    const wuhan = await body('incr_devices', { start, end, country: 'China', region: 'Hubei' });
    wuhan.meta.total.should.equal(expected.filter(({ place }) => place?.region === 'Hubei').length);
  });

  it('Bluetooth devices are named by serial number', async () => {
    const first = await new Caller(simulator).login();
    const { objects } = (await first.get('active_devices', { limit: 1000 })).body;
    const bluetooth = objects.filter((row: Tree) => 'device_sn' in row);
    bluetooth.length.should.be.above(0);
    for (const row of bluetooth) {
      row.device_sn.should.be.a.String();
      should(row.mac).be.undefined();
    }
    objects
      .filter((row: Tree) => !('device_sn' in row))
      .every(({ mac }: Tree) => mac)
      .should.be.true();
  });

  it('activity details: a row for each device and day with a report', async () => {
    const [start, end] = [dayText(today - 3), dayText(today - 2)];
    const page = await body('active_devices', { start, end, limit: 1000 });
    const expected = [today - 3, today - 2].flatMap((day) =>
      devices
        .filter((device) => reported(device, startOfDay(day), startOfDay(day + 1)))
        .map(({ mac }) => `${dayText(day)} ${mac}`),
    );
    page.objects.map(({ report_date, mac }: Tree) => `${report_date} ${mac}`).should.eql(expected);
    page.meta.total.should.equal(expected.length);
  });

  it('histories by day, week and month', async () => {
    const dates = await body('devices/report/liveness/history', {
      cycle: 'date',
      start: dayText(today - 5),
      end: dayText(today - 1),
    });
    dates.data.map(({ date }: Tree) => date).should.eql([5, 4, 3, 2, 1].map((ago) => dayText(today - ago)));
    for (const [index, row] of dates.data.entries()) {
      const from = startOfDay(today - 5 + index);
      row.count.should.equal(devices.filter((device) => reported(device, from, from + DAY)).length);
      cities(row.location, ({ count }) => count).should.equal(row.location.China.count);
    }
    const { year, week } = weekOf(today);
    const label = `${year}-${String(week).padStart(2, '0')}`;
    const weeks = await body('devices/report/liveness/history', { cycle: 'week', start: label, end: label });
    [weeks.cycle, weeks.start, weeks.end, weeks.gid].should.eql(['week', label, label, null]);
    weeks.data[0].week.should.equal(label);
    const year25 = await body('devices/report/activation', { cycle: 'month', start: '2025-02', end: '2026-01' });
    const counted = year25.data.reduce((sum: number, { count }: Tree) => sum + count, 0);
    counted.should.equal(devices.length);
    year25.data.every(({ month }: Tree) => /^202[56]-\d\d$/.test(month)).should.be.true();
  });

  it('periods of aggregates are written as in the documents', () => {
    const sample = Date.UTC(2015, 6, 20, 2, 30);
    const units = ['HOURS', 'DAYS', 'WEEKS', 'MONTHS'] as const;
    units.map((unit) => periodLabel(sample, unit)).should.eql(['2015072010', '20150720', '201529', '201507']);
    const weeks: [day: number, label: string][] = [
      [Date.UTC(2014, 11, 31), '201452'],
      [Date.UTC(2015, 0, 1), '201500'],
      [Date.UTC(2015, 0, 4), '201500'],
      [Date.UTC(2015, 0, 5), '201501'],
      [Date.UTC(2018, 0, 1), '201801'],
      [Date.UTC(2018, 11, 31), '201853'],
      [Date.UTC(2019, 0, 1), '201900'],
    ];
    for (const [day, written] of weeks) periodLabel(day, 'WEEKS').should.equal(written);
  });

  it('weeks are ISO weeks', () => {
    weekOf(dayOf(Date.UTC(2016, 11, 25))).should.eql({ year: 2016, week: 51 });
    weekOf(dayOf(Date.UTC(2021, 0, 3))).should.eql({ year: 2020, week: 53 });
    weekOf(dayOf(Date.UTC(2024, 11, 30))).should.eql({ year: 2025, week: 1 });
  });

  it('faults and alerts: devices and events, by datapoint and by place', async () => {
    const { world } = simulator;
    for (const kind of ['fault', 'alert'] as const) {
      const all = devices.map((device) => ({
        device,
        list: world.incidents(device, kind, world.now() - world.horizonMs, world.now()),
      }));
      const troubled = all.filter(({ list }) => list.length > 0);
      const open = troubled.filter(({ list }) => list.some(({ resolvedAt }) => resolvedAt === null));
      const byDevice = await body(`${kind}/report/devices`);
      byDevice.count.should.eql({
        total: troubled.length,
        resolved: troubled.length - open.length,
        unresolved: open.length,
      });
      byDevice.count.unresolved.should.equal(
        (await body('devices/report/rt')).count[kind === 'fault' ? 'faulty' : 'alert'],
      );
      const inChina = troubled.filter(({ device }) => device.place).length;
      cities(byDevice.location, ({ count }) => count.total).should.equal(inChina);

      const events = await body(`${kind}/report/events`);
      const list = all.flatMap(({ list: own }) => own);
      events.count.total.should.equal(list.length);
      events.count.unresolved.should.equal(list.filter(({ resolvedAt }) => resolvedAt === null).length);
      events.count.total.should.equal(events.count.resolved + events.count.unresolved);
      for (const [name, count] of Object.entries<Tree>(events.detail)) {
        name.should.startWith(kind);
        count.total.should.equal(list.filter((incident) => incident.name === name).length);
      }
      const placedEvents = all.filter(({ device }) => device.place).reduce((sum, { list: own }) => sum + own.length, 0);
      cities(events.location, ({ count }) => count.total).should.equal(placedEvents);
      cities(events.location, ({ detail }) =>
        Object.values<Tree>(detail).reduce((sum, { total }) => sum + total, 0),
      ).should.equal(placedEvents);
    }
  });

  it('users: total, new by period, active by day, and where they are', async () => {
    const { people, apps } = simulator.world;
    const dids = new Set(simulator.world.devicesOf(caller.product.productKey).map(({ did }) => did));
    const ever = new Set(people.bindings.filter(({ did }) => dids.has(did)).map(({ uid }) => uid));
    (await body('users/report/total')).should.eql({ gid: null, total: ever.size });
    const months = await body('users/report/new', { cycle: 'month', start: '2025-02', end: '2026-01' });
    months.data.reduce((sum: number, { count }: Tree) => sum + count, 0).should.equal(ever.size);
    const gid = group();
    (await body('users/report/total', { gid })).total.should.be.within(1, ever.size - 1);

    const product_secret = caller.product.productKey;
    const linked = people.users.filter(({ appid }) => appid === apps[0]!.appid).length;
    const location = (await caller.enterprise('location', { product_secret })).body;
    cities(location, ({ count }) => count).should.equal(linked);
    location.China.count.should.equal(linked);
    const range = { start_date: dayText(today - 2), end_date: dayText(today) };
    const { data } = (await caller.enterprise('liveness_total', { product_secret, ...range })).body;
    data.map(({ date }: Tree) => date).should.eql([2, 1, 0].map((ago) => dayText(today - ago)));
    for (const { count } of data) count.should.be.within(1, linked);
    const one = (
      await caller.enterprise('liveness_total', { product_key: product_secret, ...range, appid: apps[0]!.appid })
    ).body;
    one.data.should.eql(data);
  });

  it('aggregates come from the history itself', async () => {
    const device = devices[3]!;
    const from = startOfDay(today - 4);
    const to = startOfDay(today - 1) - 1;
    const log = simulator.world.dataLog(device, from, to);
    const records = log.page(0, log.total, 'asc');
    const get = (aggregator: string, unit: string): Promise<Tree> =>
      body(`devices/${device.did}/agg_data`, {
        start_ts: from,
        end_ts: to,
        attrs: 'voltage,gun_temp',
        aggregator,
        unit,
      });
    const expect = (day: number, name: string, fold: (values: number[]) => number): number =>
      fold(records.filter(({ at }) => dayOf(at) === day).map(({ entry }) => entry[name] as number));
    const folds: Record<string, (values: number[]) => number> = {
      sum: (values) => values.reduce((sum, value) => sum + value, 0),
      avg: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
      max: (values) => Math.max(...values),
      min: (values) => Math.min(...values),
    };
    for (const [aggregator, fold] of Object.entries(folds)) {
      const { query, data } = await get(aggregator, 'DAYS');
      query.should.eql({
        start_ts: from,
        end_ts: to,
        attrs: 'voltage,gun_temp',
        aggregator,
        unit: 'DAYS',
        did: device.did,
      });
      data.length.should.equal(3);
      data.forEach(({ attrs, datetime }: Tree, index: number) => {
        const day = today - 4 + index;
        datetime.should.equal(dayText(day).replaceAll('-', ''));
        for (const name of ['voltage', 'gun_temp']) attrs[name].should.be.approximately(expect(day, name, fold), 1e-4);
      });
    }
    const hours = (await get('sum', 'HOURS')).data;
    hours.length.should.be.within(65, 72);
    hours[0].datetime.should.match(/^\d{10}$/);
    (await get('sum', 'WEEKS')).data[0].datetime.should.equal(periodLabel(from, 'WEEKS'));
    (await get('sum', 'MONTHS')).data[0].datetime.should.equal(
      dayText(today - 4)
        .slice(0, 7)
        .replace('-', ''),
    );
    const meter = await body(`devices/${device.did}/agg_data`, {
      start_ts: from,
      end_ts: to,
      attrs: 'energy_total',
      aggregator: 'max',
      unit: 'HOURS',
    });
    const readings = meter.data.map(({ attrs }: Tree) => attrs.energy_total);
    readings.should.eql([...readings].sort((left: number, right: number) => left - right));
  });
});
