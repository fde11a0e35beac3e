// Sends pushes to a webhook as fast as they are answered, over a number of kept connections; and hostile ones beside
// them, at a fixed rate.
import { connect, type Socket } from 'node:net';
import { busyMeter, serve } from '../helper';

export interface WebhookRun {
  port: number;
  path: string;
  connections: number;
  ms: number;
  /** Hostile requests a second beside them. */
  hostile?: number;
}

export interface WebhookResult {
  ended: number;
  /** Answers with another status than 200. */
  failed: number;
  ms: number;
  p50Ms: number;
  p99Ms: number;
  busy: number;
}

const DRAIN_MS = 10_000;
const END_OF_HEAD = '\r\n\r\n';
const FIRST_PUSH_MS = Date.UTC(2017, 1, 13);
const DEVICES = 1000;
let pushes = 0;

/** Datapoints of a device as Expeed pushes them; each with a time of its own, so that none is a repetition. */
function push(path: string): string {
  const time = new Date(FIRST_PUSH_MS + ++pushes).toISOString().slice(0, -1).replace(/[:.]/g, '-');
  const body =
    `{"device_id":"dev${pushes % DEVICES}","device_key":"0a1b2c3d4e5f","msg_type":"2","data":[{"timestamp":"${time}",` +
    '"temperature":21.5,"humidity":48,"switch":1,"mode":"auto","power":1250,"voltage":229.8,"alarm":0}]}';
  return (
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${body.length}${END_OF_HEAD}${body}`
  );
}

/** One kept connection that sends the next push when the last one is answered. */
class Connection {
  private socket: Socket | undefined;
  private text = '';
  private answered: ((status: number) => void) | undefined;

  async open(port: number): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket = socket;
    socket.setEncoding('latin1').on('data', (chunk: string) => this.take(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.answered?.(0));
    await new Promise<void>((resolve) => socket.once('connect', resolve));
  }

  send(request: string, answered: (status: number) => void): void {
    this.answered = answered;
    this.socket?.write(request, 'latin1');
  }

  close(): void {
    this.answered = undefined;
    this.socket?.destroy();
  }

  private take(chunk: string): void {
    this.text += chunk;
    const head = this.text.indexOf(END_OF_HEAD);
    if (head < 0) return;
    const length = Number(/content-length: *(\d+)/i.exec(this.text.slice(0, head))?.[1] ?? 0);
    const end = head + END_OF_HEAD.length + length;
    if (this.text.length < end) return;
    const status = Number(this.text.slice(9, 12));
    this.text = this.text.slice(end);
    this.answered?.(status);
  }
}

const opened = new Map<string, Connection[]>();

async function connections({ port, connections: wanted }: WebhookRun): Promise<Connection[]> {
  const key = `${port} ${wanted}`;
  const known = opened.get(key);
  if (known) return known;
  const made = Array.from({ length: wanted }, () => new Connection());
  await Promise.all(made.map((connection) => connection.open(port)));
  opened.set(key, made);
  return made;
}

/** What an attacker may send, in turns: too large, too deep, no JSON, and a body that never comes. */
const HOSTILE: readonly ((path: string) => string)[] = [
  (path) => hostile(path, `{"a":"${'x'.repeat(600_000)}"}`),
  (path) => hostile(path, '['.repeat(100_000)),
  (path) => hostile(path, `{"msg_type":"2",${'"a":{'.repeat(2000)}`),
  (path) => hostile(path, '{"msg_type":"2"').replace(/Content-Length: \d+/, 'Content-Length: 5000'),
];

function hostile(path: string, body: string): string {
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json`;
  return `${head}\r\nContent-Length: ${body.length}${END_OF_HEAD}${body}`;
}

function attack({ port, path }: WebhookRun, number: number): void {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.resume();
  socket.on('error', () => undefined);
  socket.on('connect', () => socket.write(HOSTILE[number % HOSTILE.length](path), 'latin1'));
  setTimeout(() => socket.destroy(), 1000);
}

async function run(wanted: WebhookRun): Promise<Omit<WebhookResult, 'busy'>> {
  const lines = await connections(wanted);
  let attacks = 0;
  const attacker = wanted.hostile ? setInterval(() => attack(wanted, attacks++), 1000 / wanted.hostile) : undefined;
  const took: number[] = [];
  let failed = 0;
  let ended = 0;
  const begun = performance.now();
  await Promise.all(
    lines.map(
      (line) =>
        new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => reject(new Error('a push was not answered')), wanted.ms + DRAIN_MS);
          const next = (): void => {
            const at = performance.now();
            if (at - begun >= wanted.ms) {
              clearTimeout(timer);
              resolve();
              return;
            }
            line.send(push(wanted.path), (status) => {
              took.push(performance.now() - at);
              ended++;
              if (status !== 200) failed++;
              next();
            });
          };
          next();
        }),
    ),
  );
  const ms = performance.now() - begun;
  if (attacker) clearInterval(attacker);
  took.sort((a, b) => a - b);
  const part = (share: number): number => took[Math.floor(took.length * share)] ?? 0;
  return { ended, failed, ms, p50Ms: part(0.5), p99Ms: part(0.99) };
}

const busy = busyMeter();
serve({
  async run(wanted: WebhookRun): Promise<WebhookResult> {
    busy();
    return { ...(await run(wanted)), busy: busy() };
  },
});
