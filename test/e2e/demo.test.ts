import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import should from 'should';
import { root } from '../support/packed-package';
import { type FlowNode, type RunningNodeRed, startNodeRed } from '../support/runtime';
import { launchBrowser, screenshots } from './harness';

/** How wide a screen is, by what it is: pixels. */
const screens = { desktop: { width: 1440, height: 1000 }, phone: { width: 390, height: 844 } };

describe('the dashboard of the demo', function () {
  this.timeout(120_000);
  let browser: Browser;
  let runtime: RunningNodeRed;
  /** What went wrong in any page, and what any page asked of other hosts. */
  const troubles: string[] = [];

  before(async () => {
    const flows = JSON.parse(readFileSync(join(root, 'demo/flows.json'), 'utf8')) as FlowNode[];
    runtime = await startNodeRed({ flows, settings: { externalModules: {} } });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await runtime?.stop();
  });

  it('shows the fleet, a device with its last day, and switches it when the device has confirmed', async () => {
    const page = await open('fleet');
    await page.locator('tbody tr').nth(20).waitFor();
    await page.locator('canvas').waitFor();
    (await tile(page, 'in the table')).should.equal(30);
    (await tile(page, 'online')).should.be.above(10);
    (await tile(page, 'in all')).should.be.above(100);
    const row = page.locator('tbody tr', { hasText: 'fd06c330fc77' });
    await row.click();
    const before = (await row.innerText()).includes('on 开');
    await page.getByText('fd06c330fc77 · online 在线').waitFor();
    await page.locator('input[type=checkbox]').click();
    await page.getByText(`{"switch":${!before}} confirmed`).waitFor();
    await page
      .locator('tbody tr', { hasText: 'fd06c330fc77' })
      .getByText(before ? 'off 关' : 'on 开')
      .waitFor();
    should(await page.locator('input[type=checkbox]').isChecked()).equal(!before);
    await page.close();
  });

  it('shows reports, a fault and its recovery, acknowledgements, and dead letters as they happen', async () => {
    const page = await open('live');
    const press = (label: string): Promise<void> => page.getByRole('button', { name: label }).click();
    await press('Report · 上报');
    await page.locator('tr', { hasText: 'fd06c330fc77' }).getByText('report 上报').first().waitFor();
    await press('Fault · 故障');
    await page.getByText('● open · 未恢复').first().waitFor();
    await press('Recover · 恢复');
    await page.locator('tr', { hasText: 'fd06c330fc77' }).getByText('● recovered · 已恢复').first().waitFor();
    await press('Command · 指令');
    await page.getByText('● waiting · 等待确认').first().waitFor();
    await page.getByText('● dead letter · 死信').first().waitFor();
    await page.getByText('● acknowledged · 已确认').first().waitFor();
    await press('Offline · 离线');
    await page.locator('tr', { hasText: 'fd06c330fc77' }).getByText('offline 离线').first().waitFor();
    await press('Online · 上线');
    await page.locator('tr', { hasText: 'fd06c330fc77' }).getByText('online 上线').first().waitFor();
    await page.close();
  });

  it('draws four charts of the reports', async () => {
    const page = await open('reports');
    await page.locator('canvas').nth(3).waitFor();
    await page.close();
  });

  it('shows an Expeed device, sets it and waits for its result, and lists the pushes', async () => {
    const page = await open('expeed');
    await page.getByText('● online · 在线').waitFor();
    await page.locator('tr', { hasText: 'room_temp' }).first().waitFor();
    await page.locator('input[type=checkbox]').click();
    await page.getByText(/done · 成功 \(/).waitFor();
    await page.locator('tr', { hasText: 'result' }).first().waitFor();
    should(await page.locator('tbody tr').count()).be.above(30);
    await page.close();
  });

  it('fits the screen of a phone', async () => {
    for (const name of ['fleet', 'live', 'reports', 'expeed']) {
      const page = await open(name, 'phone');
      const { clientWidth, scrollWidth } = await page.evaluate(() => {
        const { document } = globalThis as unknown as {
          document: { documentElement: { clientWidth: number; scrollWidth: number } };
        };
        return { clientWidth: document.documentElement.clientWidth, scrollWidth: document.documentElement.scrollWidth };
      });
      should(scrollWidth).be.belowOrEqual(clientWidth, `${name} is wider than the screen`);
      await page.close();
    }
  });

  it('asks nothing of other hosts, and no page has an error', () => {
    should(troubles).eql([]);
  });

  it('leaves nothing but the dead letters in the log', () => {
    const lines = runtime.logs().split('\n');
    const trouble = lines.filter((line) => /\[(warn|error)\]/.test(line) && !/\[gizwits-events:commands/.test(line));
    should(trouble.filter((line) => !/Projects disabled|Encrypted credentials not found/.test(line))).eql([]);
  });

  async function open(name: string, screen: keyof typeof screens = 'desktop'): Promise<Page> {
    const page = await browser.newPage({ viewport: screens[screen], locale: 'zh-CN' });
    page.on('pageerror', (error) => troubles.push(`${name}: ${error}`));
    page.on('console', (message) => message.type() === 'error' && troubles.push(`${name}: ${message.text()}`));
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).host !== new URL(runtime.url).host) {
        troubles.push(`${name}: ${request.url()}`);
      }
    });
    await page.goto(`${runtime.url}/dashboard/${name}`);
    await page.locator('.v-card').first().waitFor();
    mkdirSync(screenshots, { recursive: true });
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(screenshots, `demo-${name}-${screen}.png`) });
    return page;
  }

  /** The figure above a label of the overview. */
  async function tile(page: Page, label: string): Promise<number> {
    const figure = page.locator('.tiles > div', { hasText: `${label} ·` }).locator('b');
    return Number(await figure.innerText());
  }
});
