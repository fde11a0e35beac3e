import { migrate, type Saved } from '../migrations';

/** What a node had saved, by node, while its dialog shows today's fields instead. */
const originals = new WeakMap<object, Saved>();

/**
 * Brings a node that an older version saved to today's fields, before its dialog shows them. A dialog that is cancelled
 * takes it back; one that is left with OK keeps it. Fields that only old versions have must still stand in `defaults`
 * (with the value undefined), or the editor drops them when it loads the flow.
 */
export function migrateForDialog(node: EditorNode<object>, change: typeof migrate = migrate): void {
  const saved = savedFields(node);
  const fields = change(node.type, saved);
  if (fields === saved) return;
  originals.set(node, saved);
  replaceFields(node, fields);
  node._def.oneditcancel ??= function () {
    takeBack(this);
  };
}

function takeBack(node: EditorNode<object>): void {
  const saved = originals.get(node);
  if (saved) replaceFields(node, saved);
  originals.delete(node);
}

function savedFields(node: EditorNode<object>): Saved {
  const held = Object.entries(node).filter(([name, value]) => name in node._def.defaults && value !== undefined);
  return Object.fromEntries(held);
}

function replaceFields(node: EditorNode<object>, fields: Saved): void {
  const target = node as unknown as Record<string, unknown>;
  for (const name of Object.keys(node._def.defaults)) {
    if (name in fields) target[name] = fields[name];
    else delete target[name];
  }
}
