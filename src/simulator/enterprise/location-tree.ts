import type { Place } from '../world/places';

/** A node of a location tree: its own figures beside its children's names, as the reports mix them. */
export type TreeNode = { [key: string]: unknown };

type Level = 'country' | 'region' | 'city';

interface Branch<T> {
  items: T[];
  children: Map<string, Branch<T>>;
}

/**
 * Sorts items by country, region and city. `print` gives a node's own fields from all items below it; items without a
 * place are left out, so a report's total may be larger than the sum of its tree.
 */
export function locationTree<T>(
  items: readonly T[],
  placeOf: (item: T) => Place | null,
  print: (items: readonly T[], level: Level) => TreeNode | number,
): TreeNode {
  const root: Branch<T> = { items: [], children: new Map() };
  for (const item of items) {
    const place = placeOf(item);
    if (!place) continue;
    let branch = root;
    for (const name of [place.country, place.region, place.city]) {
      let child = branch.children.get(name);
      if (!child) {
        child = { items: [], children: new Map() };
        branch.children.set(name, child);
      }
      child.items.push(item);
      branch = child;
    }
  }
  return printChildren(root, ['country', 'region', 'city'], print);
}

function printChildren<T>(
  branch: Branch<T>,
  levels: readonly Level[],
  print: (items: readonly T[], level: Level) => TreeNode | number,
): TreeNode {
  const [level, ...below] = levels;
  const node: TreeNode = {};
  if (!level) return node;
  for (const [name, child] of branch.children) {
    const own = print(child.items, level);
    node[name] = typeof own === 'number' ? own : { ...own, ...printChildren(child, below, print) };
  }
  return node;
}
