import type { FlowNode } from './runtime';

/** The place of a node on its tab, in the editor's pixels. */
export interface Box {
  name: string;
  group: unknown;
  tab: unknown;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** About the place that a node takes in the editor, a little on the small side: it draws names in its own font. */
export function boxOf(node: FlowNode): Box {
  const { x, y, z, g, type } = node as FlowNode & { x: number; y: number };
  const lines = nameOf(node).split('\\n ');
  const letters = Math.max(
    ...lines.map((line) => [...line].reduce((sum, letter) => sum + (letter > '\u2e80' ? 13 : 6), 0)),
  );
  const width = type.startsWith('link ') ? 30 : Math.max(100, letters + 40);
  const height = 30 + 18 * (lines.length - 1);
  const [left, right, top, bottom] = [x - width / 2, x + width / 2, y - height / 2, y + height / 2];
  return { name: nameOf(node) || type, group: g, tab: z, left, right, top, bottom };
}

/** Whether two nodes of one tab lie over each other. */
export function overlap(one: Box, other: Box): boolean {
  const apart =
    one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
  return one.tab === other.tab && !apart;
}

/** What a node's author has called it; empty for a node without a name. */
export function nameOf({ name }: FlowNode): string {
  return typeof name === 'string' ? name : '';
}
