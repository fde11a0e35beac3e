import { createRequire } from 'node:module';
import helper from 'node-red-node-test-helper';
import { type Credentials, protect, textOf, watch } from './canaries';
import { nodeRedPath } from './node-red-path';

/** Looks for canaries in whatever the nodes of the test helper send, end with, log and show. */

/** Messages looked at in one test: floods would take minutes. */
const MOST_MESSAGES = 2000;

let messages = 0;
beforeEach(() => {
  messages = 0;
});

interface Util {
  hooks: { add(id: string, handler: (event: never) => void): void };
  events: { on(name: string, listener: (event: unknown) => void): void };
  log: { log(entry: { msg: unknown }): void };
}

const { hooks, events, log } = createRequire(nodeRedPath())('@node-red/util') as Util;
hooks.add('onSend.canary', (sent: { msg: unknown; source: { node: { type: string } } }[]) => {
  for (const { msg, source } of sent)
    if (messages++ < MOST_MESSAGES) watch(`message of ${source.node.type}`, textOf(msg));
});
hooks.add(
  'onComplete.canary',
  ({ msg, error, node }: { msg: unknown; error?: unknown; node: { node: { type: string } } }) => {
    if (error && messages++ < MOST_MESSAGES) watch(`error of ${node.node.type}`, textOf([msg, error]));
  },
);
events.on('node-status', (status) => watch('status', textOf(status)));
const print = log.log;
log.log = (entry) => {
  watch('log', textOf(entry.msg));
  print(entry);
};
const load = helper.load.bind(helper) as (...args: unknown[]) => Promise<void>;
helper.load = ((set: unknown, flow: unknown, credentials: unknown, ...more: unknown[]) => {
  if (typeof credentials === 'object') protect(credentials as Credentials);
  return load(set, flow, credentials, ...more);
}) as typeof helper.load;
