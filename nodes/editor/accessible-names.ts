import { commonText } from './text';

/** Makes the ids by which elements name each other unique in the page. */
let count = 0;

/**
 * Gives the parts of a typed input their names for screen readers: the editor puts inputs of its own in the place of the
 * one that the row's label belongs to, and does not name them.
 * @param label the row's label, whose text the editor fills in later, or a name
 */
export function nameTypedInput(input: JQuery, label: JQuery | string): void {
  const parts = input.next('.red-ui-typedInput-container');
  name(parts.find('input.red-ui-typedInput-input'), label);
  name(parts.find('.red-ui-typedInput-option-trigger'), label);
  name(parts.find('.red-ui-typedInput-type-select'), label, commonText('aria.type'));
  name(parts.find('.red-ui-typedInput-option-expand'), label, commonText('aria.expand'));
}

/** Names elements by the label and, where it is only a part of what the label stands for, by what it is. */
function name(elements: JQuery, label: JQuery | string, part?: string): void {
  for (const element of elements.get()) {
    if (typeof label === 'string') {
      $(element).attr('aria-label', part === undefined ? label : `${label}: ${part}`);
      continue;
    }
    if (part !== undefined) $(element).attr('aria-label', part);
    const ids = part === undefined ? [idOf(label)] : [idOf(label), idOf($(element))];
    $(element).attr('aria-labelledby', ids.join(' '));
  }
}

function idOf(element: JQuery): string {
  const id = element.attr('id') ?? `gizwits-named-${++count}`;
  element.attr('id', id);
  return id;
}
