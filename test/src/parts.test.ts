import should from 'should';
import { CloudError, type Outcome } from '../../src/cloud/errors';
import { buildRequest } from '../../src/cloud/request';
import { changeBindings } from '../../src/gizwits/enterprise/bindings';
import type { Call } from '../../src/gizwits/enterprise/call';
import { changeMembers, flattenGroups } from '../../src/gizwits/enterprise/groups';
import { enterpriseOperations, type OperationId } from '../../src/gizwits/enterprise/operations';
import { reply } from '../support/log-server';

const macs = (count: number, from = 0): string[] => Array.from({ length: count }, (_, n) => `mac${from + n}`);
const none = (): void => undefined;

function failure(code: string, outcome: Outcome): CloudError {
  return new CloudError({ code, textKey: 'errors.closed', outcome });
}

/** A cloud that fails at the calls of the given numbers, and else takes every entry but those in `bad`. */
function cloud(options: { bad?: string[]; fails?: Record<number, CloudError> } = {}) {
  const asked: { operation: string; params: Record<string, unknown> }[] = [];
  const call: Call = async (operation, params) => {
    buildRequest(enterpriseOperations[operation as OperationId], params, { supplied: { product_key: 'a'.repeat(32) } });
    asked.push({ operation, params });
    const error = options.fails?.[asked.length];
    if (error) throw error;
    const entries = (params.macs ?? params.dids) as string[];
    const isBad = (entry: string): boolean => options.bad?.includes(entry) === true;
    return reply({ success: entries.filter((entry) => !isBad(entry)), failed: entries.filter(isBad) });
  };
  return { call, asked };
}

const assign = (call: Call, list: unknown, signal?: AbortSignal) =>
  changeMembers(call, { gid: 'g', action: 'assign', macs: list, reassign: true }, signal, none);

describe('changes in parts', () => {
  it('send a thousand at once and put the answers together', async () => {
    const { call, asked } = cloud({ bad: ['mac5', 'mac2500'] });
    const metas: unknown[] = [];
    const change = { gid: 'g', action: 'assign' as const, macs: macs(2501), reassign: true };
    const result = await changeMembers(call, change, undefined, (meta) => metas.push(meta));
    asked.map(({ params }) => (params.macs as string[]).length).should.eql([1000, 1000, 501]);
    asked.every(({ operation, params }) => operation === 'groups.update' && params.reassign === true).should.be.true();
    metas.length.should.equal(3);
    result.failed.should.eql(['mac5', 'mac2500']);
    result.success.length.should.equal(2499);
    should(result.error).be.undefined();
  });

  it('lose nothing that was done before a call failed', async () => {
    const refused = cloud({ fails: { 2: failure('GIZ_5208', 'refused') } });
    const result = await assign(refused.call, macs(3500));
    result.success.should.eql(macs(1000));
    result.failed.should.eql(macs(2500, 1000));
    should(result.unknown).be.undefined();
    should(result.error?.code).equal('GIZ_5208');
    refused.asked.length.should.equal(2);

    const lost = cloud({ fails: { 3: failure('GIZ_OUTCOME_UNKNOWN', 'unknown') } });
    const unknown = await assign(lost.call, macs(3500));
    unknown.success.should.eql(macs(2000));
    should(unknown.unknown).eql(macs(1000, 2000));
    unknown.failed.should.eql(macs(500, 3000));
    [...unknown.success, ...(unknown.unknown ?? []), ...unknown.failed].should.eql(macs(3500));
  });

  it('are an error when nothing was done', async () => {
    await should(assign(cloud({ fails: { 1: failure('GIZ_5206', 'refused') } }).call, macs(1500))).be.rejectedWith({
      code: 'GIZ_5206',
    });
    await should(assign(cloud({ bad: macs(3) }).call, macs(3))).be.rejectedWith({
      code: 'GIZ_REFUSED',
      outcome: 'refused',
    });
    const second = cloud({ bad: macs(1000), fails: { 2: failure('GIZ_TIMEOUT', 'unknown') } });
    await should(assign(second.call, macs(1500))).be.rejectedWith({ code: 'GIZ_TIMEOUT', outcome: 'unknown' });
  });

  it('end as unknown when the node closes after something was done', async () => {
    const closing = new AbortController();
    const closed = failure('GIZ_CLOSED', 'not-sent');
    const { call } = cloud({ fails: { 2: closed } });
    const answering: Call = async (...args) => {
      try {
        return await call(...args);
      } finally {
        closing.abort();
      }
    };
    await should(assign(answering, macs(1500), closing.signal)).be.rejectedWith({ code: 'GIZ_OUTCOME_UNKNOWN' });
  });

  it('check every entry before the first call, and send each once', async () => {
    const { call, asked } = cloud();
    for (const wrong of [[...macs(1500), 'a/b'], [], '', undefined, null, 5, {}, [1.5], [null]]) {
      await should(assign(call, wrong)).be.rejectedWith({ code: 'GIZ_BAD_INPUT' });
    }
    asked.length.should.equal(0);
    await assign(call, 'virtual:site, 98f4ab0012cd,virtual:site');
    asked[0]?.params.macs?.should.eql(['virtual:site', '98f4ab0012cd']);
    await assign(call, ['867725030123456', 867725030123456]);
    asked[1]?.params.macs?.should.eql(['867725030123456']);
  });

  it('read an answer that leaves out the failed, and refuse one that is none', async () => {
    const answer = (body: unknown) => assign(async () => reply(body), ['m']);
    (await answer({ success: ['m'] })).should.eql({ success: ['m'], failed: [] });
    (await answer({ success: [5], failed: [] })).success.should.eql(['5']);
    await should(answer({ success: 'm' })).be.rejectedWith({ code: 'GIZ_BAD_RESPONSE' });
    await should(answer([])).be.rejectedWith({ code: 'GIZ_BAD_RESPONSE' });
  });
});

describe('bindings', () => {
  it('are made and taken back by their own operations', async () => {
    const { call, asked } = cloud({ bad: ['d2'] });
    const change = { uid: 'u', appid: 'a', dids: ['d1', 'd2', 'd1'] };
    (await changeBindings(call, { action: 'bind', ...change }, undefined, none)).should.eql({
      success: ['d1'],
      failed: ['d2'],
    });
    await changeBindings(call, { action: 'unbind', ...change }, undefined, none);
    asked.should.eql([
      { operation: 'bindings.create', params: { uid: 'u', appid: 'a', dids: ['d1', 'd2'] } },
      { operation: 'bindings.delete', params: { uid: 'u', appid: 'a', dids: ['d1', 'd2'] } },
    ]);
  });

  it('refuse colons, which dids do not have', async () => {
    const change = { action: 'bind' as const, uid: 'u', appid: 'a', dids: ['virtual:site'] };
    await should(changeBindings(cloud().call, change, undefined, none)).be.rejectedWith(/dids\[0\]/);
  });
});

describe('the tree of groups', () => {
  it('becomes a list with every group behind its parent', () => {
    flattenGroups({ root: { a: '', b: { c: '' } } }).should.eql([
      { gid: 'root', parent: null },
      { gid: 'a', parent: 'root' },
      { gid: 'b', parent: 'root' },
      { gid: 'c', parent: 'b' },
    ]);
    flattenGroups({}).should.eql([]);
    flattenGroups('').should.eql([]);
    flattenGroups({ only: '' }).should.eql([{ gid: 'only', parent: null }]);
    flattenGroups({ only: null }).should.eql([{ gid: 'only', parent: null }]);
  });
});
