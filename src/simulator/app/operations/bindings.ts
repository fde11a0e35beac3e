import { createHash } from 'node:crypto';
import type { Device } from '../../world/device';
import type { Binding } from '../../world/people';
import { type AppCall, utc } from '../call';
import { AppRefused } from '../errors';

const SIGNATURE_LIFE_S = 300;
const MQTT_PORT = 1883;
const MQTTS_PORT = 8883;

/** `special` is the first to bind, `owner` one who shares; the others are guests of an owner, or equals. */
export function roleOf(call: AppCall, { did, isOwner }: Binding): string {
  const isShared = call.store.owned.has(did);
  if (isOwner) return isShared ? 'owner' : 'special';
  return isShared ? 'guest' : 'normal';
}

/** What both the list and the details of a device say. */
function deviceBase(call: AppCall, device: Device): Record<string, unknown> {
  const { world, cloud, store, user } = call;
  const lastAt = world.lastReportAt(device);
  const binding = world.people.current(user.uid, device.did);
  const host = (call.request.headers.host ?? '127.0.0.1').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return {
    protoc: 3,
    ws_port: cloud.socket.port,
    port_s: MQTTS_PORT,
    is_disabled: device.disabled,
    gw_did: null,
    wifi_soft_version: device.wifiSoftVersion,
    mesh_id: null,
    is_online: world.isOnline(device),
    host,
    sleep_duration: 0,
    port: MQTT_PORT,
    remark: store.namesOf(user.uid, device.did).remark,
    did: device.did,
    mac: device.mac,
    product_key: device.product.productKey,
    wss_port: cloud.socket.securePort,
    state_last_timestamp: lastAt === undefined ? 0 : Math.floor(lastAt / 1000),
    role: binding ? roleOf(call, binding) : 'normal',
    passcode: device.passcode,
    product_name: device.product.name,
    is_low_power: false,
  };
}

function boundDevice(call: AppCall, device: Device): object {
  const { alias, labels } = call.store.namesOf(call.user.uid, device.did);
  const withVersion = call.query.flag('show_proto_ver') ? { proto_ver: '04' } : {};
  return {
    ...deviceBase(call, device),
    dev_alias: alias,
    dev_label: labels,
    is_sandbox: true,
    type: device.type,
    ...withVersion,
  };
}

export function listBindings(call: AppCall): object {
  const { limit, skip } = call.query.page();
  const all = call.world.people
    .held()
    .filter(({ uid }) => uid === call.user.uid)
    .flatMap(({ did }) => call.world.device(did) ?? [])
    .filter(({ disabled }) => !disabled || call.query.flag('show_disabled'));
  return { devices: all.slice(skip, skip + limit).map((device) => boundDevice(call, device)) };
}

export function deviceDetails(call: AppCall): object {
  return { ...deviceBase(call, call.device()), proto_ver: '04' };
}

/** The device of a product and mac, in the way of the first API. */
export function deviceByMac(call: AppCall): object {
  const productKey = call.query.required('product_key');
  checkProduct(call, productKey);
  const device = call.world.deviceByMac(productKey, call.query.required('mac'));
  if (!device) throw new AppRefused(9014);
  const { did, mac, passcode, disabled, type } = device;
  const isOnline = call.world.isOnline(device);
  return { did, mac, product_key: productKey, passcode, is_online: isOnline, is_disabled: disabled, type };
}

/** 9002 for a product that the app is not linked to. */
export function checkProduct(call: AppCall, productKey: string): void {
  if (!call.app.products.includes(productKey)) throw new AppRefused(9002);
}

function bind(call: AppCall, device: Device, wantsToOwn: boolean): boolean {
  const { world, user, store, app } = call;
  if (device.disabled) throw new AppRefused(9023);
  if (world.people.current(user.uid, device.did)) return false;
  const hasOwner = world.people.held().some(({ did, isOwner }) => did === device.did && isOwner);
  if (hasOwner && store.owned.has(device.did)) throw new AppRefused(9092);
  world.bind(user, app.appid, device);
  if (wantsToOwn && !hasOwner) store.owned.add(device.did);
  return true;
}

function setNames(call: AppCall, device: Device, remark: string | undefined, alias: string | undefined): void {
  const { store, user } = call;
  const names = store.namesOf(user.uid, device.did);
  store.setNames(user.uid, device.did, { ...names, remark: remark ?? names.remark, alias: alias ?? names.alias });
}

