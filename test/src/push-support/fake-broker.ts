import { type FakeLink, FakeNetwork } from './fake-link';

interface Push {
  /** Member of the event that tells events apart. */
  sequence: number;
  fields: Record<string, unknown>;
  /** The server's own id of the message. */
  msgId: string;
}

/** What the broker found wrong with the client's acknowledgements, and what became of the events. */
export interface Audit {
  unknown: number;
  double: number;
  acknowledged: Set<number>;
  pushes: number;
}

/**
 * A push service as the documents describe it, for one product and queue: ids from 1 on each connection, a prefetch window,
 * redelivery at the head of the queue after a disconnect. Written for the tests alone.
 */
export class FakeBroker {
  readonly network = new FakeNetwork();
  readonly audit: Audit = { unknown: 0, double: 0, acknowledged: new Set(), pushes: 0 };
  /** `login_res`, or nothing at all. */
  answerLogin: ((link: FakeLink) => void) | undefined = (link) =>
    link.send({ cmd: 'login_res', data: { result: true, msg: 'ok' } });
  /** Draws a new message id for each redelivery, as no document forbids. */
  freshMessageIds = false;
  withMessageIds = true;
  /** Called after an acknowledgement was booked. */
  onAcknowledged: (sequence: number) => void = () => undefined;
  private readonly queue: Push[] = [];
  private sequence = 0;
  private link: FakeLink | undefined;
  private prefetch = 50;
  private unacknowledged = new Map<number, Push>();
  private done = new Set<number>();
  private deliveryId = 0;

  constructor() {
    this.network.onDial = (link) => {
      link.onFrame = (frame) => this.take(link, frame);
      link.onClientClose = () => this.lost(link);
      link.accept();
    };
  }

  get waiting(): number {
    return this.queue.length + this.unacknowledged.size;
  }

  get inWindow(): number {
    return this.unacknowledged.size;
  }

  /** Puts events into the queue. */
  publish(count: number, make: (sequence: number) => Record<string, unknown> = statusEvent): void {
    for (let i = 0; i < count; i++) {
      const sequence = ++this.sequence;
      this.queue.push({ sequence, fields: make(sequence), msgId: `m${sequence}` });
    }
    this.pump();
  }

  cut(): void {
    this.link?.cut();
  }

  private take(link: FakeLink, frame: Record<string, unknown>): void {
    if (frame.cmd === 'login_req') {
      this.prefetch = Number(frame.prefetch_count);
      this.link = link;
      this.deliveryId = 0;
      this.done = new Set();
      queueMicrotask(() => {
        this.answerLogin?.(link);
        this.pump();
      });
    } else if (frame.cmd === 'ping') {
      link.send({ cmd: 'pong' });
    } else if (frame.cmd === 'event_ack') {
      this.acknowledge(Number(frame.delivery_id));
    } else if (frame.cmd === 'subscribe_req' || frame.cmd === 'unsubscribe_req') {
      const cmd = String(frame.cmd).replace('_req', '_res');
      queueMicrotask(() => link.send({ cmd, result: true, msg: 'ok', data: frame.data }));
    }
  }

  private acknowledge(id: number): void {
    const push = this.unacknowledged.get(id);
    if (!push) {
      if (this.done.has(id)) this.audit.double++;
      else this.audit.unknown++;
      return;
    }
    this.unacknowledged.delete(id);
    this.done.add(id);
    this.audit.acknowledged.add(push.sequence);
    this.onAcknowledged(push.sequence);
    this.pump();
  }

  private lost(link: FakeLink): void {
    if (link !== this.link) return;
    this.link = undefined;
    this.queue.unshift(...this.unacknowledged.values());
    this.unacknowledged = new Map();
  }

  /** All that fits into the window, in one chunk. */
  private pump(): void {
    const { link } = this;
    if (!link || link.closed) return;
    let text = '';
    while (this.queue.length > 0 && this.unacknowledged.size < this.prefetch) {
      const push = this.queue.shift() as Push;
      const id = ++this.deliveryId;
      this.unacknowledged.set(id, push);
      this.audit.pushes++;
      if (this.freshMessageIds) push.msgId = `m${push.sequence}-${this.audit.pushes}`;
      const ids = this.withMessageIds ? { delivery_id: id, msg_id: push.msgId } : { delivery_id: id };
      text += `${JSON.stringify({ cmd: 'event_push', ...ids, ...push.fields })}\n`;
    }
    if (text !== '') queueMicrotask(() => link.send(Buffer.from(text)));
  }
}

export const PRODUCT = {
  productKey: '0123456789abcdef0123456789abcdef',
  authId: 'authid0123456789abcdef',
  authSecret: 'S3cret/0123456789abcde',
  subkey: 'node_red',
};

/** A datapoint report whose `n` tells it from all others. */
export function statusEvent(sequence: number): Record<string, unknown> {
  return {
    event_type: 'device_status_kv',
    product_key: PRODUCT.productKey,
    did: `did${sequence % 7}`,
    mac: `00000000000${sequence % 7}`,
    group_id: null,
    created_at: 1_570_000_000 + sequence / 1000,
    data: { Switch: sequence % 2, Mode: '睡眠', n: sequence },
  };
}
