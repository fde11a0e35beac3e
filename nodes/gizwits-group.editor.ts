import { prepareDialog } from './editor/dialog';
import { CATEGORY, COLOR, labelStyle } from './editor/family';
import { pickIds } from './editor/pick-ids';
import { leaveUntouched } from './editor/saved-values';
import { commonText, setText } from './editor/text';
import { FLAG_TYPES, ID_TYPES, typedField } from './editor/typed-fields';
import { typed, when } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface GroupProperties {
  name: string;
  configVersion: number;
  product: string;
  action: string;
  gid: string;
  gidType: string;
  parentGid: string;
  parentGidType: string;
  macs: string;
  macsType: string;
  reassign: string;
  reassignType: string;
}

const text = (key: string): string => setText('gizwits-group', key);
const ACTIONS = ['list', 'create', 'delete', 'members', 'assign', 'unassign'];
const ONE_GROUP = when('action', 'delete', 'members', 'assign', 'unassign');

RED.nodes.registerType<GroupProperties>('gizwits-group', {
  category: CATEGORY,
  color: COLOR,
  icon: 'gizwits-group.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-group') },
    product: { value: '', type: 'gizwits-product', required: true, label: commonText('label.product') },
    action: { value: 'list' },
    gid: { value: 'gid', label: text('label.gid'), validate: typed('gid', { required: true, applies: ONE_GROUP }) },
    gidType: { value: 'msg' },
    parentGid: {
      value: '',
      label: text('label.parentGid'),
      validate: typed('parentGid', { applies: when('action', 'create') }),
    },
    parentGidType: { value: 'str' },
    macs: {
      value: 'payload',
      label: text('label.macs'),
      validate: typed('macs', { required: true, applies: when('action', 'assign', 'unassign') }),
    },
    macsType: { value: 'msg' },
    reassign: { value: 'false', label: text('label.reassign'), validate: typed('reassign', {}) },
    reassignType: { value: 'bool' },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: () => text('palette'),
  label() {
    return this.name || text(ACTIONS.includes(this.action) ? `title.${this.action}` : 'palette');
  },
  labelStyle() {
    return labelStyle(this);
  },
  inputLabels() {
    return text(['assign', 'unassign'].includes(this.action) ? 'port.macs' : 'port.input');
  },
  outputLabels() {
    return text(ACTIONS.includes(this.action) ? `port.${this.action}` : 'port.list');
  },
  oneditprepare() {
    prepareDialog(this, () => {
      typedField(this, 'gid', ID_TYPES);
      typedField(this, 'parentGid', ID_TYPES);
      typedField(this, 'macs', ID_TYPES);
      typedField(this, 'reassign', FLAG_TYPES);
      pickIds(this, 'gid', { kind: () => 'group' });
      pickIds(this, 'parentGid', { kind: () => 'group' });
      pickIds(this, 'macs', { kind: () => 'mac', several: 'commas' });
      bindVisibility(this);
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});
