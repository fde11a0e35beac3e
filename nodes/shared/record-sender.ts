import { setImmediate as afterDelivery } from 'node:timers/promises';
import type { NodeAPI, NodeMessage } from 'node-red';
import { choiceOf } from './values';

/** How a node hands on a list: one message, a message a page, or a message a record. */
export type OutputMode = 'array' | 'page' | 'each';

export type Send = (msg: NodeMessage | NodeMessage[]) => void;
type Fields = Record<string, unknown>;

const OUTPUT_MODES = ['array', 'page', 'each'] as const satisfies readonly OutputMode[];

/** Reads the saved `output` of a node. @throws CloudError GIZ_BAD_INPUT for a word that is none of them */
export function outputMode(value: unknown): OutputMode {
  return choiceOf('output', value, OUTPUT_MODES);
}

/** A message that waits for the next one. */
interface Held {
  payload: unknown;
  /** Message properties of its page, shared with the page's other messages, and those of its own. */
  fields: Fields;
  ids: Fields | undefined;
  len: number;
}

/**
 * Sends records as they arrive. `page` and `each` carry `msg.parts`, so that Join rebuilds the flat array, and
 * `msg.complete` on the last message; to know which one is the last, one message is held back until the next is there.
 * Parts of a received message are kept inside the new ones, as the core Split node does, and come back after Join.
 */
export class RecordSender {
  private readonly id: string;
  private readonly base: Fields;
  private readonly collected: unknown[] = [];
  private readonly isFlat: boolean;
  private held: Held | undefined;
  private index = 0;
  private records = 0;

  constructor(
    private readonly RED: NodeAPI,
    private readonly msg: NodeMessage,
    private readonly send: Send,
    private readonly mode: OutputMode,
    /** Message properties that go with one record in mode `each`, such as `did`. */
    private readonly idsOf: ((record: unknown) => Fields) | undefined = undefined,
    /** Property of the metadata object. */
    private readonly property: 'gizwits' | 'expeed' = 'gizwits',
  ) {
    this.id = RED.util.generateId();
    // The payload is replaced in every message: it need not be copied with each.
    const { payload: _payload, ...base } = msg as Fields;
    this.base = base;
    this.isFlat = Object.values(base).every(isScalar);
  }

  /** Records handed over so far. */
  get count(): number {
    return this.records;
  }

  /** Takes one page; `fields` are set on its messages (metadata, ids). Lets the runtime deliver before it returns. */
  async page(records: readonly unknown[], fields: Fields): Promise<void> {
    this.records += records.length;
    if (this.mode === 'array') {
      for (const record of records) this.collected.push(record);
      return;
    }
    if (records.length === 0) return;
    if (this.mode === 'page') this.hold(records, fields, undefined, records.length);
    else for (const record of records) this.hold(record, fields, this.idsOf?.(record), 1);
    await afterDelivery();
  }

  /** Sends what is held: the last message, or the whole array. An empty result is one message with an empty array. */
  end(fields: Fields): void {
    if (this.mode === 'array') {
      this.send(Object.assign(this.msg, fields, { payload: this.collected }) as NodeMessage);
      return;
    }
    this.held ??= { payload: [], fields, ids: undefined, len: 0 };
    const [kept, final] = [this.held.fields[this.property], fields[this.property]];
    // The last message tells of the whole, and still which page it is.
    this.held.fields = Object.assign({}, this.held.fields, {
      [this.property]: { ...pageOf(kept), ...(final as Fields) },
    });
    this.release(true);
  }

  /** Sends what is held after a failure in mid-list: what has arrived is not lost, and nothing says it is complete. */
  abandon(): void {
    if (this.held) this.release(false);
  }

  private hold(payload: unknown, fields: Fields, ids: Fields | undefined, len: number): void {
    if (this.held) this.release(false);
    this.held = { payload, fields, ids, len };
  }

  private release(last: boolean): void {
    const { payload, fields, ids, len } = this.held as Held;
    this.held = undefined;
    const message = this.copyOfBase();
    // Join looks at the first message alone: it puts lists together only when that one holds more than one record, and
    // would make a list in a list of a result without any, or of a page with one.
    const isList = this.mode === 'page' || len === 0;
    const flat = this.index === 0 && isList ? Math.max(2, len) : len;
    const parts: Fields = { id: this.id, index: this.index++, type: 'array', len: flat };
    if (last) parts.count = this.index;
    if (this.base.parts !== undefined) parts.parts = message.parts;
    // Each message has metadata of its own: a flow may write into one without changing the others.
    Object.assign(message, fields, ids);
    message.payload = payload;
    message.parts = parts;
    message[this.property] = plainCopy(fields[this.property]);
    if (last) message.complete = true;
    else delete message.complete;
    this.send(message as NodeMessage);
  }

  /** A copy of the received message; most hold nothing that would need more than a copy of their names. */
  private copyOfBase(): Fields {
    if (this.isFlat) return Object.assign({}, this.base);
    return this.RED.util.cloneMessage(this.base as NodeMessage) as Fields;
  }
}

function isScalar(value: unknown): boolean {
  return (typeof value !== 'object' && typeof value !== 'function') || value === null;
}

/** A copy of metadata, which is made of plain objects and lists; Node-RED's own way, for anything, takes ten times as long. */
function plainCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainCopy);
  if (isScalar(value)) return value;
  const copy: Fields = Object.assign({}, value);
  for (const name in copy) if (!isScalar(copy[name])) copy[name] = plainCopy(copy[name]);
  return copy;
}

function pageOf(metadata: unknown): Fields {
  const page = (metadata as Fields | undefined)?.page;
  return page === undefined ? {} : { page };
}
