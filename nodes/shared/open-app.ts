import { systemClock } from '../../src/cloud/clock';
import type { Logger } from '../../src/cloud/logger';
import { Registry } from '../../src/cloud/registry';
import type { AppAccount, AppIdentity, AppSettings } from '../../src/gizwits/app/account';
import type { LiveClient } from '../../src/gizwits/app/live/client';
import { borrowAccount } from './borrow-account';
import { lendSimulator } from './open-account';

/** An account of the Open API lent to a config node. */
export interface OpenedApp {
  account: AppAccount;
  /** Gives it back; the account stays for a while, so that a redeploy finds its tokens and connections again. */
  release(): void;
}

/** Who logs in at the simulated cloud; what is left out is the simulated user with the most devices. */
export type SimulatedLogin = Partial<Omit<AppIdentity, 'baseUrl'>>;

/** Accounts of this process by address and identity. */
const apps = new Registry<AppAccount>(systemClock);

/** Live connections by account; opened when the first node listens, closed when the last one leaves. */
const lives = new WeakMap<AppAccount, LiveClient>();

/** The live connections of an account. */
export function liveOf(account: AppAccount): LiveClient {
  let live = lives.get(account);
  if (!live) {
    const { LiveClient: Live } =
      require('../../src/gizwits/app/live/client') as typeof import('../../src/gizwits/app/live/client');
    live = new Live({ account, clock: systemClock });
    lives.set(account, live);
  }
  return live;
}

/** Lends the account of that address and identity, as {@link borrowAccount} does; without `log`, only to look. */
export function openApp(identity: AppIdentity, settings: AppSettings, log?: Logger): OpenedApp {
  // Only who opens an account loads what it is made of.
  const app = require('../../src/gizwits/app/account') as typeof import('../../src/gizwits/app/account');
  const lease = borrowAccount(apps, { ...identity }, settings, log, app.routeOf, (own) => {
    return new app.AppAccount({ identity, settings, clock: systemClock, log: own });
  });
  return { account: lease.value, release: () => lease.release() };
}

/** Lends an account of the simulated cloud, which runs inside this process on loopback. */
export async function openSimulatedApp(login: SimulatedLogin, settings: AppSettings, log?: Logger): Promise<OpenedApp> {
  const lease = lendSimulator();
  try {
    const simulator = await lease.value.started;
    const { baseUrl, appId, appSecret, username, password } = simulator.app;
    const identity: AppIdentity = {
      login: 'password',
      appSecret,
      productSecret: simulator.products[0]?.productSecret,
      ...(login.username ? {} : { username, password }),
      ...withoutBlanks(login),
      // Its apps are fixed: an id of the real cloud, left in the dialog, is none of them.
      appId,
      baseUrl,
    };
    const opened = openApp(identity, settings, log);
    return {
      account: opened.account,
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

function withoutBlanks<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
  ) as Partial<T>;
}

/** Closes every account: for tests, and when the runtime ends. The simulated cloud is not closed by this. */
export function closeApps(): Promise<void> {
  return apps.closeAll();
}
