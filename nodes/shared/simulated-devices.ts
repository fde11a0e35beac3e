import type { NodeAPI } from 'node-red';
import { adminRoute } from './admin-route';
import { lendSimulator } from './open-account';

/** A device of the simulated Expeed, as the device dialog offers it. Its key opens nothing else. */
export interface OfferedDevice {
  deviceId: string;
  deviceKey: string;
  deviceSn: string;
  online: boolean;
}

/** Serves the devices of the simulated Expeed; the real one gives no list of its devices: `{}` → `{devices}`. */
export function serveSimulatedDevices(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/expeed-platform/simulated',
    RED.auth.needsPermission('gizwits.read'),
    adminRoute(RED, async () => {
      const lease = lendSimulator();
      try {
        const { expeed, world } = await lease.value.started;
        const devices = expeed.api.fleet.devices.map(
          ({ deviceId, deviceKey, deviceSn, device }): OfferedDevice => ({
            deviceId,
            deviceKey,
            deviceSn,
            online: world.isOnline(device),
          }),
        );
        return { devices };
      } finally {
        lease.release();
      }
    }),
  );
}
