import should from 'should';
import { type FlowNode, nodeRedVersion } from '../support/runtime';
import { confirmDialog, dialogText, openDialog, openedEditor } from './harness';

const flow: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'e2e' },
  { id: 'report', type: 'gizwits-report', z: 'tab', x: 200, y: 40, wires: [] },
  { id: 'ack', type: 'gizwits-ack', z: 'tab', x: 200, y: 80, wires: [] },
];

describe(`a Chinese reader in Node-RED ${Number.parseInt(nodeRedVersion(), 10)}`, function () {
  this.timeout(120_000);
  const opened = openedEditor(flow, { language: 'zh-CN', theme: 'light' });

  it('finds the nodes under Chinese headings of the palette', async () => {
    const { page } = opened.editor;
    const headings = await page.locator('.red-ui-palette-category .red-ui-palette-header').allInnerTexts();
    should(headings.map((heading) => heading.trim())).containDeep(['机智云', '机智云应用', '极动云']);
  });

  it('sees no gap between the sentences about a report', async () => {
    await openDialog(opened.editor, 'report');
    should(await dialogText(opened.editor)).match(/设备数。仅可在/);
    await confirmDialog(opened.editor);
  });

  it('reads the names of nodes as the palette has them', async () => {
    await openDialog(opened.editor, 'ack');
    const text = await dialogText(opened.editor);
    should(text).containEql('实时事件').and.not.containEql('gizwits-events');
  });
});
