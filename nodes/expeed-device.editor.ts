import { prepareDialog } from './editor/dialog';
import { EXPEED_CATEGORY, EXPEED_COLOR } from './editor/expeed-family';
import { labelStyle, outputOf } from './editor/family';
import { leaveUntouched } from './editor/saved-values';
import { pickSimulatedDevice } from './editor/simulated-devices';
import { commonText, setText } from './editor/text';
import {
  COMMAND_TYPES,
  COUNT_TYPES,
  ID_TYPES,
  LIST_TYPES,
  SETTING_TYPES,
  TIME_TYPES,
  typedField,
} from './editor/typed-fields';
import { jsonNames, jsonObject, seconds, time, typed, when, wholeNumber } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface DeviceProperties {
  name: string;
  configVersion: number;
  platform: string;
  operation: string;
  deviceId: string;
  deviceIdType: string;
  deviceKey: string;
  deviceKeyType: string;
  ids: string;
  idsType: string;
  start: string;
  startType: string;
  end: string;
  endType: string;
  order: string;
  limit: number | string;
  limitType: string;
  output: string;
  value: string;
  valueType: string;
  waitSeconds: number | string;
  waitSecondsType: string;
}

const text = (key: string): string => setText('expeed-device', key);
const OPERATIONS = ['status', 'current', 'history', 'set'];
const reads = when('operation', 'current', 'history');
const readsHistory = when('operation', 'history');
const sets = when('operation', 'set');

RED.nodes.registerType<DeviceProperties>('expeed-device', {
  category: EXPEED_CATEGORY,
  color: EXPEED_COLOR,
  icon: 'expeed-device.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('expeed-device') },
    platform: { value: '', type: 'expeed-platform', required: true, label: text('label.platform') },
    operation: { value: 'status' },
    deviceId: {
      value: 'deviceId',
      label: text('label.deviceId'),
      validate: typed('deviceId', { required: true }),
    },
    deviceIdType: { value: 'msg' },
    deviceKey: {
      value: 'deviceKey',
      label: text('label.deviceKey'),
      validate: typed('deviceKey', { required: true }),
    },
    deviceKeyType: { value: 'msg' },
    ids: {
      value: '[]',
      label: text('label.ids'),
      validate: typed('ids', { literals: { json: jsonNames }, applies: reads }),
    },
    idsType: { value: 'json' },
    start: {
      value: '',
      label: text('label.start'),
      validate: typed('start', { literals: { str: time, num: time }, applies: readsHistory }),
    },
    startType: { value: 'str' },
    end: {
      value: '',
      label: text('label.end'),
      validate: typed('end', { literals: { str: time, num: time }, applies: readsHistory }),
    },
    endType: { value: 'str' },
    order: { value: 'desc' },
    limit: {
      value: 100,
      label: commonText('label.limit'),
      validate: typed('limit', { literals: { num: wholeNumber(0) }, applies: readsHistory }),
    },
    limitType: { value: 'num' },
    output: { value: 'array' },
    value: {
      value: 'payload',
      label: text('label.value'),
      validate: typed('value', { required: true, literals: { json: jsonObject }, applies: sets }),
    },
    valueType: { value: 'msg' },
    waitSeconds: {
      value: 0,
      label: text('label.waitSeconds'),
      validate: typed('waitSeconds', { literals: { num: seconds(0, 3600) }, applies: sets }),
    },
    waitSecondsType: { value: 'num' },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: () => text('palette'),
  label() {
    return this.name || text(`title.${operationOf(this)}`);
  },
  labelStyle() {
    return labelStyle(this);
  },
  inputLabels: () => text('port.input'),
  outputLabels() {
    const operation = operationOf(this);
    return operation === 'history' ? commonText(`port.${outputOf(this.output)}`) : text(`port.${operation}`);
  },
  oneditprepare() {
    prepareDialog(this, () => {
      typedField(this, 'deviceId', ID_TYPES);
      typedField(this, 'deviceKey', ID_TYPES);
      pickSimulatedDevice(this);
      typedField(this, 'ids', LIST_TYPES);
      typedField(this, 'start', TIME_TYPES);
      typedField(this, 'end', TIME_TYPES);
      typedField(this, 'limit', COUNT_TYPES);
      typedField(this, 'value', COMMAND_TYPES);
      typedField(this, 'waitSeconds', SETTING_TYPES);
      bindVisibility(this);
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});

/** The operation as the runtime takes it: one that was left out is the default, and so is shown a word that is none. */
function operationOf({ operation }: { operation: string }): string {
  return OPERATIONS.includes(operation) ? operation : 'status';
}
