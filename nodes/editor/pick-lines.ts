import { deviceKind, noteIds } from './id-note';
import { savedNames } from './name-list';
import { buttonBeside } from './pick-ids';
import { deviceSource } from './pick-sources';
import { openPicker } from './picker';
import { commonText } from './text';

/** The same as `pickIds` for a plain field or text area with several devices, each by its did or its mac. */
export function pickLines(node: EditorNode<object>, area: JQuery): void {
  const button = buttonBeside(area, () => commonText('pick.device'));
  const ids = (): string[] => savedNames(String(area.val()));
  button.on('click', () => {
    const there = new Set(ids());
    const source = deviceSource(node, ({ mac }) => (there.has(mac) ? 'mac' : 'did'));
    openPicker(button, source, (values) => area.val(values.join('\n')).trigger('change'), [...there]);
  });
  const line = $('<div class="gizwits-hint" role="status">').insertAfter(button.parent());
  noteIds(node, line, area, { ids, kind: deviceKind });
}
