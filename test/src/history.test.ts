import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import should from 'should';
import type { Call } from '../../src/gizwits/enterprise/call';
import { history, type LogQuery } from '../../src/gizwits/enterprise/history';
import type { Page } from '../../src/gizwits/enterprise/paging';
import { Seam } from '../../src/gizwits/enterprise/seam';
import { type LogRecord, logServer, reply } from '../support/log-server';
import { VirtualClock } from '../support/virtual-clock';

const DAY = 86_400;
const NOW = Date.UTC(2026, 0, 20, 8, 0, 0);
const NOW_S = NOW / 1000;

function query(more: Partial<LogQuery> = {}): LogQuery {
  const clock = new VirtualClock(NOW);
  return {
    kind: 'data',
    did: 'd'.repeat(22),
    startMs: NOW - 9 * DAY * 1000,
    endMs: NOW,
    order: 'asc',
    limit: 0,
    clock,
    ...more,
  };
}

async function pagesOf(call: Call, given: LogQuery): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of history(call, given)) pages.push(page);
  return pages;
}

async function recordsOf(call: Call, given: LogQuery): Promise<LogRecord[]> {
  return (await pagesOf(call, given)).flatMap((page) => page.records);
}

const numbers = (records: LogRecord[]) => records.map((record) => (record.attrs as { n: number }).n);
const data = (ts: number, n: number): LogRecord => ({ ts, attrs: { n } });

