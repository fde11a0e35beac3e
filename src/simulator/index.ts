import { type Clock, systemClock } from '../cloud/clock';
import { AppApi } from './app/api';
import { SIMULATED_PASSWORD } from './app/operations/users';
import { AppSocketServer } from './app/socket/server';
import { EnterpriseApi } from './enterprise/api';
import type { Behaviour } from './enterprise/behaviour';
import { EXPEED_ROOT, ExpeedApi } from './expeed/api';
import { PLATFORM } from './expeed/platform';
import { Faults } from './http/faults';
import { type LoggedRequest, RequestLog } from './http/request-log';
import { SimulatorServer } from './http/server';
import { Steering } from './http/steering';
import type { SnotiBehaviour } from './snoti/behaviour';
import { makeCertificate } from './snoti/certificate';
import { SnotiServer } from './snoti/server';
import { worldSource } from './snoti/world-source';
import { ENTERPRISE, makeProducts } from './world/products';
import { type Execution, World } from './world/world';

export type { AppApi } from './app/api';
export type { AppSocketServer } from './app/socket/server';
export type { Behaviour } from './enterprise/behaviour';
export type { ExpeedApi } from './expeed/api';
export type { Fault, FaultKind, FaultMatch, FaultSpec } from './http/faults';
export type { LoggedRequest } from './http/request-log';
export type { SnotiBehaviour } from './snoti/behaviour';
export type { SnotiServer } from './snoti/server';
export type { WorldEvents } from './world/events';
export type { Command, CommandOrigin, ControlResult, Execution, World } from './world/world';

export interface SimulatorOptions {
  /** Time of the simulated clouds; the machine's unless given. */
  clock?: Clock;
  /** Same seed and same day, same world. 1 unless given. */
  seed?: number;
  /** 0, the default, takes any free port. */
  port?: number;
  /** Address to listen on; only this machine unless given. */
  host?: string;
  /** Put before every path, as a gateway would: `/gizwits`. None unless given. */
  basePath?: string;
  /** How long an idle connection is kept, milliseconds; 5000 unless given. */
  keepAliveMs?: number;
  /** Days of history that the cloud keeps; 30 unless given. */
  historyDays?: number;
  /** Devices of the first product; 200 unless given. The first 200 are always the same. */
  devices?: number;
  /** Where the cloud's behaviour shall differ from the start. */
  behaviour?: Partial<Behaviour>;
  /** Port of the push service; 0, the default, takes any free port. */
  snotiPort?: number;
  /** Where the push service's behaviour shall differ from the start. */
  snotiBehaviour?: Partial<SnotiBehaviour>;
  /** Whether the app WebSocket is offered over TLS too, with a certificate of its own; false unless given. */
  appSocketTls?: boolean;
}

/** A product with the credentials that open it. */
export interface SimulatedProduct {
  productKey: string;
  productSecret: string;
  /** Push credentials. */
  authId: string;
  authSecret: string;
  name: string;
}

/** The Open API with what opens it. */
export interface SimulatedApp {
  baseUrl: string;
  appId: string;
  appSecret: string;
  /** A user with a name, and the password that all simulated users have. */
  username: string;
  password: string;
  uid: string;
  /** Behaviour, tokens and what users have stored. */
  api: AppApi;
  /** Connections and faults of the WebSocket. */
  socket: AppSocketServer;
  /** Certificate that a client of the WebSocket over TLS has to trust, PEM; empty without TLS. */
  ca: string;
}

/** A running simulator. */
export interface Simulator {
  /** `http://host:port`, without a path. */
  readonly url: string;
  readonly enterprise: { id: string; secret: string; baseUrl: string };
  readonly products: readonly SimulatedProduct[];
  /** The push service: where it listens, what to trust (PEM), and its faults, behaviour and audit. */
  readonly snoti: { host: string; port: number; ca: string; server: SnotiServer };
  /** The Expeed platform; its devices, behaviour, tokens and registered addresses hang on `api`. */
  readonly expeed: { baseUrl: string; platformKey: string; secretKey: string; webhookToken: string; api: ExpeedApi };
  /** The Open API, with the app and a user who has devices. */
  readonly app: SimulatedApp;
  /** Made when first asked for. */
  readonly world: World;
  readonly faults: Faults;
  /** What the cloud does where the documents leave it open; may be changed at any time. */
  readonly behaviour: Behaviour;
  /** Requests to the simulated clouds, newest last; without secrets. */
  readonly requests: LoggedRequest[];
  /** Commands that really took effect, oldest first. */
  readonly executed: readonly Execution[];
  /** Logins that succeeded by product key, and how many were refused. */
  readonly logins: { byProduct: Readonly<Record<string, number>>; refused: number };
  /** Stops everything; leaves no handle behind. */
  close(): Promise<void>;
}

