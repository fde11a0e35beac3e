/** The input of a property in its open dialog; an empty set when the dialog has no such input. */
export function fieldOf(node: EditorNode<object>, property: string): JQuery {
  const prefix = node._def.category === 'config' ? 'node-config-input' : 'node-input';
  return $(`#${prefix}-${property}`);
}

/** The label that stands before a property's input in its open dialog. */
export function labelOf(node: EditorNode<object>, property: string): JQuery {
  const id = fieldOf(node, property).attr('id') ?? '';
  return dialogOf(node).find(`label[for="${id}"]`);
}

/** What the editor's own list of config nodes holds while none is chosen, where it offers to make one. */
const NONE_CHOSEN = '_ADD_';

/** What an input holds now: a boolean for a checkbox, else text; undefined when there is no such input. */
export function shownValue(field: JQuery): string | boolean | undefined {
  if (field.length === 0) return undefined;
  if (field.attr('type') === 'checkbox') return field.prop('checked') === true;
  const value = field.val();
  if (value === null || value === undefined) return undefined;
  return value === NONE_CHOSEN ? '' : String(value);
}

/** A property as saved. */
export function savedValue(node: EditorNode<object>, property: string): unknown {
  return (node as unknown as Record<string, unknown>)[property];
}

/**
 * A property as it counts now: from the form while the node's own dialog is open, else as saved, else its default.
 * A form that belongs to another node is never read, since its inputs have the same ids.
 */
export function currentValue(node: EditorNode<object>, property: string): unknown {
  if (RED.editor.getEditStack().includes(node)) {
    const shown = shownValue(fieldOf(node, property));
    if (shown !== undefined) return shown;
  }
  return savedValue(node, property) ?? node._def.defaults[property]?.value;
}

/** Whether an element's dialog is still open: answers may come, and timers fire, after it has been closed. */
export function isOpen(element: JQuery): boolean {
  return element.get(0)?.isConnected === true;
}

/** The frame around a node's rows in its open dialog. */
export function dialogOf(node: EditorNode<object>): JQuery {
  return fieldOf(node, 'name').closest('.gizwits-dialog');
}
