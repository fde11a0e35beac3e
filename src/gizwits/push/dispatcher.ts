import type { Clock } from '../../cloud/clock';
import { ConsumerAttachment, Slot, type SlotOwner } from './attachment';
import type { AcknowledgeResult, PushConsumer, TroubleReason } from './delivery';
import type { DeliveryIssuer, DeliveryRegistry } from './delivery-registry';
import { EventReader, readCreatedAt } from './event-reader';
import { eventRow, type PushEvent, type PushEventName, pushEventTable, type SubscriptionName } from './events';
import { type FrameReader, parseObject } from './frame-reader';
import { eventAck } from './frames';
import { type DeliveryLedger, LedgerEntry, type SlotRecord } from './ledger';

/** How long what a consumer left unfinished waits for a successor: a redeploy may take as long as its slowest node. */
export const LINGER_MS = 20_000;
/** An event sent again more often than this becomes a dead letter of the consumers that take those. */
export const POISON_LIMIT = 5;
/** Devices whose latest `created_at` is remembered, to tell events that come out of order. */
const ORDER_DEVICES = 10_000;

export interface DispatcherOptions {
  clock: Clock;
  registry: DeliveryRegistry;
  ledger: DeliveryLedger;
  /** Events that may be in the flow at once. */
  window: number;
  poisonLimit?: number;
  lingerMs?: number;
  /** Acknowledgements wait to be written; called when the first one does outside {@link Dispatcher.batch}. */
  onAcknowledgements(): void;
  /** A forgotten event is to be had again by a new connection. */
  onReconnectWanted(): void;
  /** The set of wanted events may have changed. */
  onWantedChange(): void;
  /** Nothing is in the flow any more. */
  onIdle(): void;
  /** Events beyond the window have found room. */
  onRoom(): void;
  /** A consumer threw; `error` never reaches a flow. */
  onConsumerError(consumer: PushConsumer, error: unknown): void;
}

/** Counters since the client began. */
export interface DispatcherStats {
  /** Events received, redeliveries included. */
  received: number;
  /** Events handed to consumers, counted for each consumer. */
  emitted: number;
  acknowledged: number;
  /** Redeliveries of events this process knew. */
  redelivered: number;
  /** Of these, how many were finished already and were acknowledged without being emitted. */
  recognised: number;
  /** Events that no consumer wanted, or that came while there was none. */
  unwanted: number;
  overdue: number;
  deadLetters: number;
  outOfOrder: number;
  /** Events without an id that can be acknowledged; they are left alone. */
  withoutId: number;
}

/**
 * The owner of every event between its arrival and its acknowledgement. An acknowledgement belongs to (connection,
 * delivery id); it is written at most once, when all consumers of the event are done, and only on the connection that
 * brought the id. An event that comes again on another connection while it is in the flow takes over the new id.
 */
export class Dispatcher implements SlotOwner, DeliveryIssuer {
  readonly name: string;
  readonly stats: DispatcherStats = {
    received: 0,
    emitted: 0,
    acknowledged: 0,
    redelivered: 0,
    recognised: 0,
    unwanted: 0,
    overdue: 0,
    deadLetters: 0,
    outOfOrder: 0,
    withoutId: 0,
  };
  /** Acknowledgements to write, in order, and how many. */
  private outbox = '';
  private outboxSize = 0;
  private batching = false;
  /** Number of the connection, 0 when there is none. */
  private epoch = 0;
  private unacknowledgedNow = 0;
  private inFlowNow = 0;
  private now = 0;
  private lastWall = 0;
  private lastCreated: unknown;
  private stopped = false;
  private pumping = false;
  private delivering: Slot | undefined;
  private issued = 0;
  private attachments = 0;
  private readonly all = new Map<number, ConsumerAttachment>();
  private readonly routes = new Map<string, Map<PushEventName, ConsumerAttachment[]>>();
  /** Events that have arrived and wait for room in the window. */
  private waiting: LedgerEntry[] = [];
  private readonly events = new EventReader();
  private readonly newest = new Map<string, number>();

