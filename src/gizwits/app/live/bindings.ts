import { isPlainObject } from '../../../cloud/input';
import type { AppAccount, AppCallOptions } from '../account';
import { listAll } from '../listing';
import type { AppOperation } from '../operation';
import { appOperations } from '../operations';

/** A bound device, as far as the live connection needs it. */
export interface LiveDevice {
  did: string;
  mac: string;
  productKey: string;
  /** Address of its WebSocket; undefined when its binding tells none. */
  url: string | undefined;
}

const PATH = '/ws/app/v1';

/** The user's devices with the addresses of their connections, TLS wherever it is offered. @throws CloudError */
export async function liveDevices(account: AppAccount, options: AppCallOptions): Promise<Map<string, LiveDevice>> {
  const devices = new Map<string, LiveDevice>();
  for await (const { records } of listAll(account, appOperations.get_app_bindings as AppOperation, {}, options)) {
    for (const record of records) {
      if (!isPlainObject(record) || typeof record.did !== 'string') continue;
      const { did, mac, product_key: productKey } = record;
      devices.set(did, { did, mac: textOf(mac), productKey: textOf(productKey), url: urlOf(record) });
    }
  }
  return devices;
}

function urlOf({ host, ws_port: port, wss_port: securePort }: Record<string, unknown>): string | undefined {
  // A name or an address, and nothing that would make another URL of it.
  if (typeof host !== 'string' || !/^[A-Za-z0-9.:_-]+$/.test(host)) return undefined;
  const authority = host.includes(':') ? `[${host}]` : host;
  if (isPort(securePort)) return `wss://${authority}:${securePort}${PATH}`;
  return isPort(port) ? `ws://${authority}:${port}${PATH}` : undefined;
}

function isPort(value: unknown): boolean {
  const port = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
