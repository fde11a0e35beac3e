import type { Clock, Timer } from '../../cloud/clock';
import { isObject } from './frame-reader';
import { type ProductEvents, type PushProduct, subscribeRequest, unsubscribeRequest } from './frames';

export interface SubscriptionHandlers {
  write(text: string): boolean;
  /** The server refused to add a product to the connection. */
  onProductRefused(product: PushProduct, message: unknown): void;
  /** A product was added to the connection. */
  onProductAccepted(product: PushProduct): void;
  /** What is wanted cannot be had on this connection; a new login can. */
  onLoginNeeded(): void;
}

const ANSWER_MS = 10_000;

interface Operation {
  kind: 'subscribe' | 'unsubscribe';
  product: PushProduct;
  /** What the product is subscribed to when the server says yes. */
  subscribed: ReadonlySet<string>;
}

/**
 * Keeps what a logged-in connection is subscribed to equal to what is wanted, without a new login. Answers carry no id,
 * so requests go one after another. A subscription names all events that are wanted, because no document says whether it
 * adds to the former ones or replaces them.
 */
export class Subscriptions {
  private readonly asked = new Map<string, ReadonlySet<string>>();
  private wanted: readonly ProductEvents[] = [];
  private current: Operation | undefined;
  private timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly handlers: SubscriptionHandlers,
  ) {}

  /** The login has asked for this. */
  begin(login: readonly ProductEvents[]): void {
    for (const { product, events } of login) this.asked.set(product.productKey, new Set(events));
  }

  /** From now on this is wanted; products left out are not touched. */
  reconcile(wanted: readonly ProductEvents[]): void {
    this.wanted = wanted;
    this.next();
  }

  /** Whether a request waits for its answer. */
  get busy(): boolean {
    return this.current !== undefined;
  }

  /** Takes a `subscribe_res` or `unsubscribe_res`. In 2019 the result stood inside `data`, since then beside it. */
  answered(kind: 'subscribe' | 'unsubscribe', body: Record<string, unknown>): void {
    const operation = this.current;
    if (operation?.kind !== kind) return;
    const answer = typeof body.result === 'boolean' || !isObject(body.data) ? body : body.data;
    this.finish();
    const { product } = operation;
    if (answer.result === true) {
      const added = !this.asked.has(product.productKey);
      this.asked.set(product.productKey, operation.subscribed);
      if (added) this.handlers.onProductAccepted(product);
      this.next();
    } else if (this.asked.has(product.productKey)) {
      this.handlers.onLoginNeeded();
    } else {
      this.wanted = this.wanted.filter((wanted) => wanted.product !== product);
      this.handlers.onProductRefused(product, answer.msg);
      this.next();
    }
  }

  /** The request under way was not understood or not answered. */
  failed(): void {
    if (!this.current) return;
    this.finish();
    this.handlers.onLoginNeeded();
  }

  stop(): void {
    this.finish();
    this.wanted = [];
  }

  private finish(): void {
    this.current = undefined;
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private next(): void {
    if (this.current) return;
    for (const { product, events } of this.wanted) {
      const asked = this.asked.get(product.productKey);
      const surplus = asked ? [...asked].filter((event) => !events.includes(event)) : [];
      if (!asked || events.some((event) => !asked.has(event))) {
        const subscribed = new Set([...events, ...surplus]);
        this.send({ kind: 'subscribe', product, subscribed }, subscribeRequest({ product, events }));
        return;
      }
      if (surplus.length === 0) continue;
      // Whether taking off the last event takes off the product, and with it its control, is documented nowhere.
      if (events.length === 0) this.handlers.onLoginNeeded();
      else {
        const request = unsubscribeRequest({ product, events: surplus });
        this.send({ kind: 'unsubscribe', product, subscribed: new Set(events) }, request);
      }
      return;
    }
  }

  private send(operation: Operation, text: string): void {
    this.current = operation;
    this.timer = this.clock.setTimeout(() => this.failed(), ANSWER_MS);
    this.handlers.write(text);
  }
}
