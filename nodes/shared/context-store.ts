import type { Node, NodeAPI } from 'node-red';
import type { TokenStore } from '../../src/expeed/token-vault';

/** Property of the config node's own context. */
const KEY = 'token';

/** Whether settings.js configures a context store of that name. Node-RED takes its default for any other name. */
export function hasContextStore(RED: NodeAPI, name: string): boolean {
  const stores = (RED.settings as { contextStorage?: Record<string, unknown> }).contextStorage ?? {};
  return Object.hasOwn(stores, name);
}

/** The context of a node in the named store; stores may answer later, and may fail. */
export function contextStore(node: Node, name: string): TokenStore {
  const context = node.context();
  return {
    load: () =>
      new Promise((resolve, reject) => {
        context.get(KEY, name, (error: Error | null, value: unknown) => (error ? reject(error) : resolve(value)));
      }),
    save: (sealed) =>
      new Promise((resolve, reject) => {
        context.set(KEY, sealed, name, (error?: Error | null) => (error ? reject(error) : resolve()));
      }),
  };
}
