import { type Import, importsOf } from './imports';

/** One part of the house: what belongs to it, and what it may import when the code runs. */
interface Floor {
  name: string;
  holds: RegExp;
  /** Floors below, and itself. */
  below: readonly string[];
  /** Libraries: only the lowest floor of the clients stands on them. */
  packages?: boolean;
}

const floors: readonly Floor[] = [
  {
    name: 'editor halves',
    holds: /^nodes\/(editor\/|[^/]+\.editor(\.ts)?$)/,
    below: ['editor halves', 'both halves', 'src/gizwits', 'src/expeed', 'src/cloud', 'src/texts'],
  },
  { name: 'both halves', holds: /^nodes\/(migrations(\.ts)?$|locales\/)/, below: [] },
  { name: 'messages', holds: /^nodes\/messages(\/|$)/, below: ['messages'] },
  {
    name: 'nodes',
    holds: /^nodes\//,
    below: ['nodes', 'both halves', 'src/gizwits', 'src/expeed', 'src/cloud', 'src/texts'],
  },
  { name: 'src/gizwits', holds: /^src\/gizwits\//, below: ['src/gizwits', 'src/cloud', 'src/texts'] },
  { name: 'src/expeed', holds: /^src\/expeed\//, below: ['src/expeed', 'src/cloud', 'src/texts'] },
  { name: 'src/cloud', holds: /^src\/cloud\//, below: ['src/cloud', 'src/texts'], packages: true },
  { name: 'src/texts', holds: /^src\/texts(\/|$)/, below: ['src/texts'] },
  { name: 'src/simulator', holds: /^src\/simulator(\/|$)/, below: ['src/simulator'] },
];

/** The clock is no reading of a vendor's document, so the simulator shares it. */
const sharedWithSimulator = 'src/cloud/clock';

/**
 * Every import that breaks the order of the floors, as `file: why "import"`. The simulator stands apart: one file of
 * nodes may load it, and only when that line runs; nothing in src may know of it.
 *
 * @param sources Source texts by path relative to the checkout, with slashes.
 */
export function floorViolations(sources: ReadonlyMap<string, string>): string[] {
  const imports = [...sources].flatMap(([file, source]) => importsOf(file, source));
  const openers = new Set(imports.filter(loadsSimulator).map(({ file }) => file));
  return imports.flatMap((one) => {
    const why = trouble(one, openers);
    return why ? [`${one.file}: ${why} "${one.specifier}"`] : [];
  });
}

function floorOf(path: string): Floor | undefined {
  return floors.find(({ holds }) => holds.test(path));
}

function loadsSimulator({ file, target, kind }: Import): boolean {
  return kind === 'dynamic' && simulated(target) && !simulated(file);
}

function simulated(path: string | undefined): boolean {
  return path !== undefined && floorOf(path)?.name === 'src/simulator';
}

function trouble(one: Import, openers: ReadonlySet<string>): string | undefined {
  const { file, specifier, target, kind } = one;
  const from = floorOf(file);
  if (!from) return 'stands on no floor and has';
  if (target === undefined) {
    if (specifier.startsWith('node:')) return undefined;
    if (/^(node-red|@node-red\/.*)$/.test(specifier) && file.startsWith('src/')) return 'Node-RED has no place in src:';
    return kind === 'type' || from.packages ? undefined : `only src/cloud stands on libraries, not ${from.name}:`;
  }
  const to = floorOf(target);
  if (!to) return 'leads to no floor:';
  if (to.name === 'src/simulator' && from.name !== to.name) {
    const opens = kind === 'dynamic' && from.name === 'nodes' && openers.size === 1;
    // What hands a config node its simulated cloud has to name its type, which is gone when the code runs.
    const names = kind === 'type' && file.startsWith('nodes/shared/');
    return opens || names ? undefined : 'the simulator is loaded by one file of nodes, and there when it is asked for:';
  }
  if (from.name === 'src/simulator' && target === sharedWithSimulator) return undefined;
  // The two halves of a node may share the types of its configuration.
  if (kind === 'type' && file.startsWith('nodes/') && target.startsWith('nodes/')) return undefined;
  return from.below.includes(to.name) ? undefined : `${from.name} may not import ${to.name}:`;
}
