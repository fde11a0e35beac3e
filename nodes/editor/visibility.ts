import { currentValue, dialogOf, fieldOf } from './fields';

/** One condition: `word=a|b` or `word!=a|b`. */
const CONDITION = /^(\w+)(!?=)(.*)$/;

interface Condition {
  word: string;
  negated: boolean;
  values: string[];
}

/**
 * Shows each element with `data-show-when` only while its conditions hold: `property=value` or `property!=value`,
 * several values with `|`, several conditions with `&`. A word that is no property of the node is asked of `states`.
 * Returns a function that looks again, for when a state has changed.
 */
export function bindVisibility(node: EditorNode<object>, states: Record<string, () => string> = {}): () => void {
  const rows = dialogOf(node)
    .find('[data-show-when]')
    .get()
    .map((row) => ({ row: $(row), conditions: conditionsOf(row) }));
  const holds = ({ word, negated, values }: Condition): boolean => {
    const value = states[word]?.() ?? String(currentValue(node, word));
    return values.includes(value) !== negated;
  };
  const refresh = (): void => {
    for (const { row, conditions } of rows) row.toggle(conditions.every(holds));
  };

  const words = new Set(rows.flatMap(({ conditions }) => conditions.map(({ word }) => word)));
  for (const word of words) {
    if (!(word in states)) fieldOf(node, word).on('change', refresh);
  }
  refresh();
  return refresh;
}

function conditionsOf(row: HTMLElement): Condition[] {
  return (row.dataset.showWhen ?? '').split('&').map((text) => {
    const match = CONDITION.exec(text);
    if (!match) throw new Error(`data-show-when: ${text}`);
    const [, word = '', sign, values = ''] = match;
    return { word, negated: sign === '!=', values: values.split('|') };
  });
}
