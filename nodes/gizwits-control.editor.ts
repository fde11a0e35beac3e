import { type AttributeRow, type AttributeRows, attributeRows } from './editor/attribute-rows';
import { prepareDialog } from './editor/dialog';
import { dialogSchema, showSchemaState } from './editor/dialog-schema';
import { CATEGORY, COLOR, labelStyle } from './editor/family';
import { pickIds } from './editor/pick-ids';
import { leaveUntouched } from './editor/saved-values';
import { followTargetKind, idKindOf, TARGET_PROPERTIES } from './editor/target';
import { commonText, setText } from './editor/text';
import { COMMAND_TYPES, ID_TYPES, SETTING_TYPES, typedField } from './editor/typed-fields';
import { seconds, typed, when } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface ControlProperties {
  name: string;
  configVersion: number;
  product: string;
  targetBy: string;
  target: string;
  targetType: string;
  mode: string;
  value: string;
  valueType: string;
  attrs: AttributeRow[];
  encoding: string;
  validate: boolean;
  via: string;
  pushVersion: string;
  confirm: boolean;
  confirmSeconds: number | string;
  confirmSecondsType: string;
  deadlineSeconds: number | string;
  deadlineSecondsType: string;
}

const text = (key: string): string => setText('gizwits-control', key);

/** Rows of the dialog that is open; the editor shows one dialog of a flow node at a time. */
let rows: AttributeRows | undefined;

RED.nodes.registerType<ControlProperties>('gizwits-control', {
  category: CATEGORY,
  color: COLOR,
  icon: 'gizwits-control.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-control') },
    product: { value: '', type: 'gizwits-product', required: true, label: commonText('label.product') },
    targetBy: { value: 'did' },
    target: {
      value: TARGET_PROPERTIES.did,
      label: text('label.target'),
      validate: typed('target', { required: true }),
    },
    targetType: { value: 'msg' },
    mode: { value: 'attrs' },
    value: {
      value: 'payload',
      label: text('label.value'),
      validate: typed('value', { required: true, applies: (node) => usesValue(node) }),
    },
    valueType: { value: 'msg' },
    attrs: {
      value: [],
      label: text('label.attrs'),
      validate: function (rowsSaved, property) {
        const nameless = Array.isArray(rowsSaved) && rowsSaved.some((row) => !row?.name);
        if (!nameless || !when('mode', 'attrs')(this)) return true;
        return commonText('invalid.of', { label: property?.label ?? '', trouble: text('invalid.namelessRow') });
      },
    },
    encoding: { value: 'hex' },
    validate: { value: true },
    via: { value: 'api' },
    pushVersion: { value: 'v2' },
    confirm: { value: false },
    confirmSeconds: {
      value: 10,
      label: text('label.confirmSeconds'),
      validate: typed('confirmSeconds', { literals: { num: seconds(1, 3600) }, applies: waitsForReport }),
    },
    confirmSecondsType: { value: 'num' },
    deadlineSeconds: {
      value: 10,
      label: text('label.deadlineSeconds'),
      validate: typed('deadlineSeconds', { literals: { num: seconds(0.1, 3600) } }),
    },
    deadlineSecondsType: { value: 'num' },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: () => text('palette'),
  label() {
    return this.name || text(this.mode === 'raw' ? 'title.raw' : 'title.attrs');
  },
  labelStyle() {
    return labelStyle(this);
  },
  inputLabels: () => text('port.input'),
  outputLabels: () => text('port.output'),
  oneditprepare() {
    rows = undefined;
    prepareDialog(this, () => {
      typedField(this, 'target', ID_TYPES);
      typedField(this, 'value', COMMAND_TYPES);
      typedField(this, 'confirmSeconds', SETTING_TYPES);
      typedField(this, 'deadlineSeconds', SETTING_TYPES);
      followTargetKind(this);
      pickIds(this, 'target', { kind: () => idKindOf(this), several: 'list' });
      const schema = dialogSchema(this);
      const refresh = bindVisibility(this, {
        rows: () => (rows?.read().length ? 'some' : 'none'),
        command: () => (usesValue(this) ? 'value' : 'rows'),
      });
      rows = attributeRows($('#gizwits-control-attributes'), this.attrs, schema, refresh);
      showSchemaState($('#gizwits-control-schema'), schema);
      refresh();
    });
  },
  oneditsave() {
    leaveUntouched(this);
    const attrs = rows?.read() ?? [];
    // Rows that nobody touched are the saved objects; a list that was absent stays so while it is empty.
    if (attrs.length > 0 || (Array.isArray(this.attrs) && this.attrs.length > 0)) this.attrs = attrs;
    rows = undefined;
  },
});

/** A report can only be compared with datapoints: raw bytes have none. */
function waitsForReport(node: EditorNode<object>): boolean {
  return when('mode', 'attrs')(node) && when('confirm', 'true')(node);
}

/** Whether the command comes from the one typed value: raw always, attributes while there are no rows. */
function usesValue(node: EditorNode<object>): boolean {
  if (!when('mode', 'attrs')(node)) return true;
  const { attrs } = node as EditorNode<ControlProperties>;
  const open = RED.editor.getEditStack().includes(node) ? rows?.read() : undefined;
  return (open ?? (Array.isArray(attrs) ? attrs : [])).length === 0;
}
