const STYLE_ID = 'gizwits-dialog-styles';

/**
 * Rows of our dialogs: the label column is wide enough for our labels, the field takes the rest, a hint stands below its
 * field. The dialog has no width of its own, so that Node-RED opens it at the least width that it has for dialogs, and
 * lets nobody make it narrower. Colours are the editor's own variables, so that themes reach our dialogs too.
 */
const CSS = `
.gizwits-dialog { width: 0; min-width: 100%; }
.gizwits-dialog .form-row { display: flex; align-items: flex-start; }
.gizwits-dialog .form-row > label { flex: 0 0 136px; width: 136px; margin: 0; padding: 7px 8px 0 0; line-height: 20px; }
.gizwits-dialog .form-row > label > .fa { width: 16px; text-align: center; }
.gizwits-dialog .form-row > .gizwits-field { flex: 1 1 0; min-width: 0; }
.gizwits-dialog .gizwits-field > input[type="text"],
.gizwits-dialog .gizwits-field > input[type="password"],
.gizwits-dialog .gizwits-field > textarea,
.gizwits-dialog .gizwits-field > select { width: 100%; }
.gizwits-dialog .gizwits-field > div > select { min-width: 0; }
.gizwits-dialog .gizwits-field > .red-ui-typedInput-container { width: 100% !important; margin: 0 !important; }
.gizwits-dialog .gizwits-field > input.gizwits-short[type="text"] { width: 110px; }
.gizwits-dialog .gizwits-hint, .gizwits-dialog .gizwits-warning { width: 0; min-width: 100%; box-sizing: border-box; }
.gizwits-dialog .gizwits-hint { margin-top: 4px; font-size: 12px; line-height: 17px; color: var(--red-ui-form-text-color); opacity: 0.85; }
.gizwits-dialog .gizwits-hint code { font-size: 11px; padding: 0 2px; color: inherit; white-space: nowrap; }
.gizwits-dialog .gizwits-hint code.gizwits-call { white-space: normal; overflow-wrap: anywhere; }
.gizwits-dialog .gizwits-warning { margin-top: 6px; padding: 6px 8px; border-left: 3px solid var(--red-ui-border-color-warning);
  font-size: 12px; line-height: 17px; background: var(--red-ui-form-tips-background); color: var(--red-ui-form-text-color); }
.gizwits-dialog .gizwits-field label.gizwits-check { display: block; width: auto; margin: 0; padding: 7px 0 0 22px; line-height: 20px; }
.gizwits-dialog .gizwits-check > input[type="checkbox"] { width: auto; margin: 3px 0 0 -22px; float: left; }
.gizwits-dialog .gizwits-checklist { max-height: 186px; margin-top: 4px; padding: 3px 6px 5px; overflow-y: auto; box-sizing: border-box;
  border: 1px solid var(--red-ui-form-input-border-color); border-radius: 4px; background: var(--red-ui-form-input-background); }
.gizwits-dialog .gizwits-checklist > label.gizwits-check { padding-top: 3px; }
.gizwits-dialog .gizwits-checklist code { float: right; padding: 0; border: 0; background: none; font-size: 11px; color: inherit; opacity: 0.7; }
.gizwits-dialog .gizwits-parameters td { padding: 1px 8px 1px 0; vertical-align: top; }
.gizwits-dialog .gizwits-parameters td:first-child { white-space: nowrap; }
.gizwits-dialog .gizwits-section { margin: 18px 0 10px; padding-bottom: 3px; font-weight: 600;
  border-bottom: 1px solid var(--red-ui-secondary-border-color); color: var(--red-ui-form-text-color); }
.gizwits-dialog .gizwits-fold > summary { cursor: pointer; }
.gizwits-dialog .gizwits-fold > summary::marker { color: var(--red-ui-form-text-color); }
.gizwits-dialog .gizwits-findings { margin: 0 0 12px; padding: 0; list-style: none; }
.gizwits-dialog .gizwits-findings > li { display: flex; gap: 6px; padding: 4px 0; font-size: 12px; line-height: 17px;
  border-top: 1px solid var(--red-ui-secondary-border-color); color: var(--red-ui-form-text-color); }
.gizwits-dialog .gizwits-findings > li > .fa { flex: 0 0 14px; line-height: 17px; text-align: center; }
.gizwits-dialog .gizwits-finding-name { flex: 0 0 110px; font-weight: 600; overflow-wrap: anywhere; }
.gizwits-dialog .gizwits-finding-text { flex: 1 1 0; min-width: 0; overflow-wrap: anywhere; }
.gizwits-dialog .gizwits-findings > [data-state="ok"] > .fa { color: var(--red-ui-text-color-success); }
.gizwits-dialog .gizwits-findings > [data-state="warning"] > .fa { color: var(--red-ui-text-color-warning); }
.gizwits-dialog .gizwits-findings > [data-state="failed"] > .fa { color: var(--red-ui-text-color-error); }
.gizwits-dialog .gizwits-findings > [data-state="skipped"] { opacity: 0.7; }
.gizwits-dialog .red-ui-editableList-container { min-height: 0; }
.gizwits-dialog .red-ui-editableList-container:has(> .red-ui-editableList-list:empty) { display: none; }
.gizwits-dialog .gizwits-attribute { display: flex; gap: 8px; }
.gizwits-dialog .gizwits-attribute > .gizwits-attribute-name { flex: 2 1 0; width: auto; min-width: 0; }
.gizwits-dialog .gizwits-attribute > .gizwits-attribute-value { flex: 3 1 0; min-width: 0; }
.gizwits-dialog .gizwits-attribute-value > .red-ui-typedInput-container { width: 100% !important; margin: 0 !important; }
.gizwits-attribute-value .red-ui-typedInput-option-trigger { min-width: 0; }
.gizwits-attribute-value .red-ui-typedInput-option-label { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.gizwits-dialog .gizwits-beside { display: flex; gap: 6px; }
.gizwits-dialog .gizwits-beside > .red-ui-typedInput-container { flex: 1 1 0; width: auto !important; min-width: 0; margin: 0 !important; }
.gizwits-dialog .gizwits-beside > textarea, .gizwits-dialog .gizwits-beside > select, .gizwits-dialog .gizwits-beside > input { flex: 1 1 0; min-width: 0; }
.gizwits-dialog .gizwits-beside > .red-ui-button { flex: none; width: 34px; }
.gizwits-dialog .gizwits-hint:empty { display: none; }
.gizwits-dialog .gizwits-hint.gizwits-wrong { color: var(--red-ui-text-color-error); opacity: 1; }
.gizwits-picker { width: 380px; max-width: 90vw; color: var(--red-ui-primary-text-color); }
.gizwits-picker-bar { display: flex; align-items: center; gap: 8px; padding: 4px 6px; border-bottom: 1px solid var(--red-ui-secondary-border-color); }
.gizwits-picker-search { flex: 1 1 0; min-width: 0; }
.gizwits-picker .gizwits-picker-tick { display: flex; align-items: center; gap: 4px; margin: 0; white-space: nowrap; font-size: 12px; }
.gizwits-picker .gizwits-picker-tick > input[type="checkbox"] { width: auto; margin: 0; }
.gizwits-picker-list { height: 280px; position: relative; }
.gizwits-picker-item { padding: 3px 0; line-height: 18px; overflow: hidden; white-space: normal; }
.gizwits-picker-title { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.gizwits-picker-detail { font-size: 11px; line-height: 15px; color: var(--red-ui-secondary-text-color); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.gizwits-picker-foot { display: flex; align-items: center; justify-content: space-between; gap: 8px; min-height: 26px; padding: 3px 8px; font-size: 12px;
  line-height: 16px; border-top: 1px solid var(--red-ui-secondary-border-color); color: var(--red-ui-secondary-text-color); }
.gizwits-dot { display: inline-block; width: 8px; height: 8px; margin-right: 6px; border-radius: 50%; background: var(--red-ui-node-status-colors-grey); }
.gizwits-dot-on { background: var(--red-ui-node-status-colors-green); }
.gizwits-completion { display: flex; justify-content: space-between; gap: 12px; }
.gizwits-completion-detail { color: var(--red-ui-secondary-text-color); font-size: 12px; }
`;

/** Puts the shared style sheet into the page. Every node set carries it, the page gets it once. */
export function injectStyles(): void {
  if (document.getElementById(STYLE_ID)) return;
  const style = document.createElement('style');
  style.id = STYLE_ID;
  style.textContent = CSS;
  document.head.append(style);
}
