/** The Node-RED to test with: the package folder that GIZ_NODE_RED names, else the project's own; its main file. */
export function nodeRedPath(): string {
  return require.resolve(process.env.GIZ_NODE_RED ?? 'node-red');
}
