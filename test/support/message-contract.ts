import { createRequire } from 'node:module';
import Ajv, { type ValidateFunction } from 'ajv';
import should from 'should';
import { definitions, messageSchema, nodeMessages } from '../../nodes/messages';
import { nodeRedPath } from './runtime';

interface FlowsNode {
  id: string;
  type: string;
}

/** What Node-RED hands to a hook when a node sends, and when it ends an input. */
interface SendEvent {
  msg: unknown;
  source: { node: FlowsNode };
}
interface CompleteEvent {
  msg: Record<string, { error?: unknown } | undefined>;
  error?: unknown;
  node: { node: FlowsNode };
}

const ajv = new Ajv({ allowUnionTypes: true, strictRequired: false });
ajv.addKeyword({
  keyword: 'tsType',
  validate: (type: string, value: unknown) => type !== 'Buffer' || Buffer.isBuffer(value),
});
ajv.addFormat('date-time', (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)));
ajv.addSchema(messageSchema(), 'messages');

const validators = new Map<string, ValidateFunction>();

/** What is wrong with a value of a definition; undefined when it keeps to it. */
export function violation(definition: string, value: unknown): string | undefined {
  const validate = validatorOf(definition);
  if (validate(value)) return undefined;
  return `${definition}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)?.slice(0, 2000)}`;
}

function validatorOf(definition: string): ValidateFunction {
  let validate = validators.get(definition);
  if (!validate) {
    validate = ajv.compile({ $ref: `messages#/definitions/${definition}` });
    validators.set(definition, validate);
  }
  return validate;
}

/** The definitions that a union comes to, those of unions in it included; of anything else the definition itself. */
export function variantsOf(definition: string): string[] {
  const { anyOf } = definitions[definition] ?? {};
  const refs = (anyOf ?? []).map(({ $ref = '' }) => $ref.replace('#/definitions/', ''));
  return refs.length === 0 ? [definition] : refs.flatMap(variantsOf);
}

/** Kinds of messages that nodes have sent in this process. */
export const seen = new Set<string>();

const broken = new Set<string>();

function checkSent({ msg, source }: SendEvent): void {
  const messages = nodeMessages[source.node.type];
  if (!messages) return;
  // The first that fits is noted: only a union that nothing fits costs more.
  const fitting = variantsOf(messages.output).filter((variant) => validatorOf(variant)(msg));
  for (const variant of fitting) seen.add(variant);
  if (fitting.length === 0) broken.add(violation(messages.output, msg) as string);
}

function checkFailed({ msg, error, node }: CompleteEvent): void {
  // A frozen message takes no metadata; its error says the same.
  if (!error || !nodeMessages[node.node.type] || Object.isFrozen(msg)) return;
  const details = (msg.gizwits ?? msg.expeed)?.error;
  const found = violation('ErrorDetails', details);
  if (found) broken.add(`${node.node.type} failed: ${found}`);
}

const { hooks } = createRequire(nodeRedPath())('@node-red/util') as {
  hooks: { add(id: string, handler: (event: never) => void): void };
};
hooks.add('onSend.contract', (events: SendEvent[]) => {
  for (const event of events) readable(() => checkSent(event));
});
hooks.add('onComplete.contract', (event: CompleteEvent) => readable(() => checkFailed(event)));

/** Some tests send messages that throw when they are read; what they do not let anyone see is not checked. */
function readable(check: () => void): void {
  try {
    check();
  } catch {
    // The test itself says what becomes of such a message.
  }
}

// Root hooks: whatever a node of ours sends in any test keeps to the contract of its messages. What does not is told at
// the end, because a hook that fails after one test would stop all others.
const told: string[] = [];
afterEach(function () {
  for (const found of broken) told.push(`${this.currentTest?.fullTitle()}\n${found}`);
  broken.clear();
});
after('the messages keep to their contract', () => should(told).eql([]));
