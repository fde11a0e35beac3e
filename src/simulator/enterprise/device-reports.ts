import { dateTimeText, dayOf, dayText, startOfDay } from '../world/calendar';
import type { Device } from '../world/device';
import { nextReport } from '../world/state';
import type { Call } from './call';
import { devicesInGroup, liesIn } from './device-operations';
import { locationTree } from './location-tree';
import { pageOf } from './paging';
import { dayRange, periodQuery, periodReport } from './period-report';

const placeOf = ({ place }: Device): Device['place'] => place;

const counted = (devices: readonly Device[]): { count: number } => ({ count: devices.length });

/** Whether a device reported anything in [from, to): what makes it active. */
function isActive(call: Call, device: Device, from: number, to: number): boolean {
  const report = nextReport(device, Math.max(from, device.createdAt));
  return report !== undefined && report < to && report <= call.world.now();
}

function activeOnDays(call: Call, device: Device, firstDay: number, lastDay: number): boolean {
  return isActive(call, device, startOfDay(firstDay), startOfDay(lastDay + 1));
}

/** Where the devices are. The last level is a bare number. */
export function deviceLocations(call: Call): object {
  const { world } = call;
  const [online, faulty, alert] = [call.flag('is_online'), call.flag('is_faulty'), call.flag('is_alert')];
  const devices = devicesInGroup(call).filter((device) => {
    const status = world.status(device);
    return (
      (online === undefined || status.online === online) &&
      (faulty === undefined || status.faulty === faulty) &&
      (alert === undefined || status.alert === alert)
    );
  });
  const location = locationTree(devices, placeOf, (below, level) => (level === 'city' ? below.length : counted(below)));
  return { gid: call.text('gid') ?? null, total: devices.length, location };
}

/** New and active devices of late. The stretches of 7 and 30 days end with yesterday, as nightly figures do. */
export function summary(call: Call): object {
  const { world } = call;
  const devices = devicesInGroup(call);
  const today = dayOf(world.now());
  const born = (first: number, last: number): number =>
    devices.filter(({ createdAt }) => dayOf(createdAt) >= first && dayOf(createdAt) <= last).length;
  const active = (first: number, last: number): number =>
    devices.filter((device) => activeOnDays(call, device, first, last)).length;
  return {
    active: { '7_day': active(today - 7, today - 1), yesterday: active(today - 1, today - 1) },
    new: {
      '7_day': born(today - 7, today - 1),
      '30_day': born(today - 30, today - 1),
      yesterday: born(today - 1, today - 1),
      today: born(today, today),
    },
    total: devices.length,
    online: devices.filter((device) => world.isOnline(device)).length,
  };
}

/** Active devices of the last 1, 7 and 30 days; no document has it, a shipped client reads it. */
export function liveness(call: Call): object {
  const devices = devicesInGroup(call);
  const today = dayOf(call.world.now());
  const active = (days: number): number =>
    devices.filter((device) => activeOnDays(call, device, today - days, today - 1)).length;
  return { latest_1: active(1), latest_7: active(7), latest_30: active(30) };
}

interface DeviceDay {
  device: Device;
  day: number;
}

function deviceDays(call: Call, rows: readonly DeviceDay[]): object {
  return pageOf(call, rows, ({ device, day }) => ({
    city: device.place?.city ?? null,
    country: device.place?.country ?? null,
    region: device.place?.region ?? null,
    report_date: dayText(day),
    product_key: device.product.productKey,
    ...(device.deviceSn === null ? { mac: device.mac } : { device_sn: device.deviceSn }),
    created_at: dateTimeText(device.createdAt),
  }));
}

function detailRange(call: Call): { start: number; end: number } {
  const today = dayOf(call.world.now());
  return dayRange(call, 'start', 'end', { start: today - 30, end: today });
}

/** Devices that were activated on the days asked for; the last thirty unless told. */
export function activatedDevices(call: Call): object {
  const { start, end } = detailRange(call);
  const rows = devicesInGroup(call)
    .filter(liesIn(call))
    .map((device) => ({ device, day: dayOf(device.createdAt) }))
    .filter(({ day }) => day >= start && day <= end)
    .sort((left, right) => left.device.createdAt - right.device.createdAt);
  return deviceDays(call, rows);
}

/** A row for each device and day on which it was active. */
export function activeDevices(call: Call): object {
  const { start, end } = detailRange(call);
  const devices = devicesInGroup(call).filter(liesIn(call));
  const rows: DeviceDay[] = [];
  for (let day = start; day <= end; day++) {
    for (const device of devices) if (activeOnDays(call, device, day, day)) rows.push({ device, day });
  }
  return deviceDays(call, rows);
}

/** Active devices by periods. */
export function livenessHistory(call: Call): object {
  const devices = devicesInGroup(call);
  return periodReport(periodQuery(call), ({ from, to }) => {
    const active = devices.filter((device) => isActive(call, device, from, to));
    return { count: active.length, location: locationTree(active, placeOf, counted) };
  });
}

/** Activated devices by periods. The documents only name it; parameters and shape are the liveness history's. */
export function activation(call: Call): object {
  const devices = devicesInGroup(call);
  return periodReport(periodQuery(call), ({ from, to }) => {
    const born = devices.filter(({ createdAt }) => createdAt >= from && createdAt < to);
    return { count: born.length, location: locationTree(born, placeOf, counted) };
  });
}

/** Activated, faulty and alerting devices now. Below the top, a count that is 0 is left out, as in the example. */
export function realtime(call: Call): object {
  const { world } = call;
  const states = devicesInGroup(call).map((device) => ({ device, status: world.status(device) }));
  type State = (typeof states)[number];
  const counts = (of: readonly State[]): Record<'faulty' | 'activated' | 'alert', number> => ({
    faulty: of.filter(({ status }) => status.faulty).length,
    activated: of.length,
    alert: of.filter(({ status }) => status.alert).length,
  });
  const location = locationTree(
    states,
    ({ device }) => device.place,
    (below) => ({ count: Object.fromEntries(Object.entries(counts(below)).filter(([, count]) => count > 0)) }),
  );
  return { count: counts(states), gid: call.text('gid') ?? null, location };
}
