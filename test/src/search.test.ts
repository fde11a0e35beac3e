import should from 'should';
import type { Call } from '../../src/gizwits/enterprise/call';
import type { ApiRecord, Page } from '../../src/gizwits/enterprise/paging';
import { type SearchQuery, search } from '../../src/gizwits/enterprise/search';
import { reply } from '../support/log-server';
import { VirtualClock } from '../support/virtual-clock';

interface ListServer {
  call: Call;
  requests: Record<string, unknown>[];
}

/** A skip-paged listing (#4, #5, #8) as the documents show it: 20 records by default, `next` a relative URL or null. */
function listServer(
  list: () => ApiRecord[],
  options: { cap?: number; total?: boolean; next?: boolean; before?: (call: number) => void } = {},
): ListServer {
  const requests: Record<string, unknown>[] = [];
  const call: Call = async (operation, params) => {
    options.before?.(requests.length);
    requests.push({ operation, ...params });
    const { limit = 20, skip = 0 } = params as { limit?: number; skip?: number };
    const all = list();
    const size = Math.min(limit, options.cap ?? 1000);
    const objects = all.slice(skip, skip + size);
    const more = skip + size < all.length;
    const meta: Record<string, unknown> = { skip, limit: size, previous: null };
    if (options.total !== false) meta.total = all.length;
    if (options.next !== false)
      meta.next = more ? `/v1/products/pk/devices/search?skip=${skip + size}&limit=${size}` : null;
    return reply({ meta, objects });
  };
  return { call, requests };
}

const devices = (count: number, from = 0): ApiRecord[] =>
  Array.from({ length: count }, (_, n) => ({ did: `d${from + n}`, mac: 'm', is_online: false }));

async function pagesOf(call: Call, more: Partial<SearchQuery> = {}): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of search(call, { operation: 'devices.search', limit: 0, ...more })) pages.push(page);
  return pages;
}

const didsOf = (pages: Page[]) => pages.flatMap((page) => page.records.map(({ did }) => did));

