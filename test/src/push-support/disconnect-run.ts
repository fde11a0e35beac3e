import type { VirtualClock } from '../../support/virtual-clock';
import type { FakeBroker } from './fake-broker';

/** What a receiver of events does, whoever it is. */
export interface Receiver {
  readonly connected: boolean;
  close(): Promise<void>;
}

/** What came out of a run. */
export interface RunResult {
  cuts: number;
  lost: number;
  neverEmitted: number;
  ackedBeforeDone: number;
  unknownAcks: number;
  doubleAcks: number;
  repeats: number;
}

/**
 * Publishes events, lets every one take up to 3 s of work that ends in any order, and cuts the connection again and again
 * until the broker has nothing left.
 * @param start begins to receive; `work` is to be called with each event emitted, and calls back when its work is done
 */
export async function runUnderDisconnects(
  clock: VirtualClock,
  broker: FakeBroker,
  events: number,
  start: (work: (n: number, done: () => void) => void) => Receiver,
): Promise<RunResult> {
  const finished = new Set<number>();
  const emitted = new Map<number, number>();
  let ackedBeforeDone = 0;
  broker.onAcknowledged = (n) => {
    if (!finished.has(n)) ackedBeforeDone++;
  };
  const receiver = start((n, done) => {
    emitted.set(n, (emitted.get(n) ?? 0) + 1);
    clock.setTimeout(() => {
      finished.add(n);
      done();
    }, clock.random() * 3000);
  });
  broker.publish(events);
  let cuts = 0;
  const cut = () => {
    if (broker.waiting === 0) return;
    if (receiver.connected) {
      cuts++;
      broker.cut();
    }
    clock.setTimeout(cut, 500 + clock.random() * 4000);
  };
  clock.setTimeout(cut, 2000);
  for (let i = 0; i < 400 && broker.waiting > 0; i++) await clock.advance(20_000);
  const { acknowledged, unknown, double } = broker.audit;
  const result = {
    cuts,
    lost: [...acknowledged].filter((n) => !finished.has(n)).length + (events - acknowledged.size),
    neverEmitted: events - emitted.size,
    ackedBeforeDone,
    unknownAcks: unknown,
    doubleAcks: double,
    repeats: [...emitted.values()].filter((count) => count > 1).length,
  };
  await receiver.close();
  return result;
}
