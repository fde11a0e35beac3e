import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Language } from '../support/package-facts';
import { type FlowNode, type RunningNodeRed, startNodeRed } from '../support/runtime';

export type Theme = 'light' | 'dark';

/** How a user looks at the editor. */
export interface Look {
  language: Language;
  theme: Theme;
}

/** The editor in a browser page. */
export interface Editor {
  page: Page;
  /** Exceptions and console errors of the page so far. */
  errors: readonly string[];
  close(): Promise<void>;
}

/** The part of the editor's own API that the tests call inside the page. */
interface EditorApi {
  nodes: {
    node(id: string): EditorNode;
    eachNode(each: (node: EditorNode) => void): void;
    getType(
      type: string,
    ): { category: string; defaults: Record<string, { value: unknown; type?: string }> } | undefined;
    convertNode(node: EditorNode, credentials: boolean): FlowNode;
    createCompleteNodeSet(): FlowNode[];
    import(nodes: readonly FlowNode[], options: { markChanged: boolean }): void;
  };
  editor: { edit(node: EditorNode): void; editConfig(name: string, type: string, id: string): void };
}

interface EditorNode {
  id: string;
  type: string;
  changed?: boolean;
  credentials?: object;
  _def: { category: string; credentials?: object };
}

/** Where the pictures of a run are kept. */
export const screenshots = join(__dirname, 'screenshots');

/** No calls of the browser's own to the outside; no sandbox and no GPU, which a container has not. */
const switches = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the Chromium that CHROMIUM_PATH names, else Debian's. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: switches });
}

/** Opens the editor as a user of that language and theme sees it, and waits until the palette is there. */
export async function openEditor(
  browser: Browser,
  runtime: RunningNodeRed,
  look: Look,
  login?: { username: string; password: string },
): Promise<Editor> {
  const context = await browser.newContext({ locale: look.language, viewport: { width: 1400, height: 1100 } });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.addInitScript((theme) => {
    const { localStorage } = globalThis as unknown as { localStorage: { setItem(key: string, value: string): void } };
    localStorage.setItem('view-dark-theme', theme);
  }, look.theme);
  const editor = { page, errors, close: () => context.close() };
  if (login) {
    await page.goto(`${runtime.url}/`);
    for (const [field, text] of Object.entries(login)) await page.locator(`#node-dialog-login-${field}`).fill(text);
    await page.locator('#node-dialog-login-submit').click();
    await page.locator('#node-dialog-login').waitFor({ state: 'detached' });
    // The editor asks before it knows who it is for.
    errors.length = 0;
  }
  await showEditor(editor, runtime);
  return editor;
}

/** A Node-RED and the editor that looks at it. */
export interface OpenedEditor {
  runtime: RunningNodeRed;
  editor: Editor;
}

/**
 * For the suite that calls it: Node-RED with `flows` and the editor in a browser, from before the first test until after
 * the last. Both are in the answer from the suite's `before` hooks on, not earlier.
 */
export function openedEditor(
  flows: readonly FlowNode[] = [],
  look: Look = { language: 'en-US', theme: 'light' },
): OpenedEditor {
  const opened: Partial<OpenedEditor> = {};
  let browser: Browser | undefined;
  before(async () => {
    opened.runtime = await startNodeRed({ flows });
    browser = await launchBrowser();
    opened.editor = await openEditor(browser, opened.runtime, look);
  });
  after(async () => {
    await opened.editor?.close();
    await browser?.close();
    await opened.runtime?.stop();
  });
  return opened as OpenedEditor;
}

/** Loads the editor (again), so that it holds what is deployed. */
export async function showEditor({ page }: Editor, runtime: RunningNodeRed): Promise<void> {
  // Without this the editor asks before it gives up changes, and the page would not go away.
  await page.evaluate(() => {
    Object.assign(globalThis, { onbeforeunload: null });
  });
  await page.goto(`${runtime.url}/`);
  await page.locator('#red-ui-palette .red-ui-palette-node').first().waitFor({ state: 'attached' });
  await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
}

