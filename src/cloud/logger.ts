import { englishText, type TextParams } from '../texts';

/**
 * Where state changes of an account are told: a breaker that opens, a quota that is spent. `text` is English; the key
 * and its values let a receiver translate it. Never called once a message, only once a change.
 */
export interface Logger {
  info(text: string, textKey?: string, textParams?: TextParams): void;
  warn(text: string, textKey?: string, textParams?: TextParams): void;
}

/** For accounts whose changes nobody wants to hear. */
export const silentLogger: Logger = { info: () => undefined, warn: () => undefined };

/** Logs a text of `errors.events`. */
export function logEvent(log: Logger, level: 'info' | 'warn', event: string, textParams?: TextParams): void {
  const textKey = `errors.events.${event}`;
  log[level](englishText(textKey, textParams), textKey, textParams);
}
