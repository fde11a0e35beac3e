import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Clock } from '../../cloud/clock';
import { AckAudit } from './audit';
import { SNOTI_BEHAVIOUR, type SnotiBehaviour } from './behaviour';
import { Broker } from './broker';
import { type CertificateKind, CertificateMaker, type Identity } from './certificate';
import { type SharedState, SnotiConnection } from './connection';
import { SnotiFaults } from './faults';
import type { PushQueue } from './queue';
import type { SnotiEvent, SnotiSource } from './source';

export interface SnotiServerOptions {
  clock: Clock;
  source: SnotiSource;
  behaviour?: Partial<SnotiBehaviour>;
  /** Message ids are drawn from it. */
  seed?: string;
  /** Names and addresses that the certificate is for, besides localhost and the address listened on. */
  hosts?: readonly string[];
}

/** A frame that a client sent. */
export interface LoggedFrame {
  /** Epoch milliseconds. */
  at: number;
  connection: number;
  /** Secrets are masked. */
  frame: Record<string, unknown>;
}

const LOGGED = 2000;

/** The simulated push service: TLS with a certificate made at start, durable queues, and a book of acknowledgements. */
export class SnotiServer {
  readonly audit = new AckAudit();
  readonly faults = new SnotiFaults();
  readonly behaviour: SnotiBehaviour;
  /** Frames from clients, newest last; acknowledgements and pings are left out. */
  readonly frames: LoggedFrame[] = [];
  /** Connections accepted, TLS handshakes that clients broke off, and the most connections open at once. */
  readonly counts = { accepted: 0, handshakesFailed: 0, mostOpen: 0 };
  private readonly broker: Broker;
  private readonly shared: SharedState;
  private readonly open = new Map<SnotiConnection, TLSSocket>();
  /** TCP sockets below TLS, by the client's port: only they can be reset. */
  private readonly wires = new Map<number, Socket>();
  private readonly identities = new Map<CertificateKind, Identity>();
  private certificates: CertificateMaker | undefined;
  private server: Server | undefined;
  private shown: CertificateKind | undefined;

  constructor(private readonly options: SnotiServerOptions) {
    const { clock, source, seed = '1' } = options;
    this.behaviour = { ...SNOTI_BEHAVIOUR, ...options.behaviour };
    this.broker = new Broker(clock, source, this.behaviour, seed);
    this.shared = {
      clock,
      source,
      broker: this.broker,
      behaviour: this.behaviour,
      faults: this.faults,
      audit: this.audit,
      logFrame: (connection, frame) => this.logFrame(connection, frame),
    };
  }

  /** Certificate of the authority that signs for this server, PEM: what a client has to trust. */
  get ca(): string {
    if (!this.certificates) throw new Error('the server is not listening');
    return this.certificates.ca;
  }

  /** Starts to listen; 0 takes any free port. @returns the port */
  async listen(port = 0, host = '127.0.0.1'): Promise<number> {
    this.certificates = new CertificateMaker([
      ...new Set(['localhost', '127.0.0.1', '::1', host, ...(this.options.hosts ?? [])]),
    ]);
    const server = createServer(this.identity(), (socket) => this.accept(socket));
    this.server = server;
    server.on('tlsClientError', () => {
      this.counts.handshakesFailed++;
    });
    // A handshake is always answered by the certificate that is asked for at that moment.
    server.prependListener('connection', (wire: Socket) => this.connected(wire));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return (server.address() as AddressInfo).port;
  }

  /** Queues and what waits in them. */
  get queues(): readonly PushQueue[] {
    return this.broker.all;
  }

  get connections(): readonly SnotiConnection[] {
    return [...this.open.keys()];
  }

  /** Puts an event of one's own into the queues that are bound to it. @returns its number in the audit */
  publish(event: SnotiEvent): number {
    return this.broker.publish(event);
  }

  /** Deletes a queue nobody is connected to; false when there is none. */
  deleteQueue(productKey: string, subkey: string): boolean {
    return this.broker.deleteQueue(productKey, subkey);
  }

  /** Serves all queues again, e.g. after a fault was taken back. */
  resume(): void {
    for (const queue of this.broker.all) this.broker.serve(queue);
  }

  /** Cuts all connections; by `reset` without the courtesy of a TLS end. */
  cut(how: 'end' | 'reset' = 'reset'): void {
    for (const [connection, socket] of [...this.open]) {
      if (how === 'reset') this.wires.get(socket.remotePort ?? 0)?.resetAndDestroy();
      else connection.close();
    }
  }

  /** Drops all clients as not heard of. */
  dropSilent(): void {
    for (const connection of this.connections) connection.dropSilent();
  }

  /** Sends a line of one's own to all clients. */
  sendLine(line: string): void {
    for (const connection of this.connections) connection.write(`${line}\n`);
  }

  async close(): Promise<void> {
    for (const [connection, socket] of [...this.open]) {
      connection.close();
      socket.destroy();
    }
    this.broker.close();
    const { server } = this;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private accept(socket: TLSSocket): void {
    this.counts.accepted++;
    if (this.faults.closesOnAccept) {
      socket.on('error', () => undefined);
      socket.end();
      return;
    }
    const connection = new SnotiConnection(this.counts.accepted, socket, this.shared, () =>
      this.open.delete(connection),
    );
    this.open.set(connection, socket);
    this.counts.mostOpen = Math.max(this.counts.mostOpen, this.open.size);
  }

  private identity(): Identity {
    const kind = this.faults.certificate;
    this.shown = kind;
    const made = this.identities.get(kind) ?? (this.certificates as CertificateMaker).identity(kind);
    this.identities.set(kind, made);
    return made;
  }

  private connected(wire: Socket): void {
    const port = wire.remotePort ?? 0;
    this.wires.set(port, wire);
    wire.once('close', () => this.wires.delete(port));
    if (this.shown !== this.faults.certificate) this.server?.setSecureContext(this.identity());
  }

  private logFrame(connection: number, frame: Record<string, unknown>): void {
    if (frame.cmd === 'event_ack' || frame.cmd === 'ping') return;
    const text = JSON.stringify(frame, (name, value: unknown) => (/_secret$/.test(name) ? '***' : value));
    this.frames.push({ at: this.options.clock.now(), connection, frame: JSON.parse(text) as Record<string, unknown> });
    if (this.frames.length > LOGGED) this.frames.shift();
  }
}
