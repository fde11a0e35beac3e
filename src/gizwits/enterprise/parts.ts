import { accepts } from '../../cloud/catalogue';
import { badInput, CloudError } from '../../cloud/errors';
import { excerpt, isPlainObject, toId, toList } from '../../cloud/input';
import { badShape } from './paging';

/** What became of the entries of one change, over all the calls that it took. Each entry stands in one list. */
export interface PartsResult {
  /** Done, as the cloud says. */
  success: string[];
  /** Not done: the cloud names them as failed, refused the call that held them, or was never asked. */
  failed: string[];
  /** May or may not be done: the call that held them came to no answer. Absent when there are none. */
  unknown?: string[];
  /** The error that ended the change before its last call; absent when all calls were answered. */
  error?: CloudError;
}

/** A list of ids or macs from an author's value, checked, each once. @throws CloudError GIZ_BAD_INPUT */
export function readEntries(value: unknown, field: string, kind: 'id' | 'mac'): string[] {
  const accepted = accepts('listOf', { list: accepts('list'), entry: accepts(kind) });
  if (value === undefined || value === null) throw badInput('required', { field, accepted });
  if (typeof value !== 'string' && !Array.isArray(value)) {
    throw badInput('type', { field, given: excerpt(value), accepted });
  }
  return [...new Set(toList(value, field, (entry, name) => toId(entry, name, kind), { accepted }))];
}

/**
 * Makes one change in as many calls as its entries need, one after the other.
 *
 * Nothing that has been done is lost: when a call fails after others have succeeded, the result tells what was done, what
 * was not and what is not known, with the error, and no more calls are made; sending `failed` again continues.
 * @param send makes the call for some of the entries, and gives its answer `{success, failed}`
 * @throws CloudError when nothing was done at all: the error of the call that failed, or GIZ_REFUSED when the cloud
 *   names every entry as failed. GIZ_OUTCOME_UNKNOWN when `signal` aborts in the middle.
 */
export async function inParts(
  entries: readonly string[],
  size: number,
  send: (part: readonly string[]) => Promise<unknown>,
  signal?: AbortSignal,
): Promise<PartsResult> {
  const result: PartsResult = { success: [], failed: [] };
  for (let from = 0; from < entries.length; from += size) {
    const part = entries.slice(from, from + size);
    try {
      const answer = await send(part);
      result.success.push(...namesIn(answer, 'success'));
      result.failed.push(...namesIn(answer, 'failed'));
    } catch (thrown) {
      if (!(thrown instanceof CloudError)) throw thrown;
      const nothingDone = result.success.length === 0;
      if (nothingDone) throw thrown;
      if (signal?.aborted) throw interrupted();
      result.error = thrown;
      if (thrown.outcome === 'unknown') result.unknown = part;
      else result.failed.push(...part);
      result.failed.push(...entries.slice(from + size));
      return result;
    }
  }
  if (result.success.length > 0) return result;
  throw new CloudError({
    code: 'GIZ_REFUSED',
    textKey: 'errors.noneTaken',
    textParams: { count: entries.length },
    outcome: 'refused',
  });
}

/** One list of an answer; `failed` may be left out. A cloud may write an id of digits as a number. */
function namesIn(answer: unknown, property: 'success' | 'failed'): string[] {
  const names = isPlainObject(answer) ? (answer[property] ?? []) : undefined;
  if (!Array.isArray(names)) throw badShape(property);
  return names.map(String);
}

/** What was done stands in no message any more: the node is gone. */
function interrupted(): CloudError {
  return new CloudError({ code: 'GIZ_OUTCOME_UNKNOWN', textKey: 'errors.outcomeUnknown', outcome: 'unknown' });
}
