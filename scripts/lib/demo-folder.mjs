import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readJson, root } from './project.mjs';

/** The user folder of `npm start`, thrown away by `--reset`. */
export const demoDir = join(root, '.demo');

/** The flows that a new demo folder starts with. */
const demoFlows = join(root, 'demo/flows.json');

/** The flows in the demo folder, which the user may have changed. */
const flows = join(demoDir, 'flows.json');

/**
 * Prepares the user folder: settings written anew each time, this checkout linked as an installed package, the demo
 * flows only where there are no flows yet, so that a user's edits stay.
 */
export function prepareDemoFolder({ reset }) {
  if (reset) rmSync(demoDir, { recursive: true, force: true });
  mkdirSync(demoDir, { recursive: true });
  writeFileSync(join(demoDir, 'settings.js'), settings);
  linkPackage();
  if (!existsSync(flows)) copyFileSync(demoFlows, flows);
}

/** The path of the dashboard among the flows that are there now; undefined when they have none. */
export function dashboardPath() {
  try {
    return JSON.parse(readFileSync(flows, 'utf8')).find(({ type }) => type === 'ui-base')?.path;
  } catch {
    // Flows that cannot be read are Node-RED's to complain about.
    return undefined;
  }
}

/** What `npm install <checkout>` would leave there; Node-RED finds icons, languages and examples through it. */
function linkPackage() {
  const { name } = readJson('package.json');
  const manifest = { name: 'gizwits-demo', private: true, dependencies: { [name]: 'file:..' } };
  writeFileSync(join(demoDir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const link = join(demoDir, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { recursive: true, force: true });
  if (process.platform === 'win32') symlinkSync(root, link, 'junction');
  else symlinkSync(relative(dirname(link), root), link);
}

/** Nothing here is asked of the network: no palette catalogue, no telemetry, no update notice. */
const settings = `module.exports = {
  uiHost: '127.0.0.1',
  uiPort: Number(process.env.PORT) || 1880,
  flowFile: 'flows.json',
  flowFilePretty: true,
  credentialSecret: 'gizwits-demo',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: {
    page: { title: 'Node-RED: Gizwits demo' },
    header: { title: 'Gizwits demo' },
    tours: false,
    projects: { enabled: false },
    palette: { catalogues: [] },
  },
};
`;
