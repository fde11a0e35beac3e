import type { Node, NodeAPI, NodeCredentials, NodeDef } from 'node-red';
import { isFromLater, migrate } from '../migrations';
import { sharedText } from './texts';

/**
 * Registers a node type of ours. Its constructor gets the fields of today's version, whichever version of the package
 * saved the flow.
 */
export function registerNode<N extends Node<C>, D extends NodeDef, C extends object = object>(
  RED: NodeAPI,
  type: string,
  construct: (this: N, config: D) => void,
  credentials?: NodeCredentials<C>,
): void {
  function constructMigrated(this: N, saved: D): void {
    construct.call(this, migrate(type, saved));
    if (isFromLater(type, saved)) this.warn(sharedText(RED, 'warning.savedByLater'));
  }
  RED.nodes.registerType<N, D, object, C>(type, constructMigrated, credentials && { credentials });
}
