import should from 'should';
import type { FlowNode } from '../support/runtime';
import { confirmDialog, dialogText, nodeState, openDialog, openedEditor, pictureDialog } from './harness';

const FLOW: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'e2e' },
  { id: 'app', type: 'gizwits-app', region: 'simulator', login: 'password' },
  {
    id: 'call',
    type: 'gizwits-app-api',
    z: 'tab',
    x: 200,
    y: 40,
    wires: [],
    name: '',
    app: 'app',
    operation: 'get_app_bindings',
    params: 'payload',
    paramsType: 'msg',
    rows: [],
    output: 'array',
  },
];

describe('the form of gizwits-app-api', function () {
  this.timeout(60_000);
  const opened = openedEditor(FLOW, { language: 'zh-CN', theme: 'light' });

  const options = (): Promise<string[]> =>
    opened.editor.page
      .locator('#node-input-operation option')
      .evaluateAll((all) => all.map((one) => one.getAttribute('value') ?? ''));
  const field = (name: string) =>
    opened.editor.page.locator('#gizwits-app-api-form .form-row', { hasText: name }).first();

  it('finds an operation by words, shows its fields, and saves those that are filled in', async () => {
    const { editor } = opened;
    const { page } = editor;
    await openDialog(editor, 'call');
    should((await options()).length).equal(70);
    await page.fill('#gizwits-app-api-search', '分享 邀请');
    const found = await options();
    found.should.containEql('post_app_sharing').and.containEql('get_app_bindings');
    found.length.should.be.below(10);
    await page.selectOption('#node-input-operation', 'post_app_sharing');
    const text = await dialogText(editor);
    should(text)
      .match(/POST \/app\/sharing/)
      .and.match(/全部类别/);
    should(text).not.match(/texts\.|gizwits-app-api\./);
    await page.selectOption('#gizwits-app-api-source', 'form');
    await field('type').locator('input.red-ui-typedInput-input').fill('1');
    await field('did').locator('input.red-ui-typedInput-input').fill('device1');
    await pictureDialog(editor, 'app-form');
    await confirmDialog(editor);
    const { saved, changed } = await nodeState(editor, 'call');
    changed.should.be.true();
    should(saved.operation).equal('post_app_sharing');
    should(saved.rows).eql([
      { name: 'type', value: '1', valueType: 'num' },
      { name: 'did', value: 'device1', valueType: 'str' },
    ]);
  });

  it('opens again as it was saved, and is closed unchanged', async () => {
    const { editor } = opened;
    const { saved } = await nodeState(editor, 'call');
    await openDialog(editor, 'call');
    should(await editor.page.inputValue('#gizwits-app-api-source')).equal('form');
    should(await field('did').locator('input.red-ui-typedInput-input').inputValue()).equal('device1');
    await confirmDialog(editor);
    should((await nodeState(editor, 'call')).saved).eql(saved);
  });

  it('takes the object of the message again when the form is given up', async () => {
    const { editor } = opened;
    await openDialog(editor, 'call');
    await editor.page.selectOption('#gizwits-app-api-source', 'message');
    await confirmDialog(editor);
    should((await nodeState(editor, 'call')).saved.rows).eql([]);
    should(editor.errors).eql([]);
  });

  it('narrows the list to a category', async () => {
    const { editor } = opened;
    await openDialog(editor, 'call');
    await editor.page.selectOption('#gizwits-app-api-category', 'scenes');
    should((await options()).filter((id) => id !== 'post_app_sharing')).eql([
      'get_app_scene',
      'post_app_scene',
      'put_app_scene_id',
      'delete_app_scene_id',
      'get_app_scene_id_task',
      'post_app_scene_id_task',
    ]);
    await confirmDialog(editor);
  });
});
