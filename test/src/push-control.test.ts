import should from 'should';
import { CloudError } from '../../src/cloud/errors';
import type { RemoteCommand } from '../../src/gizwits/push/control-codec';
import type { ControlResult } from '../../src/gizwits/push/remote-control';
import { record } from '../faults/support/table';
import { PRODUCT } from './push-support/fake-broker';
import type { FakeLink } from './push-support/fake-link';
import { setUp } from './push-support/set-up';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

function command(did: string, more: Partial<RemoteCommand> = { attrs: { Switch: true } }): RemoteCommand {
  return { did, mac: `mac-${did}`, productKey: PRODUCT.productKey, ...more };
}

/** Frames of control requests that reached the server. */
function requests(link: FakeLink): Record<string, unknown>[] {
  return link.frames.filter((frame) => /^remote_control/.test(String(frame.cmd)));
}

/** Code and outcome of each result; `accepted` where there is no error. */
function told(results: readonly ControlResult[]): string[] {
  return results.map((result) => ('error' in result ? `${result.error.code} ${result.error.outcome}` : result.outcome));
}

/** A client kept connected, and what its server answers to control requests. */
async function connected(answer: (frame: Record<string, unknown>, link: FakeLink) => void) {
  const all = setUp();
  all.client.hold();
  await all.clock.advance(SECOND);
  const watch = (link: FakeLink): void => {
    const { onFrame } = link;
    link.onFrame = (frame, line) =>
      /^remote_control/.test(String(frame.cmd)) ? queueMicrotask(() => answer(frame, link)) : onFrame(frame, line);
  };
  watch(all.network.last);
  return { ...all, link: all.network.last };
}

function accept(frame: Record<string, unknown>, link: FakeLink): void {
  const data = frame.data as { data: { did: string } }[];
  const succeed = data.map(({ data: { did } }) => ({ did }));
  link.send({ cmd: 'remote_control_v2_res', msg_id: frame.msg_id, result: { succeed, failed: [] } });
}

