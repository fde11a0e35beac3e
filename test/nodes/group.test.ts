import should from 'should';
import control from '../../nodes/gizwits-control';
import group from '../../nodes/gizwits-group';
import type { Simulator } from '../../src/simulator';
import {
  configNodes,
  credentials,
  loadBench,
  type Message,
  startRuntime,
  stopRuntime,
  useSimulator,
} from '../support/flows';

describe('gizwits-group', () => {
  let simulator: Simulator;

  useSimulator((created) => {
    simulator = created;
  });

  const load = (fields: Record<string, unknown> = {}) =>
    loadBench(group, { type: 'gizwits-group', ...fields }, configNodes(simulator), credentials(simulator));
  const run = async (fields: Record<string, unknown>, msg: Message = { payload: 'x' }) => {
    const bench = await load(fields);
    const result = await bench.run(msg);
    const status = await bench.settledStatus();
    await stopRuntime();
    await startRuntime();
    return { ...result, msg: result.messages[0] as Message, status };
  };
  const productKey = (): string => simulator.products[0]?.productKey as string;
  const groups = () => simulator.world.groups.of(productKey());
  const macs = (count: number, from = 0): string[] =>
    simulator.world
      .devicesOf(productKey())
      .slice(from, from + count)
      .map(({ mac }) => mac);
  const updates = (from: number) =>
    simulator.requests.slice(from).filter(({ operation }) => operation === 'groups.update');

  it('lists the tree, and the same flat', async () => {
    const { msg } = await run({});
    const tree = msg.payload as Record<string, unknown>;
    Object.keys(tree).length.should.equal(1);
    const flat = groups().map(({ gid, parent }) => ({ gid, parent }));
    msg.gizwits.operation.should.equal('groups.list');
    [...msg.gizwits.groups]
      .sort((a, b) => a.gid.localeCompare(b.gid))
      .should.eql(flat.sort((a, b) => a.gid.localeCompare(b.gid)));
    for (const [index, { parent }] of (msg.gizwits.groups as { parent: string | null }[]).entries()) {
      if (parent === null) index.should.equal(0);
      else
        (msg.gizwits.groups as { gid: string }[])
          .slice(0, index)
          .some(({ gid }) => gid === parent)
          .should.be.true();
    }
  });

  it('creates a group, puts devices in, lists them, takes them out and deletes it', async () => {
    const root = groups()[0] as { gid: string };
    const created = await run({ action: 'create', parentGid: root.gid, parentGidType: 'str' });
    const { gid } = created.msg;
    created.msg.payload.should.eql({ gid });
    groups()
      .find((one) => one.gid === gid)
      ?.parent?.should.equal(root.gid);

    const list = macs(3);
    const kept = await run({ action: 'assign' }, { gid, payload: list });
    // All three are in groups, or not: those that are fail without `reassign`.
    const moved = await run({ action: 'assign', reassign: true, reassignType: 'bool' }, { gid, payload: list.join() });
    should(kept.msg ?? kept.error).be.ok();
    moved.msg.payload.should.eql({ success: list, failed: [] });
    moved.msg.gid.should.equal(gid);
    moved.status.fill.should.equal('green');

    (await run({ action: 'members' }, { gid })).msg.payload.should.eql(list);
    const out = await run({ action: 'unassign' }, { gid, payload: [...list, 'nobody'] });
    out.msg.payload.should.eql({ success: list, failed: ['nobody'] });
    out.status.should.containEql({ fill: 'yellow', shape: 'ring' });
    const gone = await run({ action: 'delete', gid: 'payload.of', gidType: 'msg' }, { payload: { of: gid } });
    gone.msg.payload.should.eql({});
    gone.msg.gid.should.equal(gid);
    groups()
      .some((one) => one.gid === gid)
      .should.be.false();
  });

  it('says plainly why a change is refused', async () => {
    const root = groups()[0] as { gid: string };
    const child = groups()[1] as { gid: string };
    const cases: [Record<string, unknown>, Message, string][] = [
      [{ action: 'create' }, {}, 'GIZ_5203'],
      [{ action: 'create', parentGid: 'nowhere', parentGidType: 'str' }, {}, 'GIZ_5202'],
      [{ action: 'delete' }, { gid: root.gid }, 'GIZ_5204'],
      [{ action: 'delete' }, { gid: groups().at(-1)?.gid }, 'GIZ_5205'],
      [{ action: 'members' }, { gid: 'nowhere' }, 'GIZ_5206'],
      [{ action: 'assign' }, { gid: child.gid, payload: ['nobody'] }, 'GIZ_REFUSED'],
    ];
    for (const [fields, msg, code] of cases) {
      const { messages, error } = await run(fields, msg);
      messages.should.eql([]);
      should(error?.error.code).equal(code);
      should(error?.gizwits.error).containEql({ code, outcome: 'refused' });
    }
  });

  it('sends 2500 devices in three parts, with one result', async () => {
    const { gid } = groups()[1] as { gid: string };
    const strangers = Array.from({ length: 2300 }, (_, n) => `stranger${n}`);
    const list = [...macs(100), ...strangers, ...macs(100, 100)];
    const from = simulator.requests.length;
    const { msg } = await run({ action: 'assign', reassign: 'true', reassignType: 'bool' }, { gid, payload: list });
    updates(from)
      .map(({ body }) => (body as { macs: string[]; reassign: boolean }).macs.length)
      .should.eql([1000, 1000, 500]);
    msg.payload.failed.should.eql(strangers);
    msg.payload.success.should.eql([...macs(100), ...macs(100, 100)]);
    msg.gizwits.attempts.should.equal(3);
  });

  it('keeps what was done when a later part fails, refused or without an answer', async () => {
    const { gid } = groups()[1] as { gid: string };
    const rest = Array.from({ length: 1500 }, (_, n) => `stranger${n}`);
    const list = [...macs(100), ...rest];
    const match = { operation: 'groups.update' };
    const fields = { action: 'assign', reassign: true, reassignType: 'bool' };
    simulator.faults.add({ kind: 'error', code: 5208, match, skip: 1 });
    const refused = await run(fields, { gid, payload: list });
    refused.msg.payload.success.should.eql(macs(100));
    refused.msg.payload.failed.should.eql(rest);
    refused.msg.payload.should.not.have.property('unknown');
    refused.msg.gizwits.error.should.containEql({ code: 'GIZ_5208', outcome: 'refused', retryable: true });
    refused.status.fill.should.equal('yellow');

    simulator.faults.clear();
    simulator.faults.add({ kind: 'resetAfterRequest', match, skip: 1 });
    const lost = await run(fields, { gid, payload: list });
    lost.msg.payload.success.should.eql(macs(100));
    lost.msg.payload.unknown.should.eql(rest.slice(900));
    lost.msg.payload.failed.should.eql(rest.slice(0, 900));
    lost.msg.gizwits.error.should.containEql({ code: 'GIZ_OUTCOME_UNKNOWN', outcome: 'unknown' });
  });

  it('refuses what cannot be meant before anything is sent', async () => {
    const wrong: [Record<string, unknown>, Message, RegExp][] = [
      [{ action: 'dance' }, {}, /action/],
      [{ action: 'members' }, {}, /gid/],
      [{ action: 'delete' }, { gid: '../x' }, /gid/],
      [{ action: 'delete' }, { gid: '' }, /gid/],
      [{ action: 'assign' }, { gid: 'g' }, /macs/],
      [{ action: 'assign' }, { gid: 'g', payload: [] }, /macs/],
      [{ action: 'assign' }, { gid: 'g', payload: ['ok', 'a b'] }, /macs\[1\]/],
      [{ action: 'assign', reassign: 'perhaps', reassignType: 'str' }, { gid: 'g', payload: ['ok'] }, /reassign/],
    ];
    for (const [fields, msg, names] of wrong) {
      const from = simulator.requests.length;
      const { messages, error } = await run(fields, msg);
      messages.should.eql([]);
      should(error?.error.code).equal('GIZ_BAD_INPUT');
      should(error?.error.message).match(names);
      simulator.requests.length.should.equal(from);
    }
  });
});