  /** Events of this connection that came, or were given up, while nobody was attached, and that are left unacknowledged. */
  private left = 0;

  constructor(private readonly options: DispatcherOptions) {
    this.name = options.registry.register(this);
  }

  // --- consumers -----------------------------------------------------------------------------------------------------

  attach(consumer: PushConsumer): ConsumerAttachment {
    const { clock, lingerMs = LINGER_MS } = this.options;
    const attachment = new ConsumerAttachment(this, clock, consumer, ++this.attachments, lingerMs);
    const before = [...this.all.values()].filter((other) => other.stopped && other.consumer.id === consumer.id);
    this.all.set(attachment.number, attachment);
    this.rebuildRoutes();
    this.now = clock.mono();
    for (const other of before) this.passOn(other);
    this.options.onWantedChange();
    // The queue sends them again, but only to a new connection.
    if (this.left > 0) this.options.onReconnectWanted();
    return attachment;
  }

  /** What the consumers of a product want, in the order of the vendor's table; empty when there are none. */
  wanted(productKey: string): SubscriptionName[] {
    const routes = this.routes.get(productKey);
    return pushEventTable.filter((row) => routes?.has(row.event)).map((row) => row.subscription);
  }

  /** Whether anybody is attached, may come back, or still has something to acknowledge. */
  get hasConsumers(): boolean {
    for (const attachment of this.all.values()) if (!attachment.retired || attachment.pending > 0) return true;
    return false;
  }

  attachmentLeft(attachment: ConsumerAttachment): void {
    this.giveUp(attachment);
    this.passOn(attachment);
  }

  attachmentRetired(): void {
    this.rebuildRoutes();
    this.options.onWantedChange();
  }

  attachmentGone(attachment: ConsumerAttachment): void {
    this.now = this.options.clock.mono();
    this.giveUp(attachment);
    this.all.delete(attachment.number);
    this.rebuildRoutes();
    for (const { entry } of [...attachment.due.values()]) {
      if (entry.epoch === this.epoch) this.offer(entry);
      else if (!entry.inFlow) this.options.ledger.retire(entry, this.now);
    }
    this.options.onWantedChange();
  }

  /** What is in the flow is not waited for any more: it is due again. A late acknowledgement still counts. */
  private giveUp(attachment: ConsumerAttachment): void {
    for (let slot = attachment.flowing.oldest; slot; slot = attachment.flowing.oldest) this.makeDue(slot);
    this.pump();
  }

  /** Offers what a consumer has left to its successor, and lets it go once there is one. */
  private passOn(attachment: ConsumerAttachment): void {
    if (!this.successor(attachment.consumer.id) || attachment.flowing.size > 0) return;
    // In the order of arrival; what was in the flow has become due after what came meanwhile.
    const due = [...attachment.due.values()].sort((one, other) => one.number - other.number);
    for (const slot of due) this.offer(slot.entry);
    if (attachment.due.size === 0) attachment.leave();
  }

  private successor(consumerId: string): ConsumerAttachment | undefined {
    for (const attachment of this.all.values()) {
      if (!attachment.stopped && attachment.consumer.id === consumerId) return attachment;
    }
    return undefined;
  }

  private rebuildRoutes(): void {
    this.routes.clear();
    const all = [...this.all.values()];
    // To want nothing takes a new login; while the last ones only drain, the connection stays as it is.
    const staying = all.filter(({ retired }) => !retired);
    // Of one consumer the newest: an older one that waits for its lost connection must not be given the same as that.
    const newest = new Map<string, ConsumerAttachment>();
    for (const attachment of staying.length > 0 ? staying : all) newest.set(attachment.consumer.id, attachment);
    for (const attachment of newest.values()) {
      let product = this.routes.get(attachment.consumer.productKey);
      if (!product) {
        product = new Map();
        this.routes.set(attachment.consumer.productKey, product);
      }
      for (const event of attachment.wanted) {
        const takers = product.get(event);
        if (takers) takers.push(attachment);
        else product.set(event, [attachment]);
      }
    }
  }

