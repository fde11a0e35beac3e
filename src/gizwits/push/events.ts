/**
 * The 17 events of SNoti 2.5.0. `subscription` is the name a login or subscription asks for, `event` the one on the wire
 * (`event_type`); `payload` says where the interesting part is: `datapoints` and `raw` in `data`, `data` as it is, or
 * `fields` beside the envelope.
 */
export const pushEventTable = [
  { subscription: 'device.online', event: 'device_online', payload: 'fields' },
  { subscription: 'device.offline', event: 'device_offline', payload: 'fields' },
  { subscription: 'device.status.raw', event: 'device_status_raw', payload: 'raw' },
  { subscription: 'device.status.kv', event: 'device_status_kv', payload: 'datapoints' },
  { subscription: 'device.attr_fault', event: 'attr_fault', payload: 'data' },
  { subscription: 'device.attr_alert', event: 'attr_alert', payload: 'data' },
  { subscription: 'datapoints.changed', event: 'datapoints_changed', payload: 'fields' },
  { subscription: 'center_control.sub_device_added', event: 'sub_device_added', payload: 'fields' },
  { subscription: 'center_control.sub_device_deleted', event: 'sub_device_deleted', payload: 'fields' },
  { subscription: 'device.bind', event: 'device_bind', payload: 'fields' },
  { subscription: 'device.unbind', event: 'device_unbind', payload: 'fields' },
  { subscription: 'device.reset', event: 'device_reset', payload: 'fields' },
  { subscription: 'device.file.download', event: 'device_file_download', payload: 'fields' },
  { subscription: 'device.app2dev.raw', event: 'app2dev_raw', payload: 'raw' },
  { subscription: 'device.app2dev.kv', event: 'app2dev_kv', payload: 'datapoints' },
  { subscription: 'device.gps.kv', event: 'device_gps_kv', payload: 'data' },
  { subscription: 'device.lbs.kv', event: 'device_lbs_kv', payload: 'data' },
] as const;

export type PushEventRow = (typeof pushEventTable)[number];

/** Name in `events` of a login, e.g. `device.status.kv`. */
export type SubscriptionName = PushEventRow['subscription'];

/** `event_type` on the wire, e.g. `device_status_kv`. */
export type PushEventName = PushEventRow['event'];

/** All 17 subscription names, in the order of the vendor's table. */
export const subscriptionNames: readonly SubscriptionName[] = pushEventTable.map((row) => row.subscription);

const byEvent: ReadonlyMap<string, PushEventRow> = new Map(pushEventTable.map((row) => [row.event, row]));
const bySubscription: ReadonlyMap<string, PushEventRow> = new Map(pushEventTable.map((row) => [row.subscription, row]));

/** The row of an `event_type`, or undefined for one that this protocol version does not have. */
export function eventRow(event: unknown): PushEventRow | undefined {
  return typeof event === 'string' ? byEvent.get(event) : undefined;
}

/** The row of a subscription name, or undefined. */
export function subscriptionRow(subscription: unknown): PushEventRow | undefined {
  return typeof subscription === 'string' ? bySubscription.get(subscription) : undefined;
}

/** Value of a datapoint in an event: 0/1 for bool, alert and fault, display string for enum, hex string for binary. */
export type DatapointValue =
  | number
  | string
  | boolean
  | null
  | readonly unknown[]
  | { readonly [name: string]: unknown };

/** `device_online`. Place names come from the IP address; coordinates, `iccid` and `imsi` only from NB-IoT devices. */
export interface OnlineFields {
  ip?: string;
  country?: string;
  region?: string;
  city?: string;
  latitude?: number;
  longitude?: number;
  iccid?: string;
  imsi?: string;
}

/** `attr_fault` and `attr_alert`: `value` 1 = raised, 0 = gone. Both ends of one case share the event's `eventId`. */
export interface FaultData {
  attr_name: string;
  attr_displayname?: string;
  value: number;
}

/** `sub_device_added` and `sub_device_deleted`; the event's own did and mac are the gateway's. */
export interface SubDeviceFields {
  child_product_key?: string;
  child_did?: string;
  child_mac?: string;
  /** Only when added: AES-ECB, PKCS#7, key = MD5 of the gateway's passcode. */
  child_passcode?: string;
}

/** `device_bind` and `device_unbind`. */
export interface BindingFields {
  app_id?: string;
  uid?: string;
}

/** `device_gps_kv`, degrees. Numbers sent as text are turned into numbers. */
export interface GpsData {
  longitude?: number;
  latitude?: number;
  hdop?: number;
  num_satellites?: number;
  payload?: string;
}

/** `device_lbs_kv`, degrees; `signal` in dBm. Numbers sent as text are turned into numbers. */
export interface LbsData {
  longitude?: number;
  latitude?: number;
  country?: string;
  province?: string;
  city?: string;
  district?: string;
  adcode?: string;
  road?: string;
  street?: string;
  poi?: string;
  imsi?: string;
  signal?: number;
}

/** What `payload` is for each event. A field the vendor adds later is passed on as it is. */
export interface PushPayloads {
  device_online: OnlineFields;
  device_offline: Record<string, unknown>;
  device_status_raw: Buffer;
  device_status_kv: Record<string, DatapointValue>;
  attr_fault: FaultData;
  attr_alert: FaultData;
  datapoints_changed: Record<string, unknown>;
  sub_device_added: SubDeviceFields;
  sub_device_deleted: SubDeviceFields;
  device_bind: BindingFields;
  device_unbind: BindingFields;
  device_reset: Record<string, unknown>;
  device_file_download: { download_url?: string };
  app2dev_raw: Buffer;
  app2dev_kv: Record<string, DatapointValue>;
  device_gps_kv: GpsData;
  device_lbs_kv: LbsData;
}

interface EventOf<Name extends PushEventName> {
  event: Name;
  productKey: string;
  /** Absent for `datapoints_changed`, which concerns the product. */
  did?: string;
  /** As sent: nominally 12 hex digits, but also e.g. `virtual:site`. */
  mac?: string;
  groupId: string | null;
  /** ISO 8601 in UTC, milliseconds; null when the event carries no readable time. */
  createdAt: string | null;
  /** The platform's id of the message, verbatim (also when it is a number beyond 2^53). */
  msgId?: string;
  /** `attr_fault` and `attr_alert`: the same when raised and when gone. */
  eventId?: string;
  payload: PushPayloads[Name];
  /** The event as received, parsed; shares no object with `payload`. */
  body: Record<string, unknown>;
}

/** One event, discriminated by `event`. */
export type PushEvent = { [Name in PushEventName]: EventOf<Name> }[PushEventName];
