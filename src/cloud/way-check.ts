import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock } from './clock';
import { Connector, type TlsSettings } from './connector';
import { Deadlines } from './deadlines';
import type { CloudError } from './errors';
import type { Findings } from './findings';
import { inTime } from './in-time';
import { type ProxySettings, resolveProxy } from './proxy-settings';
import { type Sender, Transport } from './transport';
import { ConnectFailure, timeoutError, wireError } from './wire-errors';

/** A clock that is this far off is worth a word; from the second on, what is signed with the time is refused. */
const CLOCK_WARNING_MS = 30_000;
const CLOCK_FAILURE_MS = 300_000;
const DAY_MS = 86_400_000;
/** A certificate that ends within so many days is usually renewed by then; if not, somebody has to look. */
const CERTIFICATE_DAYS = 14;
const ADDRESSES_SHOWN = 3;

/** The way to a cloud, as configured. */
export interface Way {
  /** `http(s)://host[:port][/prefix]` */
  baseUrl: string;
  tls?: TlsSettings;
  proxy?: ProxySettings;
}

export interface WayCheckOptions {
  clock: Clock;
  /** For each of its three steps, milliseconds. */
  timeoutMs: number;
  /** The addresses of a name; the machine's own resolver unless given. */
  resolve?: (name: string) => Promise<string[]>;
  /** `process.env` unless given. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Looks at the way to a cloud: the name, the connection with its certificate, the time that the cloud tells. No
 * credentials are sent. Returns whether calls can be made.
 */
export async function checkWay(findings: Findings, way: Way, options: WayCheckOptions): Promise<boolean> {
  const { clock, timeoutMs, environment = process.env } = options;
  const target = new URL(way.baseUrl);
  let proxyHost: string | undefined;
  try {
    proxyHost = resolveProxy(target, way.proxy, environment)?.host;
  } catch (error) {
    findings.failed('connection', error as CloudError);
    return false;
  }
  if (!(await checkName(findings, target, proxyHost, options))) return false;
  if (!(await checkConnection(findings, target, way, options))) return false;
  const { tls, proxy } = way;
  const transport = new Transport({ baseUrl: way.baseUrl, clock, tls, proxy, environment, connections: 1 });
  try {
    return await checkClock(findings, transport, clock, timeoutMs);
  } finally {
    await transport.close();
  }
}

async function checkName(
  findings: Findings,
  target: URL,
  proxyHost: string | undefined,
  { resolve = systemResolve, clock, timeoutMs }: WayCheckOptions,
): Promise<boolean> {
  const host = proxyHost ?? bare(target.hostname);
  if (isIP(host)) {
    findings.say('name', 'ok', proxyHost === undefined ? 'name.address' : 'name.proxyAddress', { host });
    return true;
  }
  try {
    const addresses = await inTime(resolve(host), clock, timeoutMs, () => timeoutError(host, timeoutMs, 'not-sent'));
    const shown = addresses.slice(0, ADDRESSES_SHOWN).join(', ');
    findings.say('name', 'ok', proxyHost === undefined ? 'name.resolved' : 'name.proxy', { host, addresses: shown });
    return true;
  } catch (error) {
    findings.failed('name', wireError(error, { host, begun: false, answered: false }));
    return false;
  }
}

async function checkConnection(
  findings: Findings,
  target: URL,
  { tls, proxy }: Way,
  { clock, timeoutMs, environment = process.env }: WayCheckOptions,
): Promise<boolean> {
  const host = target.host;
  const deadlines = new Deadlines(clock);
  const route = resolveProxy(target, proxy, environment);
  try {
    const connector = new Connector({ target, proxy: route, tls, timeoutMs, deadlines });
    const socket = await new Promise<import('node:net').Socket>((resolve, reject) => {
      connector.connect((failure, connected) => {
        if (connected) resolve(connected);
        else reject(failure ?? new ConnectFailure('network', 'UNKNOWN'));
      });
    });
    socket.on('error', () => undefined);
    if (socket instanceof TLSSocket && target.protocol === 'https:') tellCertificate(findings, socket, host, clock);
    else if (isLoopback(target)) findings.say('connection', 'ok', 'connection.local', { host });
    else findings.say('connection', 'warning', 'connection.plain', { host });
    socket.destroy();
    return true;
  } catch (error) {
    findings.failed('connection', wireError(error, { host, begun: false, answered: false }));
    return false;
  } finally {
    deadlines.clear();
  }
}

function tellCertificate(findings: Findings, socket: TLSSocket, host: string, clock: Clock): void {
  const params = { host, protocol: socket.getProtocol() ?? 'TLS' };
  if (!socket.authorized) {
    findings.say('connection', 'warning', 'connection.unverified', params);
    return;
  }
  const days = Math.floor((Date.parse(socket.getPeerCertificate().valid_to) - clock.now()) / DAY_MS);
  const ends = days < CERTIFICATE_DAYS;
  findings.say('connection', ends ? 'warning' : 'ok', ends ? 'connection.expires' : 'connection.tls', {
    ...params,
    days,
  });
}

/** Compares the clocks by one request without credentials, whatever is answered to it. Returns whether it was answered. */
export async function checkClock(
  findings: Findings,
  sender: Sender,
  clock: Clock,
  timeoutMs: number,
): Promise<boolean> {
  try {
    await new Promise<void>((resolve, reject) => {
      sender.send(
        { method: 'GET', path: '/' },
        { timeoutMs },
        {
          refusal: () => undefined,
          onReply: () => resolve(),
          // A redirect, say, is no answer to a call, but it tells the time.
          onFailure: (error) => (error.statusCode === undefined ? reject(error) : resolve()),
        },
      );
    });
  } catch (error) {
    findings.failed('connection', error as CloudError);
    return false;
  }
  const differenceMs = clock.now() - sender.serverTime.now();
  if (!sender.serverTime.known) {
    findings.say('clock', 'skipped', 'clock.unknown');
    return true;
  }
  if (Math.abs(differenceMs) <= CLOCK_WARNING_MS) {
    findings.say('clock', 'ok', 'clock.right');
    return true;
  }
  const state = Math.abs(differenceMs) > CLOCK_FAILURE_MS ? 'failed' : 'warning';
  const minutes = Math.round(Math.abs(differenceMs) / 6000) / 10;
  findings.say('clock', state, differenceMs > 0 ? 'clock.ahead' : 'clock.behind', { minutes });
  return true;
}

async function systemResolve(name: string): Promise<string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
