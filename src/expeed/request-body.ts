import type { IncomingMessage } from 'node:http';
import type { DeadlineList, Deadlines, Expiring } from '../cloud/deadlines';

/** Largest push, in bytes. The documents' examples have some hundred; a day of minutes with ten values has 200 000. */
export const MAX_BODY_BYTES = 262_144;

/** How long a body may take to arrive, milliseconds. */
export const BODY_DEADLINE_MS = 6000;

export type BodyResult =
  | { readonly state: 'text'; readonly text: string }
  | { readonly state: 'tooLarge' | 'tooSlow' | 'cut' | 'notText' };

/**
 * Reads a request's body with a limit on its size and on its time, so that hostile requests cost a bounded amount of
 * memory for a bounded time. What comes after the limit is thrown away as it arrives.
 * @param deadlines those of bodies that are being read: each is armed there as a {@link PendingBody} until it has ended
 */
export function readBody(request: IncomingMessage, deadlines: Deadlines): Promise<BodyResult> {
  if (Number(request.headers['content-length']) > MAX_BODY_BYTES) {
    request.resume();
    return Promise.resolve({ state: 'tooLarge' });
  }
  return new Promise((resolve) => new PendingBody(request, deadlines, resolve));
}

/** A body on its way in. Its listeners stay with the request: whatever else comes must not stand in the way of the next. */
export class PendingBody implements Expiring {
  deadlineAt = 0;
  deadlineList: DeadlineList | undefined;
  deadlinePrevious: Expiring | undefined;
  deadlineNext: Expiring | undefined;
  private chunks: Buffer[] = [];
  private size = 0;
  private over = false;

  constructor(
    request: IncomingMessage,
    private readonly deadlines: Deadlines,
    private readonly resolve: (result: BodyResult) => void,
  ) {
    deadlines.arm(this, BODY_DEADLINE_MS);
    const cut = (): void => this.abandon();
    request.on('data', (chunk: Buffer) => this.take(chunk));
    request.on('end', () => this.complete());
    request.on('close', cut).on('error', cut);
  }

  /** Stops waiting: the result is `cut`. */
  abandon(): void {
    this.end({ state: 'cut' });
  }

  expire(): void {
    this.end({ state: 'tooSlow' });
  }

  private take(chunk: Buffer): void {
    if (this.over) return;
    this.size += chunk.length;
    if (this.size > MAX_BODY_BYTES) this.end({ state: 'tooLarge' });
    else this.chunks.push(chunk);
  }

  private complete(): void {
    if (this.over) return;
    const { chunks, size } = this;
    this.end(decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)));
  }

  private end(result: BodyResult): void {
    if (this.over) return;
    this.over = true;
    this.chunks = [];
    this.deadlines.disarm(this);
    this.resolve(result);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer): BodyResult {
  try {
    return { state: 'text', text: utf8.decode(bytes) };
  } catch {
    return { state: 'notText' };
  }
}
