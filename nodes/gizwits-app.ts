import type { Node, NodeAPI, NodeDef } from 'node-red';
import { configError, excerpt } from '../src/cloud/input';
import type { AppAccount, AppIdentity, AppLogin, AppSettings } from '../src/gizwits/app/account';
import { APP_REGIONS, type AppRegion } from '../src/gizwits/app/regions';
import { closedError } from './shared/input';
import { type OpenedApp, openApp, openSimulatedApp } from './shared/open-app';
import { numberSetting, proxySettings, requiredSetting, textSetting, tlsSettings, urlSetting } from './shared/settings';
import { nodeLogger } from './shared/texts';

interface AppDef extends NodeDef {
  region?: AppRegion;
  baseUrl?: string;
  tls?: string;
  proxy?: string;
  timeout?: string | number;
  concurrency?: string | number;
  login?: AppLogin;
}

interface AppCredentials {
  appId?: string;
  appSecret?: string;
  username?: string;
  password?: string;
  phoneId?: string;
  token?: string;
  productSecret?: string;
}

/** The config node as flow nodes see it. */
export interface AppNode extends Node<AppCredentials> {
  /** Nodes that use this one; Node-RED reads it to bring our errors and status to their tabs. */
  users: Record<string, Node>;
  /** The shared account, opened with the first call. @throws CloudError GIZ_CONFIG when the settings cannot work. */
  account(): Promise<AppAccount>;
}

const REGIONS: readonly string[] = [...Object.keys(APP_REGIONS), 'custom', 'simulator'];
const LOGINS: readonly string[] = ['password', 'anonymous', 'token'];

/** What an anonymous user is known by in the simulated cloud, unless something else is typed in. */
const SIMULATED_PHONE_ID = 'node-red';

export default function register(RED: NodeAPI): void {
  function GizwitsApp(this: AppNode, config: AppDef): void {
    RED.nodes.createNode(this, config);
    this.users = {};
    const region = config.region ?? 'cn';
    const login = config.login ?? 'password';
    let opening: Promise<OpenedApp> | undefined;
    let closed = false;

    const open = async (): Promise<OpenedApp> => {
      checkChoice('region', region, REGIONS);
      checkChoice('login', login, LOGINS);
      const settings: AppSettings = {
        region,
        timeoutMs: numberSetting('timeout', config.timeout, 30, { min: 1, max: 3600 }) * 1000,
        concurrency: numberSetting('concurrency', config.concurrency, 10, { min: 1, max: 1000 }),
      };
      const log = nodeLogger(RED, this);
      const typed = this.credentials ?? {};
      const optional = (field: keyof AppCredentials): string | undefined =>
        textSetting(field, typed[field]) || undefined;
      const secrets = { appSecret: optional('appSecret'), productSecret: optional('productSecret') };
      if (region === 'simulator') {
        const phoneId = optional('phoneId') ?? SIMULATED_PHONE_ID;
        // Its apps and users are its own; only who logs in may be chosen.
        const user = login === 'password' ? pair(optional('username'), optional('password')) : {};
        return openSimulatedApp({ login, phoneId, ...user, token: optional('token') }, settings, log);
      }
      const identity: AppIdentity = {
        baseUrl: region === 'custom' ? urlSetting('baseUrl', config.baseUrl) : APP_REGIONS[region],
        appId: requiredSetting('appId', typed.appId),
        login,
        ...secrets,
        ...whoLogsIn(login, typed),
      };
      return openApp(
        identity,
        { ...settings, tls: tlsSettings(RED, 'tls', config.tls), proxy: proxySettings(RED, 'proxy', config.proxy) },
        log,
      );
    };

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

  RED.nodes.registerType<AppNode, AppDef, object, AppCredentials>('gizwits-app', GizwitsApp, {
    credentials: {
      appId: { type: 'text' },
      appSecret: { type: 'password' },
      username: { type: 'text' },
      password: { type: 'password' },
      phoneId: { type: 'password' },
      token: { type: 'password' },
      productSecret: { type: 'password' },
    },
  });
}

function checkChoice(field: string, value: string, accepted: readonly string[]): void {
  if (accepted.includes(value)) return;
  throw configError('invalid', { field, given: excerpt(value), accepted: accepted.join(' | ') });
}

function pair(username: string | undefined, password: string | undefined): Pick<AppIdentity, 'username' | 'password'> {
  return username === undefined ? {} : { username, password };
}

/** What the chosen way of logging in needs. */
function whoLogsIn(login: AppLogin, typed: AppCredentials): Partial<AppIdentity> {
  switch (login) {
    case 'anonymous':
      return { phoneId: requiredSetting('phoneId', typed.phoneId) };
    case 'token':
      return { token: tokenSetting(typed.token) };
    default:
      return { username: requiredSetting('username', typed.username), password: passwordSetting(typed.password) };
  }
}

/** A password may begin or end with a blank. */
function passwordSetting(value: string | undefined): string {
  requiredSetting('password', value);
  return value as string;
}

/** A token goes into a header; what cannot stand in one is no token. */
function tokenSetting(value: string | undefined): string {
  const token = requiredSetting('token', value);
  if (/^[\x21-\x7e]{1,4096}$/.test(token)) return token;
  throw configError('invalid', { field: 'token', given: '***', accepted: 'ASCII' });
}
