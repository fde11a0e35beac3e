import { noteIds } from './id-note';
import { describeAppDevice, describeId, deviceKind } from './id-texts';
import { savedNames } from './name-list';
import { buttonBeside } from './pick-ids';
import { appDeviceSource, deviceSource } from './pick-sources';
import { openPicker } from './picker';
import { commonText } from './text';

/** The same as `pickIds` for a text area with several devices of the product, one a line, each by its did or its mac. */
export function pickLines(node: EditorNode<object>, area: JQuery): void {
  const ids = (): string[] => savedNames(String(area.val()));
  const { button, line } = partsBeside(area);
  button.on('click', () => {
    const there = new Set(ids());
    const source = deviceSource(node, ({ mac }) => (there.has(mac) ? 'mac' : 'did'));
    openPicker(button, source, (values) => area.val(values.join('\n')).trigger('change'), [...there]);
  });
  noteIds(node, line, area, { ids, owner: 'product', describe: (id) => describeId(node, id, deviceKind(id)) });
}

/** The same for a line of devices that the app's user has bound. */
export function pickAppDevices(node: EditorNode<object>, field: JQuery): void {
  const ids = (): string[] => savedNames(String(field.val()));
  const { button, line } = partsBeside(field);
  button.on('click', () => {
    const put = (values: string[]): void => void field.val(values.join(', ')).trigger('change');
    openPicker(button, appDeviceSource(node), put, ids());
  });
  noteIds(node, line, field, { ids, owner: 'app', describe: (id) => describeAppDevice(node, id) });
}

function partsBeside(field: JQuery): { button: JQuery; line: JQuery } {
  const button = buttonBeside(field, () => commonText('pick.device'));
  return { button, line: $('<div class="gizwits-hint" role="status">').insertAfter(button.parent()) };
}
