/** The lines of a table. */
export function table(columns, rows) {
  const line = (cells) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)];
}

/** A text with the block between `<!-- name -->` and `<!-- /name -->` replaced. @throws Error when it has none */
export function replaceBlock(text, name, lines) {
  const block = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!block.test(text)) throw new Error(`there is no <!-- ${name} --> block`);
  return text.replace(block, (_all, open, close) => `${open}${lines.join('\n')}\n${close}`);
}
