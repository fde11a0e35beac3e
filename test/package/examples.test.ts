import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { DebugSidebar } from '../support/debug-messages';
import { devicesOfExamples, exampleRuns } from '../support/example-runs';
import { Trial } from '../support/example-trial';
import { boxOf, overlap } from '../support/flow-layout';
import { filesBelow, manifest, nodeSets } from '../support/package-facts';
import { root } from '../support/packed-package';
import { type FlowNode, type RunningNodeRed, startNodeRed } from '../support/runtime';

const folder = join(root, 'examples');
const examples = filesBelow(folder).map((file) => ({
  title: file.replace(/\.json$/, '').replaceAll('\\', '/'),
  flow: JSON.parse(readFileSync(join(folder, file), 'utf8')) as FlowNode[],
}));

/** Types that the runtime knows without a node set. */
const builtIn = new Set(['tab', 'group', 'subflow', 'global-config']);

describe('the examples', function () {
  this.timeout(120_000);
  let runtime: RunningNodeRed;

  before(async () => {
    runtime = await startNodeRed();
    await bringOnline(devicesOfExamples);
  });

  after(() => runtime?.stop());

  it('are offered by the import menu, folder by folder', async () => {
    should((await offered('')).sort()).eql(examples.map(({ title }) => title).sort());
  });

  it('are all run below', () => {
    should(Object.keys(exampleRuns).sort()).eql(examples.map(({ title }) => title).sort());
  });

  it('show every flow node', () => {
    const shown = new Set(examples.flatMap(({ flow }) => flow.map(({ type }) => type)));
    should(nodeSets.filter((set) => !isConfigNode(set) && !shown.has(set))).eql([]);
  });

  it('carry a comment, unique ids, and no credentials', () => {
    for (const { title, flow } of examples) {
      should(flow.some(({ type }) => type === 'comment')).equal(true, `${title} has no comment node`);
      should(flow.filter(({ credentials }) => credentials)).eql([], title);
    }
    const ids = examples.flatMap(({ flow }) => flow.map(({ id }) => id));
    should(ids.filter((id, index) => ids.indexOf(id) !== index)).eql([], 'ids that stand twice');
  });

  it('have no nodes that lie over each other, none outside the grid, and all of them in a group', () => {
    for (const { title, flow } of examples) {
      const placed = flow.filter(({ type, x }) => x !== undefined && type !== 'group').map(boxOf);
      for (const [index, one] of placed.entries()) {
        should(one.left).be.aboveOrEqual(0, `${title}: ${one.name} is cut off`);
        should(typeof one.group).equal('string', `${title}: ${one.name} is in no group`);
        const over = placed.slice(index + 1).filter((other) => overlap(one, other));
        should(over.map(({ name }) => name)).eql([], `${title}: lies over ${one.name}`);
      }
    }
  });

  it('use queues of their own, so that two imported examples do not share their events', () => {
    const subkeys = examples.flatMap(({ flow }) => flow.filter(({ subkey }) => subkey).map(({ subkey }) => subkey));
    should(subkeys.filter((subkey, index) => subkeys.indexOf(subkey) !== index)).eql([]);
  });

  for (const { title, flow } of examples) {
    it(`runs "${title}" as the import menu gives it`, async () => {
      const path = `/library/examples/flows/${manifest.name}/${encodeURI(title)}`;
      should(await (await runtime.request(path)).json()).eql(flow);
      const sets = (await (await runtime.request('/nodes', { headers: { accept: 'application/json' } })).json()) as {
        types: string[];
      }[];
      const known = new Set([...builtIn, ...sets.flatMap(({ types }) => types)]);
      should(flow.map(({ type }) => type).filter((type) => !known.has(type) && !type.startsWith('subflow:'))).eql([]);

      const logged = runtime.logs().length;
      const sidebar = await DebugSidebar.open(runtime);
      try {
        await runtime.deploy(flow);
        const trial = new Trial(runtime, sidebar, flow);
        await trial.connected();
        for (const step of exampleRuns[title] ?? []) {
          if ('press' in step) await trial.press(step);
          else if ('ask' in step) await trial.ask(step);
          else trial.quiet(step);
        }
        should(trial.untried()).eql([], 'buttons and debug nodes that no step tries');
        should(trial.unexpected()).eql([], 'errors that no step expects');
      } finally {
        sidebar.close();
      }
      // What is on its way when an example is closed is logged then, and belongs to it, not to the next one.
      await runtime.deploy([]);
      const expected = (exampleRuns[title] ?? []).flatMap((step) => ('logs' in step && step.logs ? [step.logs] : []));
      const trouble = runtime
        .logs()
        .slice(logged)
        .split('\n')
        .filter((line) => /\[(warn|error)\]/.test(line) && !expected.some((one) => one.test(line)));
      should(trouble).eql([]);
    });
  }

  /** Has simulated devices come online and stay, through the interface that steers the simulator. */
  async function bringOnline(dids: readonly string[]): Promise<void> {
    const [z, product, enterprise] = ['steering', 'steered', 'simulated'];
    await runtime.deploy([
      { id: z, type: 'tab', label: z },
      { id: enterprise, type: 'gizwits-enterprise', region: 'simulator' },
      { id: product, type: 'gizwits-product', enterprise, productKey: '' },
      { id: 'asked', type: 'http in', z, url: '/steer/:did', method: 'put', wires: [['steer']] },
      {
        id: 'steer',
        type: 'gizwits-request',
        z,
        product,
        operation: 'custom',
        method: 'PUT',
        path: '"/_simulator/devices/" & req.params.did',
        pathType: 'jsonata',
        params: '{"presence": "online"}',
        paramsType: 'json',
        wires: [['answered']],
      },
      { id: 'answered', type: 'http response', z, wires: [] },
    ]);
    for (const did of dids) {
      const reply = await runtime.request(`/steer/${did}`, { method: 'PUT' });
      should(await reply.json()).have.property('online', true);
    }
  }

  /** The titles in a folder of the import menu and below it. */
  async function offered(below: string): Promise<string[]> {
    const reply = await runtime.request(`/library/examples/flows/${manifest.name}/${encodeURI(below)}`);
    const entries = (await reply.json()) as (string | { fn: string })[];
    const titles = entries.map((entry) =>
      typeof entry === 'string' ? offered(`${below}${entry}/`) : below + entry.fn,
    );
    return (await Promise.all(titles)).flat();
  }
});

/** A config node says so in the definition of its editor half. */
function isConfigNode(set: string): boolean {
  return /category:\s*['"]config['"]/.test(readFileSync(join(root, `nodes/${set}.editor.ts`), 'utf8'));
}
