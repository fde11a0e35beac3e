import type { OfferedDevice } from '../shared/simulated-devices';
import { ask } from './ask';
import { currentValue, fieldOf } from './fields';
import { buttonBeside } from './pick-ids';
import { openPicker, type PickSource } from './picker';
import { SIMULATOR } from './region';
import { commonText } from './text';

/**
 * Puts a button beside the device of an Expeed node, which opens a list of the simulated platform's devices and fills in
 * ID and key of the one that is chosen. It is there only on the simulated platform: the real one gives no list.
 */
export function pickSimulatedDevice(node: EditorNode<object>): void {
  const id = fieldOf(node, 'deviceId');
  const key = fieldOf(node, 'deviceKey');
  const button = buttonBeside(id, () => commonText('pick.device'));
  const platform = fieldOf(node, 'platform');
  const refresh = (): void => {
    button.toggle(isSimulated(currentValue(node, 'platform')));
  };
  platform.on('change', refresh);
  refresh();
  button.on('click', () => {
    let devices: OfferedDevice[] = [];
    const source: PickSource = {
      title: commonText('pick.device'),
      placeholder: commonText('pick.searchExpeedDevice'),
      tick: commonText('pick.onlineOnly'),
      async load({ text, ticked }) {
        ({ devices } = await ask<{ devices: OfferedDevice[] }>('expeed-platform/simulated', {}, []));
        const words = text.toLowerCase();
        const found = devices.filter(
          ({ deviceId, deviceSn, online }) =>
            (online || !ticked) && `${deviceId} ${deviceSn}`.toLowerCase().includes(words),
        );
        return {
          items: found.map(({ deviceId, deviceSn, online }) => ({
            value: deviceId,
            title: deviceId,
            detail: deviceSn,
            online,
          })),
        };
      },
    };
    openPicker(button, source, ([chosen]) => {
      const device = devices.find(({ deviceId }) => deviceId === chosen);
      if (!device) return;
      for (const [field, value] of [
        [id, device.deviceId],
        [key, device.deviceKey],
      ] as const) {
        field.typedInput('type', 'str');
        field.typedInput('value', value);
      }
    });
  });
}

function isSimulated(platformId: unknown): boolean {
  const platform = typeof platformId === 'string' ? RED.nodes.node(platformId) : null;
  return (platform as { region?: unknown } | null)?.region === SIMULATOR;
}
