import {
  type CallResult,
  callMetaOf,
  type IssuedToken,
  type Login,
  type Wait,
  withCallMeta,
} from '../../cloud/call-types';
import { Caller, type CallerSettings } from '../../cloud/caller';
import type { Clock } from '../../cloud/clock';
import { CloudError } from '../../cloud/errors';
import { configError } from '../../cloud/input';
import type { Logger } from '../../cloud/logger';
import { type Closable, identityKey } from '../../cloud/registry';
import type { WireRequest } from '../../cloud/reply';
import { buildRequest } from '../../cloud/request';
import { type ProxySettings, type Sender, type TlsSettings, Transport } from '../../cloud/transport';
import type { NestedText } from '../../texts';
import { productSignature } from '../signature';
import { checkLimits, withPlainForms } from './limits';
import type { AppOperation } from './operation';
import { appOperations } from './operations';
import { type AppRegion, regionText } from './regions';
import { APP_RULES, type LoggedIn, readAppReply } from './replies';
import { applicationAuth } from './signatures';

/** How a user logs in: with name and password, as an anonymous user of a device, or with a token from elsewhere. */
export type AppLogin = 'password' | 'anonymous' | 'token';

export interface AppIdentity {
  /** `http(s)://host[:port][/prefix]`, without a slash at its end. */
  baseUrl: string;
  appId: string;
  login: AppLogin;
  /** Name, email address or phone number; with `password`. */
  username?: string;
  password?: string;
  /** What stands for an anonymous user; with `anonymous`. */
  phoneId?: string;
  /** With `token`. */
  token?: string;
  /** For the app's own token, which text messages and captchas need. */
  appSecret?: string;
  /** For the signature of bindings by mac. */
  productSecret?: string;
}

/** How an account reaches the cloud, and its bounds. */
export interface AppSettings {
  region: AppRegion;
  /** For one try of one call, milliseconds. */
  timeoutMs: number;
  /** Calls on their way at most. */
  concurrency: number;
  tls?: TlsSettings;
  proxy?: ProxySettings;
}

export interface AppAccountOptions {
  identity: AppIdentity;
  settings: AppSettings;
  clock: Clock;
  log: Logger;
  /** Makes the connections; one over HTTP unless given. */
  transport?: Sender;
}

/** How a call is made: in whose name, for how long, and who hears of its waits. */
export interface AppCallOptions {
  /** Id of the node that asks. */
  origin: string;
  /** Ends the call as closed. One for the node's life, not one a call. */
  signal?: AbortSignal;
  /** Monotonic milliseconds when the call was wished for: commands only act fresh. Now, unless given. */
  since?: number;
  onWait?: (wait: Wait) => void;
}

/** Who is logged in, as the app WebSocket wants to know. */
export interface AppUser {
  uid: string;
  token: string;
}

/** Scopes of the two tokens that an account may have. */
const USER = 'user';
const APP = 'app';

/** No quota is documented; throttling (9041) closes the gate for seconds. */
const NO_QUOTA = 1_000_000_000;
const QUEUE = 10_000;
const MAX_WAIT_MS = 60_000;

/** A command older than this is not sent any more. */
const FRESH_MS = 10_000;

/** The signature's time was not accepted. */
const TIMESTAMP_INVALID = 9043;

/** Codes that say a given token is of no use any more. */
const TOKEN_REFUSED: ReadonlySet<number> = new Set([9004, 9006]);

/** One user of one app at one address of the Open API: connections, tokens, and the calls. */
export class AppAccount implements Closable {
  readonly clock: Clock;
  readonly identity: AppIdentity;
  private readonly caller: Caller;
  private settings: AppSettings;
  private log: Logger;
  /** What the transport was made with: another one is made only when that changes. */
  private route: string;
  private connections: number;
  private uid: string | undefined;
  /** Token of the last call that was made with one. */
  private userToken: string;

  constructor({ identity, settings, clock, log, transport }: AppAccountOptions) {
    this.identity = identity;
    this.clock = clock;
    this.settings = settings;
    this.log = log;
    this.route = routeOf(settings);
    this.connections = settings.concurrency;
    this.userToken = identity.token ?? '';
    this.caller = new Caller({
      transport: transport ?? this.connect(settings),
      clock,
      rules: APP_RULES,
      settings: boundsOf(settings),
      login: (scope) => (scope === APP ? this.appLogin() : this.userLogin()),
      secrets: [
        identity.password,
        identity.phoneId,
        identity.token,
        identity.appSecret,
        identity.productSecret,
        identity.appSecret && applicationAuth(identity.appId, identity.appSecret),
      ],
      // The account outlives the node that opened it: the last one deployed hears of its changes.
      log: {
        info: (text, textKey, params) => this.log.info(text, textKey, params),
        warn: (text, textKey, params) => this.log.warn(text, textKey, params),
      },
    });
  }

