import should from 'should';
import { createSimulator, type Simulator } from '../../../src/simulator';
import { VirtualClock } from '../../support/virtual-clock';

type Json = Record<string, unknown>;

interface Answer {
  status: number;
  body: never;
}

/** Someone who calls the simulated Open API by plain HTTP, as any program would. */
class Person {
  token = '';
  uid = '';

  constructor(
    private readonly simulator: Simulator,
    private readonly appId = simulator.app.appId,
  ) {}

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.simulator.app.baseUrl}${path}`, {
      method,
      headers: {
        'x-gizwits-application-id': this.appId,
        ...(this.token ? { 'x-gizwits-user-token': this.token } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as never };
  }

  async enter(path: string, body: Json): Promise<this> {
    const { body: answer } = await this.call('POST', path, body);
    Object.assign(this, answer);
    return this;
  }

  async code(method: string, path: string, body?: unknown): Promise<number | undefined> {
    return ((await this.call(method, path, body)).body as Json | undefined)?.error_code as number | undefined;
  }
}

describe('the simulated Open API', () => {
  let clock: VirtualClock;
  let simulator: Simulator;
  let owner: Person;
  let dids: string[];

  beforeEach(async () => {
    clock = new VirtualClock();
    simulator = await createSimulator({ clock });
    const { username, password } = simulator.app;
    owner = await new Person(simulator).enter('/app/login', { username, password });
    const { body } = await owner.call('GET', '/app/bindings?limit=100');
    dids = (body as { devices: { did: string }[] }).devices.map(({ did }) => did);
    for (const did of dids) simulator.world.setPresence(simulator.world.device(did) as never, 'online');
  });
  afterEach(() => simulator.close());

  const guestOf = async (name: string): Promise<Person> =>
    new Person(simulator).enter('/app/users', { username: name, password: 'Passw0rd!' });
  const flagOf = (did: string): string =>
    simulator.world
      .device(did)
      ?.product.datapoints.find(({ access, dataType }) => access === 'status_writable' && dataType === 'bool')
      ?.name as string;

  it('acts on the world that the other clouds see', async () => {
    const [did] = dids as [string];
    const told: string[] = [];
    simulator.world.events.on('command', ({ device, source, uid }) => told.push(`${device.did} ${source} ${uid}`));
    const flag = flagOf(did);
    const answer = await owner.call('POST', `/app/control/${did}`, { attrs: { [flag]: true } });
    should(answer).eql({ status: 200, body: {} });
    should(told).eql([`${did} open_api ${simulator.app.uid}`]);
    should(simulator.executed.at(-1)).containEql({ did, source: 'open_api', attrs: { [flag]: 1 } });
    await clock.advance(1000);
    const latest = await owner.call('GET', `/app/devdata/${did}/latest`);
    should((latest.body as { attr: Json }).attr[flag]).equal(1);
    // The Enterprise API has the report in its history.
    const device = simulator.world.device(did) as NonNullable<ReturnType<Simulator['world']['device']>>;
    const log = simulator.world.dataLog(device, clock.now() - 2000, clock.now());
    should(log.page(0, 1, 'desc')[0]?.entry[flag]).equal(1);
    // What the Enterprise API unbinds, the user has no more.
    simulator.world.unbind(simulator.world.people.user(simulator.app.uid) as never, simulator.app.appId, device);
    should(await owner.code('GET', `/app/devices/${did}`)).equal(9017);
  });

  it('refuses what the cloud refuses, in the form of the captures', async () => {
    const [did] = dids as [string];
    const stranger = new Person(simulator, 'f'.repeat(32));
    should((await stranger.call('GET', '/app/users')).body).eql({
      error_message: 'appid invalid',
      error_code: 9003,
      detail_message: null,
    });
    const nobody = new Person(simulator);
    should((await nobody.call('GET', '/app/users')).status).equal(400);
    should(await nobody.code('GET', '/app/users')).equal(9004);
    should(await nobody.code('POST', '/app/login', { username: 'nobody', password: 'x' })).equal(9005);
    should(await nobody.code('POST', '/app/login', { username: simulator.app.username, password: 'x' })).equal(9020);
    should(await nobody.code('POST', '/app/users', { username: 'weak', password: 'weakness' })).equal(9015);
    should(await owner.code('POST', `/app/control/${did}`, { attrs: { nope: 1 } })).equal(9025);
    should(await owner.code('POST', `/app/control/${did}`, {})).equal(9015);
    simulator.world.setPresence(simulator.world.device(did) as never, 'offline');
    should(await owner.code('POST', `/app/control/${did}`, { attrs: { [flagOf(did)]: 1 } })).equal(9042);
    should(await owner.code('GET', '/app/devices/nobody')).equal(9014);
    const other = simulator.world.devices.find((device) => !dids.includes(device.did));
    should(await owner.code('GET', `/app/devices/${other?.did}`)).equal(9017);
    should(await owner.code('PUT', '/app/users', {})).equal(9999);
    should(await owner.code('GET', `/app/devdata/${did}`)).equal(9045);
    should((await owner.call('GET', '/app/nothing/at/all')).status).equal(404);
    should((await owner.call('DELETE', '/app/users')).status).equal(405);
    simulator.faults.expireTokens();
    should(await owner.code('GET', '/app/users')).equal(9006);
    simulator.faults.forgetTokens();
    should(await owner.code('GET', '/app/users')).equal(9004);
  });

  it('registers by phone with the code of a text message, after a captcha', async () => {
    const person = new Person(simulator);
    const { createHash } = await import('node:crypto');
    const { appId, appSecret } = simulator.app;
    const auth = createHash('md5').update(`${appId}${appSecret}`).digest('hex');
    const { body } = await person.call('POST', '/app/request_token', {}, { 'x-gizwits-application-auth': auth });
    const headers = { 'x-gizwits-application-token': (body as Json).token as string };
    const captcha = (await person.call('GET', '/app/verify/codes', undefined, headers)).body as Json;
    const shown = await (await fetch(captcha.captcha_url as string)).text();
    const word = />([0-9A-F]{4})</.exec(shown)?.[1];
    const phone = '13912345678';
    const wrong = { captcha_id: captcha.captcha_id, captcha_code: '----', phone };
    should(((await person.call('POST', '/app/verify/codes', wrong, headers)).body as Json).error_code).equal(9010);
    const right = { ...wrong, captcha_code: word };
    should((await person.call('POST', '/app/verify/codes', right, headers)).status).equal(201);
    should(await person.code('POST', '/app/users', { phone, password: 'Passw0rd!', code: '000000' })).equal(9010);
    await person.enter('/app/users', { phone, password: 'Passw0rd!', code: '345678' });
    person.token.should.have.length(32);
    should(await person.code('POST', '/app/users', { phone, password: 'Passw0rd!', code: '345678' })).equal(9018);
  });

  it('shares a device: invitation, messages, acceptance, end', async () => {
    const [did] = dids as [string];
    const guest = await guestOf('guest-one');
    const share = await owner.call('POST', '/app/sharing', { type: 0, did, username: 'guest-one', duration: 60 });
    share.status.should.equal(201);
    const { id } = share.body as { id: number };
    should(await owner.code('POST', '/app/sharing', { type: 0, did, username: 'guest-one' })).equal(9087);
    should(await guest.code('POST', '/app/sharing', { type: 0, did, uid: owner.uid })).equal(9017);
    const messages = (await guest.call('GET', '/app/messages?type=1')).body as { objects: { id: string }[] };
    messages.objects.should.have.length(1);
    should((await guest.call('PUT', `/app/messages/${messages.objects[0]?.id}?status=1`)).status).equal(200);
    should(await owner.code('PUT', `/app/messages/${messages.objects[0]?.id}?status=1`)).equal(9101);
    const received = (await guest.call('GET', '/app/sharing?sharing_type=1')).body as { objects: Json[] };
    should(received.objects[0]).containEql({ id, did, status: 0 });
    should((await guest.call('PUT', `/app/sharing/${id}?status=1`)).body).eql({ id });
    const list = (await guest.call('GET', '/app/bindings')).body as { devices: Json[] };
    should(list.devices.map(({ did: own, role }) => [own, role])).eql([[did, 'guest']]);
    should(await guest.code('GET', `/app/${did}/bindings`)).equal(9093);
    should((await owner.call('GET', `/app/${did}/bindings`)).body as never)
      .be.an.Array()
      .and.matchAny(({ uid }: Json) => should(uid).equal(guest.uid));
    // The hour is over.
    await clock.advance(61 * 60_000);
    should(((await guest.call('GET', '/app/bindings')).body as { devices: Json[] }).devices).eql([]);

    const code = (await owner.call('POST', '/app/sharing', { type: 1, did })).body as { qr_content: string };
    const path = `/app/sharing/code/${code.qr_content.split('code=')[1]}`;
    should(await owner.code('GET', path)).equal(9096);
    should((await guest.call('GET', path)).body).have.property('product_name');
    should((await guest.call('POST', path)).status).equal(200);
    should((await owner.call('POST', `/app/sharing/${did}/transfer?uid=${guest.uid}`)).status).equal(200);
    should(await owner.code('GET', `/app/devices/${did}`)).equal(9017);
    should(((await guest.call('GET', `/app/devices/${did}`)).body as Json).role).equal('owner');
  });

  it('controls groups and runs scenes step by step', async () => {
    const device = simulator.world.device(dids[0] as string);
    const productKey = device?.product.productKey as string;
    const made = await owner.call('POST', '/app/group', { group_name: '客厅', product_key: productKey });
    made.status.should.equal(201);
    const { id } = made.body as { id: string };
    const members = dids.filter((did) => simulator.world.device(did)?.product.productKey === productKey);
    const added = await owner.call('POST', `/app/group/${id}/devices?show_detail=1`, { dids: [...members, 'nobody'] });
    should(added.body).containEql({ success: members, failed: ['nobody'] });
    should((added.body as { detail: Json[] }).detail[0]).containEql({ did: 'nobody', error_code: 9014 });
    const flag = flagOf(members[0] as string);
    should((await owner.call('POST', `/app/group/${id}/control`, { attrs: { [flag]: true } })).body).eql(
      members.map((did) => ({ did, result: true })),
    );
    const scene = await owner.call('POST', '/app/scene', {
      scene_name: '离家',
      tasks: [
        { task_type: 'device', did: members[0], attrs: { [flag]: false } },
        { task_type: 'delay', time: 30 },
        { task_type: 'group', group_id: id, attrs: { [flag]: true } },
      ],
    });
    const sceneId = (scene.body as { id: string }).id;
    const state = async (): Promise<unknown> =>
      ((await owner.call('GET', `/app/scene/${sceneId}/task`)).body as Json).status;
    should(await state()).equal(3);
    const before = simulator.executed.length;
    await owner.call('POST', `/app/scene/${sceneId}/task`);
    should([simulator.executed.length - before, await state()]).eql([1, 0]);
    await clock.advance(31_000);
    should([simulator.executed.length - before, await state()]).eql([1 + members.length, 1]);
    should((await owner.call('DELETE', `/app/group/${id}`)).body).equal(null);
  });

  it('runs schedules at their minute, in UTC', async () => {
    const [did] = dids as [string];
    const flag = flagOf(did);
    const at = new Date(clock.now() + 5 * 60_000).toISOString();
    const once = { date: at.slice(0, 10), time: at.slice(11, 16), repeat: 'none', attrs: { [flag]: true } };
    const made = await owner.call('POST', `/app/devices/${did}/scheduler`, once);
    made.status.should.equal(201);
    const daily = { time: at.slice(11, 16), repeat: 'mon,tue,wed,thu,fri,sat,sun', did, attrs: { [flag]: false } };
    await owner.call('POST', '/app/common_scheduler', daily);
    const before = simulator.executed.length;
    await clock.advance(4 * 60_000);
    simulator.executed.length.should.equal(before);
    await clock.advance(2 * 60_000);
    should(simulator.executed.slice(before).map(({ source }) => source)).eql(['scheduler', 'scheduler']);
    await clock.advance(86_400_000);
    simulator.executed.length.should.equal(before + 3);
    const { id } = made.body as { id: string };
    should((await owner.call('DELETE', `/app/devices/${did}/scheduler/${id}`)).status).equal(200);
    should(await owner.code('DELETE', `/app/devices/${did}/scheduler/${id}`)).equal(9030);
  });

  it('obeys rules when a device reports', async () => {
    const withFlag = dids.filter((did) => flagOf(did) !== undefined);
    const [first, second] = withFlag as [string, string];
    const [flag, other] = [flagOf(first), flagOf(second)];
    const rule = {
      name: 'one switches the other',
      product_key: simulator.world.device(first)?.product.productKey,
      did: first,
      event: 'data',
      interval: 3600,
      input: [{ product_key: 'p', did: first, prefix: 'device1' }],
      condition: [[{ left: `device1.${flag}`, opt: '==', right: '1' }]],
      output: [[{ type: 'devctrl', did: second, attrs: { [other]: true } }]],
    };
    const made = await owner.call('POST', '/app/rules', rule);
    const { rule_id: id } = made.body as { rule_id: number };
    should(((await owner.call('GET', '/app/rules')).body as { rules: Json[] }).rules[0]).containEql({ rule_id: id });
    const obeyed = (): number => simulator.executed.filter(({ did }) => did === second).length;
    await owner.call('POST', `/app/control/${first}`, { attrs: { [flag]: false } });
    await clock.advance(2000);
    obeyed().should.equal(0);
    await owner.call('POST', `/app/control/${first}`, { attrs: { [flag]: true } });
    await clock.advance(2000);
    obeyed().should.equal(1);
    // Not again before the interval is over.
    simulator.world.report(simulator.world.device(first) as never);
    await clock.advance(2000);
    obeyed().should.equal(1);
    should((await owner.call('DELETE', `/app/rules/${id}`)).body).eql({ rule_id: id });
  });
});
