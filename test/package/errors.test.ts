import should from 'should';
import { type FlowNode, type RunningNodeRed, startNodeRed } from '../support/runtime';

const PRODUCT = '34920fbd01f40072e3cf347862554017';

/** One control node on the simulated cloud between an HTTP endpoint and what it answers, error or not. */
const flow: FlowNode[] = [
  { id: 't', type: 'tab' },
  { id: 'e', type: 'gizwits-enterprise', region: 'simulator' },
  { id: 'p', type: 'gizwits-product', enterprise: 'e', productKey: PRODUCT },
  { id: 'i', type: 'http in', z: 't', url: '/control', method: 'post', wires: [['n']] },
  {
    ...{ id: 'n', type: 'gizwits-control', z: 't', product: 'p', target: 'payload.did', value: 'payload.attrs' },
    wires: [['o']],
  },
  { id: 'c', type: 'catch', z: 't', wires: [['x']] },
  {
    ...{ id: 'x', type: 'change', z: 't', wires: [['o']] },
    rules: [
      { t: 'set', p: 'payload', pt: 'msg', to: '{}', tot: 'json' },
      { t: 'set', p: 'payload.error', pt: 'msg', to: 'error', tot: 'msg' },
      { t: 'set', p: 'payload.meta', pt: 'msg', to: 'gizwits.error', tot: 'msg' },
    ],
  },
  { id: 'o', type: 'http response', z: 't', wires: [] },
];

interface Answer {
  error?: { code: string; message: string; cause?: unknown; stack?: string };
  meta?: { code: string; outcome: string; vendorCode?: number };
}

describe('errors in a real Node-RED', function () {
  this.timeout(60_000);
  let runtime: RunningNodeRed;

  afterEach(() => runtime?.stop());

  const post = async (body: unknown): Promise<Answer> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return (await (await runtime.request('/control', init)).json()) as Answer;
  };

  for (const { lang, wrong, offline } of [
    { lang: 'en-US', wrong: /attrs\.room_temp .*read/i, offline: /offline/i },
    { lang: 'zh-CN', wrong: /attrs\.room_temp.*只/, offline: /不在线|离线/ },
  ]) {
    it(`speak ${lang} at Catch, with code and outcome, without cause or stack`, async () => {
      runtime = await startNodeRed({ settings: { lang } });
      await runtime.deploy(flow);
      const readonly = await post({ did: 'Mavn3NpqLZ32XDEjWYb83h', attrs: { room_temp: 20 } });
      should(readonly.error?.code).equal('GIZ_BAD_INPUT');
      should(readonly.error?.message)
        .match(wrong)
        .and.match(/^attrs/);
      should(readonly.error).not.have.properties('cause', 'stack');
      should(readonly.meta).containEql({ code: 'GIZ_BAD_INPUT', outcome: 'not-sent' });
      // The site's virtual device is offline in the simulated world.
      const refused = await post({ did: 'fZVszSahfpWE2DRZnreZiC', attrs: { switch: true } });
      should(refused.error?.code).equal('GIZ_5305');
      should(refused.error?.message).match(offline);
      should(refused.meta).containEql({ code: 'GIZ_5305', outcome: 'refused', vendorCode: 5305 });
    });
  }
});
