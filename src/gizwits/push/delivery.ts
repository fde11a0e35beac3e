import type { PushEvent, PushEventName, SubscriptionName } from './events';

/** The right to say that an event is done with. */
export interface Delivery {
  /** Opaque text that stands for the delivery in a message; it survives clones, links, JSON and context stores. */
  readonly id: string;
  /** This process has emitted the same event before. */
  readonly redelivered: boolean;
  /** The device has already reported something created later: order is not guaranteed with a window above one. */
  readonly outOfOrder: boolean;
  /** Nothing can be acknowledged by it any more: done, overdue or given up. */
  readonly ended: boolean;
  /** Called once when it ends, in whatever way. */
  onEnd?: () => void;
  /** The consumer is done with the event. Later calls change nothing. */
  done(): void;
}

/** What became of an acknowledgement given by its text. `gone`: done before, or its deadline has passed. */
export type AcknowledgeResult = 'acknowledged' | 'gone' | 'unknown';

/**
 * Why an event reaches its consumer outside the ordinary way:
 * - `overdue`: not acknowledged within the consumer's deadline;
 * - `redelivered`: sent again by the server too often;
 * - `too-deep`: nested deeper than a message may be;
 * - `failed`: handing it over threw an error.
 */
export type TroubleReason = 'overdue' | 'redelivered' | 'too-deep' | 'failed';

/** An event that leaves by the second output. */
export interface DeadLetter {
  reason: TroubleReason;
  /** Absent when the event is nested too deeply to be handed to a flow; `text` has it then. */
  event?: PushEvent;
  /** The event's name, when it could be read. */
  name?: PushEventName;
  /** JSON text as received. */
  text: string;
  redeliveries: number;
}

/** Something the flow's author should know of. Sent whether or not the event also becomes a dead letter. */
export interface Trouble {
  reason: TroubleReason;
  name?: PushEventName;
  did?: string;
  /** What happens with the event. */
  action: 'acknowledged' | 'reconnect' | 'dead-letter';
}

/** Somebody who wants events: an event node of a flow. */
export interface PushConsumer {
  /**
   * Stable over redeploys (a node's id): a new consumer with the id of one that left takes over what that one had not
   * finished, and is not given again what it had.
   */
  readonly id: string;
  readonly productKey: string;
  /** Events wanted; undefined or empty = all 17. */
  readonly events?: readonly SubscriptionName[];
  /** Dids or macs wanted; undefined or empty = all devices. An event without a device then is not wanted. */
  readonly devices?: readonly string[];
  /** Milliseconds within which a delivery must be done; undefined = no limit. */
  readonly ackDeadlineMs?: number;
  /**
   * What happens to a forgotten delivery: `ack` acknowledges it, as a dead letter if the consumer takes those;
   * `reconnect` opens a new connection, on which the server sends it again. Default `ack`.
   */
  readonly onAckTimeout?: 'ack' | 'reconnect';
  /** Called once for each event. Must not block; what it throws makes the event a dead letter. */
  deliver(event: PushEvent, delivery: Delivery): void;
  /** Takes events that cannot be delivered; they are acknowledged after the call. */
  deadLetter?(letter: DeadLetter): void;
  trouble?(trouble: Trouble): void;
}

/** A consumer's tie to a client. */
export interface Attachment {
  /** Deliveries given and not done. */
  readonly pending: number;
  /**
   * Ends the tie. Nothing new is delivered; what is in the flow may still be acknowledged for up to `drainMs`. What is
   * left then goes to the next consumer with this id, or back to the server. With `forGood` no successor
   * is expected: what only this consumer wanted is not asked for any more.
   */
  detach(drainMs?: number, forGood?: boolean): Promise<void>;
}
