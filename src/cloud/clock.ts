/** Handle of a timer armed with {@link Clock.setTimeout}. */
export type Timer = unknown;

/** Time and chance, passed in so that expiry, back-off and quota windows can be tested in virtual time. */
export interface Clock {
  /** Wall clock, epoch milliseconds. May jump; use it only for what a server or a user sees. */
  now(): number;
  /** Monotonic clock, milliseconds from an arbitrary origin. Use it for every interval and deadline. */
  mono(): number;
  /** Calls back once after `ms` milliseconds; longer waits than a timer can hold (2^31 ms) are cut to that. */
  setTimeout(callback: () => void, ms: number): Timer;
  clearTimeout(timer: Timer): void;
  /** Uniform in [0, 1). */
  random(): number;
}

/** Node arms a timer of more than 2^31-1 ms at once instead of late. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock and random source. */
export const systemClock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, Math.min(Math.max(0, ms), LONGEST_TIMER_MS)),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  random: () => Math.random(),
};
