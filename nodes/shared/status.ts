import type { Node, NodeAPI } from 'node-red';
import type { Wait } from '../../src/cloud/call-types';
import type { TextParams } from '../../src/texts';
import { statusKey, statusText } from './texts';

export type Fill = 'red' | 'green' | 'yellow' | 'blue' | 'grey';

/** A status update at most this often, milliseconds: each one is an event in the runtime and a frame to every editor. */
const LEAST_DISTANCE_MS = 100;

/** Failures that have words of their own, so that a cloud out of reach is told from a device that is offline. */
const FAILURES: Readonly<Record<string, string>> = {
  GIZ_BAD_INPUT: 'badInput',
  GIZ_CONFIG: 'badConfig',
  GIZ_NETWORK: 'unreachable',
  GIZ_TIMEOUT: 'unreachable',
  GIZ_TLS: 'unreachable',
  GIZ_OUTCOME_UNKNOWN: 'outcomeUnknown',
  GIZ_EXPIRED: 'expired',
  GIZ_QUOTA: 'quotaSpent',
  GIZ_5009: 'tokenRefused',
  GIZ_5011: 'tokenRefused',
  GIZ_5305: 'deviceOffline',
  GIZ_9042: 'deviceOffline',
};

/** Units of a span of time, milliseconds: what a text's key gets behind it, and the name of the text's value. */
const UNITS = [
  { ms: 86_400_000, suffix: 'Days', value: 'days' },
  { ms: 3_600_000, suffix: 'Hours', value: 'hours' },
  { ms: 60_000, suffix: 'Minutes', value: 'minutes' },
] as const;

/** A state that is to be shown. */
interface Wanted {
  readonly fill: Fill;
  readonly shape: 'dot' | 'ring';
  /** Name of a shared status text, which `params` complete; or a text of the node's own. */
  readonly key?: string;
  readonly params?: TextParams;
  readonly text?: string | (() => string);
}

/**
 * One node's status. Says what is true now: blue while anything is in flight, with a count or a wait; after that the
 * result of the last message. Bursts are thinned, the last state is always shown; it is put into words only then, since
 * a translation costs more than the whole rest of a call.
 */
export class NodeStatus {
  private inFlight = 0;
  private shown = '';
  private wanted: Wanted | undefined;
  private timer: NodeJS.Timeout | undefined;
  private lastShownAt = Number.NEGATIVE_INFINITY;
  private closed = false;

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
  ) {}

  /** Nothing has happened yet. */
  ready(): void {
    this.show('grey', 'dot', 'ready');
  }

  /** The node cannot work: no config node, or an incomplete one. */
  unusable(): void {
    this.show('red', 'ring', 'noConfig');
  }

  /** One more message is being worked on. */
  begin(): void {
    this.inFlight++;
    this.working();
  }

  /** Records that have arrived, or targets that are done, so far. */
  progress(count: number): void {
    this.show('blue', 'dot', 'progress', { count });
  }

  /** Waits for the quota (with the seconds that remain, counted down), for its turn, for another try or for a login. */
  waiting(reason: Wait['reason'], ms: number): void {
    if (reason === 'quota') this.show('blue', 'dot', 'waitingQuota', { seconds: Math.ceil(ms / 1000) });
    else if (reason === 'elsewhere') this.saySpan('yellow', 'ring', 'usedElsewhere', ms);
    else if (reason === 'retry') this.show('blue', 'dot', 'retrying');
    else if (reason === 'login') this.show('blue', 'dot', 'login');
    else this.working();
  }

  /** A message has succeeded; `key` and `params` name what came out. */
  succeeded(key = 'done', params?: Record<string, string | number>): void {
    this.end('green', 'dot', key, params);
  }

  /** A message has succeeded in part. */
  partly(ok: number, total: number): void {
    this.end('yellow', 'ring', 'partial', { ok, total });
  }

  /** A message has failed: why, in two words; the error in full goes to Catch. */
  failed(code: string): void {
    const key = FAILURES[code];
    if (key) this.end('red', 'ring', key);
    else this.end('red', 'ring', 'failedCode', { code });
  }

  /**
   * Something else that is true now; `text` is a full key, or a text in the runtime's language. A function is asked when
   * the status is shown.
   */
  report(fill: Fill, shape: 'dot' | 'ring', text: string | (() => string)): void {
    this.want({ fill, shape, text });
  }

  /** A state of its own, of a node that is no request and answer; `params` makes it a text with values. */
  say(fill: Fill, shape: 'dot' | 'ring', key: string, params?: Record<string, string | number>): void {
    this.show(fill, shape, key, params);
  }

  /**
   * A state that lasts, or is late, by a span of time: in seconds by the text of that key, and from two minutes, hours
   * or days on by its siblings (`lag`, `lagMinutes`, `lagHours`, `lagDays`).
   */
  saySpan(fill: Fill, shape: 'dot' | 'ring', key: string, ms: number): void {
    const unit = UNITS.find((one) => ms >= 2 * one.ms);
    if (unit) this.show(fill, shape, key + unit.suffix, { [unit.value]: Math.round(ms / unit.ms) });
    else this.show(fill, shape, key, { seconds: Math.ceil(ms / 1000) });
  }

  /** The node is closed: nothing is shown any more, no timer stays. */
  close(): void {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    this.timer = undefined;
  }

  private working(): void {
    if (this.inFlight > 1) this.show('blue', 'dot', 'queued', { count: this.inFlight });
    else this.show('blue', 'dot', 'working');
  }

  private end(fill: Fill, shape: 'dot' | 'ring', key: string, params?: TextParams): void {
    this.inFlight = Math.max(0, this.inFlight - 1);
    if (this.inFlight > 0) this.working();
    else this.show(fill, shape, key, params);
  }

  private show(fill: Fill, shape: 'dot' | 'ring', key: string, params?: TextParams): void {
    this.want({ fill, shape, key, params });
  }

  private want(wanted: Wanted): void {
    if (this.closed) return;
    this.wanted = wanted;
    if (this.timer) return;
    const wait = this.lastShownAt + LEAST_DISTANCE_MS - performance.now();
    if (wait <= 0) this.flush();
    else {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.flush();
      }, wait);
    }
  }

  private flush(): void {
    const wanted = this.wanted;
    if (!wanted || this.closed) return;
    const { fill, shape } = wanted;
    const text = this.words(wanted);
    const signature = `${fill} ${shape} ${text}`;
    if (signature === this.shown) return;
    this.shown = signature;
    this.lastShownAt = performance.now();
    this.node.status({ fill, shape, text });
  }

  private words({ key, params, text }: Wanted): string {
    if (key === undefined) return typeof text === 'function' ? text() : (text ?? '');
    return params ? statusText(this.RED, key, params) : statusKey(key);
  }
}
