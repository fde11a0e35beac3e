/** What one check has seen; the numbers that mean nothing for it are left out. */
export interface Row {
  /** Number in the list of checks: `H1`, `T29`, `Q40`, `E92`. */
  check: string;
  /** What went wrong, or what was asked for. */
  fault: string;
  inputs?: number;
  ok?: number;
  refused?: number;
  unknown?: number;
  notSent?: number;
  /** Commands that the cloud carried out. */
  executed?: number;
  /** Inputs that never ended, or that ended as done without being carried out. */
  lost?: number;
  /** Inputs that ended twice, or commands that were carried out twice. */
  doubled?: number;
  note?: string;
}

const COLUMNS = [
  'check',
  'fault',
  'inputs',
  'ok',
  'refused',
  'unknown',
  'notSent',
  'executed',
  'lost',
  'doubled',
  'note',
];

const rows: Row[] = [];

/** Adds a line to the table that is printed when all tests are over. */
export function record(row: Row): void {
  rows.push(row);
}

function order({ check }: Row): string {
  return check.replace(/\d+/g, (digits) => digits.padStart(3, '0'));
}

function print(): void {
  if (rows.length === 0) return;
  rows.sort((a, b) => order(a).localeCompare(order(b)));
  const cells = [COLUMNS, ...rows.map((row) => COLUMNS.map((name) => String(row[name as keyof Row] ?? '')))];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((line) => (line[column] as string).length)));
  const text = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  );
  console.log(`\n${text.join('\n')}\n`);
}

// A root hook: this module is loaded once for all files, so the table comes once, after the last test.
after(print);
