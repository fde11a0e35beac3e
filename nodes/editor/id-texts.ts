import { askAppDevices, askDevices, askGroups } from './product-data';
import { commonText } from './text';

/** What an id names. */
export type IdKind = 'did' | 'mac' | 'group';

/** A device id of the cloud: 22 letters and digits. */
const DID = /^[A-Za-z0-9]{22}$/;

/** What an id names that may be either. */
export function deviceKind(id: string): 'did' | 'mac' {
  return DID.test(id) ? 'did' : 'mac';
}

/** What an id of the product stands for; undefined when the product does not have it. @throws NoAnswer */
export async function describeId(node: EditorNode<object>, id: string, kind: IdKind): Promise<string | undefined> {
  if (kind === 'group') return (await askGroups(node)).some(({ gid }) => gid === id) ? '' : undefined;
  const { devices } = await askDevices(node, { text: id, by: kind });
  const device = devices.find((one) => one[kind] === id);
  return device && joined(kind === 'did' ? device.mac : device.did, stateText(device.online), device.place);
}

/** The same for a device that the app's user has bound, by its did or its mac. @throws NoAnswer */
export async function describeAppDevice(node: EditorNode<object>, id: string): Promise<string | undefined> {
  const { devices } = await askAppDevices(node, { text: id });
  const device = devices.find(({ did, mac }) => did === id || mac === id);
  return (
    device &&
    joined(device.alias, device.did === id ? device.mac : device.did, stateText(device.online), device.product)
  );
}

function stateText(online: boolean): string {
  return commonText(online ? 'pick.online' : 'pick.offline');
}

function joined(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
