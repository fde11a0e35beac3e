import type { CheckOptions } from '../../src/cloud/check-step';
import { systemClock } from '../../src/cloud/clock';
import { type Check, type Finding, Findings } from '../../src/cloud/findings';
import { checkWay, type Way } from '../../src/cloud/way-check';
import { asCloudError } from './input';

/** How the calls of a check are made; each of its steps gets so long. */
export const CHECK_OPTIONS: CheckOptions = { clock: systemClock, timeoutMs: 10_000, origin: 'editor' };

/** As long as the longest distance between two refused logins: until then a further check finds the account again. */
const KEEP_MS = 900_000;

/** What a check answers. */
export interface CheckAnswer {
  lines: Finding[];
}

/** One account check in the making. */
export class CheckRun {
  readonly findings = new Findings();

  /** Reads settings or opens an account; what they lack is a line of its own, and undefined comes back. */
  async settings<T>(read: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (thrown) {
      this.findings.failed('settings', asCloudError(thrown));
      return undefined;
    }
  }

  /** Looks at the way to the cloud. Returns whether calls can be made. */
  async way(way: Way | undefined): Promise<boolean> {
    return way !== undefined && checkWay(this.findings, way, CHECK_OPTIONS);
  }

  /**
   * Gives an account back; after a failure late, so that pressing the button again and again finds its distance between
   * logins again.
   */
  giveBack(opened: { release(): void } | undefined): void {
    if (!opened) return;
    if (this.findings.anyFailed) setTimeout(() => opened.release(), KEEP_MS).unref();
    else opened.release();
  }

  /** The lines; those of `wanted` that could not be looked at say so. */
  answer(wanted: readonly Check[]): CheckAnswer {
    return { lines: this.findings.lines(wanted) };
  }
}
