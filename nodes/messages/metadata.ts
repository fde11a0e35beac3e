import { anything, closed, count, either, fields, list, only, open, ref, text, time, words, yesOrNo } from './forms';

/** Codes of errors that no cloud has numbered. */
export const OWN_CODES = [
  'GIZ_BAD_INPUT',
  'GIZ_BAD_RESPONSE',
  'GIZ_CLOSED',
  'GIZ_CONFIG',
  'GIZ_EXPIRED',
  'GIZ_INTERNAL',
  'GIZ_NETWORK',
  'GIZ_OUTCOME_UNKNOWN',
  'GIZ_QUEUE_FULL',
  'GIZ_QUOTA',
  'GIZ_REFUSED',
  'GIZ_TIMEOUT',
  'GIZ_TLS',
] as const;

/** What is known of an error beside its text. */
const details = {
  code: ref('ErrorCode'),
  outcome: words('not-sent', 'refused', 'unknown'),
  retryable: yesOrNo,
  'retryAfterMs?': count,
  'vendorCode?': count,
  'vendorMessage?': text,
  'statusCode?': count,
};

/** What calls have cost and met: in every metadata object of a node that makes calls. */
const cost = {
  operation: text,
  'statusCode?': count,
  attempts: count,
  waitedMs: count,
  elapsedMs: count,
  'page?': count,
  'truncated?': only(true),
  'error?': ref('ErrorDetails'),
};

/** What an event is and how it came, as far as every event has it. */
const event = {
  productKey: text,
  groupId: either(text, { type: 'null' }),
  createdAt: either(time, { type: 'null' }),
  'did?': text,
  'mac?': text,
  'msgId?': text,
  'eventId?': text,
  redelivered: yesOrNo,
  'outOfOrder?': only(true),
  body: fields,
};

const eventName = ref('EventName');

/** TypeScript's type of the codes of a cloud's own numbers. */
function numbered(cloud: string): string {
  return `\`${cloud}_\${number}\``;
}

export const metadata = {
  ErrorCode: {
    type: 'string',
    pattern: `^(${OWN_CODES.join('|')}|(GIZ|EXPEED)_[0-9]+)$`,
    tsType: [...OWN_CODES.map((code) => `'${code}'`), ...['GIZ', 'EXPEED'].map(numbered)].join(' | '),
  },
  ErrorDetails: closed(details),
  /** The error of one of several targets. */
  TargetError: closed({ ...details, message: text }),
  /** What a Catch node hands on of a message that failed. */
  FailedMessage: open({
    error: open({
      message: text,
      code: ref('ErrorCode'),
      'source?': open({ id: text, type: text, 'name?': text, 'count?': count }),
    }),
    'gizwits?': open({ error: ref('ErrorDetails') }),
    'expeed?': open({ error: ref('ErrorDetails') }),
  }),
  Quota: closed({ limit: count, remaining: count, resetAt: time }),
  Parts: open({ id: text, index: count, 'count?': count, type: only('array'), len: count, 'parts?': anything }),
  CallMetadata: closed({ ...cost, productKey: text, 'did?': text, 'quota?': ref('Quota'), 'delivery?': text }),
  AppCallMetadata: closed({ ...cost, 'productKey?': text, 'did?': text, 'quota?': ref('Quota'), 'delivery?': text }),
  ExpeedCallMetadata: closed({ ...cost, 'quota?': ref('Quota') }),
  EventMetadata: closed({ event: eventName, ...event, delivery: text }),
  BatchMetadata: closed({ event: only('batch'), count, delivery: text, redelivered: yesOrNo }),
  DeadLetter: closed({ reason: words('overdue', 'redelivered', 'too-deep', 'failed'), redeliveries: count }),
  DeadLetterMetadata: closed({ event: eventName, ...event, deadLetter: ref('DeadLetter') }),
  UnreadableLetterMetadata: closed({ 'event?': eventName, deadLetter: ref('DeadLetter') }),
  AppEventMetadata: closed({
    event: words('s2c_noti', 's2c_online_status', 's2c_binding_changed', 's2c_raw'),
    productKey: text,
    did: text,
    'mac?': text,
    createdAt: time,
    body: fields,
  }),
  PushMetadata: closed({
    msgType: { type: 'integer', enum: [1, 2, 3] },
    'deviceSn?': text,
    body: fields,
    authenticated: only(false),
  }),
  Group: closed({ gid: text, parent: either(text, { type: 'null' }) }),
  GroupListMetadata: closed({
    ...cost,
    productKey: text,
    'quota?': ref('Quota'),
    'delivery?': text,
    groups: list(ref('Group')),
  }),
} as const;
