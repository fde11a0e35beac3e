import { createHash } from 'node:crypto';
import type { SnotiEvent } from './source';

/** An event in a queue. */
export interface Message {
  /** Number of the event over all queues, from 1: what tests tell events by. */
  readonly sequence: number;
  /** Where copies of it went; each queue's copy has an id of its own. */
  readonly event: SnotiEvent;
  /** 22 characters: 16 hexadecimal digits in base64 without padding, as the platform makes them. */
  msgId: string;
  /** Epoch milliseconds when the queue took it. */
  readonly queuedAt: number;
  /** Times it was pushed. */
  pushes: number;
}

/** A new message id. */
export function messageId(seed: string, number: number): string {
  const digits = createHash('sha1').update(`${seed} ${number}`).digest('hex').slice(0, 16);
  return Buffer.from(digits).toString('base64').slice(0, 22);
}

/**
 * A number as Erlang's `float_to_list/1` prints it, which is what the live service sends: scientific, 20 decimals, an
 * exponent of at least two digits. `1499941067.396` becomes `1.49994106739599990845e+09`.
 */
export function erlangFloat(value: number): string {
  return value.toExponential(20).replace(/e([+-])(\d)$/, 'e$10$2');
}

/**
 * The line of a push.
 * @param deliveryId as written
 * @param msgId undefined for a service of the time before 2019
 */
export function pushLine({ event }: Message, deliveryId: string, msgId: string | undefined): string {
  const { eventType, productKey, did, mac, at, members } = event;
  const parts = [`"cmd":"event_push","delivery_id":${deliveryId}`];
  if (msgId !== undefined) parts.push(`"msg_id":${JSON.stringify(msgId)}`);
  parts.push(`"event_type":${JSON.stringify(eventType)}`, `"product_key":${JSON.stringify(productKey)}`);
  if (did !== undefined) parts.push(`"did":${JSON.stringify(did)}`);
  if (mac !== undefined) parts.push(`"mac":${JSON.stringify(mac)}`);
  parts.push(`"created_at":${erlangFloat(at / 1000)}`);
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) parts.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  }
  return `{${parts.join(',')}}\n`;
}
