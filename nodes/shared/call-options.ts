import type { Node } from 'node-red';
import type { CallOptions } from '../../src/gizwits/enterprise/account';
import type { Input } from './input';

/** How a node's calls are made: in its own name, bound to its life, with their waits in its status. */
export function callOptions(node: Node, input: Input): CallOptions {
  return { origin: node.id, signal: input.signal, onWait: (wait) => input.status.waiting(wait.reason, wait.ms) };
}
