import type { Parameter } from '../../src/cloud/catalogue';
import { fieldOf } from './fields';
import { parameterForm, parameterSummary } from './operations';
import { buttonBeside } from './pick-ids';
import { groupSource } from './pick-sources';
import { openPicker, type PickSource } from './picker';
import { commonText } from './text';

/**
 * Helps with a typed field that holds a JSON object of filters: a button opens the list of what can be filtered by, and
 * puts what was chosen into the object; a group is chosen from the tree.
 * @param parameters the filters there are, asked each time, since they may follow another field
 */
export function filterField(node: EditorNode<object>, property: string, parameters: () => readonly Parameter[]): void {
  const input = fieldOf(node, property);
  const button = buttonBeside(input, () => commonText('pick.filter'));
  const put = (name: string, value: unknown): void => {
    const filters = objectOf(input);
    input.typedInput('type', 'json');
    input.typedInput('value', JSON.stringify({ ...filters, [name]: value }));
  };
  button.on('click', () =>
    openPicker(button, filterSource(parameters()), ([name = '']) => {
      if (name === 'gid') openPicker(button, groupSource(node), ([gid = '']) => put(name, gid));
      else put(name, firstValue(parameters().find((one) => one.name === name)));
    }),
  );
}

function filterSource(parameters: readonly Parameter[]): PickSource {
  const items = parameters.map((parameter) => ({
    value: parameter.name,
    title: parameterSummary(parameter),
    detail: `${parameter.name} · ${parameterForm(parameter)}`,
  }));
  return {
    title: commonText('pick.filter'),
    placeholder: commonText('pick.searchDatapoint'),
    load: ({ text }) => {
      const words = text.toLowerCase();
      return Promise.resolve({
        items: items.filter(({ title, detail }) => `${title} ${detail}`.toLowerCase().includes(words)),
      });
    },
  };
}

/** Something of the right form to begin with. */
function firstValue(parameter: Parameter | undefined): unknown {
  if (parameter?.values?.[0] !== undefined) return parameter.values[0];
  if (parameter?.type === 'flag' || parameter?.type === 'boolean') return true;
  return '';
}

/** The filters that stand in the field; none where it holds something else. */
function objectOf(input: JQuery): Record<string, unknown> {
  if (input.typedInput('type') !== 'json') return {};
  try {
    const filters: unknown = JSON.parse(input.typedInput('value'));
    return typeof filters === 'object' && filters !== null && !Array.isArray(filters) ? { ...filters } : {};
  } catch {
    return {};
  }
}
