/** A product that clients may log in with. */
export interface SnotiProduct {
  readonly productKey: string;
  readonly authId: string;
  readonly authSecret: string;
}

/** An event of a product as the push service sends it, without what the service itself adds. */
export interface SnotiEvent {
  /** Name in a login's `events`, such as `device.status.kv`; the service routes by it. */
  subscription: string;
  /** `event_type` on the wire. */
  eventType: string;
  productKey: string;
  /** Of the device, or of the gateway for its sub-devices; none for what concerns the product. */
  did?: string;
  mac?: string;
  /** Epoch milliseconds. */
  at: number;
  /** Further members, in the order in which they are sent; what is undefined is left out. */
  members: Readonly<Record<string, unknown>>;
}

/** A command taken over the push connection. */
export interface SnotiCommand {
  productKey: string;
  did: string;
  mac: string;
  /** Exactly one of the two. */
  attrs?: Readonly<Record<string, unknown>>;
  raw?: unknown;
  /** How text stands for bytes. */
  coding: 'hex' | 'base64';
}

/** What the push service needs of the world behind it. */
export interface SnotiSource {
  readonly products: readonly SnotiProduct[];
  /** Whose products these are; without it there is no login of an enterprise. */
  readonly enterprise?: { readonly id: string; readonly secret: string };
  /** Tells every event from now on, until the returned function is called. */
  listen(take: (event: SnotiEvent) => void): () => void;
  /** Carries a command out; undefined when accepted, else the reason in the service's words. */
  control(command: SnotiCommand): string | undefined;
}