  /** Takes the settings of a config node that has been deployed; tokens stay. */
  configure(settings: AppSettings, log: Logger): void {
    this.log = log;
    this.settings = settings;
    const same = this.goesBy(settings) && settings.concurrency === this.connections;
    this.caller.configure(boundsOf(settings), same ? undefined : this.connect(settings));
    this.route = routeOf(settings);
    this.connections = settings.concurrency;
  }

  /** Whether connections under these settings go the way that this account's do. */
  goesBy(settings: AppSettings): boolean {
    return routeOf(settings) === this.route;
  }

  /** Certificates and proxy, for connections of another kind to the same cloud. */
  get wiring(): { tls?: TlsSettings; proxy?: ProxySettings } {
    const { tls, proxy } = this.settings;
    return { ...(tls ? { tls } : {}), ...(proxy ? { proxy } : {}) };
  }

  /**
   * Resolves when there is a usable token: the app's own, for which the app secret is needed, or the user's, which also
   * may have been given. Logs in when there is none and it is not too early for that.
   * @throws CloudError
   */
  async signIn(whose: 'app' | 'user'): Promise<void> {
    if (whose === 'user' && this.identity.login === 'token') return;
    if (whose === 'app' && !this.identity.appSecret) throw configError('missing', { field: 'appSecret' });
    await this.caller.signIn(whose === 'app' ? APP : USER);
  }

  /** The cloud's wall clock, epoch milliseconds, as far as its answers have told. */
  serverNow(): number {
    return this.caller.serverNow();
  }

  /** Any text with the account's secrets masked. */
  redact(text: string): string {
    return this.caller.redact(text);
  }

  /** Passes a change of state on to the log of the config node. */
  tell(kind: 'info' | 'warn', text: string, textKey: string, params: Record<string, string | number>): void {
    this.log[kind](text, textKey, params);
  }

  /**
   * Makes one call.
   * @throws CloudError; GIZ_BAD_INPUT and GIZ_CONFIG before anything is sent
   */
  async call(
    operation: AppOperation,
    params: Readonly<Record<string, unknown>>,
    options: AppCallOptions,
  ): Promise<CallResult<unknown>> {
    this.checkSecrets(operation);
    const plain = withPlainForms(operation.id, params);
    const request = buildRequest(operation, plain, { supplied: {}, clock: this.clock });
    checkLimits(operation.id, plain, this.serverNow());
    try {
      return await this.send(operation, request, plain, options);
    } catch (error) {
      const hasNewTime = error instanceof CloudError && error.vendorCode === TIMESTAMP_INVALID;
      // The refusal itself has told the cloud's time, and nothing was done.
      if (!hasNewTime || operation.authentication !== 'signedUser') throw error;
      return this.send(operation, request, plain, options);
    }
  }

  /** Who is logged in; logs in when nobody is. The token is good: a call has just been made with it. */
  async user(options: AppCallOptions): Promise<AppUser> {
    const operation = appOperations.get_app_users as AppOperation;
    const { body } = await this.call(operation, {}, options);
    const told = (body as { uid?: unknown }).uid;
    if (typeof told === 'string' && told !== '') this.uid = told;
    if (this.uid === undefined) {
      throw new CloudError({
        code: 'GIZ_BAD_RESPONSE',
        textKey: 'errors.badResponse.shape',
        textParams: { field: 'uid' },
        outcome: 'refused',
      });
    }
    return { uid: this.uid, token: this.userToken };
  }

  /**
   * The live connection has refused a user whom the API still takes: the next call logs in anew.
   * @returns whether that is possible; a token that was given cannot be renewed
   */
  reject({ token }: AppUser, error: CloudError): boolean {
    if (this.identity.login === 'token') return false;
    this.caller.rejectToken(USER, token, error);
    return true;
  }

  /** Ends everything under way and closes the connections. */
  close(): Promise<void> {
    return this.caller.close();
  }

