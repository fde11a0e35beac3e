import { currentValue, fieldOf, savedValue } from './fields';
import { nestedText } from './nested-text';
import { textOf } from './saved-values';
import { commonText } from './text';

/** A config node that is not deployed as the editor holds it; see nodes/shared/editor-nodes.ts. */
interface Draft {
  id: string;
  type: string;
  fields: Record<string, unknown>;
  credentials: Record<string, unknown>;
}

/** Why there is no answer, in the reader's language. */
export class NoAnswer extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** What stands in the input of a password that is saved and was not touched. */
const SAVED_PASSWORD = '__PWRD__';

/** A config node of ours as it is seen by who asks about it: the runtime may not have it yet. */
export type AskedNode = EditorNode<object>;

/**
 * Asks an admin route of the package.
 * @param path as registered, without the slash at its start: relative, so that it holds below any root or proxy
 * @param question the body
 * @param nodes the config nodes that the answer depends on; those that are not deployed as they stand go along
 * @throws NoAnswer
 */
export async function ask<T>(path: string, question: object, nodes: readonly AskedNode[]): Promise<T> {
  const drafts = nodes.filter(isDraft).map(draftOf);
  const body = drafts.length > 0 ? { ...question, nodes: drafts } : question;
  const request = $.ajax({ url: path, method: 'POST', contentType: 'application/json', data: JSON.stringify(body) });
  return new Promise((resolve, reject) => {
    request.then(
      (said: Partial<Said<T>>) => {
        if (said.error) reject(new NoAnswer(said.error.code, nestedText(said.error.text)));
        else resolve(said.answer as T);
      },
      ({ status }: JQuery.jqXHR) => reject(new NoAnswer(`HTTP ${status}`, refusalText(status))),
    );
  });
}

interface Said<T> {
  answer: T;
  error: { code: string; text: { textKey: string; textParams?: Record<string, string | number> } };
}

/** A product's config node and that of its enterprise, as far as they are chosen. */
export function productNodes(productId: unknown): AskedNode[] {
  const product = configNode(productId);
  const enterprise = product && configNode(currentValue(product, 'enterprise'));
  return [product, enterprise].filter((node) => node !== undefined);
}

/** A config node of the editor; one that is new in an open dialog is found there. */
export function configNode(id: unknown): AskedNode | undefined {
  if (typeof id !== 'string' || id === '') return undefined;
  const open = RED.editor.getEditStack().find((node) => (node as AskedNode).id === id);
  return (open ?? RED.nodes.node(id) ?? undefined) as AskedNode | undefined;
}

/** Whether the runtime may hold something else than the editor does. */
function isDraft(node: AskedNode): boolean {
  const { changed } = node as { changed?: boolean };
  return changed === true || RED.editor.getEditStack().includes(node);
}

function draftOf(node: AskedNode): Draft {
  const fields: Record<string, unknown> = {};
  for (const [name, { value: usual }] of Object.entries(node._def.defaults)) {
    const value = currentValue(node, name);
    // What a script left out is no change while the dialog shows its default.
    if (savedValue(node, name) === undefined && textOf(value) === textOf(usual)) continue;
    if (typeof value !== 'object' || value === null) fields[name] = value;
  }
  const credentials: Record<string, unknown> = {};
  for (const name of Object.keys(node._def.credentials ?? {})) {
    const shown = RED.editor.getEditStack().includes(node) ? fieldOf(node, name).val() : undefined;
    const value = shown ?? node.credentials?.[name];
    if (typeof value === 'string' && value !== SAVED_PASSWORD) credentials[name] = value;
  }
  return { id: node.id, type: node.type, fields, credentials };
}

function refusalText(status: number): string {
  if (status === 401) return commonText('ask.forbidden');
  if (status === 403) return commonText('ask.foreign');
  if (status === 429) return commonText('ask.tooMany');
  return commonText(status === 0 ? 'ask.noRuntime' : 'ask.failed', { status });
}
