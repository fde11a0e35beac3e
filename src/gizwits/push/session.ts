import type { Clock, Timer } from '../../cloud/clock';
import { CloudError } from '../../cloud/errors';
import { timeoutError } from '../../cloud/wire-errors';
import { FrameReader, isObject } from './frame-reader';
import { loginRequest, PING, type ProductEvents } from './frames';
import { Heartbeat } from './heartbeat';
import { LineSplitter } from './line-splitter';
import type { LineStats } from './line-stats';
import type { Dial, Link } from './link';
import type { VendorText } from './remote-control';

export interface SessionOptions {
  clock: Clock;
  dial: Dial;
  /** Host with port, as texts name it. */
  host: string;
  prefetch: number;
  maxLineBytes: number;
  /** Milliseconds until TLS must be up, and from then until the login must be answered. */
  connectMs: number;
  loginMs: number;
  /** What to log in with; asked when the link is up. */
  login(): readonly ProductEvents[];
  vendorText: VendorText;
  lineStats: LineStats;
}

/** What a session tells its owner. */
export interface SessionHandlers {
  /** The link is up; delivery ids from now on belong to this connection. */
  onOpen(): void;
  /** The login was accepted. */
  onReady(): void;
  /** Wraps the handling of one chunk. */
  batch(work: () => void): void;
  onEvent(reader: FrameReader, deep: boolean): void;
  onControlAnswer(body: Record<string, unknown>): void;
  onSubscriptionAnswer(kind: 'subscribe' | 'unsubscribe', body: Record<string, unknown>): void;
  /** The server did not accept some message of ours, and the connection goes on. */
  onRejected(body: Record<string, unknown>): void;
  /** Acknowledgements to be written with this chunk. */
  takeAcknowledgements(): string;
  /**
   * More bytes are likely to follow at once: whether the acknowledgements may wait for theirs. Then the owner sees to it
   * that they do not wait for long.
   */
  mayHoldBack(): boolean;
  /** After each chunk. */
  onChunkDone(): void;
  /** The connection is closed; comes exactly once and last. */
  onEnd(end: SessionEnd): void;
}

export interface SessionEnd {
  /** Why, unless the owner wanted it. */
  error?: CloudError;
  /** The login was refused. */
  refused: boolean;
  /** The login had been accepted before. */
  ready: boolean;
}

/** Bytes of a full TLS record (RFC 8446, 5.1), which is how node hands them over. Another one follows most of the time. */
const FULL_RECORD = 16_384;

/** Time that a graceful end gets before the link is destroyed. */
const END_MS = 1000;

/** Codes of `invalid_msg`, as clients in production treat them; there is no official table. */
const INVALID = { serverError: 4000, notLoggedIn: [4001, 4003], alreadyLoggedIn: 4009 } as const;

/** One connection from its dialling to its close: login, frames, heartbeat. It is never used twice. */
export class Session {
  private readonly link: Link;
  private readonly splitter: LineSplitter;
  private readonly reader = new FrameReader();
  private readonly heartbeat: Heartbeat;
  private timer: Timer | undefined;
  private state: 'dialling' | 'login' | 'ready' | 'ending' = 'dialling';
  private wasReady = false;
  private refused = false;
  private error: CloudError | undefined;
  private reading = true;
  /** What this connection has logged in with. */
  login: readonly ProductEvents[] = [];
  private readonly onLine = (bytes: Buffer, from: number, to: number) => this.takeLine(bytes, from, to);

  constructor(
    private readonly options: SessionOptions,
    private readonly handlers: SessionHandlers,
  ) {
    const { clock, maxLineBytes } = options;
    this.splitter = new LineSplitter(maxLineBytes);
    this.heartbeat = new Heartbeat(clock, {
      ping: () => this.write(PING),
      dead: () => this.fail(this.silence()),
      listening: () => this.reading,
    });
    this.arm(options.connectMs);
    this.link = options.dial({
      onOpen: () => this.opened(),
      onData: (chunk) => this.take(chunk),
      onClose: (error) => this.closed(error),
    });
  }

