import { CloudError } from '../../cloud/errors';
import { describeDatapoints, normaliseSchema, type Schema } from '../datapoints/schema';
import type { CallOptions, EnterpriseAccount } from './account';
import { type Call, type CallMeta, type CallReply, metaOf } from './call';
import type { Command } from './control';
import type { OperationId } from './operations';

export interface ProductIdentity {
  productKey: string;
  productSecret: string;
}

/** A device as a look-up by mac gives it. */
export interface FoundDevice {
  did: string;
  passcode?: string;
  /** Cost of the call; absent when the answer was at hand. */
  meta?: CallMeta;
}

/** Datapoint values that a device has reported. */
export interface DeviceReport {
  did: string;
  attrs: Record<string, unknown>;
  /** Epoch milliseconds by the cloud's clock; undefined when the report does not say. */
  createdAt: number | undefined;
}

export type ReportListener = (report: DeviceReport) => void;

interface CachedDevice {
  did: string;
  passcode?: string;
  /** Monotonic milliseconds. */
  foundAt: number;
}

/** Devices kept at most; the one that was looked up longest ago goes first. */
const MOST_CACHED = 50_000;

/** A definition older than this is fetched anew, and kept when that fails. */
const SCHEMA_LIFE_MS = 3_600_000;

/** An unknown datapoint name fetches the definition anew, but a flow that repeats a wrong name must not spend the quota. */
const LEAST_SCHEMA_DISTANCE_MS = 60_000;

/** One product of an enterprise account: its calls, its datapoint definition, and the dids of its macs. */
export class ProductClient {
  readonly productKey: string;
  private readonly devices = new Map<string, CachedDevice>();
  /** Macs by did, from look-ups and from events. */
  private readonly macs = new Map<string, string>();
  private readonly reportListeners = new Map<string, Set<ReportListener>>();
  /** Event nodes that see every datapoint report of the product at the moment. */
  private watchers = 0;
  private known: { schema: Schema; descriptions: Readonly<Record<string, string>>; fetchedAt: number } | undefined;
  private fetching: Promise<Schema> | undefined;
  /** Look-ups of devices under way. */
  private readonly lookUps = new Map<string, Promise<CallReply>>();

  constructor(
    readonly account: EnterpriseAccount,
    { productKey }: ProductIdentity,
    /** Scope of its token in the account. */
    readonly scope: string,
  ) {
    this.productKey = productKey;
  }

  /** One call of the catalogue. @throws CloudError */
  call(operationId: OperationId, params: Record<string, unknown>, options: CallOptions): Promise<CallReply> {
    return this.account.call(this, operationId, params, options);
  }

  /** The same, with the options fixed: what the iterators over pages take. */
  caller(options: CallOptions): Call {
    return (operationId, params) => this.call(operationId as OperationId, params, options);
  }

  /** The cloud's wall clock, epoch milliseconds, as far as its answers have told. */
  serverNow(): number {
    return this.account.serverNow();
  }

  /**
   * The did of a mac, from the cache when it is younger than `cacheMs`.
   * @param wanted.passcode asks for the passcode too, which an older answer may lack
   */
  async device(
    mac: unknown,
    options: CallOptions,
    wanted: { cacheMs: number; passcode?: boolean },
  ): Promise<FoundDevice> {
    // Macs are opaque and case-sensitive (gizwits-http.md A.2.1): the cache takes them as they are.
    const key = typeof mac === 'string' ? mac : undefined;
    const cached = key === undefined ? undefined : this.devices.get(key);
    const fresh = cached && this.account.clock.mono() - cached.foundAt < wanted.cacheMs;
    if (cached && fresh && (!wanted.passcode || cached.passcode !== undefined)) {
      return { did: cached.did, passcode: cached.passcode };
    }
    // Who wants nothing older than the question gets an answer of its own.
    const shared = wanted.cacheMs > 0;
    const reply = await (shared
      ? this.lookUp('device.did', { mac }, options)
      : this.call('device.did', { mac }, options));
    const { did, passcode } = reply.body as { did: string; passcode?: string };
    if (key !== undefined) {
      this.rememberMac(did, key);
      this.remember(key, { did, passcode, foundAt: this.account.clock.mono() });
    }
    return { did, passcode, meta: metaOf(reply) };
  }

  /** The mac of a did: from an earlier event or answer, else looked up. */
  async macOf(did: string, options: CallOptions): Promise<{ mac: string; meta?: CallMeta }> {
    const known = this.macs.get(did);
    if (known !== undefined) return { mac: known };
    const reply = await this.lookUp('devices.search', { type: 'did', val: did, limit: 1 }, options);
    const [device] = (reply.body as { objects: { did?: unknown; mac?: unknown }[] }).objects;
    if (device?.did !== did || typeof device.mac !== 'string' || device.mac === '') throw unknownDevice();
    this.rememberMac(did, device.mac);
    return { mac: device.mac, meta: metaOf(reply) };
  }

  /** Keeps the mac that came with a did. */
  rememberMac(did: string, mac: string): void {
    if (this.macs.get(did) === mac) return;
    this.macs.set(did, mac);
    if (this.macs.size > MOST_CACHED) this.macs.delete(this.macs.keys().next().value as string);
  }

