const FILES = ['errors', 'gizwits', 'app', 'expeed', 'push', 'check'];

let english: Readonly<Record<string, unknown>> | undefined;

/**
 * The texts of every error, by key. English is read here, with the first text, so that the library speaks without
 * Node-RED; the build merges both languages into the message catalogues of the nodes, under `texts`.
 */
function englishTexts(): Readonly<Record<string, unknown>> {
  english ??= Object.fromEntries(FILES.map((name) => [name, require(`./en-US/${name}.json`) as unknown]));
  return english;
}

/** A text inside a text, such as what a parameter accepts: it is translated with the text around it. */
export interface NestedText {
  textKey: string;
  textParams?: TextParams;
}

export type TextParams = Readonly<Record<string, string | number | boolean | undefined | NestedText>>;

/** Puts `params` in the place of `__name__`, the placeholder form of Node-RED's message catalogues. */
export function interpolate(template: string, params: TextParams = {}): string {
  return template.replace(/__(\w+?)__/g, (whole, name: string) => {
    if (!Object.hasOwn(params, name)) return whole;
    const value = params[name];
    return typeof value === 'object' ? englishText(value.textKey, value.textParams) : String(value ?? '');
  });
}

/** The English template of a dotted key such as `errors.input.required`, or undefined when there is none. */
export function englishTemplate(key: string): string | undefined {
  let node: unknown = englishTexts();
  for (const part of key.split('.')) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, part)) return undefined;
    node = (node as Record<string, unknown>)[part];
  }
  return typeof node === 'string' ? node : undefined;
}

/** The English text of a key; the key itself when it has none. */
export function englishText(key: string, params?: TextParams): string {
  const template = englishTemplate(key);
  return template === undefined ? key : interpolate(template, params);
}
