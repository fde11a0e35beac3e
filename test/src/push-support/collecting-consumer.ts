import type { DeadLetter, Delivery, PushConsumer, Trouble } from '../../../src/gizwits/push/delivery';
import type { PushEvent } from '../../../src/gizwits/push/events';
import { PRODUCT } from './fake-broker';

export interface Taken {
  event: PushEvent;
  delivery: Delivery;
  /** The `n` of the event's datapoints. */
  n: number;
}

/** A consumer that writes down all it gets. */
export class CollectingConsumer implements PushConsumer {
  readonly taken: Taken[] = [];
  readonly letters: DeadLetter[] = [];
  readonly troubles: Trouble[] = [];
  readonly id: string = 'consumer';
  readonly productKey: string = PRODUCT.productKey;
  /** What is done with each event; by default it stays unacknowledged. */
  onEvent: (taken: Taken) => void = () => undefined;
  deadLetter?: (letter: DeadLetter) => void;

  constructor(settings: Partial<PushConsumer> & { onEvent?: (taken: Taken) => void; letters?: boolean } = {}) {
    const { letters, ...rest } = settings;
    Object.assign(this, rest);
    if (letters) this.deadLetter = (letter) => this.letters.push(letter);
  }

  deliver(event: PushEvent, delivery: Delivery): void {
    const n = Number((event.payload as { n?: number }).n);
    const taken = { event, delivery, n };
    this.taken.push(taken);
    this.onEvent(taken);
  }

  trouble(trouble: Trouble): void {
    this.troubles.push(trouble);
  }

  get numbers(): number[] {
    return this.taken.map(({ n }) => n);
  }
}
