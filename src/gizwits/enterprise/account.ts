import type { CallResult, Login, Wait } from '../../cloud/call-types';
import { Caller, type CallerSettings, type CallerState } from '../../cloud/caller';
import type { Operation, RequestContext } from '../../cloud/catalogue';
import type { Clock } from '../../cloud/clock';
import type { CustomRequest } from '../../cloud/custom-request';
import { CloudError } from '../../cloud/errors';
import type { Logger } from '../../cloud/logger';
import { identityKey } from '../../cloud/registry';
import type { WireRequest } from '../../cloud/reply';
import { buildRequest } from '../../cloud/request';
import { type ProxySettings, type TlsSettings, Transport } from '../../cloud/transport';
import { isWrongPath } from '../reply-reader';
import { suppliedValues, withToken } from './authorization';
import type { CallReply } from './call';
import { buildCustomCall } from './custom-call';
import { enterpriseOperations, type OperationId } from './operations';
import { ProductClient, type ProductIdentity } from './product-client';
import { readReply, VENDOR_RULES } from './replies';

/** How a call is made: in whose name, for how long, and who hears of its waits. */
export interface CallOptions {
  /** Whose turn it is: calls of different origins (node ids) get their turns in rotation. */
  origin: string;
  /** Ends the call as closed. One for the caller's life, not one a call. */
  signal?: AbortSignal;
  /** Monotonic milliseconds after which the call must not be sent any more: commands only act fresh. */
  expiresAt?: number;
  /** For one try of the call, waiting apart, in milliseconds; the account's when absent. */
  timeoutMs?: number;
  /** Calls with the same key are made one after the other. */
  sequence?: string;
  onWait?: (wait: Wait) => void;
}

export interface EnterpriseIdentity {
  /** `http(s)://host[:port][/prefix]`. */
  baseUrl: string;
  enterpriseId: string;
  enterpriseSecret: string;
}

/** How an account reaches the cloud, and its bounds. */
export interface EnterpriseSettings extends CallerSettings {
  tls?: TlsSettings;
  proxy?: ProxySettings;
}

/** The Enterprise API under one enterprise id: what all its products share. */
export class EnterpriseAccount {
  private readonly products = new Map<string, ProductClient>();
  /** Paths that answered where the first one did not exist, by operation (rulings c6 to c8). */
  private readonly paths = new Map<string, string>();

  /** Products by the scope of their token, and what each of them gives to its requests. */
  private readonly scopes = new Map<string, ProductIdentity>();
  private readonly suppliedByScope = new Map<string, RequestContext['supplied']>();
  private readonly caller: Caller;
  /** What the transport was made with: another one is made only when that changes. */
  private route: string;
  private connections: number;

  constructor(
    private readonly enterprise: EnterpriseIdentity,
    settings: EnterpriseSettings,
    readonly clock: Clock,
    private log: Logger,
  ) {
    this.route = routeOf(settings);
    this.connections = settings.concurrency;
    this.caller = new Caller({
      transport: this.transport(settings),
      clock,
      rules: VENDOR_RULES,
      settings,
      login: (scope) => this.login(scope),
      secrets: [enterprise.enterpriseSecret],
      // The account outlives the node that opened it: the last one deployed hears of its changes.
      log: {
        info: (text, textKey, params) => this.log.info(text, textKey, params),
        warn: (text, textKey, params) => this.log.warn(text, textKey, params),
      },
    });
  }

  /** Takes the settings of a config node that has been deployed; tokens and quota stay. */
  configure(settings: EnterpriseSettings, log: Logger): void {
    this.log = log;
    const same = this.goesBy(settings) && settings.concurrency === this.connections;
    this.caller.configure(settings, same ? undefined : this.transport(settings));
    this.route = routeOf(settings);
    this.connections = settings.concurrency;
  }

  /** Whether connections under these settings go the way that this account's do. */
  goesBy(settings: EnterpriseSettings): boolean {
    return routeOf(settings) === this.route;
  }

  /** `http(s)://host[:port][/prefix]` */
  get baseUrl(): string {
    return this.enterprise.baseUrl;
  }

  /** Ends every call and closes the connections. */
  close(): Promise<void> {
    return this.caller.close();
  }

  /** The product's share of this account; the same one for the same identity. */
  product(identity: ProductIdentity): ProductClient {
    const { productKey, productSecret } = identity;
    // A corrected secret is another scope: its first login need not wait for the distance that the wrong one earned.
    const scope = identityKey({ productKey, productSecret });
    let product = this.products.get(scope);
    if (!product) {
      product = new ProductClient(this, identity, scope);
      this.products.set(scope, product);
      this.scopes.set(scope, identity);
      this.suppliedByScope.set(scope, suppliedValues({ ...this.enterprise, ...identity }));
      this.caller.protect(productSecret);
    }
    return product;
  }