  get ready(): boolean {
    return this.state === 'ready';
  }

  /** @returns false when nothing can be written any more */
  write(text: string): boolean {
    if (this.state === 'dialling' || this.state === 'ending') return false;
    if (!this.link.write(text)) return false;
    this.heartbeat.sent(this.options.clock.mono());
    return true;
  }

  /** Writes the acknowledgements that wait. */
  flush(): void {
    const text = this.handlers.takeAcknowledgements();
    if (text !== '') this.write(text);
  }

  /** Stops or resumes reading. */
  setReading(reading: boolean): void {
    if (reading === this.reading || this.state === 'ending') return;
    this.reading = reading;
    if (reading) this.link.resume();
    else this.link.pause();
  }

  /** Ends the connection after everything written has left. */
  finish(): void {
    if (this.state === 'ending') return;
    this.flush();
    const dialling = this.state === 'dialling';
    this.stop();
    if (dialling) {
      this.link.destroy();
      return;
    }
    this.link.end();
    this.timer = this.options.clock.setTimeout(() => this.link.destroy(), END_MS);
  }

  /** Ends the connection at once. */
  fail(error: CloudError): void {
    if (this.state === 'ending') return;
    this.error = error;
    this.stop();
    this.link.destroy();
  }

  private stop(): void {
    this.state = 'ending';
    this.disarm();
    this.heartbeat.stop();
  }

  private arm(ms: number): void {
    const { clock, host } = this.options;
    this.disarm();
    this.timer = clock.setTimeout(() => this.fail(timeoutError(host, ms, 'not-sent')), ms);
  }