describe('history: windows and pages', () => {
  it('gives every record once and in order, whatever of the undocumented a server does', async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
    const chance = new VirtualClock(0, seed);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(chance.random() * values.length)];
    for (let round = 0; round < 150; round++) {
      const order = pick(['asc', 'desc'] as const);
      const kind = pick(['data', 'cmd'] as const);
      const start = NOW_S - Math.floor(chance.random() * 9 * DAY) - 1;
      const end = start + Math.floor(chance.random() * (NOW_S - start + 1));
      // Times crowd where windows may be cut from either side, and at the ends of the range.
      const near = [
        start,
        end,
        start + 172_799,
        end - 172_799,
        start + 2 * 172_799,
        end - 2 * 172_799,
        start - 1,
        end + 1,
      ];
      const records: LogRecord[] = [];
      const many = Math.floor(chance.random() * 700);
      for (let n = 0; n < many; n++) {
        const second = chance.random() < 0.4 ? pick(near) : start + Math.floor(chance.random() * (end - start + 1));
        if (kind === 'data') records.push(data(second, n));
        else {
          const timestamp = second + pick([0, 0, 0.001, 0.5, 0.999]);
          records.push({ timestamp, type: 'dev2app', payload: '00', attrs: { n } });
        }
      }
      const options = {
        records,
        paging: pick(['context', 'meta.context', 'skip'] as const),
        endCounts: pick([true, false]),
        wholeSeconds: pick([true, false]),
        cap: pick([100, 100, 7]),
        sameContext: pick([true, false]),
        nextBesideContext: pick([true, false]),
      };
      const about = `SEED=${seed} round ${round}: ${JSON.stringify({ kind, order, start, end, ...options, records: many })}`;
      const given = await recordsOf(
        logServer(options).call,
        query({ kind, order, startMs: start * 1000, endMs: end * 1000, pageLimit: pick([100, 20, 3]) }),
      );

      const timeOf = (record: LogRecord) => Number(record.timestamp ?? record.ts);
      const expected = records.filter((record) => {
        const time = timeOf(record);
        const last = Math.max(end, start + 1);
        return time >= start && time <= end && (options.endCounts || time < last);
      });
      // A range that ends within the last minute leaves its last second to the cloud.
      const extra = NOW_S - end < 60 ? given.filter((record) => timeOf(record) > end) : [];
      should(extra.every((record) => timeOf(record) < end + 1)).be.true(about);
      const inRange = given.filter((record) => !extra.includes(record));
      should(numbers(inRange).sort((a, b) => a - b)).eql(
        numbers(expected).sort((a, b) => a - b),
        about,
      );
      for (let index = 1; index < given.length; index++) {
        const step = timeOf(given[index]) - timeOf(given[index - 1]);
        should(order === 'asc' ? step >= 0 : step <= 0).be.true(`${about}: order at ${index}`);
      }
    }
  });

  it('asks for windows that the API takes: whole seconds, shorter than two days, without gaps', async () => {
    for (const order of ['asc', 'desc'] as const) {
      const server = logServer({ records: [], paging: 'context', endCounts: true });
      await pagesOf(server.call, query({ order, startMs: NOW - 5 * DAY * 1000 - 300, endMs: NOW - 700 }));
      const windows = server.requests.map(({ start_ts, end_ts }) => [Number(start_ts), Number(end_ts)]);
      windows.sort((a, b) => a[0] - b[0]);
      windows[0][0].should.equal(NOW_S - 5 * DAY - 1);
      windows[windows.length - 1][1].should.equal(NOW_S);
      windows.length.should.equal(3);
      for (const [from, to] of windows) (to - from).should.be.within(1, 172_799);
      for (let index = 1; index < windows.length; index++) windows[index][0].should.equal(windows[index - 1][1]);
      server.requests.every(({ sort, limit }) => sort === order && limit === 100).should.be.true();
    }
  });

  it('reads exactly two days in two windows and less in one', async () => {
    const server = logServer({ records: [], paging: 'context', endCounts: true });
    await pagesOf(server.call, query({ startMs: NOW - 2 * DAY * 1000 }));
    server.requests.length.should.equal(2);
    await pagesOf(server.call, query({ startMs: NOW - 2 * DAY * 1000 + 1000 }));
    server.requests.length.should.equal(3);
  });

  it('takes the end in the future as now, and asks nothing about the future', async () => {
    const server = logServer({ records: [data(NOW_S - 5, 1)], paging: 'context', endCounts: true });
    const records = await recordsOf(server.call, query({ startMs: NOW - 60_000, endMs: NOW + 9e9 }));
    numbers(records).should.eql([1]);
    should(server.requests[0].end_ts).equal(NOW_S);
    (await pagesOf(server.call, query({ startMs: NOW + 1, endMs: NOW + 9e9 }))).should.eql([]);
    server.requests.length.should.equal(1);
  });

  it('refuses a start after the end before anything is sent', async () => {
    const server = logServer({ records: [], paging: 'context', endCounts: true });
    await pagesOf(server.call, query({ startMs: NOW - 1, endMs: NOW - 2 })).should.be.rejectedWith({
      code: 'GIZ_BAD_INPUT',
      textKey: 'errors.input.order',
      outcome: 'not-sent',
    });
    for (const more of [{ limit: -1 }, { limit: 1.5 }, { pageLimit: 0 }, { pageLimit: 101 }]) {
      await pagesOf(server.call, query(more)).should.be.rejectedWith({ code: 'GIZ_BAD_INPUT' });
    }
    server.requests.length.should.equal(0);
  });

  it('counts both ends in, to the millisecond where records have them', async () => {
    const start = NOW_S - 3600;
    const cmd = (timestamp: number, n: number) => ({ timestamp, type: 'app2dev', payload: '', attrs: { n } });
    const records = [cmd(start + 0.1, 0), cmd(start + 0.3, 1), cmd(start + 10.25, 2), cmd(start + 10.75, 3)];
    const server = logServer({ records, paging: 'context', endCounts: true });
    const range = { startMs: start * 1000 + 300, endMs: start * 1000 + 10_250 };
    numbers(await recordsOf(server.call, query({ kind: 'cmd', ...range }))).should.eql([1, 2]);
    // A data record of a second may belong to any instant of it.
    const whole = logServer({ records: [data(start - 1, 0), data(start, 1)], paging: 'context', endCounts: true });
    numbers(await recordsOf(whole.call, query(range))).should.eql([1]);
  });

  it('reads on over more equal seconds at a border than a page holds', async () => {
    for (const order of ['asc', 'desc'] as const) {
      for (const paging of ['context', 'skip'] as const) {
        const start = NOW_S - 4 * DAY;
        const border = order === 'asc' ? start + 172_799 : NOW_S - 172_799;
        const records = Array.from({ length: 350 }, (_, n) => data(border, n));
        records.push(data(border - 1, 350), data(border + 1, 351));
        const server = logServer({ records, paging, endCounts: true });
        const given = await recordsOf(server.call, query({ order, startMs: start * 1000 }));
        given.length.should.equal(352);
        new Set(numbers(given)).size.should.equal(352);
      }
    }
  });

  it('keeps equal records of one page, and gives those of a seam once', async () => {
    const border = NOW_S - 4 * DAY + 172_799;
    const twice = [data(border - 50, 1), data(border - 50, 1), data(border, 2), data(border, 2), data(border, 3)];
    const server = logServer({ records: twice, paging: 'context', endCounts: true });
    numbers(await recordsOf(server.call, query({ startMs: NOW - 4 * DAY * 1000 }))).should.eql([1, 1, 2, 2, 3]);
  });

  it('works through the change of clocks and the leap day by the seconds of the epoch', async () => {
    for (const middle of [Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 9, 25, 1), Date.UTC(2028, 1, 29, 12)]) {
      const from = middle / 1000 - 2 * DAY;
      const records = Array.from({ length: 97 }, (_, n) => data(from + n * 3600, n));
      const clock = new VirtualClock(middle + 10 * DAY * 1000);
      const server = logServer({ records, paging: 'meta.context', endCounts: false });
      const range = { startMs: from * 1000, endMs: (from + 97 * 3600) * 1000, clock };
      numbers(await recordsOf(server.call, query(range))).should.eql(records.map((_, n) => n));
    }
  });
});