/** The palette's node types that begin with one of our names. */
export async function paletteTypes({ page }: Editor): Promise<string[]> {
  const tiles = page.locator('#red-ui-palette .red-ui-palette-node');
  return tiles.evaluateAll((all) =>
    all.map((tile) => (tile as { getAttribute(name: string): string | null }).getAttribute('data-palette-type') ?? ''),
  );
}

/**
 * A flow with one node of each of `types` as the palette makes it, every reference to a config node of `types` filled
 * in, on one tab. The id of a node is `one-<type>`: Node-RED starts no flow in which an id is the name of a type.
 */
export function flowOfDefaults({ page }: Editor, types: readonly string[]): Promise<FlowNode[]> {
  return page.evaluate((wanted) => {
    const { RED } = globalThis as unknown as { RED: EditorApi };
    const flow: FlowNode[] = [{ id: 'tab', type: 'tab', label: 'e2e' }];
    for (const type of wanted) {
      const definition = RED.nodes.getType(type);
      if (!definition) throw new Error(`The editor does not know ${type}`);
      const node: FlowNode = { id: `one-${type}`, type };
      for (const [name, field] of Object.entries(definition.defaults)) {
        node[name] = field.type && wanted.includes(field.type) ? `one-${field.type}` : structuredClone(field.value);
      }
      if (definition.category !== 'config') Object.assign(node, { z: 'tab', x: 200, y: 40 * flow.length, wires: [] });
      flow.push(node);
    }
    return flow;
  }, types);
}

/** What would be deployed for a node, without its credentials, and whether the editor thinks it has changed. */
export function nodeState({ page }: Editor, id: string): Promise<{ saved: FlowNode; changed: boolean }> {
  return page.evaluate((nodeId) => {
    const { RED } = globalThis as unknown as { RED: EditorApi };
    const node = RED.nodes.node(nodeId);
    return { saved: RED.nodes.convertNode(node, false), changed: node.changed === true };
  }, id);
}

/** Drags a node from the palette to the canvas, as a person does. Returns its id. */
export async function dropNode({ page }: Editor, type: string, x = 300, y = 150): Promise<string> {
  const tile = page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
  await tile.scrollIntoViewIfNeeded();
  const from = await tile.boundingBox();
  const to = await page.locator('#red-ui-workspace-chart').boundingBox();
  if (!from || !to) throw new Error(`${type} is not to be seen in the palette`);
  const before = await nodeIds(page);
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + x - 20, to.y + y - 20, { steps: 8 });
  await page.mouse.move(to.x + x, to.y + y, { steps: 8 });
  await page.mouse.up();
  const [id] = (await nodeIds(page)).filter((known) => !before.includes(known));
  if (!id) throw new Error(`${type} was not dropped`);
  return id;
}

function nodeIds(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { RED } = globalThis as unknown as { RED: EditorApi };
    const ids: string[] = [];
    RED.nodes.eachNode(({ id }) => {
      ids.push(id);
    });
    return ids;
  });
}

/** The whole flow as a deploy would send it, byte by byte. */
export function flowAsSaved({ page }: Editor): Promise<string> {
  return page.evaluate(() => {
    const { RED } = globalThis as unknown as { RED: EditorApi };
    return JSON.stringify(RED.nodes.createCompleteNodeSet());
  });
}

/** Puts nodes into the editor that nobody has deployed. */
export async function importNodes({ page }: Editor, nodes: readonly FlowNode[]): Promise<void> {
  await page.evaluate((imported) => {
    const { RED } = globalThis as unknown as { RED: EditorApi };
    RED.nodes.import(imported, { markChanged: true });
  }, nodes);
}

