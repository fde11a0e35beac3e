import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../../cloud/clock';
import { hex } from '../world/random';
import type { ExpeedBehaviour } from './behaviour';
import { toJson } from './long-ids';
import { PLATFORM } from './platform';

/** How the user of the platform's page wants to be pushed to. */
export interface RegistrationRequest {
  url: string;
  /** The token that the receiver knows; a fixed one unless given. */
  token?: string;
  encryption?: 'plaintext' | 'ciphertext';
}

/** One registered address. */
export interface Registration {
  readonly url: string;
  readonly encryption: 'plaintext' | 'ciphertext';
  /** `checking` until the handshake has ended. */
  state: 'checking' | 'active' | 'refused';
  /** Why it was refused, in plain English. */
  reason?: string;
}

/** A push that was sent. */
export interface Delivery {
  /** Epoch milliseconds. */
  at: number;
  url: string;
  msgType: number;
  /** Status of the answer, or why there was none. */
  answer: number | string;
}

interface Entry {
  registration: Registration;
  waiting: Readonly<Record<string, unknown>>[];
  sending: boolean;
}

const TIMEOUT_MS = 5000;
const MOST_WAITING = 1000;
const MOST_DELIVERIES = 1000;
const ANSWER_LIMIT = 64 * 1024;

/** The addresses that are registered for pushes, their handshakes, and the pushes on their way. */
export class Registrations {
  /** Pushes that were sent, newest last. */
  readonly deliveries: Delivery[] = [];
  private readonly entries = new Map<string, Entry>();
  private readonly closing = new AbortController();
  private handshakes = 0;

  constructor(
    private readonly clock: Clock,
    private readonly seed: number,
    private readonly behaviour: ExpeedBehaviour,
    /** Told whenever the number of active addresses changes. */
    private readonly onChange: (active: number) => void,
  ) {}

  get list(): readonly Registration[] {
    return [...this.entries.values()].map(({ registration }) => registration);
  }

  /** Does the handshake with an address; it is pushed to from then on when it answers the nonce. */
  async register({
    url,
    token = PLATFORM.webhookToken,
    encryption = 'plaintext',
  }: RegistrationRequest): Promise<Registration> {
    const registration: Registration = { url, encryption, state: 'checking' };
    const entry: Entry = { registration, waiting: [], sending: false };
    this.entries.set(url, entry);
    const nonce = hex(8, this.seed, 94, ++this.handshakes);
    const ms = Math.floor(this.clock.now());
    const timestamp = String(this.behaviour.handshakeUnit === 'ms' ? ms : Math.floor(ms / 1000));
    const inner = createHash('sha1').update(token + nonce + timestamp);
    const signature = createHash('md5')
      .update(this.behaviour.digest === 'hex' ? inner.digest('hex') : inner.digest())
      .digest('hex');
    try {
      const target = new URL(url);
      for (const [name, value] of Object.entries({ signature, nonce, timestamp })) target.searchParams.set(name, value);
      const { status, text } = await this.call('GET', target);
      registration.state = status === 200 && text === nonce ? 'active' : 'refused';
      if (registration.state === 'refused') registration.reason = `HTTP ${status}: ${text.slice(0, 100)}`;
    } catch (error) {
      registration.state = 'refused';
      registration.reason = (error as Error).message;
    }
    this.changed();
    return registration;
  }

  /** Takes an address off; false when it was not registered. */
  remove(url: string): boolean {
    const removed = this.entries.delete(url);
    if (removed) this.changed();
    return removed;
  }

  /** Sends a push to every active address, to each in order. */
  push(body: Readonly<Record<string, unknown>>): void {
    for (const entry of this.entries.values()) {
      if (entry.registration.state !== 'active' || entry.waiting.length >= MOST_WAITING) continue;
      entry.waiting.push(body);
      if (!entry.sending) void this.drain(entry);
    }
  }

  close(): void {
    this.closing.abort();
    this.entries.clear();
    this.changed();
  }

  private changed(): void {
    this.onChange(this.list.filter(({ state }) => state === 'active').length);
  }

  private async drain(entry: Entry): Promise<void> {
    const { registration } = entry;
    entry.sending = true;
    for (let body = entry.waiting.shift(); body !== undefined; body = entry.waiting.shift()) {
      if (this.closing.signal.aborted) break;
      const answer = await this.deliver(registration, body);
      const msgType = Number(body.msg_type);
      this.deliveries.push({ at: Math.floor(this.clock.now()), url: registration.url, msgType, answer });
      if (this.deliveries.length > MOST_DELIVERIES) this.deliveries.shift();
    }
    entry.sending = false;
  }

  private async deliver(registration: Registration, body: Readonly<Record<string, unknown>>): Promise<number | string> {
    const plain = toJson(body);
    const sent =
      registration.encryption === 'plaintext'
        ? plain
        : JSON.stringify({ encrypt: createHash('sha512').update(plain).digest('base64') });
    try {
      return (await this.call('POST', new URL(registration.url), sent)).status;
    } catch (error) {
      return (error as Error).message;
    }
  }

  private call(method: string, url: URL, body?: string): Promise<{ status: number; text: string }> {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const outgoing = request(url, {
        method,
        agent: false,
        timeout: TIMEOUT_MS,
        signal: this.closing.signal,
        // A receiver on this machine may have a certificate of its own making.
        rejectUnauthorized: false,
        headers:
          body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (piece: string) => {
          text += piece;
          if (text.length > ANSWER_LIMIT) incoming.destroy(new Error('answer too large'));
        });
        incoming.on('error', reject);
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
      });
      outgoing.end(body);
    });
  }
}
