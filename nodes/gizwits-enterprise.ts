import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { ProxySettings } from '../src/cloud/transport';
import type { EnterpriseAccount } from '../src/gizwits/enterprise/account';
import { serveEnterpriseCheck } from './shared/check-routes';
import { type EnterpriseConfig, type EnterpriseCredentials, openEnterprise } from './shared/enterprise-settings';
import { closedError } from './shared/input';
import type { OpenedAccount } from './shared/open-account';
import { registerNode } from './shared/register';
import { proxySettings } from './shared/settings';
import { nodeLogger } from './shared/texts';

type EnterpriseDef = NodeDef & EnterpriseConfig;

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

    const open = (): Promise<OpenedAccount> =>
      openEnterprise(RED, config, this.credentials ?? {}, nodeLogger(RED, this));

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

  registerNode<EnterpriseNode, EnterpriseDef, EnterpriseCredentials>(RED, 'gizwits-enterprise', GizwitsEnterprise, {
    enterpriseId: { type: 'text' },
    enterpriseSecret: { type: 'password' },
  });
  serveEnterpriseCheck(RED);
}
