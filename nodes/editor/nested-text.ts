import type { NestedText } from '../../src/texts';
import { cloudText } from './text';

/** A text of `src/texts` with its values, which may be texts themselves, in the reader's language. */
export function nestedText(text: string | NestedText): string {
  if (typeof text === 'string') return text;
  const params: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(text.textParams ?? {})) {
    params[name] = typeof value === 'object' ? nestedText(value) : String(value ?? '');
  }
  return cloudText(text.textKey, params);
}
