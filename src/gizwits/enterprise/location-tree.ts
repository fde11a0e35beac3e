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
 * The figures of a location tree, leaf by leaf, in the order of the tree.
 *
 * A node is a bare number or an object; in an object `count` (a number, or numbers by name) and `detail` (the same by
 * datapoint) are its own figures, and every other name is a place below it: a region and a city in it may have the same
 * name. A node without places below it is a leaf, whatever its level. Figures of the levels above are left out: they
 * count the places below them once more, and what has no place (c28). A tree without any place is one leaf without a
 * place, unless it counts nothing.
 *
 * @param byDatapoint whether to read `detail`, where a node has it, instead of `count`
 */
export function treeFigures(root: unknown, byDatapoint: boolean): LocatedFigures[] {
  const found: LocatedFigures[] = [];
  const walk = (node: unknown, place: readonly string[]): void => {
    const below = place.length < LEVELS ? placesBelow(node) : [];
    for (const [name, child] of below) walk(child, [...place, name]);
    if (below.length > 0) return;
    for (const [datapoint, figures] of ownFigures(node, byDatapoint)) {
      const counts = place.length > 0 || [...figures.values()].some((number) => number > 0);
      if (counts) found.push({ place, datapoint, figures });
    }
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
