import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { OWN_CODES } from '../../nodes/messages';
import { filesBelow, type Language, languages, nodeSets } from '../support/package-facts';
import { root } from '../support/packed-package';

const files: Record<Language, string> = { 'en-US': 'README.md', 'zh-CN': 'README.zh-CN.md' };

/** Catalogues whose texts hold the clouds' own numbers, by the beginning of their codes. */
const catalogues: Record<string, string> = { GIZ_5: 'gizwits', GIZ_9: 'app', EXPEED_: 'expeed' };

describe('the README', () => {
  for (const language of languages) {
    describe(files[language], () => {
      const text = readFileSync(join(root, files[language]), 'utf8');

      it('has a row for each node, by its name and place in the palette', () => {
        const table = /<!-- nodes -->([\s\S]*)<!-- \/nodes -->/.exec(text)?.[1] ?? '';
        const rows = [...table.matchAll(/^\| \*\*(.+?)\*\*/gm)].map(([, name]) => name ?? '');
        should(rows).eql(nodeSets.map((set) => paletteName(set, language)));
      });

      it('has a row for each example', () => {
        const table = /<!-- examples -->([\s\S]*)<!-- \/examples -->/.exec(text)?.[1] ?? '';
        const rows = [...table.matchAll(/^\| (\d.+?) \|/gm)].map(([, name]) => `${name?.replace(' / ', '/')}.json`);
        should(rows).eql(filesBelow(join(root, 'examples')).sort());
      });

      it('has a row for each code of our own, and none that does not exist', () => {
        const listed = codesListed(text);
        should(listed.filter((code) => listed.indexOf(code) !== listed.lastIndexOf(code))).eql([]);
        should(listed.filter((code) => /[A-Z]$/.test(code)).sort()).eql(codesInSource());
        const unknown = listed.filter((code) => /\d$/.test(code)).filter((code) => !hasText(code, language));
        should(unknown).eql([]);
      });

      it('points to files that exist', () => {
        const paths = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path ?? '');
        should(paths.length).be.above(2);
        should(paths.filter((path) => !existsSync(join(root, path)))).eql([]);
      });

      it('names the tarball of this version, and says how to come to it', () => {
        const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
        should(text).containEql(`gizflow-node-red-gizwits-${version}.tgz`);
        should(text).containEql(`| ${version} |`);
      });

      it('prints commands of npm that package.json has', () => {
        const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
        const run = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '');
        should(run.length).be.above(0);
        should(run.filter((name) => !Object.hasOwn(scripts, name))).eql([]);
      });
    });
  }

  it('knows the codes that the contract of the messages lists', () => {
    should(codesInSource()).eql([...OWN_CODES].sort());
  });

  it('says the same in both languages: sections, commands, pictures, rows', () => {
    const [english, chinese] = languages.map((language) => shapeOf(readFileSync(join(root, files[language]), 'utf8')));
    should(chinese).eql(english);
  });
});

describe('CONTRIBUTING.md', () => {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');

  it('says of every dependency why it is there', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      object
    >;
    const table = /## Dependencies([\s\S]*?)\n## /.exec(text)?.[1] ?? '';
    const names = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith('@types/'));
    should(names.filter((name) => !table.includes(name))).eql([]);
  });

  it('points to files that exist', () => {
    const paths = [...text.matchAll(/`((?:nodes|src|test|scripts|docs)\/[\w./-]+)`/g)].map(([, path]) => path ?? '');
    should(paths.length).be.above(10);
    should(paths.filter((path) => !existsSync(join(root, path)))).eql([]);
  });
});

function paletteName(set: string, language: Language): string {
  const catalogue = JSON.parse(readFileSync(join(root, `nodes/locales/${language}/${set}.json`), 'utf8'));
  return (catalogue as Record<string, { palette: string }>)[set]?.palette ?? set;
}

/** The codes in the first column of the table of codes. */
function codesListed(text: string): string[] {
  const rows = text.split('\n').filter((line) => /^\| `(GIZ|EXPEED)_/.test(line));
  return rows.flatMap((row) => (row.split(' | ')[0] ?? '').match(/(?:GIZ|EXPEED)_\w+/g) ?? []);
}

/** The codes without a number that the sources give to an error. */
function codesInSource(): string[] {
  const found = new Set<string>();
  for (const folder of ['src', 'nodes']) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    // The contract of the messages lists the codes; here they are sought where errors are made.
    for (const name of names.filter((one) => one.endsWith('.ts') && !one.startsWith('messages/'))) {
      const source = readFileSync(join(root, folder, name), 'utf8');
      for (const [, code] of source.matchAll(/['"`](GIZ_[A-Z_]*[A-Z])['"`]/g)) found.add(code ?? '');
    }
  }
  return [...found].sort();
}

function hasText(code: string, language: Language): boolean {
  const [, file] = Object.entries(catalogues).find(([beginning]) => code.startsWith(beginning)) ?? [];
  const catalogue = JSON.parse(readFileSync(join(root, `src/texts/${language}/${file}.json`), 'utf8'));
  return Object.hasOwn(catalogue as object, code.replace(/^.*_/, ''));
}

/** What is the same in every language. */
function shapeOf(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const heading = /^#+/.exec(line)?.[0];
    if (heading) return [heading];
    if (/^\| (`(GIZ|EXPEED)_|\*\*)/.test(line))
      return [line.startsWith('| `') ? codesListed(line).join(' ') : 'a node'];
    if (/^(npm|cd|curl|node|PORT=)/.test(line)) return [line.replace(/\s+#.*/, '')];
    const picture = /^!\[.*\]\((.*?)(?:\.zh-CN)?\.png\)/.exec(line)?.[1];
    return picture ? [picture] : [];
  });
}
