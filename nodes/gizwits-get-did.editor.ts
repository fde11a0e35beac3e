import { prepareDialog } from './editor/dialog';
import { CATEGORY, COLOR, labelStyle } from './editor/family';
import { pickIds } from './editor/pick-ids';
import { leaveUntouched } from './editor/saved-values';
import { commonText, setText } from './editor/text';
import { ID_TYPES, SETTING_TYPES, typedField } from './editor/typed-fields';
import { seconds, typed } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface GetDidProperties {
  name: string;
  configVersion: number;
  product: string;
  mac: string;
  macType: string;
  detail: boolean;
  passcode: boolean;
  cacheSeconds: number | string;
  cacheSecondsType: string;
}

const text = (key: string): string => setText('gizwits-get-did', key);

RED.nodes.registerType<GetDidProperties>('gizwits-get-did', {
  category: CATEGORY,
  color: COLOR,
  icon: 'gizwits-get-did.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-get-did') },
    product: { value: '', type: 'gizwits-product', required: true, label: commonText('label.product') },
    mac: { value: 'payload', label: text('label.mac'), validate: typed('mac', { required: true }) },
    macType: { value: 'msg' },
    detail: { value: false },
    passcode: { value: false },
    cacheSeconds: {
      value: 3600,
      label: text('label.cacheSeconds'),
      validate: typed('cacheSeconds', { literals: { num: seconds(0, 31_536_000) } }),
    },
    cacheSecondsType: { value: 'num' },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: () => text('palette'),
  label() {
    return this.name || text('palette');
  },
  labelStyle() {
    return labelStyle(this);
  },
  inputLabels: () => text('port.input'),
  outputLabels: () => text('port.output'),
  oneditprepare() {
    prepareDialog(this, () => {
      typedField(this, 'mac', ID_TYPES);
      pickIds(this, 'mac', { kind: () => 'mac', several: 'list' });
      typedField(this, 'cacheSeconds', SETTING_TYPES);
      bindVisibility(this);
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});
