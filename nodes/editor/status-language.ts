import webhookEnglish from '../locales/en-US/expeed-webhook-in.json';
import commonEnglish from '../locales/en-US/gizwits-enterprise.json';
import webhookChinese from '../locales/zh-CN/expeed-webhook-in.json';
import commonChinese from '../locales/zh-CN/gizwits-enterprise.json';
import { commonText, setText } from './text';

/** Turns the values of a status that was recognised into the text for the reader. */
type Say = (params: Record<string, string>) => string;

/** A status with values in it, in a language that the runtime may speak. */
interface Known {
  form: RegExp;
  names: string[];
  say: Say;
}

const OUR_TYPES = /^(gizwits|expeed)-/;

/**
 * Puts statuses with values in them into the reader's language. Node-RED's editor translates a status that is a bare key,
 * and lets no values go along with it; so the runtime sends those with values in its own language (LANG), readable for
 * Status nodes too, and the editor knows them again here. What is not known again stays as it came.
 */
export function translateStatuses(): void {
  const known = knownStatuses();
  RED.comms.subscribe('status/#', (topic: string, status: { text?: unknown }) => {
    const node = RED.nodes.node(topic.slice('status/'.length)) as (EditorNode<object> & { status?: unknown }) | null;
    if (!node || typeof status.text !== 'string' || !OUR_TYPES.test((node as { type: string }).type)) return;
    status.text = inReadersWords(status.text, known);
    // Whoever of us hears of it later has to draw it: the editor keeps the object that we have changed.
    if (node.status === status) RED.view.redrawStatus(node);
  });
}

/** The text in the reader's language; as it is, when it is none of the known. */
export function inReadersWords(text: string, known: readonly Known[]): string {
  for (const { form, names, say } of known) {
    const found = form.exec(text);
    if (found) return say(Object.fromEntries(names.map((name, index) => [name, found[index + 1] as string])));
  }
  return text;
}

export function knownStatuses(): Known[] {
  const common = [commonEnglish, commonChinese].map((catalogue) => catalogue.common.status);
  const webhook = [webhookEnglish, webhookChinese].map((catalogue) => catalogue['expeed-webhook-in'].status);
  return [
    ...common.flatMap((texts) => withValues(texts, (key) => (params) => commonText(`status.${key}`, params))),
    ...webhook.flatMap((texts) =>
      withValues(texts, (key) => (params) => setText('expeed-webhook-in', `status.${key}`, params)),
    ),
  ];
}

function withValues(texts: Record<string, unknown>, sayOf: (key: string) => Say): Known[] {
  return Object.entries(texts).flatMap(([key, template]) => {
    if (typeof template !== 'string' || !/__\w+?__/.test(template)) return [];
    const names = [...template.matchAll(/__(\w+?)__/g)].map(([, name]) => name as string);
    const parts = template.split(/__\w+?__/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    return [{ form: new RegExp(`^${parts.join('(.+?)')}$`), names, say: sayOf(key) }];
  });
}
