/** What one call cost and met. */
export interface CallMeta {
  /** HTTP status of the answer. */
  statusCode: number;
  /** Tries made, the first included. */
  attempts: number;
  /** Milliseconds spent waiting for a turn, the quota or a pause between tries. */
  waitedMs: number;
  /** Milliseconds from the request to its answer, waiting included. */
  elapsedMs: number;
  /** The hourly quota after the call, when known; `resetAt` is ISO 8601. */
  quota?: { limit: number; remaining: number; resetAt: string };
}

/** The body of a successful answer, with what the call cost. */
export interface CallReply extends CallMeta {
  body: unknown;
}

/**
 * Makes one call of the Enterprise API by its id in the catalogue; parameters by the API's names.
 * Everything beyond one call (validation, token, quota, repeating) is behind it.
 * @throws CloudError
 */
export type Call = (
  operationId: string,
  params: Record<string, unknown>,
  options?: { signal?: AbortSignal },
) => Promise<CallReply>;

/** The cost alone, without the body, as pages carry it. */
export function metaOf({ statusCode, attempts, waitedMs, elapsedMs, quota }: CallReply): CallMeta {
  return quota ? { statusCode, attempts, waitedMs, elapsedMs, quota } : { statusCode, attempts, waitedMs, elapsedMs };
}
