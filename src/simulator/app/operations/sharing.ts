import { DAY, MINUTE } from '../../world/calendar';
import type { User } from '../../world/people';
import { type AppCall, utc } from '../call';
import { AppRefused } from '../errors';
import type { Share } from '../store';
import { leave, masked } from './bindings';
import { meta, tell } from './users';

const CODE_LIFE_MS = 15 * MINUTE;

function guestOf(call: AppCall): User {
  const { body, world, app } = call;
  const names = (['uid', 'username', 'email', 'phone'] as const).filter((name) => body.has(name));
  const [name] = names;
  if (!name || names.length > 1) throw new AppRefused(9015, 'one of uid, username, email, phone is required');
  const value = body.text(name);
  const guest = world.people.users.find((user) => user.appid === app.appid && user[name] === value);
  if (!guest) throw new AppRefused(9082);
  return guest;
}

function titleOf(call: AppCall, did: string): string {
  return call.world.device(did)?.product.name ?? did;
}

export function createShare(call: AppCall): object {
  const { body, store, user, world, now } = call;
  const type = body.requiredInteger('type', 0, 1) as 0 | 1;
  const device = call.device(body.required('did'));
  const minutes = body.integer('duration', 1, 1440);
  if (!world.people.current(user.uid, device.did)?.isOwner) throw new AppRefused(9081);
  const guest = type === 0 ? guestOf(call) : undefined;
  if (guest?.uid === user.uid) throw new AppRefused(9080);
  if (guest && world.people.current(guest.uid, device.did)) throw new AppRefused(9083);
  const waits = store.shares.some(
    (share) =>
      guest && share.did === device.did && share.guest === guest.uid && share.status === 0 && share.expiredAt > now,
  );
  if (waits) throw new AppRefused(9087);
  const share: Share = {
    id: store.number(),
    type,
    did: device.did,
    owner: user.uid,
    guest: guest?.uid ?? '',
    code: type === 1 ? store.code() : '',
    status: 0,
    aliases: {},
    createdAt: now,
    updatedAt: now,
    expiredAt: now + (type === 0 ? DAY : CODE_LIFE_MS),
    minutes,
    endsAt: Number.POSITIVE_INFINITY,
  };
  store.shares.push(share);
  // Who shares is an owner from then on, accepted or not.
  store.owned.add(device.did);
  if (type === 1) return { qr_content: `type=share&code=${share.code}`, id: null };
  if (guest) {
    tell(call, guest.uid, `${nameOf(user)} 给您共享了设备 ${device.product.name}!`);
    tell(call, user.uid, `您给 ${nameOf(guest)} 共享了设备 ${device.product.name}!`);
  }
  return { id: share.id };
}

function nameOf({ username, phone, email, uid }: User): string {
  return masked(phone ?? email ?? username) ?? uid;
}

export function listShares(call: AppCall): object {
  const { query, store, user, world } = call;
  const received = query.requiredInteger('sharing_type', 0, 1) === 1;
  const status = query.integer('status', 0, 3);
  const did = query.text('did');
  const page = query.page();
  const found = store.shares.filter(
    (share) =>
      (received ? share.guest : share.owner) === user.uid &&
      (status === undefined || share.status === status) &&
      (did === undefined || share.did === did),
  );
  return {
    meta: meta(call, found.length, page),
    objects: found.slice(page.skip, page.skip + page.limit).map((share) => {
      const other = world.people.user(received ? share.owner : share.guest);
      return {
        id: share.id,
        type: share.type,
        uid: other?.uid ?? null,
        username: masked(other?.username ?? null),
        user_alias: other ? (share.aliases[other.uid] ?? '') : '',
        email: masked(other?.email ?? null),
        phone: masked(other?.phone ?? null),
        did: share.did,
        product_name: titleOf(call, share.did),
        dev_alias: store.namesOf(share.owner, share.did).alias,
        status: share.status,
        created_at: utc(share.createdAt),
        updated_at: utc(share.updatedAt),
        expired_at: utc(share.expiredAt),
      };
    }),
  };
}

function shareOf(call: AppCall): Share {
  const share = call.store.shares.find(({ id }) => String(id) === call.params.id);
  if (!share) throw new AppRefused(9084);
  return share;
}

