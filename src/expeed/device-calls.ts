import type { CallMeta } from '../cloud/call-types';
import { isPlainObject } from '../cloud/input';
import { type Body, type CallOptions, type ExpeedAccount, metaOf } from './account';
import { type DatapointRecord, toRecord } from './records';
import { wrongField } from './replies';
import type { Timestamps } from './timestamp';

/** Which device a call is for. */
export interface DeviceAddress {
  deviceId: unknown;
  deviceKey: unknown;
}

/** What a call found, and what it cost. */
export interface Answer<T> {
  readonly result: T;
  readonly meta: CallMeta;
}

/** Whether a device is online; in this call 0 is offline and 1 online. @throws CloudError */
export async function deviceStatus(
  account: ExpeedAccount,
  device: DeviceAddress,
  options: CallOptions,
): Promise<Answer<{ online: boolean; deviceStatus: number }>> {
  const call = await account.call('device.status', { ...device }, options);
  const deviceStatus = Number(call.body.device_status ?? Number.NaN);
  if (deviceStatus !== 0 && deviceStatus !== 1) throw wrongField('device_status', call.statusCode);
  return { result: { online: deviceStatus === 1, deviceStatus }, meta: metaOf(call) };
}

/** The datapoints of a device as last reported; all of them, or those named. @throws CloudError */
export async function currentDatapoints(
  account: ExpeedAccount,
  device: DeviceAddress,
  ids: readonly string[] | undefined,
  timestamps: Timestamps,
  options: CallOptions,
): Promise<Answer<DatapointRecord>> {
  const call = await account.call('device.current', { ...device, ids }, options);
  const data = dataOf(call.body);
  if (!data) throw wrongField('data', call.statusCode);
  return { result: toRecord(data, timestamps), meta: metaOf(call) };
}

/**
 * Asks the platform to set datapoints. The answer only says that it was taken: the result is a push with the same
 * message id. Never made twice unless it was provably refused.
 * @param since monotonic time of the wish
 * @throws CloudError
 */
export async function setDatapoints(
  account: ExpeedAccount,
  device: DeviceAddress,
  value: unknown,
  since: number,
  options: CallOptions,
): Promise<Answer<{ messageId: string | null }>> {
  const call = await account.call('device.set', { ...device, value }, options, since);
  const id = call.body.message_id;
  const messageId = typeof id === 'number' || (typeof id === 'string' && id !== '') ? String(id) : null;
  return { result: { messageId }, meta: metaOf(call) };
}

/** The document shows one object; a list with that one object in it would mean the same. */
function dataOf({ data }: Body): Record<string, unknown> | undefined {
  const one: unknown = Array.isArray(data) && data.length === 1 ? data[0] : data;
  return isPlainObject(one) ? one : undefined;
}
