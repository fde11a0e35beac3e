import type { Clock } from './clock';
import { CloudError } from './errors';
import type { Check, Findings } from './findings';
import { inTime } from './in-time';

/** How the calls of an account check are made. */
export interface CheckOptions {
  clock: Clock;
  /** For each step, milliseconds. */
  timeoutMs: number;
  /** In whose name calls are made. */
  origin: string;
}

/**
 * Does one step of an account check. Returns what came out, or undefined when it failed or took too long; that is then
 * among the findings, in the line that `lineOf` names for the error.
 * @param work gets a signal that is aborted when the step is over
 */
export async function checkStep<T>(
  findings: Findings,
  { clock, timeoutMs }: CheckOptions,
  lineOf: (error: CloudError) => Check,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ value: T } | undefined> {
  const over = new AbortController();
  try {
    return { value: await inTime(work(over.signal), clock, timeoutMs, () => outOfTime(timeoutMs)) };
  } catch (error) {
    findings.failed(lineOf(error as CloudError), error as CloudError);
    return undefined;
  } finally {
    over.abort();
  }
}

function outOfTime(timeoutMs: number): CloudError {
  return new CloudError({
    code: 'GIZ_TIMEOUT',
    textKey: 'check.outOfTime',
    textParams: { seconds: Math.round(timeoutMs / 1000) },
    outcome: 'unknown',
  });
}
