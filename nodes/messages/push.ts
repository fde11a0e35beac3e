import {
  anything,
  buffer,
  count,
  either,
  type Form,
  fields,
  list,
  narrowed,
  numeric,
  only,
  open,
  ref,
  text,
  words,
} from './forms';

/** What `payload` is for each event of the push service. */
const payloads = {
  device_online: ref('OnlinePayload'),
  device_offline: fields,
  device_status_raw: buffer,
  device_status_kv: fields,
  attr_fault: ref('FaultPayload'),
  attr_alert: ref('FaultPayload'),
  datapoints_changed: fields,
  sub_device_added: ref('SubDevicePayload'),
  sub_device_deleted: ref('SubDevicePayload'),
  device_bind: ref('BindingPayload'),
  device_unbind: ref('BindingPayload'),
  device_reset: fields,
  device_file_download: open({ 'download_url?': text }),
  app2dev_raw: buffer,
  app2dev_kv: fields,
  device_gps_kv: ref('GpsPayload'),
  device_lbs_kv: ref('LbsPayload'),
} as const;

/** `attr_fault` → `AttrFaultMessage`, `app2dev_kv` → `App2DevKvMessage`. */
function definitionName(event: string): string {
  return `${event.replace(/(^|_|(?<=\d))([a-z])/g, (_all, _before, first: string) => first.toUpperCase())}Message`;
}

const names = Object.keys(payloads);

const eventMessages: Record<string, Form> = Object.fromEntries(
  Object.entries(payloads).map(([event, payload]) => [
    definitionName(event),
    open({
      topic: text,
      payload,
      'did?': text,
      'mac?': text,
      gizwits: narrowed(ref('EventMetadata'), { event: only(event) }),
    }),
  ]),
);

/** Messages of the nodes on the push service. */
export const push = {
  EventName: words(...names),
  OnlinePayload: open({
    'ip?': text,
    'country?': text,
    'region?': text,
    'city?': text,
    'latitude?': numeric,
    'longitude?': numeric,
    'iccid?': text,
    'imsi?': text,
  }),
  FaultPayload: open({ attr_name: text, 'attr_displayname?': text, value: numeric }),
  SubDevicePayload: open({
    'child_product_key?': text,
    'child_did?': text,
    'child_mac?': text,
    'child_passcode?': text,
  }),
  BindingPayload: open({ 'app_id?': text, 'uid?': text }),
  GpsPayload: open({
    'longitude?': numeric,
    'latitude?': numeric,
    'hdop?': numeric,
    'num_satellites?': numeric,
    'payload?': text,
  }),
  LbsPayload: open({
    'longitude?': numeric,
    'latitude?': numeric,
    'country?': text,
    'province?': text,
    'city?': text,
    'district?': text,
    'adcode?': text,
    'road?': text,
    'street?': text,
    'poi?': text,
    'imsi?': text,
    'signal?': numeric,
  }),
  ...eventMessages,
  EventMessage: either(...names.map((event) => ref(definitionName(event)))),
  BatchMessage: open({ topic: only(''), payload: list(ref('EventMessage')), gizwits: ref('BatchMetadata') }),
  DeadLetterMessage: open({
    topic: text,
    payload: anything,
    'did?': text,
    'mac?': text,
    gizwits: either(ref('DeadLetterMetadata'), ref('UnreadableLetterMetadata')),
  }),
  EventsOutput: either(ref('EventMessage'), ref('BatchMessage'), ref('DeadLetterMessage')),

  AckInput: open({ gizwits: open({ delivery: text }) }),
  AckOutput: open({ gizwits: open({ delivery: text, 'count?': count }) }),
} as const;