  // --- connections ---------------------------------------------------------------------------------------------------

  openEpoch(): void {
    this.epoch = this.options.ledger.openEpoch(this.options.clock.mono());
  }

  /** The connection is gone and its delivery ids with it. What was not emitted yet will come again. */
  closeEpoch(): void {
    this.epoch = 0;
    this.unacknowledgedNow = 0;
    this.left = 0;
    this.outbox = '';
    this.outboxSize = 0;
    for (const entry of this.waiting) this.options.ledger.remove(entry);
    this.waiting = [];
    this.options.ledger.closeEpoch(this.options.clock.mono());
  }

  /** Runs `work`, which feeds {@link receive}, and holds back {@link DispatcherOptions.onAcknowledgements} meanwhile. */
  batch(work: () => void): void {
    this.now = this.options.clock.mono();
    this.lastWall = this.options.clock.now();
    this.batching = true;
    try {
      work();
    } finally {
      this.batching = false;
    }
  }

  /** Takes the acknowledgements to be written now. They count as sent. */
  takeAcknowledgements(): string {
    const text = this.outbox;
    this.outbox = '';
    this.outboxSize = 0;
    return text;
  }

  /** Acknowledgements that wait to be written. */
  get unwritten(): number {
    return this.outboxSize;
  }

  /** Events received on this connection and not acknowledged. */
  get unacknowledged(): number {
    return this.unacknowledgedNow;
  }

  /** Events some consumer is at work on, whichever connection brought them. */
  get inFlow(): number {
    return this.inFlowNow;
  }

  /** Events received beyond the window. */
  get backlog(): number {
    return this.waiting.length;
  }

  /** Milliseconds between the creation of the event received last and its arrival, by this machine's clock. */
  get lagMs(): number | undefined {
    const created = readCreatedAt(this.lastCreated);
    return created === undefined ? undefined : Math.max(0, this.lastWall - created);
  }

  /** Epoch milliseconds when the last event arrived; undefined before the first. */
  get lastEventAt(): number | undefined {
    return this.stats.received === 0 ? undefined : this.lastWall;
  }

  // --- events --------------------------------------------------------------------------------------------------------

  /** Takes the `event_push` that the reader has just read; to be called within {@link batch}. */
  receive(reader: FrameReader, deep: boolean): void {
    const { body, deliveryToken, messageToken } = reader;
    const { ledger, window } = this.options;
    this.stats.received++;
    if (deliveryToken === '') {
      this.stats.withoutId++;
      return;
    }
    this.lastCreated = body.created_at;
    // The client is closing: the event stays with the server, which sends it to the next connection.
    if (this.stopped) return;
    this.unacknowledgedNow++;

    const known = ledger.recognise(reader, this.epoch, this.now);
    if (known !== undefined) {
      this.receiveAgain(known, reader);
      return;
    }
    const row = eventRow(body.event_type);
    const takers = row && this.takers(row.event, body);
    if (!row || !takers || takers.length === 0) {
      this.stats.unwanted++;
      // On a connection for commands alone nobody may say that an event is done with: the queue keeps it.
      if (this.all.size === 0) this.left++;
      else this.acknowledgeToken(deliveryToken, messageToken);
      return;
    }
    const entry = new LedgerEntry(reader, row, deep, this.epoch, this.now);
    if (this.inFlowNow >= window) this.waiting.push(entry);
    else this.give(entry, takers, body);
    // Most are finished by now, and only remembered.
    if (!entry.done) ledger.add(entry);
  }

  private takers(event: PushEventName, body: Record<string, unknown>): ConsumerAttachment[] | undefined {
    const wanting = this.routes.get(body.product_key as string)?.get(event);
    if (!wanting) return undefined;
    for (const attachment of wanting) {
      if (!attachment.takes(body)) return wanting.filter((other) => other.takes(body));
    }
    return wanting;
  }

