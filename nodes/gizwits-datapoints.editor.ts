import { prepareDialog } from './editor/dialog';
import { CATEGORY, COLOR, labelStyle } from './editor/family';
import { leaveUntouched } from './editor/saved-values';
import { commonText, setText } from './editor/text';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface DatapointsProperties {
  name: string;
  configVersion: number;
  product: string;
  format: string;
}

const text = (key: string): string => setText('gizwits-datapoints', key);

RED.nodes.registerType<DatapointsProperties>('gizwits-datapoints', {
  category: CATEGORY,
  color: COLOR,
  icon: 'gizwits-datapoints.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-datapoints') },
    product: { value: '', type: 'gizwits-product', required: true, label: commonText('label.product') },
    format: { value: 'schema' },
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
  outputLabels() {
    return text(this.format === 'raw' ? 'port.raw' : 'port.schema');
  },
  oneditprepare() {
    prepareDialog(this, () => {
      bindVisibility(this);
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});
