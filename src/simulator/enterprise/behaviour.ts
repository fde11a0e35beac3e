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

const oneOf =
  (...choices: readonly unknown[]) =>
  (value: unknown): boolean =>
    choices.includes(value);

const isFlag = oneOf(true, false);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;

const CHECKS: Readonly<Record<keyof Behaviour, (value: unknown) => boolean>> = {
  errorCodeType: oneOf('string', 'integer'),
  errorDetail: oneOf('detail', 'detail_message', 'absent'),
  cursor: oneOf('meta', 'top', 'absent', 'ignores-skip'),
  quotaLimit: isCount,
  singleToken: isFlag,
  tokenSeconds: isCount,
  whiteList: (value) => value === null || (Array.isArray(value) && value.every((entry) => typeof entry === 'string')),
  published: oneOf(null, 5018, 5024),
  remoteControl: isFlag,
  reportsReady: isFlag,
  datapointsDefined: isFlag,
  windowSeconds: isCount,
  pageLimit: isCount,
};

/** Changes some of the behaviour; returns the name of a field that is unknown or has a wrong value, having changed nothing. */
export function changeBehaviour(behaviour: Behaviour, change: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(change)) {
    if (!Object.hasOwn(CHECKS, name) || !CHECKS[name as keyof Behaviour](value)) return name;
  }
  Object.assign(behaviour, change);
  return undefined;
}
