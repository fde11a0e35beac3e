import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import should from 'should';
import { filesBelow, nodeSets } from '../support/package-facts';
import { root } from '../support/packed-package';
import { type FlowNode, nodeRedVersion, type RunningNodeRed, startNodeRed } from '../support/runtime';
import {
  confirmDialog,
  dialogText,
  dialogTroubles,
  type Editor,
  flowOfDefaults,
  type Look,
  launchBrowser,
  nodeState,
  openDialog,
  openEditor,
  paletteTypes,
  pictureDialog,
  showEditor,
} from './harness';

const major = Number.parseInt(nodeRedVersion(), 10);
const looks: Look[] = [
  { language: 'en-US', theme: 'light' },
  { language: 'zh-CN', theme: 'light' },
];
// The dark theme came with Node-RED 5.
if (major >= 5) looks.push({ language: 'en-US', theme: 'dark' }, { language: 'zh-CN', theme: 'dark' });

/** What a missing text looks like: the editor shows its key. */
const bareKey = /\b[\w-]+[.:](label|hint|option|placeholder|common|section|title|port|invalid)\.\w+/;

describe(`the dialogs in Node-RED ${major}`, function () {
  this.timeout(120_000);
  let browser: Browser;
  let runtime: RunningNodeRed;
  let editor: Editor;

  before(async () => {
    runtime = await startNodeRed();
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await runtime?.stop();
  });

  afterEach(async function () {
    // A dialog that did not close would stand in the way of every later one.
    if (this.currentTest?.state === 'failed') await showEditor(editor, runtime);
  });

  for (const look of looks) {
    describe(`${look.language}, ${look.theme}`, () => {
      before(async () => {
        editor = await openEditor(browser, runtime, look);
        await runtime.deploy(await flowOfDefaults(editor, nodeSets));
        await showEditor(editor, runtime);
      });

      after(() => editor?.close());

      it('shows every flow node in the palette', async () => {
        const inPalette = await paletteTypes(editor);
        const flow = await flowOfDefaults(editor, nodeSets);
        const flowNodes = flow.filter(({ z }) => z).map(({ type }) => type);
        should(flowNodes.filter((type) => !inPalette.includes(type))).eql([]);
      });

      it(`uses the ${look.theme} theme`, async () => {
        const dark = await editor.page.locator('html.nr-theme-dark').count();
        should(dark).equal(look.theme === 'dark' ? 1 : 0);
      });

      for (const set of nodeSets) {
        it(`opens ${set} and closes it unchanged`, async () => {
          await opensAndCloses(`one-${set}`, `${set}-${look.language}-${look.theme}-${major}`);
        });
      }
    });
  }

  describe('the nodes of the examples', () => {
    const opened = new Set<string>();

    before(async () => {
      editor = await openEditor(browser, runtime, { language: 'en-US', theme: 'light' });
    });

    after(() => editor?.close());

    for (const file of filesBelow(join(root, 'examples'))) {
      it(`of ${file} open and close unchanged`, async () => {
        const flow = JSON.parse(readFileSync(join(root, 'examples', file), 'utf8')) as FlowNode[];
        await runtime.deploy(flow);
        await showEditor(editor, runtime);
        for (const node of flow.filter(({ type }) => nodeSets.includes(type))) {
          const settings = settingsOf(node, flow);
          // Examples share most of their config nodes: each dialog is opened once with the same settings.
          if (!opened.has(settings)) await opensAndCloses(node.id);
          opened.add(settings);
        }
      });
    }
  });

  /** What the dialog of a node shows: everything but its place and name, with the types of the nodes that it refers to. */
  function settingsOf(node: FlowNode, flow: readonly FlowNode[]): string {
    const { id: _id, x: _x, y: _y, z: _z, g: _g, wires: _wires, name: _name, ...settings } = node;
    const types = new Map(flow.map(({ id, type }) => [id, type]));
    return JSON.stringify(settings, (_key, value) => (typeof value === 'string' ? (types.get(value) ?? value) : value));
  }

  async function opensAndCloses(id: string, picture?: string): Promise<void> {
    const before = await nodeState(editor, id);
    await openDialog(editor, id);
    if (picture) await pictureDialog(editor, picture);
    should(await dialogText(editor)).not.match(bareKey);
    should(await dialogTroubles(editor)).eql([]);
    await confirmDialog(editor);
    should(await nodeState(editor, id)).eql(before);
    should(before.changed).equal(false);
    should(editor.errors).eql([]);
  }
});