export function revokeShare(call: AppCall): object {
  const { user, world, now } = call;
  const share = shareOf(call);
  if (share.owner !== user.uid) throw new AppRefused(9093);
  if (share.status === 3) throw new AppRefused(9094);
  if (share.type === 1) throw new AppRefused(9015, 'a share by qrcode can not be canceled');
  const device = world.device(share.did);
  if (share.status === 1 && device && world.people.current(share.guest, share.did)) leave(call, share.guest, device);
  Object.assign(share, { status: 3, updatedAt: now });
  for (const uid of [share.owner, share.guest]) tell(call, uid, `设备 ${titleOf(call, share.did)} 的分享已取消!`);
  return { id: share.id };
}

function accept(call: AppCall, share: Share): void {
  const { user, app, world, now } = call;
  const device = world.device(share.did);
  if (!device || !world.people.current(share.owner, share.did)) throw new AppRefused(9090);
  world.bind(user, app.appid, device);
  const endsAt = share.minutes === undefined ? Number.POSITIVE_INFINITY : now + share.minutes * MINUTE;
  Object.assign(share, { status: 1, guest: user.uid, updatedAt: now, endsAt });
  for (const uid of [share.owner, user.uid]) tell(call, uid, `设备 ${device.product.name} 的分享已接受!`);
}

export function answerShare(call: AppCall): object {
  const { user, now } = call;
  const status = call.query.requiredInteger('status', 1, 2);
  const share = shareOf(call);
  if (share.guest !== user.uid) throw new AppRefused(9084);
  if (share.status === 3) throw new AppRefused(9094);
  if (share.status !== 0) throw new AppRefused(9089);
  if (share.expiredAt < now) throw new AppRefused(9088);
  if (status === 1) accept(call, share);
  else Object.assign(share, { status: 2, updatedAt: now });
  return { id: share.id };
}

function sharedByCode(call: AppCall): Share {
  const { store, user, now } = call;
  const share = store.shares.find(({ type, code }) => type === 1 && code === call.params.code);
  if (!share) throw new AppRefused(9084);
  if (share.owner === user.uid) throw new AppRefused(9096);
  if (share.expiredAt < now) throw new AppRefused(9088);
  return share;
}

export function lookAtCode(call: AppCall): object {
  const share = sharedByCode(call);
  const owner = call.world.people.user(share.owner);
  return {
    owner: owner ? nameOf(owner) : share.owner,
    product_name: titleOf(call, share.did),
    dev_alias: call.store.namesOf(share.owner, share.did).alias,
    expired_at: utc(share.expiredAt),
  };
}

export function acceptCode(call: AppCall): object {
  const share = sharedByCode(call);
  if (share.status !== 0) throw new AppRefused(9089);
  if (call.world.people.current(call.user.uid, share.did)) throw new AppRefused(9083);
  accept(call, share);
  return {};
}

export function nameGuest(call: AppCall): object {
  const { user } = call;
  const alias = call.query.required('user_alias');
  const share = shareOf(call);
  if (user.uid !== share.owner && user.uid !== share.guest) throw new AppRefused(9100);
  share.aliases[user.uid === share.owner ? share.guest : share.owner] = alias;
  return {};
}

export function transfer(call: AppCall): object {
  const { user, world, app } = call;
  const device = call.device();
  const uid = call.query.required('uid');
  if (!world.people.current(user.uid, device.did)?.isOwner) throw new AppRefused(9093);
  if (!world.people.current(uid, device.did)) throw new AppRefused(9082);
  if (uid === user.uid) throw new AppRefused(9080);
  world.people.setOwner(uid, device.did);
  world.unbind(user, app.appid, device);
  return {};
}

/** Takes devices back from guests whose time is over. Asked before each call. */
export function endShares(call: AppCall): void {
  for (const share of call.store.shares) {
    if (share.status !== 1 || share.endsAt > call.now) continue;
    share.endsAt = Number.POSITIVE_INFINITY;
    const device = call.world.device(share.did);
    if (device && call.world.people.current(share.guest, share.did)) leave(call, share.guest, device);
  }
}
