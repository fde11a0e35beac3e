import type { Node, NodeAPI, NodeDef } from 'node-red';
import { configError, excerpt } from '../src/cloud/input';
import type { ProxySettings } from '../src/cloud/transport';
import type { EnterpriseAccount } from '../src/gizwits/enterprise/account';
import { closedError } from './shared/input';
import { type OpenedAccount, openEnterpriseAccount, openSimulatedAccount } from './shared/open-account';
import { numberSetting, proxySettings, requiredSetting, tlsSettings, urlSetting } from './shared/settings';
import { nodeLogger } from './shared/texts';

/** The public cloud; the only address that the documents name (gizwits-http.md A.1). */
const CHINA = 'https://enterpriseapi.gizwits.com';

interface EnterpriseDef extends NodeDef {
  region?: 'cn' | 'custom' | 'simulator';
  baseUrl?: string;
  tls?: string;
  proxy?: string;
  timeout?: string | number;
  concurrency?: string | number;
  quota?: string | number;
  queue?: string | number;
  maxWait?: string | number;
}

interface EnterpriseCredentials {
  enterpriseId?: string;
  enterpriseSecret?: string;
}

/** The config node as flow and product nodes see it. */
export interface EnterpriseNode extends Node<EnterpriseCredentials> {
  /** Nodes that use this one; Node-RED reads it to bring our errors and status to their tabs. */
  users: Record<string, Node>;
  readonly region: string;
  /**
   * The shared account, opened with the first call.
   * @throws CloudError GIZ_CONFIG when the settings cannot work.
   */
  account(): Promise<EnterpriseAccount>;
  /** The proxy of the dialog, for the push connection. @throws CloudError GIZ_CONFIG */
  proxy(): ProxySettings | undefined;
  /** What the simulated cloud knows of itself; undefined for a real one. */
  opened(): Promise<OpenedAccount>;
}

export default function register(RED: NodeAPI): void {
  function GizwitsEnterprise(this: EnterpriseNode, config: EnterpriseDef): void {
    RED.nodes.createNode(this, config);
    this.users = {};
    const region = config.region ?? 'cn';
    let opening: Promise<OpenedAccount> | undefined;
    let closed = false;

    const open = async (): Promise<OpenedAccount> => {
      const limits = {
        timeoutMs: numberSetting('timeout', config.timeout, 30, { min: 1, max: 3600 }) * 1000,
        concurrency: numberSetting('concurrency', config.concurrency, 10, { min: 1, max: 1000 }),
        quotaPerHour: numberSetting('quota', config.quota, 0, { min: 0, max: 10_000_000 }) || undefined,
        queue: numberSetting('queue', config.queue, 10_000, { min: 0, max: 1_000_000 }),
        maxWaitMs: numberSetting('maxWait', config.maxWait, 60, { min: 0, max: 86_400 }) * 1000,
      };
      const log = nodeLogger(RED, this);
      if (region === 'simulator') return openSimulatedAccount(limits, log);
      if (region !== 'cn' && region !== 'custom')
        throw configError('invalid', { field: 'region', given: excerpt(region), accepted: 'cn | custom | simulator' });
      return openEnterpriseAccount(
        {
          baseUrl: region === 'custom' ? urlSetting('baseUrl', config.baseUrl) : CHINA,
          enterpriseId: requiredSetting('enterpriseId', this.credentials?.enterpriseId),
          enterpriseSecret: requiredSetting('enterpriseSecret', this.credentials?.enterpriseSecret),
        },
        {
          ...limits,
          tls: tlsSettings(RED, 'tls', config.tls),
          proxy: this.proxy(),
        },
        log,
      );
    };

    Object.defineProperty(this, 'region', { value: region, enumerable: true });
    this.opened = () => {
      if (closed) return Promise.reject(closedError());
      // A failure is not kept: the referenced nodes may be there at the next message.
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    };
    this.proxy = () => proxySettings(RED, 'proxy', config.proxy);
    this.account = async () => (await this.opened()).account;

    if (region === 'custom' && /^http:/i.test(config.baseUrl ?? '')) {
      this.warn(RED._('gizwits-enterprise.warning.plainHttp'));
    }

    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true;
      // The registry keeps tokens, quota and connections for a while, so that a redeploy finds them again.
      void (opening ?? Promise.resolve(undefined))
        .then((opened) => opened?.release())
        .catch(() => undefined)
        .then(() => done());
    });
  }

  RED.nodes.registerType<EnterpriseNode, EnterpriseDef, object, EnterpriseCredentials>(
    'gizwits-enterprise',
    GizwitsEnterprise,
    { credentials: { enterpriseId: { type: 'text' }, enterpriseSecret: { type: 'password' } } },
  );
}
