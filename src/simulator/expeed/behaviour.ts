/** What the platform does where its document leaves it open. */
export interface ExpeedBehaviour {
  /** Token calls a day that are answered. */
  tokensPerDay: number;
  /** Life of a token, seconds. */
  tokenSeconds: number;
  /** From a setting to the push of its result, milliseconds; the push is sent even when the answer is still on its way. */
  resultDelayMs: number;
  /** Whether results are pushed at all. */
  results: boolean;
  /** Reading of the handshake's digest: MD5 over the text or over the bytes of the SHA-1. */
  digest: 'hex' | 'raw';
  /** Unit of the handshake's timestamp. */
  handshakeUnit: 's' | 'ms';
  /** Whether `message_id` is text, a number, or a number beyond 2^53. */
  messageIds: 'text' | 'number' | 'long';
  /** Whether a page that continues from a cursor begins with the record that the last one ended with. */
  cursorOverlaps: boolean;
  /** Whether the last page carries a cursor too. */
  cursorAtEnd: boolean;
}

export function defaultBehaviour(): ExpeedBehaviour {
  return {
    tokensPerDay: 200,
    tokenSeconds: 7200,
    resultDelayMs: 1200,
    results: true,
    digest: 'hex',
    handshakeUnit: 's',
    messageIds: 'text',
    cursorOverlaps: false,
    cursorAtEnd: false,
  };
}

const CHECKS: Readonly<Record<keyof ExpeedBehaviour, (value: unknown) => boolean>> = {
  tokensPerDay: isCount,
  tokenSeconds: isCount,
  resultDelayMs: isCount,
  results: isFlag,
  digest: oneOf('hex', 'raw'),
  handshakeUnit: oneOf('s', 'ms'),
  messageIds: oneOf('text', 'number', 'long'),
  cursorOverlaps: isFlag,
  cursorAtEnd: isFlag,
};

/** Takes changes from JSON. Returns the first name that is unknown or has a wrong value; nothing is changed then. */
export function changeBehaviour(
  behaviour: ExpeedBehaviour,
  changes: Readonly<Record<string, unknown>>,
): string | undefined {
  const wrong = Object.keys(changes).find(
    (name) => !Object.hasOwn(CHECKS, name) || !CHECKS[name as keyof ExpeedBehaviour](changes[name]),
  );
  if (wrong === undefined) Object.assign(behaviour, changes);
  return wrong;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean';
}

function oneOf(...words: string[]): (value: unknown) => boolean {
  return (value) => words.includes(value as string);
}
