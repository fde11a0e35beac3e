// Made from the forms beside it by `npm run docs`; not to be edited.
/// <reference types="node" />

export type GetDidOutput = GetDidOne | GetDidMany;
/**
 * Code of an error: one of our own, or that of a cloud with its number.
 */
export type ErrorCode =
  | 'GIZ_BAD_INPUT'
  | 'GIZ_BAD_RESPONSE'
  | 'GIZ_CLOSED'
  | 'GIZ_CONFIG'
  | 'GIZ_EXPIRED'
  | 'GIZ_INTERNAL'
  | 'GIZ_NETWORK'
  | 'GIZ_OUTCOME_UNKNOWN'
  | 'GIZ_QUEUE_FULL'
  | 'GIZ_QUOTA'
  | 'GIZ_REFUSED'
  | 'GIZ_TIMEOUT'
  | 'GIZ_TLS'
  | `GIZ_${number}`
  | `EXPEED_${number}`;
export type SearchOutput = SearchList | SearchPage | SearchRecord;
export type ControlOutput = ControlOne | ControlMany;
/**
 * accepted: the cloud has taken the command; reported: the device has reported the values.
 */
export type Outcome = 'accepted' | 'reported';
export type HistoryOutput = HistoryList | HistoryPage | HistoryRecord;
export type ReportOutput = ReportBody | ReportRowsOutput;
export type ReportRowsOutput = ReportRowsList | ReportRowsPage | ReportRowsRecord;
export type GroupOutput = GroupList | GroupMembers | GroupChange | GroupReply;
export type DatapointsOutput = DatapointsSchema | DatapointsRaw;
export type EventsOutput = EventMessage | BatchMessage | DeadLetterMessage;
export type EventMessage =
  | DeviceOnlineMessage
  | DeviceOfflineMessage
  | DeviceStatusRawMessage
  | DeviceStatusKvMessage
  | AttrFaultMessage
  | AttrAlertMessage
  | DatapointsChangedMessage
  | SubDeviceAddedMessage
  | SubDeviceDeletedMessage
  | DeviceBindMessage
  | DeviceUnbindMessage
  | DeviceResetMessage
  | DeviceFileDownloadMessage
  | App2DevRawMessage
  | App2DevKvMessage
  | DeviceGpsKvMessage
  | DeviceLbsKvMessage;
/**
 * The events of the push service, by their names on the wire.
 */
export type EventName =
  | 'device_online'
  | 'device_offline'
  | 'device_status_raw'
  | 'device_status_kv'
  | 'attr_fault'
  | 'attr_alert'
  | 'datapoints_changed'
  | 'sub_device_added'
  | 'sub_device_deleted'
  | 'device_bind'
  | 'device_unbind'
  | 'device_reset'
  | 'device_file_download'
  | 'app2dev_raw'
  | 'app2dev_kv'
  | 'device_gps_kv'
  | 'device_lbs_kv';
export type AppApiOutput = AppApiList | AppApiPage | AppApiRecord | AppApiReply;
export type AppEventsOutput =
  AppDatapointsMessage | AppOnlineMessage | AppBindingMessage | AppRawMessage | AppCommandDone;
export type ExpeedDeviceOutput = ExpeedStatus | ExpeedSetting | ExpeedCurrent | ExpeedHistoryOutput;
export type ExpeedHistoryOutput = ExpeedHistoryList | ExpeedHistoryPage | ExpeedHistoryRecord;
export type ExpeedWebhookInOutput = ExpeedStatusPush | ExpeedDataPush | ExpeedResultPush;

export interface NodeMessages {
  'gizwits-get-did': {
    input: GetDidInput;
    output: GetDidOutput;
  };
  'gizwits-search': {
    input: SearchInput;
    output: SearchOutput;
  };
  'gizwits-control': {
    input: ControlInput;
    output: ControlOutput;
  };
  'gizwits-history': {
    input: HistoryInput;
    output: HistoryOutput;
  };
  'gizwits-report': {
    input: ReportInput;
    output: ReportOutput;
  };
  'gizwits-group': {
    input: GroupInput;
    output: GroupOutput;
  };
  'gizwits-bind': {
    input: BindInput;
    output: BindOutput;
  };
  'gizwits-datapoints': {
    input: DatapointsInput;
    output: DatapointsOutput;
  };
  'gizwits-request': {
    input: RequestInput;
    output: RequestOutput;
  };
  'gizwits-events': {
    output: EventsOutput;
  };
  'gizwits-ack': {
    input: AckInput;
    output: AckOutput;
  };
  'gizwits-app-api': {
    input: AppApiInput;
    output: AppApiOutput;
  };
  'gizwits-app-events': {
    input: AppEventsInput;
    output: AppEventsOutput;
  };
  'expeed-device': {
    input: ExpeedDeviceInput;
    output: ExpeedDeviceOutput;
  };
  'expeed-webhook-in': {
    output: ExpeedWebhookInOutput;
  };
}
/**
 * What get did takes with the fields of its defaults.
 */
export interface GetDidInput {
  /**
   * A MAC address, or a list of them.
   */
  payload: string | string[];
  [k: string]: unknown;
}
/**
 * Answer to one MAC address.
 */
