import type { Node, NodeAPI } from 'node-red';
import { configError } from '../../src/cloud/input';
import type { PlatformNode } from '../expeed-platform';

/** A flow node's tie to its Expeed platform. */
export interface PlatformLink {
  /** The config node; undefined when none is chosen, or it is gone. */
  readonly platform: PlatformNode | undefined;
  /** @throws CloudError GIZ_CONFIG without a platform. */
  need(): PlatformNode;
  /** Ends the tie when the node closes. */
  leave(): void;
}

/** Ties a flow node to the platform node of its dialog, so that the platform's errors and status reach the node's tab. */
export function linkPlatform(RED: NodeAPI, node: Node, id: string | undefined): PlatformLink {
  const found = RED.nodes.getNode(id ?? '') as PlatformNode | null;
  const platform = typeof found?.join === 'function' && typeof found.timestamps === 'function' ? found : undefined;
  platform?.join(node);
  return {
    platform,
    need() {
      if (!platform) throw configError('node', { field: 'platform' });
      return platform;
    },
    leave: () => platform?.leave(node),
  };
}
