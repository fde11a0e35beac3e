/** The package's name; with a set's name it makes the namespace of that set's catalogue. */
const PACKAGE = '@gizflow/node-red-gizwits';

type TextParams = Record<string, string | number>;

/** A text of one node set's own catalogue, whose root key is the set's name: `setText('gizwits-search', 'label.target')`. */
export function setText(set: string, key: string, params?: TextParams): string {
  return RED._(`${PACKAGE}/${set}:${set}.${key}`, params);
}

/** A text that all nodes share; it lives in the catalogue of `gizwits-enterprise`, below `common`. */
export function commonText(key: string, params?: TextParams): string {
  return RED._(`${PACKAGE}/gizwits-enterprise:common.${key}`, params);
}

/** A text of `src/texts`: operations, parameters, what a parameter accepts. */
export function cloudText(key: string, params?: TextParams): string {
  return RED._(`${PACKAGE}/gizwits-enterprise:texts.${key}`, params);
}

/** Sentences one after the other; no space follows a full-width full stop. */
export function sentences(texts: readonly string[]): string {
  return texts.join(' ').replaceAll('。 ', '。');
}