  private receiveAgain(entry: LedgerEntry | 'finished' | 'same', reader: FrameReader): void {
    const { deliveryToken, deliveryHash, messageToken } = reader;
    // The very same push twice: the one acknowledgement answers both.
    if (entry === 'same') {
      this.unacknowledgedNow--;
      return;
    }
    if (entry === 'finished') {
      this.stats.redelivered++;
      this.stats.recognised++;
      this.acknowledgeToken(deliveryToken, messageToken);
      return;
    }
    if (entry.epoch === this.epoch) {
      if (entry.deliveryToken === deliveryToken || entry.extra?.some(({ token }) => token === deliveryToken)) {
        this.unacknowledgedNow--;
        return;
      }
      entry.extra ??= [];
      entry.extra.push({ token: deliveryToken, hash: deliveryHash });
    } else {
      entry.rebind(reader, this.epoch, this.now);
    }
    this.stats.redelivered++;
    entry.redeliveries++;
    if (this.isPoison(entry)) {
      for (const slot of [...entry.slots] as Slot[]) {
        if (slot.state === 'in-flow' && slot.attachment.consumer.deadLetter)
          this.finishWithTrouble(slot, 'redelivered');
      }
    }
    if (!entry.done && entry.due > 0) this.offer(entry);
  }

  private isPoison(entry: LedgerEntry): boolean {
    return entry.redeliveries > (this.options.poisonLimit ?? POISON_LIMIT);
  }

  /** Hands an event to consumers. `body` is the parsed event, if the caller has it; it is given away. */
  private give(entry: LedgerEntry, takers: readonly ConsumerAttachment[], body?: Record<string, unknown>): void {
    const redelivered = entry.emitted;
    const outOfOrder = !redelivered && this.isOutOfOrder(entry, body);
    let parsed = body;
    // Counted before the first is handed over, which may be done at once.
    for (const taker of takers) {
      if (taker.stopped) entry.due++;
      else entry.flowing++;
    }
    if (entry.flowing > 0 && !entry.inFlow) {
      entry.inFlow = true;
      this.inFlowNow++;
    }
    for (const taker of takers) {
      const slot = new Slot(this, entry, taker, ++this.issued, redelivered, outOfOrder);
      entry.slots = entry.slots.length === 0 ? [slot] : [...entry.slots, slot];
      if (taker.stopped) {
        slot.state = 'due';
        taker.due.set(slot.number, slot);
        continue;
      }
      if (entry.deep) {
        this.finishWithTrouble(slot, 'too-deep');
      } else if (taker.consumer.deadLetter && this.isPoison(entry)) {
        this.finishWithTrouble(slot, 'redelivered');
      } else {
        // Consumers share no object: what one flow changes, another must not see.
        const own = parsed ?? parseObject(entry.text) ?? {};
        parsed = undefined;
        entry.emitted = true;
        this.stats.emitted++;
        this.handOver(slot, this.events.read(entry.row, own, entry.messageToken));
      }
    }
  }

  private handOver(slot: Slot, event: PushEvent): void {
    const outer = this.delivering;
    this.delivering = slot;
    let failed = false;
    try {
      slot.attachment.consumer.deliver(event, slot);
    } catch (error) {
      failed = true;
      this.options.onConsumerError(slot.attachment.consumer, error);
    }
    this.delivering = outer;
    if (slot.state !== 'in-flow') return;
    if (failed) this.finishWithTrouble(slot, 'failed');
    else slot.attachment.keep(slot);
  }

