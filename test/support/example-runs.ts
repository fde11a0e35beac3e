import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import type { RunningNodeRed } from './runtime';

/** What somebody who tries an example does and sees, one after the other. */
export type Step = Press | Ask | Quiet;

/** Presses a button and looks at what debug nodes then show. Buttons and debug nodes go by their English names. */
export interface Press {
  press: string;
  shows: Readonly<Record<string, Look>>;
  /** A line of the log that belongs to it. */
  logs?: RegExp;
}

/** Opens a page, or calls what the flow offers over HTTP. */
export interface Ask {
  ask: string;
  /** Sent as JSON, by POST. */
  body?: object;
  /** Asked again until this does not throw. */
  look: (reply: string) => void;
  shows?: Readonly<Record<string, Look>>;
}

/** Names a debug node that shows something only when the world happens to do it. */
export interface Quiet {
  quiet: string;
}

/** Throws when it is not what the example promises. Asked of each message, until one is right. */
// biome-ignore lint/suspicious/noExplicitAny: what a message holds is what the look is about
export type Look = (value: any, runtime: RunningNodeRed) => void;

const airConditioner = '34920fbd01f40072e3cf347862554017';
const did = 'Mavn3NpqLZ32XDEjWYb83h';
const mac = 'fd06c330fc77';

const text = (pattern: RegExp): Look => {
  return (value) => should(value).be.a.String().and.match(pattern);
};
const list = (least: number, ...fields: string[]): Look => {
  return (value) => {
    should(value).be.an.Array();
    value.length.should.be.aboveOrEqual(least);
    should(value[0]).have.properties(fields);
  };
};
const onlineOnly = (count: number): Look => {
  return (value) => {
    should(value).have.length(count);
    should(value.every(({ is_online }: { is_online: boolean }) => is_online)).be.true();
  };
};
const has = (expected: object): Look => {
  return (value) => should(value).containDeep(expected);
};
const code = (expected: string): Look => {
  return (value) => {
    should(value.code).equal(expected);
    should(value.message).be.a.String().and.not.be.empty();
  };
};

/** Devices that the examples count on; the simulated ones are away for half an hour every few days. */
export const devicesOfExamples = [did, 'p8H7f4UmJkCazaXz24sahF', 'dhJKE2wyJBVMEjDhih77uU', 'YbQyzF7vUgmxMp8QTaWgFt'];

