import { existsSync } from 'node:fs';
import { fail } from './say.mjs';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of the e2e tests: CHROMIUM_PATH or a usual place; ends the process with what to do when there is none. */
export function chromiumPath() {
  const asked = process.env.CHROMIUM_PATH;
  const found = asked ? [asked].find(existsSync) : places.find(existsSync);
  if (!found) {
    fail(
      `The browser tests need Chromium, and ${asked ?? places.join(', ')} does not exist. Install it (Debian: apt-get install chromium fonts-noto-cjk) or set CHROMIUM_PATH.`,
      `浏览器测试需要 Chromium，但未找到 ${asked ?? places.join('、')}。请安装（Debian：apt-get install chromium fonts-noto-cjk）或设置 CHROMIUM_PATH。`,
    );
  }
  return found;
}
