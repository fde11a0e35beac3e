/** A product on a connection. The secret is written into login and subscription frames only. */
export interface PushProduct {
  productKey: string;
  authId: string;
  authSecret: string;
  /** Name of the queue: 1..32 letters, digits and underscores, case-sensitive. */
  subkey: string;
}

/** What one product asks for. */
export interface ProductEvents {
  product: PushProduct;
  events: readonly string[];
}

// Every frame is one JSON object on one line, ended by a line feed. JSON.stringify never puts a raw line feed in.

/** @param prefetch 1..32767: events the server sends ahead of their acknowledgements */
export function loginRequest(prefetch: number, products: readonly ProductEvents[]): string {
  return line({ cmd: 'login_req', prefetch_count: prefetch, data: products.map(credentials) });
}

/** Adds events, or a product, to a live connection (protocol 2.5.0). */
export function subscribeRequest(wanted: ProductEvents): string {
  return line({ cmd: 'subscribe_req', data: [credentials(wanted)] });
}

/**
 * Takes events off a live connection (protocol 2.5.0). The document lists no secret here; clients in production send it
 * all the same, the sample does not.
 */
export function unsubscribeRequest(unwanted: ProductEvents): string {
  const { productKey, subkey, authId } = unwanted.product;
  const data = [{ product_key: productKey, subkey, auth_id: authId, events: unwanted.events }];
  return line({ cmd: 'unsubscribe_req', data });
}

export const PING = line({ cmd: 'ping' });

/**
 * Both ids as they were written in the push: a number beyond 2^53 must come back digit by digit.
 * @param messageToken empty when the push carried no `msg_id`
 */
export function eventAck(deliveryToken: string, messageToken: string): string {
  return messageToken === ''
    ? `{"cmd":"event_ack","delivery_id":${deliveryToken}}\n`
    : `{"cmd":"event_ack","delivery_id":${deliveryToken},"msg_id":${messageToken}}\n`;
}

/** @param cmd `remote_control_req` or `remote_control_v2_req` */
export function controlRequest(cmd: string, messageId: string, commands: readonly unknown[]): string {
  return line({ cmd, msg_id: messageId, data: commands });
}

function credentials({ product, events }: ProductEvents): Record<string, unknown> {
  const { productKey, authId, authSecret, subkey } = product;
  return { product_key: productKey, auth_id: authId, auth_secret: authSecret, subkey, events };
}

function line(frame: unknown): string {
  return `${JSON.stringify(frame)}\n`;
}