/** For each example all of its buttons and pages; a debug node that no step mentions fails the test. */
export const exampleRuns: Readonly<Record<string, readonly Step[]>> = {
  '1 - Basics/01 - Look up devices': [
    { press: `MAC ${mac}`, shows: { 'did, online': has({ mac, did, is_online: true, is_disabled: false }) } },
    {
      press: 'two MACs, one unknown',
      shows: {
        dids: has([
          { mac, did },
          { mac: '000000000000', error: { code: 'GIZ_5301' } },
        ]),
      },
    },
    { press: 'with passcodes', shows: { passcodes: list(2, 'mac', 'did', 'passcode') } },
    { press: 'unknown MAC', shows: { error: code('GIZ_5301') } },
  ],
  '1 - Basics/02 - Search the fleet': [
    { press: '20 online', shows: { 'online devices': onlineOnly(20) } },
    { press: 'faulty ones', shows: { 'faulty devices': list(1, 'did', 'is_faulty') } },
    { press: 'Guangzhou, one by one', shows: { Guangzhou: list(10, 'mac', 'city', 'online') } },
    { press: 'all, page by page', shows: { pages: has({ last: true }) } },
    { press: 'bound users', shows: { 'bound users': list(10, 'uid', 'is_anonymous') } },
    { press: 'registered users', shows: { 'registered users': list(10, 'uid', 'created_at') } },
  ],
  '1 - Basics/03 - Control devices': [
    {
      press: 'on, 26 °C',
      shows: { confirmed: has({ did, outcome: 'reported', attrs: { switch: true, set_temp: 26 } }) },
    },
    { press: 'heating, 22 °C', shows: { accepted: has({ did, outcome: 'accepted', attrs: { set_temp: 22 } }) } },
    { press: 'raw bytes 02', shows: { raw: has({ did, outcome: 'accepted', raw: [2] }) } },
    { press: 'three, one is offline', shows: { summary: has({ total: 3, ok: 2, failed: 1 }) } },
    {
      press: 'all of a group',
      shows: {
        group: (value) =>
          should(value.total)
            .be.above(1)
            .and.equal(value.ok + value.failed),
      },
    },
    { press: 'read-only datapoint', shows: { error: code('GIZ_BAD_INPUT') } },
    { press: 'out of range', shows: { error: code('GIZ_BAD_INPUT') } },
  ],
  '1 - Basics/04 - History': [
    {
      press: 'last 24 h',
      shows: {
        'chart data': (value) => {
          list(100, 'series', 'x', 'y')(value, undefined as never);
          should([...new Set(value.map(({ series }: { series: string }) => series))]).eql(['room_temp', 'set_temp']);
        },
      },
    },
    { press: '10 days in pages', shows: { pages: has({ last: true }) } },
    { press: 'online, offline, 3 days', shows: { online: list(1, 'type', 'time') } },
    { press: 'raw log, 2 hours', shows: { 'raw log': list(2, 'type', 'payload', 'bytes') } },
    { press: 'daily averages, a week', shows: { averages: list(6, 'datetime', 'attrs', 'time') } },
  ],
  '1 - Basics/05 - Reports': [
    { press: 'overview', shows: { overview: list(1, 'total', 'online', 'active_yesterday') } },
    { press: 'activity of a week', shows: { activity: list(20, 'date', 'city', 'count') } },
    { press: 'new devices of a month', shows: { new: list(10, 'date', 'count') } },
    { press: 'devices by place', shows: { 'devices by place': list(10, 'city', 'count') } },
    { press: 'faults by datapoint', shows: { 'faults by datapoint': list(1, 'datapoint', 'total', 'resolved') } },
    { press: 'now: faulty, alert', shows: { now: list(10, 'city', 'faulty', 'alert') } },
    { press: 'users in all', shows: { 'users in all': list(1, 'total') } },
    { press: 'activity, raw', shows: { raw: (value) => should(value).be.an.Object().and.not.be.an.Array() } },
    { press: 'activity, CSV', shows: { CSV: text(/^date,country,region,city,count\r?\n\d{4}-\d\d-\d\d,/) } },
  ],
  '1 - Basics/06 - Groups and bindings': [
    { press: 'the tree', shows: { 'flat list': list(3, 'gid', 'parent') } },
    { press: 'members', shows: { members: (value) => should(value).containEql('virtual:site') } },
    { press: 'bind', shows: { bound: has({ success: [did], failed: [] }) } },
    { press: 'unbind', shows: { unbound: has({ success: [did], failed: [] }) } },
  ],
  '1 - Basics/07 - Datapoints and any call': [
    { press: 'datapoints', shows: { schema: has({ productKey: airConditioner, datapoints: [{ name: 'switch' }] }) } },
    { press: 'as the API gives it', shows: { raw: has({ product_key: airConditioner }) } },
    { press: 'two of Guangzhou', shows: { answer: has({ meta: { limit: 2 } }) } },
    { press: 'a path of your own', shows: { groups: (value) => should(Object.keys(value)).have.length(1) } },
  ],
  '1 - Basics/08 - Live events': [
    {
      press: 'a device reports now',
      shows: {
        reports: (value) => should(value).have.properties('switch', 'room_temp'),
        table: (value) => should(value.some((device: { mac: string }) => device.mac === mac)).be.true(),
        done: text(new RegExp(`^${airConditioner}/${did}/device_status_kv$`)),
      },
    },
    { press: 'it goes offline', shows: { 'online, offline': text(/device_offline$/) } },
    { press: 'it comes back', shows: { 'online, offline': text(/device_online$/) } },
    {
      press: 'send a command',
      shows: {
        'all others': text(/app2dev/),
        forgotten: (value) => should(value).be.an.Object(),
        'dead letters': has({ did, gizwits: { event: 'app2dev_kv' } }),
      },
      logs: /app2dev_kv .* was not acknowledged in time: it has left by the second output/,
    },
  ],
  '1 - Basics/09 - Errors and what to do': [
    { press: 'offline device', shows: { 'what to do': text(/virtual:site is offline/) } },
    { press: 'wrong value', shows: { 'what to do': text(/set_temp.*Nothing was sent/s) } },
    { press: 'answer lost on the way', shows: { 'what to do': text(/It reports .*"switch":1/) } },
    { press: 'an error of another kind', shows: { 'other errors': code('GIZ_5301') } },
  ],
  '2 - Whole jobs/01 - Fleet page': [
    { ask: '/fleet', look: (reply) => reply.should.match(/^<!doctype html>/).and.containEql('设备总览') },
    {
      ask: '/fleet/devices',
      look: (reply) => {
        const devices = JSON.parse(reply) as { mac: string; online: boolean; values: object }[];
        should(devices).have.length(40);
        should(devices.find((device) => device.mac === mac)).containDeep({ did, online: true, city: 'Wuhan' });
        // Each has its last values, but those that have reported nothing for a week.
        devices.filter(({ values }) => Object.keys(values).length > 0).length.should.be.above(30);
      },
    },
    {
      ask: `/fleet/history?did=${did}`,
      look: (reply) => list(100, 'time', 'room', 'set')(JSON.parse(reply), undefined as never),
    },
    {
      ask: '/fleet/control',
      body: { did, attrs: { set_temp: 19 } },
      look: (reply) => should(JSON.parse(reply)).eql({ did, outcome: 'reported', attrs: { set_temp: 19 } }),
    },
    {
      // The report that has confirmed the command has come over the push service too.
      ask: '/fleet/devices',
      look: (reply) => should(JSON.parse(reply)).containDeep([{ did, values: { set_temp: 19 } }]),
    },
    {
      ask: '/fleet/control',
      body: { did, attrs: { set_temp: 99 } },
      look: (reply) => should(JSON.parse(reply).code).equal('GIZ_BAD_INPUT'),
    },
  ],
  '2 - Whole jobs/02 - Fault alarm': [
    {
      press: 'raise a fault',
      shows: {
        alarm: (value) => value.text.content.should.startWith(`fault · 故障 raised · 发生\n${mac}: 室温传感器故障\n`),
      },
    },
    { press: 'open now', shows: { open: list(1, 'mac', 'name', 'since') } },
    { press: 'recover', shows: { alarm: (value) => value.text.content.should.match(/recovered.*after 0 min/s) } },
    { press: '08:00 every day', shows: { faults: list(1, 'datapoint', 'total', 'unresolved') } },
  ],
  '2 - Whole jobs/03 - Nightly history to CSV': [
    {
      press: '01:00 every night',
      shows: {
        summary: ({ file, devices, done, failed, records }, runtime) => {
          should({ devices, failed }).eql({ devices: done, failed: 0 });
          devices.should.be.above(150);
          const lines = readFileSync(join(runtime.userDir, file), 'utf8').trimEnd().split('\r\n');
          should(lines.shift()).equal('\ufeffmac,time,switch,mode,set_temp,room_temp,fault_roomtemp');
          should(lines.length).equal(records);
          should(
            lines.some((line) => /^fd06c330fc77,\d{4}-.*Z,[01],(制冷|制热|除湿|送风),\d+,\d+,[01]$/.test(line)),
          ).be.true();
        },
      },
    },
  ],
  '2 - Whole jobs/04 - Charging pile monitor': [
    {
      ask: '/piles',
      look: (reply) => {
        reply.should.match(/<b>40<\/b><small>piles/).and.containEql('548bd096f455');
      },
    },
    { press: 'start 548bd096f455', shows: { order: (value) => should(value).have.properties('id', 'began', 'meter') } },
    {
      press: 'stop',
      shows: {
        bill: (value) => should(value).have.properties({ price: 1.2 }).and.have.properties('order', 'energy', 'fee'),
      },
    },
    {
      press: 'overheat',
      shows: { fault: has({ mac: '548bd096f455', fault: '过温故障', done: 'out of service · 已停用' }) },
    },
    { press: 'cooled down', shows: { fault: has({ mac: '548bd096f455', done: 'in service · 已启用' }) } },
    {
      press: '02:00 every night',
      shows: {
        takings: (value) => {
          should(value).have.length(12);
          for (const { peak, flat, valley, energy, fee } of value) {
            should(peak + flat + valley).be.approximately(energy, 0.03);
            should(peak * 1.5 + flat + valley * 0.5).be.approximately(fee, 0.05);
          }
          value[0].energy.should.be.above(10);
        },
      },
    },
    { press: 'by place', shows: { places: list(10, 'city', 'count') } },
    { press: 'active piles', shows: { active: list(1, 'latest_1', 'latest_30') } },
    { press: 'faults', shows: { faults: list(1, 'datapoint', 'total') } },
  ],
  '2 - Whole jobs/05 - Onboard devices into groups': [
    {
      press: 'onboard',
      shows: {
        result: has({
          site: 'West shop 西区门店',
          assigned: ['d8245c577937', '13568421c737'],
          failed: [],
          unknown: ['000000000000'],
        }),
      },
    },
    { press: 'East shop: 26 °C', shows: { summary: has({ total: 2, ok: 2, failed: 0 }) } },
    { press: 'members of East shop', shows: { members: (value) => should(value).eql([mac, '304a16c7297f']) } },
    { press: 'undo', shows: { deleted: text(/East shop/) } },
  ],
  '3 - Open API/01 - My devices': [
    { press: 'my devices', shows: { devices: list(2, 'did', 'product_name', 'is_online') } },
    { press: 'each device', shows: { 'latest data': (value) => should(value).have.properties('did', 'attr') } },
    { press: 'account', shows: { account: (value) => should(value).have.properties('uid', 'username') } },
  ],
  '3 - Open API/02 - Latest data and control': [
    { press: 'read', shows: { 'latest data': (value) => should(value).have.properties('did', 'attr') } },
    { press: 'records', shows: { records: (value) => should(value).have.properties('type', 'timestamp') } },
    { press: 'light on', shows: { sent: (value) => should(value).eql({}) } },
  ],
  '3 - Open API/03 - Schedule': [
    { press: 'create', shows: { 'schedule id': (value) => should(value.id).be.a.String() } },
    { press: 'delete all', shows: { deleted: () => undefined } },
  ],
  '3 - Open API/04 - Share a device': [
    { press: 'share', shows: { 'share id': (value) => should(value).have.property('id') } },
    { press: 'accept', shows: { accepted: (value) => should(value).have.property('id') } },
    { press: 'messages', shows: { messages: (value) => should(value).be.an.Array() } },
    { press: 'devices', shows: { devices: list(1, 'did') } },
  ],
  '3 - Open API/05 - A rule': [
    { press: 'create', shows: { 'rule id': (value) => should(value).have.property('rule_id') } },
    { press: 'list', shows: { rules: list(1, 'rule_id', 'name') } },
    { press: 'delete all', shows: { deleted: () => undefined } },
  ],
  '3 - Open API/06 - Live state': [
    { press: 'light on', shows: { sent: () => undefined, report: (value) => should(value).have.property('light') } },
    { quiet: 'online, offline' },
    { quiet: 'bindings, frames' },
  ],
  '4 - Expeed/01 - Device, history and pushes': [
    { press: 'status', shows: { 'online?': has({ online: true, deviceStatus: 1 }) } },
    { press: 'current', shows: { values: (value) => should(value).have.properties('time', 'switch', 'room_temp') } },
    {
      press: 'switch on',
      shows: {
        result: (value) => should(value).have.properties({ success: true }).and.have.property('messageId'),
        pushes: has({ topic: 'result', deviceId: 'ex1001', payload: { success: true } }),
      },
    },
    { press: 'last 6 h', shows: { csv: text(/room_temp/) } },
  ],
  '4 - Expeed/02 - Device page and live list': [
    {
      ask: '/demo/expeed',
      look: (reply) =>
        reply.should
          .match(/<h1>ex1001<\/h1>/)
          .and.containEql('● online · 在线')
          .and.containEql('room_temp'),
    },
    {
      ask: '/demo/expeed/set',
      body: { set_temp: 24 },
      // Sent back to the page, which names the result and lists the pushes.
      look: (reply) => reply.should.match(/done · 成功/).and.match(/<li>.* ex1001 · result/),
      shows: {
        result: (value) => should(value).have.properties({ success: true }),
        pushes: (value) => should(value).be.an.Object(),
      },
    },
  ],
  // Where no broker is, nothing is confirmed; `npm run test:broker` runs these through one.
  '5 - Fleets/01 - Events to a broker': [{ quiet: 'confirmed' }, { quiet: 'received' }],
  '5 - Fleets/02 - Work shared behind a broker': [{ quiet: 'acknowledged' }],
};
