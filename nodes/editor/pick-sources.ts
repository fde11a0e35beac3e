import type { Datapoint } from '../../src/gizwits/datapoints/schema';
import type { DeviceSummary } from '../../src/gizwits/enterprise/find-devices';
import type { FlatGroup } from '../../src/gizwits/enterprise/groups';
import { datapointTitle, rangeText } from './datapoint-texts';
import type { DialogSchema } from './dialog-schema';
import type { PickItem, PickSource } from './picker';
import { askAppDevices, askDevices, askGroups, type ProductSchema } from './product-data';
import { commonText } from './text';

/**
 * Devices of the chosen product, searched by the cloud: the first page only.
 * @param by which of its ids is chosen with a device
 */
export function deviceSource(node: EditorNode<object>, by: (device: DeviceSummary) => 'did' | 'mac'): PickSource {
  return {
    title: commonText('pick.device'),
    placeholder: commonText('pick.searchDevice'),
    tick: commonText('pick.onlineOnly'),
    async load({ text, ticked, refresh }) {
      const query = { text, ...(ticked ? { online: true } : {}) };
      const { devices, total } = await askDevices(node, query, refresh);
      const items = devices.map((device) => deviceItem(device, by(device))).filter(({ value }) => value !== '');
      const more = total !== undefined && total > devices.length;
      return more ? { items, note: commonText('pick.more', { shown: devices.length, total }) } : { items };
    },
  };
}

/** Devices that the user of the chosen app has bound. */
export function appDeviceSource(node: EditorNode<object>): PickSource {
  return {
    title: commonText('pick.device'),
    placeholder: commonText('pick.searchAppDevice'),
    tick: commonText('pick.onlineOnly'),
    async load({ text, ticked, refresh }) {
      const { devices, total } = await askAppDevices(node, { text, ...(ticked ? { online: true } : {}) }, refresh);
      const items = devices.map(({ did, mac, alias, product, online }) => {
        const detail = [alias ? mac : '', did, product].filter((part) => part !== '').join(' · ');
        return { value: did, title: alias || mac || did, detail, online };
      });
      const more = total > devices.length;
      return more ? { items, note: commonText('pick.more', { shown: devices.length, total }) } : { items };
    },
  };
}

/** The tree of groups of the chosen product. */
export function groupSource(node: EditorNode<object>): PickSource {
  return {
    title: commonText('pick.group'),
    placeholder: commonText('pick.searchGroup'),
    async load({ text, refresh }) {
      const groups = await askGroups(node, refresh);
      if (text === '') return { items: groupTree(groups, null) };
      const found = groups.filter(({ gid }) => gid.toLowerCase().includes(text.toLowerCase()));
      return { items: found.map(groupItem) };
    },
  };
}

/** The datapoints of the chosen product that satisfy `fits`. */
export function datapointSource(schemaOfDialog: DialogSchema, fits: (datapoint: Datapoint) => boolean): PickSource {
  return {
    title: commonText('pick.datapoint'),
    placeholder: commonText('pick.searchDatapoint'),
    async load({ text, refresh }) {
      const schema = (!refresh && schemaOfDialog.known) || (await schemaOfDialog.load(refresh));
      const items = schema.datapoints.filter(fits).map((datapoint) => datapointItem(datapoint, schema));
      const words = text.toLowerCase();
      return { items: items.filter(({ title, detail = '' }) => `${title} ${detail}`.toLowerCase().includes(words)) };
    },
  };
}

function deviceItem({ did, mac, online, place }: DeviceSummary, by: 'did' | 'mac'): PickItem {
  const other = by === 'did' ? mac : did;
  const value = by === 'did' ? did : mac;
  return { value, title: mac || did, detail: [mac ? did : '', place].filter(Boolean).join(' · ') || other, online };
}

function groupTree(groups: readonly FlatGroup[], parent: string | null): PickItem[] {
  return groups
    .filter((group) => group.parent === parent)
    .map((group) => {
      const children = groupTree(groups, group.gid);
      return children.length > 0 ? { ...groupItem(group), children } : groupItem(group);
    });
}

function groupItem({ gid, parent }: FlatGroup): PickItem {
  return parent === null
    ? { value: gid, title: gid, detail: commonText('pick.rootGroup') }
    : { value: gid, title: gid };
}

function datapointItem(datapoint: Datapoint, { descriptions }: ProductSchema): PickItem {
  const detail = [datapoint.name, rangeText(datapoint), descriptions[datapoint.name]].filter(Boolean).join(' · ');
  return { value: datapoint.name, title: datapointTitle(datapoint), detail };
}
