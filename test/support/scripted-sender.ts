import type { Clock } from '../../src/cloud/clock';
import { CloudError } from '../../src/cloud/errors';
import type { ReplySink } from '../../src/cloud/exchange';
import type { WireRequest } from '../../src/cloud/reply';
import { ServerTime } from '../../src/cloud/server-time';
import type { Sender, SendOptions, SentRequest } from '../../src/cloud/transport';
import { WireReply } from '../../src/cloud/wire-reply';

/** What the scripted cloud does with one request. */
export interface ScriptedAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON, unless it is text. */
  body?: unknown;
  /** Virtual milliseconds until the answer, or the failure. */
  delayMs?: number;
  /** The connection fails instead. */
  error?: CloudError;
  /** Never answers: the try ends by its time. */
  hang?: true;
}

/** A request as it was sent. */
export interface Sent {
  request: WireRequest;
  /** Monotonic milliseconds. */
  at: number;
  fresh: boolean;
}

export type ScriptedCloud = (request: WireRequest, index: number) => ScriptedAnswer;

/** A cloud in virtual time, in the place of a transport. */
export class ScriptedSender implements Sender {
  readonly host = 'cloud.test';
  readonly secrets: readonly string[] = [];
  readonly serverTime: ServerTime;
  readonly sent: Sent[] = [];
  inFlight = 0;
  mostInFlight = 0;
  closed = false;

  constructor(
    private readonly clock: Clock,
    private cloud: ScriptedCloud,
    readonly capacity = 50,
    /** How far the server's clock is ahead of the local one; told in the `Date` header when given. */
    public serverAheadMs?: number,
  ) {
    this.serverTime = new ServerTime(clock);
  }

  /** Changes what is answered from now on. */
  behave(cloud: ScriptedCloud): void {
    this.cloud = cloud;
  }

  /** Paths sent so far. */
  get paths(): string[] {
    return this.sent.map(({ request }) => request.path);
  }

  send(request: WireRequest, options: SendOptions, sink: ReplySink): SentRequest {
    const refusal = sink.refusal();
    if (refusal) {
      sink.onFailure(refusal);
      return { begun: false, abort: () => undefined };
    }
    const index = this.sent.length;
    this.sent.push({ request, at: this.clock.mono(), fresh: options.fresh === true });
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    const scripted = this.cloud(request, index);
    const begun = scripted.error?.outcome !== 'not-sent';
    let over = false;
    const end = (call: () => void): void => {
      if (over) return;
      over = true;
      this.inFlight--;
      this.clock.clearTimeout(timer);
      call();
    };
    const late = scripted.hang || (scripted.delayMs ?? 0) >= options.timeoutMs;
    const timer = this.clock.setTimeout(
      () => end(() => (late ? sink.onFailure(timeout(options.timeoutMs)) : this.answer(scripted, sink))),
      late ? options.timeoutMs : (scripted.delayMs ?? 0),
    );
    return { begun, abort: (error) => end(() => sink.onFailure(error)) };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private answer(scripted: ScriptedAnswer, sink: ReplySink): void {
    if (scripted.error) {
      sink.onFailure(scripted.error);
      return;
    }
    const headers = { ...scripted.headers };
    if (this.serverAheadMs !== undefined) {
      headers.date = new Date(this.clock.now() + this.serverAheadMs).toUTCString();
      this.serverTime.observe(headers.date);
    }
    const raw = Object.entries(headers)
      .flat()
      .map((part) => Buffer.from(part, 'latin1'));
    const { body = {} } = scripted;
    sink.onReply(new WireReply(scripted.status ?? 200, raw, typeof body === 'string' ? body : JSON.stringify(body)));
  }
}

function timeout(ms: number): CloudError {
  return new CloudError({
    code: 'GIZ_TIMEOUT',
    textKey: 'errors.timeout',
    textParams: { host: 'cloud.test', seconds: ms / 1000 },
    outcome: 'unknown',
    retryable: true,
  });
}

/** A failure of the connection. */
export function networkFailure(outcome: 'not-sent' | 'unknown' = 'unknown'): CloudError {
  return new CloudError({
    code: 'GIZ_NETWORK',
    textKey: 'errors.networkCases.reset',
    textParams: { host: 'cloud.test' },
    outcome,
    retryable: true,
  });
}
