import type { Browser } from 'playwright-core';
import should from 'should';
import { type ReverseProxy, startReverseProxy } from '../support/reverse-proxy';
import { adminUser, type FlowNode, nodeRedVersion, type RunningNodeRed, startNodeRed } from '../support/runtime';
import { confirmDialog, type Editor, launchBrowser, nodeState, openDialog, openEditor } from './harness';

const flows: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'e2e' },
  { id: 'cloud', type: 'gizwits-enterprise', region: 'simulator' },
  { id: 'product', type: 'gizwits-product', enterprise: 'cloud', productKey: '' },
  { id: 'control', type: 'gizwits-control', z: 'tab', x: 200, y: 80, wires: [[]], product: 'product', attrs: [] },
];

describe(`dialogs behind a reverse proxy in Node-RED ${Number.parseInt(nodeRedVersion(), 10)}`, function () {
  this.timeout(120_000);
  let runtime: RunningNodeRed;
  let proxy: ReverseProxy;
  let browser: Browser;
  let editor: Editor;

  before(async () => {
    const users = [adminUser('owner', 'secret-1', '*')];
    const settings = { httpAdminRoot: '/red', adminAuth: { type: 'credentials', users } };
    runtime = await startNodeRed({ flows, settings });
    proxy = await startReverseProxy(runtime.url, '/gateway/room-1', '/red');
    browser = await launchBrowser();
    const login = { username: 'owner', password: 'secret-1' };
    const outside = { ...runtime, url: proxy.url };
    editor = await openEditor(browser, outside, { language: 'zh-CN', theme: 'light' }, login);
  });
  after(async () => {
    await editor?.close();
    await browser?.close();
    await proxy?.close();
    await runtime?.stop();
  });

  it('ask the runtime below its admin root, as the user who has logged in', async () => {
    const { page } = editor;
    await openDialog(editor, 'control');
    await page.locator('.red-ui-tray .gizwits-beside > button').first().click();
    const items = page.locator('.gizwits-picker .gizwits-picker-item');
    await items.filter({ hasText: 'fd06c330fc77' }).click();
    await page.locator('.gizwits-picker-foot button').click();
    await page.locator('.red-ui-tray .red-ui-editableList-addButton').first().click();
    await items.filter({ hasText: 'set_temp' }).click();
    await page.locator('.gizwits-picker-foot button').click();
    await confirmDialog(editor);
    should((await nodeState(editor, 'control')).saved).containEql({
      target: 'Mavn3NpqLZ32XDEjWYb83h',
      targetType: 'str',
      attrs: [{ name: 'set_temp', value: '16', valueType: 'num' }],
    });
    should(proxy.passed).containEql('/red/gizwits-product/devices').and.containEql('/red/gizwits-product/datapoints');
    should(editor.errors).eql([]);
  });
});
