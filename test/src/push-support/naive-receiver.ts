import type { Link } from '../../../src/gizwits/push/link';
import type { VirtualClock } from '../../support/virtual-clock';
import type { Receiver } from './disconnect-run';
import { type FakeBroker, PRODUCT } from './fake-broker';

/** What a careless receiver gets wrong. */
export type Carelessness =
  /** Acknowledges whatever connection is there, with the id of the connection that brought the event. */
  | 'no-epoch'
  /** Acknowledges on receipt. */
  | 'early'
  /** Keeps to the connection, but emits every redelivery. */
  | 'no-rebind';

/** A receiver as published clients are made, to show that the checks notice what they get wrong. */
export function naiveReceiver(
  clock: VirtualClock,
  broker: FakeBroker,
  how: Carelessness,
  work: (n: number, done: () => void) => void,
): Receiver {
  let link: Link | undefined;
  let closed = false;
  const acknowledge = (id: unknown): void => {
    link?.write(`${JSON.stringify({ cmd: 'event_ack', delivery_id: id })}\n`);
  };
  const connect = (): void => {
    if (closed) return;
    const mine = broker.network.dial({
      onOpen: () => {
        link = mine;
        mine.write(`${JSON.stringify({ cmd: 'login_req', prefetch_count: 50, data: [PRODUCT] })}\n`);
      },
      onData: (chunk) => {
        for (const line of chunk.toString().split('\n')) {
          if (line === '') continue;
          const frame = JSON.parse(line) as { cmd: string; delivery_id: number; data: { n: number } };
          if (frame.cmd !== 'event_push') continue;
          if (how === 'early') acknowledge(frame.delivery_id);
          work(frame.data.n, () => {
            if (how === 'no-epoch' || (how === 'no-rebind' && link === mine)) acknowledge(frame.delivery_id);
          });
        }
      },
      onClose: () => {
        if (link === mine) link = undefined;
        clock.setTimeout(connect, 1000 + clock.random() * 1000);
      },
    });
  };
  connect();
  return {
    get connected() {
      return link !== undefined;
    },
    close: async () => {
      closed = true;
      link?.destroy();
    },
  };
}