  private send(
    operation: AppOperation,
    request: WireRequest,
    params: Readonly<Record<string, unknown>>,
    options: AppCallOptions,
  ): Promise<CallResult<unknown>> {
    const { origin, signal, onWait, since = this.clock.mono() } = options;
    const scope = this.scopeOf(operation);
    const sequence = operation.command ? `${operation.category}/${params.did ?? params.id}` : undefined;
    return this.caller
      .call<unknown>({
        lane: operation.lane,
        origin,
        ...(scope === undefined ? {} : { tokenScope: scope }),
        build: (token) => ({ ...request, headers: { ...request.headers, ...this.headers(operation, token) } }),
        read: (reply) => readAppReply(operation, reply, this.region),
        signal,
        onWait,
        ...(sequence === undefined ? {} : { sequence, deadlineMs: since + FRESH_MS - this.clock.mono() }),
      })
      .catch((error: unknown) => {
        throw this.explained(error);
      });
  }

  /** A token that was given cannot be renewed here: the error says so. */
  private explained(error: unknown): unknown {
    if (this.identity.login !== 'token' || !(error instanceof CloudError)) return error;
    if (!TOKEN_REFUSED.has(error.vendorCode ?? 0)) return error;
    const told = new CloudError({
      ...error,
      textKey: 'app.givenToken',
      textParams: { ...error.textParams, region: this.region },
      retryable: false,
    });
    const meta = callMetaOf(error);
    return meta ? withCallMeta(told, meta) : told;
  }

  private scopeOf({ authentication }: AppOperation): string | undefined {
    if (authentication === 'appToken') return APP;
    const needsUser = authentication === 'user' || authentication === 'signedUser';
    return needsUser && this.identity.login !== 'token' ? USER : undefined;
  }

  /** Made for each try, with the token and the time of the moment. */
  private headers(operation: AppOperation, token: string | undefined): Record<string, string> {
    const { appId, appSecret = '', productSecret = '', login } = this.identity;
    const headers: Record<string, string> = { 'X-Gizwits-Application-Id': appId };
    switch (operation.authentication) {
      case 'appSecret':
        headers['X-Gizwits-Application-Auth'] = applicationAuth(appId, appSecret);
        break;
      case 'appToken':
        headers['X-Gizwits-Application-Token'] = token ?? '';
        break;
      case 'user':
      case 'signedUser':
        if (login !== 'token') this.userToken = token ?? '';
        headers['X-Gizwits-User-token'] = this.userToken;
        break;
      default:
    }
    if (operation.authentication === 'signedUser') {
      const seconds = Math.floor(this.serverNow() / 1000);
      headers['X-Gizwits-Timestamp'] = String(seconds);
      headers['X-Gizwits-Signature'] = productSignature(productSecret, seconds);
    }
    return headers;
  }

  private checkSecrets({ authentication }: AppOperation): void {
    const { appSecret, productSecret } = this.identity;
    if ((authentication === 'appSecret' || authentication === 'appToken') && !appSecret) {
      throw configError('missing', { field: 'appSecret' });
    }
    if (authentication === 'signedUser' && !productSecret) throw configError('missing', { field: 'productSecret' });
  }

  private userLogin(): Login {
    const { login, username, password, phoneId } = this.identity;
    return login === 'anonymous'
      ? this.loginBy('post_app_users', { phone_id: phoneId })
      : this.loginBy('post_app_login', { username, password });
  }

  private appLogin(): Login {
    return this.loginBy('post_app_request_token', {});
  }

  private loginBy(operationId: string, params: Record<string, unknown>): Login {
    // Logging in an anonymous user a second time changes nothing: it may be repeated like a read.
    const operation: AppOperation = { ...(appOperations[operationId] as AppOperation), lane: 'read' };
    const request = buildRequest(operation, params, { supplied: {} });
    return {
      request: { ...request, headers: { ...request.headers, ...this.headers(operation, undefined) } },
      read: (reply): IssuedToken => {
        const body = readAppReply(operation, reply, this.region) as LoggedIn;
        if (body.uid !== undefined) this.uid = body.uid;
        return { value: body.token, expiresAt: body.expire_at ?? body.expired_at };
      },
    };
  }

  private get region(): NestedText {
    return regionText(this.settings.region, this.identity.baseUrl);
  }

  private connect({ tls, proxy, concurrency }: AppSettings): Transport {
    const { baseUrl } = this.identity;
    return new Transport({ baseUrl, clock: this.clock, connections: concurrency, tls, proxy });
  }
}

/** Everything that decides where connections go and what they trust, as a key that shows none of it. */
export function routeOf({ tls, proxy }: AppSettings): string {
  return identityKey({ settings: JSON.stringify([tls ?? null, proxy ?? null]) });
}

function boundsOf({ timeoutMs, concurrency }: AppSettings): CallerSettings {
  return { timeoutMs, concurrency, quotaPerHour: NO_QUOTA, queue: QUEUE, maxWaitMs: MAX_WAIT_MS };
}
