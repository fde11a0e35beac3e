import { fieldOf } from './fields';

/** Shows a port of the second output while a box is ticked: the editor takes their number from the field `outputs`. */
export function secondOutput(node: EditorNode<object>, property: string): void {
  const box = fieldOf(node, property);
  box.on('change', () => fieldOf(node, 'outputs').val(box.prop('checked') === true ? '2' : '1'));
}
