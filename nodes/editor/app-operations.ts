import { type AppCategory, type AppOperation, appCategories } from '../../src/gizwits/app/operation';
import { appOperations } from '../../src/gizwits/app/operations';
import { cloudText, sentences } from './text';

/** The operations of the Open API with their names in the reader's language. */
export interface ListedOperation {
  id: string;
  category: AppCategory;
  /** Name of its category. */
  group: string;
  title: string;
  /** Everything that a search may look for, in lower case. */
  words: string;
}

/** All operations, category by category. */
export function listedOperations(): ListedOperation[] {
  return Object.values(appOperations).map(({ id, category, method, path, title, description }) => {
    const group = cloudText(`app.categories.${category}`);
    const name = cloudText(title);
    const words = [id, method, path, group, name, cloudText(description)].join(' ').toLowerCase();
    return { id, category, group, title: name, words };
  });
}

/** The operation of that id; undefined for an id that this version does not know. */
export function operationOf(id: unknown): AppOperation | undefined {
  return typeof id === 'string' && Object.hasOwn(appOperations, id) ? appOperations[id] : undefined;
}

/** What an operation does, and what a user must know about it. */
export function summaryOf({ description, notes = [] }: AppOperation): string {
  return sentences([cloudText(description), ...notes.map((note) => cloudText(`gizwits.notes.${note}`))]);
}

/**
 * Makes the list of operations searchable: it holds those of the chosen category whose names, descriptions or paths
 * contain all words of the search, and always the one that is chosen.
 */
export function searchableOperations(select: JQuery, category: JQuery, search: JQuery): void {
  const all = listedOperations();
  for (const name of ['', ...appCategories]) {
    const label = name === '' ? cloudText('app.categories.all') : cloudText(`app.categories.${name}`);
    $('<option>').val(name).text(label).appendTo(category);
  }
  const fill = (): void => {
    const chosen = String(select.val() ?? '');
    const wanted = String(search.val()).toLowerCase().split(/\s+/);
    const within = String(category.val());
    const shown = all.filter(
      ({ id, category: own, words }) =>
        id === chosen || ((within === '' || own === within) && wanted.every((word) => words.includes(word))),
    );
    select.empty();
    for (const name of appCategories) {
      const members = shown.filter((operation) => operation.category === name);
      if (members.length === 0) continue;
      const group = $('<optgroup>')
        .attr('label', members[0]?.group ?? name)
        .appendTo(select);
      for (const { id, title } of members) $('<option>').val(id).text(title).appendTo(group);
    }
    // An id that this version does not know stays what it is.
    if (chosen !== '' && !all.some(({ id }) => id === chosen)) $('<option>').val(chosen).text(chosen).appendTo(select);
    select.val(chosen);
  };
  fill();
  search.on('input', fill);
  category.on('change', fill);
}