  /**
   * Hands over what is due of an event: to the successors of those who left, or afresh when none of them is there. With
   * nobody there at all who could say that it is done with, the queue keeps it.
   */
  private offer(entry: LedgerEntry): void {
    // On another connection than the one that brought it, the event waits to be sent again.
    if (entry.epoch !== this.epoch || this.stopped) return;
    const takers: ConsumerAttachment[] = [];
    const kept: SlotRecord[] = [];
    const { attended } = this;
    for (const slot of entry.slots) {
      const successor = slot.state === 'due' ? this.successor(slot.consumerId) : undefined;
      if (slot.state !== 'due' || (!successor && (!attended || this.mayReturn(slot.consumerId)))) {
        kept.push(slot);
        continue;
      }
      slot.withdraw();
      entry.due--;
      if (successor && !takers.includes(successor)) takers.push(successor);
    }
    const nobodyKnown = kept.length === 0 && takers.length === 0;
    entry.slots = kept;
    if (nobodyKnown) {
      const body = parseObject(entry.text) ?? {};
      takers.push(...(this.takers(entry.row.event, body) ?? []));
    }
    if (takers.length > 0) this.give(entry, takers);
    else if (entry.flowing === 0 && entry.due === 0) this.complete(entry);
    else if (!attended && !kept.some(({ state, consumerId }) => state !== 'done' && this.mayReturn(consumerId))) {
      this.left++;
      this.options.ledger.retire(entry, this.now);
    }
  }

  /** Whether anybody takes events. */
  private get attended(): boolean {
    for (const { stopped } of this.all.values()) if (!stopped) return true;
    return false;
  }

  private mayReturn(consumerId: string): boolean {
    for (const attachment of this.all.values()) if (attachment.consumer.id === consumerId) return true;
    return false;
  }

  /** Emits what has waited for room in the window. */
  private pump(): void {
    if (this.pumping || this.waiting.length === 0) return;
    this.pumping = true;
    let next = 0;
    while (next < this.waiting.length && this.inFlowNow < this.options.window && !this.stopped) {
      const entry = this.waiting[next++];
      const body = entry.deep ? undefined : parseObject(entry.text);
      const takers = this.takers(entry.row.event, body ?? {});
      if (takers && takers.length > 0) this.give(entry, takers, body);
      else this.complete(entry);
    }
    this.waiting.splice(0, next);
    this.pumping = false;
    if (this.waiting.length === 0) this.options.onRoom();
  }

  private isOutOfOrder(entry: LedgerEntry, body: Record<string, unknown> | undefined): boolean {
    const did = body?.did;
    const created = entry.createdAt;
    if (typeof did !== 'string' || typeof created !== 'number') return false;
    const newest = this.newest.get(did);
    if (newest !== undefined && created < newest) {
      this.stats.outOfOrder++;
      return true;
    }
    if (newest === undefined && this.newest.size >= ORDER_DEVICES) {
      for (const oldest of this.newest.keys()) {
        this.newest.delete(oldest);
        break;
      }
    }
    this.newest.set(did, created);
    return false;
  }

  // --- acknowledgement -----------------------------------------------------------------------------------------------

  /** By the text of a delivery, without this dispatcher's name. */
  acknowledge(rest: string): AcknowledgeResult {
    const cut = rest.indexOf('.');
    const attachmentNumber = Number.parseInt(rest.slice(0, cut), 10);
    const slotNumber = Number.parseInt(rest.slice(cut + 1), 10);
    if (!(slotNumber <= this.issued && attachmentNumber <= this.attachments)) return 'unknown';
    const slot = this.all.get(attachmentNumber)?.slot(slotNumber) ?? this.deliveringSlot(slotNumber);
    if (!slot || slot.ended) return 'gone';
    slot.done();
    return 'acknowledged';
  }

  private deliveringSlot(number: number): Slot | undefined {
    return this.delivering?.number === number ? this.delivering : undefined;
  }

  slotDone(slot: Slot): void {
    const { entry, attachment } = slot;
    if (slot.state === 'due') {
      entry.due--;
      slot.withdraw();
    } else {
      entry.flowing--;
      slot.state = 'done';
      attachment.released(slot);
      slot.onEnd?.();
    }
    this.settle(entry);
  }

