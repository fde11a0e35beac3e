/** Palette category of the nodes on the Enterprise API and its push service. */
export const CATEGORY = 'Gizwits';

/** Their colour: a calm teal of Node-RED's own palette, which carries white icons and black labels well. */
export const COLOR = '#3FADB5';

/** A label in italics is a name that the author gave. */
export function labelStyle(node: { name?: string }): string {
  return node.name ? 'node_label_italic' : '';
}

/** How a node hands on a list, as the runtime takes it: an unknown word is the default. */
export function outputOf(saved: string): 'array' | 'page' | 'each' {
  return saved === 'page' || saved === 'each' ? saved : 'array';
}
