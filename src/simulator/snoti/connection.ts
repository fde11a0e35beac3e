import type { TLSSocket } from 'node:tls';
import type { Clock, Timer } from '../../cloud/clock';
import type { AckAudit } from './audit';
import type { SnotiBehaviour } from './behaviour';
import type { Broker } from './broker';
import type { SnotiFaults } from './faults';
import { enterpriseEntries, type Grant, judge } from './login';
import { type Message, pushLine } from './message';
import type { PushQueue, QueueConsumer } from './queue';
import { carryOut, InvalidControl } from './remote-control';
import type { SnotiSource } from './source';

/** What all connections of a server share. */
export interface SharedState {
  clock: Clock;
  broker: Broker;
  source: SnotiSource;
  behaviour: SnotiBehaviour;
  faults: SnotiFaults;
  audit: AckAudit;
  /** Frames that came in, newest last, without secrets. */
  logFrame(connection: number, frame: Record<string, unknown>): void;
}

const DEFAULT_PREFETCH = 50;
const MOST_PREFETCH = 32_767;
const LONGEST_LINE = 1 << 20;
const LINE_FEED = 0x0a;

/** Codes of `invalid_msg`. 4000, 4001 and 4009 are known from clients, the others are invented. */
const INVALID = { internal: 4000, notLoggedIn: 4001, alreadyLoggedIn: 4009, notJson: 4004, unknown: 4005, form: 4006 };

interface OpenDelivery {
  message: Message;
  consumer: ProductConsumer;
  sentAt: number;
  /** Id of its latest push on this connection. */
  latestId: string;
  /** Acknowledged by one of its ids. */
  settled: boolean;
}

/** This connection's share in the queue of one product. */
class ProductConsumer implements QueueConsumer {
  open = 0;

  constructor(
    private readonly connection: SnotiConnection,
    readonly queue: PushQueue,
    public events: ReadonlySet<string>,
  ) {}

  get hasRoom(): boolean {
    return this.connection.hasRoom(this);
  }

  take(message: Message): void {
    this.connection.push(message, this);
  }
}

/** One client from its TLS handshake to its close. */
export class SnotiConnection {
  private readonly consumers = new Map<string, ProductConsumer>();
  /** Pushes not acknowledged, by the id as written. */
  private readonly deliveries = new Map<string, OpenDelivery>();
  private inWindow = 0;
  private prefetch = DEFAULT_PREFETCH;
  private loggedIn = false;
  private stalled = false;
  private closed = false;
  private nextId: bigint;
  private pushed = 0;
  private input: Buffer = Buffer.alloc(0);
  private output = '';
  private flushing = false;
  private readonly pieces: Buffer[] = [];
  private shut: (() => void) | undefined;
  private heartbeat: Timer | undefined;
  private repeat: Timer | undefined;

  constructor(
    readonly number: number,
    private readonly socket: TLSSocket,
    private readonly shared: SharedState,
    private readonly onClosed: () => void,
  ) {
    this.nextId = shared.behaviour.firstDeliveryId;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', () => undefined);
    socket.once('close', () => this.end());
    this.watch();
  }

  /** Pushes on this connection that are not acknowledged. */
  get unacknowledged(): number {
    return this.inWindow;
  }

  // --- from the queues -----------------------------------------------------------------------------------------------

  hasRoom(consumer: ProductConsumer): boolean {
    const { behaviour, faults } = this.shared;
    if (this.closed || this.stalled || faults.blackHole) return false;
    return (behaviour.prefetchScope === 'connection' ? this.inWindow : consumer.open) < this.prefetch;
  }

  push(message: Message, consumer: ProductConsumer): void {
    const id = String(this.nextId++);
    const delivery: OpenDelivery = {
      message,
      consumer,
      sentAt: this.shared.clock.mono(),
      latestId: id,
      settled: false,
    };
    this.deliveries.set(id, delivery);
    this.inWindow++;
    consumer.open++;
    this.send(delivery, id);
    this.watchRepeats();
  }

  private send({ message }: OpenDelivery, id: string): void {
    const { audit, broker, faults } = this.shared;
    message.pushes++;
    audit.pushes++;
    if (message.pushes > 1) audit.redeliveries++;
    const line = pushLine(message, id, broker.messageIdOf(message));
    const cuts = faults.disconnectEvery > 0 && ++this.pushed >= faults.disconnectEvery;
    this.write(cuts && faults.cutsMidLine ? line.slice(0, line.length >>> 1) : line);
    if (cuts) this.cut();
  }

