import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesBelow, type Language } from './package-facts';
import { root } from './packed-package';

/** Where a catalogue's text stands, and what it says. */
export interface Text {
  /** Path of the catalogue, relative to the checkout. */
  file: string;
  /** Dotted key inside it. */
  key: string;
  value: string;
}

/** Every text of nodes/locales and src/texts in a language. */
export function textsOf(language: Language): Text[] {
  return ['nodes/locales', 'src/texts'].flatMap((folder) =>
    filesBelow(join(root, folder, language))
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => {
        const file = `${folder}/${language}/${name}`;
        return leaves(JSON.parse(readFileSync(join(root, file), 'utf8'))).map(([key, value]) => ({ file, key, value }));
      }),
  );
}

/** Dotted keys and values of a catalogue; a value that is no text stands there as JSON, so that it is noticed. */
export function leaves(value: unknown, prefix = ''): [key: string, value: string][] {
  if (typeof value !== 'object' || value === null) {
    return [[prefix, typeof value === 'string' ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, below]) => leaves(below, prefix ? `${prefix}.${key}` : key));
}

/**
 * Every full key (`set:dotted.key`) that the runtime can look up in a language, as the build makes the catalogues: the
 * texts of src/texts stand under `gizwits-enterprise:texts`.
 */
export function fullKeys(language: Language): Set<string> {
  return new Set(
    textsOf(language).map(({ file, key }) =>
      file.startsWith('src/')
        ? `gizwits-enterprise:texts.${basename(file, '.json')}.${key}`
        : `${basename(file, '.json')}:${key}`,
    ),
  );
}
