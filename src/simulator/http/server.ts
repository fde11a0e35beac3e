import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../cloud/clock';
import { deliver, Pending } from './deliver';
import { executes, type FaultSpec, type Faults } from './faults';
import { type ApiAnswer, type ApiRequest, type HttpApi, jsonAnswer } from './message';
import type { LoggedRequest, RequestLog } from './request-log';

/** Largest body that is read; more is answered 413. */
const BODY_LIMIT = 1024 * 1024;

export interface SimulatorServerOptions {
  clock: Clock;
  /** The APIs that share the port; the first that owns a path answers it. */
  apis: readonly HttpApi[];
  /** Interface for whoever steers the simulator; no fault meets it and the log leaves it out. */
  steering: HttpApi;
  faults: Faults;
  log: RequestLog;
  /** Put before every path, as a gateway would; empty for none. */
  basePath: string;
  /** How long an idle connection is kept, milliseconds. */
  keepAliveMs: number;
  /** Takes requests to change to another protocol; none are taken unless given. */
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

class TooLarge extends Error {}

/** The HTTP server of the simulated clouds. */
export class SimulatorServer {
  private readonly server: Server;
  private readonly pending: Pending;

  constructor(private readonly options: SimulatorServerOptions) {
    this.pending = new Pending(options.clock);
    this.server = createServer((request, response) => void this.serve(request, response));
    this.server.keepAliveTimeout = options.keepAliveMs;
    if (options.upgrade) this.server.on('upgrade', options.upgrade);
    this.server.on('clientError', (_, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
  }

  /** Begins to listen; port 0 takes any free one. Rejects with the system's error when the address is taken. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    return (this.server.address() as AddressInfo).port;
  }

  /** Stops, with every connection and every answer under way. */
  async close(): Promise<void> {
    this.pending.drop();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    response.sendDate = false;
    response.setHeader('date', new Date(this.options.clock.now()).toUTCString());
    response.on('error', () => {});
    incoming.on('error', () => {});
    try {
      await this.route(incoming, response);
    } catch (error) {
      if (error instanceof TooLarge) {
        response.setHeader('connection', 'close');
        deliver(response, jsonAnswer(413, { detail: 'Request body too large.' }), undefined, this.pending);
      } else if (!response.headersSent && !response.destroyed) {
        deliver(response, jsonAnswer(500, { detail: 'Internal server error.' }), undefined, this.pending);
      }
    }
  }

  private async route(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { apis, steering, faults, log, clock, basePath } = this.options;
    const url = incoming.url ?? '/';
    const headers = plainHeaders(incoming);
    if (steering.owns(pathOf(url))) {
      const request = await this.read(incoming, url, headers);
      deliver(response, steering.answer(request), undefined, this.pending);
      return;
    }
    const method = incoming.method ?? 'GET';
    const entry = log.add({ at: Math.floor(clock.now()), method, url, headers });
    const inside = url.startsWith(basePath) ? url.slice(basePath.length) : '';
    const path = pathOf(inside);
    const api = apis.find((candidate) => candidate.owns(path));
    const operation = api?.operationOf(method, path);
    if (operation !== undefined) entry.operation = operation;
    const met = faults.take({ method, path, ...(operation !== undefined && { operation }) });
    if (met.length > 0) entry.faults = met.map(({ kind }) => kind);
    if (met.some(({ kind }) => kind === 'resetOnHead')) {
      response.socket?.resetAndDestroy();
      return;
    }
    const request = await this.read(incoming, inside, headers);
    log.setBody(entry, request.body);
    for (const spec of met) faults.applyState(spec);
    const spoiling = met.find(({ kind }) => kind !== 'delay' && kind !== 'quota' && kind !== 'expireTokens');
    const answer = answerUnder(api, request, spoiling);
    const wait = met.reduce((sum, spec) => sum + (spec.kind === 'delay' ? spec.ms : 0), 0);
    const send = (): void => this.send(response, answer, spoiling, entry);
    if (wait > 0) this.pending.after(wait, send);
    else send();
  }

  private send(
    response: ServerResponse,
    answer: ApiAnswer,
    spoiling: FaultSpec | undefined,
    entry: LoggedRequest,
  ): void {
    if (response.destroyed) return;
    deliver(response, answer, spoiling, this.pending);
    if (response.headersSent) entry.status = response.statusCode;
  }

  private async read(incoming: IncomingMessage, url: string, headers: Record<string, string>): Promise<ApiRequest> {
    const body = await bodyOf(incoming);
    return {
      method: incoming.method ?? 'GET',
      path: pathOf(url),
      query: new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : ''),
      headers,
      body,
      remoteAddress: (incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    };
  }
}

/** Reads a body whole. What is too large is read on and thrown away, so that the refusal can still be delivered. */
function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    incoming.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size <= BODY_LIMIT) pieces.push(piece);
      else reject(new TooLarge());
    });
    incoming.on('end', () => resolve(Buffer.concat(pieces)));
    incoming.on('close', () => reject(new Error('request ended early')));
  });
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

function plainHeaders(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function answerUnder(api: HttpApi | undefined, request: ApiRequest, spoiling: FaultSpec | undefined): ApiAnswer {
  const carriedOut = !spoiling || executes(spoiling);
  const answer =
    api && carriedOut ? api.answer(request) : jsonAnswer(api ? 200 : 404, api ? {} : { detail: 'Not found.' });
  return spoiling?.kind === 'error' && api ? api.refusal(spoiling.code) : answer;
}