export interface GetDidOne {
  /**
   * Result.
   */
  payload: FoundDevice;
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * MAC address or device number.
   */
  mac: string;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * The ids of a device, and what else was asked for.
 */
export interface FoundDevice {
  /**
   * MAC address or device number.
   */
  mac: string;
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * Passcode of the device (with passcode).
   */
  passcode?: unknown;
  /**
   * Whether the device is online, as the cloud gives it (with detail).
   */
  is_online?: unknown;
  /**
   * Whether the device is deregistered, as the cloud gives it (with detail).
   */
  is_disabled?: unknown;
  /**
   * Kind of device, as the cloud gives it (with detail).
   */
  type?: unknown;
}
/**
 * What the calls for this message have cost and met.
 */
export interface CallMetadata {
  /**
   * ID of the operation.
   */
  operation: string;
  /**
   * HTTP status of the last answer.
   */
  statusCode?: number;
  /**
   * HTTP requests sent for this message, logins apart; 0 when a cache had the answer.
   */
  attempts: number;
  /**
   * Milliseconds spent waiting for a turn, the quota, a login or between tries.
   */
  waitedMs: number;
  /**
   * Milliseconds from the arrival of the message, waiting included.
   */
  elapsedMs: number;
  /**
   * Number of the page, from 1.
   */
  page?: number;
  /**
   * Only there, as true, when there would have been more: a limit was met.
   */
  truncated?: true;
  /**
   * What is known of the error.
   */
  error?: ErrorDetails;
  /**
   * Product key.
   */
  productKey: string;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * The hourly quota, where the cloud reports it.
   */
  quota?: Quota;
  /**
   * Names the event to acknowledge; keep it for the node ack event.
   */
  delivery?: string;
}
/**
 * What is known of an error beside its text.
 */
export interface ErrorDetails {
  /**
   * Code of the error.
   */
  code: ErrorCode;
  /**
   * not-sent: nothing has left; refused: the cloud said no before doing anything; unknown: it may or may not have been done.
   */
  outcome: 'not-sent' | 'refused' | 'unknown';
  /**
   * Whether the same message may succeed later without a change.
   */
  retryable: boolean;
  /**
   * Milliseconds to wait before trying again, when known.
   */
  retryAfterMs?: number;
  /**
   * The cloud's own number.
   */
  vendorCode?: number;
  /**
   * The cloud's own words.
   */
  vendorMessage?: string;
  /**
   * HTTP status of the last answer.
   */
  statusCode?: number;
}
/**
 * The hourly quota as the cloud reported it last.
 */
export interface Quota {
  /**
   * Calls in an hour.
   */
  limit: number;
  /**
   * Calls left in this hour.
   */
  remaining: number;
  /**
   * When the quota is renewed, ISO 8601.
   */
  resetAt: string;
}
/**
 * Answer to a list of MAC addresses, in their order.
 */
export interface GetDidMany {
  /**
   * Result.
   */
  payload: (FoundDevice | FailedLookup)[];
  /**
   * The dids in the order of the list, null where none was found.
   */
  did: (string | null)[];
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * A MAC address of a list that was not found, with its error.
 */
export interface FailedLookup {
  /**
   * MAC address or device number.
   */
  mac: unknown;
  /**
   * What is known of the error.
   */
  error: {
    /**
     * Code of the error.
     */
    code: ErrorCode;
    /**
     * The error in words, in the language of Node-RED.
     */
    message: string;
  };
}
/**
 * Search reads nothing of a message with the fields of its defaults.
 */
export interface SearchInput {
  [k: string]: unknown;
}
/**
 * All records in one message (output array).
 */
export interface SearchList {
  /**
   * The records.
   */
  payload: FoundRecord[];
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * A device or a user as the cloud gives it, with all that the cloud knows of it.
 */
export interface FoundRecord {
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * User ID.
   */
  uid?: string;
  [k: string]: unknown;
}
/**
 * A page of records (output page); also an empty result.
 */
export interface SearchPage {
  /**
   * The records of this page; none when nothing was found.
   */
  payload: FoundRecord[];
  /**
   * Place in the list.
   */
  parts: Parts;
  /**
   * true on the last message.
   */
  complete?: true;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * Place of a message in a list sent in several messages; Join puts them together again.
 */
export interface Parts {
  /**
   * ID.
   */
  id: string;
  /**
   * Place of this message, from 0.
   */
  index: number;
  /**
   * Number of messages, known on the last one at the latest.
   */
  count?: number;
  /**
   * Type.
   */
  type: 'array';
  /**
   * Number of records in this message.
   */
  len: number;
  /**
   * Parts that the received message had, as Join gives them back.
   */
  parts?: unknown;
  [k: string]: unknown;
}
/**
 * One record (output each).
 */
export interface SearchRecord {
  /**
   * The record.
   */
  payload: FoundRecord;
  /**
   * Place in the list.
   */
  parts: Parts;
  /**
   * true on the last message.
   */
  complete?: true;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * User ID.
   */
  uid?: string;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * What control takes with the fields of its defaults.
 */
export interface ControlInput {
  /**
   * A did, or a list of them.
   */
  did: string | string[];
  /**
   * Datapoint values by name, or raw bytes as a Buffer, a list of numbers or encoded text.
   */
  payload:
    | {
        [k: string]: unknown;
      }
    | Buffer
    | number[]
    | string;
  [k: string]: unknown;
}
/**
 * Answer for one device.
 */
export interface ControlOne {
  /**
   * Result.
   */
  payload: ControlResult;
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * What became of the command for one device.
 */
export interface ControlResult {
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * accepted or reported.
   */
  outcome: Outcome;
  /**
   * Datapoint values that were sent.
   */
  attrs?: {
    [k: string]: unknown;
  };
  /**
   * Bytes that were sent.
   */
  raw?: number[];
}
/**
 * Answer for a list of devices or a group.
 */
export interface ControlMany {
  /**
   * Result.
   */
  payload: ControlSummary;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * What became of a command for a list of devices or a group.
 */
export interface ControlSummary {
  /**
   * Targets in all.
   */
  total: number;
  /**
   * Targets that got the command.
   */
  ok: number;
  /**
   * Entries that were not done.
   */
  failed: number;
  /**
   * One entry a target, in order.
   */
  results: (ControlledTarget | FailedTarget)[];
}
/**
 * A device of a list that got its command.
 */
export interface ControlledTarget {
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * accepted or reported.
   */
  outcome: Outcome;
}
/**
 * A device of a list that did not get its command, with its error.
 */
export interface FailedTarget {
  /**
   * Device ID (did).
   */
  did?: unknown;
  /**
   * MAC address or device number.
   */
  mac?: unknown;
  /**
   * What is known of the error.
   */
  error: TargetError;
}
/**
 * The error of one of several targets.
 */
export interface TargetError {
  /**
   * Code of the error.
   */
  code: ErrorCode;
  /**
   * not-sent: nothing has left; refused: the cloud said no before doing anything; unknown: it may or may not have been done.
   */
  outcome: 'not-sent' | 'refused' | 'unknown';
  /**
   * Whether the same message may succeed later without a change.
   */
  retryable: boolean;
  /**
   * Milliseconds to wait before trying again, when known.
   */
  retryAfterMs?: number;
  /**
   * The cloud's own number.
   */
  vendorCode?: number;
  /**
   * The cloud's own words.
   */
  vendorMessage?: string;
  /**
   * HTTP status of the last answer.
   */
  statusCode?: number;
  /**
   * The error in words, in the language of Node-RED.
   */
  message: string;
}
/**
 * What history takes with the fields of its defaults.
 */
export interface HistoryInput {
  /**
   * Device ID (did).
   */
  did: string;
  [k: string]: unknown;
}
/**
 * All records in one message (output array).
 */
export interface HistoryList {
  /**
   * The records.
   */
  payload: HistoryEntry[];
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * A record of the history as the cloud gives it, with its time.
 */
export interface HistoryEntry {
  /**
   * ISO 8601.
   */
  time?: string;
  /**
   * Payload of a command record.
   */
  bytes?: Buffer;
  [k: string]: unknown;
}
/**
 * A page of records (output page); also an empty result.
 */
export interface HistoryPage {
  /**
   * The records of this page; none when nothing was found.
   */
  payload: HistoryEntry[];
  /**
   * Place in the list.
   */
  parts: Parts;
  /**
   * true on the last message.
   */
  complete?: true;
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * One record (output each).
 */
export interface HistoryRecord {
  /**
   * The record.
   */
  payload: HistoryEntry;
  /**
   * Place in the list.
   */
  parts: Parts;
  /**
   * true on the last message.
   */
  complete?: true;
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * Report reads nothing of a message with the fields of its defaults.
 */
export interface ReportInput {
  [k: string]: unknown;
}
/**
 * A report as the cloud gives it (format raw).
 */
export interface ReportBody {
  /**
   * Result.
   */
  payload:
    | {
        [k: string]: unknown;
      }
    | unknown[];
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * All records in one message (output array).
 */
export interface ReportRowsList {
  /**
   * The records.
   */
  payload: {
    [k: string]: unknown;
  }[];
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * A page of records (output page); also an empty result.
 */
export interface ReportRowsPage {
  /**
   * The records of this page; none when nothing was found.
   */
  payload: {
    [k: string]: unknown;
  }[];
  /**
   * Place in the list.
   */
  parts: Parts;
  /**
   * true on the last message.
   */
  complete?: true;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * One record (output each).
 */
export interface ReportRowsRecord {
  /**
   * The record.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * Place in the list.
   */
  parts: Parts;
  /**
   * true on the last message.
   */
  complete?: true;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * What group takes with the fields of its defaults, as its action needs it.
 */
export interface GroupInput {
  /**
   * ID of the device group.
   */
  gid?: string;
  /**
   * MAC addresses, for assign and unassign.
   */
  payload?: unknown;
  [k: string]: unknown;
}
/**
 * The groups: in payload the tree as the cloud gives it.
 */
export interface GroupList {
  /**
   * The records.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * Metadata.
   */
  gizwits: GroupListMetadata;
  [k: string]: unknown;
}
/**
 * What listing the groups has cost, and the groups as a flat list.
 */
export interface GroupListMetadata {
  /**
   * ID of the operation.
   */
  operation: string;
  /**
   * HTTP status of the last answer.
   */
  statusCode?: number;
  /**
   * HTTP requests sent for this message, logins apart; 0 when a cache had the answer.
   */
  attempts: number;
  /**
   * Milliseconds spent waiting for a turn, the quota, a login or between tries.
   */
  waitedMs: number;
  /**
   * Milliseconds from the arrival of the message, waiting included.
   */
  elapsedMs: number;
  /**
   * Number of the page, from 1.
   */
  page?: number;
  /**
   * Only there, as true, when there would have been more: a limit was met.
   */
  truncated?: true;
  /**
   * What is known of the error.
   */
  error?: ErrorDetails;
  /**
   * Product key.
   */
  productKey: string;
  /**
   * The hourly quota, where the cloud reports it.
   */
  quota?: Quota;
  /**
   * Names the event to acknowledge; keep it for the node ack event.
   */
  delivery?: string;
  /**
   * The groups of the tree as a flat list, each behind the one that it lies in.
   */
  groups: Group[];
}
/**
 * A device group.
 */
export interface Group {
  /**
   * ID of the device group.
   */
  gid: string;
  /**
   * gid of the group that it lies in; null for the root.
   */
  parent: string | null;
}
/**
 * The MAC addresses of a group's devices.
 */
export interface GroupMembers {
  /**
   * Result.
   */
  payload: string[];
  /**
   * ID of the device group.
   */
  gid: string;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * What became of putting devices into a group or taking them out.
 */
export interface GroupChange {
  /**
   * Result.
   */
  payload: {
    /**
     * Entries that were done.
     */
    success: string[];
    /**
     * Entries that were not done.
     */
    failed: string[];
    /**
     * Entries of which it is not known whether they were done; absent when there are none.
     */
    unknown?: string[];
  };
  /**
   * ID of the device group.
   */
  gid: string;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * Answer to the creation or deletion of a group.
 */
export interface GroupReply {
  /**
   * Result.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * ID of the device group.
   */
  gid: string;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * What bind takes with the fields of its defaults.
 */
export interface BindInput {
  /**
   * User ID.
   */
  uid: string;
  /**
   * App ID.
   */
  appid: string;
  /**
   * A did, or a list of them.
   */
  payload: string | string[];
  [k: string]: unknown;
}
/**
 * What became of binding or unbinding devices.
 */
export interface BindOutput {
  /**
   * Result.
   */
  payload: {
    /**
     * Entries that were done.
     */
    success: string[];
    /**
     * Entries that were not done.
     */
    failed: string[];
    /**
     * Entries of which it is not known whether they were done; absent when there are none.
     */
    unknown?: string[];
  };
  /**
   * User ID.
   */
  uid: string;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * Datapoints reads nothing of a message.
 */
export interface DatapointsInput {
  [k: string]: unknown;
}
/**
 * The product's datapoints (format schema).
 */
export interface DatapointsSchema {
  /**
   * Result.
   */
  payload: ProductSchema;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * The datapoints of a product.
 */
export interface ProductSchema {
  /**
   * Product key.
   */
  productKey: string;
  /**
   * Name.
   */
  name: string;
  /**
   * standard (all datapoints in fixed places) or var_len.
   */
  protocolType: string;
  /**
   * The datapoints in the order of the definition.
   */
  datapoints: Datapoint[];
}
/**
 * A datapoint, in engineering units.
 */
export interface Datapoint {
  /**
   * Name.
   */
  name: string;
  /**
   * Name for people, as the product's developer wrote it.
   */
  displayName: string;
  /**
   * Who may set it: writable by flows, the others only by the device.
   */
  access: 'writable' | 'readonly' | 'alert' | 'fault';
  /**
   * bool, enum, uint8, uint16, uint32, binary, or a newer word of the cloud.
   */
  dataType: string;
  /**
   * Values of an enum in the order of their positions, from 0.
   */
  enum?: string[];
  /**
   * Smallest value.
   */
  min?: number;
  /**
   * Largest value.
   */
  max?: number;
  /**
   * Distance between two values, counted from min.
   */
  step?: number;
  /**
   * Bytes of a binary.
   */
  length?: number;
}
/**
 * The product's definition as the cloud gives it (format raw).
 */
export interface DatapointsRaw {
  /**
   * Result.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * What request takes with the fields of its defaults: the operation's parameters by name.
 */
export interface RequestInput {
  /**
   * Parameters by name.
   */
  payload?: unknown;
  [k: string]: unknown;
}
/**
 * The cloud's answer.
 */
export interface RequestOutput {
  /**
   * Result.
   */
  payload: unknown;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * ID of the device group.
   */
  gid?: string;
  /**
   * Metadata.
   */
  gizwits: CallMetadata;
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface DeviceOnlineMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: OnlinePayload;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'device_online';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Where a device came online; places come from its IP address.
 */
export interface OnlinePayload {
  /**
   * IP address.
   */
  ip?: string;
  /**
   * Country.
   */
  country?: string;
  /**
   * Province or region.
   */
  region?: string;
  /**
   * City.
   */
  city?: string;
  /**
   * Latitude.
   */
  latitude?: number;
  /**
   * Longitude.
   */
  longitude?: number;
  /**
   * ICCID of the SIM card.
   */
  iccid?: string;
  /**
   * IMSI of the SIM card.
   */
  imsi?: string;
  [k: string]: unknown;
}
/**
 * What an event is and how it came.
 */
export interface EventMetadata {
  /**
   * Name of the event on the wire.
   */
  event: EventName;
  /**
   * Product key.
   */
  productKey: string;
  /**
   * Group of the device, null without one.
   */
  groupId: string | null;
  /**
   * When it happened, ISO 8601; null when the event tells no readable time.
   */
  createdAt: string | null;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * ID of the message on the platform.
   */
  msgId?: string;
  /**
   * The same when a fault or an alert is raised and when it is gone.
   */
  eventId?: string;
  /**
   * Whether this Node-RED has emitted the same event before.
   */
  redelivered: boolean;
  /**
   * Only there, as true, when a younger event of the device has been emitted before.
   */
  outOfOrder?: true;
  /**
   * As received.
   */
  body: {
    [k: string]: unknown;
  };
  /**
   * Names the event to acknowledge; keep it for the node ack event.
   */
  delivery: string;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface DeviceOfflineMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'device_offline';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface DeviceStatusRawMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: Buffer;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'device_status_raw';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface DeviceStatusKvMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'device_status_kv';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface AttrFaultMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: FaultPayload;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'attr_fault';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A fault or an alert.
 */
export interface FaultPayload {
  /**
   * Name of the datapoint.
   */
  attr_name: string;
  /**
   * Name for people.
   */
  attr_displayname?: string;
  /**
   * 1 raised, 0 gone.
   */
  value: number;
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface AttrAlertMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: FaultPayload;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'attr_alert';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface DatapointsChangedMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'datapoints_changed';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface SubDeviceAddedMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: SubDevicePayload;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'sub_device_added';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A sub-device of a gateway; did and mac of the message are the gateway's.
 */
export interface SubDevicePayload {
  /**
   * Product key of the sub-device.
   */
  child_product_key?: string;
  /**
   * did of the sub-device.
   */
  child_did?: string;
  /**
   * MAC address of the sub-device.
   */
  child_mac?: string;
  /**
   * Passcode of the sub-device, encrypted; only when it was added.
   */
  child_passcode?: string;
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface SubDeviceDeletedMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: SubDevicePayload;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'sub_device_deleted';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface DeviceBindMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: BindingPayload;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'device_bind';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Who bound or unbound the device.
 */
export interface BindingPayload {
  /**
   * App ID.
   */
  app_id?: string;
  /**
   * User ID.
   */
  uid?: string;
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface DeviceUnbindMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: BindingPayload;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'device_unbind';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface DeviceResetMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'device_reset';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface DeviceFileDownloadMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: {
    /**
     * Where the file can be fetched.
     */
    download_url?: string;
    [k: string]: unknown;
  };
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'device_file_download';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface App2DevRawMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: Buffer;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'app2dev_raw';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface App2DevKvMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'app2dev_kv';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface DeviceGpsKvMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: GpsPayload;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'device_gps_kv';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A GPS position, in degrees.
 */
export interface GpsPayload {
  /**
   * Longitude.
   */
  longitude?: number;
  /**
   * Latitude.
   */
  latitude?: number;
  /**
   * Dilution of precision.
   */
  hdop?: number;
  /**
   * Satellites in sight.
   */
  num_satellites?: number;
  /**
   * What the device sent besides.
   */
  payload?: string;
  [k: string]: unknown;
}
/**
 * One event, with the payload that this kind of event has.
 */
export interface DeviceLbsKvMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: LbsPayload;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: EventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 'device_lbs_kv';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A position by radio cells, in degrees.
 */
export interface LbsPayload {
  /**
   * Longitude.
   */
  longitude?: number;
  /**
   * Latitude.
   */
  latitude?: number;
  /**
   * Country.
   */
  country?: string;
  /**
   * Province.
   */
  province?: string;
  /**
   * City.
   */
  city?: string;
  /**
   * District.
   */
  district?: string;
  /**
   * Code of the place.
   */
  adcode?: string;
  /**
   * Road.
   */
  road?: string;
  /**
   * Street.
   */
  street?: string;
  /**
   * A place nearby.
   */
  poi?: string;
  /**
   * IMSI of the SIM card.
   */
  imsi?: string;
  /**
   * Signal strength, dBm.
   */
  signal?: number;
  [k: string]: unknown;
}
/**
 * Several events in one message (output batch); its one delivery acknowledges all.
 */
export interface BatchMessage {
  /**
   * Empty.
   */
  topic: '';
  /**
   * The events, each as it would have been by itself.
   */
  payload: EventMessage[];
  /**
   * Metadata.
   */
  gizwits: BatchMetadata;
  [k: string]: unknown;
}
/**
 * What several events in one message have in common.
 */
export interface BatchMetadata {
  /**
   * Name of the event on the wire.
   */
  event: 'batch';
  /**
   * Number of messages, known on the last one at the latest.
   */
  count: number;
  /**
   * Names the event to acknowledge; keep it for the node ack event.
   */
  delivery: string;
  /**
   * Whether this Node-RED has emitted the same event before.
   */
  redelivered: boolean;
}
/**
 * An event that was not acknowledged in time or was redelivered too often; from the second output.
 */
export interface DeadLetterMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * The payload of the event, or its text where it cannot be read.
   */
  payload: unknown;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: DeadLetterMetadata | UnreadableLetterMetadata;
  [k: string]: unknown;
}
/**
 * What an event is that left by the second output.
 */
export interface DeadLetterMetadata {
  /**
   * Name of the event on the wire.
   */
  event: EventName;
  /**
   * Product key.
   */
  productKey: string;
  /**
   * Group of the device, null without one.
   */
  groupId: string | null;
  /**
   * When it happened, ISO 8601; null when the event tells no readable time.
   */
  createdAt: string | null;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * ID of the message on the platform.
   */
  msgId?: string;
  /**
   * The same when a fault or an alert is raised and when it is gone.
   */
  eventId?: string;
  /**
   * Whether this Node-RED has emitted the same event before.
   */
  redelivered: boolean;
  /**
   * Only there, as true, when a younger event of the device has been emitted before.
   */
  outOfOrder?: true;
  /**
   * As received.
   */
  body: {
    [k: string]: unknown;
  };
  /**
   * Why it left by the second output.
   */
  deadLetter: DeadLetter;
}
/**
 * Why an event left by the second output.
 */
export interface DeadLetter {
  /**
   * overdue: not acknowledged in time; redelivered: too often; too-deep: nested too deeply; failed: it could not be handed to the flow.
   */
  reason: 'overdue' | 'redelivered' | 'too-deep' | 'failed';
  /**
   * How often it came again.
   */
  redeliveries: number;
}
/**
 * What is known of an event that is nested too deeply to be read; its text is in payload.
 */
export interface UnreadableLetterMetadata {
  /**
   * Name of the event on the wire.
   */
  event?: EventName;
  /**
   * Why it left by the second output.
   */
  deadLetter: DeadLetter;
}
/**
 * An event of live events, or whatever became of it, with its delivery.
 */
export interface AckInput {
  /**
   * Metadata.
   */
  gizwits: {
    /**
     * Names the event to acknowledge; keep it for the node ack event.
     */
    delivery: string;
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The message as it came.
 */
export interface AckOutput {
  /**
   * Metadata.
   */
  gizwits: {
    /**
     * Names the event to acknowledge; keep it for the node ack event.
     */
    delivery: string;
    /**
     * Number of messages, known on the last one at the latest.
     */
    count?: number;
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * What app request takes with the fields of its defaults: the operation's parameters by name.
 */
export interface AppApiInput {
  /**
   * Parameters by name.
   */
  payload?: unknown;
  [k: string]: unknown;
}
/**
 * All records in one message (output array).
 */
export interface AppApiList {
  /**
   * The records.
   */
  payload: unknown[];
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * User ID.
   */
  uid?: string;
  /**
   * Metadata.
   */
  gizwits: AppCallMetadata;
  [k: string]: unknown;
}
/**
 * What the calls of the Open API for this message have cost and met.
 */
export interface AppCallMetadata {
  /**
   * ID of the operation.
   */
  operation: string;
  /**
   * HTTP status of the last answer.
   */
  statusCode?: number;
  /**
   * HTTP requests sent for this message, logins apart; 0 when a cache had the answer.
   */
  attempts: number;
  /**
   * Milliseconds spent waiting for a turn, the quota, a login or between tries.
   */
  waitedMs: number;
  /**
   * Milliseconds from the arrival of the message, waiting included.
   */
  elapsedMs: number;
  /**
   * Number of the page, from 1.
   */
  page?: number;
  /**
   * Only there, as true, when there would have been more: a limit was met.
   */
  truncated?: true;
  /**
   * What is known of the error.
   */
  error?: ErrorDetails;
  /**
   * Product key.
   */
  productKey?: string;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * The hourly quota, where the cloud reports it.
   */
  quota?: Quota;
  /**
   * Names the event to acknowledge; keep it for the node ack event.
   */
  delivery?: string;
}
/**
 * A page of records (output page); also an empty result.
 */
export interface AppApiPage {
  /**
   * The records of this page; none when nothing was found.
   */
  payload: unknown[];
  /**
   * Place in the list.
   */
  parts: Parts;
  /**
   * true on the last message.
   */
  complete?: true;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * User ID.
   */
  uid?: string;
  /**
   * Metadata.
   */
  gizwits: AppCallMetadata;
  [k: string]: unknown;
}
/**
 * One record (output each).
 */
export interface AppApiRecord {
  /**
   * The record.
   */
  payload: unknown;
  /**
   * Place in the list.
   */
  parts: Parts;
  /**
   * true on the last message.
   */
  complete?: true;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * User ID.
   */
  uid?: string;
  /**
   * Metadata.
   */
  gizwits: AppCallMetadata;
  [k: string]: unknown;
}
/**
 * The answer of an operation that returns no list.
 */
export interface AppApiReply {
  /**
   * Result.
   */
  payload: unknown;
  /**
   * Device ID (did).
   */
  did?: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * User ID.
   */
  uid?: string;
  /**
   * Metadata.
   */
  gizwits: AppCallMetadata;
  [k: string]: unknown;
}
/**
 * A command to a device of the app's user.
 */
export interface AppEventsInput {
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * Without it, what payload is decides: a Buffer is raw, an object with values is write, anything else read.
   */
  command?: 'read' | 'write' | 'raw';
  /**
   * With write: datapoint values by name; with raw: bytes.
   */
  payload?: unknown;
  [k: string]: unknown;
}
/**
 * A device has reported datapoints.
 */
export interface AppDatapointsMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * Datapoint values by name.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: AppEventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 's2c_noti';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * What a message of the app WebSocket is and how it came.
 */
export interface AppEventMetadata {
  /**
   * Name of the event on the wire.
   */
  event: 's2c_noti' | 's2c_online_status' | 's2c_binding_changed' | 's2c_raw';
  /**
   * Product key.
   */
  productKey: string;
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * When it happened, ISO 8601; null when the event tells no readable time.
   */
  createdAt: string;
  /**
   * As received.
   */
  body: {
    [k: string]: unknown;
  };
}
/**
 * A device has come or gone.
 */
export interface AppOnlineMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: AppEventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 's2c_online_status';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A device was bound to the user, or unbound.
 */
export interface AppBindingMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: {
    [k: string]: unknown;
  };
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: AppEventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 's2c_binding_changed';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A device has sent raw data: the frame whole.
 */
export interface AppRawMessage {
  /**
   * Product key, did and event, joined by /; the did is empty for an event of the product.
   */
  topic: string;
  /**
   * What the event tells.
   */
  payload: Buffer;
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * MAC address or device number.
   */
  mac?: string;
  /**
   * Metadata.
   */
  gizwits: AppEventMetadata & {
    /**
     * Name of the event on the wire.
     */
    event: 's2c_raw';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A command of the input is done; with read, payload has the values.
 */
export interface AppCommandDone {
  /**
   * With read: the values by name; else as it came.
   */
  payload: unknown;
  /**
   * Device ID (did).
   */
  did: string;
  /**
   * Metadata.
   */
  gizwits: AppCallMetadata;
  [k: string]: unknown;
}
/**
 * What Expeed device takes with the fields of its defaults; payload for set alone.
 */
export interface ExpeedDeviceInput {
  /**
   * Device ID on Expeed.
   */
  deviceId: string | number;
  /**
   * Device key on Expeed.
   */
  deviceKey: string | number;
  /**
   * With set: datapoint values by name.
   */
  payload?: unknown;
  [k: string]: unknown;
}
/**
 * Answer to status.
 */
export interface ExpeedStatus {
  /**
   * Result.
   */
  payload: {
    /**
     * Whether the device is online.
     */
    online: boolean;
    /**
     * The number as the platform gave it: 0 offline, 1 online.
     */
    deviceStatus: number;
  };
  /**
   * Device ID on Expeed.
   */
  deviceId: string;
  /**
   * Device key on Expeed.
   */
  deviceKey: string;
  /**
   * Metadata of Expeed's nodes.
   */
  expeed: ExpeedCallMetadata;
  [k: string]: unknown;
}
/**
 * What the calls of Expeed for this message have cost and met.
 */
export interface ExpeedCallMetadata {
  /**
   * ID of the operation.
   */
  operation: string;
  /**
   * HTTP status of the last answer.
   */
  statusCode?: number;
  /**
   * HTTP requests sent for this message, logins apart; 0 when a cache had the answer.
   */
  attempts: number;
  /**
   * Milliseconds spent waiting for a turn, the quota, a login or between tries.
   */
  waitedMs: number;
  /**
   * Milliseconds from the arrival of the message, waiting included.
   */
  elapsedMs: number;
  /**
   * Number of the page, from 1.
   */
  page?: number;
  /**
   * Only there, as true, when there would have been more: a limit was met.
   */
  truncated?: true;
  /**
   * What is known of the error.
   */
  error?: ErrorDetails;
  /**
   * The hourly quota, where the cloud reports it.
   */
  quota?: Quota;
}
/**
 * Answer to set.
 */
export interface ExpeedSetting {
  /**
   * Result.
   */
  payload: {
    /**
     * Names the setting; its result carries the same. null when the platform gave none.
     */
    messageId: string | null;
    /**
     * Whether the setting was carried out.
     */
    success?: boolean;
  };
  /**
   * Device ID on Expeed.
   */
  deviceId: string;
  /**
   * Device key on Expeed.
   */
  deviceKey: string;
  /**
   * Metadata of Expeed's nodes.
   */
  expeed: ExpeedCallMetadata;
  [k: string]: unknown;
}
/**
 * Answer to current.
 */
export interface ExpeedCurrent {
  /**
   * Result.
   */
  payload: ExpeedRecord;
  /**
   * Device ID on Expeed.
   */
  deviceId: string;
  /**
   * Device key on Expeed.
   */
  deviceKey: string;
  /**
   * Metadata of Expeed's nodes.
   */
  expeed: ExpeedCallMetadata;
  [k: string]: unknown;
}
/**
 * Datapoints of one instant, by their names.
 */
export interface ExpeedRecord {
  /**
   * ISO 8601 with offset; null when the platform gave none that can be read.
   */
  time: string | null;
  [k: string]: unknown;
}
/**
 * All records in one message (output array).
 */
export interface ExpeedHistoryList {
  /**
   * The records.
   */
  payload: ExpeedRecord[];
  /**
   * Device ID on Expeed.
   */
  deviceId: string;
  /**
   * Device key on Expeed.
   */
  deviceKey: string;
  /**
   * Metadata of Expeed's nodes.
   */
  expeed: ExpeedCallMetadata;
  [k: string]: unknown;
}
/**
 * A page of records (output page); also an empty result.
 */
export interface ExpeedHistoryPage {
  /**
   * The records of this page; none when nothing was found.
   */
  payload: ExpeedRecord[];
  /**
   * Place in the list.
   */
  parts: Parts;
  /**
   * true on the last message.
   */
  complete?: true;
  /**
   * Device ID on Expeed.
   */
  deviceId: string;
  /**
   * Device key on Expeed.
   */
  deviceKey: string;
  /**
   * Metadata of Expeed's nodes.
   */
  expeed: ExpeedCallMetadata;
  [k: string]: unknown;
}
/**
 * One record (output each).
 */
export interface ExpeedHistoryRecord {
  /**
   * The record.
   */
  payload: ExpeedRecord;
  /**
   * Place in the list.
   */
  parts: Parts;
  /**
   * true on the last message.
   */
  complete?: true;
  /**
   * Device ID on Expeed.
   */
  deviceId: string;
  /**
   * Device key on Expeed.
   */
  deviceKey: string;
  /**
   * Metadata of Expeed's nodes.
   */
  expeed: ExpeedCallMetadata;
  [k: string]: unknown;
}
/**
 * A device has come or gone.
 */
export interface ExpeedStatusPush {
  /**
   * What it is about.
   */
  topic: 'status';
  /**
   * Result.
   */
  payload: {
    /**
     * Whether the device is online.
     */
    online: boolean;
  };
  /**
   * Device ID on Expeed.
   */
  deviceId: string;
  /**
   * Device key on Expeed.
   */
  deviceKey?: string;
  /**
   * Metadata of Expeed's nodes.
   */
  expeed: PushMetadata;
  [k: string]: unknown;
}
/**
 * What Expeed pushed.
 */
export interface PushMetadata {
  /**
   * 1 status, 2 data, 3 result.
   */
  msgType: 1 | 2 | 3;
  /**
   * Serial number of the device, where the push has one.
   */
  deviceSn?: string;
  /**
   * As received.
   */
  body: {
    [k: string]: unknown;
  };
  /**
   * Always false: pushes of Expeed carry no signature.
   */
  authenticated: false;
}
/**
 * A device has reported datapoints.
 */
export interface ExpeedDataPush {
  /**
   * What it is about.
   */
  topic: 'data';
  /**
   * Result.
   */
  payload: ExpeedRecord[];
  /**
   * Device ID on Expeed.
   */
  deviceId: string;
  /**
   * Device key on Expeed.
   */
  deviceKey?: string;
  /**
   * Metadata of Expeed's nodes.
   */
  expeed: PushMetadata;
  [k: string]: unknown;
}
/**
 * What became of a setting.
 */
export interface ExpeedResultPush {
  /**
   * What it is about.
   */
  topic: 'result';
  /**
   * Result.
   */
  payload: {
    /**
     * Names the setting; its result carries the same. null when the platform gave none.
     */
    messageId: string;
    /**
     * Whether the setting was carried out.
     */
    success: boolean;
  };
  /**
   * Device ID on Expeed.
   */
  deviceId: string;
  /**
   * Device key on Expeed.
   */
  deviceKey?: string;
  /**
   * Metadata of Expeed's nodes.
   */
  expeed: PushMetadata;
  [k: string]: unknown;
}
/**
 * What a Catch node hands on of a message that failed; the message keeps what it had.
 */
export interface FailedMessage {
  /**
   * What is known of the error.
   */
  error: {
    /**
     * The error in words, in the language of Node-RED.
     */
    message: string;
    /**
     * Code of the error.
     */
    code: ErrorCode;
    /**
     * The node that failed.
     */
    source?: {
      /**
       * ID.
       */
      id: string;
      /**
       * Type.
       */
      type: string;
      /**
       * Name.
       */
      name?: string;
      /**
       * Number of messages, known on the last one at the latest.
       */
      count?: number;
      [k: string]: unknown;
    };
    [k: string]: unknown;
  };
  /**
   * Metadata.
   */
  gizwits?: {
    /**
     * What is known of the error.
     */
    error: ErrorDetails;
    [k: string]: unknown;
  };
  /**
   * Metadata of Expeed's nodes.
   */
  expeed?: {
    /**
     * What is known of the error.
     */
    error: ErrorDetails;
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
