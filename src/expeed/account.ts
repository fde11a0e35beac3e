import type { CallMeta, CallResult, Wait } from '../cloud/call-types';
import { Caller, type CallerSettings } from '../cloud/caller';
import type { Clock } from '../cloud/clock';
import type { Logger } from '../cloud/logger';
import { type Closable, identityKey } from '../cloud/registry';
import { buildRequest } from '../cloud/request';
import type { TokenRenewal } from '../cloud/token-life';
import { type ProxySettings, type Sender, type TlsSettings, Transport } from '../cloud/transport';
import { englishText } from '../texts';
import { countingSender } from './counting-sender';
import { type ExpeedOperationId, expeedOperations } from './operations';
import { EXPEED_RULES, readReply, readToken } from './replies';
import { TOKEN_CALLS_A_DAY, TokenBudget } from './token-budget';
import { TokenSeal } from './token-seal';
import { type TokenStore, TokenVault } from './token-vault';

/** A platform has one token. */
const SCOPE = 'platform';

/** Used up to the end of its life, since each token call counts; no renewal ahead of need. */
const RENEWAL: TokenRenewal = { marginMs: 5000, marginPart: 0.05, softPart: 0, shortestMs: 1000 };

/** The platform states no hourly quota; the governor then has nothing to pace. */
const NO_QUOTA = 1_000_000_000;

/** Calls on their way at once, and calls waiting for their turn: the document states no bound, so these are modest. */
const CONCURRENCY = 10;
const QUEUE = 10_000;
const MAX_WAIT_MS = 60_000;

/** A setting older than this is not sent any more: nobody expects a switch to act on what was wanted long ago. */
const FRESH_MS = 10_000;

export interface PlatformIdentity {
  /** Without `/v1` and without a slash at its end. */
  baseUrl: string;
  platformKey: string;
  secretKey: string;
}

/** How an account reaches the platform. */
export interface PlatformSettings {
  /** For one try of one call, milliseconds. */
  timeoutMs: number;
  tls?: TlsSettings;
  proxy?: ProxySettings;
}

export interface ExpeedAccountOptions {
  identity: PlatformIdentity;
  settings: PlatformSettings;
  clock: Clock;
  log: Logger;
  /** Makes the connections; one over HTTP unless given. */
  transport?: Sender;
}

/** How a call is made: in whose name, for how long, and who hears of its waits. */
export interface CallOptions {
  /** Id of the node that asks. */
  origin: string;
  /** Ends the call as closed. One for the node's life, not one a call. */
  signal?: AbortSignal;
  onWait?: (wait: Wait) => void;
}

export type Body = Readonly<Record<string, unknown>>;

/** One platform: its connections, its token with the day's budget, and everything that its nodes ask of it. */
export class ExpeedAccount implements Closable {
  private readonly caller: Caller;
  private readonly budget: TokenBudget;
  private readonly vault: TokenVault;
  private token = { token: '', expiresAt: 0 };
  /** Stores that are being read: a token in one of them spares a token call. */
  private restoring: Promise<unknown> | undefined;
  private readonly identity: PlatformIdentity;
  readonly clock: Clock;
  private log: Logger;
  /** What the transport was made with: another one is made only when that changes. */
  private route: string;

  constructor({ identity, settings, clock, log, transport }: ExpeedAccountOptions) {
    this.identity = identity;
    this.clock = clock;
    this.log = log;
    this.route = routeOf(settings);
    const warn = (key: string, textParams: Record<string, string | number>): void => {
      this.log.warn(englishText(key, textParams), key, textParams);
    };
    this.budget = new TokenBudget(clock, (count) =>
      warn('expeed.events.tokenCalls', { count, limit: TOKEN_CALLS_A_DAY }),
    );
    const seal = new TokenSeal(identity.secretKey, `${identity.baseUrl}\n${identity.platformKey}`);
    this.vault = new TokenVault(seal, (reason) => warn('expeed.events.storeFailed', { reason: this.redact(reason) }));
    const login = expeedOperations['platform.token'];
    this.caller = new Caller({
      transport: this.counted(transport ?? this.connect(settings)),
      clock,
      rules: EXPEED_RULES,
      settings: boundsOf(settings),
      renewal: RENEWAL,
      secrets: [identity.secretKey],
      // The account outlives the node that opened it: the last one deployed hears of its changes.
      log: {
        info: (text, textKey, params) => this.log.info(text, textKey, params),
        warn: (text, textKey, params) => this.log.warn(text, textKey, params),
      },
      login: () => ({
        request: buildRequest(
          login,
          {},
          { supplied: { platform_key: identity.platformKey, secret_key: identity.secretKey } },
        ),
        read: (reply) => readToken(login, reply),
      }),
      onToken: (_scope, token, expiresAt) => {
        this.token = { token, expiresAt };
        this.keep();
      },
    });
  }

