import should from 'should';
import { publicOperationIds } from '../../src/gizwits/enterprise/operations';
import { reportFields, reportIds } from '../../src/gizwits/enterprise/report-fields';
import { type FlowNode, nodeRedVersion } from '../support/runtime';
import { confirmDialog, dialogText, nodeState, openDialog, openedEditor, pictureDialog, showEditor } from './harness';

const major = Number.parseInt(nodeRedVersion(), 10);

const flow: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'e2e' },
  { id: 'enterprise', type: 'gizwits-enterprise', region: 'simulator' },
  { id: 'product', type: 'gizwits-product', enterprise: 'enterprise', productKey: '' },
  { id: 'report', type: 'gizwits-report', product: 'product', report: 'livenessHistory', format: 'rows' },
  { id: 'strange', type: 'gizwits-report', product: 'product', report: 'planets', cycle: 'century', start: '2026-05' },
  { id: 'group', type: 'gizwits-group', product: 'product', action: 'assign' },
  { id: 'request', type: 'gizwits-request', product: 'product', operation: 'groups.update' },
  { id: 'custom', type: 'gizwits-request', product: 'product', operation: 'custom', path: '/v1/x', pathType: 'str' },
  { id: 'history', type: 'gizwits-history', product: 'product', kind: 'aggregate', attrs: '["a"]', attrsType: 'json' },
].map((node, index) =>
  ['report', 'group', 'request', 'history'].some((kind) => node.type === `gizwits-${kind}`)
    ? { ...node, z: 'tab', x: 200, y: 40 * index, wires: [] }
    : node,
);

describe(`the dialogs of reports, groups and calls in Node-RED ${major}`, function () {
  this.timeout(120_000);
  const opened = openedEditor(flow);
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await showEditor(opened.editor, opened.runtime);
  });

  const visible = async (property: string): Promise<boolean> =>
    opened.editor.page
      .locator('.red-ui-tray .form-row')
      .filter({ has: opened.editor.page.locator(`#node-input-${property}`) })
      .isVisible();

  it('shows of a report the fields that it takes, and no other', async () => {
    const { editor } = opened;
    await openDialog(editor, 'report');
    const options = await editor.page.locator('#node-input-report option').allInnerTexts();
    should(options.length).equal(reportIds.length);
    for (const id of reportIds) {
      await editor.page.locator('#node-input-report').selectOption(id);
      await editor.page.locator('#node-input-format').selectOption('raw');
      const fields = reportFields(id);
      const shown: Record<string, boolean> = {};
      for (const property of ['gid', 'cycle', 'start', 'end', 'filters', 'output'])
        shown[property] = await visible(property);
      should({ id, ...shown }).eql({
        id,
        gid: fields?.gid,
        cycle: (fields?.cycles.length ?? 0) > 0,
        start: fields?.range !== undefined,
        end: fields?.range !== undefined,
        filters: (fields?.filters.length ?? 0) > 0,
        output: fields?.paged,
      });
      for (const name of fields?.filters ?? []) should(await dialogText(editor)).containEql(name);
      await editor.page.locator('#node-input-format').selectOption('rows');
      should(await visible('output')).be.true();
    }
    await editor.page.locator('#node-input-report').selectOption('livenessHistory');
    await pictureDialog(editor, `report-by-period-${major}`);
    await confirmDialog(editor);
    should(editor.errors).eql([]);
  });

  for (const id of ['strange', 'group', 'request', 'custom', 'history']) {
    it(`opens ${id} as it was saved and leaves it so`, async () => {
      const { editor } = opened;
      const before = await nodeState(editor, id);
      await openDialog(editor, id);
      await pictureDialog(editor, `${id}-${major}`);
      await confirmDialog(editor);
      should(await nodeState(editor, id)).eql(before);
      should(editor.errors).eql([]);
    });
  }

  it('offers every operation, with its call and its parameters', async () => {
    const { editor } = opened;
    await openDialog(editor, 'request');
    const values = await editor.page
      .locator('#node-input-operation option')
      .evaluateAll((all) => all.map((option) => (option as unknown as { value: string }).value));
    should(values.sort()).eql([...publicOperationIds, 'custom'].sort());
    await editor.page.locator('#node-input-operation').selectOption('device.aggregate');
    const text = await dialogText(editor);
    for (const part of ['agg_data', 'start_ts', 'aggregator', 'required']) should(text).containEql(part);
    await editor.page.locator('#node-input-operation').selectOption('groups.list');
    should(await dialogText(editor)).containEql('takes no parameters');
    await editor.page.locator('#node-input-operation').selectOption('custom');
    should(await visible('path')).be.true();
    await editor.page.locator('#node-input-operation').selectOption('groups.update');
    await confirmDialog(editor);
  });

  it('associates the product that is deployed, and says how it ended', async () => {
    const { editor } = opened;
    await openDialog(editor, 'product');
    await editor.page.locator('details:has(#gizwits-product-associate) > summary').click();
    await editor.page.locator('#gizwits-product-associate').click();
    const outcome = editor.page.locator('#gizwits-product-association');
    // The products of the simulated world are associated already.
    await outcome.filter({ hasText: 'GIZ_5008' }).waitFor();
    await pictureDialog(editor, `association-${major}`);
    await confirmDialog(editor);
  });
});
