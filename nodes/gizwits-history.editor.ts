import { prepareDialog } from './editor/dialog';
import { dialogSchema } from './editor/dialog-schema';
import { CATEGORY, COLOR, labelStyle, outputOf } from './editor/family';
import { currentValue } from './editor/fields';
import { nameField } from './editor/name-field';
import { pickIds } from './editor/pick-ids';
import { leaveUntouched } from './editor/saved-values';
import { followTargetKind, idKindOf, TARGET_PROPERTIES } from './editor/target';
import { commonText, setText } from './editor/text';
import { COUNT_TYPES, ID_TYPES, LIST_TYPES, TIME_TYPES, typedField } from './editor/typed-fields';
import { jsonNames, time, typed, when, wholeNumber } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface HistoryProperties {
  name: string;
  configVersion: number;
  product: string;
  kind: string;
  targetBy: string;
  target: string;
  targetType: string;
  start: string;
  startType: string;
  end: string;
  endType: string;
  order: string;
  attrs: string;
  attrsType: string;
  aggregator: string;
  unit: string;
  limit: number | string;
  limitType: string;
  output: string;
}

const text = (key: string): string => setText('gizwits-history', key);
const KINDS = ['data', 'online', 'cmd', 'aggregate'];

RED.nodes.registerType<HistoryProperties>('gizwits-history', {
  category: CATEGORY,
  color: COLOR,
  icon: 'gizwits-history.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-history') },
    product: { value: '', type: 'gizwits-product', required: true, label: commonText('label.product') },
    kind: { value: 'data' },
    targetBy: { value: 'did' },
    target: {
      value: TARGET_PROPERTIES.did,
      label: commonText('label.device'),
      validate: typed('target', { required: true }),
    },
    targetType: { value: 'msg' },
    start: {
      value: '-2d',
      label: text('label.start'),
      validate: typed('start', { required: true, literals: { str: time, num: time } }),
    },
    startType: { value: 'str' },
    end: { value: 'now', label: text('label.end'), validate: typed('end', { literals: { str: time, num: time } }) },
    endType: { value: 'str' },
    order: { value: 'desc' },
    attrs: {
      value: '[]',
      label: text('label.attrs'),
      validate: typed('attrs', { literals: { json: jsonNames }, applies: when('kind', 'data', 'aggregate') }),
    },
    attrsType: { value: 'json' },
    aggregator: { value: 'avg' },
    unit: { value: 'DAYS' },
    limit: {
      value: 0,
      label: commonText('label.limit'),
      validate: typed('limit', { literals: { num: wholeNumber(0) } }),
    },
    limitType: { value: 'num' },
    output: { value: 'array' },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: () => text('palette'),
  label() {
    return this.name || text(KINDS.includes(this.kind) ? `title.${this.kind}` : 'palette');
  },
  labelStyle() {
    return labelStyle(this);
  },
  inputLabels: () => text('port.input'),
  outputLabels() {
    return commonText(`port.${outputOf(this.output)}`);
  },
  oneditprepare() {
    prepareDialog(this, () => {
      typedField(this, 'target', ID_TYPES);
      typedField(this, 'start', TIME_TYPES);
      typedField(this, 'end', TIME_TYPES);
      typedField(this, 'attrs', LIST_TYPES);
      typedField(this, 'limit', COUNT_TYPES);
      followTargetKind(this);
      pickIds(this, 'target', { kind: () => idKindOf(this) });
      const aggregates = (): boolean => currentValue(this, 'kind') === 'aggregate';
      nameField(this, 'attrs', dialogSchema(this), ({ step }) => !aggregates() || step !== undefined);
      bindVisibility(this);
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});
