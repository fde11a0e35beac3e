import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { languages, readJson } from './project.mjs';

/** The node set whose catalogue also carries the texts of `src/texts`, under `texts`. */
const textsHost = 'gizwits-enterprise';

/**
 * Writes the message catalogues and help pages of the node sets below `base` to `out`/locales/<lang>, where Node-RED
 * looks for them beside the built js. Throws with every gap at once: a set without a catalogue or help in a language,
 * languages whose keys differ.
 */
export function writeCatalogues(base, sets, out) {
  const gaps = [];
  const texts = readTexts(base);
  const catalogues = new Map(languages.map((language) => [language, new Map()]));
  for (const set of sets) {
    for (const language of languages) {
      const path = `nodes/locales/${language}/${set}`;
      for (const file of [`${path}.json`, `${path}.html`]) {
        if (!existsSync(join(base, file))) gaps.push(`${file} is missing`);
      }
      if (!existsSync(join(base, `${path}.json`))) continue;
      const catalogue = readJson(`${path}.json`, base);
      for (const key of ['texts', 'palette']) {
        if (key in catalogue) gaps.push(`${path}.json: the key ${key} is kept for src/texts`);
      }
      // The editor names a category of the palette after the first set that it meets there, whichever that is.
      const { palette, ...rest } = texts.get(language);
      const hosted = set === textsHost ? { texts: rest } : {};
      catalogues.get(language).set(set, { ...catalogue, palette, ...hosted });
    }
    compareKeys(`nodes/locales/*/${set}.json`, (language) => catalogues.get(language).get(set), gaps);
  }
  if (!sets.includes(textsHost)) gaps.push(`package.json lists no node set ${textsHost}, which carries src/texts`);
  if (gaps.length > 0) throw new Error(`Texts are incomplete:\n  ${gaps.join('\n  ')}`);

  for (const language of languages) {
    const folder = join(out, 'locales', language);
    mkdirSync(folder, { recursive: true });
    for (const [set, catalogue] of catalogues.get(language)) {
      writeFileSync(join(folder, `${set}.json`), `${JSON.stringify(catalogue, null, 1)}\n`);
      writeFileSync(join(folder, `${set}.html`), readHelp(base, language, set));
    }
  }
}

function readHelp(base, language, set) {
  const path = `nodes/locales/${language}/${set}.html`;
  const help = readFileSync(join(base, path), 'utf8');
  if (!help.includes(`data-help-name="${set}"`)) throw new Error(`${path} holds no <script data-help-name="${set}">`);
  return help;
}

function readTexts(base) {
  const texts = new Map();
  for (const language of languages) {
    const folder = `src/texts/${language}`;
    const files = readdirSync(join(base, folder)).filter((file) => file.endsWith('.json'));
    texts.set(language, Object.fromEntries(files.map((f) => [basename(f, '.json'), readJson(`${folder}/${f}`, base)])));
  }
  return texts;
}

function compareKeys(what, read, gaps) {
  const keys = new Map(languages.map((language) => [language, new Set(leafKeys(read(language) ?? {}))]));
  for (const [language, own] of keys) {
    for (const [other, theirs] of keys) {
      for (const key of theirs) {
        if (!own.has(key)) gaps.push(`${what}: ${language} lacks ${key}, which ${other} has`);
      }
    }
  }
}

function leafKeys(value, prefix = '') {
  if (typeof value !== 'object' || value === null) return [prefix];
  return Object.entries(value).flatMap(([key, below]) => leafKeys(below, prefix ? `${prefix}.${key}` : key));
}