  // --- from the client -----------------------------------------------------------------------------------------------

  private read(chunk: Buffer): void {
    this.watch();
    if (this.shared.faults.blackHole) return;
    this.input = this.input.length === 0 ? chunk : Buffer.concat([this.input, chunk]);
    let from = 0;
    for (;;) {
      const end = this.input.indexOf(LINE_FEED, from);
      if (end < 0 || this.closed) break;
      const line = this.input.toString('utf8', from, end).trim();
      from = end + 1;
      if (line !== '') this.take(line);
    }
    this.input = this.input.subarray(from);
    if (this.input.length > LONGEST_LINE) this.close();
  }

  private take(line: string): void {
    let frame: unknown;
    try {
      frame = JSON.parse(line);
    } catch {
      this.invalid(INVALID.notJson, 'not json');
      return;
    }
    if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
      this.invalid(INVALID.notJson, 'not an object');
      return;
    }
    this.dispatch(frame as Record<string, unknown>, line);
  }

  private dispatch(frame: Record<string, unknown>, line: string): void {
    this.shared.logFrame(this.number, frame);
    const { cmd } = frame;
    if (cmd === 'ping') this.reply({ cmd: 'pong' });
    else if (cmd === 'login_req' || cmd === 'enterprise_login_req') this.login(frame);
    else if (!HANDLED.has(cmd as string)) this.invalid(INVALID.unknown, `unknown cmd ${String(cmd)}`, frame);
    else if (!this.loggedIn) this.invalid(INVALID.notLoggedIn, 'not login', frame);
    else if (cmd === 'event_ack') this.acknowledge(line);
    else if (cmd === 'subscribe_req') this.subscribe(frame);
    else if (cmd === 'unsubscribe_req') this.unsubscribe(frame);
    else this.control(frame);
  }

  private login(frame: Record<string, unknown>): void {
    if (this.loggedIn) {
      this.invalid(INVALID.alreadyLoggedIn, 'already login');
      return;
    }
    const { faults } = this.shared;
    const fault = faults.takeLogin();
    if (fault?.kind === 'silent') return;
    if (fault?.kind === 'garbage') {
      this.write(`${fault.line ?? '{"cmd":"login_res","data":"what?"}'}\n`);
      return;
    }
    const refusal = fault?.kind === 'refuse' ? (fault.text ?? 'refused') : this.refusalOf(frame.prefetch_count);
    const judged = refusal === undefined ? this.judged(frame) : { refusal };
    if ('refusal' in judged) {
      this.reply({ cmd: 'login_res', data: { result: false, msg: judged.refusal } });
      this.close();
      return;
    }
    this.prefetch = (frame.prefetch_count as number | undefined) ?? DEFAULT_PREFETCH;
    this.loggedIn = true;
    const accepted = { cmd: 'login_res', data: { result: true, msg: 'ok' } };
    this.reply(accepted);
    if (fault?.kind === 'twice') this.reply(accepted);
    if (fault?.kind === 'close') {
      this.close();
      return;
    }
    for (const { queue, events } of judged.grants) this.join(queue, events);
  }

  private judged({ cmd, data }: Record<string, unknown>): { grants: Grant[] } | { refusal: string } {
    const { broker, source, behaviour } = this.shared;
    const given = cmd === 'login_req' ? { entries: data } : enterpriseEntries(data, source);
    return 'refusal' in given ? given : judge(given.entries, source.products, broker, behaviour);
  }

  private refusalOf(prefetch: unknown): string | undefined {
    const { allowFrom } = this.shared.behaviour;
    const address = (this.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    if (allowFrom && !allowFrom.includes(address)) return 'ip is not in the white list';
    if (prefetch === undefined) return undefined;
    const fits = Number.isInteger(prefetch) && (prefetch as number) > 0 && (prefetch as number) <= MOST_PREFETCH;
    return fits ? undefined : 'prefetch_count is invalid';
  }

  private join(queue: PushQueue, events: ReadonlySet<string>): void {
    const name = `${queue.productKey} ${queue.subkey}`;
    const existing = this.consumers.get(name);
    if (existing) existing.events = new Set([...existing.events, ...events]);
    else {
      const consumer = new ProductConsumer(this, queue, events);
      this.consumers.set(name, consumer);
      queue.join(consumer);
    }
    queue.rebind(this.shared.behaviour.relogin);
    this.shared.broker.serve(queue);
  }

  private subscribe(frame: Record<string, unknown>): void {
    const { broker, source, behaviour } = this.shared;
    if (!behaviour.hasSubscriptions) {
      this.invalid(INVALID.unknown, 'unknown cmd subscribe_req', frame);
      return;
    }
    const judged = judge(frame.data, source.products, broker, behaviour);
    if ('refusal' in judged) {
      this.reply({ cmd: 'subscribe_res', result: false, msg: judged.refusal, data: frame.data });
      if (behaviour.closesAfterRefusedSubscription) this.close();
      return;
    }
    this.reply({ cmd: 'subscribe_res', result: true, msg: 'ok', data: frame.data });
    for (const { queue, events } of judged.grants) this.join(queue, events);
  }

  private unsubscribe(frame: Record<string, unknown>): void {
    const { behaviour } = this.shared;
    if (!behaviour.hasSubscriptions) {
      this.invalid(INVALID.unknown, 'unknown cmd unsubscribe_req', frame);
      return;
    }
    const entries = Array.isArray(frame.data) ? (frame.data as Record<string, unknown>[]) : [];
    const found = entries.map((entry) => ({
      consumer: this.consumers.get(`${String(entry?.product_key)} ${String(entry?.subkey)}`),
      events: Array.isArray(entry?.events) ? (entry.events as string[]) : [],
    }));
    if (found.length === 0 || found.some(({ consumer }) => !consumer)) {
      this.reply({ cmd: 'unsubscribe_res', result: false, msg: 'not subscribed', data: frame.data });
      return;
    }
    for (const { consumer, events } of found) {
      if (!consumer) continue;
      consumer.events = new Set([...consumer.events].filter((event) => !events.includes(event)));
      consumer.queue.rebind('replace');
    }
    this.reply({ cmd: 'unsubscribe_res', result: true, msg: 'ok', data: frame.data });
  }

  /** The id is read from the text: a number beyond 2^53 would not survive parsing. */
  private acknowledge(line: string): void {
    const { audit, behaviour, clock, broker } = this.shared;
    const deliveryId = /"delivery_id"\s*:\s*("(?:[^"\\]|\\.)*"|[-+.\deE]+)/.exec(line)?.[1] ?? '';
    const entry = { at: clock.now(), connection: this.number, deliveryId };
    const delivery = this.deliveries.get(deliveryId);
    if (!delivery) {
      audit.book({ ...entry, verdict: this.verdictOf(deliveryId) });
      if (behaviour.unknownAck === 'stall') this.stalled = true;
      if (behaviour.unknownAck === 'close') this.close();
      return;
    }
    const { message, consumer } = delivery;
    this.deliveries.delete(deliveryId);
    audit.book({ ...entry, verdict: 'ok' }, message);
    // Repetitions of one push are acknowledged each for itself, but fill one place of the window.
    if (delivery.settled) return;
    delivery.settled = true;
    this.inWindow--;
    consumer.open--;
    broker.serve(consumer.queue);
    if (behaviour.prefetchScope === 'connection') {
      for (const other of this.consumers.values()) if (other !== consumer) broker.serve(other.queue);
    }
  }

  private verdictOf(deliveryId: string): 'double' | 'unknown' | 'malformed' {
    if (deliveryId === '') return 'malformed';
    if (!/^\d+$/.test(deliveryId)) return 'unknown';
    const id = BigInt(deliveryId);
    return id >= this.shared.behaviour.firstDeliveryId && id < this.nextId ? 'double' : 'unknown';
  }

  private control(frame: Record<string, unknown>): void {
    const version = frame.cmd === 'remote_control_v2_req' ? 'v2' : 'v1';
    const productKeys = new Set([...this.consumers.values()].map(({ queue }) => queue.productKey));
    try {
      const result = carryOut(frame, version, productKeys, this.shared.source);
      const cmd = version === 'v2' ? 'remote_control_v2_res' : 'remote_control_res';
      this.reply({ cmd, ...('msg_id' in frame ? { msg_id: frame.msg_id } : {}), result });
    } catch (error) {
      if (!(error instanceof InvalidControl)) throw error;
      this.invalid(INVALID.form, error.message, frame);
    }
  }

  // --- to the client -------------------------------------------------------------------------------------------------

  /** Sends an `invalid_msg`. */
  invalid(code: number, msg: string, frame: Record<string, unknown> = {}): void {
    this.reply({ cmd: 'invalid_msg', error_code: code, msg, ...('msg_id' in frame ? { msg_id: frame.msg_id } : {}) });
    if (this.shared.behaviour.closesAfterInvalid) this.close();
  }

  /** Sends a line as it is, whatever is in it. */
  write(text: string): void {
    if (this.closed || this.shared.faults.blackHole) return;
    this.output += text;
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => this.flush());
  }

  private reply(frame: Record<string, unknown>): void {
    this.write(`${JSON.stringify(frame)}\n`);
  }

  private flush(): void {
    this.flushing = false;
    const bytes = Buffer.from(this.output);
    this.output = '';
    if (bytes.length === 0) return;
    const size = this.shared.faults.chunkBytes;
    if (size === 0 && this.pieces.length === 0) {
      this.socket.write(bytes);
      return;
    }
    const idle = this.pieces.length === 0;
    const step = size || bytes.length;
    for (let from = 0; from < bytes.length; from += step) this.pieces.push(bytes.subarray(from, from + step));
    if (idle) this.writePiece();
  }

  /** Each piece waits until the one before has left; written at once they would be put together again. */
  private writePiece(): void {
    this.socket.write(this.pieces[0], () => {
      this.pieces.shift();
      if (this.pieces.length > 0) this.writePiece();
      else this.shut?.();
    });
  }

  /** Ends the socket once everything has been written. */
  private shutBy(shut: () => void): void {
    if (this.closed) return;
    this.flush();
    if (this.pieces.length > 0) this.shut = shut;
    else shut();
    this.end();
  }

  /** Drops the client as one that has not been heard of for too long. */
  dropSilent(): void {
    this.write('No Heartbeat!\n');
    this.close();
  }

  /** Closes after what was written. */
  close(): void {
    this.shutBy(() => this.socket.end());
  }

  /** Tears the connection down after what was written, which may end in mid-line. */
  cut(): void {
    this.shutBy(() => this.socket.destroySoon());
  }

  private watch(): void {
    const { clock, behaviour } = this.shared;
    if (this.heartbeat !== undefined) clock.clearTimeout(this.heartbeat);
    this.heartbeat = clock.setTimeout(() => this.dropSilent(), behaviour.heartbeatMs);
    unref(this.heartbeat);
  }

  private watchRepeats(): void {
    const { clock, behaviour } = this.shared;
    if (behaviour.repeatAfterMs <= 0 || this.repeat !== undefined) return;
    this.repeat = clock.setTimeout(() => {
      this.repeat = undefined;
      const now = clock.mono();
      for (const [id, delivery] of [...this.deliveries]) {
        if (this.closed) return;
        if (now - delivery.sentAt < behaviour.repeatAfterMs || delivery.settled || delivery.latestId !== id) continue;
        delivery.sentAt = now;
        const again = behaviour.repeatId === 'same' ? id : String(this.nextId++);
        if (again !== id) {
          delivery.latestId = again;
          this.deliveries.set(again, delivery);
        }
        this.send(delivery, again);
      }
      if (this.deliveries.size > 0) this.watchRepeats();
    }, behaviour.repeatAfterMs);
    unref(this.repeat);
  }

  /** What was not acknowledged goes back to the head of its queue. */
  private end(): void {
    if (this.closed) return;
    this.closed = true;
    const { clock, broker } = this.shared;
    if (this.heartbeat !== undefined) clock.clearTimeout(this.heartbeat);
    if (this.repeat !== undefined) clock.clearTimeout(this.repeat);
    const open = new Set([...this.deliveries.values()].filter(({ settled }) => !settled));
    this.deliveries.clear();
    this.onClosed();
    for (const consumer of this.consumers.values()) {
      const mine = [...open].filter((delivery) => delivery.consumer === consumer);
      consumer.queue.leave(
        consumer,
        mine.map(({ message }) => message),
      );
      broker.serve(consumer.queue);
    }
  }
}

const HANDLED: ReadonlySet<string> = new Set([
  'event_ack',
  'subscribe_req',
  'unsubscribe_req',
  'remote_control_req',
  'remote_control_v2_req',
]);

/** A timer of the machine's clock must not keep a process alive. */
function unref(timer: Timer): void {
  (timer as { unref?: () => void }).unref?.();
}
