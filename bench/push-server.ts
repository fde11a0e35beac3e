import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { certificate } from '../test/support/tls-files';

const ACK = '"event_ack"';

/** A push service that costs next to nothing itself: it knows one client, counts acknowledgements and keeps a window. */
export class PushServer {
  private readonly server: Server;
  private client: TLSSocket | undefined;
  private pushed = 0;
  private acknowledged = 0;
  private until = 0;
  private ended: (() => void) | undefined;
  /** The end of a chunk, which may hold the beginning of the next acknowledgement. */
  private rest = '';

  /** @param asked whether the client logs in; else it is served as it comes */
  constructor(
    private readonly window: number,
    private readonly asked: boolean,
  ) {
    this.server = createServer(certificate('server'), (socket) => this.accept(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  get connected(): boolean {
    return this.client !== undefined;
  }

  /** Pushes that many events and waits for their acknowledgements. @returns milliseconds */
  async run(events: number): Promise<number> {
    const begun = performance.now();
    this.until = this.pushed + events;
    const all = new Promise<void>((resolve) => {
      this.ended = resolve;
    });
    this.push();
    await all;
    return performance.now() - begun;
  }

  async close(): Promise<void> {
    this.client?.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private accept(socket: TLSSocket): void {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.setEncoding('latin1').on('data', (text: string) => this.take(socket, text));
    if (!this.asked) this.client = socket;
  }

  private take(socket: TLSSocket, text: string): void {
    if (text.includes('"login_req"')) {
      this.client = socket;
      socket.write('{"cmd":"login_res","data":{"result":true,"msg":"ok"}}\n');
    }
    if (text.includes('"ping"')) socket.write('{"cmd":"pong"}\n');
    const whole = this.rest + text;
    let at = -1;
    for (;;) {
      const next = whole.indexOf(ACK, at + 1);
      if (next < 0) break;
      at = next;
      this.acknowledged++;
    }
    this.rest = whole.slice(Math.max(at + ACK.length, whole.length - ACK.length + 1));
    if (this.acknowledged >= this.until) this.ended?.();
    else this.push();
  }

  private push(): void {
    let text = '';
    for (; this.pushed < this.until && this.pushed - this.acknowledged < this.window; this.pushed++) {
      text += line(this.pushed + 1);
    }
    if (text !== '') this.client?.write(text);
  }
}

function line(number: number): string {
  return (
    `{"cmd":"event_push","delivery_id":${number},"msg_id":"MGI1MzcyZWZkMDdiNDBjYQ","event_type":"device_status_kv",` +
    '"product_key":"34920fbd01f40072e3cf347862554017","did":"Mavn3NpqLZ32XDEjWYb83h","mac":"fd06c330fc77",' +
    `"group_id":null,"created_at":${((1.77e12 + number) / 1000).toExponential(20).replace('e+9', 'e+09')},` +
    '"data":{"switch":1,"mode":"制冷","set_temp":26,"room_temp":25.5,"fan":"自动","fault_roomtemp":0,"alert_filter":0,' +
    '"timer":120,"schedule":"0001ff0000000000"}}\n'
  );
}
