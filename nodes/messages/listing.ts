import { either, type Form, list, only, open, ref } from './forms';

type Fields = Readonly<Record<string, Form>>;

/**
 * The messages of a node that returns a list, by what its `output` is: `<name>List` for `array`, `<name>Page` for `page`,
 * `<name>Record` for `each`, and `<name>Output` for any of them. An empty result is a page of none where it is not a list.
 *
 * @param record one of the records
 * @param common what every message has beside its payload: ids, metadata
 * @param own what a message of one record has besides
 */
export function listing<const Name extends string>(
  name: Name,
  record: Form,
  common: Fields,
  own: Fields = {},
): Record<`${Name}${'List' | 'Page' | 'Record' | 'Output'}`, Form> {
  const part = { parts: ref('Parts'), 'complete?': only(true) };
  const made = {
    [`${name}List`]: open({ payload: list(record), ...common }),
    [`${name}Page`]: open({ payload: list(record), ...part, ...common }),
    [`${name}Record`]: open({ payload: record, ...part, ...own, ...common }),
    [`${name}Output`]: either(ref(`${name}List`), ref(`${name}Page`), ref(`${name}Record`)),
  };
  return made as Record<`${Name}${'List' | 'Page' | 'Record' | 'Output'}`, Form>;
}
