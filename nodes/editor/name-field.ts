import type { Datapoint } from '../../src/gizwits/datapoints/schema';
import { datapointTitle, rangeText } from './datapoint-texts';
import type { DialogSchema } from './dialog-schema';
import { fieldOf } from './fields';
import { buttonBeside } from './pick-ids';
import { datapointSource } from './pick-sources';
import { openPicker } from './picker';
import { commonText } from './text';

/**
 * Helps with a typed field that holds a JSON list of datapoint names: completes the name that is being typed in, opens a
 * list to tick names in, and says which names the product does not have.
 * @param fits asked each time, since what fits may follow another field
 */
export function nameField(
  node: EditorNode<object>,
  property: string,
  schema: DialogSchema,
  fits: (datapoint: Datapoint) => boolean,
): void {
  const input = fieldOf(node, property);
  const button = buttonBeside(input, () => commonText('pick.datapoint'));
  const line = $('<div class="gizwits-hint" role="status">').insertAfter(button.parent());
  button.on('click', () => {
    const put = (names: string[]): void => {
      input.typedInput('type', 'json');
      input.typedInput('value', JSON.stringify(names));
    };
    openPicker(button, datapointSource(schema, fits), put, namesOf(input) ?? []);
  });
  input
    .nextAll()
    .find('.red-ui-typedInput-input')
    .autoComplete({
      minLength: 0,
      search: (text) => (input.typedInput('type') === 'json' ? completions(text, schema, fits) : []),
    });

  const look = (): void => {
    const { known, trouble } = schema;
    const names = new Set(known?.datapoints.map(({ name }) => name));
    const unknown = known ? (namesOf(input) ?? []).filter((name) => !names.has(name)) : [];
    line.toggleClass('gizwits-wrong', unknown.length > 0);
    if (unknown.length > 0) line.text(commonText('option.notFound', { value: unknown.join(', ') }));
    else line.text(trouble === undefined ? '' : commonText('attributes.unread', { reason: trouble }));
  };
  input.on('change keyup', look);
  schema.onChange(look);
  look();
}

/** The names that stand in the field as they are; undefined where it holds something else. */
function namesOf(input: JQuery): string[] | undefined {
  if (input.typedInput('type') !== 'json') return undefined;
  try {
    const names: unknown = JSON.parse(input.typedInput('value'));
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : undefined;
  } catch {
    return undefined;
  }
}

/** A list whose last name is being typed in: what stands before it, and its first letters. */
const OPEN_NAME = /^\s*\[((?:\s*"[^"]*"\s*,)*)\s*"([^"]*)$/;

/** The whole text with the last name completed. */
function completions(
  text: string,
  { known }: DialogSchema,
  fits: (datapoint: Datapoint) => boolean,
): { value: string; label: JQuery }[] {
  const [, before, begun] = OPEN_NAME.exec(text) ?? [];
  if (before === undefined || begun === undefined) return [];
  const there = JSON.parse(`[${before.replace(/,\s*$/, '')}]`) as string[];
  return (known?.datapoints ?? [])
    .filter((datapoint) => fits(datapoint) && !there.includes(datapoint.name))
    .filter((datapoint) => `${datapoint.name} ${datapointTitle(datapoint)}`.toLowerCase().includes(begun.toLowerCase()))
    .map((datapoint) => ({
      value: JSON.stringify([...there, datapoint.name]),
      label: completionLabel(datapoint),
    }));
}

/** A datapoint in a list of completions. */
export function completionLabel(datapoint: Datapoint): JQuery {
  const label = $('<div class="gizwits-completion">');
  $('<span>').text(datapoint.name).appendTo(label);
  const detail = [datapointTitle(datapoint), rangeText(datapoint)].join(' · ');
  $('<span class="gizwits-completion-detail">').text(detail).appendTo(label);
  return label;
}
