import { setImmediate } from 'node:timers/promises';
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { accepts } from '../src/cloud/catalogue';
import { badInput, CloudError } from '../src/cloud/errors';
import { excerpt, isPlainObject } from '../src/cloud/input';
import type { LiveClient } from '../src/gizwits/app/live/client';
import type { LiveState } from '../src/gizwits/app/live/connection';
import type { LiveEvent, P0Type } from '../src/gizwits/app/live/messages';
import { linkApp } from './shared/app';
import { asCloudError, handleInputs, type Input } from './shared/input';
import { errorMetadata } from './shared/metadata';
import { liveOf } from './shared/open-app';
import { registerNode } from './shared/register';
import { savedTexts } from './shared/saved-texts';
import type { NodeStatus } from './shared/status';
import { translateError } from './shared/texts';

interface AppEventsDef extends NodeDef {
  app?: string;
  devices?: unknown;
  p0Type?: string;
}

const P0_TYPES: readonly string[] = ['attrs_v4', 'custom'];
const COMMANDS: readonly string[] = ['read', 'write', 'raw'];

export default function register(RED: NodeAPI): void {
  function GizwitsAppEvents(this: Node, config: AppEventsDef): void {
    RED.nodes.createNode(this, config);
    const link = linkApp(RED, this, config.app);
    const p0Type = (config.p0Type ?? 'attrs_v4') as P0Type;
    let detach: (() => Promise<void>) | undefined;
    let told: string | undefined;
    let closed = false;

    const status = handleInputs(RED, this, {
      describe: () => ({ operation: 'live' }),
      close: async () => {
        closed = true;
        link.leave();
        await detach?.();
      },
      work: async (input) => {
        const live = liveOf(await link.account());
        await obey(live, p0Type, input);
        show(status, live.stateOf(p0Type));
      },
    });

    /** An error of the node and not of an input: Catch gets a message that says no more than that. */
    const raise = (error: CloudError): void => {
      const failure = translateError(RED, asCloudError(error));
      this.error(failure, { gizwits: { operation: 'live', error: errorMetadata(failure) } } as never);
    };

    const onState = (state: LiveState): void => {
      show(status, state);
      if (state.kind !== 'refused') {
        if (state.kind === 'connected') told = undefined;
        return;
      }
      // What no further try mends is an error of the node, told once.
      if (told === state.error.code) return;
      told = state.error.code;
      raise(new CloudError(state.error));
    };

    const start = async (): Promise<void> => {
      // Catch nodes take part only when the whole flow has been made.
      await setImmediate();
      if (!P0_TYPES.includes(p0Type)) {
        throw badInput('value', { field: 'p0Type', given: excerpt(config.p0Type), accepted: P0_TYPES.join(' | ') });
      }
      const devices = savedTexts('devices', config.devices);
      const account = await link.account();
      if (closed) return;
      detach = liveOf(account).attach({
        id: this.id,
        p0Type,
        devices,
        deliver: (event) => this.send(eventMessage(event)),
        onState,
      });
    };

    if (!link.present) status.unusable();
    start().catch((error: unknown) => {
      if (closed) return;
      const failure = asCloudError(error);
      if (link.present) status.failed(failure.code);
      raise(failure);
    });
  }

  registerNode(RED, 'gizwits-app-events', GizwitsAppEvents);
}

function eventMessage({ event, did, productKey, mac, createdAt, payload, body }: LiveEvent): NodeMessage {
  const gizwits: Record<string, unknown> = { event, productKey, did, createdAt, body };
  if (mac !== undefined && mac !== '') gizwits.mac = mac;
  const message: Record<string, unknown> = { topic: `${productKey}/${did}/${event}`, payload, did };
  if (gizwits.mac !== undefined) message.mac = mac;
  return { ...message, gizwits } as NodeMessage;
}

/** Reads or commands the device of a message, and sends the message on when that is done. */
async function obey(live: LiveClient, p0Type: P0Type, input: Input): Promise<void> {
  const { msg, metadata } = input;
  if (typeof msg.did !== 'string' || msg.did === '') {
    throw badInput('required', { field: 'did', accepted: accepts('id') });
  }
  const did = live.didOf(msg.did);
  const command = commandOf(msg);
  metadata.set('did', did);
  metadata.set('operation', command);
  if (command === 'read') msg.payload = await live.read(p0Type, did);
  else if (command === 'write') await live.write(p0Type, did, msg.payload);
  else await live.raw(p0Type, did, msg.payload);
  msg.gizwits = metadata.object();
  input.send(msg);
  input.status.succeeded();
}

function commandOf({ command, payload }: Input['msg']): string {
  if (command !== undefined) {
    if (COMMANDS.includes(String(command))) return String(command);
    throw badInput('value', { field: 'command', given: excerpt(command), accepted: COMMANDS.join(' | ') });
  }
  if (Buffer.isBuffer(payload)) return 'raw';
  return isPlainObject(payload) && Object.keys(payload).length > 0 ? 'write' : 'read';
}

function show(status: NodeStatus, state: LiveState): void {
  switch (state.kind) {
    case 'idle':
      status.say('grey', 'dot', 'idle');
      return;
    case 'connecting':
      status.say('yellow', 'ring', 'connecting');
      return;
    case 'connected':
      status.say('green', 'dot', 'connected');
      return;
    case 'refused':
      status.say('red', 'ring', 'refusedLogin');
      return;
    default: {
      const seconds = Math.max(1, Math.ceil((state.nextTryAt - Date.now()) / 1000));
      status.say('yellow', 'ring', 'reconnecting', { seconds });
    }
  }
}
