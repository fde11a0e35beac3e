import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { filesBelow, languages, nodeSets } from '../support/package-facts';
import { root } from '../support/packed-package';
import { fullKeys, type Text, textsOf } from '../support/texts';
import { keysInCode, keysInRows } from '../support/used-keys';

const chinese = /\p{Script=Han}/u;

/** Names that stay as they are in a Chinese text. */
const untranslated =
  /\b(Product (Key|Secret)|Auth (ID|Secret)|ProductKey|AppID|Subkey|SNoti|Base64|TLS|MAC|ID|UID|URL|JSON|API|HTTPS?|GPS|did|mac|gid)\b/g;

describe('the texts', () => {
  const english = textsOf('en-US');
  const translated = textsOf('zh-CN');

  it('stand in the same catalogues under the same keys in both languages', () => {
    const names = (texts: Text[], language: string): string[] =>
      texts.map(({ file, key }) => `${file.replace(language, '*')} ${key}`).sort();
    should(names(translated, 'zh-CN')).eql(names(english, 'en-US'));
    english.length.should.be.above(50);
  });

  it('ask for the same values in both languages', () => {
    const placeholders = ({ value }: Text): string[] => [...new Set(value.match(/__\w+?__/g))].sort();
    const byPlace = new Map(translated.map((text) => [`${text.file.replace('zh-CN', 'en-US')} ${text.key}`, text]));
    const uneven = english.filter((text) => {
      const other = byPlace.get(`${text.file} ${text.key}`);
      return other && String(placeholders(other)) !== String(placeholders(text));
    });
    should(uneven.map(place)).eql([]);
  });

  it('are never empty', () => {
    should([...english, ...translated].filter(({ value }) => value.trim() === '').map(place)).eql([]);
  });

  it('are English in en-US', () => {
    should(english.filter(({ value }) => chinese.test(value)).map(place)).eql([]);
  });

  it('are Chinese in zh-CN, but for names and values that have no translation', () => {
    const words = (value: string): string =>
      value
        .replace(/__\w+?__|<code>.*?<\/code>|<[^>]+>|https?:\S+/g, '')
        .replace(untranslated, '')
        .replace(/[^\p{Letter}]/gu, '');
    should(translated.filter(({ value }) => !chinese.test(value) && words(value) !== '').map(place)).eql([]);
  });

  for (const language of languages) {
    it(`hold every key that nodes and src ask for, in ${language}`, () => {
      const there = fullKeys(language);
      const used = usedKeys();
      used.length.should.be.above(50);
      const known = (key: string): boolean =>
        key.endsWith('.') ? [...there].some((one) => one.startsWith(key)) : there.has(key);
      const missing = used.filter(({ key }) => !known(key)).map(({ file, key }) => `${file}: ${key}`);
      should([...new Set(missing)].sort()).eql([]);
    });
  }
});

describe('the search for used keys', () => {
  const inCode = (file: string, source: string): string[] => keysInCode(file, source).map(({ key }) => key);

  it('knows every way in which code names a text', () => {
    should(inCode('nodes/a.editor.ts', "text('label.x'); commonText('label.y', { n: 1 }); setText('b', 'z')")).eql([
      'a:a.label.x',
      'b:b.z',
      'gizwits-enterprise:common.label.y',
    ]);
    should(inCode('nodes/a.ts', "statusText(this.RED, 'found', { count }); RED._('a.b'); badInput('range', {})")).eql([
      'gizwits-enterprise:common.status.found',
      'gizwits-enterprise:texts.errors.input.range',
      'a:a.b',
    ]);
    should(inCode('src/a.ts', "{ code: 'X', textKey: late ? 'errors.expired' : 'errors.closed', textParams: {} }")).eql(
      ['gizwits-enterprise:texts.errors.expired', 'gizwits-enterprise:texts.errors.closed'],
    );
  });

  it('keeps of a composed key what is known', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text to be read
    const source = 'text(`title.${kind}`); text(known ? `title.${kind}` : "palette"); text(key)';
    should(inCode('nodes/a.editor.ts', source)).eql(['a:a.title.', 'a:a.title.', 'a:a.palette']);
  });

  it('reads the rows of a dialog', () => {
    const rows = `<i data-i18n="a.b"></i><i data-i18n="[title]a.c;[placeholder]@gizflow/node-red-gizwits/b:d.e"></i>`;
    should(keysInRows('nodes/a.html', rows).map(({ key }) => key)).eql(['a:a.b', 'a:a.c', 'b:d.e']);
  });
});

describe('the help pages', () => {
  for (const language of languages) {
    for (const set of nodeSets) {
      it(`explain ${set} in ${language}, with the sections of the style guide`, () => {
        const lines = proseOf(readFileSync(join(root, `nodes/locales/${language}/${set}.html`), 'utf8'));
        const strange = lines.filter((line) =>
          language === 'en-US'
            ? chinese.test(line)
            : !chinese.test(line) && /[A-Za-z]{2,}\s+[a-z]{2,}\s+[a-z]{2,}/.test(line),
        );
        should(strange).eql([]);
        const headings = lines.filter((line) => line.startsWith('### '));
        headings.length.should.be.above(0);
        if (language === 'zh-CN') should(headings.filter((line) => !chinese.test(line))).eql([]);
      });
    }
  }
});

/** The lines of a help page without its tags, code and examples. */
function proseOf(html: string): string[] {
  return html
    .replace(/```[\s\S]*?```/g, '')
    .replace(/`[^`]*`|<[^>]+>/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function usedKeys(): { file: string; key: string }[] {
  return ['nodes', 'src'].flatMap((folder) =>
    filesBelow(join(root, folder))
      .map((name) => `${folder}/${name}`)
      .filter(
        (file) => /\.(ts|html)$/.test(file) && !file.startsWith('nodes/locales/') && !file.startsWith('src/simulator/'),
      )
      .flatMap((file) => {
        const source = readFileSync(join(root, file), 'utf8');
        return file.endsWith('.ts') ? keysInCode(file, source) : keysInRows(file, source);
      }),
  );
}

function place({ file, key, value }: Text): string {
  return `${file} ${key}: ${value}`;
}
