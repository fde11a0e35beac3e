import { prepareDialog } from './editor/dialog';
import { CATEGORY, COLOR, labelStyle } from './editor/family';
import { leaveUntouched } from './editor/saved-values';
import { setText } from './editor/text';
import { configVersion } from './migrations';

interface AckProperties {
  name: string;
  configVersion: number;
}

const text = (key: string): string => setText('gizwits-ack', key);

RED.nodes.registerType<AckProperties>('gizwits-ack', {
  category: CATEGORY,
  color: COLOR,
  icon: 'gizwits-ack.svg',
  defaults: { name: { value: '' }, configVersion: { value: configVersion('gizwits-ack') } },
  inputs: 1,
  outputs: 1,
  paletteLabel: () => text('palette'),
  label() {
    return this.name || text('title');
  },
  labelStyle() {
    return labelStyle(this);
  },
  inputLabels: () => text('port.input'),
  outputLabels: () => text('port.output'),
  oneditprepare() {
    prepareDialog(this, () => undefined);
  },
  oneditsave() {
    leaveUntouched(this);
  },
});
