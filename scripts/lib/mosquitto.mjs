import { existsSync } from 'node:fs';
import { fail } from './say.mjs';

const places = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];

/** The MQTT broker of the broker tests: MOSQUITTO_PATH or a usual place; ends the process with what to do when there is none. */
export function mosquittoPath() {
  const asked = process.env.MOSQUITTO_PATH;
  const found = asked ? [asked].find(existsSync) : places.find(existsSync);
  if (!found) {
    fail(
      `The broker tests need Mosquitto, and ${asked ?? places.join(', ')} does not exist. Install it (Debian: apt-get install mosquitto) or set MOSQUITTO_PATH.`,
      `消息服务器测试需要 Mosquitto，但未找到 ${asked ?? places.join('、')}。请安装（Debian：apt-get install mosquitto）或设置 MOSQUITTO_PATH。`,
    );
  }
  return found;
}
