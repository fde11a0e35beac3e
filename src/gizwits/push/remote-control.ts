import type { Clock, Timer } from '../../cloud/clock';
import { badInput, CloudError } from '../../cloud/errors';
import { type ControlVersion, encodeCommand, type RemoteCommand, readResult, requestName } from './control-codec';
import { controlRequest } from './frames';

export interface ControlOptions {
  /** Default `v2`. */
  version?: ControlVersion;
  /** Milliseconds from now within which the command may be sent; it is never sent later. Default 10 000. */
  deadlineMs?: number;
  /** Milliseconds to wait for the answer once it is sent. Default 10 000. */
  answerMs?: number;
  /** Gives up waiting; a command that was sent ends as of unknown outcome. */
  signal?: AbortSignal;
}

/** `accepted`: the cloud took the command; whether the device did what it says is told by the device's next report. */
export type ControlResult = { did: string; outcome: 'accepted' } | { did: string; error: CloudError };

/** The server's words, made fit to be shown. */
export type VendorText = (value: unknown) => string;

const DEFAULT_DEADLINE_MS = 10_000;
const DEFAULT_ANSWER_MS = 10_000;
/** Commands in one request. The protocol names no limit. */
const BATCH = 50;

/** One command on its way to a result. */
interface Job {
  readonly did: string;
  readonly body: unknown;
  result?: ControlResult;
}

interface Request {
  readonly messageId: string;
  readonly cmd: string;
  readonly jobs: readonly Job[];
  readonly answerMs: number;
  /** Monotonic milliseconds until which it may be sent. */
  readonly freshUntil: number;
  sent: boolean;
  timer: Timer | undefined;
  finish(): void;
}

/**
 * Commands over the push connection. A command is written at most once: what was on its way when the connection broke,
 * or is not answered in time, ends as `GIZ_OUTCOME_UNKNOWN` and is not sent again. Answers find their request by
 * `msg_id` alone; one that comes too late finds none.
 */
export class RemoteControl {
  private readonly waiting = new Set<Request>();
  private readonly inFlight = new Map<string, Request>();
  private messages = 0;
  private write: ((text: string) => boolean) | undefined;
  private unavailable: CloudError | undefined;
  /** Answers that no request was waiting for. */
  lateAnswers = 0;

  /** @param name Differs from that of every other client, also of those of an earlier process. */
  constructor(
    private readonly clock: Clock,
    private readonly name: string,
    private readonly vendorText: VendorText,
  ) {}

  /** Requests sent and not answered. */
  get unanswered(): number {
    return this.inFlight.size;
  }

  /**
   * Sends commands once the connection is logged in, and waits for their answers.
   * @returns one result a command, in order
   * @throws CloudError GIZ_BAD_INPUT when a command cannot be sent as it is; nothing was sent then
   */
  async control(commands: readonly RemoteCommand[], options: ControlOptions = {}): Promise<ControlResult[]> {
    const { version = 'v2', deadlineMs = DEFAULT_DEADLINE_MS, answerMs = DEFAULT_ANSWER_MS, signal } = options;
    if (commands.length === 0) throw badInput('noItems', { field: 'commands', accepted: '1..' });
    const jobs: Job[] = commands.map((command) => ({ did: command.did, body: encodeCommand(command, version) }));
    const requests: Request[] = [];
    const finished = batches(jobs).map(
      (batch) =>
        new Promise<void>((resolve) => {
          requests.push({
            messageId: `${this.name}-${(++this.messages).toString(36)}`,
            cmd: requestName(version),
            jobs: batch,
            answerMs,
            freshUntil: this.clock.mono() + deadlineMs,
            sent: false,
            timer: undefined,
            finish: resolve,
          });
        }),
    );
    const abort = () => {
      for (const request of requests) this.end(request, request.sent ? unknownOutcome() : closed());
    };
    if (signal?.aborted) abort();
    else for (const request of requests) this.begin(request);
    signal?.addEventListener('abort', abort, { once: true });
    await Promise.all(finished);
    signal?.removeEventListener('abort', abort);
    return jobs.map(({ did, result }) => result ?? { did, error: unknownOutcome() });
  }

  /** The connection is logged in: what waits and is fresh goes out. */
  connected(write: (text: string) => boolean): void {
    this.write = write;
    this.unavailable = undefined;
    for (const request of [...this.waiting]) this.send(request);
  }

  /** The connection is gone: what was sent may or may not have been done. */
  disconnected(): void {
    this.write = undefined;
    for (const request of [...this.inFlight.values()]) this.end(request, unknownOutcome());
  }

