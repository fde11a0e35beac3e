import { fieldOf } from './fields';
import { type NotedIds, noteIds } from './id-note';
import { describeId, type IdKind } from './id-texts';
import { deviceSource, groupSource } from './pick-sources';
import { openPicker, type PickSource } from './picker';
import { commonText } from './text';
import { isVariable } from './validators';

/** A typed field of ids with a list to choose from. */
interface PickedIds extends Pick<NotedIds, 'describe' | 'owner' | 'about'> {
  title(): string;
  source(): PickSource;
  /** How the field takes several ids, if it does: as a JSON list, or as text with commas too. Asked each time. */
  several?(): 'list' | 'commas' | undefined;
}

/** Puts a button beside a typed field of devices or groups of the product; see {@link pickInto}. */
export function pickIds(
  node: EditorNode<object>,
  property: string,
  { kind, several }: { kind(): IdKind; several?: 'list' | 'commas' },
): void {
  pickInto(node, fieldOf(node, property), {
    owner: 'product',
    about: kind,
    title: () => commonText(kind() === 'group' ? 'pick.group' : 'pick.device'),
    source: () => {
      const named = kind();
      return named === 'group' ? groupSource(node) : deviceSource(node, () => named);
    },
    describe: (id) => describeId(node, id, kind()),
    several: () => (kind() === 'group' ? undefined : several),
  });
}

/**
 * Puts a button beside a typed field, which opens a list to choose from, and a line below it that says what a written-out
 * id stands for. The field itself stays as it is: any id can be typed in, and nothing but a choice changes it.
 */
export function pickInto(node: EditorNode<object>, input: JQuery, picked: PickedIds): void {
  const button = buttonBeside(input, picked.title);
  const several = (): 'list' | 'commas' | undefined => picked.several?.();
  const ids = (): string[] => writtenOut(input, several() === 'commas');
  button.on('click', () => openPicker(button, picked.source(), (values) => putIds(input, values), several() && ids()));
  const line = $('<div class="gizwits-hint" role="status">').insertAfter(button.parent());
  noteIds(node, line, input, { ...picked, ids });
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
