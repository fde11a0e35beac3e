import type { ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import { systemClock } from '../../src/cloud/clock';
import { normalPath, RouteTable } from '../../src/expeed/route-table';
import type { WebhookMemory, WebhookRequest } from '../../src/expeed/webhook';
import { isOwnProbe } from './webhook-probe';

type Answer = (request: WebhookRequest, response: ServerResponse) => void;
type Next = (error?: unknown) => void;
type Middleware = (request: WebhookRequest, response: ServerResponse, next: Next) => void;

/** Paths whose memory is kept after their node has gone; a redeploy brings it back within seconds. */
const MOST_MEMORIES = 64;

/** What one HTTP application of Node-RED answers for our nodes. */
interface Routes {
  readonly table: RouteTable<Answer>;
  readonly memories: Map<string, WebhookMemory>;
}

/** An Express application, as far as we need it. */
interface Application {
  use(middleware: Middleware): void;
}

const applications = new WeakMap<object, Routes>();

/** A path that a node answers at. */
export interface JoinedRoute {
  readonly memory: WebhookMemory;
  /** Gives the path back: from then on it is as unknown as before. */
  leave(): void;
}

/**
 * Takes a path on Node-RED's HTTP server for nodes, below `httpNodeRoot`. Express gets one middleware of ours for its
 * life, which asks a table; so redeploys change nothing in Express itself, and no path is read as a pattern.
 * @param answer makes the answer for a memory that outlives the node: what was seen at this path before
 * @throws CloudError GIZ_CONFIG when the path is none, or another node has it.
 */
export function joinRoute(RED: NodeAPI, path: string, answer: (memory: WebhookMemory) => Answer): JoinedRoute {
  const routes = routesOf(RED);
  const key = normalPath(path);
  const memory = routes.memories.get(key) ?? newMemory();
  const leave = routes.table.join(key, answer(memory));
  routes.memories.delete(key);
  routes.memories.set(key, memory);
  for (const oldest of routes.memories.keys()) {
    if (routes.memories.size <= MOST_MEMORIES) break;
    routes.memories.delete(oldest);
  }
  return { memory, leave };
}

function newMemory(): WebhookMemory {
  const { WebhookMemory: Memory } = require('../../src/expeed/webhook') as typeof import('../../src/expeed/webhook');
  return new Memory(systemClock);
}

function routesOf(RED: NodeAPI): Routes {
  const application = RED.httpNode as unknown as Application & object;
  let routes = applications.get(application);
  if (!routes) {
    routes = { table: new RouteTable(), memories: new Map() };
    applications.set(application, routes);
    application.use(dispatcher(routes.table, middlewareOf(RED)));
  }
  return routes;
}

function dispatcher(table: RouteTable<Answer>, middleware: readonly Middleware[]): Middleware {
  return (request, response, next) => {
    const answer = table.find((request as unknown as { path: string }).path);
    if (!answer) {
      next();
      return;
    }
    const step = (index: number): void => {
      const one = middleware[index];
      if (!one && isOwnProbe(request)) response.writeHead(204).end();
      else if (!one) answer(request, response);
      else {
        one(request, response, (error) => {
          if (error) next(error);
          else step(index + 1);
        });
      }
    };
    step(0);
  };
}

/** What the administrator has put before every HTTP node: a way to let only some requests through. */
function middlewareOf(RED: NodeAPI): readonly Middleware[] {
  const { httpNodeMiddleware } = RED.settings as { httpNodeMiddleware?: unknown };
  const list = Array.isArray(httpNodeMiddleware) ? httpNodeMiddleware.flat() : [httpNodeMiddleware];
  return list.filter((one): one is Middleware => typeof one === 'function');
}