  /** Takes the settings of a config node that has been deployed; the token stays. */
  configure(settings: PlatformSettings, log: Logger): void {
    this.log = log;
    const transport = this.goesBy(settings) ? undefined : this.counted(this.connect(settings));
    this.caller.configure(boundsOf(settings), transport);
    this.route = routeOf(settings);
  }

  /** Whether connections under these settings go the way that this account's do. */
  goesBy(settings: PlatformSettings): boolean {
    return routeOf(settings) === this.route;
  }

  /** `http(s)://host[:port][/prefix]`, without `/v1`. */
  get baseUrl(): string {
    return this.identity.baseUrl;
  }

  /**
   * Resolves when the platform has a usable token; fetches one when it has none and it is not too early for that.
   * @throws CloudError
   */
  async signIn(): Promise<void> {
    if (this.restoring) await this.restored();
    await this.caller.signIn(SCOPE);
  }

  /** Token calls of the last 24 hours. */
  get tokenCalls(): number {
    return this.budget.recent.length;
  }

  /**
   * Keeps the token in a store from now on, and takes the one that is there. Calls wait for that.
   * @returns a function that takes the store out again
   */
  attachStore(store: TokenStore): () => void {
    let detached = false;
    let detach = (): void => {
      detached = true;
    };
    const restoring = this.vault.attach(store).then(({ kept, detach: leave }) => {
      if (detached) leave();
      detach = leave;
      if (!kept) return;
      this.budget.restore(kept.calls);
      if (this.token.token === '') this.caller.seedToken(SCOPE, kept.token, kept.expiresAt);
    });
    const all = Promise.all([this.restoring, restoring]);
    this.restoring = all;
    void all.then(() => {
      if (this.restoring === all) this.restoring = undefined;
    });
    return () => detach();
  }

  /** Resolves when the stores that were attached have been read; calls wait for it by themselves. */
  async restored(): Promise<void> {
    while (this.restoring) await this.restoring;
  }

  /**
   * Makes one call with the platform's token.
   * @param since monotonic time of the wish, for a setting: it is not sent when that is too long ago
   * @throws CloudError
   */
  async call(
    operationId: Exclude<ExpeedOperationId, 'platform.token'>,
    params: Readonly<Record<string, unknown>>,
    options: CallOptions,
    since = this.clock.mono(),
  ): Promise<CallResult<Body>> {
    const operation = expeedOperations[operationId];
    const request = buildRequest(operation, params, { supplied: {} });
    if (this.restoring) await this.restored();
    const isSetting = operation.lane === 'control';
    return this.caller.call({
      lane: operation.lane,
      origin: options.origin,
      tokenScope: SCOPE,
      build: (token) => ({ ...request, headers: { ...request.headers, access_token: token as string } }),
      read: (reply) => readReply(operation, reply),
      signal: options.signal,
      onWait: options.onWait,
      ...(isSetting
        ? { sequence: String(params.deviceId), deadlineMs: since + FRESH_MS - this.clock.mono() }
        : undefined),
    });
  }

  /** Any text with the platform's secrets masked. */
  redact(text: string): string {
    return this.caller.redact(text);
  }

  /** Resolves when what is to be kept is in its stores. */
  kept(): Promise<void> {
    return this.vault.settled();
  }

  /** Ends everything under way; what is to be kept is kept when the promise resolves. */
  async close(): Promise<void> {
    await this.caller.close();
    await this.kept();
  }

  private connect({ tls, proxy }: PlatformSettings): Transport {
    const { baseUrl } = this.identity;
    return new Transport({ baseUrl, clock: this.clock, connections: CONCURRENCY, tls, proxy });
  }

  private counted(transport: Sender): Sender {
    const { path } = expeedOperations['platform.token'];
    return countingSender(transport, path, this.budget, () => this.keep());
  }

  private keep(): void {
    this.vault.save({ ...this.token, calls: [...this.budget.recent] });
  }
}

/** Everything that decides where connections go and what they trust, as a key that shows none of it. */
export function routeOf({ tls, proxy }: PlatformSettings): string {
  return identityKey({ settings: JSON.stringify([tls ?? null, proxy ?? null]) });
}

function boundsOf({ timeoutMs }: PlatformSettings): CallerSettings {
  return { timeoutMs, concurrency: CONCURRENCY, quotaPerHour: NO_QUOTA, queue: QUEUE, maxWaitMs: MAX_WAIT_MS };
}

/** The cost of a call, without its result. */
export function metaOf({ body: _body, ...meta }: CallResult<unknown>): CallMeta {
  return meta;
}
