import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { filesBelow, manifest, nodeSets } from '../support/package-facts';
import { root } from '../support/packed-package';
import { type FlowNode, type RunningNodeRed, startNodeRed } from '../support/runtime';

const folder = join(root, 'examples');
const examples = filesBelow(folder).map((file) => ({
  title: file.replace(/\.json$/, ''),
  flow: JSON.parse(readFileSync(join(folder, file), 'utf8')) as FlowNode[],
}));

/** Types that the runtime knows without a node set. */
const builtIn = new Set(['tab', 'group', 'subflow', 'global-config']);

describe('the examples', function () {
  this.timeout(120_000);
  let runtime: RunningNodeRed;

  before(async () => {
    runtime = await startNodeRed();
  });

  after(() => runtime?.stop());

  it('are offered by the import menu', async () => {
    const listed = (await (await runtime.request(`/library/examples/flows/${manifest.name}/`)).json()) as {
      fn: string;
    }[];
    should(listed.map(({ fn }) => fn).sort()).eql(examples.map(({ title }) => title).sort());
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

  for (const { title, flow } of examples) {
    it(`deploys "${title}" as the import menu gives it`, async () => {
      const offered = await runtime.request(`/library/examples/flows/${manifest.name}/${encodeURIComponent(title)}`);
      should(await offered.json()).eql(flow);
      const sets = (await (await runtime.request('/nodes', { headers: { accept: 'application/json' } })).json()) as {
        types: string[];
      }[];
      const known = new Set([...builtIn, ...sets.flatMap(({ types }) => types)]);
      should(flow.map(({ type }) => type).filter((type) => !known.has(type) && !type.startsWith('subflow:'))).eql([]);

      const logged = runtime.logs().length;
      await runtime.deploy(flow);
      const trouble = runtime
        .logs()
        .slice(logged)
        .split('\n')
        .filter((line) => /\[(warn|error)\]/.test(line));
      should(trouble).eql([]);
    });
  }
});

/** A config node says so in the definition of its editor half. */
function isConfigNode(set: string): boolean {
  return /category:\s*['"]config['"]/.test(readFileSync(join(root, `nodes/${set}.editor.ts`), 'utf8'));
}
