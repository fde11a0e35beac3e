import type { FoundAppDevices } from '../../src/gizwits/app/find-devices';
import type { Schema } from '../../src/gizwits/datapoints/schema';
import type { DeviceQuery, FoundDevices } from '../../src/gizwits/enterprise/find-devices';
import type { FlatGroup } from '../../src/gizwits/enterprise/groups';
import { ask, configNode, NoAnswer, productNodes } from './ask';
import { currentValue, fieldOf } from './fields';
import { commonText } from './text';

/** A product's definition as the runtime answers it (nodes/shared/product-lookups.ts). */
export interface ProductSchema extends Schema {
  /** What the definition says in words, by name of the datapoint. */
  descriptions: Readonly<Record<string, string>>;
}

/** The datapoint definition of the product that the node's dialog has chosen. @throws NoAnswer */
export function askSchema(node: EditorNode<object>, refresh = false): Promise<ProductSchema> {
  return askProduct(node, 'datapoints', refresh ? { refresh } : {});
}

/** A first page of devices of that product. @throws NoAnswer */
export function askDevices(node: EditorNode<object>, query: DeviceQuery, refresh = false): Promise<FoundDevices> {
  return askProduct(node, 'devices', refresh ? { ...query, refresh } : query);
}

/** All groups of that product, each behind the one that it lies in. @throws NoAnswer */
export async function askGroups(node: EditorNode<object>, refresh = false): Promise<FlatGroup[]> {
  const { groups } = await askProduct<{ groups: FlatGroup[] }>(node, 'groups', refresh ? { refresh } : {});
  return groups;
}

/** Devices that the user of the app which the dialog has chosen has bound. @throws NoAnswer */
export function askAppDevices(
  node: EditorNode<object>,
  query: { text: string; online?: boolean },
  refresh = false,
): Promise<FoundAppDevices> {
  const app = configNode(currentValue(node, 'app'));
  if (!app) return Promise.reject(new NoAnswer('', commonText('pick.noApp')));
  return ask('gizwits-app/devices', { ...query, ...(refresh ? { refresh } : {}), app: app.id }, [app]);
}

/** Calls back now and whenever another product is chosen, with whether one is chosen at all. */
export function onProduct(node: EditorNode<object>, heard: () => void): void {
  let product = currentValue(node, 'product');
  fieldOf(node, 'product').on('change', () => {
    // Node-RED 5 fires changes to nothing and back while a dialog opens.
    const chosen = currentValue(node, 'product');
    if (chosen === product) return;
    product = chosen;
    heard();
  });
  heard();
}

function askProduct<T>(node: EditorNode<object>, path: string, question: object): Promise<T> {
  const product = currentValue(node, 'product');
  const nodes = productNodes(product);
  if (nodes.length === 0) return Promise.reject(new NoAnswer('', commonText('pick.noProduct')));
  return ask(`gizwits-product/${path}`, { ...question, product }, nodes);
}
