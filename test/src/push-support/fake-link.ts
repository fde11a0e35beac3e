import type { CloudError } from '../../../src/cloud/errors';
import type { Dial, Link, LinkHandlers } from '../../../src/gizwits/push/link';

/** One link of a {@link FakeNetwork}, seen from the server's end. */
export class FakeLink implements Link {
  open = false;
  closed = false;
  paused = false;
  /** Lines the client has written, parsed. */
  readonly frames: Record<string, unknown>[] = [];
  /** The same, as written. */
  readonly lines: string[] = [];
  /** How often the client has written. */
  writes = 0;
  /** Called with every frame the client writes. */
  onFrame: (frame: Record<string, unknown>, line: string) => void = () => undefined;
  /** Called when the client has closed. */
  onClientClose: () => void = () => undefined;
  private readonly waiting: Buffer[] = [];

  constructor(
    private readonly handlers: LinkHandlers,
    private readonly network: FakeNetwork,
  ) {}

  // The client's end.

  write(text: string): boolean {
    if (!this.open || this.closed) return false;
    this.writes++;
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const frame = JSON.parse(line) as Record<string, unknown>;
      this.lines.push(line);
      this.frames.push(frame);
      this.onFrame(frame, line);
    }
    return true;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    for (const chunk of this.waiting.splice(0)) this.send(chunk);
  }

  end(): void {
    this.shut(undefined);
  }

  destroy(): void {
    this.shut(undefined);
  }

  // The server's end.

  accept(): void {
    if (this.closed) return;
    this.open = true;
    this.handlers.onOpen();
  }

  /** Sends bytes, or one frame as a line. */
  send(data: Buffer | string | Record<string, unknown>): void {
    if (this.closed) return;
    const chunk = Buffer.isBuffer(data)
      ? data
      : Buffer.from(typeof data === 'string' ? data : `${JSON.stringify(data)}\n`);
    if (this.paused) this.waiting.push(chunk);
    else this.handlers.onData(chunk);
  }

  /** Breaks the link. */
  cut(error?: CloudError): void {
    this.shut(error);
  }

  /** Frames of a kind that the client has written. */
  sent(cmd: string): Record<string, unknown>[] {
    return this.frames.filter((frame) => frame.cmd === cmd);
  }

  private shut(error: CloudError | undefined): void {
    if (this.closed) return;
    this.closed = true;
    this.network.open--;
    this.onClientClose();
    // As a socket does, the link reports its close only after the call that closed it.
    queueMicrotask(() => this.handlers.onClose(error));
  }
}

/** Connections without sockets, so that time can be virtual. */
export class FakeNetwork {
  readonly links: FakeLink[] = [];
  /** Links open or being opened, and the most there have ever been at once. */
  open = 0;
  mostOpen = 0;
  /** Called with each new link; by default it is accepted at once. */
  onDial: (link: FakeLink) => void = (link) => link.accept();

  readonly dial: Dial = (handlers) => {
    const link = new FakeLink(handlers, this);
    this.links.push(link);
    this.open++;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    queueMicrotask(() => this.onDial(link));
    return link;
  };

  get last(): FakeLink {
    const link = this.links.at(-1);
    if (!link) throw new Error('nobody has connected');
    return link;
  }
}
