import type { Node, NodeAPI, NodeDef } from 'node-red';
import { configError, excerpt } from '../src/cloud/input';
import type { ExpeedAccount } from '../src/expeed/account';
import type { SettingResults } from '../src/expeed/setting-results';
import { isTimeZone, Timestamps } from '../src/expeed/timestamp';
import { servePlatformCheck } from './shared/check-routes';
import { contextStore, hasContextStore } from './shared/context-store';
import { closedError } from './shared/input';
import { lendResults, type OpenedPlatform } from './shared/open-platform';
import { openPlatformAccount, type PlatformConfig, type PlatformCredentials } from './shared/platform-settings';
import { registerNode } from './shared/register';
import { textSetting } from './shared/settings';
import { serveSimulatedDevices } from './shared/simulated-devices';
import { nodeLogger } from './shared/texts';

const DEFAULT_ZONE = 'Asia/Shanghai';

/** A context store that does not answer holds no redeploy up for longer. */
const LONGEST_SAVE_S = 3;

type PlatformDef = NodeDef & PlatformConfig;

/** The config node as flow nodes see it. */
export interface PlatformNode extends Node<PlatformCredentials> {
  /** Nodes that use this one; Node-RED reads it to bring our errors and status to their tabs. */
  users: Record<string, Node>;
  join(user: Node): void;
  leave(user: Node): void;
  /** @throws CloudError GIZ_CONFIG for a zone that this machine does not know. */
  timestamps(): Timestamps;
  /** The shared account, opened with the first call. @throws CloudError GIZ_CONFIG when the settings cannot work. */
  account(): Promise<ExpeedAccount>;
  /** Joins settings with the results that webhooks of this platform receive. */
  readonly results: SettingResults;
  /** Paths at which webhook nodes of this platform answer now, below `httpNodeRoot`. */
  readonly webhookPaths: Set<string>;
  /** Token of the registration handshake; empty when there is none. A function, so that no message can carry it. */
  webhookToken(): Promise<string>;
  /** The simulated platform, when that is what this node uses. */
  simulated(): Promise<OpenedPlatform['simulated']>;
}

export default function register(RED: NodeAPI): void {
  function ExpeedPlatform(this: PlatformNode, config: PlatformDef): void {
    RED.nodes.createNode(this, config);
    this.users = {};
    this.join = (user) => {
      this.users[user.id] = user;
    };
    this.leave = (user) => {
      delete this.users[user.id];
    };
    const region = config.region ?? 'cloud';
    const log = nodeLogger(RED, this);
    const results = lendResults(platformOf(this, region, config));
    Object.defineProperty(this, 'results', { value: results.value });
    Object.defineProperty(this, 'webhookPaths', { value: new Set<string>() });
    let timestamps: Timestamps | undefined;
    let opening: Promise<OpenedPlatform> | undefined;
    let leaveStore = (): void => undefined;
    let closed = false;

    const open = (): Promise<OpenedPlatform> => openPlatformAccount(RED, config, this.credentials ?? {}, log);
    const opened = (): Promise<OpenedPlatform> => {
      if (closed) return Promise.reject(closedError());
      // A failure is not kept: the referenced nodes may be there at the next message.
      opening ??= open().then(
        (platform) => {
          const store = textSetting('tokenStore', config.tokenStore);
          if (store !== '' && hasContextStore(RED, store)) {
            leaveStore = platform.account.attachStore(contextStore(this, store));
          }
          return platform;
        },
        (error: unknown) => {
          opening = undefined;
          throw error;
        },
      );
      return opening;
    };

    this.timestamps = () => {
      timestamps ??= new Timestamps(zoneOf(config.timezone));
      return timestamps;
    };
    this.account = async () => (await opened()).account;
    this.simulated = async () => (region === 'simulator' ? (await opened()).simulated : undefined);
    this.webhookToken = async () => {
      const token = textSetting('webhookToken', this.credentials?.webhookToken);
      return token || ((await this.simulated())?.webhookToken ?? '');
    };

    if (region === 'custom' && /^\s*http:/i.test(config.baseUrl ?? '')) {
      this.warn(RED._('expeed-platform.warning.plainHttp'));
    }
    if (config.tokenStore && !hasContextStore(RED, config.tokenStore.trim())) {
      this.warn(RED._('expeed-platform.warning.noStore', { store: config.tokenStore }));
    }

    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true;
      results.release();
      // The registry keeps token and connections for a while, so that a redeploy finds them again; a restart finds the
      // token only in its store, where it must be before the stores are closed.
      void (opening ?? Promise.resolve(undefined))
        .then(async (platform) => {
          if (platform) await withinSeconds(platform.account.kept(), LONGEST_SAVE_S);
          leaveStore();
          platform?.release();
        })
        .catch(() => undefined)
        .then(() => done());
    });
  }

  registerNode<PlatformNode, PlatformDef, PlatformCredentials>(RED, 'expeed-platform', ExpeedPlatform, {
    platformKey: { type: 'text' },
    secretKey: { type: 'password' },
    webhookToken: { type: 'password' },
  });
  servePlatformCheck(RED);
  serveSimulatedDevices(RED);
}

/** Waits for work, but no longer than that. */
function withinSeconds(work: Promise<void>, seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    void work.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** What tells one platform from another; without a platform key, the node stands for itself. */
function platformOf(node: PlatformNode, region: string, config: PlatformDef): string {
  if (region === 'simulator') return region;
  const key = node.credentials?.platformKey?.trim();
  return key ? JSON.stringify([region, region === 'custom' ? config.baseUrl : '', key]) : JSON.stringify([node.id]);
}

function zoneOf(timezone: string | undefined): string {
  const zone = textSetting('timezone', timezone) || DEFAULT_ZONE;
  if (isTimeZone(zone)) return zone;
  const accepted = { textKey: 'expeed.accepts.timezone' };
  throw configError('invalid', { field: 'timezone', given: excerpt(zone), accepted });
}
