import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import should from 'should';
import { filesBelow, languages, manifest, nodeSets } from '../support/package-facts';
import { packedPackage, root } from '../support/packed-package';
import { type RunningNodeRed, startNodeRed } from '../support/runtime';

interface LoadedSet {
  id: string;
  module: string;
  types: string[];
  enabled: boolean;
  err?: unknown;
}

describe('the package in Node-RED', function () {
  this.timeout(120_000);
  let runtime: RunningNodeRed;
  let installed: string;

  before(async () => {
    runtime = await startNodeRed();
    ({ installed } = await packedPackage());
  });

  after(() => runtime?.stop());

  it('loads every node set without an error, each with the type of its name', async () => {
    const all = (await (await get('/nodes', { accept: 'application/json' })).json()) as LoadedSet[];
    const ours = all.filter(({ module }) => module === manifest.name);
    should(ours.filter(({ err }) => err)).eql([]);
    should(ours.map(({ id, types, enabled }) => ({ id, types, enabled }))).eql(
      nodeSets.map((set) => ({ id: `${manifest.name}/${set}`, types: [set], enabled: true })),
    );
  });

  it('logs neither a warning nor an error of ours while it starts', () => {
    const lines = runtime.logs().split('\n');
    should(lines.filter((line) => /\[(warn|error)\]/.test(line) && /gizwits|expeed/i.test(line))).eql([]);
  });

  it('loads neither a client nor a library before something is deployed', () => {
    const files = nodeSets.map((set) => join(installed, 'dist/nodes', `${set}.js`));
    const program = 'process.argv.slice(1).forEach(require); console.log(JSON.stringify(Object.keys(require.cache)))';
    const loaded = JSON.parse(
      execFileSync(process.execPath, ['-e', program, ...files], { encoding: 'utf8' }),
    ) as string[];
    loaded.should.not.be.empty();
    const early = /undici|simulator|\/account\.js$|-client\.js$|operations|\.json$/;
    should(loaded.filter((file) => early.test(relative(installed, file)))).eql([]);
  });

  for (const icon of filesBelow(join(root, 'icons'))) {
    it(`serves the icon ${icon}`, async () => {
      const served = Buffer.from(await (await get(`/icons/${manifest.name}/${icon}`)).arrayBuffer());
      // Node-RED answers with an icon of its own when it does not find one, so only the bytes tell.
      served.equals(readFileSync(join(root, 'icons', icon))).should.be.true();
    });
  }

  for (const set of nodeSets) {
    it(`serves ${set} with its editor half, an icon that exists and its rows`, async () => {
      const html = await (await get(`/nodes/${manifest.name}/${set}`, { accept: 'text/html' })).text();
      // The scorecard of the flow library reads the type from a literal in an inline script.
      const [, definition = ''] = html.split(new RegExp(`registerType\\((?:'${set}'|"${set}"),\\s*\\{`));
      definition.should.not.be.empty();
      html.should.containEql(`data-template-name="${set}"`);
      const icon = /[{,\s]icon:\s*(['"])(.+?)\1/.exec(definition)?.[2];
      if (icon && !icon.startsWith('font-awesome/')) should(filesBelow(join(root, 'icons'))).containEql(icon);
    });

    for (const language of languages) {
      it(`serves the catalogue of ${set} in ${language}`, async () => {
        const served = await (await get(`/locales/${manifest.name}/${set}?lng=${language}`)).json();
        should(served).eql(JSON.parse(readFileSync(localeFile(language, `${set}.json`), 'utf8')));
      });

      it(`serves the help of ${set} to a browser in ${language}`, async () => {
        const headers = { accept: 'text/html', 'accept-language': language };
        const html = await (await get(`/nodes/${manifest.name}/${set}`, headers)).text();
        html.should.containEql(readFileSync(localeFile(language, `${set}.html`), 'utf8').trim());
      });
    }
  }

  it('serves the texts of the library in both languages', async () => {
    for (const language of languages) {
      const served = (await (await get(`/locales/${manifest.name}/gizwits-enterprise?lng=${language}`)).json()) as {
        texts: { errors: unknown };
      };
      should(served.texts.errors).eql(
        JSON.parse(readFileSync(join(root, `src/texts/${language}/errors.json`), 'utf8')),
      );
    }
  });

  function localeFile(language: string, name: string): string {
    return join(installed, 'dist/nodes/locales', language, name);
  }

  async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const reply = await runtime.request(path, { headers });
    reply.status.should.equal(200, path);
    return reply;
  }
});
