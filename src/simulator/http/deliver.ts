import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../cloud/clock';
import type { FaultSpec } from './faults';
import type { ApiAnswer } from './message';

const LOGIN_PAGE = '<!DOCTYPE html><html><head><title>Network login</title></head><body><form>…</form></body></html>';
const HUGE_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const DRIP_MS = 100;
const RESET_AFTER_MS = 25;

/** Timers of answers under way, so that closing the server leaves none behind. */
export class Pending {
  private readonly timers = new Set<Timer>();

  constructor(private readonly clock: Clock) {}

  /** Calls back after so many milliseconds unless everything is dropped before. */
  after(ms: number, callback: () => void): void {
    const timer = this.clock.setTimeout(() => {
      this.timers.delete(timer);
      callback();
    }, ms);
    this.timers.add(timer);
  }

  drop(): void {
    for (const timer of this.timers) this.clock.clearTimeout(timer);
    this.timers.clear();
  }
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function plain(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function cut(response: ServerResponse, answer: ApiAnswer, spec: Extract<FaultSpec, { kind: 'cut' }>): void {
  const body = Buffer.from(answer.body);
  const part = body.subarray(0, Math.min(spec.after ?? Math.floor(body.length / 2), Math.max(0, body.length - 1)));
  const { framing = 'length' } = spec;
  if (framing === 'close') {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
  }
  const length = framing === 'length' ? { 'content-length': body.length } : {};
  response.writeHead(answer.status, { ...answer.headers, ...length });
  response.write(part.length > 0 ? part : '', () => {
    // A reset right behind the bytes looks to some peers like an orderly end. This is the wire's time, not the world's.
    if (spec.reset) setTimeout(() => reset(response), RESET_AFTER_MS).unref();
    else setImmediate(() => response.socket?.end());
  });
  if (part.length === 0) response.flushHeaders();
}

function drip(response: ServerResponse, answer: ApiAnswer, bytesPerSecond: number, pending: Pending): void {
  const body = Buffer.from(answer.body);
  const step = Math.max(1, Math.round((bytesPerSecond * DRIP_MS) / 1000));
  const wait = Math.max(1, (step / bytesPerSecond) * 1000);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  response.flushHeaders();
  let sent = 0;
  const next = (): void => {
    if (response.destroyed) return;
    response.write(body.subarray(sent, sent + step));
    sent += step;
    if (sent >= body.length) response.end();
    else pending.after(wait, next);
  };
  pending.after(wait, next);
}

function huge(response: ServerResponse, answer: ApiAnswer, bytes: number): void {
  const head = '{"padding":"';
  const tail = '"}';
  const total = Math.max(bytes, head.length + tail.length);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': total });
  response.write(head);
  const filler = Buffer.alloc(CHUNK_BYTES, 'x');
  let left = total - head.length - tail.length;
  const pump = (): void => {
    while (left > 0 && !response.destroyed) {
      const size = Math.min(left, filler.length);
      left -= size;
      if (!response.write(filler.subarray(0, size)) && left > 0) {
        response.once('drain', pump);
        return;
      }
    }
    if (!response.destroyed) response.end(tail);
  };
  pump();
}

/** Sends an answer, spoilt by at most one fault. `hang` sends nothing at all. */
export function deliver(
  response: ServerResponse,
  answer: ApiAnswer,
  spec: FaultSpec | undefined,
  pending: Pending,
): void {
  switch (spec?.kind) {
    case 'hang':
      return;
    case 'resetOnHead':
    case 'resetAfterRequest':
      reset(response);
      return;
    case 'status':
      plain(response, { status: spec.status, headers: { ...answer.headers, ...spec.headers }, body: spec.body ?? '' });
      return;
    case 'empty':
      plain(response, { ...answer, status: spec.status ?? answer.status, body: '' });
      return;
    case 'notJson':
      plain(response, { ...answer, body: `${answer.body.slice(0, -1)},}` });
      return;
    case 'html':
      plain(response, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: LOGIN_PAGE });
      return;
    case 'redirect':
      plain(response, { status: spec.status ?? 302, headers: { location: spec.location }, body: '' });
      return;
    case 'cut':
      cut(response, answer, spec);
      return;
    case 'drip':
      drip(response, answer, spec.bytesPerSecond, pending);
      return;
    case 'huge':
      huge(response, answer, spec.bytes ?? HUGE_BYTES);
      return;
    default:
      plain(response, answer);
  }
}
