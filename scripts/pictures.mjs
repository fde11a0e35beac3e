// Pictures of the README, from the real editor on the running demo: PORT=1880 npm start, then node scripts/pictures.mjs
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const url = `http://127.0.0.1:${process.env.PORT ?? 1880}/`;
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'];
mkdirSync('docs/images', { recursive: true });
const browser = await chromium.launch({ executablePath, args });
for (const [locale, name] of [
  ['en-US', 'demo.png'],
  ['zh-CN', 'demo.zh-CN.png'],
]) {
  const page = await browser.newPage({ viewport: { width: 1500, height: 900 }, locale });
  await page.goto(url);
  await page.waitForSelector('.red-ui-palette-node', { state: 'attached' });
  await page.waitForTimeout(1500);
  await page.evaluate(async () => {
    RED.sidebar.show('debug');
    const injects = [];
    RED.nodes.eachNode((node) => {
      if (node.type === 'inject') injects.push(node.id);
    });
    for (const id of injects) {
      await fetch(`inject/${id}`, { method: 'POST' });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  });
  await page.waitForTimeout(2000);
  await page.screenshot({ path: `docs/images/${name}` });
  await page.close();
}
await browser.close();
