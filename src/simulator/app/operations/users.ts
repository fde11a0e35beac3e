import { createHash } from 'node:crypto';
import { HOUR } from '../../world/calendar';
import type { User } from '../../world/people';
import { PLACES } from '../../world/places';
import { hash } from '../../world/random';
import { type AppCall, utc } from '../call';
import { AppRefused } from '../errors';

/** Password of every user that the world has from the start. */
export const SIMULATED_PASSWORD = 'Simulator-1';

const CODE_LIFE_MS = 24 * HOUR;
const SOURCES = ['qq', 'sina', 'baidu', 'wechat', 'twitter', 'facebook', 'google', 'amazon'] as const;

/** At least eight characters of three kinds, as the document demands. */
function checkPassword(password: string): void {
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  if (password.length < 8 || kinds < 3) throw new AppRefused(9015, 'password: too weak.');
}

function register(call: AppCall, given: Partial<User>): User {
  const uid = call.store.code();
  const seed = hash(1, Number.parseInt(uid.slice(0, 7), 16), 71);
  const user: User = {
    uid,
    seed,
    appid: call.app.appid,
    username: null,
    phone: null,
    email: null,
    name: null,
    birthday: null,
    gender: null,
    address: null,
    remark: null,
    isAnonymous: false,
    authSrc: null,
    place: PLACES[seed % PLACES.length] as User['place'],
    createdAt: call.now,
    updatedAt: call.now,
    ...given,
  };
  call.world.people.put(user);
  return user;
}

function find(call: AppCall, name: 'username' | 'phone' | 'email', value: string): User | undefined {
  return call.world.people.users.find((user) => user.appid === call.app.appid && user[name] === value);
}

function loggedIn(call: AppCall, { uid }: User): object {
  const { token, expireAt } = call.cloud.tokens.issue(call.app.appid, uid);
  return { token, uid, expire_at: expireAt };
}

/** Uses a text message's code up: 9010 wrong, 9009 too old. */
function takeCode(call: AppCall, phone: string, code: string): void {
  const known = call.store.smsCodes.get(phone);
  if (!known || known.code !== code) throw new AppRefused(9010);
  call.store.smsCodes.delete(phone);
  if (known.until < call.now) throw new AppRefused(9009);
}

function sendCode(call: AppCall, phone: string): void {
  if (!/^\+?\d{6,15}$/.test(phone)) throw new AppRefused(9037);
  // Nobody gets a text message from a simulator: the code is the last six digits of the number.
  call.store.smsCodes.set(phone, { code: phone.slice(-6), until: call.now + CODE_LIFE_MS });
}

/** Who stands for a sign of an app, registered when it comes for the first time. */
function signed(call: AppCall, sign: string, given: Partial<User>): User {
  const key = `${call.app.appid} ${sign}`;
  const uid = call.store.signs.get(key);
  const known = uid === undefined ? undefined : call.world.people.user(uid);
  if (known) return known;
  const user = register(call, given);
  call.store.signs.set(key, user.uid);
  return user;
}

export function registerUser(call: AppCall): object {
  const { body } = call;
  const phoneId = body.text('phone_id');
  const lang = body.choice('lang', ['en', 'zh-cn']);
  const user = phoneId !== undefined ? signed(call, `phone ${phoneId}`, { isAnonymous: true }) : namedUser(call);
  if (lang) call.store.languages.set(user.uid, lang);
  return loggedIn(call, user);
}

function namedUser(call: AppCall): User {
  const { body } = call;
  const authData = body.object('authData');
  if (authData) {
    const { src, uid, token } = authData;
    const isKnown = SOURCES.some((known) => known === src);
    if (!isKnown || typeof uid !== 'string' || !uid || typeof token !== 'string' || !token) {
      throw new AppRefused(9015, 'authData: invalid.');
    }
    return signed(call, `${src} ${uid}`, { authSrc: { src: String(src), uid } });
  }
  const password = body.required('password');
  checkPassword(password);
  const user = register(call, identity(call));
  call.store.passwords.set(user.uid, password);
  return user;
}

