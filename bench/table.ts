import type { Goal, Group } from './groups/group';
import { type Results, startsOf } from './results';
import { type Quantity, ratioOf, type Spread, type Starts, spreadOf } from './samples';
import { MOST_BUSY } from './window';

const COLUMNS = [
  ['perSecond', '/s'],
  ['ms', 'ms'],
  ['cpuUs', 'CPU µs'],
  ['p50Ms', 'p50 ms'],
  ['p99Ms', 'p99 ms'],
  ['growthMb', '+MB'],
  ['heapMb', 'heap MB'],
  ['sizeMb', 'MB'],
  ['lost', 'lost'],
  ['failed', 'failed'],
] as const satisfies readonly (readonly [quantity: Quantity, title: string])[];

/**
 * The columns of a table: what was measured; then how many times as many units a second ours does, how many times the
 * processor time of ours this one takes, and the part of the time in which the server had no rest.
 */
export type Title = (typeof COLUMNS)[number][1] | 'ours is' | 'CPU' | 'busy';

/** Prints a group's figures and goals; answers how many of them are missed or cannot be used. */
export function printGroup(group: Group, results: Results): number {
  const starts = startsOf(results, group.name);
  if (starts.length === 0) return 0;
  console.log(`\n== ${group.name} ==`);
  for (const row of rowsOf(starts)) console.log(row);
  let missed = 0;
  for (const name of tooBusy(starts)) {
    missed++;
    console.log(`CANNOT BE USED: ${name}: the server was the limit`);
  }
  for (const text of new Set(starts.flatMap(({ trouble }) => trouble))) {
    missed++;
    console.log(`CANNOT BE USED: ${text}`);
  }
  for (const goal of group.goals) {
    const figure = figureOf(starts, goal);
    if (!figure) continue;
    const met = isMet(goal, figure);
    if (!met) missed++;
    console.log(
      `${met ? 'met   ' : 'MISSED'}  ${describe(goal)}: ${show(figure.median)} (${show(figure.least)} to ${show(figure.most)})`,
    );
  }
  return missed;
}

export function figureOf(starts: Starts, { case: name, quantity, of, to }: Goal): Spread | undefined {
  return to === undefined ? spreadOf(starts, name, of, quantity) : ratioOf(starts, name, [of, to], quantity);
}

function isMet({ atLeast, atMost }: Goal, { median }: Spread): boolean {
  return median >= (atLeast ?? Number.NEGATIVE_INFINITY) && median <= (atMost ?? Number.POSITIVE_INFINITY);
}

function describe({ case: name, quantity, of, to, atLeast, atMost }: Goal): string {
  const bound = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
  return `${name}: ${quantity} of ${of}${to === undefined ? '' : ` / ${to}`} ${bound}`;
}

/** Cases and variants whose server had no rest. */
function tooBusy(starts: Starts): string[] {
  return pairsOf(starts)
    .filter(([name, variant]) => (spreadOf(starts, name, variant, 'busy')?.median ?? 0) > MOST_BUSY)
    .map(([name, variant]) => `${name}, ${variant}`);
}

/** Cases with their variants, in the order in which they were measured. */
export function pairsOf(starts: Starts): [name: string, variant: string][] {
  const names = new Map<string, Set<string>>();
  for (const { case: name, variant } of starts.flatMap(({ samples }) => samples)) {
    const variants = names.get(name) ?? new Set();
    names.set(name, variants.add(variant));
  }
  return [...names].flatMap(([name, variants]) =>
    [...variants].sort(bySize).map((variant): [string, string] => [name, variant]),
  );
}

/** By name, and by the number in it. */
function bySize(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

/** What a table shows of one way to do the job of a case. */
export interface Row {
  readonly case: string;
  readonly variant: string;
  /** One for each of the table's titles; empty where nothing was measured. */
  readonly cells: readonly string[];
  /** Whether the server on the other side was the limit. */
  readonly tooBusy: boolean;
}

/** The figures of a group: medians, and ratios with the least and the largest median of a start. */
export function figuresOf(starts: Starts): { titles: readonly Title[]; rows: readonly Row[] } {
  const pairs = pairsOf(starts);
  const columns = COLUMNS.filter(([quantity]) =>
    pairs.some(([name, variant]) => spreadOf(starts, name, variant, quantity)),
  );
  const busyOnes = tooBusy(starts);
  const rows = pairs.map(([name, variant]) => ({
    case: name,
    variant,
    cells: [
      ...columns.map(([quantity]) => show(spreadOf(starts, name, variant, quantity)?.median)),
      times(ratioOf(starts, name, ['ours', variant], 'perSecond')),
      times(ratioOf(starts, name, [variant, 'ours'], 'cpuUs')),
      show(spreadOf(starts, name, variant, 'busy')?.median),
    ],
    tooBusy: busyOnes.includes(`${name}, ${variant}`),
  }));
  return { titles: [...columns.map(([, title]) => title), 'ours is', 'CPU', 'busy'], rows };
}

function rowsOf(starts: Starts): string[] {
  const { titles, rows } = figuresOf(starts);
  let last = '';
  const table = [['', ...titles]];
  for (const { case: name, variant, cells } of rows) {
    if (name !== last) table.push([name, ...titles.map(() => '')]);
    last = name;
    table.push([`  ${variant}`, ...cells]);
  }
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
  );
}

function times(spread: Spread | undefined): string {
  return spread ? `${show(spread.median)} (${show(spread.least)}-${show(spread.most)})` : '';
}

/** Three digits, as far as they tell. */
export function show(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return digits === 0 ? String(Math.round(value)) : value.toFixed(Math.min(3, digits));
}
