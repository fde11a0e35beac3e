import type { IncomingMessage } from 'node:http';
import type { Clock, Timer } from '../cloud/clock';

/** Largest push, in bytes. The documents' examples have some hundred; a day of minutes with ten values has 200 000. */
export const MAX_BODY_BYTES = 262_144;

/** How long a body may take to arrive, milliseconds. */
export const BODY_DEADLINE_MS = 6000;

export type BodyResult =
  | { readonly state: 'text'; readonly text: string }
  | { readonly state: 'tooLarge' | 'tooSlow' | 'cut' | 'notText' };

/** A body on its way in. */
export interface PendingBody {
  readonly result: Promise<BodyResult>;
  /** Stops waiting: the result is `cut`. */
  abandon(): void;
}

/**
 * Reads a request's body with a limit on its size and on its time, so that hostile requests cost a bounded amount of
 * memory for a bounded time. What comes after the limit is thrown away as it arrives.
 */
export function readBody(request: IncomingMessage, clock: Clock): PendingBody {
  if (Number(request.headers['content-length']) > MAX_BODY_BYTES) {
    request.resume();
    return { result: Promise.resolve({ state: 'tooLarge' }), abandon: () => undefined };
  }
  let abandon = (): void => undefined;
  const result = new Promise<BodyResult>((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let timer: Timer;
    const end = (outcome: BodyResult): void => {
      clock.clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onCut).off('error', onCut);
      // Whoever answers now must not find the rest of the body in the way of the next request.
      request.on('error', () => undefined).resume();
      resolve(outcome);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) end({ state: 'tooLarge' });
      else chunks.push(chunk);
    };
    const onEnd = (): void => end(decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)));
    const onCut = (): void => end({ state: 'cut' });
    timer = clock.setTimeout(() => end({ state: 'tooSlow' }), BODY_DEADLINE_MS);
    abandon = onCut;
    request.on('data', onData).on('end', onEnd).on('close', onCut).on('error', onCut);
  });
  return { result, abandon: () => abandon() };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer): BodyResult {
  try {
    return { state: 'text', text: utf8.decode(bytes) };
  } catch {
    return { state: 'notText' };
  }
}
