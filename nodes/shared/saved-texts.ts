import { accepts } from '../../src/cloud/catalogue';
import { badInput, type CloudError } from '../../src/cloud/errors';
import { excerpt } from '../../src/cloud/input';

/**
 * A list of texts as a dialog saves it: an array, JSON, or text with commas, blanks or lines; undefined when there is none.
 * @throws CloudError GIZ_BAD_INPUT naming the field
 */
export function savedTexts(field: string, saved: unknown): string[] | undefined {
  let list = saved;
  if (typeof saved === 'string') {
    const text = saved.trim();
    list = text.startsWith('[') ? parsed(field, text) : text.split(/[\s,]+/).filter((entry) => entry !== '');
  }
  if (list === undefined || list === null) return undefined;
  if (!Array.isArray(list) || list.some((entry) => typeof entry !== 'string')) throw wrongList(field, saved);
  return list.length > 0 ? (list as string[]) : undefined;
}

function parsed(field: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrongList(field, text);
  }
}

function wrongList(field: string, saved: unknown): CloudError {
  return badInput('type', { field, given: excerpt(saved), accepted: accepts('names') });
}
