import should from 'should';
import { createSimulator, type Simulator } from '../../src/simulator';
import { reportsBetween } from '../../src/simulator/world/history';
import { type FlowNode, type RunningNodeRed, startNodeRed } from '../support/runtime';

const DID = 'Mavn3NpqLZ32XDEjWYb83h';
const DAY = 86_400_000;
/** A report each 8.5 s: over 100 000 records in ten days. */
const EVERY_MS = 8500;

/** Counts what passes, and the memory of the process, without keeping anything. */
const COUNTER = `
const process = global.get('process');
const state = context.get('state') || { count: 0, disordered: 0, last: 0, heapStart: 0, heapMost: 0 };
if (state.count % 5000 === 0) {
  global.get('gc')();
  const heap = process.memoryUsage().heapUsed;
  if (state.count === 5000) state.heapStart = heap;
  state.heapMost = Math.max(state.heapMost, state.count >= 5000 ? heap : 0);
}
state.count++;
if (msg.payload.ts <= state.last) state.disordered++;
state.last = msg.payload.ts;
context.set('state', state);
if (!msg.complete) return null;
msg.payload = { ...state, parts: msg.parts.count, growthMb: (state.heapMost - state.heapStart) / 2 ** 20 };
return msg;`;

function flow(simulator: Simulator, start: number, end: number): FlowNode[] {
  const { productKey } = simulator.products[0];
  return [
    { id: 'tab', type: 'tab' },
    { id: 'e', type: 'gizwits-enterprise', region: 'custom', baseUrl: simulator.enterprise.baseUrl },
    { id: 'p', type: 'gizwits-product', enterprise: 'e', productKey },
    { id: 'in', type: 'http in', z: 'tab', url: '/count', method: 'get', wires: [['h']] },
    {
      ...{ id: 'h', type: 'gizwits-history', z: 'tab', product: 'p', target: DID, targetType: 'str', order: 'asc' },
      ...{ start: String(start), startType: 'num', end: String(end), endType: 'num', output: 'each', wires: [['f']] },
    },
    { id: 'f', type: 'function', z: 'tab', func: COUNTER, outputs: 1, libs: [], wires: [['out']] },
    { id: 'out', type: 'http response', z: 'tab', wires: [] },
    { id: 'c', type: 'catch', z: 'tab', wires: [['text']] },
    {
      id: 'text',
      type: 'change',
      z: 'tab',
      rules: [{ t: 'move', p: 'error', pt: 'msg', to: 'payload', tot: 'msg' }],
      wires: [['out']],
    },
  ];
}

describe('a long history in a real Node-RED', function () {
  this.timeout(180_000);
  let simulator: Simulator;
  let runtime: RunningNodeRed;

  before(async () => {
    simulator = await createSimulator();
    simulator.behaviour.quotaLimit = 1_000_000;
    const device = simulator.world.device(DID) as never;
    simulator.world.setPresence(device, 'online');
    simulator.world.setReportEvery(device, EVERY_MS);
    runtime = await startNodeRed({ env: { NODE_OPTIONS: '--expose-gc' } });
  });
  after(async () => {
    await runtime?.stop();
    await simulator?.close();
  });

  it('hands over 100 000 records one by one: none lost, none doubled, memory flat', async () => {
    const end = Math.floor(Date.now() / 1000) * 1000 - DAY;
    const { productSecret } = simulator.products[0];
    const { id, secret } = simulator.enterprise;
    await runtime.deploy(flow(simulator, end - 10 * DAY, end), {
      credentials: { e: { enterpriseId: id, enterpriseSecret: secret }, p: { productSecret } },
    });
    const counted = (await (await runtime.request('/count')).json()) as Record<string, number>;
    let expected = 0;
    for (const { at } of reportsBetween(simulator.world.device(DID) as never, end - 10 * DAY - 1000, end + 1000)) {
      const second = Math.floor(at / 1000) * 1000;
      if (second >= end - 10 * DAY && second <= end) expected++;
    }
    console.log(`      ${counted.count} records, heap grew by ${counted.growthMb?.toFixed(1)} MB`);
    should(counted.count).equal(expected);
    should(counted.count).be.above(100_000);
    should(counted.parts).equal(counted.count);
    should(counted.disordered).equal(0);
    should(counted.growthMb).be.below(20);
  });
});
