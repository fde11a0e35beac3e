import {
  anything,
  buffer,
  closed,
  count,
  either,
  type Form,
  fields,
  list,
  numeric,
  open,
  ref,
  text,
  time,
  words,
} from './forms';
import { listing } from './listing';

const gizwits = ref('CallMetadata');
const texts = list(text);
const bytes: Form = list({ type: 'integer', minimum: 0 });

/** A change of many: which entries were done, which not, and of which it is not known. */
const change = closed({ success: texts, failed: texts, 'unknown?': texts });

/** Messages of the nodes on the Enterprise API. */
export const enterprise = {
  GetDidInput: open({ payload: either(text, texts) }),
  FoundDevice: closed({
    mac: text,
    did: text,
    'passcode?': anything,
    'is_online?': anything,
    'is_disabled?': anything,
    'type?': anything,
  }),
  FailedLookup: closed({ mac: anything, error: closed({ code: ref('ErrorCode'), message: text }) }),
  GetDidOne: open({ payload: ref('FoundDevice'), did: text, mac: text, gizwits }),
  GetDidMany: open({
    payload: list(either(ref('FoundDevice'), ref('FailedLookup'))),
    did: list(either(text, { type: 'null' })),
    gizwits,
  }),
  GetDidOutput: either(ref('GetDidOne'), ref('GetDidMany')),

  SearchInput: open({}),
  FoundRecord: open({ 'did?': text, 'mac?': text, 'uid?': text }),
  ...listing('Search', ref('FoundRecord'), { gizwits }, { 'did?': text, 'mac?': text, 'uid?': text }),

  ControlInput: open({ did: either(text, texts), payload: either(fields, buffer, bytes, text) }),
  Outcome: words('accepted', 'reported'),
  ControlResult: closed({ did: text, outcome: ref('Outcome'), 'attrs?': fields, 'raw?': bytes }),
  ControlledTarget: closed({ did: text, 'mac?': text, outcome: ref('Outcome') }),
  FailedTarget: closed({ 'did?': anything, 'mac?': anything, error: ref('TargetError') }),
  ControlSummary: closed({
    total: count,
    ok: count,
    failed: count,
    results: list(either(ref('ControlledTarget'), ref('FailedTarget'))),
  }),
  ControlOne: open({ payload: ref('ControlResult'), did: text, 'mac?': text, gizwits }),
  ControlMany: open({ payload: ref('ControlSummary'), gizwits }),
  ControlOutput: either(ref('ControlOne'), ref('ControlMany')),

  HistoryInput: open({ did: text }),
  HistoryEntry: open({ 'time?': time, 'bytes?': buffer }),
  ...listing('History', ref('HistoryEntry'), { did: text, 'mac?': text, gizwits }),

  ReportInput: open({}),
  ReportBody: open({ payload: either(fields, list(anything)), gizwits }),
  ...listing('ReportRows', fields, { gizwits }),
  ReportOutput: either(ref('ReportBody'), ref('ReportRowsOutput')),

  GroupInput: open({ 'gid?': text, 'payload?': anything }),
  GroupList: open({ payload: fields, gizwits: ref('GroupListMetadata') }),
  GroupMembers: open({ payload: texts, gid: text, gizwits }),
  GroupChange: open({ payload: change, gid: text, gizwits }),
  GroupReply: open({ payload: fields, gid: text, gizwits }),
  GroupOutput: either(ref('GroupList'), ref('GroupMembers'), ref('GroupChange'), ref('GroupReply')),

  BindInput: open({ uid: text, appid: text, payload: either(text, texts) }),
  BindOutput: open({ payload: change, uid: text, gizwits }),

  DatapointsInput: open({}),
  Datapoint: closed({
    name: text,
    displayName: text,
    access: words('writable', 'readonly', 'alert', 'fault'),
    dataType: text,
    'enum?': texts,
    'min?': numeric,
    'max?': numeric,
    'step?': numeric,
    'length?': count,
  }),
  ProductSchema: closed({ productKey: text, name: text, protocolType: text, datapoints: list(ref('Datapoint')) }),
  DatapointsSchema: open({ payload: ref('ProductSchema'), gizwits }),
  DatapointsRaw: open({ payload: fields, gizwits }),
  DatapointsOutput: either(ref('DatapointsSchema'), ref('DatapointsRaw')),

  RequestInput: open({ 'payload?': anything }),
  RequestOutput: open({ payload: anything, 'did?': text, 'mac?': text, 'gid?': text, gizwits }),
} as const;