  private disarm(): void {
    if (this.timer !== undefined) this.options.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private opened(): void {
    if (this.state !== 'dialling') return;
    this.state = 'login';
    this.arm(this.options.loginMs);
    this.login = this.options.login();
    this.handlers.onOpen();
    this.write(loginRequest(this.options.prefetch, this.login));
  }

  private closed(error: CloudError | undefined): void {
    const byOwner = this.state === 'ending' && this.error === undefined;
    this.stop();
    const end: SessionEnd = { refused: this.refused, ready: this.wasReady };
    if (!byOwner) end.error = this.error ?? error ?? this.cut();
    this.handlers.onEnd(end);
  }

  private take(chunk: Buffer): void {
    if (this.state === 'ending') return;
    this.heartbeat.heard(this.options.clock.mono());
    let followed = true;
    this.handlers.batch(() => {
      followed = this.splitter.push(chunk, this.onLine);
    });
    // A write costs as much as reading a hundred events.
    if (chunk.length < FULL_RECORD || !this.handlers.mayHoldBack()) this.flush();
    if (!followed) {
      this.options.lineStats.tooLong++;
      const limit = Math.round(this.options.maxLineBytes / 2 ** 20);
      this.fail(this.protocolError('lineTooLong', { limit }));
    }
    this.handlers.onChunkDone();
  }

  private takeLine(bytes: Buffer, from: number, to: number): void {
    // The rest of a chunk may follow the line that ended the connection.
    if (this.state === 'ending') return;
    const { lineStats } = this.options;
    switch (this.reader.read(bytes, from, to)) {
      case 'blank':
        lineStats.blank++;
        return;
      case 'garbage':
        lineStats.garbage++;
        return;
      case 'no-heartbeat':
        this.fail(this.protocolError('noHeartbeat'));
        return;
      case 'deep':
        if (this.reader.body.cmd === 'event_push') this.handlers.onEvent(this.reader, true);
        else lineStats.unknown++;
        return;
      case 'frame':
        this.takeFrame(this.reader.body);
    }
  }

  private takeFrame(body: Record<string, unknown>): void {
    switch (body.cmd) {
      case 'event_push':
        this.handlers.onEvent(this.reader, false);
        return;
      case 'pong':
        return;
      case 'login_res':
        this.takeLoginAnswer(body);
        return;
      case 'remote_control_res':
      case 'remote_control_v2_res':
        this.handlers.onControlAnswer(body);
        return;
      case 'subscribe_res':
        this.handlers.onSubscriptionAnswer('subscribe', body);
        return;
      case 'unsubscribe_res':
        this.handlers.onSubscriptionAnswer('unsubscribe', body);
        return;
      case 'invalid_msg':
        this.takeInvalid(body);
        return;
      default:
        this.options.lineStats.unknown++;
    }
  }

  private takeLoginAnswer(body: Record<string, unknown>): void {
    const answer = isObject(body.data) ? body.data : body;
    if (answer.result === true) {
      this.becomeReady();
    } else if (answer.result === false) {
      this.refuse(answer.msg);
    } else if (this.state === 'login') {
      this.fail(this.protocolError('loginGarbage'));
    }
  }

  private becomeReady(): void {
    if (this.state !== 'login') return;
    this.disarm();
    this.state = 'ready';
    this.wasReady = true;
    this.heartbeat.start();
    this.handlers.onReady();
  }

  private refuse(message: unknown, code?: number): void {
    const text = this.options.vendorText(message);
    const product = this.login.map((login) => login.product.productKey).join(', ');
    this.refused = true;
    this.fail(
      new CloudError({
        code: code === undefined ? 'GIZ_REFUSED' : `GIZ_${code}`,
        textKey: this.login.length > 1 ? 'push.refusedOpen' : 'push.refused',
        textParams: { product, message: code === undefined ? text : `${code}: ${text}` },
        vendorMessage: text,
        vendorCode: code,
        outcome: 'refused',
      }),
    );
  }

  private takeInvalid(body: Record<string, unknown>): void {
    const code = Number(body.error_code);
    if (code === INVALID.alreadyLoggedIn) {
      this.becomeReady();
    } else if (code === INVALID.serverError) {
      this.fail(this.vendorError('serverError', code, body.msg));
    } else if (this.state === 'login') {
      // The login itself was not accepted, and would not be when repeated.
      this.refuse(body.msg, Number.isInteger(code) ? code : undefined);
    } else {
      this.handlers.onRejected(body);
      const lost = (INVALID.notLoggedIn as readonly number[]).includes(code);
      if (lost) this.fail(this.vendorError('notLoggedIn', code, body.msg));
    }
  }

  private vendorError(textKey: 'serverError' | 'notLoggedIn', code: number, message: unknown): CloudError {
    const text = this.options.vendorText(message);
    return new CloudError({
      code: `GIZ_${code}`,
      textKey: `push.${textKey}`,
      textParams: { code, message: text },
      vendorCode: code,
      vendorMessage: text,
      outcome: 'refused',
      retryable: true,
    });
  }

  private protocolError(
    key: 'noHeartbeat' | 'loginGarbage' | 'lineTooLong',
    params: { limit?: number } = {},
  ): CloudError {
    return new CloudError({
      code: key === 'noHeartbeat' ? 'GIZ_NETWORK' : 'GIZ_BAD_RESPONSE',
      textKey: `push.${key}`,
      textParams: { host: this.options.host, ...params },
      outcome: 'not-sent',
      retryable: true,
    });
  }

  private silence(): CloudError {
    const { host } = this.options;
    const textParams = { host, seconds: this.heartbeat.silentSeconds };
    return new CloudError({
      code: 'GIZ_TIMEOUT',
      textKey: 'push.silent',
      textParams,
      outcome: 'not-sent',
      retryable: true,
    });
  }

  private cut(): CloudError {
    const textParams = { host: this.options.host };
    const textKey = 'errors.networkCases.reset';
    return new CloudError({ code: 'GIZ_NETWORK', textKey, textParams, outcome: 'not-sent', retryable: true });
  }
}