/** Starts the simulated clouds, all HTTP on one port and the push service on another. Rejects when a port is taken. */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { clock = systemClock, seed = 1, port = 0, host = '127.0.0.1', basePath = '', keepAliveMs = 5000 } = options;
  const { historyDays = 30, behaviour = {}, snotiPort = 0, snotiBehaviour } = options;
  let made: World | undefined;
  const world = (): World => {
    made ??= new World({ clock, seed, historyDays, devices: options.devices });
    return made;
  };
  const api = new EnterpriseApi(clock, world, seed);
  Object.assign(api.behaviour, behaviour);
  const expeed = new ExpeedApi(clock, world, seed);
  const app = new AppApi(clock, world, seed);
  const appSocket = new AppSocketServer({ clock, world, tokens: app.tokens });
  const faults = new Faults({
    quota: (change) => api.quota.set(change),
    expireTokens: (productKey) => {
      api.tokens.expire(productKey);
      if (productKey !== undefined) return;
      expeed.tokens.expire();
      app.tokens.expire();
    },
    forgetTokens: () => {
      api.tokens.forget();
      expeed.tokens.expire();
      app.tokens.forget();
    },
  });
  const productKeys = new Set(makeProducts().map(({ productKey }) => productKey));
  const log = new RequestLog((value) => productKeys.has(value));
  const steering = new Steering({ api, world, faults, log });
  const server = new SimulatorServer({
    clock,
    apis: [expeed, api, app],
    steering,
    faults,
    log,
    basePath,
    keepAliveMs,
    upgrade: (request, socket, head) => appSocket.upgrade(request, socket, head),
  });
  const snoti: SnotiServer = new SnotiServer({
    clock,
    source: worldSource(world, makeProducts(), {
      rawShape: () => snoti.behaviour.rawShape,
      tellsOwnCommands: () => snoti.behaviour.tellsOwnCommands,
    }),
    behaviour: snotiBehaviour,
    seed: String(seed),
  });
  const listening = await server.listen(port, host);
  const snotiListening = await snoti.listen(snotiPort, host).catch(async (error) => {
    await server.close();
    throw error;
  });
  const identity = options.appSocketTls
    ? makeCertificate({ commonName: 'simulated app WebSocket', hosts: ['localhost', host] })
    : undefined;
  app.socket.port = listening;
  if (identity) app.socket.securePort = await appSocket.listen(host, identity);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${listening}`;
  return {
    url,
    enterprise: { ...ENTERPRISE, baseUrl: url + basePath },
    products: makeProducts().map(({ productKey, productSecret, authId, authSecret, name }) => ({
      productKey,
      productSecret,
      authId,
      authSecret,
      name,
    })),
    snoti: { host, port: snotiListening, ca: snoti.ca, server: snoti },
    expeed: { ...PLATFORM, baseUrl: url + basePath + EXPEED_ROOT, api: expeed },
    get app() {
      const { username, uid } = app.demoUser;
      const [first] = world().apps;
      return {
        baseUrl: url + basePath,
        appId: first?.appid ?? '',
        appSecret: first?.appSecret ?? '',
        username: username ?? '',
        password: SIMULATED_PASSWORD,
        uid,
        api: app,
        socket: appSocket,
        ca: identity?.cert ?? '',
      };
    },
    get world() {
      return world();
    },
    faults,
    behaviour: api.behaviour,
    requests: log.entries,
    get executed() {
      return world().executed;
    },
    get logins() {
      return { byProduct: api.tokens.logins, refused: api.tokens.refusedLogins };
    },
    async close() {
      expeed.close();
      app.close();
      made?.close();
      await Promise.all([server.close(), appSocket.close(), snoti.close()]);
    },
  };
}
