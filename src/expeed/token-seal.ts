import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';

/** A token as it is kept over a restart, with the token calls of the last day, which the platform counts. */
export interface KeptToken {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Epoch milliseconds of token calls. */
  readonly calls: readonly number[];
}

const FORMAT = 'expeed-token.1';
const CIPHER = 'aes-256-gcm';
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
/** Some 20 ms and 16 MB for each key, once in a process. */
const COST = { N: 16_384, r: 8, p: 1 };

/**
 * Seals what is kept with AES-256-GCM under a key derived from the platform's secret by scrypt. Context stores are
 * plain files that get copied and backed up: without the secret, a sealed token is of no use, and nobody can put
 * another in its place.
 */
export class TokenSeal {
  /** Derived keys by salt. */
  private readonly keys = new Map<string, Promise<Buffer>>();
  private salt: Buffer | undefined;

  /**
   * @param secret the platform's secret key
   * @param identity what the token belongs to (address and platform key): a value sealed for another one does not open
   */
  constructor(
    private readonly secret: string,
    private readonly identity: string,
  ) {}

  async seal(kept: KeptToken): Promise<string> {
    this.salt ??= randomBytes(SALT_BYTES);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, await this.key(this.salt), nonce).setAAD(Buffer.from(this.identity));
    const text = JSON.stringify(kept);
    const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    const parts = [this.salt, nonce, cipher.getAuthTag(), data];
    return [FORMAT, ...parts.map((part) => part.toString('base64url'))].join(':');
  }

  /** What was sealed; undefined for anything that this secret did not seal, or that was changed since. */
  async open(sealed: unknown): Promise<KeptToken | undefined> {
    if (typeof sealed !== 'string' || sealed.length > 65_536) return undefined;
    const [format, ...texts] = sealed.split(':');
    const parts = texts.map((text) => Buffer.from(text, 'base64url'));
    const [salt, nonce, tag, data] = parts;
    if (format !== FORMAT || parts.length !== 4 || !salt || !nonce || !tag || !data) return undefined;
    if (salt.length !== SALT_BYTES || nonce.length !== NONCE_BYTES || tag.length !== 16) return undefined;
    try {
      const decipher = createDecipheriv(CIPHER, await this.key(salt), nonce, { authTagLength: 16 })
        .setAAD(Buffer.from(this.identity))
        .setAuthTag(tag);
      const text = Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8');
      const kept = readKept(JSON.parse(text));
      if (kept) this.salt ??= salt;
      return kept;
    } catch {
      return undefined;
    }
  }

  private key(salt: Buffer): Promise<Buffer> {
    const name = salt.toString('base64');
    let key = this.keys.get(name);
    if (!key) {
      key = new Promise((resolve, reject) => {
        scrypt(this.secret, salt, 32, COST, (error, derived) => (error ? reject(error) : resolve(derived)));
      });
      this.keys.set(name, key);
    }
    return key;
  }
}

function readKept(value: unknown): KeptToken | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { token, expiresAt, calls } = value as Record<string, unknown>;
  if (typeof token !== 'string' || !Number.isFinite(expiresAt) || !Array.isArray(calls)) return undefined;
  return { token, expiresAt: expiresAt as number, calls: calls.filter((at) => Number.isFinite(at)) };
}
