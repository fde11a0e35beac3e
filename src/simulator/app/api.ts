import type { Clock } from '../../cloud/clock';
import type { ApiAnswer, ApiRequest, HttpApi } from '../http/message';
import type { User } from '../world/people';
import type { World } from '../world/world';
import { type AppBehaviour, defaultAppBehaviour } from './behaviour';
import { AppCall, type AppCloud } from './call';
import { AppRefused } from './errors';
import { endShares } from './operations/sharing';
import { findAppRoute } from './routes';
import { Runner } from './runner';
import { AppStore } from './store';
import { AppTokens } from './tokens';

const CAPTCHA = '/captcha/image/';

/** The Open API over the world that all simulated clouds share. It knows nothing of sockets. */
export class AppApi implements HttpApi {
  readonly name = 'app';
  readonly behaviour: AppBehaviour = defaultAppBehaviour();
  readonly tokens: AppTokens;
  readonly store: AppStore;
  /** Where the WebSocket listens; set once it does. */
  readonly socket = { port: 0, securePort: 0 };
  private readonly runner: Runner;
  private demo: User | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly world: () => World,
    seed: number,
  ) {
    this.tokens = new AppTokens(clock, seed, this.behaviour);
    this.store = new AppStore(seed);
    this.runner = new Runner(clock, world, this.store);
  }

  /** A user of the first app with a name to log in with, and with many devices: for demonstrations. Always the same. */
  get demoUser(): User {
    this.demo ??= this.findDemoUser();
    return this.demo;
  }

  private findDemoUser(): User {
    const world = this.world();
    const [app] = world.apps;
    const counts = new Map<string, number>();
    for (const { uid, isOwner } of world.people.held()) if (isOwner) counts.set(uid, (counts.get(uid) ?? 0) + 1);
    const candidates = world.people.users.filter(({ username, appid }) => username !== null && appid === app?.appid);
    return candidates.reduce((best, user) => ((counts.get(user.uid) ?? 0) > (counts.get(best.uid) ?? 0) ? user : best));
  }

  owns(path: string): boolean {
    return path.startsWith('/app/') || path === '/status' || path === '/errors' || path.startsWith(CAPTCHA);
  }

  operationOf(method: string, path: string): string | undefined {
    const found = findAppRoute(method, path);
    return found && 'route' in found ? found.route.operation : undefined;
  }

  answer(request: ApiRequest): ApiAnswer {
    if (request.path.startsWith(CAPTCHA)) return this.captcha(request.path.split('/')[3] ?? '');
    const found = findAppRoute(request.method, request.path);
    if (!found) return this.json(404, { detail: 'Not found.' });
    if ('allowed' in found) {
      const answer = this.json(405, { detail: `Method "${request.method}" not allowed.` });
      return { ...answer, headers: { ...answer.headers, allow: found.allowed.join(', ') } };
    }
    const { clock, behaviour, tokens, store, runner, socket } = this;
    const cloud: AppCloud = { clock, world: this.world(), behaviour, tokens, store, runner, socket };
    const call = new AppCall(cloud, request, found.params);
    const { route } = found;
    try {
      endShares(call);
      if (route.byAppToken) tokens.app(request.headers['x-gizwits-application-token'], call.app.appid);
      const body = route.answer(call);
      if (body === undefined) return { status: route.status, headers: {}, body: '' };
      if (body !== null && 'status' in body && 'body' in body) return this.json(Number(body.status), body.body);
      return this.json(route.status, body);
    } catch (error) {
      if (error instanceof AppRefused) return this.refuse(error);
      throw error;
    }
  }

  refusal(code: number): ApiAnswer {
    return this.refuse(new AppRefused(code));
  }

  close(): void {
    this.runner.close();
  }

  /** The picture of a captcha. A person reads it; so may a test. */
  private captcha(id: string): ApiAnswer {
    const shown = this.store.captchas.get(id);
    if (shown === undefined) return this.json(404, { detail: 'Not found.' });
    const text = `<text x="8" y="26" font-family="monospace" font-size="24">${shown}</text>`;
    const body = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="36">${text}</svg>`;
    return { status: 200, headers: { 'content-type': 'image/svg+xml' }, body };
  }

  /** As captured: the code a number, the detail null when there is none. */
  private refuse({ code, status, message, detail }: AppRefused): ApiAnswer {
    return this.json(status, { error_message: message, error_code: code, detail_message: detail });
  }

  private json(status: number, body: unknown): ApiAnswer {
    return {
      status,
      headers: { 'content-type': `${this.behaviour.contentType}; charset=utf-8` },
      body: JSON.stringify(body),
    };
  }
}
