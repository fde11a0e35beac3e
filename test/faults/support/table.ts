import should from 'should';

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
const last: (() => Row | undefined)[] = [];

function range(section: string, first: number, end: number, ...without: number[]): string[] {
  return Array.from({ length: end - first + 1 }, (_, index) => first + index)
    .filter((number) => !without.includes(number))
    .map((number) => `${section}${number}`);
}

/** What a whole suite must have checked, by the list of checks: HTTP, tokens, quota, push, webhook, and what lies around. */
const WANTED: Readonly<Record<string, readonly string[]>> = {
  unit: [
    ...range('H', 1, 28),
    ...range('T', 29, 39),
    ...range('Q', 40, 48),
    // 54 is part of 52 here; names are resolved anew for each connection, by the platform (68).
    ...range('P', 49, 73, 54, 68),
    // Comparing in constant time (79) is the platform's as well.
    ...range('W', 74, 88, 79),
    ...range('E', 90, 93),
  ],
  package: ['E89', 'E94'],
};

/** Adds a line to the table that is printed when all tests are over. */
export function record(row: Row): void {
  rows.push(row);
}

/** Adds a line that is known only when all tests are over. */
export function recordLast(row: () => Row | undefined): void {
  last.push(row);
}

function order({ check }: Row): string {
  return check.replace(/\d+/g, (digits) => digits.padStart(3, '0'));
}

function print(): void {
  for (const row of last) rows.push(...[row() ?? []].flat());
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

// Root hooks: this module is loaded once for all files, so the table comes once, after the last test.
after(print);
after('the table of a whole suite is complete, and nothing was lost or doubled', () => {
  const wanted = WANTED[process.env.GIZ_SUITE ?? ''] ?? [];
  should(wanted.filter((check) => rows.every((row) => row.check !== check))).eql([]);
  should(rows.filter(({ lost = 0, doubled = 0 }) => lost > 0 || doubled > 0)).eql([]);
});