  slotsOverdue(slots: Slot[]): void {
    let reconnect = false;
    for (const slot of slots) {
      if (slot.state !== 'in-flow') continue;
      this.stats.overdue++;
      if (slot.attachment.consumer.onAckTimeout !== 'reconnect') {
        this.finishWithTrouble(slot, 'overdue');
        continue;
      }
      this.report(slot, { reason: 'overdue', action: 'reconnect' });
      this.makeDue(slot);
      // On a connection that is gone the event is due to be sent again anyway.
      if (slot.entry.epoch === this.epoch) reconnect = true;
    }
    this.pump();
    if (reconnect) this.options.onReconnectWanted();
  }

  private makeDue(slot: Slot): void {
    const { entry, attachment } = slot;
    slot.state = 'due';
    entry.flowing--;
    entry.due++;
    attachment.due.set(slot.number, slot);
    attachment.released(slot);
    this.settle(entry);
  }

  /** Ends a copy that cannot be delivered or was forgotten: as a dead letter where those are taken, reported anyway. */
  private finishWithTrouble(slot: Slot, reason: TroubleReason): void {
    const { entry } = slot;
    const { consumer } = slot.attachment;
    const body = entry.deep ? undefined : parseObject(entry.text);
    const event = body && this.events.read(entry.row, body, entry.messageToken);
    if (consumer.deadLetter) {
      this.stats.deadLetters++;
      const letter = { reason, name: entry.row.event, text: entry.text, redeliveries: entry.redeliveries };
      try {
        consumer.deadLetter(event ? { ...letter, event } : letter);
      } catch (error) {
        this.options.onConsumerError(consumer, error);
      }
    }
    this.report(slot, { reason, action: consumer.deadLetter ? 'dead-letter' : 'acknowledged', did: event?.did });
    slot.done();
  }

  private report(
    slot: Slot,
    trouble: { reason: TroubleReason; action: 'acknowledged' | 'reconnect' | 'dead-letter'; did?: string },
  ): void {
    const { consumer } = slot.attachment;
    try {
      consumer.trouble?.({ name: slot.entry.row.event, ...trouble });
    } catch (error) {
      this.options.onConsumerError(consumer, error);
    }
  }

  /** After a copy has left the flow: the event may be finished, or nobody at work on it. */
  private settle(entry: LedgerEntry): void {
    if (entry.flowing > 0) return;
    if (entry.due === 0) {
      this.complete(entry);
      return;
    }
    if (!entry.inFlow) return;
    this.inFlowNow--;
    this.options.ledger.retire(entry, this.options.clock.mono());
    if (this.inFlowNow === 0) this.options.onIdle();
  }

  private complete(entry: LedgerEntry): void {
    entry.done = true;
    entry.text = '';
    if (entry.inFlow) this.inFlowNow--;
    this.options.ledger.retire(entry, this.batching ? this.now : this.options.clock.mono());
    if (entry.epoch === this.epoch) {
      this.acknowledgeToken(entry.deliveryToken, entry.messageToken);
      for (const { token } of entry.extra ?? []) this.acknowledgeToken(token, entry.messageToken);
    }
    this.pump();
    if (this.inFlowNow === 0) this.options.onIdle();
  }

  private acknowledgeToken(deliveryToken: string, messageToken: string): void {
    const first = this.outbox === '';
    this.outbox += eventAck(deliveryToken, messageToken);
    this.outboxSize++;
    this.unacknowledgedNow--;
    this.stats.acknowledged++;
    if (first && !this.batching) this.options.onAcknowledgements();
  }

  // --- end -----------------------------------------------------------------------------------------------------------

  /** No event is emitted from now on; what is in the flow may still be acknowledged. */
  stop(): void {
    this.stopped = true;
    for (const entry of this.waiting) this.options.ledger.remove(entry);
    this.waiting = [];
  }

  /** Gives up what is in the flow: the ledger keeps it for the next client. */
  close(): void {
    this.stop();
    this.closeEpoch();
    this.options.registry.unregister(this.name);
    for (const attachment of [...this.all.values()]) attachment.leave();
  }
}
