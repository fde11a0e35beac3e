import should from 'should';
import type { FlowNode } from '../support/flows';
import { DID, KEY, MAC, openPushBench, type PublishedEvent, type PushBench } from '../support/push-bench';

const OTHER = { did: 'OtherDeviceOfTheTest22', mac: '0a1B2c3D4e5F' };
const kv: PublishedEvent = {
  subscription: 'device.status.kv',
  eventType: 'device_status_kv',
  members: { data: { switch: 1 } },
};
const offline: PublishedEvent = { subscription: 'device.offline', eventType: 'device_offline' };
const definition: PublishedEvent = { subscription: 'datapoints.changed', eventType: 'datapoints_changed', did: '' };

describe('filters of live events', () => {
  let bench: PushBench;
  const at = Date.UTC(2026, 2, 1);

  /** An event node with those fields, and the helper node that takes what it sends. */
  const listener = (name: string, fields: Record<string, unknown>): FlowNode[] => [
    { id: name, type: 'gizwits-events', product: 'product', wires: [[`${name}-out`]], ...fields },
    { id: `${name}-out`, type: 'helper' },
  ];

  before(async () => {
    bench = await openPushBench();
    await bench.load([
      ...listener('all', {}),
      ...listener('by-did', { devices: [DID] }),
      ...listener('by-mac', { devices: ['0A1B2C3D4E5F'] }),
      ...listener('two', { devices: `${DID}\nvirtual:site` }),
      ...listener('events', { events: ['device.offline', 'datapoints.changed'] }),
      ...listener('both', { events: '["device.status.kv"]', devices: '["fd06c330fc77"]' }),
      ...listener('batches', { events: ['device.offline'], output: 'batch', batchMax: 2, batchMs: 60_000 }),
    ]);
    await bench.connected('all');
    bench.publish({ ...kv, at });
    bench.publish({ ...kv, ...OTHER, at });
    bench.publish({ ...kv, did: 'virtual', mac: 'virtual:site', at });
    bench.publish({ ...kv, did: 'Virtual', mac: 'Virtual:Site', at });
    bench.publish({ ...offline, at });
    bench.publish({ ...offline, ...OTHER, at });
    bench.publish({ ...definition, at });
    await bench.until('the last event', () => topics('all').length >= 7);
    await bench.until('a batch', () => bench.got('batches-out').length > 0);
  });

  after(() => bench.close());

  /** Topics of the published events that reached a node; the world's own events carry other times. */
  const topics = (name: string): string[] =>
    bench
      .got(`${name}-out`)
      .filter(({ gizwits }) => gizwits.createdAt === new Date(at).toISOString())
      .map(({ topic }) => (topic as string).replace(`${KEY}/`, ''));

  const wanted: [name: string, topics: string[]][] = [
    [
      'all',
      [
        `${DID}/device_status_kv`,
        `${OTHER.did}/device_status_kv`,
        'virtual/device_status_kv',
        'Virtual/device_status_kv',
        `${DID}/device_offline`,
        `${OTHER.did}/device_offline`,
        '/datapoints_changed',
      ],
    ],
    ['by-did', [`${DID}/device_status_kv`, `${DID}/device_offline`]],
    // Hexadecimal macs in either case; other names as they are written.
    ['by-mac', [`${OTHER.did}/device_status_kv`, `${OTHER.did}/device_offline`]],
    ['two', [`${DID}/device_status_kv`, 'virtual/device_status_kv', `${DID}/device_offline`]],
    ['events', [`${DID}/device_offline`, `${OTHER.did}/device_offline`, '/datapoints_changed']],
    ['both', [`${DID}/device_status_kv`]],
  ];
  for (const [name, expected] of wanted) {
    it(`${name}: lets ${expected.length} of 7 through`, () => should(topics(name)).eql(expected));
  }

  it('hold in a batch too', () => {
    const [batch] = bench.got('batches-out');
    should(batch?.payload.map(({ topic }: { topic: string }) => topic)).eql([
      `${KEY}/${DID}/device_offline`,
      `${KEY}/${OTHER.did}/device_offline`,
    ]);
    should(batch?.payload[0].mac).equal(MAC);
  });

  it('give each node a message of its own', () => {
    const of = (name: string): { payload: { switch: number } } =>
      bench.got(`${name}-out`).find(({ did, gizwits }) => did === DID && gizwits.event === 'device_status_kv') as never;
    of('all').payload.switch = 99;
    should(of('by-did').payload.switch).equal(1);
  });
});
