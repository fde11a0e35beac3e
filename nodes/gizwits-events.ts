import { setImmediate } from 'node:timers/promises';
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { accepts } from '../src/cloud/catalogue';
import { badInput } from '../src/cloud/errors';
import { excerpt } from '../src/cloud/input';
import type { ProductClient } from '../src/gizwits/enterprise/product-client';
import type { PushState } from '../src/gizwits/push/client-state';
import type { Attachment, DeadLetter, Delivery, Trouble } from '../src/gizwits/push/delivery';
import { type PushEvent, type SubscriptionName, subscriptionNames } from '../src/gizwits/push/events';
import type { PushClient } from '../src/gizwits/push/push-client';
import { EventBatch } from './shared/event-batch';
import { asCloudError } from './shared/input';
import { errorMetadata } from './shared/metadata';
import { deliveries } from './shared/open-push';
import { linkProduct } from './shared/product';
import { registerNode } from './shared/register';
import { savedTexts } from './shared/saved-texts';
import { NodeStatus } from './shared/status';
import { translateError } from './shared/texts';
import { choiceOf, switchOf } from './shared/values';

interface EventsDef extends NodeDef {
  product?: string;
  events?: unknown;
  devices?: unknown;
  ack?: string;
  ackMinutes?: number | string;
  onAckTimeout?: string;
  deadLetter?: boolean;
  output?: string;
  batchMax?: number | string;
  batchMs?: number | string;
}

/** The status shows counts; more often than this they are no news. */
const STATUS_EVERY_MS = 1000;

/** What in the flow may still be acknowledged before the node closes; Node-RED waits 15 s at most. */
const DRAIN_MS = 5000;

/** Behind by more than this is worth showing. */
const LAG_WORTH_SHOWING_MS = 10_000;

/** A late event says nothing any more when none has followed it for so long. */
const LAG_SHOWN_MS = 10_000;

type Message = Record<string, unknown>;

export default function register(RED: NodeAPI): void {
  function GizwitsEvents(this: Node, config: EventsDef): void {
    RED.nodes.createNode(this, config);
    const status = new NodeStatus(RED, this);
    const link = linkProduct(RED, this, config.product);
    let manual = false;
    let attachment: Attachment | undefined;
    let batch: EventBatch | undefined;
    let client: PushClient | undefined;
    let shown: NodeJS.Timeout | undefined;
    let closed = false;
    const ends: (() => void)[] = [];

    const messageId = messageIds(RED);
    const emit = (message: Message, delivery: Delivery): void => {
      message._msgid = messageId();
      this.send(message as NodeMessage);
      // Handed over is done, unless the flow says so itself.
      if (!manual) delivery.done();
    };

    const start = async (): Promise<void> => {
      // Catch nodes take part only when the whole flow has been made.
      await setImmediate();
      manual = choiceOf('ack', config.ack, ['auto', 'manual']) === 'manual';
      const onAckTimeout = choiceOf('onAckTimeout', config.onAckTimeout, ['ack', 'reconnect']);
      const inBatches = choiceOf('output', config.output, ['each', 'batch']) === 'batch';
      const outputs = switchOf('deadLetter', config.deadLetter, false);
      const events = eventNames(config.events);
      const devices = savedTexts('devices', config.devices);
      const ackDeadlineMs = manual ? minutes('ackMinutes', config.ackMinutes, 10) : undefined;
      const [push, product] = await Promise.all([link.push(), link.client().catch(() => undefined)]);
      if (closed) return;
      client = push;
      if (inBatches) {
        batch = new EventBatch({
          max: whole('batchMax', config.batchMax, 500, 100_000),
          ms: whole('batchMs', config.batchMs, 100, 60_000),
          isFull: () => push.isFull,
          group: (members) => deliveries.group(members),
          emit,
        });
      }
      attachment = push.attach({
        id: this.id,
        productKey: await link.productKeyInUse(),
        events,
        devices,
        ackDeadlineMs,
        onAckTimeout,
        deliver: (event, delivery) => {
          if (product) learn(product, event);
          const message = eventMessage(event, delivery);
          if (batch) batch.add(message, delivery);
          else emit(message, delivery);
        },
        ...(outputs ? { deadLetter: (letter) => this.send([null, letterMessage(letter)] as never) } : {}),
        trouble: (trouble) => this.warn(troubleText(RED, trouble)),
      });
      if (product && !devices && (!events || events.includes('device.status.kv'))) ends.push(watch(push, product));
      ends.push(push.onState(() => show()));
      show();
      shown = setInterval(show, STATUS_EVERY_MS);
      shown.unref();
    };

    const show = (): void => {
      if (client) showState(status, client, attachment?.pending ?? 0);
    };

    status.say('grey', 'dot', 'idle');
    if (!link.present) status.unusable();
    start().catch((error: unknown) => {
      if (closed) return;
      const failure = translateError(RED, asCloudError(error));
      if (link.present) status.failed(failure.code);
      this.error(failure, { gizwits: { error: errorMetadata(failure) } });
    });

    this.on('close', (removed: boolean, done: () => void) => {
      closed = true;
      if (shown) clearInterval(shown);
      for (const end of ends) end();
      batch?.close();
      link.leave();
      status.close();
      void (attachment?.detach(DRAIN_MS, removed) ?? Promise.resolve()).then(() => done());
    });
  }

  registerNode(RED, 'gizwits-events', GizwitsEvents);
}

/**
 * Ids of messages, unique in this process as Node-RED's own: random digits of the node, then a number. The runtime makes
 * one for each message that has none, out of eight random numbers, which takes longer than all else that is done to hand
 * an event over.
 */
