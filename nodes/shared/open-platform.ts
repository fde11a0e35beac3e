import { systemClock } from '../../src/cloud/clock';
import type { Logger } from '../../src/cloud/logger';
import { type Lease, Registry } from '../../src/cloud/registry';
import type { ExpeedAccount, PlatformIdentity, PlatformSettings } from '../../src/expeed/account';
import type { SettingResults } from '../../src/expeed/setting-results';
import { borrowAccount } from './borrow-account';
import { lendSimulator } from './open-account';

/** The simulated platform as the simulated cloud shows it. */
export type SimulatedExpeed = Awaited<ReturnType<typeof lendSimulator>['value']['started']>['expeed'];

/** An Expeed account lent to a config node. */
export interface OpenedPlatform {
  account: ExpeedAccount;
  /** The simulated platform behind it, if that is what it is. */
  simulated?: SimulatedExpeed;
  /** Gives it back; the account stays for a while, so that a redeploy finds its token and connections again. */
  release(): void;
}

/** Accounts of this process by address and identity. */
const platforms = new Registry<ExpeedAccount>(systemClock);

/** Results of settings by platform: the node that sets and the one that receives may use different config nodes. */
const results = new Registry<SettingResults>(systemClock);

/** Lends the account of that address and identity, as {@link borrowAccount} does; without `log`, only to look. */
export function openPlatform(identity: PlatformIdentity, settings: PlatformSettings, log?: Logger): OpenedPlatform {
  // Only who opens an account loads what it is made of.
  const expeed = require('../../src/expeed/account') as typeof import('../../src/expeed/account');
  const lease = borrowAccount(platforms, { ...identity }, settings, log, expeed.routeOf, (own) => {
    return new expeed.ExpeedAccount({ identity, settings, clock: systemClock, log: own });
  });
  return { account: lease.value, release: () => lease.release() };
}

/** Lends an account of the simulated platform, which runs inside this process on loopback. */
export async function openSimulatedPlatform(settings: PlatformSettings, log?: Logger): Promise<OpenedPlatform> {
  const lease = lendSimulator();
  try {
    const { expeed } = await lease.value.started;
    const { baseUrl, platformKey, secretKey } = expeed;
    const opened = openPlatform({ baseUrl, platformKey, secretKey }, settings, log);
    return {
      account: opened.account,
      simulated: expeed,
      release() {
        opened.release();
        lease.release();
      },
    };
  } catch (error) {
    lease.release();
    throw error;
  }
}

/**
 * Lends what joins settings and their results on one platform.
 * @param platform what tells platforms apart: address and platform key
 */
export function lendResults(platform: string): Lease<SettingResults> {
  return results.borrow(platform, () => {
    const { SettingResults: Results } =
      require('../../src/expeed/setting-results') as typeof import('../../src/expeed/setting-results');
    return new Results(systemClock);
  });
}

/** Closes every account: for tests, and when the runtime ends. The simulated cloud is not closed by this. */
export async function closePlatforms(): Promise<void> {
  await Promise.all([platforms.closeAll(), results.closeAll()]);
}
