import { createHash } from 'node:crypto';
import type { Clock, Timer } from './clock';
import { unref } from './deadlines';

/** How long something stays that nobody has borrowed: a redeploy takes less. */
const LINGER_MS = 60_000;

/** What can be shared. */
export interface Closable {
  close(): Promise<void>;
}

/** A borrowed value. */
export interface Lease<T> {
  readonly value: T;
  /** Gives it back; a second time does nothing. */
  release(): void;
}

interface Entry<T> {
  readonly value: T;
  borrowers: number;
  timer: Timer | undefined;
}

/**
 * Things that several nodes share and that outlive a redeploy: connections, tokens, the quota of an account. Lent by
 * key; what nobody has borrowed for a minute is closed.
 */
export class Registry<T extends Closable> {
  private readonly entries = new Map<string, Entry<T>>();
  private readonly closing = new Set<Promise<void>>();

  constructor(
    private readonly clock: Clock,
    private readonly lingerMs = LINGER_MS,
  ) {}

  /** The value of that key, made by `create` when there is none. What `create` throws comes out. */
  borrow(key: string, create: () => T): Lease<T> {
    let entry = this.entries.get(key);
    if (!entry) {
      entry = { value: create(), borrowers: 0, timer: undefined };
      this.entries.set(key, entry);
    }
    if (entry.timer !== undefined) this.clock.clearTimeout(entry.timer);
    entry.timer = undefined;
    entry.borrowers++;
    return this.lease(key, entry);
  }

  /** The value of that key, if there is one; it is not borrowed by this. */
  find(key: string): T | undefined {
    return this.entries.get(key)?.value;
  }

  /** Closes the value of that key at once, unless somebody has borrowed it. */
  closeUnused(key: string): void {
    const entry = this.entries.get(key);
    if (entry?.borrowers === 0) this.drop(key, entry);
  }

  /** Values held, borrowed or lingering. */
  get size(): number {
    return this.entries.size;
  }

  /** Closes everything at once, borrowed or not, and waits for it: when the runtime ends, and in tests. */
  async closeAll(): Promise<void> {
    for (const [key, entry] of [...this.entries]) this.drop(key, entry);
    await Promise.all(this.closing);
  }

  private lease(key: string, entry: Entry<T>): Lease<T> {
    let borrowed = true;
    return {
      value: entry.value,
      release: () => {
        if (!borrowed) return;
        borrowed = false;
        entry.borrowers--;
        if (entry.borrowers > 0 || this.entries.get(key) !== entry) return;
        entry.timer = unref(this.clock.setTimeout(() => this.drop(key, entry), this.lingerMs));
      },
    };
  }

  private drop(key: string, entry: Entry<T>): void {
    if (entry.timer !== undefined) this.clock.clearTimeout(entry.timer);
    entry.timer = undefined;
    this.entries.delete(key);
    const closed = entry.value.close().catch(() => undefined);
    this.closing.add(closed);
    void closed.finally(() => this.closing.delete(closed));
  }
}

/**
 * A key over every part of an identity, secrets included, from which none can be read. Parts are told apart by name and
 * length, so that no two identities run into one.
 */
export function identityKey(parts: Readonly<Record<string, string | undefined>>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(parts).sort()) {
    const value = parts[name];
    if (value === undefined) continue;
    hash.update(`${name.length}:${name}=${Buffer.byteLength(value)}:${value};`);
  }
  return hash.digest('hex');
}
