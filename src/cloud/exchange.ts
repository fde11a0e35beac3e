import type { Dispatcher } from 'undici';
import type { DeadlineList, Deadlines, Expiring } from './deadlines';
import { CloudError } from './errors';
import { timeoutError, wireError } from './wire-errors';
import { findHeader, WireReply } from './wire-reply';

/** Receives what becomes of one request. Exactly one of `onReply` and `onFailure` is called, once. */
export interface ReplySink {
  /**
   * Asked right before the first byte is written, when a connection is there: an error returned here ends the exchange
   * with it, and nothing is sent. For what may have changed meanwhile: a command has grown too old, a node was closed.
   */
  refusal(): CloudError | undefined;
  onReply(reply: WireReply): void;
  /** `error.outcome` is `not-sent` when no byte of the request left, for certain, and `unknown` otherwise. */
  onFailure(error: CloudError): void;
}

/** What all exchanges of a transport share. */
export interface ExchangeHost {
  /** Host with port, for texts. */
  readonly host: string;
  readonly deadlines: Deadlines;
  readonly maxReplyBytes: number;
  /** The head of an answer has come. */
  onHead(raw: readonly Buffer[]): void;
  /** The exchange is over and its connection free or gone. */
  onEnd(exchange: Exchange): void;
}

/** Given to the library where it only has to stop; nobody sees it. */
const STOPPED = Object.assign(new Error('stopped'), { code: 'UND_ERR_ABORTED' });

/**
 * One request on its way: the library's handler for it, its deadline, and the line between "no byte has left" and "it
 * may have been carried out", which `onConnect` draws, called right before the write.
 *
 * The handler speaks undici's older callback names: the newer ones decode all headers into an object first, of which
 * most calls need four; undici 7 takes both.
 */
export class Exchange implements Expiring, Dispatcher.DispatchHandler {
  deadlineAt = 0;
  deadlineList: DeadlineList | undefined;
  deadlinePrevious: Expiring | undefined;
  deadlineNext: Expiring | undefined;
  /** Whether bytes of the request may have left. */
  begun = false;
  private sink: ReplySink | undefined;
  private stop: ((reason?: Error) => void) | undefined;
  private status = 0;
  private rawHeaders: readonly Buffer[] = [];
  private first: Buffer | undefined;
  private chunks: Buffer[] | undefined;
  private size = 0;

  constructor(
    private readonly transport: ExchangeHost,
    sink: ReplySink,
    private readonly timeoutMs: number,
    /** Whether it rides on a connection for commands. */
    readonly fresh: boolean,
  ) {
    this.sink = sink;
  }

  /** Ends the exchange with `error`, unless it is over; the connection is closed when the request has begun. */
  abort(error: CloudError): void {
    const sink = this.end();
    if (!sink) return;
    this.stop?.(STOPPED);
    sink.onFailure(error);
  }

  expire(): void {
    this.abort(timeoutError(this.transport.host, this.timeoutMs, this.begun ? 'unknown' : 'not-sent'));
  }

  onConnect(stop: (reason?: Error) => void): void {
    // Throwing here takes the request out of the library's queue and leaves the connection to the next one.
    if (!this.sink || this.begun) throw STOPPED;
    const refusal = this.sink.refusal();
    if (refusal) {
      this.abort(refusal);
      throw STOPPED;
    }
    this.begun = true;
    this.stop = stop;
  }

  onHeaders(status: number, raw: Buffer[]): boolean {
    if (status < 200 || !this.sink) return true;
    this.status = status;
    this.rawHeaders = raw;
    this.transport.onHead(raw);
    const error = this.headError(status, raw);
    if (error) this.abort(error);
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (!this.sink) return true;
    this.size += chunk.length;
    if (this.size > this.transport.maxReplyBytes) {
      this.abort(this.badResponse('tooLarge', { limit: Math.round(this.transport.maxReplyBytes / 2 ** 20) }));
    } else if (!this.first) this.first = chunk;
    else if (this.chunks) this.chunks.push(chunk);
    else this.chunks = [this.first, chunk];
    return true;
  }

  onComplete(): void {
    const sink = this.end();
    if (!sink) return;
    const body = this.chunks ? Buffer.concat(this.chunks, this.size) : this.first;
    sink.onReply(new WireReply(this.status, this.rawHeaders, body ? body.toString('utf8') : ''));
  }

  onError(error: Error): void {
    const { begun, status } = this;
    this.end()?.onFailure(wireError(error, { host: this.transport.host, begun, answered: status > 0 }));
  }

  private headError(status: number, raw: readonly Buffer[]): CloudError | undefined {
    if (status >= 300 && status < 400) {
      // Following one would show credentials and bodies to another host. Only 303 says that the request was carried out.
      return this.badResponse('redirect', { status }, status === 303 ? 'unknown' : 'refused');
    }
    const encoding = findHeader(raw, 'content-encoding');
    if (encoding !== undefined && encoding.trim() !== '' && encoding.trim().toLowerCase() !== 'identity') {
      return this.badResponse('encoding', { given: encoding.slice(0, 40) });
    }
    return undefined;
  }

  private badResponse(
    kind: string,
    textParams: Record<string, string | number>,
    outcome: 'refused' | 'unknown' = 'unknown',
  ): CloudError {
    return new CloudError({
      code: 'GIZ_BAD_RESPONSE',
      textKey: `errors.badResponse.${kind}`,
      textParams,
      statusCode: this.status,
      outcome,
    });
  }

  private end(): ReplySink | undefined {
    const sink = this.sink;
    if (!sink) return undefined;
    this.sink = undefined;
    this.transport.deadlines.disarm(this);
    this.transport.onEnd(this);
    return sink;
  }
}
