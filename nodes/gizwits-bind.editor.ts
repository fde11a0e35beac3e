import { prepareDialog } from './editor/dialog';
import { CATEGORY, COLOR, labelStyle } from './editor/family';
import { pickIds } from './editor/pick-ids';
import { leaveUntouched } from './editor/saved-values';
import { commonText, setText } from './editor/text';
import { ID_TYPES, typedField } from './editor/typed-fields';
import { typed } from './editor/validators';
import { configVersion } from './migrations';

interface BindProperties {
  name: string;
  configVersion: number;
  product: string;
  action: string;
  uid: string;
  uidType: string;
  appid: string;
  appidType: string;
  dids: string;
  didsType: string;
}

const text = (key: string): string => setText('gizwits-bind', key);
const ACTIONS = ['bind', 'unbind'];

RED.nodes.registerType<BindProperties>('gizwits-bind', {
  category: CATEGORY,
  color: COLOR,
  icon: 'gizwits-bind.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-bind') },
    product: { value: '', type: 'gizwits-product', required: true, label: commonText('label.product') },
    action: { value: 'bind' },
    uid: { value: 'uid', label: text('label.uid'), validate: typed('uid', { required: true }) },
    uidType: { value: 'msg' },
    appid: { value: 'appid', label: text('label.appid'), validate: typed('appid', { required: true }) },
    appidType: { value: 'msg' },
    dids: { value: 'payload', label: text('label.dids'), validate: typed('dids', { required: true }) },
    didsType: { value: 'msg' },
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
  inputLabels: () => text('port.input'),
  outputLabels: () => text('port.output'),
  oneditprepare() {
    prepareDialog(this, () => {
      typedField(this, 'uid', ID_TYPES);
      typedField(this, 'appid', ID_TYPES);
      typedField(this, 'dids', ID_TYPES);
      pickIds(this, 'dids', { kind: () => 'did', several: 'commas' });
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});
