import { FORBIDDEN_NAMES, isPlainObject } from '../../cloud/input';

/** Figures of one place, and of one datapoint where the report counts by datapoint. */
export interface LocatedFigures {
  /** Country, region, city, as far as they are known; empty for what has no place. */
  place: readonly string[];
  datapoint: string | null;
  figures: ReadonlyMap<string, number>;
}

/** Names in a node that are no places (reference notes A.2.1). */
const RESERVED = new Set(['count', 'detail']);

/** Country, region, city. */
const LEVELS = 3;

type Figures = Map<string, number>;
type ByDatapoint = Map<string | null, Figures>;

/**
 * The figures of a location tree, place by place, in the order of the tree.
 *
 * A node is a bare number or an object; in an object `count` (a number, or numbers by name) and `detail` (the same by
 * datapoint) are its own figures, and every other name is a place below it: a region and a city in it may have the same
 * name. A node without places below it is a leaf, whatever its level. What a node counts beyond the places below it is
 * given behind them, under the node itself; so all figures together add up to those of the root. Where the places add
 * up to more than their node says (as in a sample of the documents), they are given as they are.
 *
 * @param byDatapoint whether to read `detail`, where a node has it, instead of `count`
 */
export function treeFigures(root: unknown, byDatapoint: boolean): LocatedFigures[] {
  const found: LocatedFigures[] = [];
  const give = (place: readonly string[], figures: ByDatapoint): void => {
    for (const [datapoint, one] of figures) found.push({ place, datapoint, figures: one });
  };
  const walk = (node: unknown, place: readonly string[]): ByDatapoint => {
    const own = ownFigures(node, byDatapoint);
    const below = place.length < LEVELS ? placesBelow(node) : [];
    if (below.length === 0) {
      const counted = place.length > 0 ? own : positive(own);
      give(place, counted);
      return counted;
    }
    const sum: ByDatapoint = new Map();
    for (const [name, child] of below) addAll(sum, walk(child, [...place, name]));
    const rest = exceeds(node, sum) ? beyond(own, sum) : new Map();
    give(place, rest);
    return addAll(sum, rest);
  };
  walk(root, []);
  return found;
}

function placesBelow(node: unknown): [string, unknown][] {
  return isPlainObject(node) ? Object.entries(node).filter(([name]) => !RESERVED.has(name)) : [];
}

function ownFigures(node: unknown, byDatapoint: boolean): ByDatapoint {
  const detail = isPlainObject(node) ? node.detail : undefined;
  if (byDatapoint && isPlainObject(detail) && Object.keys(detail).length > 0) {
    return new Map(Object.entries(detail).map(([name, figures]) => [name, figuresOf(figures)]));
  }
  const figures = countsOf(node);
  return figures.size > 0 ? new Map([[null, figures]]) : new Map();
}

/** The figures of a node as a whole. */
function countsOf(node: unknown): Figures {
  return figuresOf(isPlainObject(node) ? node.count : node);
}

function figuresOf(value: unknown): Figures {
  const figures: Figures = new Map();
  if (isPlainObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      const number = numberOf(member);
      if (number !== undefined && !FORBIDDEN_NAMES.has(name)) figures.set(name, number);
    }
  } else {
    const number = numberOf(value);
    if (number !== undefined) figures.set('count', number);
  }
  return figures;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Whether a node counts more than the places below it together, in any figure. */
function exceeds(node: unknown, sum: ByDatapoint): boolean {
  for (const [name, number] of countsOf(node)) {
    let below = 0;
    for (const figures of sum.values()) below += figures.get(name) ?? 0;
    if (number > below) return true;
  }
  return false;
}

function beyond(own: ByDatapoint, sum: ByDatapoint): ByDatapoint {
  const rest: ByDatapoint = new Map();
  for (const [datapoint, figures] of own) {
    const below = sum.get(datapoint);
    const left: Figures = new Map();
    for (const [name, number] of figures) left.set(name, Math.max(0, number - (below?.get(name) ?? 0)));
    rest.set(datapoint, left);
  }
  return positive(rest);
}

/** Without what is nothing but zeros. */
function positive(all: ByDatapoint): ByDatapoint {
  return new Map([...all].filter(([, figures]) => [...figures.values()].some((number) => number > 0)));
}

function addAll(sum: ByDatapoint, more: ByDatapoint): ByDatapoint {
  for (const [datapoint, figures] of more) {
    const there = sum.get(datapoint) ?? new Map<string, number>();
    for (const [name, number] of figures) there.set(name, (there.get(name) ?? 0) + number);
    sum.set(datapoint, there);
  }
  return sum;
}