/** Answers 201, or 200 when the device was bound already. */
export function bindByMac(call: AppCall): { status: number; body: object } {
  const { body, world, request } = call;
  const productKey = body.required('product_key');
  checkProduct(call, productKey);
  const seconds = Number(request.headers['x-gizwits-timestamp']);
  if (!(Math.abs(seconds - Math.floor(call.now / 1000)) <= SIGNATURE_LIFE_S)) throw new AppRefused(9043);
  const { productSecret = '' } = world.product(productKey) ?? {};
  const expected = createHash('md5').update(`${productSecret}${seconds}`).digest('hex');
  if (request.headers['x-gizwits-signature'] !== expected) throw new AppRefused(9044);
  const device = world.deviceByMac(productKey, body.required('mac'));
  if (!device) throw new AppRefused(9014);
  const isNew = bind(call, device, body.flag('set_owner'));
  setNames(call, device, body.text('remark'), body.text('dev_alias'));
  return { status: isNew ? 201 : 200, body: boundDevice(call, device) };
}

/** Content of a QR code here: `product_key=…&mac=…`, base64. The real one is encrypted in a way nobody documents. */
export function bindByCode(call: AppCall): { status: number; body: object } {
  const text = Buffer.from(call.body.required('qr_content'), 'base64').toString('utf8');
  const content = new URLSearchParams(text);
  const device = call.world.deviceByMac(content.get('product_key') ?? '', content.get('mac') ?? '');
  if (!device || !call.app.products.includes(device.product.productKey)) throw new AppRefused(9040);
  const isNew = bind(call, device, call.body.flag('set_owner'));
  return { status: isNew ? 201 : 200, body: boundDevice(call, device) };
}

interface Sorted {
  success: string[];
  failed: string[];
}

function each(call: AppCall, act: (device: Device, given: Record<string, unknown>) => void): Sorted {
  const sorted: Sorted = { success: [], failed: [] };
  for (const entry of call.body.list('devices')) {
    const given = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
    const did = String(given.did ?? '');
    const device = call.world.device(did);
    try {
      if (!device) throw new AppRefused(9014);
      act(device, given);
      sorted.success.push(did);
    } catch (error) {
      if (!(error instanceof AppRefused)) throw error;
      sorted.failed.push(did);
    }
  }
  return sorted;
}

export function bindByDid(call: AppCall): object {
  void call.user;
  return each(call, (device, given) => {
    if (device.passcode !== given.passcode) throw new AppRefused(9016);
    bind(call, device, false);
    const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
    setNames(call, device, text(given.remark), text(given.dev_alias));
  });
}

/** An owner takes all others along; the first to have bound is followed by the next. */
export function leave(call: AppCall, uid: string, device: Device): void {
  const { world, store } = call;
  const binding = world.people.current(uid, device.did);
  const user = world.people.user(uid);
  if (!binding || !user) throw new AppRefused(9017);
  const wasOwner = binding.isOwner;
  world.unbind(user, binding.appid, device);
  if (!wasOwner) return;
  const others = world.people.held().filter(({ did }) => did === device.did);
  if (store.owned.delete(device.did)) {
    for (const other of others) leave(call, other.uid, device);
  } else if (others[0]) world.people.setOwner(others[0].uid, device.did);
}

export function unbind(call: AppCall): object {
  const { uid } = call.user;
  return each(call, (device) => leave(call, uid, device));
}

export function nameDevice(call: AppCall): object {
  const device = call.device();
  const { body, store, user } = call;
  setNames(call, device, body.text('remark'), body.text('dev_alias'));
  if (body.has('dev_label')) {
    const labels = body.list('dev_label').map(String);
    store.setNames(user.uid, device.did, { ...store.namesOf(user.uid, device.did), labels });
  }
  const { remark, alias, labels } = store.namesOf(user.uid, device.did);
  return { remark, dev_alias: alias, dev_label: labels };
}

/** The device of the path, for those who own it only. */
export function ownDevice(call: AppCall): Device {
  const device = call.device();
  if (!call.world.people.current(call.user.uid, device.did)?.isOwner) throw new AppRefused(9093);
  return device;
}

/** Letters in the middle of a name, digits in the middle of a number. */
export function masked(text: string | null): string | null {
  if (text === null) return null;
  const [name = '', domain] = text.split('@');
  const hidden =
    name.length <= 4 ? `${name.slice(0, 1)}****` : `${name.slice(0, -8) || name.slice(0, 1)}****${name.slice(-1)}`;
  return domain === undefined ? hidden : `${hidden}@${domain}`;
}

export function usersOfDevice(call: AppCall): object {
  const device = ownDevice(call);
  return call.world.people
    .held()
    .filter(({ did }) => did === device.did)
    .flatMap(({ uid, at }) => {
      const user = call.world.people.user(uid);
      if (!user) return [];
      const { username, phone, email } = user;
      return [{ uid, username: masked(username), phone: masked(phone), email: masked(email), created_at: utc(at) }];
    });
}

export function removeUser(call: AppCall): object {
  const device = ownDevice(call);
  const uid = call.query.required('uid');
  if (uid === call.user.uid) throw new AppRefused(9095);
  leave(call, uid, device);
  return {};
}
