// biome-ignore-all lint/style/noNonNullAssertion: an undefined value fails the test on the spot
import should from 'should';
import { toValue } from '../../../src/simulator/world/datapoint';
import type { Device } from '../../../src/simulator/world/device';
import { decodeFrame, decodeReport } from '../../../src/simulator/world/frame';
import { World } from '../../../src/simulator/world/world';
import { VirtualClock } from '../../support/virtual-clock';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const makeWorld = (clock = new VirtualClock(), seed = 1): World => new World({ clock, seed, historyDays: 30 });

/** Print of everything that is drawn, without what only moves. */
const portrait = (world: World): string =>
  JSON.stringify([
    world.devices.map(({ did, mac, place, createdAt, type }) => [did, mac, place, createdAt, type]),
    world.people.users,
    world.people.bindings,
    world.groups.of(world.products[0]!.productKey).map(({ gid, macs }) => [gid, [...macs]]),
    world.devices.slice(0, 9).map((device) => world.attrsAt(device, world.now())),
  ]);

function nearest(world: World, kind: (device: Device) => boolean): Device {
  return world.devices.find(kind)!;
}

describe('simulator: world', () => {
  it('same seed and time, same world; another seed, another world', () => {
    portrait(makeWorld()).should.equal(portrait(makeWorld()));
    portrait(makeWorld(new VirtualClock(), 2)).should.not.equal(portrait(makeWorld()));
  });

  it('has as many devices of its first product as it is asked for, the first ones unchanged', () => {
    const many = new World({ clock: new VirtualClock(), seed: 1, historyDays: 30, devices: 1500 });
    const few = makeWorld();
    const identity = ({ did, mac, number }: Device): unknown[] => [did, mac, number];
    many.devicesOf(many.products[0]!.productKey).length.should.equal(1500);
    should(many.devices.slice(0, 200).map(identity)).eql(few.devices.slice(0, 200).map(identity));
    should(many.devices.slice(1500).map(identity)).eql(few.devices.slice(200).map(identity));
    new Set(many.devices.map(({ number }) => number)).size.should.equal(many.devices.length);
    new Set(many.devices.map(({ did }) => did)).size.should.equal(many.devices.length);
  });

  it('is made of every kind of thing that the APIs can show', () => {
    const world = makeWorld();
    const datapoints = world.products.flatMap((product) => [...product.datapoints]);
    new Set(datapoints.map(({ dataType }) => dataType)).size.should.equal(6);
    new Set(datapoints.map(({ access }) => access)).size.should.equal(4);
    datapoints.some(({ ratio = 1 }) => ratio % 1 !== 0).should.be.true();
    datapoints.some(({ addition = 0 }) => addition < 0).should.be.true();
    world.products.map(({ protocolType }) => protocolType).should.containEql('var_len');
    const { devices } = world;
    devices.length.should.equal(500);
    new Set(devices.map(({ did }) => did)).size.should.equal(500);
    for (const { did } of devices) did.should.match(/^[1-9A-HJ-NP-Za-km-z]{22}$/);
    devices.filter(({ mac }) => mac === 'virtual:site').length.should.equal(1);
    devices.some(({ mac }) => /^86\d{13}$/.test(mac)).should.be.true();
    devices.some(({ mac }) => /^[0-9a-f]{16}$/.test(mac)).should.be.true();
    devices.some(({ mac }) => /^(?=.*[A-F])[0-9A-F]{12}$/.test(mac)).should.be.true();
    devices.some(({ place }) => place === null).should.be.true();
    devices.some(({ place }) => place?.region === 'Shanghai' && place.city === 'Shanghai').should.be.true();
    devices.some(({ disabled }) => disabled).should.be.true();
    devices.some(({ deviceSn }) => deviceSn !== null).should.be.true();
    new Set(devices.map(({ type }) => type)).size.should.equal(3);
    const statuses = devices.map((device) => world.status(device));
    statuses.filter(({ online }) => online).length.should.be.within(300, 480);
    statuses.filter(({ faulty }) => faulty).length.should.be.above(3);
    statuses.filter(({ alert }) => alert).length.should.be.above(3);
    const { users } = world.people;
    users.some(({ isAnonymous }) => isAnonymous).should.be.true();
    users.some(({ authSrc }) => authSrc !== null).should.be.true();
    world.people.bindings.some(({ isOwner }) => !isOwner).should.be.true();
  });

  it('frames and data records tell the same, at the same instants', () => {
    const world = makeWorld();
    const now = world.now();
    for (const device of [2, 203, 204, 363, 365, 12].map((index) => world.devices[index]!)) {
      const data = world.dataLog(device, now - 2 * DAY, now);
      const frames = world.commandLog(device, now - 2 * DAY, now);
      const records = data.page(0, data.total, 'asc');
      const reports = frames.page(0, frames.total, 'asc').filter(({ entry }) => entry.type === 'dev2app');
      reports.map(({ at }) => at).should.eql(records.map(({ at }) => at));
      reports.forEach(({ entry }, index) => {
        const values = decodeReport(device.product, decodeFrame(entry.frame)!.payload)!;
        for (const datapoint of device.product.datapoints) {
          const raw = values.get(datapoint.name);
          should(raw === undefined ? undefined : toValue(datapoint, raw)).eql(records[index]!.entry[datapoint.name]);
        }
      });
    }
  });

  it('pages of any size in either order make up the same log', () => {
    const world = makeWorld();
    const device = world.devices[3]!;
    const now = world.now();
    world.setPresence(device, 'online');
    // Three frames of the same millisecond, so that a page ends between them.
    for (const set_temp of [24, 25, 26]) {
      world.control(device, { attrs: { set_temp } }, { source: 'enterprise_api' }).accepted.should.be.true();
    }
    for (const log of [
      world.dataLog(device, now - 2 * DAY, now),
      world.commandLog(device, now - 2 * DAY, now),
      world.onlineLog(device, now - 30 * DAY, now),
    ]) {
      const whole = log.page(0, log.total, 'asc');
      whole.length.should.equal(log.total);
      for (let index = 1; index < whole.length; index++) whole[index]!.at.should.be.aboveOrEqual(whole[index - 1]!.at);
      log.page(0, log.total, 'desc').should.eql([...whole].reverse());
      for (const size of [1, 7, 100]) {
        const pages: unknown[] = [];
        for (let offset = 0; offset < Math.min(log.total, 150); offset += size) {
          pages.push(...log.page(offset, size, 'desc'));
        }
        pages.should.eql([...whole].reverse().slice(0, pages.length));
        log.page(20, size, 'asc').should.eql(whole.slice(20, 20 + size));
      }
      log.page(log.total, 10, 'desc').should.eql([]);
    }
  });

  it('reports only while online, and the online log alternates', () => {
    const world = makeWorld();
    const now = world.now();
    const flaky = nearest(world, ({ line, createdAt }) => line.cycleMs < 6 * HOUR && createdAt < now - 31 * DAY);
    const log = world.onlineLog(flaky, now - 5 * DAY, now);
    log.total.should.be.above(20);
    const entries = log.page(0, log.total, 'asc');
    entries.forEach(({ entry }, index) => {
      if (index > 0) entry.type.should.not.equal(entries[index - 1]!.entry.type);
    });
    const data = world.dataLog(flaky, now - 5 * DAY, now);
    for (const { at } of data.page(0, data.total, 'asc')) {
      const before = entries.filter((entry) => entry.at <= at).at(-1);
      if (before) before.entry.type.should.equal('dev_online');
    }
    entries.forEach(({ at, entry }, index) => {
      const online = entries[index - 1];
      if (entry.type !== 'dev_offline' || !online) return;
      entry.payload.duration.should.equal(Math.floor((at - online.at) / 1000));
      entry.payload.heartbeat.count.should.be.belowOrEqual(entry.payload.duration / 60);
    });
  });

  it('a fault is in the records exactly between its two reports', () => {
    const world = makeWorld();
    const now = world.now();
    let seen = 0;
    for (const device of world.devicesOf(world.products[1]!.productKey).slice(0, 60)) {
      const log = world.dataLog(device, now - 30 * DAY, now);
      const incidents = world.incidents(device, 'fault', now - 30 * DAY, now);
      const inside = incidents.filter(({ raisedAt }) => raisedAt > now - 30 * DAY);
      for (const { name, raisedAt, resolvedAt } of inside.slice(0, 2)) {
        const around = world.dataLog(device, raisedAt - 2 * DAY, raisedAt);
        const [first, before] = around.page(0, 2, 'desc');
        first!.at.should.equal(raisedAt);
        first!.entry[name]!.should.equal(1);
        if (before) before.entry[name]!.should.equal(0);
        if (resolvedAt !== null) world.attrsAt(device, resolvedAt)[name]!.should.equal(0);
        seen++;
      }
      const faulty = log.page(0, 1, 'desc')[0];
      if (faulty) {
        const open = incidents.some(({ resolvedAt }) => resolvedAt === null);
        world.status(device).faulty.should.equal(open);
      }
    }
    seen.should.be.above(5);
  });

  it('a dense device has a hundred thousand records in ten days, which nobody stores', () => {
    const world = makeWorld();
    const device = world.devices[4]!;
    world.setReportEvery(device, 8500);
    const now = world.now();
    const stored = device.overlay.reports.length;
    const log = world.dataLog(device, now - 10 * DAY, now);
    log.total.should.be.above(100_000);
    const middle = log.page(50_000, 100, 'desc');
    middle.length.should.equal(100);
    middle[0]!.at.should.be.approximately(now - 5 * DAY, 6 * HOUR);
    device.overlay.reports.length.should.equal(stored);
  });

  it('tells as it happens exactly what the logs say afterwards', async () => {
    const clock = new VirtualClock();
    const world = makeWorld(clock);
    const start = world.now();
    const reports: string[] = [];
    const comings: string[] = [];
    const commands: string[] = [];
    let positions = 0;
    const raised = new Map<string, string>();
    world.events.on('report', ({ device, at, frame }) => reports.push(`${at} ${device.did} ${frame.toString('hex')}`));
    world.events.on('online', ({ device, at }) => comings.push(`${at} ${device.did} dev_online`));
    world.events.on('offline', ({ device, at }) => comings.push(`${at} ${device.did} dev_offline`));
    world.events.on('command', ({ device, at, frame, source, uid }) => {
      commands.push(`${at} ${device.did} ${frame.toString('hex')}`);
      (uid !== undefined).should.equal(source === 'client');
    });
    world.events.on('gps', () => positions++);
    world.events.on('incident', ({ device, name, eventId, raised: up }) => {
      if (up) raised.set(eventId, `${device.did} ${name}`);
      else if (raised.has(eventId)) raised.get(eventId)!.should.equal(`${device.did} ${name}`);
    });
    await clock.advance(2 * HOUR);
    const end = world.now();
    const logged = { reports: [] as string[], comings: [] as string[], commands: [] as string[] };
    for (const device of world.devices) {
      const frames = world.commandLog(device, start + 1, end);
      for (const { at, entry } of frames.page(0, frames.total, 'asc')) {
        const list = entry.type === 'dev2app' ? logged.reports : logged.commands;
        list.push(`${at} ${device.did} ${entry.frame.toString('hex')}`);
      }
      const online = world.onlineLog(device, start + 1, end);
      for (const { at, entry } of online.page(0, online.total, 'asc')) {
        logged.comings.push(`${at} ${device.did} ${entry.type}`);
      }
    }
    reports.length.should.be.above(4000);
    reports.sort().should.eql(logged.reports.sort());
    comings.length.should.be.above(20);
    comings.sort().should.eql(logged.comings.sort());
    commands.length.should.be.above(100);
    commands.sort().should.eql(logged.commands.sort());
    positions.should.be.above(5);
    raised.size.should.be.above(2);
    world.close();
    clock.timers.should.equal(0);
  });

  it('a command changes the device, its frames, its data and what is told', async () => {
    const clock = new VirtualClock();
    const world = makeWorld(clock);
    for (const [index, attrs] of [
      [5, { set_temp: 27, mode: '除湿' }],
      [206, { energy_limit: 12.3, order_id: '00112233445566778899aabbccddeeff', light: true }],
      [367, { plan: 'a0b1', minutes: 33 }],
    ] as const) {
      const device = world.devices[index]!;
      world.setPresence(device, 'online');
      const told: string[] = [];
      world.events.on('command', (event) => event.device === device && told.push(`command ${event.source}`));
      world.events.on('report', (event) => event.device === device && told.push(`report ${event.at - start}`));
      const start = world.now();
      world.control(device, { attrs }, { source: 'enterprise_api' }).should.eql({ accepted: true });
      await clock.advance(400);
      told.slice(0, 2).should.eql(['command enterprise_api', 'report 300']);
      const frames = world.commandLog(device, start, world.now());
      frames
        .page(0, 9, 'asc')
        .map(({ entry }) => entry.type)
        .should.eql(['app2dev', 'dev2app']);
      const [record] = world.dataLog(device, start, world.now()).page(0, 1, 'desc');
      for (const [name, value] of Object.entries(attrs)) record!.entry[name]!.should.equal(value === true ? 1 : value);
      world.executed.at(-1)!.did.should.equal(device.did);
      await clock.advance(HOUR);
      const later = world.attrsAt(device, world.lastReportAt(device)!);
      for (const [name, value] of Object.entries(attrs)) {
        if (name in later) later[name]!.should.equal(value === true ? 1 : value);
      }
      world.events.clear();
    }
    world.executed.length.should.equal(3);
  });

  it('raw commands: a write takes effect, a read is answered, pass-through comes back, a prefix is taken off', async () => {
    const clock = new VirtualClock();
    const world = makeWorld(clock);
    const device = world.devices[6]!;
    world.setPresence(device, 'online');
    const origin = { source: 'enterprise_api' } as const;
    const send = async (raw: number[]): Promise<string[]> => {
      const from = world.now();
      world.control(device, { raw }, origin).accepted.should.be.true();
      await clock.advance(350);
      const log = world.commandLog(device, from, world.now());
      return log.page(0, 9, 'asc').map(({ entry }) => `${entry.type} ${entry.frame.toString('hex')}`);
    };
    (await send([1, 1, 1, 0, 0, 20]))[0]!.should.equal('app2dev 0000000309000090010101000014');
    world.attrsAt(device, world.lastReportAt(device)!).switch!.should.equal(1);
    (await send([0, 0, 0, 3, 9, 0, 0, 0x90, 1, 1, 0, 0, 0, 20]))[0]!.should.equal(
      'app2dev 0000000309000090010100000014',
    );
    world.attrsAt(device, world.lastReportAt(device)!).switch!.should.equal(0);
    const read = await send([2]);
    read[0]!.should.equal('app2dev 000000030400009002');
    read[1]!.should.startWith('dev2app 000000030b00009104');
    const passed = await send([5, 0xca, 0xfe]);
    passed.should.eql(['app2dev 000000030600009005cafe', 'dev2app 000000030600009106cafe']);
    const unknown = await send([97, 98, 99]);
    unknown.should.eql(['app2dev 0000000306000090616263']);
  });

  it('refuses what a device cannot do', () => {
    const world = makeWorld();
    const pile = world.devices[203]!;
    world.setPresence(pile, 'online');
    const reason = (command: object): string => {
      const result = world.control(pile, command, { source: 'open_api' });
      return result.accepted ? 'accepted' : result.reason;
    };
    reason({ attrs: { nothing: 1 } }).should.equal('attr-unknown');
    reason({ attrs: { __proto__: null, toString: 1 } }).should.equal('attr-unknown');
    reason({ attrs: { voltage: 220 } }).should.equal('attr-invalid');
    reason({ attrs: { light: 2 } }).should.equal('attr-invalid');
    reason({ attrs: { light: 'true' } }).should.equal('attr-invalid');
    reason({ attrs: { screen: '广告页' } }).should.equal('attr-invalid');
    reason({ attrs: { screen: 5 } }).should.equal('attr-invalid');
    reason({ attrs: { energy_limit: 200.1 } }).should.equal('attr-invalid');
    reason({ attrs: { energy_limit: '20' } }).should.equal('attr-invalid');
    reason({ attrs: { order_id: '0011' } }).should.equal('attr-invalid');
    reason({ attrs: { order_id: 'zz'.repeat(16) } }).should.equal('attr-invalid');
    reason({ raw: [256] }).should.equal('raw-invalid');
    reason({ raw: 'abc' }).should.equal('raw-invalid');
    reason({ raw: [] }).should.equal('raw-invalid');
    world.executed.should.eql([]);
    reason({ attrs: { screen: 4, energy_limit: 200, minutes_limit: 10 } }).should.equal('accepted');
    reason({ attrs: { order_id: Buffer.alloc(16, 1).toString('base64') }, coding: 'base64' }).should.equal('accepted');
    world.setPresence(pile, 'offline');
    reason({ attrs: { light: 1 } }).should.equal('offline');
    world.setDisabled(pile, true);
    reason({ attrs: { light: 1 } }).should.equal('disabled');
    world.executed.length.should.equal(2);
  });

  it('presence, faults and density can be steered, and the logs say so', async () => {
    const clock = new VirtualClock();
    const world = makeWorld(clock);
    const device = world.devices[7]!;
    const told: string[] = [];
    world.events.on('offline', (event) => event.device === device && told.push(`offline ${event.reason}`));
    world.events.on('online', (event) => event.device === device && told.push('online'));
    world.events.on('incident', (event) => {
      if (event.device === device) told.push(`${event.kind} ${event.name} ${event.raised} ${event.eventId}`);
    });
    world.setPresence(device, 'online');
    await clock.advance(60_000);
    told.length = 0;
    const start = world.now();
    world.setPresence(device, 'offline', 'ssl_closed');
    await clock.advance(HOUR);
    world.isOnline(device).should.be.false();
    world.dataLog(device, start + 1, world.now()).total.should.equal(0);
    world.setIncident(device, 'alert_full', true).should.be.false();
    world.setPresence(device, 'online');
    await clock.advance(HOUR);
    world.setIncident(device, 'alert_full', true).should.be.true();
    await clock.advance(HOUR);
    world.status(device).alert.should.be.true();
    world.setIncident(device, 'alert_full', false).should.be.true();
    await clock.advance(HOUR);
    const changes = told.filter((line) => !line.startsWith('fault'));
    changes.slice(0, 2).should.eql(['offline ssl_closed', 'online']);
    const [on, off] = changes.filter((line) => line.startsWith('alert alert_full'));
    on!.split(' ')[2]!.should.equal('true');
    off!.should.equal(on!.replace('true', 'false'));
    const log = world.onlineLog(device, start, world.now()).page(0, 9, 'asc');
    log.map(({ entry }) => entry.type).should.eql(['dev_offline', 'dev_online']);
    const incident = world.incidents(device, 'alert', start, world.now()).find(({ eventId }) => on!.includes(eventId))!;
    should(incident.resolvedAt).be.approximately(incident.raisedAt + HOUR, 100);
    world.close();
  });

  it('a fault of the schedule can be cleared before its time', async () => {
    const clock = new VirtualClock();
    const world = makeWorld(clock);
    const device = nearest(world, (candidate) => world.isOnline(candidate) && world.status(candidate).faulty);
    world.setPresence(device, 'online');
    const open = world.incidents(device, 'fault', world.now(), world.now());
    open.every(({ resolvedAt }) => resolvedAt === null).should.be.true();
    for (const { name } of open) world.setIncident(device, name, false).should.be.true();
    await clock.advance(1000);
    world.status(device).faulty.should.be.false();
    const cleared = world.incidents(device, 'fault', world.now() - 5000, world.now());
    cleared.map(({ eventId }) => eventId).should.eql(open.map(({ eventId }) => eventId));
    for (const { resolvedAt } of cleared) should(resolvedAt).be.a.Number();
  });

  it('binds, unbinds, resets and announces', () => {
    const world = makeWorld();
    const told: string[] = [];
    world.events.on('bind', ({ uid }) => told.push(`bind ${uid}`));
    world.events.on('unbind', ({ uid }) => told.push(`unbind ${uid}`));
    world.events.on('reset', () => told.push('reset'));
    world.events.on('datapointsChanged', ({ productKey }) => told.push(productKey));
    world.events.on('subDeviceAdded', ({ child }) => told.push(child.did));
    world.events.on('fileDownload', ({ url }) => told.push(url));
    const device = world.devices[9]!;
    for (const { uid, did } of world.people.held()) if (did === device.did) world.people.unbind(uid, did, world.now());
    const user = world.people.users[3]!;
    world.bind(user, user.appid, device).should.be.true();
    world.bind(user, user.appid, device).should.be.false();
    world.people.current(user.uid, device.did)!.isOwner.should.be.true();
    world.reset(device);
    world.changeDatapoints('pk');
    world.setSubDevice(world.devices[362]!, world.devices[364]!, true);
    world.offerFile(device, 'http://example.com/f');
    const { did } = world.devices[364]!;
    told.should.eql([`bind ${user.uid}`, `unbind ${user.uid}`, 'reset', 'pk', did, 'http://example.com/f']);
    world.close();
  });
});
