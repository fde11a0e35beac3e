import { type AppCall, utc } from '../call';
import { command, commandIn } from '../commands';
import { AppRefused } from '../errors';
import type { DeviceGroup, Scene } from '../store';
import { checkProduct } from './bindings';

function groupOf(call: AppCall, id = call.params.id): DeviceGroup {
  const group = call.store.groups.find((candidate) => candidate.id === id && candidate.uid === call.user.uid);
  if (!group) throw new AppRefused(9015, 'group not found');
  return group;
}

export function listGroups(call: AppCall): object {
  return call.store.groups
    .filter(({ uid }) => uid === call.user.uid)
    .map(({ id, name, productKey, createdAt, updatedAt }) => ({
      created_at: utc(createdAt),
      updated_at: utc(updatedAt),
      product_key: productKey,
      group_name: name,
      verbose_name: call.world.product(productKey)?.name ?? '',
      id,
      gw_did: null,
      multicast_id: null,
      remark: '',
    }));
}

export function createGroup(call: AppCall): object {
  const { body, store, user, now } = call;
  const name = body.required('group_name');
  const productKey = body.text('product_key') ?? '';
  if (productKey !== '') checkProduct(call, productKey);
  const id = store.id();
  store.groups.push({ id, uid: user.uid, name, productKey, dids: [], createdAt: now, updatedAt: now });
  return { id };
}

export function renameGroup(call: AppCall): object {
  Object.assign(groupOf(call), { name: call.body.required('group_name'), updatedAt: call.now });
  return {};
}

/** Its answer is the body `null`, as captured. */
export function deleteGroup(call: AppCall): null {
  call.store.groups.splice(call.store.groups.indexOf(groupOf(call)), 1);
  return null;
}

export function devicesOfGroup(call: AppCall): object {
  return groupOf(call).dids.flatMap((did) => {
    const device = call.world.device(did);
    if (!device) return [];
    const { type, product } = device;
    const { alias } = call.store.namesOf(call.user.uid, did);
    return [{ did, type, verbose_name: product.name, dev_alias: alias, product_key: product.productKey }];
  });
}

function changeMembers(call: AppCall, change: (group: DeviceGroup, did: string) => void): object {
  const group = groupOf(call);
  const success: string[] = [];
  const failed: string[] = [];
  const detail: object[] = [];
  for (const did of call.body.list('dids').map(String)) {
    try {
      change(group, did);
      success.push(did);
    } catch (error) {
      if (!(error instanceof AppRefused)) throw error;
      failed.push(did);
      detail.push({ did, error_message: error.message, error_code: error.code, detail_msg: error.detail });
    }
  }
  group.updatedAt = call.now;
  return { failed, success, ...(call.query.flag('show_detail') && { detail }) };
}

export function addToGroup(call: AppCall): object {
  return changeMembers(call, (group, did) => {
    const { product } = call.device(did);
    if (group.productKey !== '' && product.productKey !== group.productKey) throw new AppRefused(9002);
    if (!group.dids.includes(did)) group.dids.push(did);
  });
}

export function removeFromGroup(call: AppCall): object {
  return changeMembers(call, (group, did) => {
    const index = group.dids.indexOf(did);
    if (index < 0) throw new AppRefused(9014);
    group.dids.splice(index, 1);
  });
}

export function controlGroup(call: AppCall): object {
  const group = groupOf(call);
  if (group.productKey === '') throw new AppRefused(9015, 'only a group of one product can be controlled');
  const what = commandIn(call.body);
  return group.dids.map((did) => {
    try {
      command(call.world, call.device(did), what, call.origin);
      return { did, result: true };
    } catch (error) {
      if (!(error instanceof AppRefused)) throw error;
      return { did, result: false };
    }
  });
}

function sceneOf(call: AppCall): Scene {
  const scene = call.store.scenes.find(({ id }) => id === call.params.id);
  if (!scene) throw new AppRefused(9220);
  if (scene.uid !== call.user.uid) throw new AppRefused(9221);
  return scene;
}

function sceneBody(call: AppCall): { name: string; remark: string; tasks: Record<string, unknown>[] } {
  const { body } = call;
  const tasks = body.list('tasks').map((entry) => {
    const task = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
    if (task.task_type === 'device') call.device(String(task.did ?? ''));
    else if (task.task_type === 'group') groupOf(call, String(task.group_id ?? ''));
    else if (task.task_type !== 'delay' || !(Number(task.time) >= 0 && Number(task.time) <= 3600)) {
      throw new AppRefused(9015, 'tasks: invalid.');
    }
    return task;
  });
  if (tasks.length === 0) throw new AppRefused(9015, 'tasks: This list may not be empty.');
  return { name: body.required('scene_name'), remark: body.text('remark') ?? '', tasks };
}

function printTask(call: AppCall, task: Record<string, unknown>): object {
  const { task_type, did = '', group_id = '', raw = '', attrs = {}, time = 0 } = task;
  const device = call.world.device(String(did));
  const group = call.store.groups.find(({ id }) => id === group_id);
  const product = device?.product ?? call.world.product(group?.productKey ?? '');
  const names = call.store.namesOf(call.user.uid, String(did));
  return {
    task_type,
    did,
    product_key: product?.productKey ?? '',
    group_name: group?.name ?? '',
    raw,
    attrs,
    dev_remark: names.remark,
    time,
    group_id,
    verbose_name: product?.name ?? '',
    dev_alias: names.alias,
  };
}

export function listScenes(call: AppCall): object {
  return call.store.scenes
    .filter(({ uid }) => uid === call.user.uid)
    .map(({ id, name, remark, tasks, createdAt, updatedAt }) => ({
      remark,
      tasks: tasks.map((task) => printTask(call, task)),
      created_at: utc(createdAt),
      updated_at: utc(updatedAt),
      scene_name: name,
      id,
    }));
}

export function createScene(call: AppCall): object {
  const { store, user, app, now } = call;
  const id = store.id();
  const body = sceneBody(call);
  store.scenes.push({ id, uid: user.uid, appid: app.appid, ...body, createdAt: now, updatedAt: now, status: 3 });
  return { id };
}

export function changeScene(call: AppCall): object {
  Object.assign(sceneOf(call), sceneBody(call), { updatedAt: call.now });
  return {};
}

export function deleteScene(call: AppCall): object {
  call.store.scenes.splice(call.store.scenes.indexOf(sceneOf(call)), 1);
  return {};
}

export function sceneState(call: AppCall): object {
  return { status: sceneOf(call).status };
}

export function runScene(call: AppCall): object {
  call.cloud.runner.runScene(sceneOf(call));
  return {};
}
