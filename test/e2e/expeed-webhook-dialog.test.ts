import should from 'should';
import type { FlowNode } from '../support/runtime';
import { confirmDialog, nodeState, openDialog, openedEditor } from './harness';

const flow: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'e2e' },
  { id: 'cloud', type: 'expeed-platform', name: '', region: 'simulator' },
  {
    ...{ id: 'hook', type: 'expeed-webhook-in', z: 'tab', x: 200, y: 80, wires: [[]], platform: 'cloud', name: '' },
    ...{ path: '/expeed', allowFrom: [], split: false, outputs: 1 },
  },
];

describe('the dialog of the Expeed webhook', function () {
  this.timeout(120_000);
  const opened = openedEditor(flow);

  it('shows the URL to register as the path is typed, and copies it', async () => {
    const { editor, runtime } = opened;
    const { page } = editor;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: runtime.url });
    await openDialog(editor, 'hook');
    const url = page.locator('#expeed-webhook-in-url');
    should(await url.inputValue()).equal(`${runtime.url}/expeed`);
    await page.locator('#node-input-path').fill('/hooks/ex');
    should(await url.inputValue()).equal(`${runtime.url}/hooks/ex`);
    await page.locator('#expeed-webhook-in-random').click();
    const shown = await url.inputValue();
    should(shown).match(/\/hooks\/ex\/[0-9a-f]{32}$/);
    await page.locator('#expeed-webhook-in-copy').click();
    await page.getByText('Copied', { exact: false }).first().waitFor();
    should(await page.evaluate(() => navigator.clipboard.readText())).equal(shown);
    await page.locator('#node-input-split').check();
    await confirmDialog(editor);
    const { saved } = await nodeState(editor, 'hook');
    should(`${runtime.url}${saved.path}`).equal(shown);
    should([saved.split, saved.outputs, saved.wires]).eql([true, 3, [[], [], []]]);
    should(editor.errors).eql([]);
  });
});
