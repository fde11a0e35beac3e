import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DocTexts, docTexts } from './doc-texts';
import { root } from './files';
import type { Group } from './groups/group';
import type { Results, RunResults } from './results';
import { figuresOf } from './table';

/** With fewer, how far the starts are apart is not known. */
const ENOUGH_STARTS = 5;

/**
 * Writes what has been measured between the marks of the pages about performance, in each language; answers the pages.
 *
 * @throws Error when nothing has been measured on this machine, or a word of a case has no translation
 */
export async function writeDocs(groups: readonly Group[], results: Results): Promise<string[]> {
  const measured = groups.filter(({ name }) => results.groups[name]);
  if (measured.length === 0) throw new Error('Nothing has been measured here: npm run bench');
  const { replaceBlock, table } = await import('../scripts/lib/markdown.mjs');
  const pages = docTexts.map((texts): [path: string, content: string] => {
    const lines = [texts.machine(results.machine)];
    for (const { name } of measured) {
      const runs = Object.values(results.groups[name]);
      const { titles, rows } = figuresOf(runs.flatMap(usable));
      if (rows.length === 0) continue;
      // A column that says nothing of this group is left out.
      const columns = titles.map((_, column) => column).filter((column) => rows.some(({ cells }) => cells[column]));
      const head = [texts.case, texts.variant, ...columns.map((column) => texts.titles[titles[column]])];
      const body = rows.map((row, index) => [
        row.case === rows[index - 1]?.case ? '' : texts.words(row.case),
        `${texts.words(row.variant)}${row.tooBusy ? ' \\*' : ''}`,
        ...columns.map((column) => row.cells[column]),
      ]);
      lines.push('', `### ${texts.groups(name)}`, '', how(runs, texts), '', ...table(head, body));
      if (rows.some(({ tooBusy }) => tooBusy)) lines.push('', texts.tooBusy);
    }
    const path = `docs/${texts.file}`;
    return [path, replaceBlock(readFileSync(join(root, path), 'utf8'), 'figures', lines)];
  });
  for (const [path, content] of pages) writeFileSync(join(root, path), content);
  return pages.map(([path]) => path);
}

/** Starts in which something went wrong do not count. */
function usable({ starts }: RunResults): RunResults['starts'] {
  return starts.filter(({ trouble }) => trouble.length === 0);
}

function how(runs: readonly RunResults[], texts: DocTexts): string {
  const said = runs.map((run) => texts.how(run.day, usable(run).length));
  const few = runs.some((run) => usable(run).length < ENOUGH_STARTS);
  return [...new Set(said)].join(texts.and) + (few ? texts.fewStarts : texts.end);
}
