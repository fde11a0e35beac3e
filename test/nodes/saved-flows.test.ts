import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { nodeMessages } from '../../nodes/messages';
import { lendSimulator } from '../../nodes/shared/open-account';
import type { Simulator } from '../../src/simulator';
import type { FlowNode, Message } from '../support/flows';
import { violation } from '../support/message-contract';
import { nodeSets } from '../support/package-facts';
import { root } from '../support/packed-package';
import { DID, MAC } from '../support/push-bench';
import { loadWholeFlow, savedNodes, type WholeFlow } from '../support/saved-flow';

const versions = readdirSync(join(root, 'test/fixtures/saved')).map((name) => name.replace(/\.json$/, ''));

describe('flows that earlier versions have saved', function () {
  this.timeout(60_000);

  it('hold every type that there was at their time, of which none has gone', () => {
    should(versions).containEql('0.1.0');
    for (const version of versions) {
      const types = savedNodes(version).map(({ type }) => type);
      should(types.filter((type) => type !== 'tab' && !nodeSets.includes(type))).eql([], version);
    }
    should(savedNodes('0.1.0').length).equal(20);
  });

  for (const version of versions) {
    const nodes = savedNodes(version);
    describe(`version ${version}, as the editor saved it`, () => works(nodes));
    describe(`version ${version}, as a script writes it, without configVersion`, () =>
      works(nodes.map(({ configVersion: _version, ...rest }) => rest as FlowNode)));
  }
});

function works(nodes: readonly FlowNode[]): void {
  let flow: WholeFlow;
  let simulator: Simulator;
  let giveBack: () => void;

  before(async () => {
    const lease = lendSimulator();
    simulator = await lease.value.started;
    giveBack = () => lease.release();
    simulator.world.setPresence(simulator.world.device(DID) as never, 'online');
    flow = await loadWholeFlow(nodes);
  });
  after(async () => {
    giveBack?.();
    await flow?.close();
  });

  /** The one message that a node answers with. */
  const answer = async (id: string, msg: Message): Promise<Message> => {
    // What these nodes take by default is written down too.
    should(violation(nodeMessages[id]?.input ?? '', msg)).be.undefined();
    const { messages, error } = await flow.run(id, msg);
    should(error?.error).be.undefined();
    messages.length.should.equal(1);
    return messages[0] as Message;
  };

  it('gizwits-enterprise, gizwits-product and gizwits-get-did find a did', async () => {
    const msg = await answer('gizwits-get-did', { payload: MAC, mine: 1 });
    should(msg).containEql({ did: DID, mac: MAC, mine: 1, payload: { mac: MAC, did: DID } });
  });

  it('gizwits-search lists the devices', async () => {
    const { payload } = await answer('gizwits-search', {});
    payload.length.should.be.above(10);
    payload[0].should.have.properties('did', 'mac');
  });

  it('gizwits-control sends datapoints to the device of the message', async () => {
    const { payload } = await answer('gizwits-control', { did: DID, payload: { switch: true } });
    should(payload).eql({ did: DID, outcome: 'accepted', attrs: { switch: true } });
  });

  it('gizwits-history reads the last two days', async () => {
    const { payload } = await answer('gizwits-history', { did: DID });
    payload.length.should.be.above(10);
    const times = payload.map(({ time }: { time: string }) => Date.parse(time));
    times.should.eql([...times].sort((one, other) => other - one));
    times.at(-1).should.be.above(Date.now() - 2.01 * 86_400_000);
  });

  it('gizwits-report gives the summary', async () => {
    const { payload, gizwits } = await answer('gizwits-report', {});
    should(payload).be.an.Object().and.not.be.an.Array();
    gizwits.operation.should.equal('report.summary');
  });

  it('gizwits-group gives the tree', async () => {
    const { gizwits } = await answer('gizwits-group', {});
    gizwits.groups[0].should.have.properties('gid', 'parent');
  });

  it('gizwits-bind binds a device to a user', async () => {
    const [app] = simulator.world.apps;
    const [user] = simulator.world.people.users;
    const msg = { uid: user?.uid, appid: app?.appid, payload: [DID] };
    const { payload } = await answer('gizwits-bind', msg);
    should(payload).eql({ success: [DID], failed: [] });
  });

  it('gizwits-datapoints gives the schema', async () => {
    const { payload } = await answer('gizwits-datapoints', {});
    payload.datapoints.map(({ name }: { name: string }) => name).should.containEql('switch');
  });

  it('gizwits-request searches devices', async () => {
    const { payload } = await answer('gizwits-request', { payload: { limit: 2 } });
    payload.objects.length.should.equal(2);
  });

  it('gizwits-events hands on a report, which gizwits-ack passes on', async () => {
    const report = (): void => simulator.world.report(simulator.world.device(DID) as never);
    const reports = (): Message[] => flow.sent('gizwits-events').filter(({ did }) => did === DID);
    const timer = setInterval(report, 50);
    await flow.until('a report', () => reports().length > 0).finally(() => clearInterval(timer));
    const [event] = reports() as [Message];
    event.gizwits.should.containEql({ did: DID, mac: MAC, redelivered: false });
    const passed = await answer('gizwits-ack', event);
    passed.gizwits.delivery.should.equal(event.gizwits.delivery);
  });

  it('gizwits-app and gizwits-app-api list what the user has bound', async () => {
    const { payload } = await answer('gizwits-app-api', { payload: {} });
    payload.length.should.be.above(0);
    payload[0].should.have.properties('did', 'mac');
  });

  it('gizwits-app-events reads a device of the user', async () => {
    const { payload: devices } = await answer('gizwits-app-api', { payload: {} });
    const { did } = devices.find((device: Message) => device.is_online) as Message;
    const { payload, gizwits } = await answer('gizwits-app-events', { did, payload: {} });
    should(payload).be.an.Object();
    gizwits.should.containEql({ operation: 'read', did });
  });

  it('expeed-platform and expeed-device tell whether a device is online', async () => {
    const { payload } = await answer('expeed-device', { deviceId: 'ex1001', deviceKey: '33a1062e2bb5fce3' });
    payload.should.have.properties('online', 'deviceStatus');
  });

  it('expeed-webhook-in hands on what Expeed pushes', async () => {
    const [device] = simulator.expeed.api.fleet.devices;
    const { registrations } = simulator.expeed.api;
    await flow.until('the registration', () => registrations.list.some(({ state }) => state === 'active'));
    simulator.expeed.api.pushStatus(device as never, true);
    await flow.until('the push', () => flow.sent('expeed-webhook-in').some(({ topic }) => topic === 'status'));
    const [msg] = flow.sent('expeed-webhook-in').filter(({ topic }) => topic === 'status');
    should(msg?.payload).eql({ online: true });
  });
}
