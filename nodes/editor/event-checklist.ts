import { pushEventTable } from '../../src/gizwits/push/events';
import { savedNames } from './name-list';
import { commonText } from './text';

/** The list of events as it stands in the dialog. */
export interface EventChecklist {
  /** Subscription names that are ticked, in the vendor's order; the saved list itself when nobody touched it. */
  read(): unknown;
}

interface Row {
  name: string;
  row: JQuery;
  box: JQuery;
}

/**
 * Draws the 17 events as a list to tick, with a box to search in it; `nameOf` gives the plain name of an `event_type`.
 * A saved name that this version does not know gets a row of its own, so that it shows and can be taken away.
 */
export function eventChecklist(
  list: JQuery,
  search: JQuery,
  summary: JQuery,
  saved: unknown,
  texts: { nameOf(event: string): string; summaryOf(count: number): string },
): EventChecklist {
  const chosen = savedNames(saved);
  const known = pushEventTable.map(({ subscription, event }) => ({
    name: subscription as string,
    label: texts.nameOf(event),
  }));
  const unknown = chosen
    .filter((name) => !known.some((event) => event.name === name))
    .map((name) => ({ name, label: commonText('option.unknown', { value: name }) }));

  const rows: Row[] = [...known, ...unknown].map(({ name, label }) => {
    const row = $('<label class="gizwits-check">').appendTo(list);
    const box = $('<input type="checkbox">').prop('checked', chosen.includes(name)).appendTo(row);
    $('<span>').text(label).appendTo(row);
    $('<code>').text(name).appendTo(row);
    box.on('change', () => summarise());
    return { name, row, box };
  });
  const ticked = (): string[] => rows.filter(({ box }) => box.prop('checked') === true).map(({ name }) => name);
  const summarise = (): void => {
    summary.text(texts.summaryOf(ticked().length));
  };

  search.on('input', () => {
    const words = String(search.val()).toLowerCase().trim();
    for (const { row } of rows) row.toggle(row.text().toLowerCase().includes(words));
  });
  summarise();
  const opened = String(ticked());
  return { read: () => (String(ticked()) === opened ? saved : ticked()) };
}
