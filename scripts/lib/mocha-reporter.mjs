import { readFileSync, writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** How long a finished run may take to let go of its sockets, timers and child processes. */
const goodbyeMs = 15_000;

/**
 * mocha's own `spec` report, and the totals as JSON `{passed, failed, skipped}` in the file of the reporter option
 * `totals`. A run that ends but leaves something open counts as one more failure instead of standing for ever.
 */
export default class TotalsReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = options.reporterOptions.totals;
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
      setTimeout(() => endHungRun(file), goodbyeMs).unref();
    });
  }
}

function endHungRun(file) {
  const open = process.getActiveResourcesInfo().join(', ');
  console.error(`The tests ended, but something of theirs is still open after ${goodbyeMs / 1000} s: ${open}`);
  const totals = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...totals, failed: totals.failed + 1 }));
  process.exit(1);
}