/** Opens a node's dialog and waits until it stands still. */
export async function openDialog({ page }: Editor, id: string): Promise<void> {
  await page.evaluate((nodeId) => {
    const { RED } = globalThis as unknown as { RED: EditorApi };
    const node = RED.nodes.node(nodeId);
    if (node._def.category === 'config') RED.editor.editConfig('', node.type, nodeId);
    else RED.editor.edit(node);
  }, id);
  // The editor fetches the credentials before it builds the form.
  await page.waitForFunction((nodeId) => {
    const { RED } = globalThis as unknown as { RED: EditorApi };
    const node = RED.nodes.node(nodeId);
    return node._def.credentials === undefined || node.credentials !== undefined;
  }, id);
  await (await page.locator('.red-ui-tray').elementHandle())?.waitForElementState('stable');
}

/** The text of the open dialog as a user reads it: without rows that are hidden. */
export async function dialogText({ page }: Editor): Promise<string> {
  return (await page.locator('.red-ui-tray .red-ui-tray-body').allInnerTexts()).join('\n');
}

/**
 * What a keyboard, a screen reader or a narrow screen would find wrong with the open dialog, folds opened: inputs and
 * buttons without a name, parts that stick out of the dialog at the least width that Node-RED has for it, texts that are
 * wider than their box.
 */
export function dialogTroubles({ page }: Editor): Promise<string[]> {
  return page.evaluate(() => {
    interface Box {
      left: number;
      right: number;
    }
    interface Part {
      tagName: string;
      id: string;
      className: string;
      type?: string;
      innerText: string;
      offsetParent: unknown;
      offsetWidth: number;
      labels?: Iterable<Part> | null;
      open?: boolean;
      tabIndex: number;
      getAttribute(name: string): string | null;
      getBoundingClientRect(): Box;
      querySelectorAll(selector: string): Iterable<Part>;
    }
    const { document } = globalThis as unknown as {
      document: { querySelector(selector: string): Part | null; getElementById(id: string): Part | null };
    };
    const dialog = document.querySelector('.red-ui-tray .gizwits-dialog');
    if (!dialog) return ['there is no dialog'];
    for (const fold of dialog.querySelectorAll('details')) fold.open = true;
    const visible = [...dialog.querySelectorAll('*')].filter(({ offsetParent }) => offsetParent);
    // Methods, because the loader of the tests wraps named functions in a helper of its own.
    const of = {
      name(part: Part): string {
        const ids = (part.getAttribute('aria-labelledby') ?? '').split(' ').filter((id) => id !== '');
        const labels = [...ids.map((id) => document.getElementById(id)), ...(part.labels ?? [])];
        const text = part.tagName === 'BUTTON' ? part.innerText : '';
        const named = labels.map((label) => label?.getAttribute('aria-label') ?? label?.innerText);
        return [...named, part.getAttribute('aria-label'), text].join('').trim();
      },
      place({ tagName, id, className }: Part): string {
        return `${tagName}#${id}.${className}`;
      },
    };
    const controls = visible.filter(
      ({ tagName, type }) => /^(INPUT|SELECT|TEXTAREA|BUTTON)$/.test(tagName) && type !== 'hidden',
    );
    const edge = dialog.getBoundingClientRect().right + 1;
    const width = document.querySelector('.red-ui-tray')?.offsetWidth ?? 0;
    return [
      ...controls.filter((part) => of.name(part) === '').map((part) => `no name: ${of.place(part)}`),
      ...controls.filter(({ tabIndex }) => tabIndex < 0).map((part) => `not to be reached by key: ${of.place(part)}`),
      ...visible
        .filter((part) => part.getBoundingClientRect().right > edge)
        .map((part) => `too wide: ${of.place(part)}`),
      ...(width > 502 ? [`the dialog is ${width} px wide`] : []),
    ];
  });
}

/** Takes a picture of the open dialog, or of something else on the page: `screenshots/<name>.png`. */
export async function pictureDialog({ page }: Editor, name: string, what = '.red-ui-tray'): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.locator(what).screenshot({ path: join(screenshots, `${name}.png`) });
}

/** Presses the dialog's OK (Done, Update) and waits until it is gone. */
export async function confirmDialog({ page }: Editor): Promise<void> {
  await page.locator('#node-dialog-ok, #node-config-dialog-ok').last().click();
  await page.locator('.red-ui-tray').waitFor({ state: 'detached' });
}
