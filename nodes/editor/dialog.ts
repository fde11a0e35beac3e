import { migrateForDialog } from './migration';
import { rememberOpening, showSavedValues } from './saved-values';
import { helpWithConfigNodes } from './simulated-config';
import { injectStyles } from './styles';

/**
 * Prepares a dialog so that it shows what is saved and can be closed without changing it; `build` makes the typed inputs
 * and lists in between. The counterpart in `oneditsave` is `leaveUntouched`.
 */
export function prepareDialog(node: EditorNode<object>, build: () => void): void {
  injectStyles();
  migrateForDialog(node);
  showSavedValues(node);
  build();
  rememberOpening(node);
  helpWithConfigNodes(node);
}
