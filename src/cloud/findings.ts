import type { TextParams } from '../texts';
import type { CloudError } from './errors';

/** What the account check looks at, in the order in which it is shown; the names stand in the texts below `check.names`. */
export const CHECKS = [
  'settings',
  'name',
  'connection',
  'clock',
  'whiteList',
  'login',
  'product',
  'appSecret',
  'quota',
  'tokenCalls',
  'push',
  'webhook',
] as const;

export type Check = (typeof CHECKS)[number];

/**
 * - `ok`: seen to work;
 * - `warning`: works, but not as it should, or not for long;
 * - `failed`: does not work, and the text says what to do;
 * - `skipped`: could not be seen, and the text says why.
 */
export type FindingState = 'ok' | 'warning' | 'failed' | 'skipped';

/** One line of an account check. The text is given by its key, for each reader's language; no secret stands in it. */
export interface Finding {
  check: Check;
  state: FindingState;
  textKey: string;
  textParams: TextParams;
  /** Of the error that was met. */
  code?: string;
}

/** Collects the lines of one account check: one for each thing looked at. */
export class Findings {
  private readonly found = new Map<Check, Finding>();

  /** Something seen; `text` is a key below `check`. */
  say(check: Check, state: FindingState, text: string, textParams: TextParams = {}): void {
    this.put({ check, state, textKey: `check.${text}`, textParams });
  }

  /** Something that failed, in the words of the error. */
  failed(check: Check, { code, textKey, textParams }: CloudError, state: FindingState = 'failed'): void {
    this.put({ check, state, textKey, textParams, code });
  }

  /** Whether anything has failed so far. */
  get anyFailed(): boolean {
    return [...this.found.values()].some(({ state }) => state === 'failed');
  }

  /** The lines in their order, those of `wanted` that nobody came to as skipped. */
  lines(wanted: readonly Check[]): Finding[] {
    for (const check of wanted) {
      if (!this.found.has(check)) this.say(check, 'skipped', 'notReached');
    }
    return CHECKS.flatMap((check) => this.found.get(check) ?? []);
  }

  /** The first failure of a line stays: what comes after it mostly follows from it. */
  private put(finding: Finding): void {
    if (this.found.get(finding.check)?.state !== 'failed') this.found.set(finding.check, finding);
  }
}
