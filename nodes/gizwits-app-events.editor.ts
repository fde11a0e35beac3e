import { APP_CATEGORY, APP_COLOR } from './editor/app-family';
import { prepareDialog } from './editor/dialog';
import { labelStyle } from './editor/family';
import { fieldOf } from './editor/fields';
import { pickAppDevices } from './editor/pick-lines';
import { leaveUntouched, textOf } from './editor/saved-values';
import { commonText, setText } from './editor/text';
import { isVariable } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface AppEventsProperties {
  name: string;
  configVersion: number;
  app: string;
  devices: string | string[];
  p0Type: string;
}

const text = (key: string): string => setText('gizwits-app-events', key);
const DEVICE = /^[A-Za-z0-9:_-]{1,64}$/;

RED.nodes.registerType<AppEventsProperties>('gizwits-app-events', {
  category: APP_CATEGORY,
  color: APP_COLOR,
  icon: 'gizwits-app-events.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-app-events') },
    app: { value: '', type: 'gizwits-app', required: true, label: text('label.app') },
    devices: {
      value: '',
      label: text('label.devices'),
      validate: (value, property) => {
        const entries = Array.isArray(value) ? value : textOf(value).split(/[\s,]+/);
        const right = entries.every((entry) => entry === '' || isVariable(String(entry)) || DEVICE.test(String(entry)));
        if (right || textOf(value).trim().startsWith('[')) return true;
        return commonText('invalid.of', { label: property?.label ?? '', trouble: text('invalid.devices') });
      },
    },
    p0Type: { value: 'attrs_v4' },
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
      bindVisibility(this);
      pickAppDevices(this, fieldOf(this, 'devices'));
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});
