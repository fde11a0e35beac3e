/** Region of the simulated cloud inside the package: it needs no credentials. */
export const SIMULATOR = 'simulator';

/** Region of a saved `gizwits-enterprise` node, by its id; undefined when there is no such node. */
export function regionOf(enterpriseId: unknown): string | undefined {
  const enterprise = typeof enterpriseId === 'string' ? RED.nodes.node(enterpriseId) : null;
  if (!enterprise) return undefined;
  return String((enterprise as { region?: unknown }).region ?? 'cn');
}
