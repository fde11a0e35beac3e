import { fieldOf } from './fields';
import { type IdKind, noteIds } from './id-note';
import { deviceSource, groupSource } from './pick-sources';
import { openPicker } from './picker';
import { commonText } from './text';
import { isVariable } from './validators';

interface IdField {
  /** Asked each time, since it may follow another field. */
  kind(): IdKind;
  /** Whether the field takes several devices: as a JSON list, or as text with commas too. */
  several?: 'list' | 'commas';
}

/**
 * Puts a button beside a typed field of devices or groups, which opens a list to choose from, and a line below it that
 * says what a written-out id stands for. The field itself stays as it is: any id can be typed in, and nothing but a
 * choice changes it.
 */
export function pickIds(node: EditorNode<object>, property: string, { kind, several }: IdField): void {
  const input = fieldOf(node, property);
  const button = buttonBeside(input, () => commonText(kind() === 'group' ? 'pick.group' : 'pick.device'));
  const ids = (): string[] => writtenOut(input, several === 'commas');
  button.on('click', () => {
    const named = kind();
    const put = (values: string[]): void => putIds(input, values);
    if (named === 'group') openPicker(button, groupSource(node), put);
    else
      openPicker(
        button,
        deviceSource(node, () => named),
        put,
        several ? ids() : undefined,
      );
  });
  const line = $('<div class="gizwits-hint" role="status">').insertAfter(button.parent());
  noteIds(node, line, input, { ids, kind });
}

/** A small button to the right of an input, whatever widget the input has become. */
export function buttonBeside(input: JQuery, title: () => string): JQuery {
  const shown = input.is('.red-ui-typedInput') ? input.nextAll('.red-ui-typedInput-container').first() : input;
  const frame = $('<div class="gizwits-beside">').insertBefore(shown).append(shown);
  const button = $('<button type="button" class="red-ui-button"><i class="fa fa-search"></i></button>').appendTo(frame);
  const name = (): void => void button.attr({ title: title(), 'aria-label': title() });
  button.on('mouseenter focus', name);
  name();
  return button;
}

/** Ids that stand in the field as they are; none where they come from elsewhere. */
function writtenOut(input: JQuery, commas: boolean): string[] {
  const type = input.typedInput('type');
  const value = input.typedInput('value').trim();
  if (type === 'str') {
    const ids = commas ? value.split(/[\s,]+/) : [value];
    return ids.filter((id) => id !== '' && !isVariable(id));
  }
  if (type !== 'json') return [];
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

function putIds(input: JQuery, values: string[]): void {
  const [only = '', ...more] = values;
  input.typedInput('type', more.length > 0 ? 'json' : 'str');
  input.typedInput('value', more.length > 0 ? JSON.stringify(values) : only);
}
