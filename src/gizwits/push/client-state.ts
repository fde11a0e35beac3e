import type { CloudError } from '../../cloud/errors';
import type { DispatcherStats } from './dispatcher';
import type { LineStats } from './line-stats';

/** A product whose login was refused while others of the connection run. */
export interface RefusedProduct {
  productKey: string;
  error: CloudError;
  /** Epoch milliseconds. */
  nextTryAt: number;
}

/** What the connection is doing, for a node's status. Times are epoch milliseconds. */
export type PushState =
  /** Nobody needs the connection. */
  | { kind: 'idle' }
  | { kind: 'connecting'; since: number }
  | { kind: 'connected'; since: number; refused: readonly RefusedProduct[] }
  /** Lost; `nextTryAt` is in the past while a try is under way. */
  | { kind: 'reconnecting'; since: number; nextTryAt: number; error?: CloudError }
  /** Every product's login was refused. */
  | { kind: 'refused'; since: number; nextTryAt: number; error: CloudError }
  | { kind: 'closed' };

/** Counters and gauges of a client. */
export interface PushStats extends DispatcherStats {
  lines: Readonly<LineStats>;
  /** Events received on this connection and not acknowledged. */
  unacknowledged: number;
  /** Events that consumers are at work on. */
  inFlow: number;
  /** Milliseconds from the creation of the latest event to its arrival; undefined before the first. */
  lagMs: number | undefined;
  /** Epoch milliseconds of the latest event's arrival. */
  lastEventAt: number | undefined;
  /** Connections whose login was accepted. */
  connections: number;
  /** Outages: from the loss of a connection to a stable one. */
  outages: number;
  /** Answers to commands that came too late. */
  lateAnswers: number;
}
