/** What the service does where the documents say nothing, contradict themselves, or leave it to the operator. */
export interface SnotiBehaviour {
  /** `data` of `device_status_raw`: `{raw}` as captured, or the text of the document. */
  rawShape: 'object' | 'text';
  /** Commands over the push connection come back as `app2dev` events. */
  tellsOwnCommands: boolean;
  /** After an acknowledgement of an id that is not open, the service stops pushing on that connection, or ignores it. */
  unknownAck: 'stall' | 'ignore' | 'close';
  /** The events of a new login take the place of the former ones, or are added to them. */
  relogin: 'replace' | 'merge';
  /** The prefetch count holds for the connection, or for each of its products. */
  prefetchScope: 'connection' | 'product';
  /** Silence after which a client is dropped with `No Heartbeat!`, milliseconds. */
  heartbeatMs: number;
  /** The connection is closed after an `invalid_msg`. */
  closesAfterInvalid: boolean;
  /** The connection is closed after a subscription was refused. */
  closesAfterRefusedSubscription: boolean;
  /** Addresses that may log in; undefined = any. */
  allowFrom: readonly string[] | undefined;
  /** Queues a product may have. */
  maxSubkeys: number;
  /** Events with a name that does not exist are ignored, or refuse the login. */
  unknownEvents: 'ignore' | 'refuse';
  /** Message ids: kept over redeliveries, drawn anew for each, or not sent at all. */
  messageIds: 'stable' | 'fresh' | 'none';
  /** Unacknowledged pushes are sent again on the same connection after so long, milliseconds; 0 = never. */
  repeatAfterMs: number;
  /** Such a repetition carries the id of the first push, or one of its own. */
  repeatId: 'same' | 'new';
  /** First delivery id of a connection. */
  firstDeliveryId: bigint;
  /** How long undelivered events are kept, milliseconds. */
  retentionMs: number;
  /** Whether subscribe_req and unsubscribe_req exist, which came in 2020. */
  hasSubscriptions: boolean;
}

const DAY = 86_400_000;

export const SNOTI_BEHAVIOUR: SnotiBehaviour = {
  rawShape: 'object',
  tellsOwnCommands: false,
  unknownAck: 'stall',
  relogin: 'replace',
  prefetchScope: 'connection',
  heartbeatMs: 300_000,
  closesAfterInvalid: false,
  closesAfterRefusedSubscription: false,
  allowFrom: undefined,
  maxSubkeys: 5,
  unknownEvents: 'ignore',
  messageIds: 'stable',
  repeatAfterMs: 0,
  repeatId: 'same',
  firstDeliveryId: 1n,
  retentionMs: 3 * DAY,
  hasSubscriptions: true,
};
