import { DAY, dayOf, startOfDay } from './calendar';
import type { Device } from './device';
import { PLACES, type Place } from './places';
import type { App } from './products';
import { between, hash, hex, pick, unit } from './random';

/** A user of one of the enterprise's apps. Times are epoch milliseconds. */
export interface User {
  readonly uid: string;
  readonly seed: number;
  readonly appid: string;
  readonly username: string | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly birthday: string | null;
  readonly gender: string | null;
  readonly address: string | null;
  readonly remark: string | null;
  readonly isAnonymous: boolean;
  /** Account of a third party with which the user signs in. */
  readonly authSrc: { src: string; uid: string } | null;
  readonly place: Place;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A user's right to a device, from `at` until it was taken back. */
export interface Binding {
  uid: string;
  appid: string;
  did: string;
  isOwner: boolean;
  at: number;
  until: number;
}

const USERS = 300;
const FAMILY = ['王', '李', '张', '刘', '陈', '杨', '黄', '赵', '周', '吴'] as const;
const GIVEN = ['伟', '芳', '娜', '敏', '静', '强', '磊', '洋', '勇', '艳'] as const;
const THIRD_PARTIES = ['wechat', 'qq', 'sina', 'facebook'] as const;

function makeUser(worldSeed: number, index: number, apps: readonly App[], today: number): User {
  const seed = hash(worldSeed, index, 71);
  const kind = unit(seed, 1);
  const anonymous = kind < 0.25;
  const age = between(index < 20 ? 150 : 0, 240, seed, 2);
  const createdAt = Math.round(startOfDay(today) - age * DAY);
  const named = !anonymous && unit(seed, 3) < 0.6;
  const app = apps[unit(seed, 4) < 0.75 ? 0 : 1] as App;
  const number = String(index).padStart(4, '0');
  return {
    uid: hex(16, seed, 5),
    seed,
    appid: app.appid,
    username: !anonymous && kind < 0.5 ? `user${number}` : null,
    phone: kind >= 0.5 && kind < 0.8 ? `1380000${number}` : null,
    email: kind >= 0.8 ? `user${number}@example.com` : null,
    name: named ? pick(FAMILY, seed, 6) + pick(GIVEN, seed, 7) : null,
    birthday: named ? `19${60 + (hash(seed, 8) % 40)}-0${1 + (hash(seed, 9) % 9)}-1${hash(seed, 10) % 10}` : null,
    gender: named ? pick(['M', 'F', 'N'] as const, seed, 11) : null,
    address: named ? pick(PLACES, seed, 12).city : null,
    remark: null,
    isAnonymous: anonymous,
    authSrc: unit(seed, 13) < 0.1 ? { src: pick(THIRD_PARTIES, seed, 14), uid: hex(8, seed, 15) } : null,
    place: PLACES[Math.floor(unit(seed, 16) ** 2 * PLACES.length)] as Place,
    createdAt,
    updatedAt: Math.round(createdAt + between(0, 0.5, seed, 17) * age * DAY),
  };
}

/** The enterprise's users and what they have bound. */
export class People {
  readonly users: User[];
  private readonly byUid: Map<string, User>;
  /** Every binding that ever was, oldest first. */
  readonly bindings: Binding[] = [];

  constructor(seed: number, apps: readonly App[], devices: readonly Device[], now: number) {
    const today = dayOf(now);
    this.users = Array.from({ length: USERS }, (_, index) => makeUser(seed, index, apps, today));
    this.byUid = new Map(this.users.map((user) => [user.uid, user]));
    for (const device of devices) {
      const users = this.users.filter((user) =>
        apps.find(({ appid }) => appid === user.appid)?.products.includes(device.product.productKey),
      );
      const bound = unit(device.seed, 81) < 0.8 ? 1 + (hash(device.seed, 82) % 3 === 0 ? 1 : 0) : 0;
      for (let order = 0; order < bound; order++) {
        const user = pick(users, device.seed, 83, order);
        if (this.current(user.uid, device.did)) continue;
        const from = Math.max(device.createdAt, user.createdAt);
        const at = Math.round(from + between(0, 0.2, device.seed, 84, order) * Math.max(0, now - from));
        const left = order === 1 && unit(device.seed, 85) < 0.3;
        const until = left ? Math.round((at + now) / 2) : Number.POSITIVE_INFINITY;
        this.bindings.push({ uid: user.uid, appid: user.appid, did: device.did, isOwner: order === 0, at, until });
      }
    }
    this.bindings.sort((left, right) => left.at - right.at);
  }

  user(uid: string): User | undefined {
    return this.byUid.get(uid);
  }

  /** Takes a new user in, or what has changed of one. */
  put(user: User): void {
    const index = this.users.findIndex(({ uid }) => uid === user.uid);
    if (index < 0) this.users.push(user);
    else this.users[index] = user;
    this.byUid.set(user.uid, user);
  }

  /** Makes one of those who have bound a device its owner. */
  setOwner(uid: string, did: string): void {
    for (const binding of this.held()) if (binding.did === did) binding.isOwner = binding.uid === uid;
  }

  /** The binding of a user and a device that holds now. */
  current(uid: string, did: string): Binding | undefined {
    return this.bindings.find(
      (binding) => binding.uid === uid && binding.did === did && binding.until === Number.POSITIVE_INFINITY,
    );
  }

  /** Bindings that hold now. */
  held(): Binding[] {
    return this.bindings.filter(({ until }) => until === Number.POSITIVE_INFINITY);
  }

  /** Binds; false when it was bound already. The first to bind a device owns it. */
  bind(user: User, appid: string, did: string, now: number): boolean {
    if (this.current(user.uid, did)) return false;
    const isOwner = !this.held().some((binding) => binding.did === did && binding.isOwner);
    this.bindings.push({ uid: user.uid, appid, did, isOwner, at: now, until: Number.POSITIVE_INFINITY });
    return true;
  }

  /** Unbinds; false when it was not bound. */
  unbind(uid: string, did: string, now: number): boolean {
    const binding = this.current(uid, did);
    if (!binding) return false;
    binding.until = now;
    return true;
  }

  /** Whether a user opened the app on a numbered day. */
  isActive(user: User, day: number): boolean {
    return startOfDay(day + 1) > user.createdAt && unit(user.seed, 91, day) < 0.3;
  }
}