describe('search: pages', () => {
  it('reads all in pages of a hundred and knows the last', async () => {
    for (const count of [0, 1, 99, 100, 101, 250, 300]) {
      const server = listServer(() => devices(count));
      const pages = await pagesOf(server.call);
      didsOf(pages).should.eql(devices(count).map(({ did }) => did));
      server.requests.length.should.equal(Math.max(1, Math.ceil(count / 100)));
      server.requests.map(({ skip }) => skip).should.eql(server.requests.map((_, n) => n * 100));
      server.requests.every(({ limit, operation }) => limit === 100 && operation === 'devices.search').should.be.true();
      pages
        .map((page) => page.last ?? false)
        .indexOf(true)
        .should.equal(pages.length - 1);
      pages.every((page) => page.total === count && page.truncated === undefined).should.be.true();
      pages.map(({ page }) => page).should.eql(pages.map((_, n) => n + 1));
    }
  });

  it('gives exactly the limit and asks for no more than that', async () => {
    for (const [limit, asked] of [
      [1, [1]],
      [100, [100]],
      [150, [100, 50]],
      [250, [100, 100, 50]],
      [400, [100, 100, 100]],
    ] as const) {
      const server = listServer(() => devices(250));
      const pages = await pagesOf(server.call, { limit });
      didsOf(pages).length.should.equal(Math.min(limit, 250));
      server.requests.map((request) => request.limit).should.eql([...asked]);
      should(pages[pages.length - 1].truncated ?? false).equal(limit < 250);
    }
  });

  it('cuts a page in its middle when the server sends more than it was asked for', async () => {
    const call: Call = async () => reply({ meta: { next: null }, objects: devices(30) });
    const [page] = await pagesOf(call, { limit: 7 });
    page.records.length.should.equal(7);
    page.should.have.properties({ last: true, truncated: true });
  });

  it('moves on by what came where the server sends less than it was asked for', async () => {
    const server = listServer(() => devices(250), { cap: 20 });
    didsOf(await pagesOf(server.call)).should.eql(devices(250).map(({ did }) => did));
    server.requests.map(({ skip }) => skip).should.eql(Array.from({ length: 13 }, (_, n) => n * 20));
  });

  it('ends by whatever the server tells: next, the total, or a page that is not full', async () => {
    for (const options of [{ total: false }, { next: false }, { total: false, next: false }]) {
      const server = listServer(() => devices(250), options);
      didsOf(await pagesOf(server.call)).length.should.equal(250);
      server.requests.length.should.equal(3);
    }
    const full = listServer(() => devices(200), { total: false, next: false });
    didsOf(await pagesOf(full.call)).length.should.equal(200);
    full.requests.length.should.equal(3);
  });

  it('does not loop with a server that ignores skip', async () => {
    for (const meta of [{ total: 250, next: '/v1/next' }, { next: '/v1/next' }, {}]) {
      let made = 0;
      const call: Call = async () => {
        made++;
        return reply({ meta, objects: devices(100) });
      };
      const pages = await pagesOf(call);
      didsOf(pages).length.should.equal(100);
      made.should.equal(2);
      should(pages[1]).have.properties({ last: true, truncated: true });
    }
  });

  it('does not loop with a server that goes round in circles, nor with totals that sway', async () => {
    let made = 0;
    const sway: Call = async () =>
      reply({ meta: { total: 500 - (made++ % 3), next: '/v1/next' }, objects: devices(100) });
    didsOf(await pagesOf(sway)).length.should.equal(100);
    made.should.be.below(10);
    made = 0;
    const circle: Call = async () => {
      const from = (made++ % 30) * 100;
      return reply({ meta: { next: '/v1/next' }, objects: devices(100, from) });
    };
    didsOf(await pagesOf(circle)).length.should.equal(3000);
    made.should.equal(31);
    made = 0;
    const falling: Call = async () =>
      reply({ meta: { total: 1000 - made++, next: '/v1/next' }, objects: devices(100) });
    didsOf(await pagesOf(falling)).length.should.equal(100);
    made.should.be.below(10);
  });

  it('gives 100 000 records once, and remembers the ids of the last pages only', async () => {
    const last = 100_000;
    const call: Call = async (_, { limit, skip }) => {
      const from = Number(skip);
      const objects = devices(Math.min(Number(limit), last - from), from);
      // One comes back at once, within what is remembered, and one long after.
      if (from === 99_900) objects.push({ did: 'd99800' }, { did: 'd0' });
      return reply({ meta: { total: last, next: '/v1/next' }, objects });
    };
    let next = 0;
    const extra: unknown[] = [];
    for await (const page of search(call, { operation: 'devices.search', limit: 0 })) {
      for (const { did } of page.records) {
        if (next < last) should(did).equal(`d${next++}`);
        else extra.push(did);
      }
    }
    next.should.equal(last);
    extra.should.eql(['d0']);
  });

  it('refuses an answer without a list of records', async () => {
    await pagesOf(async () => reply({ meta: {} })).should.be.rejectedWith({ code: 'GIZ_BAD_RESPONSE' });
  });

  it('makes no further call once aborted', async () => {
    const server = listServer(() => devices(250));
    const aborter = new AbortController();
    const reading = (async () => {
      for await (const _ of search(server.call, { operation: 'devices.search', limit: 0, signal: aborter.signal })) {
        aborter.abort();
      }
    })();
    await reading.should.be.rejectedWith({ code: 'GIZ_CLOSED' });
    server.requests.length.should.equal(1);
  });
});

