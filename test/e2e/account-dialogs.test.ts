import type { Request } from 'playwright-core';
import should from 'should';
import { createSimulator, type Simulator } from '../../src/simulator';
import { type FlowNode, nodeRedVersion } from '../support/runtime';
import {
  confirmDialog,
  dialogText,
  dropNode,
  nodeState,
  openDialog,
  openedEditor,
  pictureDialog,
  showEditor,
} from './harness';

const major = Number.parseInt(nodeRedVersion(), 10);

/** What a config node on the simulated cloud is, by the property that a flow node names it in. */
const FAMILIES = [
  { flow: 'gizwits-control', property: 'product', types: ['gizwits-enterprise', 'gizwits-product'] },
  { flow: 'gizwits-app-api', property: 'app', types: ['gizwits-app'] },
  { flow: 'expeed-device', property: 'platform', types: ['expeed-platform'] },
];

describe(`the dialogs of accounts in Node-RED ${major}`, function () {
  this.timeout(120_000);
  const opened = openedEditor([], { language: 'zh-CN', theme: 'light' });
  let simulator: Simulator;

  before(async () => {
    simulator = await createSimulator();
  });
  after(() => simulator?.close());

  const lines = (): Promise<string[]> =>
    opened.editor.page
      .locator('.gizwits-findings > li[data-state]')
      .evaluateAll((all) =>
        all.map((line) => String((line as unknown as { dataset: { state: string } }).dataset.state)),
      );
  const check = async (): Promise<string[]> => {
    const { editor } = opened;
    const button = editor.page.locator('.gizwits-account-check button');
    await button.click();
    await editor.page.locator('.gizwits-account-check button:enabled').waitFor();
    return lines();
  };

  for (const { flow, property, types } of FAMILIES) {
    it(`offer the simulated cloud to ${flow}: one click makes ${types.join(' and ')}`, async () => {
      const { editor } = opened;
      const id = await dropNode(editor, flow);
      await openDialog(editor, id);
      await editor.page.locator('.gizwits-simulate').click();
      should(await editor.page.locator('.gizwits-simulate').isVisible()).be.false();
      await confirmDialog(editor);
      const made = String((await nodeState(editor, id)).saved[property]);
      const { saved } = await nodeState(editor, made);
      should(saved.type).equal(types.at(-1));
      const region = saved.enterprise ? (await nodeState(editor, String(saved.enterprise))).saved.region : saved.region;
      should(region).equal('simulator');

      // The next node finds the only one there is.
      const second = await dropNode(editor, flow);
      await openDialog(editor, second);
      should(await editor.page.locator('.gizwits-simulate').isVisible()).be.false();
      await confirmDialog(editor);
      should((await nodeState(editor, second)).saved[property]).equal(made);
      should(editor.errors).eql([]);
    });
  }

  it('find the new accounts in order before the first deploy', async () => {
    const { editor } = opened;
    for (const type of ['gizwits-enterprise', 'gizwits-product', 'gizwits-app', 'expeed-platform']) {
      await openDialog(editor, await configNode(type));
      const states = await check();
      states.length.should.be.above(4);
      should(states.filter((state) => state === 'failed' || state === 'warning')).eql([]);
      await pictureDialog(editor, `check-${type}-${major}`);
      should(await dialogText(editor)).match(/域名解析[\s\S]*连接[\s\S]*时钟/);
      await confirmDialog(editor);
    }
    should(editor.errors).eql([]);
  });

  it('let a simulated product be picked, and another key be typed in', async () => {
    const { editor } = opened;
    const id = await configNode('gizwits-product');
    const { page } = editor;
    await openDialog(editor, id);
    const list = page.locator('.gizwits-simulated-products');
    const names = await list.locator('option').allInnerTexts();
    should(names.slice(0, -1)).eql(simulator.products.map(({ name }) => name));
    await list.selectOption({ index: 1 });
    should(await page.locator('#node-config-input-productKey').isVisible()).be.false();
    await confirmDialog(editor);
    should((await nodeState(editor, id)).saved.productKey).equal(simulator.products[1]?.productKey);

    await openDialog(editor, id);
    await list.selectOption('other');
    await page.locator('#node-config-input-productKey').fill('0'.repeat(32));
    await confirmDialog(editor);
    should((await nodeState(editor, id)).saved.productKey).equal('0'.repeat(32));
    await openDialog(editor, id);
    should(await list.inputValue()).equal('other');
    await confirmDialog(editor);
  });

  it('try typed secrets in the body of one POST, and say in plain words what is wrong with them', async () => {
    const { editor, runtime } = opened;
    const secret = 'canary-of-the-browser';
    const flow: FlowNode[] = [
      { id: 'cloud', type: 'gizwits-enterprise', region: 'custom', baseUrl: simulator.enterprise.baseUrl },
      { id: 'pump', type: 'gizwits-product', enterprise: 'cloud', productKey: simulator.products[0]?.productKey },
    ];
    const { id, secret: right } = simulator.enterprise;
    await runtime.deploy(flow, {
      credentials: {
        cloud: { enterpriseId: id, enterpriseSecret: right },
        pump: { productSecret: String(simulator.products[0]?.productSecret) },
      },
    });
    await showEditor(editor, runtime);
    const seen: Request[] = [];
    editor.page.on('request', (request) => seen.push(request));

    // The account as it is being typed in: nothing is chosen for TLS and proxy.
    await openDialog(editor, 'cloud');
    await editor.page.locator('#node-config-input-enterpriseId').fill(id);
    should((await check()).filter((state) => state === 'failed')).eql([]);
    await confirmDialog(editor);

    await openDialog(editor, 'pump');
    should(await check()).eql(['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'skipped']);
    await editor.page.locator('#node-config-input-productSecret').fill(secret);
    should(await lines()).eql([], 'what was found for another secret stays no longer');
    for (let click = 0; click < 5; click++) should(await check()).containEql('failed');
    should(await dialogText(editor))
      .containEql('产品密钥（product secret）不正确')
      .and.not.containEql(secret);
    await pictureDialog(editor, `check-wrong-secret-${major}`);
    await editor.page.locator('#node-config-input-productSecret').fill('');
    should(await check()).containEql('failed');
    should(await dialogText(editor))
      .containEql('Product Secret 未填写')
      .and.not.containEql('productSecret');
    await editor.page.locator('#node-config-input-productSecret').fill(secret);
    simulator.logins.refused.should.equal(3);

    const carriers = seen.filter((request) => `${request.url()} ${request.postData() ?? ''}`.includes(secret));
    should(carriers.map((request) => `${request.method()} ${new URL(request.url()).pathname}`)).eql(
      Array(5).fill('POST /gizwits-product/check'),
    );
    runtime.logs().should.not.containEql(secret);
    await confirmDialog(editor);
    should(editor.errors).eql([]);
  });

  it('stand beside statuses in the language of the reader, whatever the runtime speaks', async () => {
    const { editor, runtime } = opened;
    await runtime.deploy([
      { id: 'tab', type: 'tab', label: 'e2e' },
      { id: 'cloud', type: 'gizwits-enterprise', region: 'simulator' },
      { id: 'product', type: 'gizwits-product', enterprise: 'cloud', productKey: '' },
      { id: 'start', type: 'inject', z: 'tab', x: 120, y: 80, wires: [['search']] },
      { id: 'search', type: 'gizwits-search', product: 'product', limit: 5, z: 'tab', x: 320, y: 80, wires: [[]] },
    ]);
    await showEditor(editor, runtime);
    const label = editor.page.locator('#search .red-ui-flow-node-status-label');
    should(await label.textContent()).equal('就绪');
    const json = { 'content-type': 'application/json' };
    await runtime.request('/inject/start', { method: 'POST', headers: json, body: '{}' });
    await label.filter({ hasText: '找到 5 条' }).waitFor();
    await showEditor(editor, runtime);
    await label.filter({ hasText: '找到 5 条' }).waitFor();
    should(editor.errors).eql([]);
  });

  /** The id of the first config node of a type. */
  function configNode(type: string): Promise<string> {
    const { editor } = opened;
    return editor.page.evaluate((wanted) => {
      interface Config {
        id: string;
        type: string;
      }
      const { RED } = globalThis as unknown as { RED: { nodes: { filterNodes(by: object): Config[] } } };
      const { eachConfig } = RED.nodes as unknown as { eachConfig(each: (node: Config) => boolean): void };
      let found = '';
      eachConfig((node) => {
        if (node.type === wanted && found === '') found = node.id;
        return true;
      });
      return found;
    }, type);
  }
});
