import type { KeptToken, TokenSeal } from './token-seal';

/** Where a sealed token is kept over a restart: a context store of Node-RED. Both may fail. */
export interface TokenStore {
  load(): Promise<unknown>;
  save(sealed: string): Promise<void>;
}

/**
 * Keeps the token of one account in every store that a node has named. Stores come and go with their nodes; what cannot
 * be opened is ignored and replaced.
 */
export class TokenVault {
  private readonly stores = new Set<TokenStore>();
  private saving: Promise<void> = Promise.resolve();
  private latest: KeptToken | undefined;

  /** @param failed told, in plain words, when a store cannot be read or written; once for each store */
  constructor(
    private readonly seal: TokenSeal,
    private readonly failed: (reason: string) => void,
  ) {}

  /**
   * Takes a store in and reads it.
   * @returns what it keeps, if it can be opened, and a function that takes the store out again
   */
  async attach(store: TokenStore): Promise<{ kept: KeptToken | undefined; detach: () => void }> {
    this.stores.add(store);
    const detach = (): void => {
      this.stores.delete(store);
    };
    let kept: KeptToken | undefined;
    try {
      kept = await this.seal.open(await store.load());
    } catch (error) {
      this.failed((error as Error).message);
    }
    // A store that came late gets what the account knows already.
    if (this.latest) this.save(this.latest);
    return { kept, detach };
  }

  /** Seals and writes in the background, one after the other; only the last of several waiting is written. */
  save(kept: KeptToken): void {
    this.latest = kept;
    this.saving = this.saving.then(async () => {
      if (this.latest !== kept || this.stores.size === 0) return;
      const sealed = await this.seal.seal(kept);
      await Promise.all([...this.stores].map((store) => this.write(store, sealed)));
    });
  }

  /** Resolves when everything is written. */
  async settled(): Promise<void> {
    await this.saving;
  }

  private async write(store: TokenStore, sealed: string): Promise<void> {
    try {
      await store.save(sealed);
    } catch (error) {
      if (this.stores.delete(store)) this.failed((error as Error).message);
    }
  }
}
