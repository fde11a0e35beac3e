import type { Lane } from './catalogue';
import { CloudError } from './errors';
import type { Reply, WireRequest } from './reply';

/** What the layers of this floor need to know of a vendor's error numbers. */
export interface VendorRules {
  /** The token was refused: log in again and make the call once more. */
  readonly reauthCodes: ReadonlySet<number>;
  /** Those of them that say that the token has grown old. */
  readonly expiryCodes?: ReadonlySet<number>;
  /** The quota is spent: nothing is sent before it is renewed. */
  readonly quotaCodes: ReadonlySet<number>;
  /** Those codes mean too many calls in a short time: there is no quota by the hour, and the next calls may go soon. */
  readonly throttles?: boolean;
  /** A login refused for its credentials: more of the same would lock the account out. */
  readonly credentialCodes: ReadonlySet<number>;
  /** Passing trouble of the cloud: a read may be made again. */
  readonly retryableReadCodes: ReadonlySet<number>;
}

/** Why a call waits, for a node's status. */
export interface Wait {
  /**
   * `queue` for a free line, `quota` for the hourly quota, `retry` between two tries, `login` for a token, `elsewhere` for
   * a login that is held back because another program with the same credentials keeps voiding our tokens.
   */
  readonly reason: 'quota' | 'queue' | 'retry' | 'login' | 'elsewhere';
  /** How long from now, in milliseconds; 0 when unknown. */
  readonly ms: number;
}

/** One call, as a client describes it. */
export interface CallSpec<T> {
  /** Whose turn it is first, and whether the call may be repeated. */
  readonly lane: Lane;
  /** Who asks (a node's id): calls of one lane take turns between origins, and are first in, first out within one. */
  readonly origin: string;
  /**
   * Calls with the same key are made one after the other, in order; for a device's id with its commands. A call that
   * takes long is not waited for without end: see `Sequences`.
   */
  readonly sequence?: string;
  /** The token's scope (a product key); without one, `build` gets no token. */
  readonly tokenScope?: string;
  /** Makes the request; called for every try, with the token of the moment. */
  build(token?: string): WireRequest;
  /** Reads an answer. @throws CloudError for anything that is no success. */
  read(reply: Reply): T;
  /** Of the node, not of the call. Aborting ends the call with GIZ_CLOSED (a command on its way: GIZ_OUTCOME_UNKNOWN). */
  readonly signal?: AbortSignal;
  /** A command older than this many milliseconds, counted from now, is not sent any more (GIZ_EXPIRED). */
  readonly deadlineMs?: number;
  /** For one try; the account's `timeoutMs` when absent. */
  readonly timeoutMs?: number;
  /** Called when the call begins to wait, and when the reason changes. */
  onWait?(wait: Wait): void;
}

/** The hourly quota as the cloud reported it last. */
export interface Quota {
  readonly limit: number;
  readonly remaining: number;
  /** ISO 8601. */
  readonly resetAt: string;
}

/** What one call cost and met. */
export interface CallMeta {
  /** HTTP status of the last answer; 0 when there was none. */
  readonly statusCode: number;
  /** Tries made, the first included; 0 when nothing was sent. */
  readonly attempts: number;
  /** Milliseconds spent waiting for a turn, the quota, a login or a pause between tries. */
  readonly waitedMs: number;
  /** Milliseconds from the call to its end, waiting included. */
  readonly elapsedMs: number;
  /** Absent when the cloud reports none. */
  readonly quota?: Quota;
}

/** A successful call. */
export interface CallResult<T> extends CallMeta {
  readonly body: T;
}

/** A token as the cloud issued it. */
export interface IssuedToken {
  readonly value: string;
  /** When it ends, as it came: epoch seconds or milliseconds, number or text. Nonsense is tolerated. */
  readonly expiresAt?: unknown;
  /** How long it lives, in seconds, for clouds that say so instead. */
  readonly expiresIn?: unknown;
}

/** How a scope gets its token. */
export interface Login {
  readonly request: WireRequest;
  /** @throws CloudError for anything that is no success. */
  read(reply: Reply): IssuedToken;
}

/** Kept beside the errors, not on them: Node-RED shows every own property of an error to Catch nodes. */
const metaOfError = new WeakMap<CloudError, CallMeta>();

/** What a failed call cost and met; undefined for an error that no call ended with. */
export function callMetaOf(error: unknown): CallMeta | undefined {
  return typeof error === 'object' && error !== null ? metaOfError.get(error as CloudError) : undefined;
}

/**
 * Remembers the cost of a failed call with its error. Returns the error, or a copy of it when it is another call's too:
 * all who wait for one login fail with the same.
 */
export function withCallMeta(error: CloudError, meta: CallMeta): CloudError {
  const own = metaOfError.has(error) ? new CloudError({ ...error }) : error;
  metaOfError.set(own, meta);
  return own;
}
