import { connect, type TLSSocket } from 'node:tls';

type Frame = Record<string, unknown>;

/** A client of the push service written for these tests alone: it shares nothing with the package's. */
export class SnotiClient {
  readonly frames: Frame[] = [];
  /** Lines as received. */
  readonly lines: string[] = [];
  /** Sizes of what came in at once. */
  readonly chunks: number[] = [];
  closed = false;
  /** Acknowledges every push at once. */
  acknowledges = false;
  private text = '';

  private constructor(private readonly socket: TLSSocket) {
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.read(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
    });
  }

  /** Connects with the certificate verified. */
  static async connect(port: number, ca: string, host = '127.0.0.1'): Promise<SnotiClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, ca }, () => resolve(new SnotiClient(socket)));
      socket.once('error', reject);
    });
  }

  send(frame: Frame | string): void {
    this.socket.write(`${typeof frame === 'string' ? frame : JSON.stringify(frame)}\n`);
  }

  /** Writes bytes without a line end. */
  write(text: string): void {
    this.socket.write(text);
  }

  acknowledge(id: unknown): void {
    this.send({ cmd: 'event_ack', delivery_id: id });
  }

  of(cmd: string): Frame[] {
    return this.frames.filter((frame) => frame.cmd === cmd);
  }

  get pushes(): Frame[] {
    return this.of('event_push');
  }

  /** Waits until there are so many frames of a kind, and returns the last of them. */
  async wait(cmd: string, count = 1, ms = 5000): Promise<Frame> {
    await until(() => this.of(cmd).length >= count, `${count} x ${cmd}, got ${this.of(cmd).length}`, ms);
    return this.of(cmd)[count - 1];
  }

  end(): void {
    this.socket.destroy();
  }

  private read(chunk: string): void {
    this.chunks.push(chunk.length);
    const lines = (this.text + chunk).split('\n');
    this.text = lines.pop() ?? '';
    for (const line of lines) {
      this.lines.push(line);
      if (!line.startsWith('{')) continue;
      const frame = JSON.parse(line) as Frame;
      this.frames.push(frame);
      if (this.acknowledges && frame.cmd === 'event_push') this.acknowledge(frame.delivery_id);
    }
  }
}

/** Waits for a condition, looking every few milliseconds; throws when it takes too long. */
export async function until(condition: () => boolean, what: string, ms = 5000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}
