// A push service that costs next to nothing itself: each port has one client, whose acknowledgements are counted and
// whose window is kept.
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { serverCertificate } from '../files';
import { busyMeter, serve } from '../helper';
import { eventLines } from './event-lines';

export interface PushListener {
  /** Events without an acknowledgement at most. */
  prefetch: number;
  /** Whether its client speaks the protocol and logs in; else it is served as it comes. */
  asks: boolean;
}

export interface PushRun {
  port: number;
  /** How long new events are pushed. */
  ms?: number;
  /** Or how many. */
  events?: number;
}

export interface PushResult {
  events: number;
  /** From the first event to the last acknowledgement. */
  ms: number;
  /** From an event's writing to its acknowledgement, a part of them. */
  p50Ms: number;
  p99Ms: number;
  busy: number;
}

/** Events written in one go at most, so that acknowledgements are read in between. */
const MOST_AT_ONCE = 1000;
/** Every so many events one is timed. */
const TIMED_EVERY = 16;
const LINE_FEED = 0x0a;
/** An acknowledgement is longer, what else a client sends is shorter. */
const SHORTEST_ACKNOWLEDGEMENT = 40;
const PATIENCE_MS = 60_000;

class Client {
  private socket: TLSSocket | undefined;
  private ready = false;
  private pushed = 0;
  private acknowledged = 0;
  private until = 0;
  private last = 0;
  private scheduled = false;
  private ended: (() => void) | undefined;
  private lineBytes = 0;
  /** When timed events left, by their number over {@link TIMED_EVERY}. */
  private readonly leftAt: number[] = [];
  private tookMs: number[] = [];

  constructor(private readonly listener: PushListener) {}

  get connected(): boolean {
    return this.ready;
  }

  accept(socket: TLSSocket): void {
    this.socket = socket;
    this.ready = !this.listener.asks;
    this.lineBytes = 0;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.take(chunk));
  }

  async run({ ms, events = Number.POSITIVE_INFINITY }: PushRun): Promise<Omit<PushResult, 'busy'>> {
    const begun = performance.now();
    const first = this.pushed;
    this.tookMs = [];
    this.leftAt.length = 0;
    this.until = ms === undefined ? Number.POSITIVE_INFINITY : begun + ms;
    this.last = first + events;
    const all = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        const open = this.pushed - this.acknowledged;
        reject(new Error(`${open} of ${this.pushed - first} events were not acknowledged`));
      }, PATIENCE_MS);
      this.ended = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.push();
    await all;
    const took = performance.now() - begun;
    const sorted = this.tookMs.sort((a, b) => a - b);
    const part = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    return { events: this.pushed - first, ms: took, p50Ms: part(0.5), p99Ms: part(0.99) };
  }

  private take(chunk: Buffer): void {
    let from = 0;
    let acknowledged = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, from);
      if (end < 0) break;
      const length = this.lineBytes + end - from;
      this.lineBytes = 0;
      if (!this.ready) this.greet(chunk.toString('latin1', from, end));
      else if (length >= SHORTEST_ACKNOWLEDGEMENT) acknowledged++;
      else this.socket?.write('{"cmd":"pong"}\n');
      from = end + 1;
    }
    this.lineBytes += chunk.length - from;
    if (acknowledged === 0) return;
    const now = performance.now();
    for (let left = acknowledged; left > 0; left--) {
      if (++this.acknowledged % TIMED_EVERY !== 0) continue;
      const at = this.leftAt.shift();
      if (at !== undefined) this.tookMs.push(now - at);
    }
    if (this.acknowledged === this.pushed && (now >= this.until || this.pushed >= this.last)) this.ended?.();
    else this.push();
  }

  private greet(line: string): void {
    if (!line.includes('"login_req"')) return;
    this.socket?.write('{"cmd":"login_res","data":{"result":true,"msg":"ok"}}\n');
    this.ready = true;
  }

  private push(): void {
    const now = performance.now();
    if (now >= this.until) return;
    const room = this.listener.prefetch - (this.pushed - this.acknowledged);
    const count = Math.min(room, MOST_AT_ONCE, this.last - this.pushed);
    if (count <= 0) return;
    for (let next = this.pushed + 1; next <= this.pushed + count; next++) {
      if (next % TIMED_EVERY === 0) this.leftAt.push(now);
    }
    this.socket?.write(eventLines(this.pushed + 1, count));
    this.pushed += count;
    if (room > count && !this.scheduled) {
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        // A client that does not read must not fill this process.
        if ((this.socket?.writableLength ?? 0) < 4 * 2 ** 20) this.push();
      });
    }
  }
}

const clients = new Map<number, Client>();
const busy = busyMeter();

serve({
  async listen(listener: PushListener): Promise<number> {
    const client = new Client(listener);
    const server = createServer(serverCertificate, (socket) => client.accept(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    clients.set(port, client);
    return port;
  },
  connected: (port: number): boolean => clients.get(port)?.connected ?? false,
  async run(run: PushRun): Promise<PushResult> {
    busy();
    const result = await clients.get(run.port)?.run(run);
    if (!result) throw new Error(`nobody listens on port ${run.port}`);
    return { ...result, busy: busy() };
  },
});