function messageIds(RED: NodeAPI): () => string {
  const digits = RED.util.generateId().slice(0, 8);
  let number = 10_000_000;
  return () => `${digits}${number++}`;
}

/** What other nodes of the product gain from an event: macs of dids, reports that confirm a command, a new definition. */
function learn(product: ProductClient, event: PushEvent): void {
  if (event.did !== undefined && event.mac !== undefined) product.rememberMac(event.did, event.mac);
  if (event.event === 'datapoints_changed') product.forgetSchema();
  if (event.event === 'device_status_kv' && event.did !== undefined && product.listensTo(event.did)) {
    const createdAt = event.createdAt === null ? undefined : Date.parse(event.createdAt);
    product.reported({ did: event.did, attrs: event.payload, createdAt });
  }
}

/** While the connection stands, confirmations need not read back. */
function watch(push: PushClient, product: ProductClient): () => void {
  let end: (() => void) | undefined;
  const follow = ({ kind }: PushState): void => {
    if (kind === 'connected') end ??= product.watchReports();
    else {
      end?.();
      end = undefined;
    }
  };
  follow(push.state);
  const stop = push.onState(follow);
  return () => {
    stop();
    end?.();
  };
}

function eventMessage(event: PushEvent, delivery: Delivery): Message {
  const { event: name, productKey, did, mac, groupId, createdAt, msgId, eventId, payload, body } = event;
  const gizwits: Message = { event: name, productKey, groupId, createdAt, delivery: delivery.id };
  if (did !== undefined) gizwits.did = did;
  if (mac !== undefined) gizwits.mac = mac;
  if (msgId !== undefined) gizwits.msgId = msgId;
  if (eventId !== undefined) gizwits.eventId = eventId;
  gizwits.redelivered = delivery.redelivered;
  if (delivery.outOfOrder) gizwits.outOfOrder = true;
  gizwits.body = body;
  const message: Message = { topic: `${productKey}/${did ?? ''}/${name}`, payload };
  if (did !== undefined) message.did = did;
  if (mac !== undefined) message.mac = mac;
  message.gizwits = gizwits;
  return message;
}

/** An event that leaves by the second output: as it would have been, with the reason, or as text when it is too deep. */
function letterMessage({ reason, event, name, text, redeliveries }: DeadLetter): Message {
  const deadLetter = { reason, redeliveries };
  if (!event) return { topic: name ?? '', payload: text, gizwits: { event: name, deadLetter } };
  const ended = { id: '', redelivered: redeliveries > 0, outOfOrder: false } as Delivery;
  const message = eventMessage(event, ended);
  const gizwits = message.gizwits as Message;
  delete gizwits.delivery;
  gizwits.deadLetter = deadLetter;
  return message;
}

function troubleText(RED: NodeAPI, { reason, name, did, action }: Trouble): string {
  const params = { event: name ?? '?', did: did ?? '-', action: RED._(`gizwits-events.action.${action}`) };
  return RED._(`gizwits-events.trouble.${reason}`, params);
}

/** @param open events that this node has given to the flow and that are not done */
function showState(status: NodeStatus, client: PushClient, open: number): void {
  const { state } = client;
  switch (state.kind) {
    case 'idle':
    case 'closed':
      status.say('grey', 'dot', 'idle');
      return;
    case 'connecting':
      status.say('yellow', 'ring', 'connecting');
      return;
    case 'reconnecting': {
      const seconds = Math.max(0, Math.ceil((state.nextTryAt - Date.now()) / 1000));
      if (seconds > 0) status.say('yellow', 'ring', 'reconnecting', { seconds });
      else status.say('yellow', 'ring', 'connecting');
      return;
    }
    case 'refused':
      status.say('red', 'ring', 'refusedLogin');
      return;
    default:
      showConnected(status, client, open, state.refused.length > 0);
  }
}

function showConnected(status: NodeStatus, client: PushClient, open: number, refused: boolean): void {
  if (refused) {
    status.say('red', 'ring', 'refusedLogin');
    return;
  }
  const { lagMs = 0, lastEventAt = 0 } = client.stats;
  const behind = lagMs > LAG_WORTH_SHOWING_MS && Date.now() - lastEventAt < LAG_SHOWN_MS;
  if (behind) status.saySpan('yellow', 'ring', 'lag', lagMs);
  else if (open > 0) status.say('green', 'dot', 'connectedOpen', { open });
  else status.say('green', 'dot', 'connected');
}

/** Subscription names of the dialog; undefined for all 17. */
function eventNames(saved: unknown): SubscriptionName[] | undefined {
  const names = savedTexts('events', saved);
  for (const name of names ?? []) {
    if (!(subscriptionNames as readonly string[]).includes(name)) {
      throw badInput('value', { field: 'events', given: excerpt(name), accepted: subscriptionNames.join(', ') });
    }
  }
  return names as SubscriptionName[] | undefined;
}

function whole(field: string, saved: unknown, fallback: number, max: number): number {
  if (saved === undefined || saved === null || saved === '') return fallback;
  const number = Number(saved);
  if (Number.isInteger(number) && number >= 1 && number <= max) return number;
  throw badInput('range', { field, given: excerpt(saved), accepted: accepts('integerRange', { min: 1, max }) });
}

/** Minutes of the dialog, fractions allowed, as milliseconds. */
function minutes(field: string, saved: unknown, fallback: number): number {
  if (saved === undefined || saved === null || saved === '') return fallback * 60_000;
  const number = Number(saved);
  if (number > 0 && number <= 1440) return number * 60_000;
  throw badInput('range', { field, given: excerpt(saved), accepted: '0..1440 (min)' });
}
