import type { NodeAPI } from 'node-red';
import { configError, excerpt } from '../../src/cloud/input';
import type { Logger } from '../../src/cloud/logger';
import type { Way } from '../../src/cloud/way-check';
import { type OpenedPlatform, openPlatform, openSimulatedPlatform } from './open-platform';
import { numberSetting, proxySettings, requiredSetting, tlsSettings, urlSetting } from './settings';

/** The public platform; the only address that the document names (seed 004). */
const CLOUD = 'https://api.iot-expeed.com';

/** Fields of an `expeed-platform` node. */
export interface PlatformConfig {
  region?: 'cloud' | 'custom' | 'simulator';
  baseUrl?: string;
  tls?: string;
  proxy?: string;
  timeout?: string | number;
  timezone?: string;
  tokenStore?: string;
}

export interface PlatformCredentials {
  platformKey?: string;
  secretKey?: string;
  webhookToken?: string;
}

/** The fields that decide where the platform's secret is sent. */
export const PLATFORM_ADDRESS: readonly (keyof PlatformConfig)[] = ['region', 'baseUrl', 'tls', 'proxy'];

/**
 * Opens the account that an `expeed-platform` node describes.
 * @param log none for a dialog that only looks
 * @throws CloudError GIZ_CONFIG when the settings cannot work
 */
export async function openPlatformAccount(
  RED: NodeAPI,
  config: PlatformConfig,
  credentials: PlatformCredentials,
  log?: Logger,
): Promise<OpenedPlatform> {
  const settings = { timeoutMs: numberSetting('timeout', config.timeout, 30, { min: 1, max: 3600 }) * 1000 };
  if (config.region === 'simulator') return openSimulatedPlatform(settings, log);
  const { baseUrl, ...route } = platformWay(RED, config);
  const identity = {
    baseUrl,
    platformKey: requiredSetting('platformKey', credentials.platformKey),
    secretKey: requiredSetting('secretKey', credentials.secretKey),
  };
  return openPlatform(identity, { ...settings, ...route }, log);
}

/** Where a real platform is, and what leads there. @throws CloudError GIZ_CONFIG */
export function platformWay(RED: NodeAPI, config: PlatformConfig): Way {
  const region: string = config.region ?? 'cloud';
  if (region !== 'cloud' && region !== 'custom') {
    throw configError('invalid', { field: 'region', given: excerpt(region), accepted: 'cloud | custom | simulator' });
  }
  return {
    baseUrl: region === 'custom' ? customUrl(config.baseUrl) : CLOUD,
    tls: tlsSettings(RED, 'tls', config.tls),
    proxy: proxySettings(RED, 'proxy', config.proxy),
  };
}

/** The document prints every path with its `/v1`; the calls bring it along themselves. */
function customUrl(baseUrl: string | undefined): string {
  return urlSetting('baseUrl', baseUrl).replace(/\/v1$/, '');
}
