import type { Clock } from './clock';
import type { CloudError } from './errors';

/** A promise's result, or the error that `late` makes when it takes longer. */
export async function inTime<T>(work: Promise<T>, clock: Clock, ms: number, late: () => CloudError): Promise<T> {
  let timer: unknown;
  const end = new Promise<never>((_resolve, reject) => {
    timer = clock.setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clock.clearTimeout(timer);
  }
}
