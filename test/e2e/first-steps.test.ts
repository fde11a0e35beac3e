import type { Locator } from 'playwright-core';
import should from 'should';
import { nodeRedVersion } from '../support/runtime';
import { dropNode, type Editor, openedEditor, pictureDialog } from './harness';

const major = Number.parseInt(nodeRedVersion(), 10);

/** What a hand does: each is one click, double click, or drag. */
class Hand {
  moves: string[] = [];

  constructor(readonly editor: Editor) {}

  async click(what: string, target: Locator): Promise<void> {
    this.moves.push(`click ${what}`);
    await target.click();
  }

  async open(id: string): Promise<void> {
    this.moves.push('double click on the node');
    await this.node(id).locator('rect.red-ui-flow-node').first().dblclick();
    await (await this.editor.page.locator('.red-ui-tray').elementHandle())?.waitForElementState('stable');
  }

  drop(type: string, x: number, y: number): Promise<string> {
    this.moves.push(`drag ${type} to the canvas`);
    return dropNode(this.editor, type, x, y);
  }

  async wire(from: string, to: string): Promise<void> {
    this.moves.push('drag a wire');
    const { mouse } = this.editor.page;
    const start = await this.node(from).locator('.red-ui-flow-port-output .red-ui-flow-port').boundingBox();
    const end = await this.node(to).locator('.red-ui-flow-port-input .red-ui-flow-port').boundingBox();
    if (!start || !end) throw new Error('a port is not to be seen');
    await mouse.move(start.x + start.width / 2, start.y + start.height / 2);
    await mouse.down();
    await mouse.move(end.x - 20, end.y + end.height / 2, { steps: 6 });
    await mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 6 });
    await mouse.up();
  }

  /** Puts an Inject before a node, deploys, presses it, and waits for the node's status. */
  async runs(id: string, status: string): Promise<void> {
    const { page } = this.editor;
    await page.locator('.red-ui-tray').waitFor({ state: 'detached' });
    const box = await this.node(id).boundingBox();
    const chart = await page.locator('#red-ui-workspace-chart').boundingBox();
    const inject = await this.drop('inject', 160, (box?.y ?? 0) - (chart?.y ?? 0) + 15);
    await this.wire(inject, id);
    await this.click('Deploy', page.locator('#red-ui-header-button-deploy'));
    const label = this.node(id).locator('.red-ui-flow-node-status-label');
    // The answer to a deploy comes before its flows run; a button pressed too early does nothing.
    await label.filter({ hasText: 'ready' }).waitFor();
    await this.click('the button of Inject', this.node(inject).locator('.red-ui-flow-node-button-button'));
    await label.filter({ hasText: status }).waitFor();
  }

  node(id: string): Locator {
    return this.editor.page.locator(`[id="${id}"]`);
  }
}

describe(`the first steps of a new user in Node-RED ${major}`, function () {
  this.timeout(120_000);
  const opened = openedEditor();

  it('lead from an empty canvas to a switched device in fourteen moves, with nothing to type', async () => {
    const { editor } = opened;
    const { page } = editor;
    const hand = new Hand(editor);
    const tray = page.locator('.red-ui-tray');
    const picker = page.locator('.gizwits-picker');
    const online = picker.locator('.gizwits-picker-item').filter({ has: page.locator('.gizwits-dot-on') });

    const control = await hand.drop('gizwits-control', 420, 120);
    await hand.open(control);
    await hand.click('Use the simulated cloud', tray.locator('.gizwits-simulate'));
    await hand.click('the magnifying glass', tray.locator('.gizwits-beside > button').first());
    await hand.click('a device that is online', online.first());
    await hand.click('choose', picker.locator('.gizwits-picker-foot button'));
    await hand.click('+ datapoint', tray.locator('.red-ui-editableList-addButton').first());
    await hand.click('switch', picker.locator('.gizwits-picker-item').filter({ hasText: 'switch' }).first());
    await hand.click('choose', picker.locator('.gizwits-picker-foot button'));
    await pictureDialog(editor, `first-steps-${major}`);
    await hand.click('Done', page.locator('#node-dialog-ok'));
    await hand.runs(control, 'accepted');
    should(hand.moves).have.length(14, hand.moves.join(', '));
    should(editor.errors).eql([]);
  });

  it('lead to the state of an Expeed device in ten moves', async () => {
    const { editor } = opened;
    const { page } = editor;
    const hand = new Hand(editor);
    const tray = page.locator('.red-ui-tray');
    const device = await hand.drop('expeed-device', 420, 360);
    await hand.open(device);
    await hand.click('Use the simulated cloud', tray.locator('.gizwits-simulate'));
    await hand.click('the magnifying glass', tray.locator('.gizwits-beside > button'));
    await hand.click('a device', page.locator('.gizwits-picker .gizwits-picker-item').first());
    await hand.click('Done', page.locator('#node-dialog-ok'));
    await hand.runs(device, 'done');
    should(hand.moves).have.length(10, hand.moves.join(', '));
    should(editor.errors).eql([]);
  });

  it("lead to the devices of an app's user in eight moves", async () => {
    const { editor } = opened;
    const { page } = editor;
    const hand = new Hand(editor);
    const request = await hand.drop('gizwits-app-api', 420, 240);
    await hand.open(request);
    await hand.click('Use the simulated cloud', page.locator('.red-ui-tray .gizwits-simulate'));
    await hand.click('Done', page.locator('#node-dialog-ok'));
    await hand.runs(request, 'found');
    should(hand.moves).have.length(8, hand.moves.join(', '));
    should(editor.errors).eql([]);
  });
});
