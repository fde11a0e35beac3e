/**
 * What the documents leave open, or what an account's settings decide. All can be changed while the simulator runs; the
 * next request sees it.
 */
export interface Behaviour {
  /** Type of `error_code` in error bodies: the documents show a string, captures of the sister API an integer. */
  errorCodeType: 'string' | 'integer';
  /** Name of the field with more about an error. */
  errorDetail: 'detail' | 'detail_message' | 'absent';
  /**
   * How the three logs of a device are paged: a `context` in `meta`, one beside `meta`, none but `skip` with
   * `meta.next`, or neither (`skip` is ignored and every page is the first).
   */
  cursor: 'meta' | 'top' | 'absent' | 'ignores-skip';
  /** Calls an hour for the enterprise. */
  quotaLimit: number;
  /** Whether a login makes the product's older tokens invalid. */
  singleToken: boolean;
  /** Life of a token, seconds. */
  tokenSeconds: number;
  /** Addresses that may call; null for all. Others get 5012. */
  whiteList: readonly string[] | null;
  /** What a published product answers to the three logs and the aggregates; null while it is not published. */
  published: 5018 | 5024 | null;
  /** Whether remote control was enabled; else 5404. */
  remoteControl: boolean;
  /** Whether the nightly reports are there; else 5014. */
  reportsReady: boolean;
  /** Whether products have datapoints; else 5402. */
  datapointsDefined: boolean;
  /** Widest window of the three logs, seconds. */
  windowSeconds: number;
  /** Largest `limit` of the skip-paged lists. No document names one. */
  pageLimit: number;
}

/** What the simulator does unless told otherwise: the newest document, and the readings that its gaps leave. */
export function defaultBehaviour(): Behaviour {
  return {
    errorCodeType: 'string',
    errorDetail: 'detail',
    cursor: 'meta',
    quotaLimit: 3600,
    singleToken: false,
    tokenSeconds: 7 * 86_400,
    whiteList: null,
    published: null,
    remoteControl: true,
    reportsReady: true,
    datapointsDefined: true,
    windowSeconds: 2 * 86_400,
    pageLimit: 1000,
  };
}