  /** Tells those who wait for it what a device has reported. */
  reported(report: DeviceReport): void {
    const listeners = this.reportListeners.get(report.did);
    if (listeners) for (const listener of [...listeners]) listener(report);
  }

  /** Whether anybody waits for reports of a device. */
  listensTo(did: string): boolean {
    return this.reportListeners.size > 0 && this.reportListeners.has(did);
  }

  /** Calls back on reports of a device, as far as event nodes see them. Returns the way to stop it. */
  onReport(did: string, listener: ReportListener): () => void {
    const listeners = this.reportListeners.get(did) ?? new Set();
    this.reportListeners.set(did, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.reportListeners.delete(did);
    };
  }

  /** Says that every datapoint report arrives by push from now on. Returns the way to take it back. */
  watchReports(): () => void {
    let watching = true;
    this.watchers++;
    return () => {
      if (watching) this.watchers--;
      watching = false;
    };
  }

  /** Whether reports of all devices arrive by push, so that none need be read back. */
  get reportsArrive(): boolean {
    return this.watchers > 0;
  }

  /** Sends a command. @throws CloudError, with outcome `unknown` when it may have been carried out. */
  control(did: string, command: Command, options: CallOptions): Promise<CallReply> {
    const params = command.attrs ? { did, attrs: command.attrs } : { did, raw: command.raw };
    // Commands to one device go out in the order in which they came in.
    const sequence = `${this.productKey}/${did}`;
    return this.call('device.control', params, Object.assign({}, options, { sequence }));
  }

  /** The product's datapoints: kept for an hour, fetched once for all who ask at the same time. */
  async schema(options: CallOptions): Promise<Schema> {
    const { known } = this;
    if (known && this.account.clock.mono() - known.fetchedAt < SCHEMA_LIFE_MS) return known.schema;
    try {
      return await this.newestSchema(options);
    } catch (error) {
      if (known) return known.schema;
      throw error;
    }
  }

  /** The definition at hand, however old; undefined before it was ever asked for. */
  get knownSchema(): Schema | undefined {
    return this.known?.schema;
  }

  /** What the definition at hand says about its datapoints, by name, for people who read. */
  get descriptions(): Readonly<Record<string, string>> {
    return this.known?.descriptions ?? {};
  }

  /** A newer definition than the one at hand, or undefined when the last one is too young to ask again. */
  async newerSchema(options: CallOptions): Promise<Schema | undefined> {
    const { known } = this;
    if (known && this.account.clock.mono() - known.fetchedAt < LEAST_SCHEMA_DISTANCE_MS) return undefined;
    return this.newestSchema(options);
  }

  /** The product says that its definition has changed: the next one who asks fetches it. */
  forgetSchema(): void {
    this.known = undefined;
  }

  private newestSchema(options: CallOptions): Promise<Schema> {
    return this.waitFor(this.fetchSchema(options), options);
  }

  /**
   * One call for all who ask the same at the same time, who then go on in the order of their asking: commands to a
   * device that must be looked up first keep their order.
   */
  private lookUp(operationId: OperationId, params: Record<string, unknown>, options: CallOptions): Promise<CallReply> {
    const key = JSON.stringify([operationId, params]);
    let going = this.lookUps.get(key);
    if (!going) {
      going = this.call(operationId, params, forAll(options)).finally(() => this.lookUps.delete(key));
      this.lookUps.set(key, going);
    }
    return this.waitFor(going, options);
  }

  /** Waits for a shared call, no longer than the asker lives and its command stays fresh; the call goes on for others. */
  private async waitFor<T>(going: Promise<T>, options: CallOptions): Promise<T> {
    const { clock } = this.account;
    const arrived = new AbortController();
    const arrive = (): void => arrived.abort();
    going.then(arrive, arrive);
    const ms = options.expiresAt === undefined ? Number.POSITIVE_INFINITY : options.expiresAt - clock.mono();
    if (await this.account.sleep(ms, options.signal, arrived.signal)) return going;
    throw new CloudError({ code: 'GIZ_EXPIRED', textKey: 'errors.expired', outcome: 'not-sent' });
  }

  private fetchSchema(options: CallOptions): Promise<Schema> {
    this.fetching ??= this.call('product.datapoints', {}, forAll(options))
      .then((reply) => {
        const schema = normaliseSchema(reply.body);
        const descriptions = describeDatapoints(reply.body);
        this.known = { schema, descriptions, fetchedAt: this.account.clock.mono() };
        return schema;
      })
      .finally(() => {
        this.fetching = undefined;
      });
    return this.fetching;
  }

  private remember(mac: string, device: CachedDevice): void {
    this.devices.delete(mac);
    this.devices.set(mac, device);
    if (this.devices.size > MOST_CACHED) this.devices.delete(this.devices.keys().next().value as string);
  }
}

/** How a call is made that several wait for: none of them may end it for the others. */
function forAll(options: CallOptions): CallOptions {
  return { ...options, signal: undefined, expiresAt: undefined };
}

/** The cloud's own words for a device that is not there (5301), found out by a search. */
function unknownDevice(): CloudError {
  const textParams = { vendor: ' [5301]' };
  return new CloudError({
    code: 'GIZ_5301',
    textKey: 'gizwits.5301',
    textParams,
    vendorCode: 5301,
    outcome: 'not-sent',
  });
}
