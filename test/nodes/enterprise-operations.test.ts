import should from 'should';
import { closeAccounts } from '../../nodes/shared/open-account';
import { createSimulator, type LoggedRequest, type Simulator } from '../../src/simulator';
import { type Endpoint, enterpriseEndpoints } from '../support/enterprise-endpoints';
import { callingNodes, enterpriseRuns } from '../support/enterprise-runs';
import { configNodes, credentials, loadBench, type Message, startRuntime, stopRuntime } from '../support/flows';

/** Sent beyond the documents: the product key under its own name too (ruling c10). */
const BEYOND: Readonly<Record<number, string[]>> = { 33: ['product_key'], 34: ['product_key'] };

interface Line {
  node: string;
  requests: LoggedRequest[];
  out: Message;
}

describe('every endpoint of the Enterprise API', function () {
  this.timeout(120_000);
  let simulator: Simulator;
  const lines = new Map<number, Line[]>();

  const belongs = ({ method, path }: Endpoint): ((request: LoggedRequest) => boolean) => {
    const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, '[^/?]+')}(\\?|$)`);
    return (request) => request.method === method && pattern.test(request.path);
  };

  before(async () => {
    simulator = await createSimulator();
    await startRuntime();
    // The products of the simulated world are associated already, and the cloud would say so.
    simulator.faults.add({ kind: 'status', status: 201, body: '{}', match: { operation: 'product.associate' } });
    for (const { operation, node, fields, msg, keep } of enterpriseRuns(simulator)) {
      const set = callingNodes[node] as (typeof callingNodes)[string];
      const bench = await loadBench(set, { type: node, ...fields }, configNodes(simulator), credentials(simulator));
      const from = simulator.requests.length;
      const { messages, error } = await bench.run(msg?.() ?? { payload: {} });
      should(error && { run: `${operation} through ${node}`, error: error.error }).be.undefined();
      const out = messages[0] as Message;
      keep?.(out);
      for (const endpoint of enterpriseEndpoints) {
        const requests = simulator.requests.slice(from).filter(belongs(endpoint));
        const isLogin = endpoint.operation === 'product.token';
        if (requests.length === 0 || (endpoint.operation !== operation && !isLogin)) continue;
        lines.set(endpoint.number, [...(lines.get(endpoint.number) ?? []), { node, requests, out }]);
      }
      await stopRuntime();
      await startRuntime();
    }
  });
  after(async () => {
    await stopRuntime();
    await closeAccounts();
    await simulator.close();
    console.log(tableOf(lines));
  });

  for (const endpoint of enterpriseEndpoints) {
    const { number, method, path, operation } = endpoint;
    it(`#${number} ${method} ${path}: ${operation}`, async () => {
      const made = lines.get(number) ?? [];
      made.length.should.be.above(0, 'no run reaches it');
      const requests = made.flatMap((line) => line.requests);
      const sent = { query: new Set<string>(), body: new Set<string>() };
      for (const request of requests) {
        request.status?.should.be.within(200, 299);
        for (const name of new URL(`http://x${request.path}`).searchParams.keys()) sent.query.add(name);
        for (const name of Object.keys((request.body ?? {}) as object)) sent.body.add(name);
        const headers = Object.keys(request.headers).map((name) => name.toLowerCase());
        headers.should.containDeep(endpoint.headers.map((name) => name.toLowerCase()));
        if (!endpoint.headers.includes('Authorization')) headers.should.not.containEql('authorization');
      }
      const { enterpriseNodes } = await import('../../scripts/lib/enterprise-parity.mjs');
      // The product node makes its calls at a login and by its button, which other tests press.
      const nodes = enterpriseNodes[operation]?.filter((type) => type !== 'gizwits-product').sort();
      if (operation !== 'product.token') [...new Set(made.map(({ node }) => node))].sort().should.eql(nodes);
      [...sent.query].sort().should.eql([...endpoint.query, ...(BEYOND[number] ?? [])].sort());
      [...sent.body].sort().should.eql([...endpoint.body].sort());
      for (const { out } of made) {
        out.should.have.property('payload');
        out.gizwits.statusCode.should.be.within(200, 299);
        if (operation !== 'product.token') out.gizwits.operation.should.equal(operation);
      }
    });
  }
});

/** The requests on the wire and the messages out, a line a run. */
function tableOf(lines: ReadonlyMap<number, Line[]>): string {
  const rows = enterpriseEndpoints.flatMap(({ number, operation }) =>
    (lines.get(number) ?? []).flatMap(({ node, requests, out }) => [
      `  #${number} ${operation} · ${node}`,
      ...requests.slice(0, 2).map(({ method, path, body, status }) => {
        const sent = body === undefined ? '' : ` ${JSON.stringify(body)}`;
        return `      ${short(`${method} ${path.replace(/[0-9a-f]{32}/g, (id) => `${id.slice(0, 6)}…`)}${sent}`)} → ${status}`;
      }),
      ...(requests.length > 2 ? [`      … ${requests.length} requests in all`] : []),
      `      payload ${short(JSON.stringify(out.payload))}`,
    ]),
  );
  return ['', 'Requests on the wire and messages out:', ...rows].join('\n');
}

function short(text: string): string {
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}
