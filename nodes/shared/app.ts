import type { Node, NodeAPI } from 'node-red';
import { configError } from '../../src/cloud/input';
import type { AppAccount } from '../../src/gizwits/app/account';
import type { AppNode } from '../gizwits-app';

/** A flow node's tie to its app node. */
export interface AppLink {
  /** Whether an app node is there at all. */
  readonly present: boolean;
  /** @throws CloudError GIZ_CONFIG when no app is chosen, or it cannot work. */
  account(): Promise<AppAccount>;
  /** Ends the tie when the node closes. */
  leave(): void;
}

/** Ties a flow node to the app node of its dialog, so that the app's errors and status reach the node's tab. */
export function linkApp(RED: NodeAPI, node: Node, id: string | undefined): AppLink {
  const app = RED.nodes.getNode(id ?? '') as AppNode | null;
  if (!app || typeof app.account !== 'function' || app.type !== 'gizwits-app') {
    return {
      present: false,
      account: () => Promise.reject(configError('node', { field: 'app' })),
      leave: () => undefined,
    };
  }
  app.users[node.id] = node;
  return {
    present: true,
    account: () => app.account(),
    leave: () => {
      delete app.users[node.id];
    },
  };
}
