import { dayText } from '../world/calendar';
import type { Call } from './call';
import { devicesInGroup } from './device-operations';
import { locationTree } from './location-tree';
import { dayRange, periodQuery, periodReport } from './period-report';
import { appAsked, productAsked, usersOf } from './user-operations';

/** When each user first bound one of the devices, by uid; bindings that were taken back count too. */
function firstBindings(call: Call): Map<string, number> {
  const dids = new Set(devicesInGroup(call, true).map(({ did }) => did));
  const first = new Map<string, number>();
  for (const { uid, did, at } of call.world.people.bindings) {
    if (dids.has(did) && !first.has(uid)) first.set(uid, at);
  }
  return first;
}

/** New users of the product by periods: those who bound their first device of it. */
export function newUsers(call: Call): object {
  const instants = [...firstBindings(call).values()];
  return periodReport(periodQuery(call), ({ from, to }) => ({
    count: instants.filter((at) => at >= from && at < to).length,
  }));
}

/** Users who ever bound a device of the product. */
export function userTotal(call: Call): object {
  return { gid: call.text('gid') ?? null, total: firstBindings(call).size };
}

/** Users who opened an app, by day. */
export function activeUsers(call: Call): object {
  const users = usersOf(call, productAsked(call), appAsked(call));
  const { start, end } = dayRange(call, 'start_date', 'end_date');
  const data: { count: number; date: string }[] = [];
  for (let day = start; day <= end; day++) {
    data.push({ count: users.filter((user) => call.world.people.isActive(user, day)).length, date: dayText(day) });
  }
  return { data };
}

/** Where the users are; the tree is the whole answer. */
export function userLocations(call: Call): object {
  const users = usersOf(call, productAsked(call), undefined);
  return locationTree(
    users,
    ({ place }) => place,
    (below) => ({ count: below.length }),
  );
}
