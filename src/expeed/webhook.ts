import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Timer } from '../cloud/clock';
import { Deadlines } from '../cloud/deadlines';
import { type AddressList, plainAddress } from './address-list';
import { Duplicates } from './duplicates';
import { FailureLimit } from './failure-limit';
import { type DigestReading, Handshake, type HandshakeRefusal, UsedSignatures } from './handshake';
import { isSafeValue, nestsDeeper, quoteLongIntegers } from './json';
import { type PushFate, PushQueue } from './push-queue';
import { looksEncrypted, type Push, readPush } from './pushes';
import { BODY_DEADLINE_MS, MAX_BODY_BYTES, PendingBody, readBody } from './request-body';
import type { Timestamps } from './timestamp';

/** What an Express application adds to a request. */
export interface WebhookRequest extends IncomingMessage {
  /** The address by the application's `trust proxy` setting; without one it is the socket's. */
  ip?: string;
  /** The body, where a parser of the application came first. */
  body?: unknown;
}

/** What a receiver has to tell its owner. */
export type WebhookNotice =
  | { readonly kind: 'registered'; readonly reading: DigestReading }
  | { readonly kind: 'handshakeRefused'; readonly reason: HandshakeRefusal }
  /** A push in ciphertext mode, which is not documented and cannot be read. */
  | { readonly kind: 'ciphertext' }
  /** A push that cannot be read, with the HTTP status of the answer. */
  | { readonly kind: 'refused'; readonly status: number; readonly word: string }
  | { readonly kind: 'queueFull' };

/**
 * What a receiver remembers of its address and must not forget with a redeploy: else a handshake could be replayed and
 * a push repeated.
 */
export class WebhookMemory {
  readonly duplicates: Duplicates;
  readonly signatures: UsedSignatures;
  readonly failures: FailureLimit;

  constructor(clock: Clock) {
    this.duplicates = new Duplicates(clock);
    this.signatures = new UsedSignatures(clock);
    this.failures = new FailureLimit(clock);
  }
}

export interface WebhookOptions {
  /** Token entered on Expeed's page; empty refuses every handshake. */
  token: string;
  timestamps: Timestamps;
  clock: Clock;
  memory: WebhookMemory;
  /** Who may call; undefined lets everybody. */
  allowFrom?: AddressList;
  /** Hands a push to the flow. */
  emit(push: Push): void;
  notify(notice: WebhookNotice): void;
  /** Calls back in a later turn of the event loop; for tests. */
  defer?: (callback: () => void) => void;
}

/** Levels that a push may nest; the documents' have three. */
const MAX_DEPTH = 32;

/** A sender has this long to read our answer, milliseconds, however slowly it still sends. */
const LINGER_MS = 1500;

/** A request that is not complete by then loses its connection. */
const LONGEST_MS = BODY_DEADLINE_MS + LINGER_MS;

/** Bytes that are read of a body after its answer. Each costs memory until the garbage collector comes by. */
const MOST_THROWN_AWAY = 2 ** 20;

/** Seconds after which a sender that found us too busy may try again. */
const RETRY_AFTER = '5';

/** Both spellings of the message: the documents' tables use one each. */
const ACCEPTED = JSON.stringify({ result_code: 0, result_message: 'ok', result_msg: 'ok' });

const ALWAYS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
const JSON_HEADERS = { 'Content-Type': 'application/json; charset=utf-8', ...ALWAYS };
const TEXT_HEADERS = { 'Content-Type': 'text/plain; charset=utf-8', ...ALWAYS };

const JSON_TYPE = /^(?:application|text)\/(?:[\w.-]+\+)?json$/i;

/** Why a request was refused, in the words of its answer: short, and the same whatever the cause was in detail. */
const WORDS: Readonly<Record<number, string>> = {
  400: 'bad request',
  403: 'forbidden',
  405: 'method not allowed',
  408: 'request timeout',
  413: 'too large',
  415: 'unsupported media type',
  429: 'too many requests',
  503: 'unavailable',
};

/** The one answer in more than a word: its reader has to act on Expeed's page. */
const CIPHERTEXT_ANSWER =
  'ciphertext mode is not supported: choose plaintext as the encryption mode where the URL is registered (加密方式请选择“明文”)';

class Refusal {
  constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly text = WORDS[status],
  ) {}
}

