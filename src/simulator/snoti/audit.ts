import type { Message } from './message';

/** What became of an acknowledgement. */
export type AckVerdict =
  | 'ok'
  /** The id was acknowledged on this connection before. */
  | 'double'
  /** No push with this id has been sent on this connection; it may stem from an earlier one. */
  | 'unknown'
  /** Neither a number nor text. */
  | 'malformed'
  /** In order, but the event's work was not done yet, as {@link AckAudit.isDone} says. */
  | 'early';

export interface AckRecord {
  at: number;
  connection: number;
  /** As the client wrote it. */
  deliveryId: string;
  verdict: AckVerdict;
  /** The event, when the id was open. */
  sequence?: number;
}

const KEPT = 10_000;

/** The book of acknowledgements: every one is judged, the last ones are kept. */
export class AckAudit {
  readonly counts: Record<AckVerdict, number> = { ok: 0, double: 0, unknown: 0, malformed: 0, early: 0 };
  /** Newest last. */
  readonly records: AckRecord[] = [];
  /** Numbers of the events acknowledged so far. */
  readonly acknowledged = new Set<number>();
  /** Events that went out, and how often; each queue's copy counts. */
  pushes = 0;
  redeliveries = 0;
  /** Set by a test that knows when the work for an event is done. */
  isDone: ((message: Message) => boolean) | undefined;

  book(record: Omit<AckRecord, 'sequence'>, message?: Message): void {
    const early = message !== undefined && this.isDone?.(message) === false;
    const verdict = early ? 'early' : record.verdict;
    this.counts[verdict]++;
    if (message) this.acknowledged.add(message.sequence);
    this.records.push({ ...record, verdict, ...(message ? { sequence: message.sequence } : {}) });
    if (this.records.length > 2 * KEPT) this.records.splice(0, this.records.length - KEPT);
  }
}
