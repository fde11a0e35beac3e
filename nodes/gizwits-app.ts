import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { AppAccount } from '../src/gizwits/app/account';
import { serveAppLookups } from './shared/app-lookups';
import { type AppConfig, type AppCredentials, openAppAccount } from './shared/app-settings';
import { serveAppCheck } from './shared/check-routes';
import { closedError } from './shared/input';
import type { OpenedApp } from './shared/open-app';
import { registerNode } from './shared/register';
import { nodeLogger } from './shared/texts';

type AppDef = NodeDef & AppConfig;

/** The config node as flow nodes see it. */
export interface AppNode extends Node<AppCredentials> {
  /** Nodes that use this one; Node-RED reads it to bring our errors and status to their tabs. */
  users: Record<string, Node>;
  /** The shared account, opened with the first call. @throws CloudError GIZ_CONFIG when the settings cannot work. */
  account(): Promise<AppAccount>;
}

export default function register(RED: NodeAPI): void {
  function GizwitsApp(this: AppNode, config: AppDef): void {
    RED.nodes.createNode(this, config);
    this.users = {};
    const region = config.region ?? 'cn';
    let opening: Promise<OpenedApp> | undefined;
    let closed = false;

    const open = (): Promise<OpenedApp> => openAppAccount(RED, config, this.credentials ?? {}, nodeLogger(RED, this));

    this.account = async () => {
      if (closed) throw closedError();
      // A failure is not kept: the referenced nodes may be there at the next message.
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return (await opening).account;
    };

    if (region === 'custom' && /^\s*http:/i.test(config.baseUrl ?? '')) {
      this.warn(RED._('gizwits-app.warning.plainHttp'));
    }

    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true;
      // The registry keeps tokens and connections for a while, so that a redeploy finds them again.
      void (opening ?? Promise.resolve(undefined))
        .then((opened) => opened?.release())
        .catch(() => undefined)
        .then(() => done());
    });
  }

  registerNode<AppNode, AppDef, AppCredentials>(RED, 'gizwits-app', GizwitsApp, {
    appId: { type: 'text' },
    appSecret: { type: 'password' },
    username: { type: 'text' },
    password: { type: 'password' },
    phoneId: { type: 'password' },
    token: { type: 'password' },
    productSecret: { type: 'password' },
  });
  serveAppCheck(RED);
  serveAppLookups(RED);
}