/**
 * Answers what Expeed sends to a registered URL: GET is the registration handshake, POST a push. It trusts nothing that
 * comes in, since pushes are not signed: sizes, times and depths are bounded, answers are short and say nothing about
 * the machine.
 */
export class Webhook {
  private readonly handshake: Handshake;
  private readonly queue: PushQueue<Push>;
  /** Of the bodies that are being read. */
  private readonly deadlines: Deadlines;
  private held = 0;
  private whenIdle: (() => void) | undefined;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: WebhookOptions) {
    const { token, clock, emit, defer } = options;
    const { signatures, duplicates } = options.memory;
    this.deadlines = new Deadlines(clock);
    this.handshake = new Handshake(token, clock, signatures);
    this.queue = new PushQueue((push) => {
      if (duplicates.isRepeated(push)) return;
      emit(push);
      duplicates.note(push);
    }, defer);
  }

  /** Answers one request; never throws, and leaves no request unanswered. */
  handle(request: WebhookRequest, response: ServerResponse): void {
    this.held++;
    void this.answer(request, response)
      .catch(() => {
        response.destroy();
      })
      .then(() => {
        this.held--;
        if (this.held === 0) this.whenIdle?.();
      });
  }

  /** Requests that have no answer yet. */
  get pending(): number {
    return this.held;
  }

  /** Ends every request that is still held with 503 and waits for that. */
  close(): Promise<void> {
    this.closing ??= new Promise((resolve) => {
      this.whenIdle = resolve;
    });
    for (const entry of this.deadlines.entries()) {
      if (entry instanceof PendingBody) entry.abandon();
    }
    this.deadlines.clear();
    this.queue.close();
    if (this.held === 0) this.whenIdle?.();
    return this.closing;
  }

  private async answer(request: WebhookRequest, response: ServerResponse): Promise<void> {
    const beganAt = this.options.clock.mono();
    let status = 200;
    let headers: Readonly<Record<string, string>> = JSON_HEADERS;
    let text = ACCEPTED;
    try {
      const nonce = await this.respond(request);
      if (nonce !== undefined) {
        headers = TEXT_HEADERS;
        text = nonce;
      }
    } catch (error) {
      const refusal = error instanceof Refusal ? error : unavailable();
      status = refusal.status;
      headers = { ...TEXT_HEADERS, ...refusal.headers };
      text = refusal.text;
    }
    const whole = request.complete || request.destroyed;
    if (!response.headersSent && !response.destroyed) {
      response.writeHead(status, Object.assign({ 'Content-Length': Buffer.byteLength(text) }, headers));
      // In one go where that is possible: what is written before the end takes a write of its own.
      if (!whole) response.write(text);
    } else text = '';
    if (whole) response.end(text);
    else this.endLater(request, response, beganAt);
  }

  /** Does what the request asks for. @returns the nonce of a handshake; undefined for a push @throws Refusal */
  private async respond(request: WebhookRequest): Promise<string | undefined> {
    if (this.closing) throw unavailable();
    const address = request.ip ?? request.socket.remoteAddress ?? '';
    if (this.options.allowFrom && !this.options.allowFrom.has(address)) throw new Refusal(403);
    if (request.method === 'GET') return this.shakeHands(request, plainAddress(address));
    if (request.method !== 'POST') throw new Refusal(405, { Allow: 'GET, POST' });
    await this.take(await this.readPush(request));
    return undefined;
  }

  private shakeHands(request: IncomingMessage, address: string): string {
    const { failures } = this.options.memory;
    const waitMs = failures.waitMs(address);
    if (waitMs > 0) throw new Refusal(429, { 'Retry-After': String(Math.ceil(waitMs / 1000)) });
    const url = request.url ?? '';
    const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
    const result = this.handshake.check(query);
    if (!result.accepted) {
      failures.failed(address);
      this.options.notify({ kind: 'handshakeRefused', reason: result.reason });
      throw new Refusal(403);
    }
    this.options.notify({ kind: 'registered', reading: result.reading });
    return result.nonce;
  }

  /** @throws Refusal when the push repeats nothing and cannot be taken now. */
  private async take(push: Push): Promise<void> {
    const fate: PushFate | undefined = await this.queue.add(push);
    if (fate === 'handed') return;
    if (fate === undefined) this.options.notify({ kind: 'queueFull' });
    throw unavailable();
  }

  private async readPush(request: WebhookRequest): Promise<Push> {
    const { 'content-type': contentType, 'content-encoding': encoding } = request.headers;
    const wasParsed = request.readableEnded;
    if (!wasParsed && encoding !== undefined && encoding.toLowerCase() !== 'identity') throw this.refused(415);
    const isJson = isJsonType(contentType);
    const parsed = wasParsed ? this.parsedBody(request) : await this.ownBody(request, isJson);
    if (!isJson) throw looksEncrypted(parsed.text) ? this.ciphertext() : this.refused(415);
    const body = parsed.text === undefined ? parsed.value : this.parse(parsed.text);
    const push = readPush(body, this.options.timestamps);
    if (push) return push;
    throw looksEncrypted(body) ? this.ciphertext() : this.refused(400);
  }

  /** Text of another type is read as well: it may be a ciphertext, whose sender must be told what to change. */
  private async ownBody(request: WebhookRequest, isJson: boolean): Promise<{ text: string }> {
    const result = await readBody(request, this.deadlines);
    if (this.closing) throw unavailable();
    switch (result.state) {
      case 'text':
        return { text: result.text };
      case 'tooLarge':
        throw this.refused(413);
      case 'tooSlow':
        throw this.refused(408);
      case 'notText':
        throw this.refused(isJson ? 400 : 415);
      default:
        throw this.refused(400);
    }
  }

  /** The body that a parser of the application has read before us. Its limits are not ours: it is measured again. */
  private parsedBody(request: WebhookRequest): { text?: undefined; value: unknown } {
    const { body } = request;
    if (Number(request.headers['content-length']) > MAX_BODY_BYTES) throw this.refused(413);
    if (!isSafeValue(body, MAX_DEPTH)) throw this.refused(400);
    const size = request.headers['content-length'] === undefined ? Buffer.byteLength(JSON.stringify(body) ?? '') : 0;
    if (size > MAX_BODY_BYTES) throw this.refused(413);
    return { value: body };
  }

  private parse(text: string): unknown {
    if (nestsDeeper(text, MAX_DEPTH)) throw this.refused(400);
    let body: unknown;
    try {
      body = JSON.parse(quoteLongIntegers(text));
    } catch {
      throw looksEncrypted(text) ? this.ciphertext() : this.refused(400);
    }
    if (!isSafeValue(body, MAX_DEPTH)) throw this.refused(400);
    return body;
  }

  private refused(status: number): Refusal {
    this.options.notify({ kind: 'refused', status, word: WORDS[status] });
    return new Refusal(status);
  }

  private ciphertext(): Refusal {
    this.options.notify({ kind: 'ciphertext' });
    return new Refusal(415, {}, CIPHERTEXT_ANSWER);
  }

  /**
   * Lets a sender that is still busy with its body read our answer before the connection goes: it gets the whole of it
   * now, but its end only with the end of the body, or with the deadline that a body has. Ended at once, the answer would
   * be lost in the reset of a connection that has data under way. Some of the body is read and thrown away, which clients
   * need that send before they listen; a flood is left where it is.
   */
  private endLater(request: IncomingMessage, response: ServerResponse, beganAt: number): void {
    const { clock } = this.options;
    let thrownAway = 0;
    const end = (): void => {
      clock.clearTimeout(timer);
      request.off('data', count).off('end', end).off('close', end);
      response.end();
    };
    const arm = (ms: number): Timer => {
      const armed = clock.setTimeout(() => {
        end();
        request.destroy();
      }, ms);
      (armed as { unref?(): void }).unref?.();
      return armed;
    };
    const count = (chunk: Buffer): void => {
      thrownAway += chunk.length;
      if (thrownAway < MOST_THROWN_AWAY) return;
      request.off('data', count).pause();
      clock.clearTimeout(timer);
      timer = arm(LINGER_MS);
    };
    let timer = arm(this.closing ? LINGER_MS : Math.max(LINGER_MS, LONGEST_MS - (clock.mono() - beganAt)));
    request.on('data', count).on('end', end).on('close', end);
  }
}

function unavailable(): Refusal {
  return new Refusal(503, { 'Retry-After': RETRY_AFTER });
}

/** JSON in UTF-8; a sender that names no type at all is given the benefit of the doubt. */
function isJsonType(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim());
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter))?.replace(/^charset=/i, '');
  return JSON_TYPE.test(type) && (charset === undefined || /^"?utf-?8"?$/i.test(charset));
}