describe('push control', () => {
  it('writes version 2 as documented', async () => {
    const { client, link } = await connected(accept);
    const results = await client.control([
      command('a', { attrs: { b: Buffer.from([1, 0, 0, 0]), list: [1, 255], Switch: 1, Mode: '抽', Speed: 5.5 } }),
      command('b', { raw: Buffer.from([1, 2, 3]) }),
    ]);
    told(results).should.eql(['accepted', 'accepted']);
    const [{ msg_id: messageId, ...request }] = requests(link);
    should(messageId).be.a.String();
    const product = { product_key: PRODUCT.productKey };
    request.should.eql({
      cmd: 'remote_control_v2_req',
      data: [
        {
          cmd: 'write_attrs',
          data: {
            did: 'a',
            mac: 'mac-a',
            ...product,
            binary_coding: 'hex',
            attrs: { b: '01000000', list: '01ff', Switch: 1, Mode: '抽', Speed: 5.5 },
          },
        },
        { cmd: 'write', data: { did: 'b', mac: 'mac-b', ...product, binary_coding: 'hex', raw: '010203' } },
      ],
    });
    await client.close(0);
  });

  it('writes version 1 as documented, and its raw command for old devices', async () => {
    const { client, link } = await connected((frame, link) => {
      const [{ data }] = frame.data as { data: { did: string } }[];
      link.send({ cmd: 'remote_control_res', msg_id: frame.msg_id, result: { succeed: [data.did], failed: [] } });
    });
    const attrs = { ext: '170203', buffer: Buffer.from([23, 2, 3]), text: '170203', Switch: true };
    const first = await client.control([command('a', { attrs, binary: ['ext'] })], { version: 'v1' });
    await client.control([command('a', { raw: Buffer.from([11, 22, 255]) })], { version: 'v1' });
    await client.control([command('a', { raw: Buffer.from([11]) })], { version: 'v1-raw' });
    told(first).should.eql(['accepted']);
    const device = { did: 'a', mac: 'mac-a', product_key: PRODUCT.productKey };
    requests(link)
      .map(({ cmd, data }) => [cmd, data])
      .should.eql([
        [
          'remote_control_req',
          [
            {
              cmd: 'write_attrs',
              source: 'noti',
              data: { ...device, attrs: { ext: [23, 2, 3], buffer: [23, 2, 3], text: '170203', Switch: true } },
            },
          ],
        ],
        ['remote_control_req', [{ cmd: 'write', source: 'noti', data: { ...device, raw: [11, 22, 255] } }]],
        ['remote_control_req', [{ cmd: 'write_v1', source: 'noti', data: { ...device, raw: [11] } }]],
      ]);
    await client.close(0);
  });

  it('tells refusals by the text of the server, device by device, in either shape', async () => {
    for (const result of [
      { succeed: [{ did: 'b' }], failed: [{ did: 'a', reason: 'Did is offline' }] },
      { succeed: ['b'], failed: [{ a: 'Did is offline' }] },
    ]) {
      const { client } = await connected((frame, link) =>
        link.send({ cmd: 'remote_control_v2_res', msg_id: frame.msg_id, result }),
      );
      const results = await client.control([command('a'), command('b'), command('c')]);
      told(results).should.eql(['GIZ_REFUSED refused', 'accepted', 'GIZ_OUTCOME_UNKNOWN unknown']);
      const [refused] = results;
      should('error' in refused && refused.error.vendorMessage).equal('Did is offline');
      await client.close(0);
    }
  });

  it('an answer that contradicts itself, or is of no known form, leaves the outcome open', async () => {
    for (const result of [{ succeed: [{ did: 'a' }], failed: [{ did: 'a', reason: 'x' }] }, null, [], 'ok', {}]) {
      const { client } = await connected((frame, link) =>
        link.send({ cmd: 'remote_control_v2_res', msg_id: frame.msg_id, result }),
      );
      told(await client.control([command('a')])).should.eql(['GIZ_OUTCOME_UNKNOWN unknown']);
      await client.close(0);
    }
  });

  it('no answer: unknown after its time, not sent again; a late answer is nobody’s', async () => {
    const { client, clock, link } = await connected(() => undefined);
    const begun = clock.mono();
    let ended = 0;
    const pending = client.control([command('a')], { answerMs: 7 * SECOND }).then((results) => {
      ended = clock.mono();
      return results;
    });
    await clock.advance(MINUTE);
    told(await pending).should.eql(['GIZ_OUTCOME_UNKNOWN unknown']);
    (ended - begun).should.be.within(7 * SECOND, 7.1 * SECOND);
    requests(link).length.should.equal(1);
    accept(requests(link)[0], link);
    client.stats.lateAnswers.should.equal(1);
    record({ check: 'P72', fault: 'answer to a command late', inputs: 1, unknown: 1, lost: 0, doubled: 0 });
    await client.close(0);
  });

  it('connection lost on the way: unknown, and not sent on the next one', async () => {
    const { client, clock, network, link } = await connected(() => undefined);
    const pending = client.control([command('a'), command('b')]);
    await clock.settle();
    link.cut();
    told(await pending).should.eql(['GIZ_OUTCOME_UNKNOWN unknown', 'GIZ_OUTCOME_UNKNOWN unknown']);
    await clock.advance(MINUTE);
    network.links.length.should.equal(2);
    requests(network.last).should.eql([]);
    record({ check: 'P72', fault: 'connection lost under commands', inputs: 2, unknown: 2, lost: 0, doubled: 0 });
    await client.close(0);
  });

  it('not connected: waits for the connection while it is fresh, and is never sent later', async () => {
    const { client, clock, network, broker } = setUp();
    broker.answerLogin = undefined;
    client.hold();
    const pending = client.control([command('a')], { deadlineMs: 5 * SECOND });
    await clock.advance(4 * SECOND);
    network.last.sent('login_req').length.should.equal(1);
    await clock.advance(1.1 * SECOND);
    told(await pending).should.eql(['GIZ_EXPIRED not-sent']);
    network.last.send({ cmd: 'login_res', data: { result: true } });
    await clock.advance(MINUTE);
    for (const link of network.links) requests(link).should.eql([]);
    await client.close(0);
  });

  it('looks at the time once more right before it sends: a machine that slept sends nothing old', async () => {
    const { client, clock, network, broker } = setUp();
    broker.answerLogin = undefined;
    client.hold();
    const late = client.control([command('a')], { deadlineMs: 5 * SECOND });
    await clock.advance(SECOND);
    // Time passes without a timer firing.
    (clock as unknown as { time: number }).time += MINUTE;
    network.last.send({ cmd: 'login_res', data: { result: true } });
    told(await late).should.eql(['GIZ_EXPIRED not-sent']);
    requests(network.last).should.eql([]);
    await client.close(0);
  });

  it('opens a connection of its own when there is none, and lets it go', async () => {
    const { client, clock, network, broker } = setUp();
    const pending = client.control([command('a')], { answerMs: SECOND });
    await clock.advance(10);
    should((network.last.frames[0].data as { events: unknown }[])[0].events).eql([]);
    await clock.advance(2 * SECOND);
    await pending;
    await clock.advance(SECOND);
    [client.state.kind, network.open, broker.audit.pushes].should.eql(['idle', 0, 0]);
    await client.close(0);
  });

  it('a refused login fails commands at once, with the server’s text', async () => {
    const { client, clock, broker } = setUp();
    broker.answerLogin = (link) => {
      link.send({ cmd: 'login_res', data: { result: false, msg: 'auth failed' } });
      link.cut();
    };
    client.hold();
    await clock.advance(SECOND);
    const results = await client.control([command('a')]);
    told(results).should.eql(['GIZ_REFUSED refused']);
    should('error' in results[0] && results[0].error.vendorMessage).equal('auth failed');
    await client.close(0);
  });

  it('ends at a close: waiting ones as closed, those on their way as of unknown outcome', async () => {
    const { client } = await connected(() => undefined);
    const sent = client.control([command('a')]);
    await client.close(0);
    told(await sent).should.eql(['GIZ_OUTCOME_UNKNOWN unknown']);
    const other = setUp();
    const waiting = other.client.control([command('a')]);
    await other.client.close(0);
    told(await waiting).should.eql(['GIZ_CLOSED not-sent']);
  });

  it('ends at an abort likewise', async () => {
    const { client, clock } = await connected(() => undefined);
    const abort = new AbortController();
    const sent = client.control([command('a')], { signal: abort.signal });
    await clock.settle();
    abort.abort();
    told(await sent).should.eql(['GIZ_OUTCOME_UNKNOWN unknown']);
    told(await client.control([command('a')], { signal: abort.signal })).should.eql(['GIZ_CLOSED not-sent']);
    await client.close(0);
  });

  it('an answer of invalid_msg belongs to the one request under way, or to nobody', async () => {
    const invalid = { cmd: 'invalid_msg', error_code: 4006, msg: 'did is required' };
    const one = await connected((_, link) => link.send(invalid));
    const [result] = await one.client.control([command('a')]);
    told([result]).should.eql(['GIZ_4006 refused']);
    should('error' in result && [result.error.vendorCode, result.error.vendorMessage]).eql([4006, 'did is required']);
    await one.client.close(0);

    const two = await connected((_, link) => link.send(invalid));
    const both = Promise.all([two.client.control([command('a')]), two.client.control([command('b')])]);
    await two.clock.advance(MINUTE);
    told((await both).flat()).should.eql(['GIZ_OUTCOME_UNKNOWN unknown', 'GIZ_OUTCOME_UNKNOWN unknown']);
    two.client.state.kind.should.equal('connected');
    await two.client.close(0);

    const named = await connected((frame, link) => link.send({ ...invalid, msg_id: frame.msg_id }));
    const all = await Promise.all([named.client.control([command('a')]), named.client.control([command('b')])]);
    told(all.flat()).should.eql(['GIZ_4006 refused', 'GIZ_4006 refused']);
    await named.client.close(0);
  });

  it('never has a device twice in one request, nor more than 50 commands', async () => {
    const { client, link } = await connected(accept);
    const commands = [
      command('a', { attrs: { n: 1 } }),
      command('b'),
      command('a', { attrs: { n: 2 } }),
      ...Array.from({ length: 120 }, (_, i) => command(`d${i}`)),
    ];
    const results = await client.control(commands);
    results.map(({ did }) => did).should.eql(commands.map(({ did }) => did));
    told(results)
      .every((text) => text === 'accepted')
      .should.be.true();
    const sizes = requests(link).map((request) => (request.data as unknown[]).length);
    sizes.should.eql([2, 50, 50, 21]);
    new Set(requests(link).map((request) => request.msg_id)).size.should.equal(4);
    await client.close(0);
  });

  it('answers find their request whatever their order', async () => {
    const held: (() => void)[] = [];
    const { client } = await connected((frame, link) => {
      held.push(() => {
        const [{ data }] = frame.data as { data: { did: string } }[];
        const failed = [{ did: data.did, reason: `no ${data.did}` }];
        link.send({ cmd: 'remote_control_v2_res', msg_id: frame.msg_id, result: { succeed: [], failed } });
      });
      if (held.length === 20) for (const answer of held.reverse()) answer();
    });
    const dids = Array.from({ length: 20 }, (_, i) => `d${i}`);
    const results = await Promise.all(dids.map((did) => client.control([command(did)])));
    for (const [i, [result]] of results.entries()) {
      should('error' in result && result.error.vendorMessage).equal(`no d${i}`);
    }
    await client.close(0);
  });

  it('refuses what cannot be sent, and sends nothing of the batch', async () => {
    const { client, link } = await connected(accept);
    const bad: RemoteCommand[] = [
      command('', { attrs: { a: 1 } }),
      { ...command('a'), mac: '' },
      command('a', {}),
      command('a', { attrs: { a: 1 }, raw: Buffer.from([1]) }),
      command('a', { attrs: {} }),
      command('a', { raw: Buffer.alloc(0) }),
      command('a', { attrs: JSON.parse('{"__proto__":1}') as Record<string, number> }),
      command('a', { attrs: { constructor: 1 } as unknown as Record<string, number> }),
      command('a', { attrs: { x: null as unknown as string } }),
      { ...command('a'), productKey: 'another' },
    ];
    for (const one of bad) {
      const error = await client.control([command('fine'), one]).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      should(error).be.instanceOf(CloudError);
      [(error as CloudError).code, (error as CloudError).outcome].should.eql(['GIZ_BAD_INPUT', 'not-sent']);
    }
    await client.control([]).should.be.rejectedWith({ code: 'GIZ_BAD_INPUT' });
    requests(link).should.eql([]);
    await client.close(0);
  });
});
