// npm start: Node-RED on loopback with the demo flows, from a fresh checkout on. `-- --reset` starts the demo over.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { dashboardPath, demoDir, prepareDemoFolder } from './lib/demo-folder.mjs';
import { installWhenNeeded } from './lib/install.mjs';
import { requireSupportedNode } from './lib/node-version.mjs';
import { endWithNpm } from './lib/npm-parent.mjs';
import { readSwitches } from './lib/options.mjs';
import { freePort } from './lib/port.mjs';
import { root } from './lib/project.mjs';
import { fail, say } from './lib/say.mjs';

requireSupportedNode();
endWithNpm();
const switches = readSwitches(['--reset']);
const port = await freePort();
installWhenNeeded();
await buildWhenSourcesChanged();
prepareDemoFolder({ reset: switches.has('--reset') });
startNodeRed();

async function buildWhenSourcesChanged() {
  const { buildWhenNeeded } = await import('./build.mjs');
  try {
    if (await buildWhenNeeded()) say('Built dist/.', '已构建 dist/。');
  } catch (error) {
    fail(`The build failed: ${error.message}`, '构建失败，原因见上方输出。');
  }
}

/** Runs Node-RED in this process, so that its own handlers end everything on Ctrl-C and SIGTERM. */
function startNodeRed() {
  const require = createRequire(import.meta.url);
  process.argv.splice(2, Infinity, '--userDir', demoDir, '--settings', join(demoDir, 'settings.js'));
  const program = join(root, 'node_modules/node-red/red.js');
  const { events } = createRequire(program)('node-red');
  events.once('flows:started', () => {
    const url = `http://127.0.0.1:${port}`;
    const dashboard = dashboardPath();
    if (dashboard) {
      say(
        `Ready: the dashboard is at ${url}${dashboard}, the flows are at ${url}. Ctrl-C ends it.`,
        `已就绪：看板 ${url}${dashboard}，流程编辑器 ${url}。按 Ctrl-C 结束。`,
      );
    } else {
      say(
        `Ready: the flows are at ${url}. They have no dashboard; npm start -- --reset brings the demo back. Ctrl-C ends it.`,
        `已就绪：流程编辑器 ${url}。当前流程没有看板，npm start -- --reset 可恢复演示。按 Ctrl-C 结束。`,
      );
    }
  });
  require(program);
}