/** Name, email address or phone number of somebody new. */
function identity(call: AppCall): Partial<User> {
  const { body } = call;
  const username = body.text('username');
  const email = body.text('email');
  if (username !== undefined) {
    if (find(call, 'username', username)) throw new AppRefused(9019);
    return { username };
  }
  if (email !== undefined) {
    if (!/^[^@\s]+@[^@\s]+$/.test(email) || find(call, 'email', email)) throw new AppRefused(9022);
    return { email };
  }
  const phone = body.required('phone');
  if (find(call, 'phone', phone)) throw new AppRefused(9018);
  takeCode(call, phone, body.required('code'));
  return { phone };
}

export function login(call: AppCall): object {
  const { body, store } = call;
  const name = body.required('username');
  const password = body.required('password');
  const user = find(call, 'username', name) ?? find(call, 'email', name) ?? find(call, 'phone', name);
  const refuse = (code: number): never => {
    call.cloud.tokens.refusedLogins++;
    throw new AppRefused(code);
  };
  if (!user) return refuse(9005);
  if ((store.passwords.get(user.uid) ?? SIMULATED_PASSWORD) !== password) return refuse(9020);
  return loggedIn(call, user);
}

export function account(call: AppCall): object {
  const { user } = call;
  return {
    username: user.username,
    phone: user.phone,
    email: user.email,
    name: user.name,
    gender: user.gender ?? 'N',
    birthday: user.birthday,
    address: user.address,
    lang: call.store.languages.get(user.uid) ?? 'zh-cn',
    remark: user.remark,
    uid: user.uid,
    is_anonymous: user.isAnonymous,
  };
}

const DETAILS = ['name', 'birthday', 'address', 'remark'] as const;

export function changeAccount(call: AppCall): object {
  const { body, user, store } = call;
  const change: Partial<User> = {};
  for (const name of DETAILS) {
    const value = body.text(name);
    if (value !== undefined) Object.assign(change, { [name]: value });
  }
  const gender = body.choice('gender', ['M', 'F', 'N']);
  if (gender) Object.assign(change, { gender });
  Object.assign(change, changedIdentity(call));
  const lang = body.choice('lang', ['en', 'zh-cn']);
  const changesNothing = Object.entries(change).every(([name, value]) => user[name as keyof User] === value);
  if (
    changesNothing &&
    !body.has('new_pwd') &&
    (lang ?? store.languages.get(user.uid)) === store.languages.get(user.uid)
  )
    throw new AppRefused(9999);
  if (body.has('new_pwd')) changePassword(call);
  if (lang) store.languages.set(user.uid, lang);
  call.world.people.put({ ...user, ...change, updatedAt: call.now });
  return { updatedAt: `${new Date(call.now).toISOString().slice(0, 23)}000` };
}

/** A new phone number, or the name of somebody who was anonymous. */
function changedIdentity(call: AppCall): Partial<User> {
  const { body, user, store } = call;
  if (!body.has('username') && !body.has('email') && !body.has('phone')) return {};
  if (!user.isAnonymous) {
    const phone = body.required('phone');
    if (find(call, 'phone', phone)) throw new AppRefused(9018);
    takeCode(call, phone, body.required('code'));
    return { phone };
  }
  const password = body.required('password');
  checkPassword(password);
  const named = identity(call);
  store.passwords.set(user.uid, password);
  return { ...named, isAnonymous: false };
}

function changePassword(call: AppCall): void {
  const { body, user, store } = call;
  const next = body.required('new_pwd');
  if (body.required('old_pwd') !== (store.passwords.get(user.uid) ?? SIMULATED_PASSWORD)) throw new AppRefused(9020);
  checkPassword(next);
  store.passwords.set(user.uid, next);
}

