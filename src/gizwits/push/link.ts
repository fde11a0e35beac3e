import type { CloudError } from '../../cloud/errors';

/** What a link reports. `onOpen` comes at most once, `onClose` exactly once and last. */
export interface LinkHandlers {
  /** The peer's certificate has been verified; from now on bytes may be written. */
  onOpen(): void;
  onData(chunk: Buffer): void;
  /** The link is gone; `error` says why, when something failed. */
  onClose(error: CloudError | undefined): void;
}

/** One connection to the push service, below the protocol. */
export interface Link {
  /** @returns false when the text could not be taken: the link is closing or closed */
  write(text: string): boolean;
  /** Stops reading; the peer feels it as back-pressure. */
  pause(): void;
  resume(): void;
  /** Closes after what was written has left. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** Opens a link. Never throws, and calls no handler before it has returned; failures come by `onClose`. */
export type Dial = (handlers: LinkHandlers) => Link;
