import { currentValue, fieldOf } from './fields';
import type { IdKind } from './id-texts';

/** The message property that names a target of each kind. */
export const TARGET_PROPERTIES: Readonly<Record<string, string>> = { did: 'did', mac: 'mac', group: 'gid' };

/**
 * When the author picks another kind of target while the target is still the usual property of the old kind, the usual
 * property of the new kind takes its place. Anything else the author has typed in stays.
 */
export function followTargetKind(node: EditorNode<object>): void {
  const kindField = fieldOf(node, 'targetBy');
  const target = fieldOf(node, 'target');
  let kind = String(currentValue(node, 'targetBy'));
  kindField.on('change', () => {
    const chosen = String(kindField.val());
    const usual = TARGET_PROPERTIES[kind];
    const next = TARGET_PROPERTIES[chosen];
    const unchanged = target.typedInput('type') === 'msg' && target.typedInput('value') === usual;
    if (chosen !== kind && unchanged && next !== undefined) target.typedInput('value', next);
    kind = chosen;
  });
}

/** What the target names at the moment. */
export function idKindOf(node: EditorNode<object>): IdKind {
  const kind = currentValue(node, 'targetBy');
  return kind === 'mac' || kind === 'group' ? kind : 'did';
}
