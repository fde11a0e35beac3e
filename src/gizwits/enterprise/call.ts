import type { CallMeta, CallResult } from '../../cloud/call-types';

export type { CallMeta } from '../../cloud/call-types';

/** The body of a successful answer, with what the call cost. */
export type CallReply = CallResult<unknown>;

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
