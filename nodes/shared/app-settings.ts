import type { NodeAPI } from 'node-red';
import { configError, excerpt } from '../../src/cloud/input';
import type { Logger } from '../../src/cloud/logger';
import type { Way } from '../../src/cloud/way-check';
import type { AppIdentity, AppLogin, AppSettings } from '../../src/gizwits/app/account';
import { APP_REGIONS, type AppRegion } from '../../src/gizwits/app/regions';
import { type OpenedApp, openApp, openSimulatedApp } from './open-app';
import { numberSetting, proxySettings, requiredSetting, textSetting, tlsSettings, urlSetting } from './settings';

/** Fields of a `gizwits-app` node. */
export interface AppConfig {
  region?: AppRegion;
  baseUrl?: string;
  tls?: string;
  proxy?: string;
  timeout?: string | number;
  concurrency?: string | number;
  login?: AppLogin;
}

export interface AppCredentials {
  appId?: string;
  appSecret?: string;
  username?: string;
  password?: string;
  phoneId?: string;
  token?: string;
  productSecret?: string;
}

/** The fields that decide where the app's secrets are sent. */
export const APP_ADDRESS: readonly (keyof AppConfig)[] = ['region', 'baseUrl', 'tls', 'proxy'];

const REGIONS: readonly string[] = [...Object.keys(APP_REGIONS), 'custom', 'simulator'];
const LOGINS: readonly string[] = ['password', 'anonymous', 'token'];

/** What an anonymous user is known by in the simulated cloud, unless something else is typed in. */
const SIMULATED_PHONE_ID = 'node-red';

/**
 * Opens the account that a `gizwits-app` node describes.
 * @param log none for a dialog that only looks
 * @throws CloudError GIZ_CONFIG when the settings cannot work
 */
export async function openAppAccount(
  RED: NodeAPI,
  config: AppConfig,
  credentials: AppCredentials,
  log?: Logger,
): Promise<OpenedApp> {
  const { region = 'cn', login = 'password' } = config;
  checkChoice('region', region, REGIONS);
  checkChoice('login', login, LOGINS);
  const settings: AppSettings = {
    region,
    timeoutMs: numberSetting('timeout', config.timeout, 30, { min: 1, max: 3600 }) * 1000,
    concurrency: numberSetting('concurrency', config.concurrency, 10, { min: 1, max: 1000 }),
  };
  const optional = (field: keyof AppCredentials): string | undefined =>
    textSetting(field, credentials[field]) || undefined;
  const secrets = { appSecret: optional('appSecret'), productSecret: optional('productSecret') };
  if (region === 'simulator') {
    const phoneId = optional('phoneId') ?? SIMULATED_PHONE_ID;
    // Its apps and users are its own; only who logs in may be chosen.
    const user = login === 'password' ? pair(optional('username'), optional('password')) : {};
    return openSimulatedApp({ login, phoneId, ...user, token: optional('token') }, settings, log);
  }
  const { baseUrl, ...route } = appWay(RED, config);
  const identity: AppIdentity = {
    baseUrl,
    appId: requiredSetting('appId', credentials.appId),
    login,
    ...secrets,
    ...whoLogsIn(login, credentials),
  };
  return openApp(identity, { ...settings, ...route }, log);
}

/** Where a real cloud is, and what leads there. @throws CloudError GIZ_CONFIG */
export function appWay(RED: NodeAPI, config: AppConfig): Way {
  const { region = 'cn' } = config;
  checkChoice('region', region, REGIONS);
  return {
    baseUrl: region in APP_REGIONS ? APP_REGIONS[region as 'cn'] : urlSetting('baseUrl', config.baseUrl),
    tls: tlsSettings(RED, 'tls', config.tls),
    proxy: proxySettings(RED, 'proxy', config.proxy),
  };
}

function checkChoice(field: string, value: string, accepted: readonly string[]): void {
  if (accepted.includes(value)) return;
  throw configError('invalid', { field, given: excerpt(value), accepted: accepted.join(' | ') });
}

function pair(username: string | undefined, password: string | undefined): Pick<AppIdentity, 'username' | 'password'> {
  return username === undefined ? {} : { username, password };
}

/** The secret that a login needs. */
export function secretOf(login: unknown): keyof AppCredentials {
  if (login === 'anonymous') return 'phoneId';
  return login === 'token' ? 'token' : 'password';
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
