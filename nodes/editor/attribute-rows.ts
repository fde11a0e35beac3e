import type { Datapoint } from '../../src/gizwits/datapoints/schema';
import { nameTypedInput } from './accessible-names';
import { datapointTitle, rangeText } from './datapoint-texts';
import { checkValue, firstValue, type TypedValue, valueTypes } from './datapoint-values';
import type { DialogSchema } from './dialog-schema';
import { isOpen } from './fields';
import { completionLabel } from './name-field';
import { datapointSource } from './pick-sources';
import { openPicker } from './picker';
import { textOf } from './saved-values';
import { commonText } from './text';
import { ATTRIBUTE_TYPES, typeOfUntyped } from './typed-fields';

/** One attribute of a command: its datapoint name and a typed value. What else a saved row holds is kept. */
export interface AttributeRow {
  name: string;
  value: unknown;
  valueType: string;
}

export interface AttributeRows {
  /** The rows as they stand; a row that nobody touched is the saved object itself. */
  read(): AttributeRow[];
}

/** A row in its list. */
interface DrawnRow {
  /** Draws the value anew where the definition says something else of the datapoint than before. */
  refresh(): void;
  read(): AttributeRow;
}

const DEFAULT_TYPE = 'str';

/**
 * Draws the rows into an `<ol>`. While the product's definition is known, each value has the form of its datapoint;
 * `onChange` hears of rows that come and go.
 */
export function attributeRows(list: JQuery, saved: unknown, schema: DialogSchema, onChange: () => void): AttributeRows {
  /** Rows that were added in this dialog: nothing of them is saved. */
  const added = new WeakSet<object>();
  const add = (row: Partial<AttributeRow>): void => {
    added.add(row);
    list.editableList('addItem', row);
  };
  list.editableList<Partial<AttributeRow>>({
    addButton: false,
    buttons: [
      {
        label: commonText('attributes.choose'),
        icon: 'fa fa-plus',
        click: ({ currentTarget }) => choose($(currentTarget as HTMLElement)),
      },
      { label: commonText('attributes.byHand'), icon: 'fa fa-pencil', click: () => add({}) },
    ],
    removable: true,
    sortable: true,
    height: 'auto',
    addItem: (container, _index, row) => {
      container.data('row', drawRow(container, row, added.has(row), schema));
      onChange();
    },
    removeItem: onChange,
  });
  if (Array.isArray(saved)) list.editableList('addItems', saved);

  const rows = (): DrawnRow[] =>
    list
      .editableList('items')
      .get()
      // A removed row fades for a moment before it is gone from the list.
      .filter((item) => $(item).closest('.red-ui-editableList-item-deleting').length === 0)
      .map((item) => $(item).data('row') as DrawnRow);
  const choose = (button: JQuery): void => {
    const there = new Set(rows().map((row) => row.read().name));
    const fits = ({ name, access }: Datapoint): boolean => access === 'writable' && !there.has(name);
    const addAll = (names: string[]): void => {
      for (const name of names) add({ name });
    };
    openPicker(button, datapointSource(schema, fits), addAll, []);
  };
  schema.onChange(() => {
    for (const row of rows()) row.refresh();
  });
  return { read: () => rows().map((row) => row.read()) };
}