describe('history: where pages lead', () => {
  const records = Array.from({ length: 250 }, (_, n) => data(NOW_S - 3000 + n, n));
  const range = { startMs: NOW - 3_600_000 };

  it('follows a context in either place, and skip where there is none', async () => {
    for (const paging of ['context', 'meta.context', 'skip'] as const) {
      const server = logServer({ records, paging, endCounts: true });
      const pages = await pagesOf(server.call, query(range));
      pages.map((page) => page.records.length).should.eql([100, 100, 50]);
      pages.map((page) => page.last ?? false).should.eql([false, false, true]);
      pages.map((page) => page.page).should.eql([1, 2, 3]);
      pages.every((page) => page.total === 250 && page.truncated === undefined).should.be.true();
      const positions = server.requests.map(({ skip, context }) => [skip, context !== undefined]);
      positions.should.eql(
        paging === 'skip'
          ? [
              [undefined, false],
              [100, false],
              [200, false],
            ]
          : [
              [undefined, false],
              [undefined, true],
              [undefined, true],
            ],
      );
    }
  });

  it('prefers the context to next, and ends when the context ends although next remains', async () => {
    const seen: unknown[] = [];
    const call: Call = async (_, params) => {
      seen.push(params.context ?? params.skip ?? null);
      const first = params.context === undefined;
      const meta = { total: 4, next: '/v1/products/pk/devices/d/data?skip=2' };
      return reply({ meta, context: first ? 'more' : '', objects: records.slice(first ? 0 : 2, first ? 2 : 4) });
    };
    numbers(await recordsOf(call, query(range))).should.eql([0, 1, 2, 3]);
    seen.should.eql([null, 'more']);
  });

  it('goes on with a context that stays the same while records come', async () => {
    const server = logServer({ records, paging: 'context', endCounts: true, sameContext: true });
    const pages = await pagesOf(server.call, query(range));
    pages.flatMap((page) => numbers(page.records)).should.eql(records.map((_, n) => n));
    should(pages[2].truncated).be.undefined();
  });

  const circles: [string, (calls: number) => { body: object }, number, number][] = [
    [
      'one page for ever under one context',
      () => ({ body: { context: 'same', objects: records.slice(0, 100) } }),
      100,
      2,
    ],
    [
      'one page for ever under new contexts',
      (calls) => ({ body: { meta: { context: `c${calls}` }, objects: records.slice(0, 100) } }),
      100,
      2,
    ],
    [
      'the first page for every skip',
      () => ({ body: { meta: { total: 250, next: '/v1/next' }, objects: records.slice(0, 100) } }),
      100,
      2,
    ],
    [
      'two pages in turn',
      (calls) => {
        const from = calls % 2 === 1 ? 0 : 100;
        return { body: { context: `c${calls % 2}`, objects: records.slice(from, from + 100) } };
      },
      200,
      3,
    ],
  ];
  for (const [what, answer, given, calls] of circles) {
    it(`ends with a server that sends ${what}, and says that it was cut short`, async () => {
      let made = 0;
      const call: Call = async () => reply(answer(++made).body);
      const pages = await pagesOf(call, query(range));
      numbers(pages.flatMap((page) => page.records)).should.eql(records.slice(0, given).map((_, n) => n));
      made.should.equal(calls);
      should(pages[pages.length - 1]).have.properties({ last: true, truncated: true });
    });
  }

  it('ends with a circle too long to be remembered page by page', async () => {
    let made = 0;
    const call: Call = async () => {
      const n = made++ % 700;
      return reply({ context: `c${n}`, objects: [data(NOW_S - 3000 + n, n)] });
    };
    await recordsOf(call, query(range));
    made.should.be.within(701, 2800);
  });

  it('is not cut short by a server that repeats its only page but had announced no more', async () => {
    const call: Call = async () => reply({ context: 'x', meta: { total: 2 }, objects: records.slice(0, 2) });
    const pages = await pagesOf(call, query(range));
    numbers(pages.flatMap((page) => page.records)).should.eql([0, 1]);
    should(pages[1]).have.property('last', true).and.not.have.property('truncated');
  });

  it('ends with an empty page even under a context', async () => {
    let made = 0;
    const call: Call = async () => {
      made++;
      return reply({ context: 'x', objects: made === 1 ? records.slice(0, 3) : [] });
    };
    numbers(await recordsOf(call, query(range))).should.eql([0, 1, 2]);
    made.should.equal(2);
  });

  it('gives nothing twice from a server that ignores the window', async () => {
    const call: Call = async () => reply({ objects: records, meta: { next: null } });
    numbers(await recordsOf(call, query({ startMs: NOW - 7 * DAY * 1000 }))).should.eql(records.map((_, n) => n));
  });

  it('refuses an answer without a list of records', async () => {
    for (const body of [{}, { objects: {} }, { objects: [1] }, [], null, 'x']) {
      await pagesOf(async () => reply(body), query(range)).should.be.rejectedWith({ code: 'GIZ_BAD_RESPONSE' });
    }
  });

  it('is not upset by a record nested without end, nor by the order of its names', async () => {
    const deep = JSON.parse(`{"ts":${NOW_S - 5},"attrs":${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
    const one = { ts: NOW_S - 4, attrs: { a: 1, b: [2] } };
    const turned = { attrs: { b: [2], a: 1 }, ts: NOW_S - 4 };
    let made = 0;
    const call: Call = async () => ({
      ...reply({}),
      body: { objects: made++ ? [turned] : [deep, one], context: made === 1 ? 'x' : '' },
    });
    (await recordsOf(call, query({ startMs: NOW - 60_000 }))).should.have.length(2);
  });

  it('gives up a context that has aged while the consumer took its time, and loses nothing', async () => {
    for (const order of ['asc', 'desc'] as const) {
      for (const endCounts of [true, false]) {
        const clock = new VirtualClock(NOW);
        // Ten records a second, so that the second at which the listing stands is read in part.
        const crowd = Array.from({ length: 450 }, (_, n) => data(NOW_S - 3000 + Math.floor(n / 10), n));
        const server = logServer({ records: crowd, paging: 'context', endCounts, now: () => clock.now() });
        const given: number[] = [];
        const wanted = query({ order, startMs: NOW - 3_600_000, clock, pageLimit: 95 });
        for await (const page of history(server.call, wanted)) {
          given.push(...numbers(page.records));
          await clock.advance(61 * 60_000);
        }
        given.length.should.equal(450);
        new Set(given).size.should.equal(450);
      }
    }
  });
});

describe('history: limit, abort and memory', () => {
  it('gives exactly the limit, in the middle of a page or at its end, and says that there may be more', async () => {
    const records = Array.from({ length: 250 }, (_, n) => data(NOW_S - 3000 + n, n));
    for (const [limit, calls] of [
      [1, 1],
      [99, 1],
      [100, 1],
      [101, 2],
      [249, 3],
      [250, 3],
      [300, 3],
    ]) {
      const server = logServer({ records, paging: 'context', endCounts: true });
      const pages = await pagesOf(server.call, query({ startMs: NOW - 3_600_000, limit }));
      const given = pages.flatMap((page) => page.records);
      given.length.should.equal(Math.min(limit, 250));
      server.requests.length.should.equal(calls, `calls for ${limit}`);
      const last = pages[pages.length - 1];
      should(last.last).be.true();
      should(last.truncated ?? false).equal(limit < 250, `truncated at ${limit}`);
    }
  });

  it('does not ask for less than a page where datapoints are filtered', async () => {
    const records = Array.from({ length: 150 }, (_, n) => ({
      ts: NOW_S - 3000 + n,
      attrs: n % 3 ? { a: n } : { n, a: 0 },
    }));
    const server = logServer({ records, paging: 'context', endCounts: true });
    const given = await recordsOf(server.call, query({ startMs: NOW - 3_600_000, limit: 5, attrs: ['n'] }));
    numbers(given).should.eql([0, 3, 6, 9, 12]);
    server.requests.map(({ limit }) => limit).should.eql([100]);
  });

  it('makes no further call once aborted', async () => {
    const records = Array.from({ length: 250 }, (_, n) => data(NOW_S - 3000 + n, n));
    const server = logServer({ records, paging: 'context', endCounts: true });
    const aborter = new AbortController();
    const reading = (async () => {
      for await (const _ of history(server.call, query({ signal: aborter.signal }))) aborter.abort();
    })();
    await reading.should.be.rejectedWith({ code: 'GIZ_CLOSED' });
    server.requests.length.should.equal(1);
  });

  it('hands its signal to the call', async () => {
    const { signal } = new AbortController();
    let given: unknown;
    const call: Call = async (_, __, options) => {
      given = options?.signal;
      return reply({ objects: [] });
    };
    await pagesOf(call, query({ startMs: NOW - 1000, signal }));
    should(given).equal(signal);
  });

  it('passes on what a call throws, after the pages before it', async () => {
    let made = 0;
    const failure = new Error('refused');
    const call: Call = async () => {
      if (++made > 1) throw failure;
      return reply({ context: 'x', objects: [data(NOW_S - 10, 1)] });
    };
    const given: LogRecord[] = [];
    const reading = (async () => {
      for await (const page of history(call, query({ startMs: NOW - 60_000 }))) given.push(...page.records);
    })();
    await reading.should.be.rejectedWith(failure);
    numbers(given).should.eql([1]);
  });

  it('streams 100 000 records of ten days, each once and in order, in flat memory', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const first = NOW_S - 10 * DAY;
    const total = 100_000;
    // Computed, not stored: n-th record at a fixed distance, two of three in a second shared with a neighbour.
    const second = (n: number) => first + Math.floor((n * 10 * DAY) / total / 26) * 26;
    const indexFrom = (at: number) => {
      let [low, high] = [0, total];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (second(middle) < at) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    const call: Call = async (_, params) => {
      const [start, end] = [Number(params.start_ts), Number(params.end_ts)];
      if (end - start >= 172_800) throw new Error('5002');
      const begin = params.context === undefined ? indexFrom(start) : Number(params.context);
      const stop = indexFrom(end + 1);
      const objects = [];
      for (let n = begin; n < Math.min(begin + 100, stop); n++) objects.push(data(second(n), n));
      return reply({ meta: { context: begin + 100 < stop ? String(begin + 100) : '' }, objects });
    };
    let next = 0;
    let pages = 0;
    let early = 0;
    for await (const page of history(call, query({ startMs: first * 1000 }))) {
      for (const n of numbers(page.records)) n.should.equal(next++);
      pages++;
      if (pages === 100 || pages === 1000) {
        collect();
        const used = process.memoryUsage().heapUsed;
        if (pages === 100) early = used;
        else (used - early).should.be.below(1_000_000);
      }
    }
    next.should.equal(total);
    pages.should.be.within(1000, 1010);
  });
});

describe('history: the seam', () => {
  const at = (second: number, ...keys: string[]) => keys.map((key) => ({ key, second }));

  it('counts equal records: what came once is held back once', () => {
    const seam = new Seam();
    seam.admit(at(5, 'a', 'a', 'b')).should.eql([true, true, true]);
    seam.admit(at(5, 'a', 'b', 'a', 'a', 'b')).should.eql([false, false, false, true, true]);
  });

  it('remembers the page before, and older ones only of the second at which the listing stands', () => {
    const seam = new Seam();
    seam.admit(at(5, 'a'));
    seam.admit(at(5, 'b'));
    seam.admit(at(5, 'a')).should.eql([false]);
    seam.admit([...at(5, 'c'), ...at(6, 'd')]);
    seam.admit(at(6, 'e'));
    seam.admit(at(6, 'b', 'd')).should.eql([true, false]);
    for (let second = 7; second < 1000; second++) seam.admit(at(second, 'x', 'y'));
    seam.size.should.be.below(5);
  });

  it('asks for the content of records only where pages meet', () => {
    const asked: number[] = [];
    const record = (second: number) => ({
      second,
      get key() {
        asked.push(second);
        return `at ${second}`;
      },
    });
    const seam = new Seam();
    seam.admit([1, 2, 3].map(record)).should.eql([true, true, true]);
    seam.admit([4, 5, 6].map(record)).should.eql([true, true, true]);
    asked.should.eql([]);
    seam.admit([6, 7, 8].map(record)).should.eql([false, true, true]);
    asked.should.eql([6, 6]);
  });
});

describe('history: records', () => {
  const at = { startMs: Date.UTC(2018, 0, 31, 7), endMs: Date.UTC(2018, 0, 31, 8) };

  it("reads the documents' own vector: the message and the datapoints of one instant", async () => {
    const attrs = { switch: 1, mode: '制冷', fan_speed: '低风', fan_swing: 0, set_temp: 16, room_temp: -10 };
    const frame = '000000030b0000910401000010000000';
    const server = logServer({ records: [{ ts: 1517384243, attrs }], paging: 'context', endCounts: true });
    (await recordsOf(server.call, query(at))).should.eql([{ ts: 1517384243, attrs, time: '2018-01-31T07:37:23.000Z' }]);
    const log = [{ timestamp: 1517384243.044, type: 'dev2app', payload: frame }];
    const commands = logServer({ records: log, paging: 'context', endCounts: true });
    const [record] = await recordsOf(commands.call, query({ kind: 'cmd', ...at }));
    const bytes = Buffer.from([0, 0, 0, 3, 0x0b, 0, 0, 0x91, 4, 1, 0, 0, 0x10, 0, 0, 0]);
    record.should.eql({ ...log[0], time: '2018-01-31T07:37:23.044Z', bytes });
    should(commands.requests[0].operation).equal('device.commands');
  });

  async function one(kind: LogQuery['kind'], record: LogRecord, more: Partial<LogQuery> = {}): Promise<LogRecord> {
    const call: Call = async () => reply({ objects: [record] });
    return (await recordsOf(call, query({ kind, ...at, ...more })))[0];
  }

  it('reads a payload in base64 where it is a frame, and tolerates one that is neither', async () => {
    const frame = Buffer.from('0000000309000090010101000010', 'hex');
    const timestamp = 1517384252.294;
    const coded = await one('cmd', { timestamp, payload: frame.toString('base64') });
    (coded.bytes as Buffer).equals(frame).should.be.true();
    const upper = await one('cmd', { timestamp, payload: '00AB' });
    should(upper.bytes).eql(Buffer.from([0, 0xab]));
    const list = await one('cmd', { timestamp, payload: [1, 255] });
    should(list.bytes).eql(Buffer.from([1, 255]));
    for (const payload of ['xyz', '000', 'AAA=', null, undefined, { a: 1 }, [256]]) {
      should(await one('cmd', { timestamp, payload })).not.have.property('bytes');
    }
  });

  it('reads the payload of coming and going as an object, also from text', async () => {
    const payload = { duration: 1391, reason: 'no_heartbeat' };
    const timestamp = 1517384124.229;
    const object = { timestamp, type: 'dev_offline', payload };
    (await one('online', object)).should.eql({ ...object, time: '2018-01-31T07:35:24.229Z' });
    should((await one('online', { ...object, payload: JSON.stringify(payload) })).payload).eql(payload);
    should((await one('online', { ...object, payload: 'gone' })).payload).equal('gone');
    should((await one('online', { ...object, payload: '1' })).payload).equal('1');
  });

  it('keeps the named datapoints and leaves out records with none of them', async () => {
    const record = { ts: 1517384243, attrs: JSON.parse('{"a":0,"b":null,"__proto__":{"c":1}}') };
    const kept = await one('data', record, { attrs: ['b', '__proto__', 'c', 'toString'] });
    should(kept.attrs).eql({ b: null });
    should(await one('data', record, { attrs: ['__proto__', 'toString', 'x'] })).be.undefined();
  });

  it('keeps a record whose time cannot be read, without a time', async () => {
    (await one('data', { attrs: { a: 1 } })).should.eql({ attrs: { a: 1 } });
    (await one('data', { ts: 'soon', attrs: {} })).should.eql({ ts: 'soon', attrs: {} });
    should((await one('cmd', { timestamp: 1517384243.9996, payload: '' })).time).equal('2018-01-31T07:37:23.999Z');
    should((await one('data', { ts: '1517384243', attrs: {} })).time).equal('2018-01-31T07:37:23.000Z');
    should((await one('data', { ts: 1517384243000, attrs: {} })).time).equal('2018-01-31T07:37:23.000Z');
  });
});
