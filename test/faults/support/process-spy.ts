/** What would have ended Node-RED: it exits on both. */
export class ProcessSpy {
  readonly seen: string[] = [];
  private readonly kept: { event: 'uncaughtException' | 'unhandledRejection'; listeners: unknown[] }[] = [];
  private readonly note = (error: unknown): void => {
    this.seen.push(error instanceof Error ? `${error.message}\n${error.stack}` : String(error));
  };

  /** Takes the place of mocha's own listeners, which would end the test instead of counting. */
  constructor() {
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      this.kept.push({ event, listeners: process.listeners(event as 'uncaughtException') });
      process.removeAllListeners(event);
      process.on(event, this.note);
    }
  }

  stop(): void {
    for (const { event, listeners } of this.kept) {
      process.removeListener(event, this.note);
      for (const listener of listeners) process.on(event, listener as () => void);
    }
  }
}
