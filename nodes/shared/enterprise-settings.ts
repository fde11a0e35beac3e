import type { NodeAPI } from 'node-red';
import { configError, excerpt } from '../../src/cloud/input';
import type { Logger } from '../../src/cloud/logger';
import type { Way } from '../../src/cloud/way-check';
import { type OpenedAccount, openEnterpriseAccount, openSimulatedAccount } from './open-account';
import { numberSetting, proxySettings, requiredSetting, tlsSettings, urlSetting } from './settings';

/** The public cloud; the only address that the documents name (gizwits-http.md A.1). */
const CHINA = 'https://enterpriseapi.gizwits.com';

/** Fields of a `gizwits-enterprise` node. */
export interface EnterpriseConfig {
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

export interface EnterpriseCredentials {
  enterpriseId?: string;
  enterpriseSecret?: string;
}

/** The fields that decide where the enterprise's secrets, and those of its products, are sent. */
export const ENTERPRISE_ADDRESS: readonly (keyof EnterpriseConfig)[] = ['region', 'baseUrl', 'tls', 'proxy'];

/**
 * Opens the account that a `gizwits-enterprise` node describes.
 * @param log none for a dialog that only looks; see {@link openEnterpriseAccount}
 * @throws CloudError GIZ_CONFIG when the settings cannot work
 */
export async function openEnterprise(
  RED: NodeAPI,
  config: EnterpriseConfig,
  credentials: EnterpriseCredentials,
  log?: Logger,
): Promise<OpenedAccount> {
  const region: string = config.region ?? 'cn';
  const limits = {
    timeoutMs: numberSetting('timeout', config.timeout, 30, { min: 1, max: 3600 }) * 1000,
    concurrency: numberSetting('concurrency', config.concurrency, 10, { min: 1, max: 1000 }),
    quotaPerHour: numberSetting('quota', config.quota, 0, { min: 0, max: 10_000_000 }) || undefined,
    queue: numberSetting('queue', config.queue, 10_000, { min: 0, max: 1_000_000 }),
    maxWaitMs: numberSetting('maxWait', config.maxWait, 60, { min: 0, max: 86_400 }) * 1000,
  };
  if (region === 'simulator') return openSimulatedAccount(limits, log);
  const { baseUrl, ...route } = enterpriseWay(RED, config);
  return openEnterpriseAccount(
    {
      baseUrl,
      enterpriseId: requiredSetting('enterpriseId', credentials.enterpriseId),
      enterpriseSecret: requiredSetting('enterpriseSecret', credentials.enterpriseSecret),
    },
    { ...limits, ...route },
    log,
  );
}

/** Where a real cloud is, and what leads there. @throws CloudError GIZ_CONFIG */
export function enterpriseWay(RED: NodeAPI, config: EnterpriseConfig): Way {
  const region: string = config.region ?? 'cn';
  if (region !== 'cn' && region !== 'custom')
    throw configError('invalid', { field: 'region', given: excerpt(region), accepted: 'cn | custom | simulator' });
  return {
    baseUrl: region === 'custom' ? urlSetting('baseUrl', config.baseUrl) : CHINA,
    tls: tlsSettings(RED, 'tls', config.tls),
    proxy: proxySettings(RED, 'proxy', config.proxy),
  };
}
