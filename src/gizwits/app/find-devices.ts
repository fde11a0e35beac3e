import type { AppAccount, AppCallOptions } from './account';
import { listAll } from './listing';
import type { AppOperation } from './operation';
import { appOperations } from './operations';

/** A device of the user who is logged in, as far as somebody needs it to recognise it. */
export interface AppDevice {
  did: string;
  mac: string;
  /** Alias or remark that the user has given it; empty when there is none. */
  alias: string;
  product: string;
  online: boolean;
}

/** The user's devices that match. */
export interface FoundAppDevices {
  devices: AppDevice[];
  /** Matches in all. */
  total: number;
}

/** Devices that are looked at, and those that are shown. */
const MOST_DEVICES = 200;
const PAGE_SIZE = 50;

/** The devices that the user who is logged in has bound, up to {@link MOST_DEVICES}. @throws CloudError */
export async function boundDevices(account: AppAccount, options: AppCallOptions): Promise<AppDevice[]> {
  const devices: AppDevice[] = [];
  for await (const { records } of listAll(account, appOperations.get_app_bindings as AppOperation, {}, options)) {
    devices.push(...records.map(deviceOf).filter(({ did }) => did !== ''));
    if (devices.length >= MOST_DEVICES) break;
  }
  return devices.slice(0, MOST_DEVICES);
}

/** Those whose did, mac, name or product contains the text; the API itself cannot search. */
export function matching(devices: readonly AppDevice[], text: string, online?: boolean): FoundAppDevices {
  const words = text.trim().toLowerCase();
  const found = devices.filter(
    (device) =>
      (online === undefined || device.online === online) &&
      [device.did, device.mac, device.alias, device.product].some((part) => part.toLowerCase().includes(words)),
  );
  return { devices: found.slice(0, PAGE_SIZE), total: found.length };
}

function deviceOf(record: unknown): AppDevice {
  const { did, mac, remark, dev_alias: alias, product_name: product, is_online: online } = record as Fields;
  return {
    ...{ did: textOf(did), mac: textOf(mac), alias: textOf(alias) || textOf(remark), product: textOf(product) },
    online: online === true || online === 1,
  };
}

type Fields = Record<string, unknown>;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
