import should from 'should';
import { silentLogger } from '../../src/cloud/logger';
import type { WireRequest } from '../../src/cloud/reply';
import { ExpeedAccount } from '../../src/expeed/account';
import { type HistoryPage, type HistoryQuery, history } from '../../src/expeed/history';
import { Timestamps } from '../../src/expeed/timestamp';
import { type ScriptedAnswer, ScriptedSender } from '../support/scripted-sender';
import { VirtualClock } from '../support/virtual-clock';

const FIRST = Date.UTC(2017, 1, 13, 4);
const timestamps = new Timestamps('Asia/Shanghai');
const IDENTITY = { baseUrl: 'https://x', platformKey: 'pk', secretKey: 'secret-1' };

type Raw = Record<string, unknown>;

/** How a platform might page: what its document leaves open. */
interface Paging {
  /** Records of a page at most, whatever was asked for. */
  cap?: number;
  /** A page begins with the record that the last one ended with. */
  overlaps?: boolean;
  /** The last page has a cursor too. */
  cursorAtEnd?: boolean;
  /** The cursor is ignored: every page is the first one. */
  ignores?: boolean;
  /** Two pages follow each other for ever. */
  circles?: boolean;
}

describe('Expeed: history', () => {
  let clock: VirtualClock;
  let sender: ScriptedSender;
  let account: ExpeedAccount;

  beforeEach(() => {
    clock = new VirtualClock();
    sender = new ScriptedSender(clock, () => ({}));
    account = new ExpeedAccount({
      identity: IDENTITY,
      transport: sender,
      clock,
      log: silentLogger,
      settings: { timeoutMs: 30_000 },
    });
  });
  afterEach(() => account.close());

  const record = (index: number): Raw => ({ timestamp: timestamps.format(FIRST + index * 1000), v: index });
  const serve = (records: readonly Raw[], paging: Paging = {}): void => {
    sender.behave((request: WireRequest): ScriptedAnswer => {
      if (request.path.startsWith('/v1/platform'))
        return { body: { result_code: 0, access_token: 't', expires_in: 7200 } };
      const query = new URLSearchParams(request.path.split('?')[1]);
      const limit = Math.min(Number(query.get('limit') ?? 100), paging.cap ?? 6000);
      const ordered = query.get('first') === '1' ? records : [...records].reverse();
      const from = paging.ignores ? 0 : Number(query.get('cursor') ?? 1) - 1;
      const data = ordered.slice(from, from + limit);
      const end = from + data.length;
      const next = paging.circles ? (from === 0 ? end : 0) : paging.overlaps ? end - 1 : end;
      const more = paging.circles || paging.ignores || end < ordered.length || (paging.cursorAtEnd && data.length > 0);
      return { body: { result_code: 0, result_message: 'ok', ...(more ? { cursor: next + 1 } : {}), data } };
    });
  };
  const queries = (): URLSearchParams[] =>
    sender.paths.filter((path) => path.includes('/datapoints')).map((path) => new URLSearchParams(path.split('?')[1]));
  const collect = async (query: Partial<HistoryQuery> = {}): Promise<HistoryPage[]> => {
    const pages: HistoryPage[] = [];
    const work = (async () => {
      const full: HistoryQuery = { deviceId: 'd', deviceKey: 'k', order: 'desc', limit: 0, ...query };
      for await (const page of history(account, full, timestamps, { origin: 'n' })) pages.push(page);
    })();
    work.catch(() => undefined);
    await clock.advance(60_000);
    await work;
    return pages;
  };
  const values = (pages: HistoryPage[]): unknown[] => pages.flatMap(({ records }) => records.map(({ v }) => v));
  const count = (length: number): number[] => Array.from({ length }, (_, index) => index);

  const pagings: Record<string, Paging> = {
    'as the example shows': {},
    'with a cursor on the last page': { cursorAtEnd: true },
    'with pages that overlap by a record': { overlaps: true },
    'with overlaps and a cursor on the last page': { overlaps: true, cursorAtEnd: true },
    'with pages smaller than asked for': { cap: 7 },
    'with small pages that overlap': { cap: 7, overlaps: true, cursorAtEnd: true },
  };
  for (const [how, paging] of Object.entries(pagings)) {
    it(`brings every record once, in both orders, ${how}`, async () => {
      const records = count(2345).map(record);
      serve(records, paging);
      should(values(await collect({ order: 'asc' }))).eql(count(2345));
      should(values(await collect({ order: 'desc' }))).eql(count(2345).reverse());
    });

    it(`keeps to every limit ${how}`, async () => {
      serve(count(30).map(record), paging);
      for (const limit of [1, 2, 6, 7, 8, 13, 14, 15, 29, 30, 31]) {
        const pages = await collect({ order: 'asc', limit });
        should(values(pages)).eql(count(Math.min(limit, 30)));
        if (!paging.cursorAtEnd || limit !== 30) should(pages.at(-1)?.truncated === true).equal(limit < 30);
      }
    });
  }

  it('ends when a platform ignores the cursor, and when its cursors go round', async () => {
    serve(count(50).map(record), { ignores: true, cap: 20 });
    should(values(await collect({ order: 'asc' }))).eql(count(20));
    serve(count(50).map(record), { circles: true, cap: 20 });
    should(values(await collect({ order: 'asc' })).length).be.belowOrEqual(60);
  });

  it('answers nothing with one empty page', async () => {
    serve([]);
    const pages = await collect();
    should(pages).have.length(1);
    should(pages[0]?.records).eql([]);
  });

  it('keeps different records of one instant, also over the border of two pages', async () => {
    const records = count(20).map((v) => ({ timestamp: '2017-02-13T12-00-00-000', v }));
    serve(records, { cap: 6, overlaps: true });
    should(values(await collect({ order: 'asc' }))).eql(count(20));
  });

  it('asks as the document says: pairs of times in its notation, order, names', async () => {
    serve([record(0)]);
    const startMs = FIRST;
    await collect({ ids: ['xxx', 'yyy'], startMs, endMs: startMs + 3_600_000, order: 'asc', limit: 8 });
    should(Object.fromEntries(queries()[0] as URLSearchParams)).eql({
      id: 'xxx,yyy',
      start: '2017-02-13T12-00-00-000',
      end: '2017-02-13T13-00-00-000',
      first: '1',
      limit: '8',
    });
    await collect();
    should(Object.fromEntries(queries()[1] as URLSearchParams)).eql({ first: '0', limit: '1000' });
  });

  it('goes on from a cursor whose digits do not fit a number', async () => {
    const cursors: (string | null)[] = [];
    sender.behave((request) => {
      if (request.path.startsWith('/v1/platform'))
        return { body: { result_code: 0, access_token: 't', expires_in: 7200 } };
      const cursor = new URLSearchParams(request.path.split('?')[1]).get('cursor');
      cursors.push(cursor);
      return cursor === null
        ? {
            body: '{"result_code":0,"cursor":9223372036854775807,"data":[{"timestamp":"2017-02-13T12-00-00-000","v":1}]}',
          }
        : { body: { result_code: 0, cursor: 0, data: [{ timestamp: '2017-02-13T12-00-01-000', v: 2 }] } };
    });
    should(values(await collect())).eql([1, 2]);
    should(cursors).eql([null, '9223372036854775807']);
  });

  it('refuses half a pair of times before anything is sent', async () => {
    await should(collect({ startMs: FIRST })).be.rejectedWith({ code: 'GIZ_BAD_INPUT', message: /start.*end/ });
    should(sender.sent).be.empty();
  });

  it('refuses records that are none', async () => {
    sender.behave((request) =>
      request.path.startsWith('/v1/platform')
        ? { body: { result_code: 0, access_token: 't', expires_in: 7200 } }
        : { body: { result_code: 0, data: 'text' } },
    );
    await should(collect()).be.rejectedWith({ code: 'GIZ_BAD_RESPONSE', message: /data/ });
  });
});