  /** One call of the catalogue for a product. @throws CloudError */
  call(
    product: ProductClient,
    operationId: OperationId,
    params: Record<string, unknown>,
    options: CallOptions,
  ): Promise<CallReply> {
    const operation = enterpriseOperations[operationId];
    const known = this.paths.get(operationId);
    const path = known ?? (operation.alternatives ? undefined : operation.path);
    if (path === undefined) return this.callAnyPath(product, operationId, params, options);
    try {
      return this.send(product, operation, this.request(product, operation, params, path), options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The same where documents print several paths, and none has answered yet. */
  private async callAnyPath(
    product: ProductClient,
    operationId: OperationId,
    params: Record<string, unknown>,
    options: CallOptions,
  ): Promise<CallReply> {
    const operation = enterpriseOperations[operationId];
    const candidates = [operation.path, ...(operation.alternatives ?? [])];
    for (const [index, path] of candidates.entries()) {
      const request = this.request(product, operation, params, path);
      try {
        const reply = await this.send(product, operation, request, options);
        if (index > 0) this.paths.set(operationId, path);
        return reply;
      } catch (error) {
        if (!isWrongPath(error) || index === candidates.length - 1) throw error;
      }
    }
    throw new Error('unreachable: an operation has at least one path');
  }

  /** A call of an author's own, under the same token, quota and errors. @throws CloudError */
  customCall(product: ProductClient, custom: CustomRequest, options: CallOptions): Promise<CallReply> {
    const { operation, request } = buildCustomCall(custom, { supplied: this.supplied(product, true) });
    return this.send(product, operation, request, options);
  }

  /**
   * Resolves when the product has a usable token; logs in when it has none and it is not too early for that.
   * @throws CloudError
   */
  signIn(product: ProductClient): Promise<void> {
    return this.caller.signIn(product.scope);
  }

  /** What is on its way and waits, and what is left of the quota. */
  state(): CallerState {
    return this.caller.state();
  }

  /** The cloud's wall clock, epoch milliseconds, as far as its answers have told. */
  serverNow(): number {
    return this.caller.serverNow();
  }

  /** Waits; `signal` ends it with GIZ_CLOSED, `early` ends it as done. Returns whether it ended early. */
  sleep(ms: number, signal: AbortSignal | undefined, early?: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const end = (finish: () => void): void => {
        this.clock.clearTimeout(timer);
        signal?.removeEventListener('abort', onClosed);
        early?.removeEventListener('abort', onEarly);
        finish();
      };
      const onClosed = (): void =>
        end(() => reject(new CloudError({ code: 'GIZ_CLOSED', textKey: 'errors.closed', outcome: 'not-sent' })));
      const onEarly = (): void => end(() => resolve(true));
      const timer = this.clock.setTimeout(() => end(() => resolve(false)), ms);
      signal?.addEventListener('abort', onClosed, { once: true });
      early?.addEventListener('abort', onEarly, { once: true });
      if (signal?.aborted) onClosed();
      else if (early?.aborted) onEarly();
    });
  }

  private request(
    product: ProductClient,
    operation: Operation,
    params: Record<string, unknown>,
    path: string,
  ): WireRequest {
    const supplied = this.supplied(product, operation.authentication === 'signature');
    return buildRequest(operation, params, { supplied, path, clock: this.clock });
  }

  private send(
    product: ProductClient,
    operation: Operation,
    request: WireRequest,
    options: CallOptions,
  ): Promise<CallResult<unknown>> {
    const { origin, signal, onWait, timeoutMs, expiresAt } = options;
    return this.caller.call({
      lane: operation.lane,
      origin,
      tokenScope: operation.authentication === 'token' ? product.scope : undefined,
      sequence: options.sequence,
      build: (token) => (token === undefined ? request : withToken(request, token)),
      read: (reply) => readReply(operation, reply),
      signal,
      onWait,
      timeoutMs,
      deadlineMs: expiresAt === undefined ? undefined : expiresAt - this.clock.mono(),
    });
  }

  private login(scope: string): Login {
    const operation = enterpriseOperations['product.token'];
    const supplied = suppliedValues({ ...this.enterprise, ...this.scopes.get(scope) });
    return {
      request: buildRequest(operation, {}, { supplied }),
      read: (reply) => {
        // Documents disagree on the name (c1): the table has one, every example the other.
        const body = readReply(operation, reply) as { token: string; expired_at?: unknown; expire_at?: unknown };
        return { value: body.token, expiresAt: body.expired_at ?? body.expire_at };
      },
    };
  }

  private transport(settings: EnterpriseSettings): Transport {
    const { tls, proxy, concurrency } = settings;
    return new Transport({ baseUrl: this.enterprise.baseUrl, clock: this.clock, connections: concurrency, tls, proxy });
  }

  private supplied({ scope }: ProductClient, signed: boolean): RequestContext['supplied'] {
    const fixed = this.suppliedByScope.get(scope);
    if (fixed && !signed) return fixed;
    return suppliedValues({ ...this.enterprise, ...this.scopes.get(scope) }, this.serverNow() / 1000);
  }
}

/** Everything that decides where connections go and what they trust, as a key that shows none of it. */
export function routeOf({ tls, proxy }: EnterpriseSettings): string {
  return identityKey({ settings: JSON.stringify([tls ?? null, proxy ?? null]) });
}
