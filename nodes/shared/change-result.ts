import type { PartsResult } from '../../src/gizwits/enterprise/parts';
import type { Input } from './input';
import { errorMetadata } from './metadata';

/**
 * Sends the result of a change made in parts: `payload` with `success`, `failed` and, where it is not known of some,
 * `unknown`; `ids` go onto the message. When a call failed after others had done their part, its error is in
 * `gizwits.error`: the message still goes on, so that what was done is not lost.
 */
export function sendChange(input: Input, { error, ...lists }: PartsResult, ids: Record<string, unknown>): void {
  const gizwits = input.metadata.object(error ? { error: errorMetadata(error) } : undefined);
  input.send(Object.assign(input.msg, ids, { payload: lists, gizwits }));
  const ok = lists.success.length;
  const total = ok + lists.failed.length + (lists.unknown?.length ?? 0);
  if (ok === total) input.status.succeeded();
  else input.status.partly(ok, total);
}
