import type { Attrs } from './datapoint';
import type { Device } from './device';
import type { Place } from './places';
import type { OfflineReason } from './presence';

/** Who sent a command. */
export type CommandSource = 'client' | 'open_api' | 'scheduler' | 'enterprise_api' | 'gateway' | 'noti';

interface DeviceEvent {
  device: Device;
  /** Epoch milliseconds. */
  at: number;
}

export interface ReportEvent extends DeviceEvent {
  attrs: Attrs;
  /** The whole device frame. */
  frame: Buffer;
}

export interface PassThroughEvent extends DeviceEvent {
  frame: Buffer;
}

export interface OnlineEvent extends DeviceEvent {
  place: Place | null;
  /** An address of a documentation range. */
  ip: string;
}

export interface OfflineEvent extends DeviceEvent {
  reason: OfflineReason;
}

export interface IncidentEvent extends DeviceEvent {
  kind: 'fault' | 'alert';
  name: string;
  displayName: string;
  /** The same for raising and recovery. */
  eventId: string;
  raised: boolean;
}

export interface CommandEvent extends DeviceEvent {
  source: CommandSource;
  /** Set when a user sent it. */
  appid?: string;
  uid?: string;
  enterpriseId?: string;
  /** What is written, when the command names datapoints. */
  attrs?: Attrs;
  frame: Buffer;
}

export interface BindingEvent extends DeviceEvent {
  uid: string;
  appid: string;
}

export interface SubDeviceEvent extends DeviceEvent {
  child: Device;
}

export interface PositionEvent extends DeviceEvent {
  longitude: number;
  latitude: number;
}

/** Everything that the world tells. */
export interface WorldEvents {
  /** A device reported datapoints. */
  report: ReportEvent;
  /** A device sent bytes that are no datapoints. */
  passThrough: PassThroughEvent;
  online: OnlineEvent;
  offline: OfflineEvent;
  incident: IncidentEvent;
  /** A command was sent to a device. */
  command: CommandEvent;
  bind: BindingEvent;
  unbind: BindingEvent;
  reset: DeviceEvent;
  subDeviceAdded: SubDeviceEvent;
  subDeviceDeleted: SubDeviceEvent;
  fileDownload: DeviceEvent & { url: string };
  /** Satellite position of a mobile device. */
  gps: PositionEvent & { hdop: number; satellites: number };
  /** Position of a mobile device by its base station. */
  lbs: PositionEvent & { place: Place; signal: number };
  /** The definition of a product's datapoints was edited; no device. */
  datapointsChanged: { productKey: string; at: number };
}
