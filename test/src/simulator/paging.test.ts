// biome-ignore-all lint/style/noNonNullAssertion: an undefined value fails the test on the spot
import should from 'should';
import { createSimulator, type Simulator } from '../../../src/simulator';
import { VirtualClock } from '../../support/virtual-clock';
import { Caller, type Query, type Reply } from './caller';

const DAY_S = 86_400;

describe('simulator: paging', () => {
  let clock: VirtualClock;
  let simulator: Simulator;
  let caller: Caller;
  let path: string;
  let whole: unknown[];
  let window: Query;

  beforeEach(async () => {
    clock = new VirtualClock();
    simulator = await createSimulator({ clock });
    caller = await new Caller(simulator).login();
    const device = simulator.world.devicesOf(caller.product.productKey)[2]!;
    path = `devices/${device.did}/data`;
    const end = Math.floor(clock.now() / 1000);
    window = { start_ts: end - DAY_S, end_ts: end };
    const log = simulator.world.dataLog(device, (end - DAY_S) * 1000, clock.now());
    whole = log.page(0, log.total, 'desc').map(({ at, entry }) => ({ ts: Math.floor(at / 1000), attrs: entry }));
    whole.length.should.be.above(100);
  });
  afterEach(() => simulator.close());

  async function walk(query: Query, contextOf: (body: Reply['body']) => string | null): Promise<unknown[]> {
    const records: unknown[] = [];
    let context: string | null = '';
    do {
      const { body }: Reply = await caller.get(path, { ...query, ...(context && { context }) });
      body.meta.total.should.equal(whole.length);
      should(body.meta.next).be.null();
      records.push(...body.objects);
      context = contextOf(body);
    } while (context);
    return records;
  }

  it('by a context in meta, newest first or oldest first', async () => {
    (await walk({ ...window, limit: 13 }, ({ meta }) => meta.context)).should.eql(whole);
    const ascending = await walk({ ...window, limit: 100, sort: 'asc' }, ({ meta }) => meta.context);
    ascending.should.eql([...whole].reverse());
  });

  it('by a context beside meta', async () => {
    simulator.behaviour.cursor = 'top';
    const records = await walk({ ...window, limit: 50 }, (body) => {
      should(body.meta.context).be.undefined();
      return body.context;
    });
    records.should.eql(whole);
  });

  it('by skip and relative next pages', async () => {
    simulator.behaviour.cursor = 'absent';
    const records: unknown[] = [];
    const { body: first } = await caller.get(path, { ...window, limit: 30 });
    should(first.meta.previous).be.null();
    for (let body = first; ; ) {
      should(body.meta.context).be.undefined();
      should(body.context).be.undefined();
      records.push(...body.objects);
      if (body.meta.next === null) {
        body.meta.previous.should.containEql('limit=30');
        break;
      }
      body.meta.next.should.startWith('/v1/products/').and.containEql('start_ts=');
      ({ body } = await caller.send('GET', body.meta.next));
    }
    records.should.eql(whole);
  });

  it('not at all, for ever on the first page', async () => {
    simulator.behaviour.cursor = 'ignores-skip';
    const first = await caller.get(path, { ...window, limit: 30 });
    const second = await caller.send('GET', first.body.meta.next);
    second.body.objects.should.eql(first.body.objects);
    second.body.meta.next.should.equal(first.body.meta.next);
  });

  it('a walk is not shifted by what the device reports meanwhile', async () => {
    const device = simulator.world.devicesOf(caller.product.productKey)[2]!;
    simulator.world.setPresence(device, 'online');
    const first = await caller.get(path, { limit: 100 });
    simulator.world.control(device, { attrs: { set_temp: 18 } }, { source: 'enterprise_api' });
    await clock.advance(3_000_000);
    const second = await caller.get(path, { limit: 100, context: first.body.meta.context });
    const seen = [...first.body.objects, ...second.body.objects].map(({ ts }: { ts: number }) => ts);
    new Set(seen).size.should.equal(seen.length);
    second.body.meta.total.should.equal(first.body.meta.total);
  });

  it('a context lives for an hour and belongs to its own query', async () => {
    const { context } = (await caller.get(path, { ...window, limit: 10 })).body.meta;
    const wrong = async (query: Query, target = path): Promise<void> => {
      const { body } = await caller.get(target, { ...query, context });
      body.error_code.should.equal('5002');
    };
    await wrong({ ...window, sort: 'asc' });
    await wrong({ ...window, start_ts: Number(window.start_ts) + 1 });
    await wrong(window, path.replace('/data', '/cmd'));
    await clock.advance(3_600_000);
    (await caller.get(path, { ...window, context })).status.should.equal(200);
    await clock.advance(1000);
    await wrong(window);
  });

  it('reaches back thirty days and no further', async () => {
    const now = Math.floor(clock.now() / 1000);
    const total = async (daysAgo: number): Promise<number> => {
      const end = now - daysAgo * DAY_S;
      return (await caller.get(path, { start_ts: end - DAY_S, end_ts: end })).body.meta.total;
    };
    (await total(28)).should.be.above(100);
    (await total(31)).should.equal(0);
  });

  it('lists by skip: neighbours, last page, beyond the end', async () => {
    const page = async (query: Query): Promise<Reply['body']> => (await caller.get('devices/search', query)).body;
    const first = await page({});
    [first.meta.limit, first.meta.skip, first.objects.length].should.eql([20, 0, 20]);
    const { total } = first.meta;
    const macs: string[] = [];
    for (let body = await page({ limit: 50, country: 'China' }); ; ) {
      macs.push(...body.objects.map(({ mac }: { mac: string }) => mac));
      if (body.meta.next === null) break;
      body.meta.next.should.containEql('country=China');
      ({ body } = await caller.send('GET', body.meta.next));
    }
    new Set(macs).size.should.equal(macs.length);
    const last = await page({ skip: total - 1 });
    last.objects.length.should.equal(1);
    should(last.meta.next).be.null();
    last.meta.previous.should.containEql(`skip=${total - 21}`);
    (await page({ skip: total + 5 })).objects.should.eql([]);
  });
});
