import type { Delivery } from '../../src/gizwits/push/delivery';

type Message = Record<string, unknown>;

export interface EventBatchOptions {
  /** Events in one message at most. */
  max: number;
  /** Milliseconds that the first of them may wait. */
  ms: number;
  /** Whether no further event can come before some are done: then waiting for more is in vain. */
  isFull(): boolean;
  /** One delivery for several. */
  group(members: readonly Delivery[]): Delivery;
  emit(message: Message, delivery: Delivery): void;
}

/** Gathers events into one message with an array of them; its one delivery acknowledges all. */
export class EventBatch {
  private messages: Message[] = [];
  private members: Delivery[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: EventBatchOptions) {}

  add(message: Message, delivery: Delivery): void {
    this.messages.push(message);
    this.members.push(delivery);
    if (this.messages.length >= this.options.max || this.options.isFull()) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), this.options.ms);
  }

  /** The node closes: what has been gathered stays unacknowledged, and the server sends it again. */
  close(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = undefined;
    this.messages = [];
    this.members = [];
  }

  private flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = undefined;
    const { messages, members } = this;
    this.messages = [];
    this.members = [];
    const delivery = this.options.group(members);
    const redelivered = members.some((member) => member.redelivered);
    const gizwits = { event: 'batch', count: messages.length, delivery: delivery.id, redelivered };
    this.options.emit({ topic: '', payload: messages, gizwits }, delivery);
  }
}
