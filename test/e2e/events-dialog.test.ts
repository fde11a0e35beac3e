import should from 'should';
import type { FlowNode } from '../support/runtime';
import { confirmDialog, nodeState, openDialog, openedEditor } from './harness';

const flow: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'e2e' },
  { id: 'cloud', type: 'gizwits-enterprise', name: '', region: 'simulator' },
  { id: 'ac', type: 'gizwits-product', name: '', enterprise: 'cloud', productKey: '', subkey: 'e2e' },
  {
    ...{ id: 'live', type: 'gizwits-events', z: 'tab', x: 200, y: 80, wires: [[]], product: 'ac', name: '' },
    ...{ events: ['device.online', 'device.later'], devices: ['fd06c330fc77'], ack: 'auto' },
  },
];

describe('the dialog of live events', function () {
  this.timeout(120_000);
  const opened = openedEditor(flow);

  it('saves what is ticked and typed in as lists, and gives the node its second output', async () => {
    const { editor } = opened;
    const { page } = editor;
    await openDialog(editor, 'live');
    const row = (text: string) => page.locator('#gizwits-events-list label', { hasText: text });
    should(await row('device.online').locator('input').isChecked()).equal(true);
    should(await row('device.later').locator('input').isChecked()).equal(true);
    await row('device.later').locator('input').uncheck();
    await page.locator('#gizwits-events-search').fill('fault');
    should(await page.locator('#gizwits-events-list label:visible').count()).equal(1);
    await row('device.attr_fault').locator('input').check();
    await page.locator('#gizwits-events-devices').fill('fd06c330fc77\n Mavn3NpqLZ32XDEjWYb83h, virtual:site');
    await page.locator('#node-input-deadLetter').check();
    await confirmDialog(editor);

    const { saved, changed } = await nodeState(editor, 'live');
    should(changed).equal(true);
    should(saved.events).eql(['device.online', 'device.attr_fault']);
    should(saved.devices).eql(['fd06c330fc77', 'Mavn3NpqLZ32XDEjWYb83h', 'virtual:site']);
    should(saved.deadLetter).equal(true);
    should(saved.outputs).equal(2);
    should(saved.wires).eql([[], []]);
    should(await page.locator('#live .red-ui-flow-port-output').count()).equal(2);
    should(editor.errors).eql([]);
  });

  it('shows the settings of manual acknowledgement and of batches only where they count', async () => {
    const { editor } = opened;
    const { page } = editor;
    await openDialog(editor, 'live');
    const shown = (id: string): Promise<boolean> => page.locator(`#node-input-${id}`).isVisible();
    const settings = ['ackMinutes', 'onAckTimeout', 'batchMax', 'batchMs'];
    should(await Promise.all(settings.map(shown))).eql([false, false, false, false]);
    await page.locator('#node-input-ack').selectOption('manual');
    should(await Promise.all(settings.map(shown))).eql([true, true, false, false]);
    await page.locator('#node-input-output').selectOption('batch');
    should(await Promise.all(settings.map(shown))).eql([true, true, true, true]);
    await confirmDialog(editor);
    const { saved } = await nodeState(editor, 'live');
    should([saved.ack, saved.output]).eql(['manual', 'batch']);
  });
});
