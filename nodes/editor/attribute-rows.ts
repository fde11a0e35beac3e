import { nameTypedInput } from './accessible-names';
import { textOf } from './saved-values';
import { commonText } from './text';
import { ATTRIBUTE_TYPES, typeOfUntyped, typesWith } from './typed-fields';

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

const DEFAULT_TYPE = 'str';

/** Draws the rows into an `<ol>`; `onChange` hears of rows that come and go. */
export function attributeRows(list: JQuery, saved: unknown, onChange: () => void): AttributeRows {
  list.editableList<Partial<AttributeRow>>({
    addButton: commonText('attributes.add'),
    removable: true,
    sortable: true,
    height: 'auto',
    addItem: (container, _index, row) => {
      drawRow(container, row);
      onChange();
    },
    removeItem: onChange,
  });
  if (Array.isArray(saved)) list.editableList('addItems', saved);
  return {
    read: () =>
      list
        .editableList('items')
        .get()
        // A removed row fades for a moment before it is gone from the list.
        .filter((item) => $(item).closest('.red-ui-editableList-item-deleting').length === 0)
        .map((item) => readRow($(item))),
  };
}

/** One line: the name, then the typed value. */
function drawRow(container: JQuery, row: Partial<AttributeRow>): void {
  const line = $('<div class="gizwits-attribute">').appendTo(container);
  const name = $('<input type="text" class="gizwits-attribute-name">')
    .attr('placeholder', commonText('attributes.name'))
    .attr('aria-label', commonText('attributes.name'))
    .val(row.name ?? '')
    .appendTo(line);
  const markMissing = (): void => {
    name.toggleClass('input-error', String(name.val()).trim() === '');
  };
  name.on('change keyup paste', markMissing);
  markMissing();

  const type = row.valueType || typeOfUntyped(row.value, DEFAULT_TYPE, ATTRIBUTE_TYPES);
  const cell = $('<div class="gizwits-attribute-value">').appendTo(line);
  const value = $('<input type="text">').appendTo(cell);
  value.typedInput({ default: type, types: typesWith(ATTRIBUTE_TYPES, type) as never });
  nameTypedInput(value, commonText('attributes.value'));
  value.typedInput('type', type);
  value.typedInput('value', textOf(row.value));
  container.data('opened', { name: row.name ?? '', ...typedValue(value) });
}

function readRow(container: JQuery): AttributeRow {
  const saved = container.data('data') as Partial<AttributeRow>;
  const opened = container.data('opened') as { name: string; value: string; type: string };
  const name = String(container.find('.gizwits-attribute-name').val());
  const { value, type } = typedValue(container.find('.gizwits-attribute-value > input').first());
  const untouched = name === opened.name && value === opened.value && type === opened.type;
  if (untouched && saved.name !== undefined) return saved as AttributeRow;
  return { ...saved, name: name.trim(), value, valueType: type };
}

function typedValue(input: JQuery): { value: string; type: string } {
  return { value: input.typedInput('value'), type: input.typedInput('type') };
}
