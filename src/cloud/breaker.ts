import type { Clock } from './clock';
import { CloudError } from './errors';
import { type Logger, logEvent } from './logger';

/** Failures of the connection in a row that open the breaker. */
const THRESHOLD = 5;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 300_000;

/**
 * Spares a cloud that cannot be reached, and the flows that wait for it: after five failures of the connection in a row
 * calls fail at once for half a minute; then one call probes, and the others still fail until it is answered. Each probe
 * that fails doubles the pause, to five minutes at most.
 */
export class Breaker {
  private failures = 0;
  private pauseMs = 0;
  private openUntil = 0;
  private probe: object | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly host: string,
    private readonly log: Logger,
  ) {}

  /** Whether calls are being stopped. */
  get open(): boolean {
    return this.pauseMs > 0;
  }

  /**
   * Asks to send. `call` stands for the asker, which must answer with {@link answered}, {@link failed} or
   * {@link abandoned}. Returns undefined when it may go, otherwise the error to fail with: nothing was sent.
   */
  admit(call: object): CloudError | undefined {
    if (this.pauseMs === 0) return undefined;
    const leftMs = this.openUntil - this.clock.mono();
    if (leftMs <= 0 && this.probe === undefined) {
      this.probe = call;
      return undefined;
    }
    const retryAfterMs = Math.max(1000, Math.ceil(leftMs));
    return new CloudError({
      code: 'GIZ_NETWORK',
      textKey: 'errors.networkCases.breaker',
      textParams: { host: this.host, seconds: Math.ceil(retryAfterMs / 1000) },
      outcome: 'not-sent',
      retryable: true,
      retryAfterMs,
    });
  }

  /** The host has answered, whatever it said. */
  answered(): void {
    this.failures = 0;
    if (this.pauseMs === 0) return;
    this.pauseMs = 0;
    this.probe = undefined;
    logEvent(this.log, 'info', 'breakerClosed', { host: this.host });
  }

  /** The connection has failed. */
  failed(call: object): void {
    this.failures++;
    if (this.pauseMs === 0) {
      if (this.failures >= THRESHOLD) this.pause(FIRST_PAUSE_MS);
    } else if (call === this.probe) {
      this.pause(Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS));
    }
  }

  /** The call ended without telling anything about the host: it was closed, say. Another may probe. */
  abandoned(call: object): void {
    if (call === this.probe) this.probe = undefined;
  }

  /** Another way to the host: what failed before says nothing about it. */
  reset(): void {
    this.answered();
  }

  private pause(ms: number): void {
    const opens = this.pauseMs === 0;
    this.pauseMs = ms;
    this.openUntil = this.clock.mono() + ms;
    this.probe = undefined;
    if (!opens) return;
    logEvent(this.log, 'warn', 'breakerOpen', { host: this.host, count: this.failures, seconds: ms / 1000 });
  }
}
