import should from 'should';
import type { FlowNode } from '../support/runtime';
import { confirmDialog, nodeState, openDialog, openedEditor } from './harness';

const flow: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'e2e' },
  { id: 'cloud', type: 'gizwits-enterprise', name: '', region: 'simulator' },
  { id: 'old', type: 'gizwits-product', name: '', enterprise: 'cloud', productKey: '' },
  { id: 'named', type: 'gizwits-product', name: '', enterprise: 'cloud', productKey: '', subkey: 'workshop' },
];

describe('the subkey of a product node', function () {
  this.timeout(120_000);
  const opened = openedEditor(flow);

  /** Adds a product as a person does from a node that needs one. Returns the name of its queue. */
  async function addProduct(): Promise<unknown> {
    const { editor } = opened;
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
    const { editor } = opened;
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
    const { editor } = opened;
    const first = await addProduct();
    should(first).match(/^node_red_[0-9a-z]{8}$/);
    should(await addProduct()).equal(first);
    should(editor.errors).eql([]);
  });

  it('stays as it was saved, or absent, in a node that is only looked at', async () => {
    const { editor } = opened;
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
