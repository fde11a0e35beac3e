import type { Device } from '../world/device';
import { hex } from '../world/random';
import type { World } from '../world/world';

/** Credentials of the simulated platform. Fixed, so that they can be printed in a manual; they open nothing else. */
export const PLATFORM = {
  platformKey: 'sim0platform5e56',
  secretKey: 'b3f1c0d27a9e4c5486d2f07b19ae6c44',
  /** Token of the handshake, for registrations that give none of their own. */
  webhookToken: 'simulated-expeed',
} as const;

/** Devices of each of the first two products that are on the platform. */
const DEVICES_A_PRODUCT = 8;

/** A device of the world as this platform knows it. */
export interface PlatformDevice {
  deviceId: string;
  deviceKey: string;
  deviceSn: string;
  device: Device;
}

/** The platform's devices: the first, steady ones of two products, under ids and keys of the platform's own. */
export class Fleet {
  readonly devices: readonly PlatformDevice[];
  private readonly byId: ReadonlyMap<string, PlatformDevice>;
  private readonly byDid: ReadonlyMap<string, PlatformDevice>;

  constructor(world: World) {
    const products = world.products.slice(0, 2);
    this.devices = products.flatMap(({ productKey }, order) =>
      world
        .devicesOf(productKey)
        // The first device of the world is a virtual one.
        .slice(1, 1 + DEVICES_A_PRODUCT)
        .map((device, index) => ({
          deviceId: `ex${order + 1}0${String(index + 1).padStart(2, '0')}`,
          deviceKey: hex(8, device.seed, 91),
          deviceSn: `SN${hex(5, device.seed, 92).toUpperCase()}`,
          device,
        })),
    );
    this.byId = new Map(this.devices.map((one) => [one.deviceId, one]));
    this.byDid = new Map(this.devices.map((one) => [one.device.did, one]));
  }

  find(deviceId: string): PlatformDevice | undefined {
    return this.byId.get(deviceId);
  }

  of(device: Device): PlatformDevice | undefined {
    return this.byDid.get(device.did);
  }
}
