import type { Browser } from 'playwright-core';
import should from 'should';
import { type FlowNode, type RunningNodeRed, startNodeRed } from '../support/runtime';
import { confirmDialog, type Editor, launchBrowser, nodeState, openDialog, openEditor } from './harness';

const flow: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'e2e' },
  { id: 'cloud', type: 'gizwits-enterprise', name: '', region: 'simulator' },
  { id: 'old', type: 'gizwits-product', name: '', enterprise: 'cloud', productKey: '' },
  { id: 'named', type: 'gizwits-product', name: '', enterprise: 'cloud', productKey: '', subkey: 'workshop' },
];

describe('the subkey of a product node', function () {
  this.timeout(120_000);
  let browser: Browser;
  let runtime: RunningNodeRed;
  let editor: Editor;

  before(async () => {
    runtime = await startNodeRed({ flows: flow });
    browser = await launchBrowser();
    editor = await openEditor(browser, runtime, { language: 'en-US', theme: 'light' });
  });

  after(async () => {
    await editor?.close();
    await browser?.close();
    await runtime?.stop();
  });

  /** Adds a product as a person does from a node that needs one. Returns the name of its queue. */
  async function addProduct(): Promise<unknown> {
    const { page } = editor;
    const before = await products();
    await page.evaluate(() => {
      const { RED } = globalThis as unknown as { RED: { editor: { editConfig(...args: string[]): void } } };
      RED.editor.editConfig('', 'gizwits-product', '_ADD_');
    });
    await (await page.locator('.red-ui-tray').elementHandle())?.waitForElementState('stable');
    await page.locator('#node-config-input-enterprise').selectOption('cloud');
    await confirmDialog(editor);
    const [id] = (await products()).filter((known) => !before.includes(known));
    return (await nodeState(editor, id as string)).saved.subkey;
  }

  function products(): Promise<string[]> {
    return editor.page.evaluate(() => {
      interface Config {
        id: string;
        type: string;
      }
      const { RED } = globalThis as unknown as { RED: { nodes: { eachConfig(each: (node: Config) => void): void } } };
      const ids: string[] = [];
      RED.nodes.eachConfig(({ id, type }) => {
        if (type === 'gizwits-product') ids.push(id);
      });
      return ids;
    });
  }

  it('is a generated one for a new node, and the same for the next product of this Node-RED', async () => {
    const first = await addProduct();
    should(first).match(/^node_red_[0-9a-z]{8}$/);
    should(await addProduct()).equal(first);
    should(editor.errors).eql([]);
  });

  it('stays as it was saved, or absent, in a node that is only looked at', async () => {
    for (const [id, subkey] of [
      ['old', undefined],
      ['named', 'workshop'],
    ] as const) {
      await openDialog(editor, id);
      await confirmDialog(editor);
      const { saved, changed } = await nodeState(editor, id);
      should([saved.subkey, changed]).eql([subkey, false]);
    }
  });
});
