import type { Device } from '../world/device';
import type { Binding, User } from '../world/people';
import type { App, Product } from '../world/products';
import { type Call, textField } from './call';
import { devicesInGroup } from './device-operations';
import { Refused } from './errors';
import { pageOf } from './paging';

const seconds = (ms: number): number => Math.floor(ms / 1000);

/**
 * The product that an enterprise-wide user call asks about. Two of the three documents' calls name the parameter
 * `product_secret` although it holds the product key; both names are taken, the real secret is not.
 */
export function productAsked(call: Call): Product {
  const key = call.text('product_key') ?? call.text('product_secret');
  if (key === undefined) throw new Refused(5002, 'product_key is required');
  const product = call.world.product(key);
  if (!product?.associated) throw new Refused(5801);
  return product;
}

/** The app that a call names, if it names one. */
export function appAsked(call: Call): App | undefined {
  const appid = call.text('appid');
  const app = appid === undefined ? undefined : call.world.app(appid);
  if (appid !== undefined && !app) throw new Refused(5016);
  return app;
}

/** Users of the apps that are linked to a product, or of one of them. */
export function usersOf(call: Call, product: Product, app: App | undefined): User[] {
  const apps = call.world.apps.filter(
    ({ appid, products }) => products.includes(product.productKey) && (!app || app.appid === appid),
  );
  const appids = new Set(apps.map(({ appid }) => appid));
  return call.world.people.users.filter((user) => appids.has(user.appid));
}

function profile(user: User): Record<string, unknown> {
  return {
    username: user.username,
    remark: user.remark,
    uid: user.uid,
    is_anonymous: user.isAnonymous,
    gender: user.gender,
    created_at: seconds(user.createdAt),
    phone: user.phone,
    birthday: user.birthday,
    address: user.address,
    email: user.email,
  };
}

/** Search for registered users. The filters want the whole value. */
export function searchRegisteredUsers(call: Call): object {
  const users = usersOf(call, productAsked(call), appAsked(call));
  const [username, phone, email] = [call.text('username'), call.text('phone'), call.text('email')];
  const found = users.filter(
    (user) =>
      (username === undefined || user.username === username) &&
      (phone === undefined || user.phone === phone) &&
      (email === undefined || user.email === email),
  );
  return pageOf(call, found, (user) => ({ ...profile(user), updated_at: seconds(user.updatedAt) }));
}

/** Bindings that hold now, with user and device. */
function boundPairs(call: Call, devices: readonly Device[]): { user: User; device: Device; binding: Binding }[] {
  const byDid = new Map(devices.map((device) => [device.did, device]));
  const { people } = call.world;
  return people.held().flatMap((binding) => {
    const device = byDid.get(binding.did);
    const user = people.user(binding.uid);
    return device && user ? [{ user, device, binding }] : [];
  });
}

/** Search for users that are bound to devices of the product. Only a search by did tells who owns. */
export function searchBoundUsers(call: Call): object {
  const type = call.choice('type', ['uid', 'username', 'phone', 'email', 'did', 'mac', 'device_sn']);
  const value = type === undefined ? undefined : call.required('val');
  if (type === 'uid' && !call.world.people.user(value as string)) throw new Refused(5017);
  const found = new Map<string, { user: User; binding: Binding }>();
  for (const { user, device, binding } of boundPairs(call, devicesInGroup(call, true))) {
    const given: Record<NonNullable<typeof type>, string | null> = {
      uid: user.uid,
      username: user.username,
      phone: user.phone,
      email: user.email,
      did: device.did,
      mac: device.mac,
      device_sn: device.deviceSn,
    };
    if (type !== undefined && given[type] !== value) continue;
    if (!found.has(user.uid)) found.set(user.uid, { user, binding });
  }
  return pageOf(call, [...found.values()], ({ user, binding }) => ({
    ...profile(user),
    auth_src: user.authSrc,
    name: user.name,
    ...(type === 'did' && { is_owner: binding.isOwner }),
  }));
}

interface BindingRequest {
  user: User;
  appid: string;
  dids: unknown[];
}

function bindingRequest(call: Call): BindingRequest {
  const body = call.body();
  const uid = textField(body, 'uid');
  const appid = textField(body, 'appid');
  const { dids } = body;
  if (!Array.isArray(dids) || dids.length === 0) throw new Refused(5002, 'dids must be an array of dids');
  if (!call.world.app(appid)) throw new Refused(5016);
  const user = call.world.people.user(uid);
  if (!user) throw new Refused(5017);
  return { user, appid, dids };
}

function ownDevice(call: Call, did: unknown): Device | undefined {
  const device = typeof did === 'string' ? call.world.device(did) : undefined;
  return device?.product === call.product ? device : undefined;
}

/** Binds devices to a user. A device that is bound already counts as bound; one that is not the product's fails. */
export function bindDevices(call: Call): object {
  const { user, appid, dids } = bindingRequest(call);
  const success: unknown[] = [];
  const failed: unknown[] = [];
  for (const did of dids) {
    const device = ownDevice(call, did);
    if (device) call.world.bind(user, appid, device);
    (device ? success : failed).push(did);
  }
  return { failed, success };
}

/** Unbinds devices from a user; 5303 when they are all the product's and none is bound to the user. */
export function unbindDevices(call: Call): object {
  const { user, appid, dids } = bindingRequest(call);
  const { people } = call.world;
  const devices = dids.map((did) => ownDevice(call, did));
  if (devices.every((device) => device && !people.current(user.uid, device.did))) throw new Refused(5303);
  const success: unknown[] = [];
  const failed: unknown[] = [];
  for (const [index, device] of devices.entries()) {
    const done = device !== undefined && call.world.unbind(user, appid, device);
    (done ? success : failed).push(dids[index]);
  }
  return { failed, success };
}
