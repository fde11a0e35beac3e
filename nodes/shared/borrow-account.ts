import { type Logger, silentLogger } from '../../src/cloud/logger';
import { type Closable, identityKey, type Lease, type Registry } from '../../src/cloud/registry';

/** An account of any cloud, as far as lending it goes. */
interface Account<Settings> extends Closable {
  /** Takes the settings of a config node that has been deployed. */
  configure(settings: Settings, log: Logger): void;
  /** Whether connections under these settings go the way that this account's do. */
  goesBy(settings: Settings): boolean;
}

/**
 * Lends the account of that identity; the settings given last hold for all who share it.
 * @param log none for a dialog that only looks: it shares the account, so that its login voids no token and keeps the
 *   account's distance between logins, but changes nothing in it. Where it would reach the cloud by another way (TLS,
 *   proxy), it gets an account of its own
 * @param routeOf a key of the way, which shows none of it
 */
export function borrowAccount<Settings, A extends Account<Settings>>(
  registry: Registry<A>,
  identity: Readonly<Record<string, string | undefined>>,
  settings: Settings,
  log: Logger | undefined,
  routeOf: (settings: Settings) => string,
  create: (log: Logger) => A,
): Lease<A> {
  let created = false;
  const make = (): A => {
    created = true;
    return create(log ?? silentLogger);
  };
  const lease = registry.borrow(identityKey(identity), make);
  if (created) return lease;
  if (log) lease.value.configure(settings, log);
  else if (!lease.value.goesBy(settings)) {
    lease.release();
    return registry.borrow(identityKey({ ...identity, route: routeOf(settings) }), make);
  }
  return lease;
}
