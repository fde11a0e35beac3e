import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * The catalogues of operations are pure data, but the files around them also hold code for Node. Nothing of that may
 * reach the browser: what a bundle would need of Node's own modules stays a `require`, and is found below.
 */
const withoutNode = {
  name: 'without-node',
  setup(plugin) {
    plugin.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
  },
};

/**
 * Writes `out`/<set>.html, the editor half that Node-RED expects beside the built js: the bundle of
 * nodes/<set>.editor.ts inline, because the flow library's scorecard reads it there and a resource file would be served
 * without a login, and the dialog rows of nodes/<set>.html in their template script.
 */
export async function writeEditorHtml(base, set, out) {
  const rows = readFileSync(join(base, `nodes/${set}.html`), 'utf8');
  if (/<\/?script/i.test(rows))
    throw new Error(`nodes/${set}.html holds dialog rows only; the build adds the script tag`);
  const { outputFiles } = await build({
    absWorkingDir: base,
    entryPoints: [`nodes/${set}.editor.ts`],
    tsconfig: 'nodes/tsconfig.json',
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'es2020',
    charset: 'utf8',
    legalComments: 'none',
    // Every set carries its copy of the shared widgets; names stay as they are, for whoever debugs in the browser.
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'error',
    plugins: [withoutNode],
  });
  const needed = /\brequire\("(node:\w+)"\)/.exec(outputFiles[0].text);
  if (needed) throw new Error(`nodes/${set}.editor.ts pulls ${needed[1]} into the browser`);
  const html = [
    `<script type="text/javascript">\n${outputFiles[0].text}</script>`,
    `<script type="text/html" data-template-name="${set}">\n${rows.trimEnd()}\n</script>`,
  ];
  writeFileSync(join(out, `${set}.html`), `${html.join('\n\n')}\n`);
}
