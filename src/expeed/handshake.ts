import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../cloud/clock';

/**
 * The two ways to read `MD5(SHA1(token+nonce+timestamp))`, on which seed 004 says no more: MD5 over the hexadecimal text
 * of the SHA-1 digest, or over its 20 bytes.
 */
export type DigestReading = 'hex' | 'raw';

/** Why a handshake was refused. For the log alone: what the sender gets is the same for all of them. */
export type HandshakeRefusal = 'token' | 'parameters' | 'timestamp' | 'signature' | 'replay';

export type HandshakeResult =
  | { readonly accepted: true; readonly nonce: string; readonly reading: DigestReading }
  | { readonly accepted: false; readonly reason: HandshakeRefusal };

/** Furthest that the sender's clock may be from ours, either way, milliseconds. */
const TOLERANCE_MS = 300_000;

/** A signature is refused again while its timestamp can still be accepted. */
const REMEMBERED_MS = 2 * TOLERANCE_MS;
const MOST_REMEMBERED = 10_000;

/*
 * Nonce and timestamp are joined without a separator, so that `12` + `1700000000` and `121` + `700000000` have one
 * signature. A fixed number of digits for the timestamp leaves one way to cut.
 */
const NONCE = /^[A-Za-z0-9_-]{1,64}$/;
const TIMESTAMP = /^(?:\d{10}|\d{13})$/;
const SIGNATURE = /^[0-9a-f]{32}$/i;

/** Signatures that were accepted once and are refused from then on. */
export class UsedSignatures {
  /** With the monotonic time at which they can be forgotten, oldest first. */
  private readonly used = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Notes a signature; false when it has been used already. */
  take(signature: string): boolean {
    const now = this.clock.mono();
    for (const [known, until] of this.used) {
      if (until > now && this.used.size < MOST_REMEMBERED) break;
      this.used.delete(known);
    }
    if (this.used.has(signature)) return false;
    this.used.set(signature, now + REMEMBERED_MS);
    return true;
  }
}

/**
 * The registration handshake: Expeed calls the address that its user has entered with `signature`, `nonce` and
 * `timestamp`, and the receiver that knows the same token answers the nonce.
 */
export class Handshake {
  /** @param token the token that was entered on Expeed's page; empty refuses every handshake. */
  constructor(
    private readonly token: string,
    private readonly clock: Clock,
    private readonly used: UsedSignatures,
  ) {}

  /** Checks one handshake. @param query the query of the request's URL, as received, without its question mark */
  check(query: string): HandshakeResult {
    if (this.token === '') return refused('token');
    const parameters = new URLSearchParams(query);
    const signature = single(parameters, 'signature', SIGNATURE)?.toLowerCase();
    const nonce = single(parameters, 'nonce', NONCE);
    const timestamp = single(parameters, 'timestamp', TIMESTAMP);
    if (signature === undefined || nonce === undefined || timestamp === undefined) return refused('parameters');

    const reading = matchingReading(signature, this.token + nonce + timestamp);
    if (reading === undefined) return refused('signature');
    const sentAt = timestamp.length === 10 ? Number(timestamp) * 1000 : Number(timestamp);
    if (Math.abs(this.clock.now() - sentAt) > TOLERANCE_MS) return refused('timestamp');
    if (!this.used.take(signature)) return refused('replay');
    return { accepted: true, nonce, reading };
  }
}

function refused(reason: HandshakeRefusal): HandshakeResult {
  return { accepted: false, reason };
}

/** A parameter that is there exactly once and has the right form. */
function single(parameters: URLSearchParams, name: string, form: RegExp): string | undefined {
  const values = parameters.getAll(name);
  return values.length === 1 && form.test(values[0]) ? values[0] : undefined;
}

/** Both readings are always computed and compared in constant time: how long it takes tells nothing about the token. */
function matchingReading(signature: string, text: string): DigestReading | undefined {
  const given = Buffer.from(signature, 'latin1');
  const inner = createHash('sha1').update(text, 'utf8').digest();
  const hex = timingSafeEqual(given, md5(inner.toString('hex')));
  const raw = timingSafeEqual(given, md5(inner));
  return hex ? 'hex' : raw ? 'raw' : undefined;
}

function md5(data: string | Buffer): Buffer {
  return Buffer.from(createHash('md5').update(data).digest('hex'), 'latin1');
}