describe('search: a list that lives', () => {
  it('drops by its id what has moved to a later page', async () => {
    let list = devices(250);
    const server = listServer(() => list, {
      before: (call) => {
        if (call > 0) list = [{ did: `new${call}` }, ...list.map((device) => ({ ...device, is_online: true }))];
      },
    });
    const dids = didsOf(await pagesOf(server.call));
    dids.should.eql(devices(250).map(({ did }) => did));
  });

  it('loses nothing when records go, and gives nothing twice', async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
    const chance = new VirtualClock(0, seed);
    for (let round = 0; round < 200; round++) {
      let list = devices(Math.floor(chance.random() * 600));
      const gone = new Set<unknown>();
      const pageSize = [10, 37, 100][Math.floor(chance.random() * 3)];
      const often = chance.random();
      let shrinks = 0;
      const server = listServer(() => list, {
        before: (call) => {
          // Never more often in a row than the listing steps back.
          shrinks = call > 0 && chance.random() < often && shrinks < 3 ? shrinks + 1 : 0;
          if (shrinks === 0) return;
          const many = Math.floor((chance.random() * (pageSize - 1)) / 3) + 1;
          for (let n = 0; n < many && list.length > 0; n++) {
            const [out] = list.splice(Math.floor(chance.random() * list.length), 1);
            gone.add(out.did);
          }
          list = [...list];
        },
      });
      const dids = didsOf(await pagesOf(server.call, { pageSize }));
      const about = `SEED=${seed} round ${round}`;
      new Set(dids).size.should.equal(dids.length, about);
      for (const { did } of list) should(dids.includes(did)).be.true(`${about}: ${did} is missing`);
      server.requests.length.should.be.below(400);
    }
  });

  it('keeps what repeats inside one page', async () => {
    const call: Call = async () => reply({ meta: { next: null }, objects: [...devices(2), ...devices(1)] });
    didsOf(await pagesOf(call)).should.eql(['d0', 'd1', 'd0']);
  });

  it("knows users by uid, and the reports' devices by day", async () => {
    const users = Array.from({ length: 150 }, (_, n) => ({ uid: `u${n}`, name: null }));
    const shifted = (list: ApiRecord[]) => listServer(() => list, { cap: 100 });
    let calls = 0;
    const overlapping: Call = async (operation, params) =>
      shifted(users).call(operation, { ...params, skip: Math.max(0, Number(params.skip) - 10 * calls++) });
    (await pagesOf(overlapping, { operation: 'product.users' }))
      .flatMap((page) => page.records)
      .should.have.length(150);

    const days = Array.from({ length: 150 }, (_, n) => ({
      report_date: `2017-12-${10 + Math.floor(n / 10)}`,
      mac: `m${n % 10}`,
    }));
    days[3] = { report_date: '2017-12-10', mac: undefined, device_sn: 'ble' } as never;
    const records = (await pagesOf(shifted(days).call, { operation: 'report.active', pageSize: 10 })).flatMap(
      (p) => p.records,
    );
    records.should.have.length(150);
  });
});

describe('search: filters', () => {
  it("go by the API's names, booleans as 1 and 0, blanks not at all", async () => {
    const server = listServer(() => []);
    const filters = {
      is_online: true,
      is_faulty: false,
      gid: '',
      country: null,
      city: undefined,
      type: 'mac',
      val: 'ab',
    };
    await pagesOf(server.call, { filters });
    const [{ operation, limit, skip, ...sent }] = server.requests;
    sent.should.eql({ is_online: 1, is_faulty: 0, type: 'mac', val: 'ab' });
    filters.is_online.should.equal(true);
  });

  it('are refused when they are no object, set the paging, or reach a prototype', async () => {
    const call: Call = async () => {
      throw new Error('sent');
    };
    for (const filters of [
      [],
      'is_online',
      1,
      true,
      new Date(),
      { limit: 1 },
      { skip: 0 },
      JSON.parse('{"__proto__":1}'),
    ]) {
      await pagesOf(call, { filters }).should.be.rejectedWith({ code: 'GIZ_BAD_INPUT', outcome: 'not-sent' });
    }
    for (const more of [{ limit: -1 }, { limit: 0.5 }, { pageSize: 0 }]) {
      await pagesOf(call, more).should.be.rejectedWith({ code: 'GIZ_BAD_INPUT' });
    }
  });
});
