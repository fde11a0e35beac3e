import type { Clock, Timer } from '../../cloud/clock';
import type { Attachment, Delivery, PushConsumer } from './delivery';
import { deviceFilter } from './device-filter';
import { type PushEventName, pushEventTable, subscriptionRow } from './events';
import { type Keyed, KeyTable } from './key-table';
import type { LedgerEntry, SlotRecord, SlotState } from './ledger';

/** What slots and attachments report to the dispatcher. */
export interface SlotOwner {
  readonly name: string;
  slotDone(slot: Slot): void;
  slotsOverdue(slots: Slot[]): void;
  attachmentLeft(attachment: ConsumerAttachment): void;
  attachmentRetired(): void;
  attachmentGone(attachment: ConsumerAttachment): void;
}

/** One consumer's copy of an event. */
export class Slot implements Delivery, SlotRecord, Keyed<Slot> {
  state: SlotState = 'in-flow';
  /** Monotonic milliseconds. */
  deadlineAt = Number.POSITIVE_INFINITY;
  onEnd?: () => void;
  next: Slot | undefined;
  /** The slots handed over before and after it that are in the flow with it. */
  older: Slot | undefined;
  newer: Slot | undefined;

  constructor(
    private readonly owner: SlotOwner,
    readonly entry: LedgerEntry,
    readonly attachment: ConsumerAttachment,
    readonly number: number,
    readonly redelivered: boolean,
    readonly outOfOrder: boolean,
  ) {}

  get key(): number {
    return this.number;
  }

  get id(): string {
    return `${this.attachment.idPrefix}${this.number}`;
  }

  get consumerId(): string {
    return this.attachment.consumer.id;
  }

  get ended(): boolean {
    return this.state === 'done';
  }

  done(): void {
    if (this.state !== 'done') this.owner.slotDone(this);
  }

  withdraw(): void {
    this.attachment.due.delete(this.number);
    this.state = 'done';
    this.onEnd?.();
  }
}

/** Slots in the flow: found by their number, and in the order in which they were handed over. */
class FlowingSlots {
  /** Handed over first, and so the first to be overdue: the deadline is the same for all. */
  oldest: Slot | undefined;
  private newest: Slot | undefined;
  private readonly table = new KeyTable<Slot>();

  get size(): number {
    return this.table.size;
  }

  get(number: number): Slot | undefined {
    return this.table.get(number);
  }

  add(slot: Slot): void {
    this.table.add(slot);
    slot.older = this.newest;
    if (this.newest) this.newest.newer = slot;
    else this.oldest = slot;
    this.newest = slot;
  }

  /** @returns whether it was there */
  remove(slot: Slot): boolean {
    if (!this.table.remove(slot)) return false;
    const { older, newer } = slot;
    if (older) older.newer = newer;
    else this.oldest = newer;
    if (newer) newer.older = older;
    else this.newest = older;
    slot.older = slot.newer = undefined;
    return true;
  }
}

/** A consumer as the dispatcher sees it: what it wants, what it has, whether it takes more. */
export class ConsumerAttachment implements Attachment {
  /** Deliveries in the flow. */
  readonly flowing = new FlowingSlots();
  /** Deliveries to be made (again). */
  readonly due = new Map<number, Slot>();
  /** Takes no more events: it is leaving, or the client closes. What comes for it is due for its successor. */
  stopped = false;
  /** Left for good: what only it wanted is not asked for any more. */
  retired = false;
  /** Left without a successor within the time for one. */
  gone = false;
  readonly wanted: ReadonlySet<PushEventName>;
  /** What the texts of all its deliveries begin with. */
  readonly idPrefix: string;
  private readonly passes: ((did: unknown, mac: unknown) => boolean) | undefined;
  private deadline: Timer | undefined;
  private linger: Timer | undefined;
  private drained: (() => void) | undefined;

  constructor(
    private readonly owner: SlotOwner,
    private readonly clock: Clock,
    readonly consumer: PushConsumer,
    readonly number: number,
    private readonly lingerMs: number,
  ) {
    this.idPrefix = `${owner.name}.${number}.`;
    const names = consumer.events?.length
      ? consumer.events.map((subscription) => subscriptionRow(subscription)?.event)
      : pushEventTable.map((row) => row.event);
    this.wanted = new Set(names.filter((name) => name !== undefined));
    this.passes = deviceFilter(consumer.devices);
  }

  get pending(): number {
    return this.flowing.size;
  }

  takes(body: Record<string, unknown>): boolean {
    return this.passes === undefined || this.passes(body.did, body.mac);
  }

  slot(number: number): Slot | undefined {
    return this.flowing.get(number) ?? this.due.get(number);
  }

  /** Keeps a slot that was handed over and is not done yet. */
  keep(slot: Slot): void {
    this.flowing.add(slot);
    const limit = this.consumer.ackDeadlineMs;
    if (limit === undefined) return;
    slot.deadlineAt = this.clock.mono() + limit;
    this.deadline ??= this.clock.setTimeout(() => this.checkDeadlines(), limit);
  }

  /** The slot is no longer in the flow. */
  released(slot: Slot): void {
    if (!this.flowing.remove(slot)) return;
    if (this.flowing.size === 0) this.drained?.();
  }

  async detach(drainMs = 0, forGood = false): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    if (forGood) {
      this.retired = true;
      this.owner.attachmentRetired();
    }
    if (this.flowing.size > 0 && drainMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.clock.setTimeout(resolve, drainMs);
        this.drained = () => {
          this.clock.clearTimeout(timer);
          resolve();
        };
      });
      this.drained = undefined;
    }
    this.clearDeadline();
    this.linger = this.clock.setTimeout(() => this.leave(), this.lingerMs);
    this.owner.attachmentLeft(this);
    if (forGood) this.owner.attachmentRetired();
  }

  /** Ends the wait for a successor. */
  leave(): void {
    if (this.gone) return;
    this.stopped = true;
    this.gone = true;
    this.clearDeadline();
    if (this.linger !== undefined) this.clock.clearTimeout(this.linger);
    this.drained?.();
    this.owner.attachmentGone(this);
  }

  private clearDeadline(): void {
    if (this.deadline !== undefined) this.clock.clearTimeout(this.deadline);
    this.deadline = undefined;
  }

  private checkDeadlines(): void {
    this.deadline = undefined;
    const now = this.clock.mono();
    const overdue: Slot[] = [];
    let next = this.flowing.oldest;
    for (; next && next.deadlineAt <= now; next = next.newer) overdue.push(next);
    if (next) this.deadline = this.clock.setTimeout(() => this.checkDeadlines(), next.deadlineAt - now);
    if (overdue.length > 0) this.owner.slotsOverdue(overdue);
  }
}
