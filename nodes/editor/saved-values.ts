import { fieldOf, savedValue, shownValue } from './fields';
import { commonText } from './text';

/** What each input held when its dialog was ready, by node. */
const openings = new WeakMap<object, Map<string, string | boolean | undefined>>();

/**
 * Shows what is saved even where the form cannot hold it: a property that an older version or a script left out gets its
 * default, a word that the list does not offer gets an entry of its own. Call first in `oneditprepare`.
 */
export function showSavedValues(node: EditorNode<object>): void {
  for (const [property, { value, type }] of Object.entries(node._def.defaults)) {
    const field = fieldOf(node, property);
    // The editor itself fills the lists of config nodes.
    if (field.length === 0 || type) continue;
    const saved = savedValue(node, property) ?? value;
    if (field.attr('type') === 'checkbox') {
      field.prop('checked', saved === true);
      continue;
    }
    if (field.is('select')) keepOption(field, String(saved));
    field.val(textOf(saved));
  }
}

/** Remembers the form as it was opened. Call last in `oneditprepare`. */
export function rememberOpening(node: EditorNode<object>): void {
  const shown = new Map<string, string | boolean | undefined>();
  for (const property of savedProperties(node)) shown.set(property, shownValue(fieldOf(node, property)));
  openings.set(node, shown);
}

/**
 * Keeps the editor from rewriting what nobody touched: an absent property stays absent, a list stays a list. The editor
 * saves by the ids of the inputs, so an untouched input loses its id. Call in `oneditsave`.
 */
export function leaveUntouched(node: EditorNode<object>): void {
  const opening = openings.get(node);
  if (!opening) return;
  openings.delete(node);
  const untouched = (property: string): boolean =>
    !opening.has(property) || shownValue(fieldOf(node, property)) === opening.get(property);
  const kept = [...opening.keys()].filter((property) => untouched(property) && untouched(partnerOf(property)));
  for (const property of kept) fieldOf(node, property).removeAttr('id');
}

/** A value and its type are saved together or not at all. */
function partnerOf(property: string): string {
  return property.endsWith('Type') ? property.slice(0, -'Type'.length) : `${property}Type`;
}

function savedProperties(node: EditorNode<object>): string[] {
  const { defaults, credentials = {} } = node._def;
  return [...Object.keys(defaults), ...Object.keys(credentials)];
}

/** Numbers and booleans as their digits and words, lists and objects as JSON. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function keepOption(select: JQuery, value: string): void {
  const offered = select.find('option').get() as HTMLOptionElement[];
  if (offered.some((option) => option.value === value)) return;
  $('<option>').val(value).text(commonText('option.unknown', { value })).appendTo(select);
}
