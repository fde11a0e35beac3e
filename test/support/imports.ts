import { posix } from 'node:path';

/** One import of a source file. */
export interface Import {
  /** The importing file, relative to the checkout. */
  file: string;
  /** As written: `../../src/texts`, `node:crypto`, `undici`. */
  specifier: string;
  /** What it points to inside the checkout, without extension; undefined for a package or a Node.js module. */
  target?: string;
  /** `type` is gone after compiling; `dynamic` is loaded only when the line runs. */
  kind: 'static' | 'type' | 'dynamic';
}

const forms: readonly { pattern: RegExp; kind(match: RegExpExecArray): Import['kind'] }[] = [
  {
    pattern: /^\s*(?:import|export)\s+(type\s)?[^'";]*?\bfrom\s*(['"])(?<specifier>[^'"]+)\2/gm,
    kind: ([, type]) => (type ? 'type' : 'static'),
  },
  { pattern: /^\s*import\s*(['"])(?<specifier>[^'"]+)\1/gm, kind: () => 'static' },
  {
    pattern: /(\btypeof\s+)?\bimport\(\s*(['"`])(?<specifier>[^'"`]+)\2\s*\)/g,
    kind: ([, type]) => (type ? 'type' : 'dynamic'),
  },
  { pattern: /\brequire(?:\.resolve)?\(\s*(['"`])(?<specifier>[^'"`]+)\1\s*\)/g, kind: () => 'dynamic' },
];

/** Every import of a source text, in whatever form it is written. */
export function importsOf(file: string, source: string): Import[] {
  return forms.flatMap(({ pattern, kind }) =>
    [...source.matchAll(pattern)].map((match) => {
      const specifier = match.groups?.specifier as string;
      const target = specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : undefined;
      return { file, specifier, target, kind: kind(match as RegExpExecArray) };
    }),
  );
}
