import type { Node, NodeAPI } from 'node-red';
import type { CloudError } from '../../src/cloud/errors';
import type { Logger } from '../../src/cloud/logger';
import { englishText, type TextParams } from '../../src/texts';

/** The catalogue that holds what all nodes share: common labels, status texts and, under `texts`, every error. */
const SHARED_CATALOGUE = '@gizflow/node-red-gizwits/gizwits-enterprise';

/** A shared text in the runtime's language. */
export function sharedText(RED: NodeAPI, key: string): string {
  return RED._(`${SHARED_CATALOGUE}:common.${key}`);
}

/** Full key of a shared status text; the editor translates it into the reader's language. */
export function statusKey(name: string): string {
  return `${SHARED_CATALOGUE}:common.status.${name}`;
}

/** Full key of a status text of one node set. */
export function setStatusKey(set: string, name: string): string {
  return `@gizflow/node-red-gizwits/${set}:${set}.status.${name}`;
}

/** A shared status text with values in it, in the runtime's language. */
export function statusText(RED: NodeAPI, name: string, params: TextParams): string {
  return RED._(statusKey(name), params as Record<string, string>);
}

/** A text of `src/texts` in the runtime's language; where no catalogue is loaded, in English. */
export function libraryText(RED: NodeAPI, textKey: string, textParams: TextParams = {}): string {
  const key = `texts.${textKey}`;
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(textParams)) {
    params[name] = typeof value === 'object' ? libraryText(RED, value.textKey, value.textParams) : String(value ?? '');
  }
  const text = RED._(`${SHARED_CATALOGUE}:${key}`, params);
  return typeof text === 'string' && text !== '' && !text.endsWith(key) ? text : englishText(textKey, textParams);
}

/** Puts an error's message into the runtime's language. */
export function translateError(RED: NodeAPI, error: CloudError): CloudError {
  error.message = libraryText(RED, error.textKey, error.textParams);
  return error;
}

/**
 * State changes of an account, in the runtime's language: in the log under the name of a config node, and as its status,
 * which Node-RED takes to the tabs of the nodes that use it.
 */
export function nodeLogger(RED: NodeAPI, node: Node): Logger {
  const inWords = (text: string, textKey?: string, params?: TextParams): string =>
    textKey ? libraryText(RED, textKey, params) : text;
  return {
    info(...event) {
      const text = inWords(...event);
      node.log(text);
      node.status({ fill: 'green', shape: 'dot', text });
    },
    warn(...event) {
      const text = inWords(...event);
      node.warn(text);
      node.status({ fill: 'yellow', shape: 'ring', text });
    },
  };
}
