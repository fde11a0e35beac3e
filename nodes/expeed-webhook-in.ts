import { setImmediate } from 'node:timers/promises';
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { systemClock } from '../src/cloud/clock';
import { CloudError } from '../src/cloud/errors';
import { configError, excerpt } from '../src/cloud/input';
import { AddressList } from '../src/expeed/address-list';
import { PUSH_TOPICS, type Push } from '../src/expeed/pushes';
import { normalPath } from '../src/expeed/route-table';
import type { Webhook, WebhookNotice } from '../src/expeed/webhook';
import { asCloudError } from './shared/input';
import { errorMetadata } from './shared/metadata';
import { linkPlatform } from './shared/platform';
import { registerNode } from './shared/register';
import { textSetting } from './shared/settings';
import { registerWithSimulator } from './shared/simulated-registration';
import { NodeStatus } from './shared/status';
import { libraryText, setStatusKey, translateError } from './shared/texts';
import { switchOf } from './shared/values';
import { joinRoute } from './shared/webhook-routes';

interface WebhookDef extends NodeDef {
  platform?: string;
  path?: string;
  allowFrom?: unknown;
  split?: boolean;
}

/** A trouble of one kind is logged at most this often: whoever can reach the address can cause it. */
const LOG_DISTANCE_MS = 60_000;

export default function register(RED: NodeAPI): void {
  function ExpeedWebhookIn(this: Node, config: WebhookDef): void {
    RED.nodes.createNode(this, config);
    const link = linkPlatform(RED, this, config.platform);
    const status = new NodeStatus(RED, this);
    const loggedAt = new Map<string, number>();
    const leaving: Array<() => void> = [];
    let webhook: Webhook | undefined;
    let received = 0;
    let split = false;
    let closed = false;

    // A bare key is put into words by each editor; one with values only by this runtime.
    const text = (key: string, params?: Record<string, string | number>): string =>
      params
        ? RED._(`expeed-webhook-in.status.${key}`, params as Record<string, string>)
        : setStatusKey('expeed-webhook-in', key);
    const log = (level: 'log' | 'warn' | 'error', key: string, params: Record<string, string | number> = {}): void => {
      const now = systemClock.mono();
      if (now - (loggedAt.get(key) ?? Number.NEGATIVE_INFINITY) < LOG_DISTANCE_MS) return;
      loggedAt.set(key, now);
      this[level](libraryText(RED, `expeed.webhook.${key}`, params));
    };

    const emit = (push: Push): void => {
      const { topic, payload, msgType, deviceId, deviceKey, deviceSn, body } = push;
      if (topic === 'result') link.platform?.results.arrived(payload.messageId, payload.success);
      // Pushes carry no signature: whoever knows the address can send one.
      const expeed: Record<string, unknown> = { msgType, body, authenticated: false };
      if (deviceSn !== undefined) expeed.deviceSn = deviceSn;
      const msg = { topic, payload, deviceId, expeed } as NodeMessage & { deviceKey?: string };
      if (deviceKey !== undefined) msg.deviceKey = deviceKey;
      this.send(split ? PUSH_TOPICS.map((one) => (one === topic ? msg : null)) : msg);
      const count = ++received;
      status.report('green', 'dot', () => text('received', { count }));
    };

    const notify = (notice: WebhookNotice): void => {
      switch (notice.kind) {
        case 'registered':
          status.report('green', 'dot', text('registered', { reading: notice.reading }));
          this.log(libraryText(RED, 'expeed.webhook.registered', { reading: notice.reading }));
          break;
        case 'handshakeRefused':
          status.report('yellow', 'ring', text(`handshake.${notice.reason}`));
          log('warn', `handshake.${notice.reason}`);
          break;
        case 'ciphertext':
          status.report('red', 'ring', text('ciphertext'));
          log('error', 'ciphertext');
          break;
        case 'queueFull':
          status.report('yellow', 'ring', text('queueFull'));
          log('warn', 'queueFull');
          break;
        default:
          status.report('yellow', 'ring', text('refused', { status: notice.status }));
          log('warn', 'refused', { status: notice.status, reason: notice.word });
      }
    };

    const open = async (): Promise<void> => {
      if ((RED.settings as { httpNodeRoot?: unknown }).httpNodeRoot === false) throw httpOff();
      split = switchOf('split', config.split, false);
      const platform = link.need();
      const timestamps = platform.timestamps();
      const path = normalPath(textSetting('path', config.path ?? '/expeed') || '/expeed');
      const entries = entriesOf(config.allowFrom);
      const allowFrom = entries.length > 0 ? new AddressList(entries) : undefined;
      const token = await platform.webhookToken();
      if (closed) return;
      // Only who deploys such a node loads it.
      const library = require('../src/expeed/webhook') as typeof import('../src/expeed/webhook');
      const route = joinRoute(RED, path, (memory) => {
        const made = new library.Webhook({ token, timestamps, clock: systemClock, memory, allowFrom, emit, notify });
        webhook = made;
        return (request, response) => made.handle(request, response);
      });
      platform.webhookPaths.add(path);
      leaving.push(route.leave, () => platform.webhookPaths.delete(path));
      if (token === '') {
        status.report('yellow', 'ring', text('handshake.token'));
        log('warn', 'noToken');
      } else status.report('grey', 'dot', text('listening', { path }));

      const simulated = await platform.simulated();
      if (!simulated || closed) return;
      const refused = (reason: string | undefined): void => {
        if (reason !== undefined) log('warn', 'simulatorRefused', { reason });
      };
      leaving.push(registerWithSimulator(RED, simulated, path, token, refused));
    };

    const opening = open().catch(async (thrown: unknown) => {
      const error = translateError(RED, asCloudError(thrown));
      if (closed) return;
      if (error.textKey === 'expeed.pathTaken') status.report('red', 'ring', text('pathTaken'));
      else status.failed(error.code);
      // Catch nodes take part only when the whole flow has been made.
      await setImmediate();
      if (!closed) this.error(error, { expeed: { error: errorMetadata(error) } });
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true;
      link.leave();
      for (const leave of leaving) leave();
      // Every request that is still held is answered before the node is gone.
      void opening
        .then(() => webhook?.close())
        .then(
          () => status.close(),
          () => status.close(),
        )
        .then(() => done());
    });
  }

  registerNode(RED, 'expeed-webhook-in', ExpeedWebhookIn);
}

/** Addresses from the dialog, where they are a list, or from a script, where they may be text with commas. */
function entriesOf(value: unknown): string[] {
  if (value === undefined || value === null || value === '') return [];
  const list: unknown = typeof value === 'string' ? listOfText(value) : value;
  if (Array.isArray(list) && list.every((entry) => typeof entry === 'string')) {
    return list.map((entry) => entry.trim()).filter((entry) => entry !== '');
  }
  const accepted = { textKey: 'expeed.accepts.address' };
  throw configError('invalid', { field: 'allowFrom', given: excerpt(value), accepted });
}

function listOfText(text: string): unknown {
  if (!text.trim().startsWith('[')) return textSetting('allowFrom', text).split(/[\s,;]+/);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without HTTP nodes there is no address to answer at. */
function httpOff(): CloudError {
  return new CloudError({ code: 'GIZ_CONFIG', textKey: 'expeed.httpOff', outcome: 'not-sent' });
}
