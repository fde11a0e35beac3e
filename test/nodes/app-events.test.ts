import type { Node, NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import should from 'should';
import app from '../../nodes/gizwits-app';
import appEvents from '../../nodes/gizwits-app-events';
import { closeAccounts } from '../../nodes/shared/open-account';
import { closeApps } from '../../nodes/shared/open-app';
import { createSimulator, type Simulator } from '../../src/simulator';
import { type Bench, loadBench, type Message, startRuntime, stopRuntime } from '../support/flows';

const sets = (RED: NodeAPI): void => {
  app(RED);
  appEvents(RED);
};

describe('gizwits-app-events', () => {
  let simulator: Simulator;
  type Device = NonNullable<ReturnType<Simulator['world']['device']>>;
  let mine: Device[];

  before(async () => {
    simulator = await createSimulator();
    const { uid } = simulator.app;
    const held = simulator.world.people.held().filter((binding) => binding.uid === uid);
    mine = held.flatMap(({ did }) => simulator.world.device(did) ?? []);
    for (const device of mine) simulator.world.setPresence(device, 'online');
  });
  after(() => simulator.close());
  beforeEach(startRuntime);
  afterEach(async () => {
    await stopRuntime();
    await closeApps();
    await closeAccounts();
    simulator.faults.clear();
    simulator.app.socket.faults.clear();
    await until(() => simulator.app.socket.connections === 0);
  });

  const load = (
    fields: Record<string, unknown> = {},
    settings: Record<string, unknown> = {},
    secrets: Record<string, string> = {},
  ): Promise<Bench> => {
    const { baseUrl, appId, username, password } = simulator.app;
    return loadBench(
      sets,
      { type: 'gizwits-app-events', app: 'app', ...fields },
      [{ id: 'app', type: 'gizwits-app', region: 'custom', baseUrl, ...settings }],
      { app: { appId, username, password, ...secrets } },
    );
  };
  const heard = (): Message[] => {
    const messages: Message[] = [];
    helper.getNode('out').on('input', (message: Message) => messages.push(message));
    return messages;
  };
  const connected = (bench: Bench): Promise<void> =>
    until(() => bench.statuses().some(({ fill, text }) => fill === 'green' && text.endsWith('connected')));

  it('sends what devices report, with topic, ids and the event as received', async () => {
    const bench = await load();
    const messages = heard();
    await connected(bench);
    const [device] = mine as [Device];
    simulator.world.report(device);
    await until(() => messages.some(({ did }) => did === device.did));
    const message = messages.find(({ did }) => did === device.did) as Message;
    message.topic.should.equal(`${device.product.productKey}/${device.did}/s2c_noti`);
    message.mac.should.equal(device.mac);
    message.payload.should.eql(message.gizwits.body.data.attrs);
    message.gizwits.should.containEql({ event: 's2c_noti', did: device.did, productKey: device.product.productKey });
    Date.parse(message.gizwits.createdAt).should.be.approximately(Date.now(), 60_000);
    should(simulator.app.socket.connections).equal(1);
  });

  it('tells comings, goings and changed bindings', async () => {
    const bench = await load();
    const messages = heard();
    await connected(bench);
    const [device] = mine as [Device];
    simulator.world.setPresence(device, 'offline');
    await until(() => messages.some(({ gizwits }) => gizwits.event === 's2c_online_status'));
    messages.find(({ gizwits }) => gizwits.event === 's2c_online_status')?.payload.online.should.be.false();
    simulator.world.setPresence(device, 'online');

    const user = simulator.world.people.user(simulator.app.uid) as never;
    const bound = new Set(mine.map(({ did }) => did));
    const other = simulator.world.devices.find(({ did, disabled }) => !bound.has(did) && !disabled) as Device;
    simulator.world.bind(user, simulator.app.appId, other);
    await until(() => messages.some(({ gizwits }) => gizwits.event === 's2c_binding_changed'));
    // The device that has come is known by now: its reports arrive with their product.
    await until(() => simulator.requests.filter(({ operation }) => operation === 'get_app_bindings').length > 1);
    simulator.world.setPresence(other, 'online');
    await new Promise((resolve) => setTimeout(resolve, 50));
    simulator.world.report(other);
    await until(() => messages.some(({ topic }) => topic === `${other.product.productKey}/${other.did}/s2c_noti`));
    simulator.world.unbind(user, simulator.app.appId, other);
  });

  it('hears only the devices that are named, by did or mac', async () => {
    const [first, second, third] = mine as [Device, Device, Device];
    const bench = await load({ devices: `${first.did}, ${second.mac}` });
    const messages = heard();
    await connected(bench);
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const device of [third, first, second]) simulator.world.report(device);
    await until(() => new Set(messages.map(({ did }) => did)).size >= 2);
    should([...new Set(messages.map(({ did }) => did))].sort()).eql([first.did, second.did].sort());
  });

  it('gives whole frames as a Buffer with p0Type custom', async () => {
    const bench = await load({ p0Type: 'custom' });
    const messages = heard();
    await connected(bench);
    simulator.world.report(mine[0] as Device);
    await until(() => messages.some(({ gizwits }) => gizwits.event === 's2c_raw'));
    const { payload } = messages.find(({ gizwits }) => gizwits.event === 's2c_raw') as Message;
    Buffer.isBuffer(payload).should.be.true();
    payload.subarray(0, 4).toString('hex').should.equal('00000003');
  });

  it('comes back after an outage and hears again', async () => {
    const bench = await load();
    const messages = heard();
    await connected(bench);
    const { accepted } = simulator.app.socket;
    simulator.app.socket.cut();
    await until(() => bench.statuses().some(({ fill }) => fill === 'yellow'));
    await until(() => simulator.app.socket.accepted > accepted && simulator.app.socket.connections === 1, 8000);
    await until(() => bench.statuses().at(-1)?.fill === 'green', 8000);
    messages.length = 0;
    simulator.world.report(mine[0] as Device);
    await until(() => messages.length > 0);
  }).timeout(15_000);

  it('reads and commands a device on request', async () => {
    const bench = await load();
    await connected(bench);
    const device = mine.find(({ product }) => product.datapoints.some(({ dataType }) => dataType === 'bool')) as Device;
    const { name } = device.product.datapoints.find(
      ({ access, dataType }) => access === 'status_writable' && dataType === 'bool',
    ) as { name: string };
    const read = await bench.run({ did: device.did, command: 'read' });
    should(read.error).equal(undefined);
    read.messages.at(0)?.payload.should.have.property(name);
    const before = simulator.executed.length;
    const written = await bench.run({ did: device.mac, payload: { [name]: true }, topic: 'kept' });
    should(written.error).equal(undefined);
    const executed = simulator.executed[before];
    should(executed).containEql({ did: device.did, source: 'client' });
    should(executed?.attrs).eql({ [name]: 1 });
    const raw = await bench.run({ did: device.did, payload: Buffer.from([0x05, 0x01, 0x02]) });
    should(raw.error).equal(undefined);
    simulator.executed.at(-1)?.raw?.should.equal('050102');
    for (const [msg, code] of [
      [{ payload: { [name]: true } }, 'GIZ_BAD_INPUT'],
      [{ did: device.did, command: 'dance' }, 'GIZ_BAD_INPUT'],
      [{ did: 'nobody', payload: { [name]: true } }, 'GIZ_NETWORK'],
      [{ did: device.did, payload: { nope: 1 } }, 'GIZ_REFUSED'],
    ] as const) {
      const { error } = await bench.run({ ...msg });
      should(error?.error.code).equal(code);
    }
  });

  it('shows a refused user, once in the log, and no secret', async () => {
    const bench = await load({}, {}, { password: 'Secret-password-1' });
    const errors: Message[] = [];
    helper.getNode('error').on('input', (message: Message) => errors.push(message));
    await until(() => bench.statuses().some(({ fill }) => fill === 'red'));
    await until(() => errors.length > 0);
    errors.length.should.equal(1);
    errors[0]?.error.code.should.equal('GIZ_9020');
    // Neither the class of the error nor the files of this machine are news for whoever reads it.
    errors[0]?.error.message.should.not.containEql('CloudError');
    should(errors[0]?.error.stack).equal(undefined);
    JSON.stringify(errors).should.not.containEql('Secret-password-1');
  });

  for (const [what, fields, code] of [
    ['no app is chosen', { app: 'gone' }, 'GIZ_CONFIG'],
    ['the form of data is none', { p0Type: 'hex' }, 'GIZ_BAD_INPUT'],
  ] as const) {
    it(`tells Catch when ${what}`, async () => {
      const bench = await load(fields);
      const errors: Message[] = [];
      helper.getNode('error').on('input', (message: Message) => errors.push(message));
      await until(() => errors.length > 0);
      should(errors.map(({ error }) => error.code)).eql([code]);
      should((await bench.settledStatus()).fill).equal('red');
    });
  }

  it('uses TLS where the binding offers it, with the CA of the app node', async () => {
    const secure = await createSimulator({ appSocketTls: true });
    try {
      const { baseUrl, appId, username, password, ca, uid } = secure.app;
      // As the core node gives its settings on.
      const tls = (RED: NodeAPI): void =>
        RED.nodes.registerType('tls-config', function (this: Node, config: never) {
          RED.nodes.createNode(this, config);
          Object.assign(this, { addTLSOptions: (options: object) => ({ ...options, ca }) });
        } as never);
      const bench = await loadBench(
        ((RED: NodeAPI) => {
          tls(RED);
          sets(RED);
        }) as never,
        { type: 'gizwits-app-events', app: 'app' },
        [
          { id: 'app', type: 'gizwits-app', region: 'custom', baseUrl, tls: 'tls' },
          { id: 'tls', type: 'tls-config' },
        ],
        { app: { appId, username, password } },
      );
      const messages = heard();
      await connected(bench);
      const held = secure.world.people.held().filter((binding) => binding.uid === uid);
      const device = held.flatMap(({ did }) => secure.world.device(did) ?? [])[0] as Device;
      secure.world.setPresence(device, 'online');
      secure.world.report(device);
      await until(() => messages.length > 0);
    } finally {
      await stopRuntime();
      await secure.close();
      await startRuntime();
    }
  });

  it('closes the connection when the last node leaves', async () => {
    const bench = await load();
    await connected(bench);
    simulator.app.socket.connections.should.equal(1);
    await stopRuntime();
    await until(() => simulator.app.socket.connections === 0, 400);
    await startRuntime();
  });
});

/** Waits until something holds; fails after the given time. */
async function until(holds: () => boolean, ms = 4000): Promise<void> {
  const end = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`does not hold: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