describe('gizwits-control to a group', () => {
  let simulator: Simulator;

  useSimulator((created) => {
    simulator = created;
  });

  const target = () => {
    const [, group] = simulator.world.groups.of(simulator.products[0]?.productKey as string);
    return group as { gid: string; macs: Set<string> };
  };
  const load = (settings: Record<string, unknown> = {}) =>
    loadBench(
      control,
      { type: 'gizwits-control', targetBy: 'group', target: 'gid', targetType: 'msg' },
      configNodes(simulator, 0, settings),
      credentials(simulator),
    );
  const commands = (from: number) =>
    simulator.requests.slice(from).filter(({ operation }) => operation === 'device.control');

  it('gives a result for each member, in order, never more at once than the account allows', async () => {
    const { gid, macs } = target();
    const bench = await load({ concurrency: 3 });
    const from = simulator.requests.length;
    let underWay = 0;
    let most = 0;
    simulator.faults.add({ kind: 'delay', ms: 20, match: { operation: 'device.control' }, times: 'forever' });
    const watch = setInterval(() => {
      underWay = simulator.requests.slice(from).filter(({ status }) => status === undefined).length;
      most = Math.max(most, underWay);
    }, 2);
    const { messages } = await bench.run({ gid, payload: { switch: true } });
    clearInterval(watch);
    const { total, ok, failed, results } = (messages[0] as Message).payload;
    total.should.equal(macs.size);
    (ok + failed).should.equal(total);
    results.map(({ mac }: Message) => mac).should.eql([...macs]);
    for (const result of results) {
      if (result.error) result.error.should.have.properties('code', 'message', 'outcome');
      else result.should.containEql({ outcome: 'accepted' });
    }
    ok.should.be.above(0);
    failed.should.be.above(0, 'some members are offline');
    commands(from).length.should.equal(total);
    most.should.be.belowOrEqual(3).and.above(1);
  });

  it('is stopped by a redeploy: what has not been sent is not sent any more', async () => {
    const { gid, macs } = target();
    const bench = await load({ concurrency: 2 });
    simulator.faults.add({ kind: 'delay', ms: 100, match: { operation: 'device.control' }, times: 'forever' });
    const from = simulator.requests.length;
    const ended = bench.run({ gid, payload: { switch: true } });
    while (commands(from).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await stopRuntime();
    const sent = commands(from).length;
    sent.should.be.below(macs.size);
    await new Promise((resolve) => setTimeout(resolve, 150));
    commands(from).length.should.equal(sent);
    const { messages, error } = await Promise.race([
      ended,
      new Promise<{ messages: Message[]; error?: Message }>((resolve) =>
        setTimeout(() => resolve({ messages: [] }), 50),
      ),
    ]);
    messages.should.eql([]);
    if (error) should(error.error.code).equal('GIZ_OUTCOME_UNKNOWN');
    await startRuntime();
  });
});
