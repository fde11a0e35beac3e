import { type CallMeta, callMetaOf } from '../../src/cloud/call-types';
import type { CloudError } from '../../src/cloud/errors';
import type { ErrorCode, ErrorDetails } from '../messages/types';

/** `msg.gizwits.error`. */
export type ErrorMetadata = ErrorDetails;

/** Collects the metadata object of one input over all the calls made for it. */
export class Metadata {
  private readonly startedAt = performance.now();
  private statusCode: number | undefined;
  private attempts = 0;
  private waitedMs = 0;
  private quota: CallMeta['quota'];

  constructor(private readonly fixed: Record<string, unknown>) {}

  /** Adds one call's cost. Returns the call's result, so that it can stand around an await. */
  add<T extends CallMeta>(call: T): T {
    if (call.statusCode > 0) this.statusCode = call.statusCode;
    this.attempts += call.attempts;
    this.waitedMs += call.waitedMs;
    if (call.quota) this.quota = call.quota;
    return call;
  }

  /** Adds what a call that failed has cost. */
  addFailed(error: CloudError): void {
    const meta = callMetaOf(error);
    if (meta) this.add(meta);
  }

  /** Sets a field that is known only later, such as `did` or `groups`. */
  set(name: string, value: unknown): void {
    this.fixed[name] = value;
  }

  /** The object for `msg.gizwits`; `more` adds fields of this message alone, such as `page`. */
  object(more?: Record<string, unknown>): Record<string, unknown> {
    // V8 takes fifty times as long for a spread that more properties follow.
    const object: Record<string, unknown> = Object.assign({}, this.fixed);
    if (this.statusCode !== undefined) object.statusCode = this.statusCode;
    object.attempts = this.attempts;
    object.waitedMs = Math.round(this.waitedMs);
    object.elapsedMs = Math.round(performance.now() - this.startedAt);
    if (this.quota) object.quota = { ...this.quota };
    return more ? Object.assign(object, more) : object;
  }

  /** The object for a message that failed. */
  failure(error: CloudError): Record<string, unknown> {
    this.addFailed(error);
    if (error.statusCode !== undefined) this.statusCode = error.statusCode;
    return this.object({ error: errorMetadata(error) });
  }
}

export function errorMetadata(error: CloudError): ErrorMetadata {
  const { code, vendorCode, vendorMessage, statusCode, outcome, retryable, retryAfterMs } = error;
  const metadata: ErrorMetadata = { code: code as ErrorCode, outcome, retryable };
  if (vendorCode !== undefined) metadata.vendorCode = vendorCode;
  if (vendorMessage !== undefined) metadata.vendorMessage = vendorMessage;
  if (statusCode !== undefined) metadata.statusCode = statusCode;
  if (retryAfterMs !== undefined) metadata.retryAfterMs = retryAfterMs;
  return metadata;
}
