import should from 'should';
import { buildRequest } from '../../src/cloud/request';
import type { Call } from '../../src/gizwits/enterprise/call';
import { history, type LogQuery } from '../../src/gizwits/enterprise/history';
import { enterpriseOperations, findOperation } from '../../src/gizwits/enterprise/operations';
import type { ApiRecord } from '../../src/gizwits/enterprise/paging';
import { readReply } from '../../src/gizwits/enterprise/replies';
import { search } from '../../src/gizwits/enterprise/search';
import { createSimulator, type Simulator } from '../../src/simulator';
import { VirtualClock } from '../support/virtual-clock';

const DAY = 86_400_000;

/** The iterators over the catalogue's requests against the simulated cloud, an independent reading of the documents. */
describe('history and search against the simulated cloud', () => {
  let simulator: Simulator;
  let clock: VirtualClock;
  let call: Call;

  before(async () => {
    clock = new VirtualClock(Date.UTC(2026, 0, 20, 8, 0, 0, 500));
    simulator = await createSimulator({ clock, behaviour: { quotaLimit: 100_000 } });
    const { enterprise, products } = simulator;
    const supplied = {
      product_key: products[0].productKey,
      product_secret: products[0].productSecret,
      enterprise_id: enterprise.id,
      enterprise_secret: enterprise.secret,
    };
    let token: string | undefined;
    const make = async (operationId: string, params: Record<string, unknown>) => {
      const operation =
        enterpriseOperations[operationId as keyof typeof enterpriseOperations] ?? findOperation(operationId);
      const { method, path, body, headers } = buildRequest(operation, params, { supplied });
      const authorization: Record<string, string> = token ? { authorization: `token ${token}` } : {};
      const reply = await fetch(enterprise.baseUrl + path, { method, body, headers: { ...headers, ...authorization } });
      const text = await reply.text();
      return { body: readReply(operation, { status: reply.status, headers: {}, text }), status: reply.status };
    };
    token = ((await make('product.token', {})).body as { token: string }).token;
    call = async (operationId, params) => {
      const { body, status } = await make(operationId, params);
      return { body, statusCode: status, attempts: 1, waitedMs: 0, elapsedMs: 1 };
    };
  });

  after(() => simulator.close());

  async function recordsOf(query: Partial<LogQuery> & Pick<LogQuery, 'kind' | 'did'>): Promise<ApiRecord[]> {
    const now = clock.now();
    const records: ApiRecord[] = [];
    const whole = { startMs: now - 9 * DAY, endMs: now, order: 'asc' as const, limit: 0, clock, ...query };
    for await (const page of history(call, whole)) records.push(...page.records);
    return records;
  }

  it("gives the world's logs whole and in order, however the cloud pages", async () => {
    const device = simulator.world.devicesOf(simulator.products[0].productKey)[0];
    simulator.world.setReportEvery(device, 300_000);
    const now = clock.now();
    const [from, to] = [now - 9 * DAY, now];
    const stamps = (log: { total: number; page: (o: number, l: number, s: 'asc') => { at: number }[] }) =>
      log.page(0, log.total, 'asc').map(({ at }) => at);
    const expected = {
      data: stamps(simulator.world.dataLog(device, Math.floor(from / 1000) * 1000, to)).map((at) =>
        Math.floor(at / 1000),
      ),
      cmd: stamps(simulator.world.commandLog(device, from, to)).map((at) => at / 1000),
      online: stamps(simulator.world.onlineLog(device, from, to)).map((at) => at / 1000),
    };
    expected.data.length.should.be.above(1000);
    for (const cursor of ['meta', 'top', 'absent'] as const) {
      simulator.behaviour.cursor = cursor;
      for (const kind of ['data', 'cmd', 'online'] as const) {
        for (const order of ['asc', 'desc'] as const) {
          const times = (await recordsOf({ kind, did: device.did, order })).map(
            (record) => record.timestamp ?? record.ts,
          );
          if (order === 'desc') times.reverse();
          should(times).eql(expected[kind], `${cursor} ${kind} ${order}`);
        }
      }
    }
    simulator.behaviour.cursor = 'meta';
  });

  it('says that it was cut short where the cloud ignores skip', async () => {
    simulator.behaviour.cursor = 'ignores-skip';
    const { did } = simulator.world.devicesOf(simulator.products[0].productKey)[0];
    let truncated = false;
    const query = {
      kind: 'data',
      did,
      startMs: clock.now() - 9 * DAY,
      endMs: clock.now(),
      order: 'asc',
      limit: 0,
      clock,
    } as const;
    for await (const page of history(call, query)) truncated = page.truncated === true;
    truncated.should.be.true();
    simulator.behaviour.cursor = 'meta';
  });

  it('finds all devices of the product, in pages of any size', async () => {
    const all = simulator.world
      .devicesOf(simulator.products[0].productKey)
      .map(({ did }) => did)
      .sort();
    for (const pageSize of [7, 100, 1000]) {
      const dids: unknown[] = [];
      for await (const page of search(call, {
        operation: 'devices.search',
        filters: { show_disabled: true },
        limit: 0,
        pageSize,
      })) {
        dids.push(...page.records.map(({ did }) => did));
      }
      should(dids.sort()).eql(all);
    }
  });
});
