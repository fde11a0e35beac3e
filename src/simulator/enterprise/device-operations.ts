import type { Device } from '../world/device';
import type { Command, Refusal } from '../world/world';
import type { Call } from './call';
import { definition } from './definition';
import { Refused } from './errors';
import { pageOf } from './paging';

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** The datapoint definition of the product. */
export function datapoints(call: Call): object {
  if (!call.enterprise.behaviour.datapointsDefined) throw new Refused(5402);
  return definition(call.product);
}

function deviceByMac(call: Call): Device {
  const mac = call.required('mac');
  const device = call.world.deviceByMac(call.product.productKey, mac);
  if (!device) throw new Refused(5301);
  return device;
}

/** did and passcode of a mac. */
export function deviceId(call: Call): object {
  const { did, passcode } = deviceByMac(call);
  return { did, passcode };
}

export function deviceDetail(call: Call): object {
  const device = deviceByMac(call);
  return {
    did: device.did,
    is_disabled: device.disabled,
    product_key: device.product.productKey,
    mac: device.mac,
    is_online: call.world.isOnline(device),
    type: device.type,
  };
}

/** The device that the path names: 5301 unknown, 5302 another product's. */
export function deviceOf(call: Call): Device {
  const device = call.world.device(call.params.did ?? '');
  if (!device) throw new Refused(5301);
  if (device.product !== call.product) throw new Refused(5302);
  return device;
}

/** Devices of the product, those of a group and the groups below it when a gid is given; deregistered ones left out. */
export function devicesInGroup(call: Call, withDisabled = false): Device[] {
  const gid = call.text('gid');
  const group = gid === undefined ? undefined : call.world.groups.get(gid);
  if (gid !== undefined && !group) throw new Refused(5206);
  if (group && group.productKey !== call.product.productKey) throw new Refused(5201);
  const macs = group && call.world.groups.macsBelow(group.gid);
  return call.world
    .devicesOf(call.product.productKey)
    .filter((device) => (withDisabled || !device.disabled) && (!macs || macs.has(device.mac)));
}

/** True when a device lies where the query's country, region and city say. */
export function liesIn(call: Call): (device: Device) => boolean {
  const [country, region, city] = [call.text('country'), call.text('region'), call.text('city')];
  return ({ place }) =>
    (country === undefined || place?.country === country) &&
    (region === undefined || place?.region === region) &&
    (city === undefined || place?.city === city);
}

/** Search for devices. */
export function searchDevices(call: Call): object {
  const { world } = call;
  const online = call.flag('is_online');
  const faulty = call.flag('is_faulty');
  const alert = call.flag('is_alert');
  const type = call.choice('type', ['did', 'mac', 'uid']);
  const value = type === undefined ? undefined : call.required('val');
  const liveness = call.integer('liveness_start');
  const there = liesIn(call);
  const bound =
    type === 'uid'
      ? new Set(
          world.people
            .held()
            .filter(({ uid }) => uid === value)
            .map(({ did }) => did),
        )
      : null;
  const found = devicesInGroup(call, call.flag('show_disabled') === true).filter((device) => {
    if (!there(device)) return false;
    if (type === 'did' && device.did !== value) return false;
    if (type === 'mac' && device.mac !== value) return false;
    if (bound && !bound.has(device.did)) return false;
    if (liveness !== undefined && (world.lastReportAt(device) ?? 0) < liveness * 1000) return false;
    if (online === undefined && faulty === undefined && alert === undefined) return true;
    const status = world.status(device);
    return (
      (online === undefined || status.online === online) &&
      (faulty === undefined || status.faulty === faulty) &&
      (alert === undefined || status.alert === alert)
    );
  });
  return pageOf(call, found, (device) => {
    const status = world.status(device);
    return {
      city: device.place?.city ?? null,
      mcu_hard_version: device.mcuHardVersion,
      mcu_soft_version: device.mcuSoftVersion,
      did: device.did,
      country: device.place?.country ?? null,
      region: device.place?.region ?? null,
      mac: device.mac,
      longitude: device.longitude,
      wifi_hard_version: device.wifiHardVersion,
      online_latest: status.onlineLatest === null ? null : seconds(status.onlineLatest),
      wifi_soft_version: device.wifiSoftVersion,
      is_online: status.online,
      latitude: device.latitude,
      is_alert: status.alert,
      created_at: seconds(device.createdAt),
      is_faulty: status.faulty,
    };
  });
}

const REFUSALS: Readonly<Record<Refusal, number>> = {
  disabled: 5304,
  offline: 5305,
  'attr-unknown': 5405,
  'attr-invalid': 5401,
  'raw-invalid': 5408,
};

/** Remote control: exactly one of `attrs` and `raw`. `{}` means sent, not done. */
export function control(call: Call): object {
  const device = deviceOf(call);
  const { attrs, raw, binary_coding: coding = undefined } = call.body();
  if ((attrs === undefined) === (raw === undefined))
    throw new Refused(5002, 'exactly one of attrs and raw is required');
  if (coding !== undefined && coding !== 'hex' && coding !== 'base64') {
    throw new Refused(5002, 'binary_coding must be one of hex, base64');
  }
  const { behaviour, world } = call.enterprise;
  if (!behaviour.remoteControl) throw new Refused(5404);
  const command: Command = { ...(coding !== undefined && { coding }) };
  if (attrs !== undefined) {
    if (!behaviour.datapointsDefined) throw new Refused(5402);
    if (typeof attrs !== 'object' || attrs === null || Array.isArray(attrs) || Object.keys(attrs).length === 0) {
      throw new Refused(5002, 'attrs must be an object with at least one attribute');
    }
    command.attrs = attrs as Record<string, unknown>;
  } else {
    // Text needs a coding to be named: without one the API takes an array of bytes.
    if (typeof raw === 'string' && coding === undefined) throw new Refused(5408, 'raw must be an array of bytes');
    command.raw = raw;
  }
  const result = world.control(device, command, { source: 'enterprise_api', enterpriseId: world.enterprise.id });
  if (!result.accepted) throw new Refused(REFUSALS[result.reason], result.detail);
  return {};
}
