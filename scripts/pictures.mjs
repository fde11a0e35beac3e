// The pictures of the README, from the real editor and the real dashboard: `npm start -- --reset` in one shell,
// `node scripts/pictures.mjs` in another (with the same PORT). Needs Chromium, as the browser tests do.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumPath } from './lib/chromium.mjs';
import { root } from './lib/project.mjs';

const url = `http://127.0.0.1:${process.env.PORT || 1880}/`;
/** The simulated device that the pictures show. */
const mac = 'fd06c330fc77';
const folder = join(root, 'docs/images');
/** A README is read over slow lines too. */
const largestBytes = 150_000;

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: chromiumPath(),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-lcd-text'],
});
try {
  for (const [locale, ending] of [
    ['en-US', ''],
    ['zh-CN', '.zh-CN'],
  ]) {
    const context = await browser.newContext({ locale, viewport: { width: 1320, height: 720 } });
    await takePicture(await openDashboard(context), `dashboard${ending}.png`);
    const page = await openDemo(context);
    await takePicture(page, `demo${ending}.png`);
    await openControl(page);
    await takePicture(page.locator('.red-ui-tray'), `control${ending}.png`);
    await checkAccount(page);
    await takePicture(page.locator('.red-ui-tray'), `check${ending}.png`);
    await context.close();
  }
} finally {
  await browser.close();
}

/** The dashboard's first page, with a command that the device has confirmed. */
async function openDashboard(context) {
  const page = await context.newPage();
  await page.goto(`${url}dashboard/fleet`);
  await page.getByText(`${mac} · online`).waitFor();
  await page.locator('canvas').waitFor();
  const power = page.locator('input[type=checkbox]');
  const wanted = !(await power.isChecked());
  await power.click();
  await page.getByText(`{"switch":${wanted}} confirmed`).waitFor();
  await page.mouse.move(0, 700);
  await settle(page);
  return page;
}

/** The demo's first tab with our part of the palette, every branch run once, and the last results in the sidebar. */
async function openDemo(context) {
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('.red-ui-palette-node').first().waitFor({ state: 'attached' });
  await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
  // The palette filters on key strokes.
  await page.locator('#red-ui-palette-search input').pressSequentially('gizwits');
  await page.evaluate(() => {
    RED.sidebar.show('debug');
    for (let step = 0; step < 4; step++) RED.actions.invoke('core:zoom-out');
  });
  const control = await injects(page, 'gizwits-control');
  const all = await injects(page);
  for (const id of all.filter((one) => !control.includes(one))) await press(page, id);
  await page.evaluate(() => RED.actions.invoke('core:clear-debug-messages'));
  for (const id of control) await press(page, id);
  await page.locator('.red-ui-debug-msg-object-handle:visible').first().click();
  await page.mouse.move(660, 710);
  await settle(page);
  return page;
}

/** The inject nodes of the tab that is shown, all of them or those whose branch reaches a node of `type`. */
function injects(page, type) {
  return page.evaluate((wanted) => {
    const shown = RED.nodes.filterNodes({ type: 'inject', z: RED.workspaces.active() });
    const reaches = (node) => RED.nodes.getAllFlowNodes(node).some((one) => !wanted || one.type === wanted);
    return shown.filter(reaches).map(({ id }) => id);
  }, type);
}

async function press(page, id) {
  await page.evaluate((node) => fetch(`inject/${node}`, { method: 'POST' }), id);
  await settle(page);
}

/** Waits until statuses, messages and the editor's movements have come to rest. */
function settle(page) {
  return page.waitForTimeout(1200);
}

/** Opens the demo's control node that has datapoints filled in, in a window that has room for all of it. */
async function openControl(page) {
  await page.setViewportSize({ width: 1320, height: 880 });
  await page.evaluate(() => {
    const control = RED.nodes.filterNodes({ type: 'gizwits-control' }).find(({ attrs }) => attrs.length > 1);
    RED.editor.edit(control);
  });
  await page.locator('.red-ui-tray').waitFor();
  await settle(page);
}

/** Closes that dialog, opens the product's and has the account checked. */
async function checkAccount(page) {
  await page.locator('#node-dialog-cancel').click();
  await page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  await page.evaluate(() => {
    RED.nodes.eachConfig((node) => {
      if (node.type === 'gizwits-product') RED.editor.editConfig('', node.type, node.id);
    });
  });
  await settle(page);
  await page.setViewportSize({ width: 1320, height: 980 });
  await page.locator('.gizwits-account-check button').click();
  await page.locator('.gizwits-findings li').nth(7).waitFor();
  await settle(page);
}

async function takePicture(what, name) {
  const path = join(folder, name);
  await what.screenshot({ path });
  const { size } = statSync(path);
  console.log(`docs/images/${name} ${Math.round(size / 1000)} kB`);
  if (size > largestBytes) throw new Error(`${name} is larger than ${largestBytes / 1000} kB`);
}
