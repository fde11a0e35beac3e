import type { Device } from '../world/device';
import type { SeenIncident } from '../world/world';
import type { Call } from './call';
import { devicesInGroup } from './device-operations';
import { locationTree, type TreeNode } from './location-tree';

interface Troubled {
  device: Device;
  incidents: readonly SeenIncident[];
}

interface Count {
  total: number;
  resolved: number;
  unresolved: number;
}

/** Devices with faults (or alerts) of the time that the cloud keeps, and those that still last. */
function troubled(call: Call, kind: 'fault' | 'alert'): Troubled[] {
  const { world } = call;
  const now = world.now();
  return devicesInGroup(call)
    .map((device) => ({ device, incidents: world.incidents(device, kind, now - world.horizonMs, now) }))
    .filter(({ incidents }) => incidents.length > 0);
}

function count(total: number, unresolved: number): Count {
  return { total, resolved: total - unresolved, unresolved };
}

const isOpen = ({ resolvedAt }: SeenIncident): boolean => resolvedAt === null;

function byDevice(devices: readonly Troubled[]): Count {
  return count(devices.length, devices.filter(({ incidents }) => incidents.some(isOpen)).length);
}

function byIncident(incidents: readonly SeenIncident[]): Count {
  return count(incidents.length, incidents.filter(isOpen).length);
}

function eventNode(devices: readonly Troubled[]): { count: Count; detail: Record<string, Count> } {
  const incidents = devices.flatMap((device) => device.incidents);
  const names = [...new Set(incidents.map(({ name }) => name))];
  const detail = names.map((name) => [name, byIncident(incidents.filter((incident) => incident.name === name))]);
  return { count: byIncident(incidents), detail: Object.fromEntries(detail) };
}

const placeOf = ({ device }: Troubled): Device['place'] => device.place;

/** Number of devices that had faults (or alerts): unresolved while one of theirs lasts. */
export function troubledDevices(kind: 'fault' | 'alert'): (call: Call) => object {
  return (call) => {
    const devices = troubled(call, kind);
    const location = locationTree(devices, placeOf, (below): TreeNode => ({ count: byDevice(below) }));
    return { gid: call.text('gid') ?? null, count: byDevice(devices), location };
  };
}

/** Number of faults (or alerts), also by datapoint. */
export function incidentEvents(kind: 'fault' | 'alert'): (call: Call) => object {
  return (call) => {
    const devices = troubled(call, kind);
    const location = locationTree(devices, placeOf, (below): TreeNode => ({ ...eventNode(below) }));
    return { gid: call.text('gid') ?? null, ...eventNode(devices), location };
  };
}
