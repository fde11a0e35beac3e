import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { filesBelow, nodeSets } from '../support/package-facts';
import { root } from '../support/packed-package';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const iconOf = (set: string): string | undefined => /icon: '([^']+)'/.exec(read(`nodes/${set}.editor.ts`))?.[1];
const flowSets = nodeSets.filter((set) => !/category: 'config'/.test(read(`nodes/${set}.editor.ts`)));

/** Colours written out; the editor's own variables follow its theme. */
const fixedColour =
  /#[0-9a-f]{3,8}\b(?=["';\s])|\b(?:rgb|hsl)a?\(|(?:color|background|border)[\w-]*:\s*(?:black|white|gray|grey|red|green|blue)/gi;

describe('the look of the nodes', () => {
  it('gives each flow node an icon of its own, white and 2:3', () => {
    flowSets.length.should.be.above(10);
    const pictures = new Set<string>();
    for (const set of flowSets) {
      const svg = read(`icons/${iconOf(set)}`);
      should(svg).match(/^<svg [^>]*width="40" height="60" viewBox="0 0 40 60"/);
      should([...svg.matchAll(/#[0-9a-f]{3,8}\b/gi)].map(([colour]) => colour).filter((c) => c !== '#fff')).eql([]);
      pictures.add(svg.replace(/\s+/g, ' '));
    }
    pictures.size.should.equal(flowSets.length);
  });

  it('has no icon that no node shows', () => {
    should(filesBelow(join(root, 'icons')).sort()).eql(flowSets.map(iconOf).sort());
  });

  it('names every port', () => {
    for (const set of flowSets) {
      const source = read(`nodes/${set}.editor.ts`);
      if (/inputs: 1/.test(source)) should(source).match(/inputLabels/);
      if (/outputs: [1-9]/.test(source)) should(source).match(/outputLabels/);
    }
  });

  it('has no colour in its dialogs that a theme could not change', () => {
    const files = filesBelow(join(root, 'nodes'))
      .filter((file) => /^editor\/|\.html$|\.editor\.ts$/.test(file) && !file.startsWith('locales/'))
      // The colours of the palette are Node-RED's own for both themes.
      .filter((file) => !/family\.ts$/.test(file));
    files.length.should.be.above(40);
    const coloursOf = (text: string): string[] => [...text.matchAll(fixedColour)].map(([colour]) => colour);
    should(files.flatMap((file) => coloursOf(read(`nodes/${file}`)).map((colour) => `${file}: ${colour}`))).eql([]);
    should(coloursOf('color: #fff; background: white; border: 1px solid rgb(0 0 0)')).have.length(3);
  });
});
