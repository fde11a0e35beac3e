import type { Clock } from '../../cloud/clock';
import type { SnotiBehaviour } from './behaviour';
import { type Message, messageId } from './message';
import { PushQueue } from './queue';
import type { SnotiEvent, SnotiSource } from './source';

/** All queues, fed by the world. The world is listened to only once there is a queue. */
export class Broker {
  private readonly queues = new Map<string, PushQueue>();
  private stop: (() => void) | undefined;
  private sequence = 0;
  private messages = 0;

  constructor(
    private readonly clock: Clock,
    private readonly source: SnotiSource,
    private readonly behaviour: SnotiBehaviour,
    private readonly seed: string,
  ) {}

  get all(): readonly PushQueue[] {
    return [...this.queues.values()];
  }

  /** The queue of a product and subkey, made when it is new; undefined when the product has too many already. */
  queue(productKey: string, subkey: string): PushQueue | undefined {
    const name = `${productKey} ${subkey}`;
    const existing = this.queues.get(name);
    if (existing) return existing;
    if (this.all.filter((queue) => queue.productKey === productKey).length >= this.behaviour.maxSubkeys)
      return undefined;
    const queue = new PushQueue(productKey, subkey);
    this.queues.set(name, queue);
    this.stop ??= this.source.listen((event) => this.publish(event));
    return queue;
  }

  /** Deletes a queue and what is in it, as the management API does; false when it does not exist or is in use. */
  deleteQueue(productKey: string, subkey: string): boolean {
    const name = `${productKey} ${subkey}`;
    if (this.queues.get(name)?.connected !== 0) return false;
    return this.queues.delete(name);
  }

  /** Puts a copy of an event into every queue that is bound to it. Returns the event's number. */
  publish(event: SnotiEvent): number {
    const sequence = ++this.sequence;
    const now = this.clock.now();
    for (const queue of this.queues.values()) {
      if (queue.productKey !== event.productKey || !queue.events.has(event.subscription)) continue;
      queue.expire(now - this.behaviour.retentionMs);
      queue.add({ sequence, event, msgId: this.newMessageId(), queuedAt: now, pushes: 0 });
      queue.pump();
    }
    return sequence;
  }

  /** Called when a queue's consumers have room again. */
  serve(queue: PushQueue): void {
    queue.expire(this.clock.now() - this.behaviour.retentionMs);
    queue.pump();
  }

  /** The message id that goes out with a push, or undefined when none does. */
  messageIdOf(message: Message): string | undefined {
    if (this.behaviour.messageIds === 'none') return undefined;
    if (this.behaviour.messageIds === 'fresh' && message.pushes > 1) message.msgId = this.newMessageId();
    return message.msgId;
  }

  close(): void {
    this.stop?.();
    this.stop = undefined;
    this.queues.clear();
  }

  private newMessageId(): string {
    return messageId(this.seed, ++this.messages);
  }
}
