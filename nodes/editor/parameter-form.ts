import type { Operation, Parameter } from '../../src/cloud/catalogue';
import { nameTypedInput } from './accessible-names';
import { authorParameters, parameterForm, parameterSummary } from './operations';
import { textOf } from './saved-values';
import { setText } from './text';

/** One parameter as the form saves it. What else a saved row holds is kept. */
export interface ParameterRow {
  name: string;
  value: unknown;
  valueType: string;
}

export interface ParameterForm {
  /** Draws the fields of another operation; what was filled in under the same names stays. */
  show(operation: Operation | undefined): void;
  /** The parameters that are filled in; a row that nobody touched is the saved object itself. */
  read(): ParameterRow[];
}

interface DrawnField {
  name: string;
  input: JQuery;
  opened: { value: string; type: string };
}

type TypeChoice =
  | string
  | { value: string; label: string; options?: { value: string; label: string }[]; hasValue?: false };

/** Type of a field that stays empty: the parameter is not given. */
const NOT_GIVEN = 'none';

/** The types that a field of each kind offers, the first being its own. */
const OWN_TYPES: Readonly<Record<Parameter['type'], string>> = {
  text: 'str',
  id: 'str',
  integer: 'num',
  flag: 'bool',
  boolean: 'bool',
  date: 'str',
  list: 'json',
  bytes: 'json',
  object: 'json',
  json: 'json',
};

const FROM_ELSEWHERE = ['msg', 'flow', 'global', 'jsonata', 'env'];

/**
 * A form made from the catalogue: one typed field a parameter, with what it is for and what it accepts.
 * @param help may put something beside a field that helps to fill it in
 */
export function formOfParameters(
  container: JQuery,
  saved: unknown,
  help: (parameter: Parameter, input: JQuery) => void = () => undefined,
): ParameterForm {
  const kept = new Map<string, ParameterRow>();
  for (const row of Array.isArray(saved) ? (saved as ParameterRow[]) : []) {
    if (typeof row?.name === 'string') kept.set(row.name, row);
  }
  let fields: DrawnField[] = [];

  const take = (): void => {
    for (const field of fields) {
      const { value, type } = typedValue(field.input);
      if (value === field.opened.value && type === field.opened.type) continue;
      if (type === NOT_GIVEN || (value === '' && type !== 'date')) kept.delete(field.name);
      else kept.set(field.name, { ...kept.get(field.name), name: field.name, value, valueType: type });
      field.opened = { value, type };
    }
  };

  return {
    show(operation) {
      take();
      container.empty();
      fields = (operation ? authorParameters(operation) : []).map((parameter) => {
        const field = drawField(container, parameter, kept.get(parameter.name));
        help(parameter, field.input);
        return field;
      });
    },
    read() {
      take();
      const shown = new Set(fields.map(({ name }) => name));
      return [...kept.values()].filter(({ name }) => shown.has(name));
    },
  };
}

function drawField(container: JQuery, parameter: Parameter, row: ParameterRow | undefined): DrawnField {
  const { name, required } = parameter;
  const line = $('<div class="form-row">').appendTo(container);
  const label = $('<label>').appendTo(line);
  $('<code>').css('color', 'inherit').text(name).appendTo(label);
  if (required) $('<span>').text(' *').attr('title', setText('gizwits-app-api', 'form.required')).appendTo(label);
  const cell = $('<div class="gizwits-field">').appendTo(line);
  const input = $('<input type="text" style="width: 100%">').appendTo(cell);
  const type = row?.valueType || (required ? ownType(parameter) : NOT_GIVEN);
  input.typedInput({ default: type, types: typesOf(parameter, type) as never });
  nameTypedInput(input, label);
  input.typedInput('type', type);
  input.typedInput('value', textOf(row?.value));
  $('<div class="gizwits-hint">')
    .text(`${parameterSummary(parameter)} (${parameterForm(parameter)})`)
    .appendTo(cell);
  return { name, input, opened: typedValue(input) };
}

/** A number that is a time is written as times are: `-2d`. */
function ownType({ type, unit }: Parameter): string {
  return unit ? 'str' : OWN_TYPES[type];
}

function typesOf(parameter: Parameter, saved: string): TypeChoice[] {
  const { type, values, required, unit } = parameter;
  const types: TypeChoice[] = [];
  if (!required) types.push({ value: NOT_GIVEN, label: setText('gizwits-app-api', 'form.notGiven'), hasValue: false });
  if (values) {
    const options = values.map((value) => ({ value, label: value }));
    types.push({ value: 'str', label: setText('gizwits-app-api', 'form.choice'), options });
  } else types.push(ownType(parameter));
  if (type === 'bytes' || type === 'list') types.push('str');
  if (type === 'bytes') types.push('bin');
  if (unit) types.push('num', 'date');
  types.push(...FROM_ELSEWHERE);
  const known = types.some((choice) => (typeof choice === 'string' ? choice : choice.value) === saved);
  return known ? types : [...types, saved];
}

function typedValue(input: JQuery): { value: string; type: string } {
  return { value: String(input.typedInput('value') ?? ''), type: String(input.typedInput('type')) };
}
