import type { Clock } from '../../cloud/clock';
import type { ApiRequest } from '../http/message';
import type { Device } from '../world/device';
import type { User } from '../world/people';
import type { App } from '../world/products';
import type { CommandOrigin, World } from '../world/world';
import type { AppBehaviour } from './behaviour';
import { AppRefused } from './errors';
import { Fields } from './fields';
import type { Runner } from './runner';
import type { AppStore } from './store';
import type { AppTokens } from './tokens';

/** What all operations of the API share. */
export interface AppCloud {
  readonly clock: Clock;
  readonly world: World;
  readonly behaviour: AppBehaviour;
  readonly tokens: AppTokens;
  readonly store: AppStore;
  readonly runner: Runner;
  /** Ports of the WebSocket; the secure one is 0 unless it was asked for. */
  readonly socket: { port: number; securePort: number };
}

/** A request on its way through an operation. */
export class AppCall {
  private signedIn: User | undefined;
  private read: Fields | undefined;
  readonly query: Fields;

  constructor(
    readonly cloud: AppCloud,
    readonly request: ApiRequest,
    /** Values of the path's placeholders, decoded. */
    readonly params: Readonly<Record<string, string>>,
  ) {
    this.query = new Fields(Object.fromEntries(request.query));
  }

  get world(): World {
    return this.cloud.world;
  }

  get store(): AppStore {
    return this.cloud.store;
  }

  get now(): number {
    return this.world.now();
  }

  /** The app that calls: 9003 when there is none such. */
  get app(): App {
    const app = this.world.app(this.request.headers['x-gizwits-application-id'] ?? '');
    if (!app) throw new AppRefused(9003);
    return app;
  }

  /** The user that calls. */
  get user(): User {
    if (!this.signedIn) {
      const uid = this.cloud.tokens.user(this.request.headers['x-gizwits-user-token'], this.app.appid);
      this.signedIn = this.world.people.user(uid);
      if (!this.signedIn) throw new AppRefused(9005);
    }
    return this.signedIn;
  }

  /** The JSON object of the body; an absent one is empty. The content type does not matter to the cloud. */
  get body(): Fields {
    if (!this.read) {
      const text = this.request.body.toString('utf8').trim();
      let value: unknown;
      try {
        value = text === '' ? {} : JSON.parse(text);
      } catch {
        throw new AppRefused(9015, 'JSON parse error');
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw new AppRefused(9015, 'Invalid data.');
      this.read = new Fields(value as Record<string, unknown>);
    }
    return this.read;
  }

  /** A device that the calling user has: 9014 unknown, 9017 not bound. */
  device(did = this.params.did): Device {
    const device = this.world.device(did ?? '');
    if (!device) throw new AppRefused(9014);
    if (!this.world.people.current(this.user.uid, device.did)) throw new AppRefused(9017);
    return device;
  }

  /** Who a command of this call comes from. */
  get origin(): CommandOrigin {
    return { source: 'open_api', appid: this.app.appid, uid: this.user.uid };
  }
}

/** `2017-09-11T11:41:23Z`. */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
