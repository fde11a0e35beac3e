import { setMaxListeners } from 'node:events';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { CloudError } from '../../src/cloud/errors';
import { Metadata } from './metadata';
import type { Send } from './record-sender';
import { NodeStatus } from './status';
import { libraryText, translateError } from './texts';
import { FieldReader, type TypedField } from './typed-fields';

/** What a node's work gets for one input. */
export interface Input {
  msg: NodeMessage & Record<string, unknown>;
  send: Send;
  /** Aborts when the node closes. One for the node, not one a message. */
  signal: AbortSignal;
  status: NodeStatus;
  metadata: Metadata;
  /** Monotonic milliseconds when the message arrived: commands are dated by it. */
  arrivedAt: number;
  /** The value of a field for this message; to be awaited, since some kinds of field take time. */
  read(field: TypedField): unknown;
}

export interface InputOptions {
  /** Fixed fields of `msg.gizwits`: `operation`, `productKey`; an object of its own for each message. */
  describe(msg: Input['msg']): Record<string, unknown>;
  /** Does the work, sends its messages and reports its success to `status`; any throw ends the input as an error. */
  work(input: Input): Promise<void>;
  /** Metadata property: `gizwits` or `expeed`. */
  property?: 'gizwits' | 'expeed';
  /** More to tidy up when the node closes. */
  close?(removed: boolean): Promise<void> | void;
}

/**
 * The one way from a message to its end: whatever happens, `done` is called exactly once, an error is translated,
 * put on the message and shown, and nothing can escape as an unhandled rejection, which would end Node-RED.
 */
export function handleInputs(RED: NodeAPI, node: Node, options: InputOptions): NodeStatus {
  const property = options.property ?? 'gizwits';
  const status = new NodeStatus(RED, node);
  const reader = new FieldReader(RED, node);
  const closing = new AbortController();
  // As many messages as like may wait under it; Node.js would take more than ten for a leak, and say so.
  setMaxListeners(0, closing.signal);
  let inFlight = 0;
  let whenIdle: (() => void) | undefined;
  /** How many inputs each code has ended because the node closed. */
  const interrupted = new Map<string, number>();

  const run = async (msg: Input['msg'], send: Send, done: (error?: Error) => void): Promise<void> => {
    let metadata: Metadata | undefined;
    let failure: CloudError | undefined;
    status.begin();
    try {
      metadata = new Metadata(keepDelivery(options.describe(msg), msg[property]));
      if (closing.signal.aborted) throw closedError();
      await options.work({
        msg,
        send,
        signal: closing.signal,
        status,
        metadata,
        arrivedAt: performance.now(),
        read: (field) => reader.read(field, msg),
      });
    } catch (error) {
      failure = translateError(RED, asCloudError(error));
      if (closing.signal.aborted) interrupted.set(failure.code, (interrupted.get(failure.code) ?? 0) + 1);
      status.failed(failure.code);
      annotate(msg, property, (metadata ?? new Metadata({})).failure(failure));
    }
    try {
      done(failure);
    } catch (error) {
      // `done` runs Catch and Complete handlers of the flow; what they throw is theirs, and must not end the process.
      node.log(reasonOf(error));
    }
    inFlight--;
    if (inFlight === 0) whenIdle?.();
  };

  node.on('input', (msg, send, done) => {
    inFlight++;
    void run(msg as Input['msg'], send as Send, done);
  });

  node.on('close', (removed: boolean, done: () => void) => {
    closing.abort();
    const tidied = new Promise<void>((resolve) => resolve(options.close?.(removed)));
    const idle = new Promise<void>((resolve) => {
      if (inFlight === 0) resolve();
      else whenIdle = resolve;
    });
    void Promise.allSettled([idle, tidied]).then(() => {
      // A full deploy closes Catch nodes before any work has ended: without the log nobody would hear of it.
      if (interrupted.size > 0) {
        const codes = [...interrupted].map(([code, count]) => `${count} × ${code}`).join(', ');
        node.warn(libraryText(RED, 'errors.interrupted', { codes }));
      }
      status.close();
      done();
    });
  });

  return status;
}

/** An acknowledgement handle of a push event must survive the nodes between the event and its Ack node. */
function keepDelivery(fixed: Record<string, unknown>, previous: unknown): Record<string, unknown> {
  if (typeof previous !== 'object' || previous === null) return fixed;
  const { delivery } = previous as { delivery?: unknown };
  if (typeof delivery === 'string') fixed.delivery = delivery;
  return fixed;
}

export function closedError(): CloudError {
  return new CloudError({ code: 'GIZ_CLOSED', textKey: 'errors.closed', outcome: 'not-sent' });
}

/** Anything thrown, as the one error type. What is not ours is a defect of ours: it says so and keeps its text. */
export function asCloudError(error: unknown): CloudError {
  if (error instanceof CloudError) {
    // The frames of a stack name files of the machine and help no flow author; Catch would show them.
    delete (error as Error).stack;
    // Node-RED shows `name: message`; the class of an error is no news for a reader.
    error.name = '';
    return error;
  }
  return new CloudError({
    code: 'GIZ_INTERNAL',
    textKey: 'errors.internal',
    textParams: { reason: reasonOf(error) },
    outcome: 'unknown',
  });
}

function annotate(msg: Input['msg'], property: string, metadata: Record<string, unknown>): void {
  try {
    msg[property] = metadata;
  } catch {
    // A message that a flow has frozen takes no metadata; its error says the same.
  }
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error) return String(thrown.message);
  try {
    return String(thrown);
  } catch {
    return typeof thrown;
  }
}
