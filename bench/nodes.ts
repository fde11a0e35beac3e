import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';

/** Every node of this file by its id. */
export const allNodes = new Map<string, Node>();

/** What a sink calls with each message; set by whoever counts. */
export interface Sink extends Node {
  take?: (msg: NodeMessage & Record<string, unknown>) => void;
}

/** A node around a library and nothing else: what it does with a message is given to it. */
export interface Bare extends Node {
  /** Resolves with the new payload. */
  work?: (msg: NodeMessage & Record<string, unknown>) => Promise<unknown>;
}

/** Node-RED's application for HTTP nodes, as far as it is needed. */
interface HttpNode {
  post(path: string, answer: (request: IncomingMessage, response: ServerResponse) => void): void;
}

let application: HttpNode | undefined;

/** Node-RED's application for HTTP nodes, once it runs. */
export function httpNode(): HttpNode | undefined {
  return application;
}

/** Registers the nodes that feed, end and rival the flows that are measured. */
export function registerBenchNodes(RED: NodeAPI): void {
  application = RED.httpNode as unknown as HttpNode;
  const register = (type: string, begin: (node: Node) => void): void => {
    RED.nodes.registerType(type, function Constructor(this: Node, config: NodeDef) {
      RED.nodes.createNode(this, config);
      allNodes.set(this.id, this);
      begin(this);
    });
  };
  register('bench-source', () => undefined);
  register('bench-sink', (node: Sink) => {
    node.on('input', (msg, _send, done) => {
      node.take?.(msg as NodeMessage & Record<string, unknown>);
      done();
    });
  });
  register('bench-bare', (node: Bare) => {
    node.on('input', async (msg, send, done) => {
      try {
        msg.payload = await node.work?.(msg as NodeMessage & Record<string, unknown>);
        send(msg);
        done();
      } catch (error) {
        done(error as Error);
      }
    });
  });
}
