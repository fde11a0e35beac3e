import should from 'should';
import type { Call } from '../../src/gizwits/enterprise/call';
import { history, type LogQuery } from '../../src/gizwits/enterprise/history';
import type { Page } from '../../src/gizwits/enterprise/paging';
import { reply } from '../support/log-server';
import { VirtualClock } from '../support/virtual-clock';

const NOW = Date.UTC(2026, 0, 20, 8, 0, 0);
const records = Array.from({ length: 730 }, (_, n) => ({ ts: NOW / 1000 - 3000 + n, attrs: { n } }));

function query(more: Partial<LogQuery> = {}): LogQuery {
  const [clock, did] = [new VirtualClock(NOW), 'd'.repeat(22)];
  return {
    kind: 'data',
    did,
    startMs: NOW - 3_600_000,
    endMs: NOW,
    order: 'asc',
    limit: 0,
    clock,
    readAhead: true,
    ...more,
  };
}

/** A log of 730 records whose answers are given one by one, by hand. */
class SlowLog {
  readonly asked: number[] = [];
  readonly waiting: (() => void)[] = [];
  failing = Number.POSITIVE_INFINITY;

  /** @param lengths of pages by their position; 100 where there is none */
  constructor(
    private readonly lengths: Readonly<Record<number, number>> = {},
    private readonly waitedMs = 0,
  ) {}

  readonly call: Call = (_, { skip = 0, limit }) => {
    const from = Number(skip);
    this.asked.push(from);
    return new Promise((resolve, reject) => {
      this.waiting.push(() => {
        if (from >= this.failing) return reject(new Error(`page at ${from}`));
        const objects = records.slice(from, from + Math.min(Number(limit), this.lengths[from] ?? 100));
        resolve({ ...reply({ meta: { total: records.length }, objects }), waitedMs: this.waitedMs });
      });
    });
  };

  /** Answers whatever is asked, until the reader has ended. Returns how many calls were under way at most. */
  async serve(reading: Promise<unknown>): Promise<number> {
    let ended = false;
    let most = 0;
    const end = (): void => {
      ended = true;
    };
    reading.then(end, end);
    while (!ended) {
      most = Math.max(most, this.waiting.length);
      this.waiting.shift()?.();
      await new Promise(setImmediate);
    }
    return most;
  }
}

async function read(log: SlowLog, given: LogQuery, pages: Page[]): Promise<void> {
  for await (const page of history(log.call, given)) pages.push(page);
}

const numbers = (pages: Page[]) => pages.flatMap((page) => page.records).map((one) => (one.attrs as { n: number }).n);
const all = records.map((_, n) => n);

describe('history: pages asked for ahead', () => {
  it('are two, once a second page has come, and no call more than there are pages', async () => {
    const [log, pages] = [new SlowLog(), [] as Page[]];
    should(await log.serve(read(log, query(), pages))).equal(2);
    should(log.asked).eql([0, 100, 200, 300, 400, 500, 600, 700]);
    should(numbers(pages)).eql(all);
  });

  it('are thrown away where a page is shorter than the one before, and nothing is lost', async () => {
    const [log, pages] = [new SlowLog({ 300: 60 }), [] as Page[]];
    await log.serve(read(log, query(), pages));
    should(numbers(pages)).eql(all);
    should(log.asked.slice(0, 6)).eql([0, 100, 200, 300, 400, 360]);
  });

  it('are as long as the server makes them', async () => {
    const lengths = Object.fromEntries(records.map((_, n) => [n, 40]));
    const [log, pages] = [new SlowLog(lengths), [] as Page[]];
    await log.serve(read(log, query(), pages));
    should(numbers(pages)).eql(all);
    should(log.asked).have.length(19);
  });

  const none: [when: string, waitedMs: number, given: Partial<LogQuery>][] = [
    ['nobody collects', 0, { readAhead: false }],
    ['records are limited', 0, { limit: 650 }],
    ['calls wait for their turn', 900, {}],
  ];
  for (const [when, waitedMs, given] of none) {
    it(`are none where ${when}`, async () => {
      const [log, pages] = [new SlowLog({}, waitedMs), [] as Page[]];
      should(await log.serve(read(log, query(given), pages))).equal(1);
      should(numbers(pages)).eql(all.slice(0, given.limit));
    });
  }

  it('tell their failure after the pages before', async () => {
    const [log, pages] = [new SlowLog(), [] as Page[]];
    log.failing = 400;
    const reading = read(log, query(), pages);
    await log.serve(reading);
    await should(reading).be.rejectedWith('page at 400');
    should(numbers(pages)).eql(all.slice(0, 400));
  });
});
