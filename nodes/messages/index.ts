import { app } from './app';
import { enterprise } from './enterprise';
import { expeedMessages } from './expeed';
import { closed, type Form, ref } from './forms';
import { metadata } from './metadata';
import { push } from './push';

export { OWN_CODES } from './metadata';

/** Every message, its parts and the metadata on it, by the name of its type. */
export const definitions: Readonly<Record<string, Form>> = {
  ...metadata,
  ...enterprise,
  ...push,
  ...app,
  ...expeedMessages,
};

/** The definitions of what each flow node takes with the fields of its defaults, and of what it sends. */
export const nodeMessages: Readonly<Record<string, { input?: string; output: string }>> = {
  'gizwits-get-did': { input: 'GetDidInput', output: 'GetDidOutput' },
  'gizwits-search': { input: 'SearchInput', output: 'SearchOutput' },
  'gizwits-control': { input: 'ControlInput', output: 'ControlOutput' },
  'gizwits-history': { input: 'HistoryInput', output: 'HistoryOutput' },
  'gizwits-report': { input: 'ReportInput', output: 'ReportOutput' },
  'gizwits-group': { input: 'GroupInput', output: 'GroupOutput' },
  'gizwits-bind': { input: 'BindInput', output: 'BindOutput' },
  'gizwits-datapoints': { input: 'DatapointsInput', output: 'DatapointsOutput' },
  'gizwits-request': { input: 'RequestInput', output: 'RequestOutput' },
  'gizwits-events': { output: 'EventsOutput' },
  'gizwits-ack': { input: 'AckInput', output: 'AckOutput' },
  'gizwits-app-api': { input: 'AppApiInput', output: 'AppApiOutput' },
  'gizwits-app-events': { input: 'AppEventsInput', output: 'AppEventsOutput' },
  'expeed-device': { input: 'ExpeedDeviceInput', output: 'ExpeedDeviceOutput' },
  'expeed-webhook-in': { output: 'ExpeedWebhookInOutput' },
};

/** One JSON Schema of everything: its root has the messages of each node by its type, `definitions` all parts. */
export function messageSchema(): Form & Record<string, unknown> {
  const nodes = Object.entries(nodeMessages).map(([type, { input, output }]) => [
    type,
    closed({ ...(input ? { input: ref(input) } : {}), output: ref(output) }),
  ]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'NodeMessages',
    ...closed(Object.fromEntries(nodes)),
    definitions,
  };
}
