import { manifest } from './package-facts';

/** A text that a source file asks for. */
export interface UsedKey {
  file: string;
  /** `set:dotted.key`; what is known only when the code runs is cut off after the last dot before it. */
  key: string;
}

/** A function that looks a text up: which of its arguments is the key, and what stands before the key in full. */
interface Lookup {
  call: string;
  argument: number;
  /** Only in files of this name, because elsewhere the name means something else. */
  files?: RegExp;
  /** @param set The node set that the file belongs to. @param args The call's arguments as written. */
  prefix(set: string, args: readonly string[]): string;
}

const common = 'gizwits-enterprise:common.';
const library = 'gizwits-enterprise:texts.';

const lookups: readonly Lookup[] = [
  { call: 'text', argument: 0, files: /\.editor\.ts$/, prefix: (set) => `${set}:${set}.` },
  { call: 'setText', argument: 1, prefix: (_, [set = '']) => `${unquoted(set)}:${unquoted(set)}.` },
  { call: 'commonText', argument: 0, prefix: () => common },
  { call: 'sharedText', argument: 1, prefix: () => common },
  { call: 'statusKey', argument: 0, prefix: () => `${common}status.` },
  { call: 'statusText', argument: 1, prefix: () => `${common}status.` },
  { call: '.succeeded', argument: 0, prefix: () => `${common}status.` },
  { call: 'badInput', argument: 0, prefix: () => `${library}errors.input.` },
  { call: 'configError', argument: 0, prefix: () => `${library}errors.config.` },
  { call: 'accepts', argument: 0, prefix: () => `${library}errors.accepts.` },
  { call: 'libraryText', argument: 1, prefix: () => library },
  { call: 'cloudText', argument: 0, prefix: () => library },
  { call: 'findings.say', argument: 2, prefix: () => `${library}check.` },
  { call: '._', argument: 0, prefix: (set) => `${set}:` },
];

/** The texts that TypeScript code asks for by a literal key, in any of the ways that nodes and src have. */
export function keysInCode(file: string, source: string): UsedKey[] {
  const set = setOf(file);
  const here = lookups.filter(({ files }) => files?.test(file) ?? true);
  const called = here.flatMap(({ call, argument, prefix }) =>
    argumentLists(source, call).flatMap((args) =>
      literals(args[argument] ?? '').map((key) => ({ file, key: full(key, prefix(set, args)) })),
    ),
  );
  // A union stands in a type, where the literals are arguments of something else.
  const named = [...source.matchAll(/\btextKey:(?![^,;}]*\|)([^,;}]+)/g)].flatMap(([, value = '']) =>
    literals(value).map((key) => ({ file, key: full(key, library) })),
  );
  return [...called, ...named].filter(({ key }) => key !== '' && !key.endsWith(':'));
}

/** The texts that a dialog's rows ask for: `data-i18n="key"`, `"[placeholder]key"`, several parted by `;`. */
export function keysInRows(file: string, html: string): UsedKey[] {
  return [...html.matchAll(/data-i18n="([^"]*)"/g)].flatMap(([, value = '']) =>
    value.split(';').map((part) => ({ file, key: full(part.replace(/^\[[^\]]*\]/, ''), `${setOf(file)}:`) })),
  );
}

/** The stem of a file of nodes/: its node set, where it has one. */
function setOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/(\.editor)?\.(ts|html)$/, '');
}

/** A key with a namespace of its own keeps it; any other gets the prefix. A template is cut at what it puts in. */
function full(key: string, prefix: string): string {
  const own = `${manifest.name}/`;
  const whole = key.startsWith(own) ? key.slice(own.length) : `${prefix}${key}`;
  const open = whole.indexOf('${');
  return open < 0 ? whole : whole.slice(0, whole.slice(0, open).lastIndexOf('.') + 1);
}

function unquoted(argument: string): string {
  return argument.trim().slice(1, -1);
}

/** The string literals that an expression can come to: itself, or the branches of a conditional. */
function literals(expression: string): string[] {
  const branches = /^\s*['"`]/.test(expression) ? /^\s*(['"`])((?:(?!\1).)*)\1/g : /[?:]\s*(['"`])((?:(?!\1).)*)\1/g;
  return [...expression.matchAll(branches)].map(([, , text]) => text as string);
}

/** The arguments, as written, of every call of `name`; declarations of it do not count. */
function argumentLists(source: string, name: string): string[][] {
  const start = name.startsWith('.') ? '' : '(?<![\\w.$]|function )';
  const pattern = new RegExp(`${start}${name.replace('.', '\\.')}\\(`, 'g');
  return [...source.matchAll(pattern)].map((match) => splitArguments(source, match.index + match[0].length));
}

function splitArguments(source: string, from: number): string[] {
  const args = [''];
  let depth = 0;
  let quote = '';
  for (let at = from; at < source.length; at++) {
    const sign = source[at] as string;
    if (quote) {
      if (sign === quote) quote = '';
    } else if (/['"`]/.test(sign)) quote = sign;
    else if (/[([{]/.test(sign)) depth++;
    else if (/[)\]}]/.test(sign) && depth-- === 0) break;
    else if (sign === ',' && depth === 0) {
      args.push('');
      continue;
    }
    args[args.length - 1] += sign;
  }
  return args;
}
