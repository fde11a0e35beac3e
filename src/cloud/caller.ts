import { type Abortable, AbortGroups } from './abort-groups';
import { Breaker } from './breaker';
import { asCloudError, type CallCore, CallRun, closedError } from './call-run';
import type { CallResult, CallSpec, IssuedToken, Login, Quota, VendorRules } from './call-types';
import type { Clock } from './clock';
import { Deadlines } from './deadlines';
import type { CloudError } from './errors';
import { Governor, type GovernorSettings, type GovernorState, HOURLY_QUOTA, THROTTLING } from './governor';
import { configError } from './input';
import { LinkedList } from './linked-list';
import { type Logger, silentLogger } from './logger';
import type { RateLimit } from './rate-limit-headers';
import { Redactor } from './redact';
import { RetryBudget } from './retry-budget';
import { Sequences } from './sequences';
import type { TokenRenewal } from './token-life';
import { TokenProvider } from './token-provider';
import type { Sender } from './transport';

export type { CallMeta, CallResult, CallSpec, IssuedToken, Login, Quota, VendorRules, Wait } from './call-types';
export { callMetaOf } from './call-types';

/** A login is not worth more, and every call of its scope waits for it. */
const LOGIN_TIMEOUT_MS = 15_000;

export interface CallerSettings extends GovernorSettings {
  /** For one try of one call, waiting apart, in milliseconds. */
  timeoutMs: number;
}

export interface CallerOptions {
  transport: Sender;
  clock: Clock;
  rules: VendorRules;
  settings: CallerSettings;
  /** How a scope logs in; for accounts whose calls name a `tokenScope`. May compute it anew for each login. */
  login?: (scope: string) => Login;
  /** When tokens are renewed, unless as usual. */
  renewal?: TokenRenewal;
  /** Told of each new token; for stores that keep it over a restart. `expiresAt` is epoch milliseconds. */
  onToken?: (scope: string, token: string, expiresAt: number) => void;
  /** Credentials that must never appear in an error or a log. Tokens are added by themselves. */
  secrets?: Iterable<string | undefined>;
  log?: Logger;
}

/** State of an account for status and tests. */
export interface CallerState extends GovernorState {
  /** Calls that fail at once because the host could not be reached. */
  stopped: boolean;
}

/**
 * The calls of one account: tokens, turns, quota, tries and their ends, over one transport. All its nodes share one
 * caller, and it knows no vendor: rules, requests and readers come in as data and functions.
 */
export class Caller {
  private readonly core: Core;

  constructor(options: CallerOptions) {
    this.core = new Core(options);
  }

  /**
   * Makes one call. Ends exactly once, with the result or a {@link CloudError} whose texts are free of secrets;
   * `callMetaOf(error)` tells what the failed call cost.
   */
  call<T>(spec: CallSpec<T>): Promise<CallResult<T>> {
    return this.core.run(spec, false);
  }

  /** Takes new settings, and another transport for the calls to come; the old one is closed when its calls are over. */
  configure(settings: CallerSettings, transport?: Sender): void {
    this.core.configure(settings, transport);
  }

  /** The server's wall clock as far as its answers have told, epoch milliseconds. */
  serverNow(): number {
    return this.core.transport.serverTime.now();
  }

  /**
   * Resolves when the scope has a usable token; logs in when it has none, at the account's own pace: while that is too
   * early, it fails at once with what the last login met.
   * @throws CloudError
   */
  signIn(scope: string): Promise<void> {
    return this.core.signIn(scope);
  }

  state(): CallerState {
    return { ...this.core.governor.state(), stopped: this.core.breaker.open };
  }

  /** Takes a token known from before. `expiresAt` is epoch milliseconds by the server's clock. */
  seedToken(scope: string, token: string, expiresAt: number): void {
    this.core.tokens.seed(scope, token, expiresAt);
  }

  /** A token was refused by another service of the same cloud: the next call logs in anew. */
  rejectToken(scope: string, token: string, error: CloudError): void {
    this.core.tokens.invalidate(scope, token, error);
  }

  /** Whether valid tokens of the scope keep being refused: another program may be using the same credentials. */
  tokenElsewhere(scope: string): boolean {
    return this.core.tokens.elsewhere(scope);
  }

  /** Adds a secret that must never appear in an error or a log. */
  protect(secret: string): void {
    this.core.redactor.add(secret);
  }

  /** Any text with the account's secrets masked. */
  redact(text: string): string {
    return this.core.redactor.text(text);
  }

  /**
   * Ends everything that waits or is on its way (GIZ_CLOSED; a command on its way GIZ_OUTCOME_UNKNOWN) and closes the
   * connections. Nothing is left behind when the promise resolves.
   */
  close(): Promise<void> {
    return this.core.close();
  }
}

