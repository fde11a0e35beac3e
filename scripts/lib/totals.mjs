import { writeFileSync } from 'node:fs';

/** What ran, added up over checks and test suites. */
export class Totals {
  passed = 0;
  failed = 0;
  skipped = 0;

  add({ passed = 0, failed = 0, skipped = 0 }) {
    this.passed += passed;
    this.failed += failed;
    this.skipped += skipped;
  }

  /** The one closing line; skipped tests are named only where there are any. */
  toString() {
    return `${this.passed} passed, ${this.failed} failed${this.skipped > 0 ? `, ${this.skipped} skipped` : ''}`;
  }

  /** Prints the closing line, or leaves the figures in the file that GIZ_TOTALS names, for a caller that adds up runs. */
  report() {
    const file = process.env.GIZ_TOTALS;
    if (file) writeFileSync(file, JSON.stringify(this));
    else console.log(String(this));
  }
}
