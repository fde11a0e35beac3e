import { isPlainObject } from '../../cloud/input';
import { type Call, type CallMeta, metaOf } from './call';
import { GROUP_MACS } from './parameters';
import { inParts, type PartsResult, readEntries } from './parts';

/** A group and the one that it lies in; null for the root. */
export interface FlatGroup {
  gid: string;
  parent: string | null;
}

/** A change of a group's members. */
export interface MembersChange {
  gid: unknown;
  action: 'assign' | 'unassign';
  /** MAC addresses: a list, or text with commas. One that stands there twice is sent once. */
  macs: unknown;
  /** For `assign`: whether devices leave the group in which they are. */
  reassign?: unknown;
}

/** The tree of groups as a list, every group behind the one that it lies in. */
export function flattenGroups(tree: unknown): FlatGroup[] {
  const groups: FlatGroup[] = [];
  const walk = (node: unknown, parent: string | null): void => {
    if (!isPlainObject(node)) return;
    for (const [gid, below] of Object.entries(node)) {
      groups.push({ gid, parent });
      walk(below, gid);
    }
  };
  walk(tree, null);
  return groups;
}

/**
 * Puts devices into a group or takes them out, a thousand in a call (the API's limit), with one merged result. All macs
 * are checked before the first call.
 * @param onMeta hears of the cost of each call
 * @throws CloudError as {@link inParts} says; GIZ_BAD_INPUT
 */
export async function changeMembers(
  call: Call,
  { gid, action, macs, reassign }: MembersChange,
  signal: AbortSignal | undefined,
  onMeta: (meta: CallMeta) => void,
): Promise<PartsResult> {
  const list = readEntries(macs, 'macs', 'mac');
  const send = async (part: readonly string[]) => {
    const reply = await call('groups.update', { gid, action, reassign, macs: part }, { signal });
    onMeta(metaOf(reply));
    return reply.body;
  };
  return inParts(list, GROUP_MACS, send, signal);
}
