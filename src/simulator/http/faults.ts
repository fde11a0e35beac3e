/** Which requests a fault meets. Everything given must match; nothing given matches every request. */
export interface FaultMatch {
  method?: string;
  /** Path without query: a regular expression, or text in which `*` stands for anything. */
  path?: string | RegExp;
  /** Operation id, such as `device.control`. */
  operation?: string;
}

/** What goes wrong. */
export type FaultKind =
  /** The answer waits; combines with any other kind. */
  | { kind: 'delay'; ms: number }
  /** No answer, ever; the connection stays open. */
  | { kind: 'hang' }
  /** Another status, body and headers instead of the answer. */
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  /** An error of the API's table. */
  | { kind: 'error'; code: number }
  /** The answer's status without a body. */
  | { kind: 'empty'; status?: number }
  /** The answer's status with a body that is no JSON. */
  | { kind: 'notJson' }
  /** Status 200 with a login page, as a captive portal sends it. */
  | { kind: 'html' }
  /**
   * The body ends early, after `after` bytes (half of it by default): with a content-length that promised more, in
   * chunked coding without the last chunk, or (`close`) with neither, so that the end of the connection ends the body.
   * `reset` tears the connection down instead of closing it.
   */
  | { kind: 'cut'; framing?: 'length' | 'chunked' | 'close'; after?: number; reset?: boolean }
  /** The connection is reset as soon as the request's head is seen; its body is not read. */
  | { kind: 'resetOnHead' }
  /** The connection is reset when the request has been read, before any byte of an answer. */
  | { kind: 'resetAfterRequest' }
  /** The answer comes this slowly. */
  | { kind: 'drip'; bytesPerSecond: number }
  /** A valid JSON body of this many bytes (64 MB by default). */
  | { kind: 'huge'; bytes?: number }
  /** Changes the quota, then answers. */
  | { kind: 'quota'; limit?: number; remaining?: number; resetSeconds?: number }
  /** Lets all tokens expire (5011), or with `forget` become unknown (5009), then answers. */
  | { kind: 'expireTokens'; forget?: boolean }
  /** A redirect (302 by default). */
  | { kind: 'redirect'; location: string; status?: number };

export type FaultSpec = FaultKind & {
  match?: FaultMatch;
  /** How many requests it meets; once unless told. */
  times?: number | 'forever';
  /** How many matching requests pass before the first that it meets. */
  skip?: number;
  /**
   * Whether the operation is carried out although the answer goes wrong. By default it is where only the answer is
   * spoilt (empty, notJson, html, cut, drip, huge, resetAfterRequest), and is not for hang, status, error and redirect.
   */
  execute?: boolean;
};

/** A fault that was asked for. */
export interface Fault {
  readonly id: number;
  readonly spec: FaultSpec;
  /** Requests that it has met. */
  hits: number;
  /** Takes the fault away. */
  remove(): void;
}

/** What faults can change at once, without waiting for a request. */
export interface FaultHooks {
  quota(change: { limit?: number; remaining?: number; resetSeconds?: number }): void;
  expireTokens(productKey?: string): void;
  forgetTokens(): void;
}

interface Armed {
  fault: Fault;
  left: number;
  skip: number;
}

const EXECUTED = new Set<FaultKind['kind']>([
  'empty',
  'notJson',
  'html',
  'cut',
  'drip',
  'huge',
  'resetAfterRequest',
  'delay',
  'quota',
  'expireTokens',
]);

/** Whether an operation is carried out under a fault. */
export function executes(spec: FaultSpec): boolean {
  return spec.kind === 'resetOnHead' ? false : (spec.execute ?? EXECUTED.has(spec.kind));
}

function pathMatches(pattern: string | RegExp, path: string): boolean {
  if (pattern instanceof RegExp) return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).test(path);
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(path);
}

/** The faults that were asked for. Those that match a request are applied in the order in which they were added. */
export class Faults {
  private readonly armed: Armed[] = [];
  private count = 0;

  constructor(private readonly hooks: FaultHooks) {}

  /** Asks for a fault. */
  add(spec: FaultSpec): Fault {
    const fault: Fault = { id: ++this.count, spec, hits: 0, remove: () => void this.remove(fault.id) };
    const times = spec.times ?? 1;
    this.armed.push({ fault, left: times === 'forever' ? Number.POSITIVE_INFINITY : times, skip: spec.skip ?? 0 });
    return fault;
  }

  /** Takes a fault away; false when it was gone already. */
  remove(id: number): boolean {
    const index = this.armed.findIndex(({ fault }) => fault.id === id);
    if (index >= 0) this.armed.splice(index, 1);
    return index >= 0;
  }

  /** Takes all faults away. */
  clear(): void {
    this.armed.length = 0;
  }

  /** Faults that still wait for requests. */
  get pending(): readonly Fault[] {
    return this.armed.map(({ fault }) => fault);
  }

  /** Sets the quota now. */
  setQuota(change: { limit?: number; remaining?: number; resetSeconds?: number }): void {
    this.hooks.quota(change);
  }

  /** Lets the tokens given out so far expire now: they answer 5011. */
  expireTokens(productKey?: string): void {
    this.hooks.expireTokens(productKey);
  }

  /** Makes the cloud forget the tokens given out so far: they answer 5009. */
  forgetTokens(): void {
    this.hooks.forgetTokens();
  }

  /** The faults that meet a request; each is used up once. */
  take(request: { method: string; path: string; operation?: string }): FaultSpec[] {
    const met: FaultSpec[] = [];
    for (const armed of [...this.armed]) {
      const { match = {} } = armed.fault.spec;
      if (match.method !== undefined && match.method.toUpperCase() !== request.method) continue;
      if (match.operation !== undefined && match.operation !== request.operation) continue;
      if (match.path !== undefined && !pathMatches(match.path, request.path)) continue;
      if (armed.skip > 0) {
        armed.skip--;
        continue;
      }
      armed.fault.hits++;
      armed.left--;
      if (armed.left <= 0) this.remove(armed.fault.id);
      met.push(armed.fault.spec);
    }
    return met;
  }

  /** Carries out what a fault changes in the cloud's own state. */
  applyState(spec: FaultSpec): void {
    if (spec.kind === 'quota') this.hooks.quota(spec);
    else if (spec.kind === 'expireTokens') {
      if (spec.forget) this.hooks.forgetTokens();
      else this.hooks.expireTokens();
    }
  }
}