/** The name, the typed value, and below them what the definition says. */
function drawRow(container: JQuery, row: Partial<AttributeRow>, isNew: boolean, schema: DialogSchema): DrawnRow {
  const line = $('<div class="gizwits-attribute">').appendTo(container);
  const name = $('<input type="text" class="gizwits-attribute-name">')
    .attr({ placeholder: commonText('attributes.name'), 'aria-label': commonText('attributes.name') })
    .val(row.name ?? '')
    .appendTo(line);
  const cell = $('<div class="gizwits-attribute-value">').appendTo(line);
  const note = $('<div class="gizwits-hint">').appendTo(container);

  const nameNow = (): string => String(name.val()).trim();
  const datapointNow = (): Datapoint | undefined => schema.known?.datapoints.find((one) => one.name === nameNow());
  const savedValue: TypedValue | undefined = isNew
    ? undefined
    : {
        type: row.valueType || typeOfUntyped(row.value, DEFAULT_TYPE, ATTRIBUTE_TYPES),
        value: textOf(row.value),
      };
  let drawn: Datapoint | undefined;
  let input = drawValue(cell, undefined, savedValue, savedValue ?? firstValue(undefined));
  const opened = { name: row.name ?? '', ...typedValue(input) };
  /** Whether the author has chosen another name than the row was drawn with: then the value follows. */
  let namedAs = nameNow();

  const refresh = (): void => {
    const datapoint = datapointNow();
    const renamed = namedAs !== nameNow();
    namedAs = nameNow();
    name.toggleClass('input-error', namedAs === '');
    showNote(note, namedAs, datapoint, schema, typedValue(input));
    if (JSON.stringify(datapoint) === JSON.stringify(drawn)) return;
    const current = typedValue(input);
    const untouched = current.value === opened.value && current.type === opened.type;
    const fresh = datapoint !== undefined && (renamed || (isNew && untouched));
    drawn = datapoint;
    cell.empty();
    input = drawValue(cell, datapoint, renamed ? undefined : current, fresh ? fitting(datapoint, current) : current);
    if (isNew && fresh) Object.assign(opened, typedValue(input));
    showNote(note, namedAs, datapoint, schema, typedValue(input));
  };
  name.on('change blur', refresh);
  cell.on('change keyup', () => {
    // While the value is drawn anew, the new input is heard of before it is there.
    if (isOpen(input)) showNote(note, namedAs, drawn, schema, typedValue(input));
  });
  name.on('keyup paste', () => name.toggleClass('input-error', nameNow() === ''));
  name.autoComplete({ minLength: 0, search: (text) => completions(text, schema) });
  refresh();

  return {
    refresh,
    read() {
      const { value, type } = typedValue(input);
      const untouched = String(name.val()) === opened.name && value === opened.value && type === opened.type;
      if (untouched && !isNew) return row as AttributeRow;
      return { ...row, name: nameNow(), value, valueType: type };
    },
  };
}

function drawValue(
  cell: JQuery,
  datapoint: Datapoint | undefined,
  saved: TypedValue | undefined,
  shown: TypedValue,
): JQuery {
  const input = $('<input type="text">').appendTo(cell);
  input.typedInput({ default: shown.type, types: valueTypes(datapoint, saved ?? shown) as never });
  nameTypedInput(input, commonText('attributes.value'));
  input.typedInput('type', shown.type);
  input.typedInput('value', shown.value);
  return input;
}

/** The value as it is where it can be one of the datapoint or comes from elsewhere, else the datapoint's first. */
function fitting(datapoint: Datapoint, current: TypedValue): TypedValue {
  const first = firstValue(datapoint);
  const writtenOut = ['str', 'num', 'bool', 'json'].includes(current.type);
  if (!writtenOut) return current;
  return current.type === first.type && checkValue(datapoint, current) === true ? current : first;
}

/** What the definition says of the datapoint, or what is wrong with the name or the value. */
function showNote(
  note: JQuery,
  name: string,
  datapoint: Datapoint | undefined,
  { known }: DialogSchema,
  value: TypedValue,
): void {
  note.removeClass('gizwits-wrong');
  if (!known || name === '') return void note.text('').hide();
  note.show();
  if (!datapoint) return void note.addClass('gizwits-wrong').text(commonText('attributes.notFound', { name }));
  const title = datapointTitle(datapoint);
  if (datapoint.access !== 'writable') {
    return void note.addClass('gizwits-wrong').text(commonText(`attributes.${datapoint.access}`, { name: title }));
  }
  const verdict = checkValue(datapoint, value);
  if (verdict !== true) return void note.addClass('gizwits-wrong').text(verdict);
  const parts = [title === name ? '' : title, rangeText(datapoint), known.descriptions[name] ?? ''];
  note.text(parts.filter((part) => part !== '').join(' · '));
}

/** Datapoints that can be set and whose name, in either form, contains the text. */
function completions(text: string, { known }: DialogSchema): { value: string; label: JQuery }[] {
  const words = text.trim().toLowerCase();
  const found = (known?.datapoints ?? []).filter(
    (datapoint) =>
      datapoint.access === 'writable' && `${datapoint.name} ${datapointTitle(datapoint)}`.toLowerCase().includes(words),
  );
  if (found.length === 1 && found[0]?.name === text) return [];
  return found.map((datapoint) => ({ value: datapoint.name, label: completionLabel(datapoint) }));
}

function typedValue(input: JQuery): TypedValue {
  return { value: input.typedInput('value'), type: input.typedInput('type') };
}