class Core implements CallCore {
  readonly clock: Clock;
  readonly rules: VendorRules;
  readonly deadlines: Deadlines;
  readonly governor: Governor;
  readonly breaker: Breaker;
  readonly budget = new RetryBudget();
  readonly tokens: TokenProvider;
  readonly sequences: Sequences;
  readonly aborts = new AbortGroups();
  readonly live = new LinkedList<Abortable>();
  readonly redactor: Redactor;
  transport: Sender;
  timeoutMs: number;
  maxWaitMs: number;
  closed = false;
  private readonly retiring = new Set<Sender>();
  private quotaReset = 0;
  private quotaResetText = '';

  constructor(private readonly options: CallerOptions) {
    const { transport, clock, rules, settings, log = silentLogger } = options;
    this.clock = clock;
    this.rules = rules;
    this.transport = transport;
    this.timeoutMs = settings.timeoutMs;
    this.maxWaitMs = settings.maxWaitMs;
    this.deadlines = new Deadlines(clock);
    this.sequences = new Sequences(this.deadlines);
    this.redactor = new Redactor([...(options.secrets ?? []), ...transport.secrets]);
    const closure = rules.throttles ? THROTTLING : HOURLY_QUOTA;
    this.governor = new Governor(clock, bounded(settings, transport), transport.host, log, closure);
    this.breaker = new Breaker(clock, transport.host, log);
    this.tokens = new TokenProvider({
      clock,
      serverTime: () => this.transport.serverTime,
      login: (scope) => this.logIn(scope),
      credentialCodes: rules.credentialCodes,
      ...(rules.expiryCodes ? { expiryCodes: rules.expiryCodes } : {}),
      ...(options.renewal ? { renewal: options.renewal } : {}),
      host: transport.host,
      log,
      onToken: (scope, token, expiresAt) => {
        this.redactor.addToken(token);
        options.onToken?.(scope, token, expiresAt);
      },
    });
  }

  run<T>(spec: CallSpec<T>, isLogin: boolean): Promise<CallResult<T>> {
    return new Promise((resolve, reject) => {
      new CallRun<T>(this, spec, isLogin, resolve, reject).begin();
    });
  }

  signIn(scope: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.tokens.wait(scope, {
        // Who asks is a person at a dialog: better told at once.
        patienceMs: 0,
        tokenReady: resolve,
        tokenFailed: (error) => reject(this.redactor.error(error)),
      });
    });
  }

  callOver(): void {
    if (this.retiring.size > 0 && this.live.empty) void this.closeRetired();
  }

  configure(settings: CallerSettings, transport: Sender | undefined): void {
    this.timeoutMs = settings.timeoutMs;
    this.maxWaitMs = settings.maxWaitMs;
    if (transport && transport !== this.transport) {
      this.retiring.add(this.transport);
      this.transport = transport;
      for (const secret of transport.secrets) this.redactor.add(secret);
      // Whoever corrects a proxy or a certificate wants to see at once whether it helps.
      this.breaker.reset();
      this.tokens.routeChanged();
      if (this.live.empty) void this.closeRetired();
    }
    this.governor.configure(bounded(settings, this.transport));
  }

  quota(rate: RateLimit): Quota {
    const resetAt = Math.round((this.transport.serverTime.now() + rate.resetInMs) / 1000) * 1000;
    if (resetAt !== this.quotaReset) {
      this.quotaReset = resetAt;
      this.quotaResetText = new Date(resetAt).toISOString();
    }
    return { limit: rate.limit, remaining: rate.remaining, resetAt: this.quotaResetText };
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const call of this.live.values()) call.abort();
    this.tokens.close(closedError('not-sent'));
    this.governor.stop();
    this.deadlines.clear();
    await Promise.all([this.transport.close(), this.closeRetired()]);
  }

  /** Outside of any caller's signal: who gives up waiting must not end the login of the others. */
  private async logIn(scope: string): Promise<IssuedToken> {
    const login = this.describeLogin(scope);
    const result = await this.run<IssuedToken>(
      {
        lane: 'control',
        origin: '',
        timeoutMs: Math.min(LOGIN_TIMEOUT_MS, this.timeoutMs),
        build: () => login.request,
        read: (reply) => login.read(reply),
      },
      true,
    );
    return result.body;
  }

  private describeLogin(scope: string): Login {
    try {
      const login = this.options.login?.(scope);
      if (login) return login;
    } catch (thrown) {
      throw asCloudError(thrown);
    }
    throw configError('missing', { field: 'login' });
  }

  private async closeRetired(): Promise<void> {
    const senders = [...this.retiring];
    this.retiring.clear();
    await Promise.all(senders.map((sender) => sender.close()));
  }
}

function bounded(settings: GovernorSettings, transport: Sender): GovernorSettings {
  return { ...settings, concurrency: Math.max(1, Math.min(settings.concurrency, transport.capacity)) };
}
