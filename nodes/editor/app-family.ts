/** Palette category of the nodes on the Open API and its live connection. */
export const APP_CATEGORY = 'Gizwits app';

/** Their colour: a muted violet of Node-RED's own palette, which carries white icons and black labels well. */
export const APP_COLOR = '#A6A1D6';

/** Region of a saved `gizwits-app` node, by its id; undefined when there is no such node. */
export function appRegionOf(appId: unknown): string | undefined {
  const app = typeof appId === 'string' ? RED.nodes.node(appId) : null;
  return app ? String((app as { region?: unknown }).region ?? 'cn') : undefined;
}