/** The app's own token, against a digest of its id and secret. */
export function appToken(call: AppCall): object {
  const { app } = call;
  const digest = createHash('md5').update(`${app.appid}${app.appSecret}`).digest('hex');
  if (call.request.headers['x-gizwits-application-auth'] !== digest) throw new AppRefused(9038);
  const { token, expireAt } = call.cloud.tokens.issue(app.appid, undefined);
  return { token, expired_at: expireAt };
}

export function resetPassword(call: AppCall): undefined {
  const { body, store } = call;
  const email = body.text('email');
  if (email !== undefined) {
    if (!find(call, 'email', email)) throw new AppRefused(9005);
    return;
  }
  const phone = body.required('phone');
  const user = find(call, 'phone', phone);
  if (!user) throw new AppRefused(9005);
  const next = body.required('new_pwd');
  checkPassword(next);
  takeCode(call, phone, body.required('code'));
  store.passwords.set(user.uid, next);
}

export function smsCode(call: AppCall): object {
  const phone = call.body.required('phone');
  const code = call.body.text('code');
  if (code === undefined) sendCode(call, phone);
  else takeCode(call, phone, code);
  return {};
}

export function captcha(call: AppCall): object {
  const id = call.store.code();
  call.store.captchas.set(id, id.slice(0, 4).toUpperCase());
  const host = call.request.headers.host ?? '127.0.0.1';
  return { captcha_url: `http://${host}/captcha/image/${id}/`, captcha_id: id };
}

export function answerCaptcha(call: AppCall): object {
  const id = call.body.required('captcha_id');
  const shown = call.store.captchas.get(id);
  if (shown === undefined || call.body.required('captcha_code').toUpperCase() !== shown) throw new AppRefused(9010);
  call.store.captchas.delete(id);
  sendCode(call, call.body.required('phone'));
  return {};
}

export function checkSmsCode(call: AppCall): object {
  takeCode(call, call.body.required('phone'), call.body.required('sms_code'));
  return {};
}

export function listMessages(call: AppCall): object {
  call.query.requiredInteger('type', 1, 1);
  const { limit, skip } = call.query.page();
  const mine = call.store.messages.filter(({ uid, status }) => uid === call.user.uid && status !== 2).reverse();
  return {
    meta: meta(call, mine.length, { limit, skip }),
    objects: mine.slice(skip, skip + limit).map(({ id, status, content, createdAt, updatedAt }) => ({
      id,
      type: 1,
      status,
      content,
      created_at: utc(createdAt),
      updated_at: utc(updatedAt),
    })),
  };
}

export function markMessage(call: AppCall): object {
  const status = call.query.requiredInteger('status', 1, 2) as 1 | 2;
  const message = call.store.messages.find(({ id }) => id === call.params.id);
  if (!message) throw new AppRefused(9085);
  if (message.uid !== call.user.uid) throw new AppRefused(9101);
  if (message.status === 2) throw new AppRefused(9098);
  Object.assign(message, { status, updatedAt: call.now });
  return {};
}

/** Tells a user something, as the message centre keeps it. */
export function tell(call: AppCall, uid: string, content: string): void {
  const { store, now } = call;
  store.messages.push({ id: store.id(), uid, status: 0, content, createdAt: now, updatedAt: now });
}

/** The meta of a paged list, with neighbours as relative addresses. */
export function meta(call: AppCall, total: number, { limit, skip }: { limit: number; skip: number }): object {
  const neighbour = (to: number): string => {
    const query = new URLSearchParams(call.request.query);
    query.set('skip', String(to));
    query.set('limit', String(limit));
    return `${call.request.path}?${query}`;
  };
  return {
    total,
    limit,
    skip,
    previous: skip > 0 ? neighbour(Math.max(0, skip - limit)) : null,
    next: skip + limit < total ? neighbour(skip + limit) : null,
  };
}