  /** Nothing can be sent for a longer while, e.g. because the login was refused: commands fail at once. */
  refuse(error: CloudError): void {
    this.unavailable = error;
    for (const request of [...this.waiting]) this.end(request, error);
  }

  /** The client closes: what waits was not sent, what was sent is of unknown outcome. */
  close(): void {
    this.refuse(closed());
    this.disconnected();
  }

  /** Takes a `remote_control_res` or `remote_control_v2_res`. */
  answered(body: Record<string, unknown>): void {
    const request = this.inFlight.get(String(body.msg_id));
    if (!request) {
      this.lateAnswers++;
      return;
    }
    const { succeeded, failed } = readResult(body.result);
    for (const job of request.jobs) {
      const { did } = job;
      const accepted = succeeded.has(did);
      // A device in both lists, or in none, leaves open what happened.
      if (accepted === failed.has(did)) continue;
      job.result = accepted ? { did, outcome: 'accepted' } : { did, error: refusal(this.vendorText(failed.get(did))) };
    }
    this.end(request, unknownOutcome());
  }

  /**
   * Takes an `invalid_msg`, which the server sends instead of an answer to a message it does not accept.
   * @returns whether it could be told which request it belongs to
   */
  rejected(body: Record<string, unknown>, onlyCandidate: boolean): boolean {
    let request = this.inFlight.get(String(body.msg_id));
    // It carries no id by the document; with a single request under way there is no doubt.
    if (!request && onlyCandidate && this.inFlight.size === 1) [request] = this.inFlight.values();
    if (!request) return false;
    const number = Number(body.error_code);
    const message = this.vendorText(body.msg);
    this.end(
      request,
      Number.isInteger(number)
        ? new CloudError({
            code: `GIZ_${number}`,
            textKey: 'push.invalid',
            textParams: { code: number, message },
            vendorCode: number,
            vendorMessage: message,
            outcome: 'refused',
          })
        : refusal(message),
    );
    return true;
  }

  private begin(request: Request): void {
    if (this.unavailable) {
      this.end(request, this.unavailable);
      return;
    }
    if (this.write) this.send(request);
    else this.wait(request);
  }

  private wait(request: Request): void {
    this.waiting.add(request);
    const wait = Math.max(0, request.freshUntil - this.clock.mono());
    request.timer = this.clock.setTimeout(() => this.end(request, expired()), wait);
  }

  private send(request: Request): void {
    const { timer, messageId, cmd, jobs, answerMs } = request;
    if (timer !== undefined) this.clock.clearTimeout(timer);
    this.waiting.delete(request);
    // Looked at last, because the machine may have slept since the timer was set.
    if (this.clock.mono() > request.freshUntil) {
      this.end(request, expired());
      return;
    }
    const text = controlRequest(
      cmd,
      messageId,
      jobs.map((job) => job.body),
    );
    if (!this.write?.(text)) {
      this.wait(request);
      return;
    }
    request.sent = true;
    this.inFlight.set(messageId, request);
    request.timer = this.clock.setTimeout(() => this.end(request, unknownOutcome()), answerMs);
  }

  /** Commands of the request that have no result yet end with `error`. */
  private end(request: Request, error: CloudError): void {
    if (request.timer !== undefined) this.clock.clearTimeout(request.timer);
    this.waiting.delete(request);
    this.inFlight.delete(request.messageId);
    for (const job of request.jobs) job.result ??= { did: job.did, error };
    request.finish();
  }
}

/** In order, at most {@link BATCH} each, no device twice in one: results name devices only. */
function batches(jobs: readonly Job[]): Job[][] {
  const all: Job[][] = [];
  const dids = new Set<string>();
  let batch: Job[] = [];
  for (const job of jobs) {
    if (batch.length === 0 || batch.length >= BATCH || dids.has(job.did)) {
      batch = [];
      dids.clear();
      all.push(batch);
    }
    batch.push(job);
    dids.add(job.did);
  }
  return all;
}

function refusal(message: string): CloudError {
  return new CloudError({
    code: 'GIZ_REFUSED',
    textKey: 'errors.refused',
    textParams: { message },
    vendorMessage: message,
    outcome: 'refused',
  });
}

function unknownOutcome(): CloudError {
  return new CloudError({ code: 'GIZ_OUTCOME_UNKNOWN', textKey: 'errors.outcomeUnknown', outcome: 'unknown' });
}

function expired(): CloudError {
  return new CloudError({ code: 'GIZ_EXPIRED', textKey: 'errors.expired', outcome: 'not-sent' });
}

function closed(): CloudError {
  return new CloudError({ code: 'GIZ_CLOSED', textKey: 'errors.closed', outcome: 'not-sent' });
}
