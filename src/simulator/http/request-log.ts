/** One request as the log shows it: nothing in it is a secret. */
export interface LoggedRequest {
  /** Counts from 1. */
  number: number;
  /** Epoch milliseconds, by the simulator's clock. */
  at: number;
  method: string;
  /** Path with query; values that look like secrets are `***`. */
  path: string;
  /** Id of the operation, when the path is one. */
  operation?: string;
  headers: Record<string, string>;
  /** Parsed JSON body with secrets masked; absent when there is none or it is no JSON. */
  body?: unknown;
  /** Status of the answer; absent while there is none or when the connection was reset. */
  status?: number;
  /** Kinds of the faults that were applied. */
  faults?: string[];
}

const MASK = '***';
const SECRET_HEADER = /secret|signature|token|cookie|application-auth|^authorization$/;
const SECRET_FIELD = /secret|password|pwd|phone_id|token|signature|passcode/;
const LIMIT = 10_000;

function maskHeader(name: string, value: string): string {
  if (name === 'authorization')
    return value.replace(/^(\S+\s+)?\S.*$/, (_, scheme?: string) => `${scheme ?? ''}${MASK}`);
  return SECRET_HEADER.test(name) ? MASK : value;
}

function maskBody(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskBody);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, field]) => [
    name,
    SECRET_FIELD.test(name.toLowerCase()) ? MASK : maskBody(field),
  ]);
  return Object.fromEntries(entries);
}

/** The requests that came, newest last; at most ten thousand are kept. */
export class RequestLog {
  readonly entries: LoggedRequest[] = [];
  private count = 0;

  constructor(
    /** Values that may be shown although they come under a secret's name (product keys do, in two reports). */
    private readonly isPublic: (value: string) => boolean,
  ) {}

  /** Writes a request down and returns its entry, to be completed when it is answered. */
  add(request: { at: number; method: string; url: string; headers: Readonly<Record<string, string>> }): LoggedRequest {
    const [path = '', query] = request.url.split('?', 2);
    const parameters = new URLSearchParams(query ?? '');
    for (const [name, value] of [...parameters]) {
      if (SECRET_FIELD.test(name.toLowerCase()) && !this.isPublic(value)) parameters.set(name, MASK);
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, maskHeader(name, value)]),
    );
    this.count++;
    const entry: LoggedRequest = {
      number: this.count,
      at: request.at,
      method: request.method,
      path: query === undefined ? path : `${path}?${parameters}`,
      headers,
    };
    this.entries.push(entry);
    if (this.entries.length > LIMIT) this.entries.shift();
    return entry;
  }

  /** Adds the body to an entry, masked. */
  setBody(entry: LoggedRequest, body: Buffer): void {
    if (body.length === 0) return;
    try {
      entry.body = maskBody(JSON.parse(body.toString('utf8')));
    } catch {
      // Not JSON: the log shows that a request came, not its text.
    }
  }

  clear(): void {
    this.entries.length = 0;
  }
}
