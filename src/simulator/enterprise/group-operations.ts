import type { Group } from '../world/groups';
import { type Call, textField } from './call';
import { Refused } from './errors';

const MACS_LIMIT = 1000;

/** A tree of gids: a group without sub-groups is an empty string. */
type Tree = { [gid: string]: Tree | '' };

function treeOf(call: Call, groups: readonly Group[]): Tree {
  const tree: Tree = {};
  for (const { gid } of groups) {
    const children = call.world.groups.childrenOf(gid);
    tree[gid] = children.length > 0 ? treeOf(call, children) : '';
  }
  return tree;
}

/** The group of that gid: 5206 unknown, 5201 another product's. */
function groupOf(call: Call): Group {
  const group = call.world.groups.get(call.params.gid ?? '');
  if (!group) throw new Refused(5206);
  if (group.productKey !== call.product.productKey) throw new Refused(5201);
  return group;
}

/** All groups of the product as a tree. */
export function listGroups(call: Call): object {
  const groups = call.world.groups.of(call.product.productKey);
  return treeOf(
    call,
    groups.filter(({ parent }) => parent === null),
  );
}

/** A new group below `parent_gid`, or the product's one root without it. An empty body counts as none. */
export function createGroup(call: Call): object {
  const { groups } = call.world;
  const { productKey } = call.product;
  const { parent_gid: parentGid } = call.request.body.length > 0 ? call.body() : {};
  if (parentGid === undefined || parentGid === null || parentGid === '') {
    if (groups.of(productKey).some(({ parent }) => parent === null)) throw new Refused(5203);
    return { gid: groups.create(productKey, null).gid };
  }
  const parent = typeof parentGid === 'string' ? groups.get(parentGid) : undefined;
  if (!parent) throw new Refused(5202);
  if (parent.productKey !== productKey) throw new Refused(5201);
  return { gid: groups.create(productKey, parent.gid).gid };
}

/** Deletes a group that holds neither groups nor devices. */
export function deleteGroup(call: Call): object {
  const group = groupOf(call);
  if (call.world.groups.childrenOf(group.gid).length > 0) throw new Refused(5204);
  if (group.macs.size > 0) throw new Refused(5205);
  call.world.groups.delete(group.gid);
  return {};
}

/** Macs of the group itself, not of those below it. */
export function groupMembers(call: Call): object {
  return { macs: [...groupOf(call).macs] };
}

/** Puts macs into a group or takes them out; each mac ends in `success` or `failed`. */
export function updateGroup(call: Call): object {
  const group = groupOf(call);
  const body = call.body();
  const action = textField(body, 'action');
  if (action !== 'assign' && action !== 'unassign') throw new Refused(5002, 'action must be one of assign, unassign');
  const { macs, reassign = false } = body;
  if (typeof reassign !== 'boolean') throw new Refused(5002, 'reassign must be a boolean');
  if (!Array.isArray(macs) || macs.length === 0 || macs.length > MACS_LIMIT) {
    throw new Refused(5002, `macs must be an array of 1 to ${MACS_LIMIT} macs`);
  }
  const success: unknown[] = [];
  const failed: unknown[] = [];
  for (const mac of macs as unknown[]) {
    const done =
      typeof mac === 'string' && (action === 'assign' ? assign(call, group, mac, reassign) : group.macs.delete(mac));
    (done ? success : failed).push(mac);
  }
  return { failed, success };
}

function assign(call: Call, group: Group, mac: string, reassign: boolean): boolean {
  const { productKey } = group;
  if (!call.world.deviceByMac(productKey, mac)) return false;
  const present = call.world.groups.holding(productKey, mac);
  if (present && present !== group && !reassign) return false;
  present?.macs.delete(mac);
  group.macs.add(mac);
  return true;
}
