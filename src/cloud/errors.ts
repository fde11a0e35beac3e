import { englishText, type TextParams } from '../texts';

/**
 * What became of a call:
 * - `not-sent`: no byte of the request left, it may be made again;
 * - `refused`: the cloud said no before doing anything;
 * - `unknown`: it may or may not have been done; a command is never repeated then.
 */
export type Outcome = 'not-sent' | 'refused' | 'unknown';

export interface ErrorDetails {
  /** Stable code, e.g. `GIZ_BAD_INPUT`, `GIZ_5305`, `EXPEED_2`; what Catch shows as `msg.error.code`. */
  code: string;
  /** Key of the text in `src/texts`, without language: `errors.input.required`, `gizwits.5305`. */
  textKey: string;
  /** Values for the text's placeholders. Never a secret. */
  textParams?: TextParams;
  /** The vendor's own number, when the answer carried one. */
  vendorCode?: number;
  /** The vendor's own words, as received (masked by the redactor before they leave the account). */
  vendorMessage?: string;
  /** HTTP status, when there was an answer. */
  statusCode?: number;
  outcome: Outcome;
  /** Whether the same call may succeed later without a change. */
  retryable?: boolean;
  /** Milliseconds to wait before that, when known. */
  retryAfterMs?: number;
}

/**
 * The one error type that leaves the library. Every field is an own property, because Node-RED copies only those to a
 * Catch node; there is no `cause`, because Node-RED would copy that too, with whatever headers or bodies hang on it.
 * `message` is English; `nodes/shared` replaces it with the runtime's language by `textKey` and `textParams`.
 */
export class CloudError extends Error {
  readonly code: string;
  readonly textKey: string;
  readonly textParams: TextParams;
  readonly vendorCode?: number;
  readonly vendorMessage?: string;
  readonly statusCode?: number;
  readonly outcome: Outcome;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;

  constructor(details: ErrorDetails) {
    super(englishText(details.textKey, details.textParams));
    this.name = 'CloudError';
    this.code = details.code;
    this.textKey = details.textKey;
    this.textParams = details.textParams ?? {};
    this.outcome = details.outcome;
    this.retryable = details.retryable ?? false;
    if (details.vendorCode !== undefined) this.vendorCode = details.vendorCode;
    if (details.vendorMessage !== undefined) this.vendorMessage = details.vendorMessage;
    if (details.statusCode !== undefined) this.statusCode = details.statusCode;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }
}

/** Bad input: nothing was sent. `textKey` is below `errors.input`; `field` names the message property or field. */
export function badInput(textKey: string, textParams: TextParams): CloudError {
  return new CloudError({ code: 'GIZ_BAD_INPUT', textKey: `errors.input.${textKey}`, textParams, outcome: 'not-sent' });
}
