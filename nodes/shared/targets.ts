import { accepts } from '../../src/cloud/catalogue';
import { badInput } from '../../src/cloud/errors';
import { excerpt, toId } from '../../src/cloud/input';
import type { CallOptions } from '../../src/gizwits/enterprise/account';
import type { ProductClient } from '../../src/gizwits/enterprise/product-client';
import type { Input } from './input';
import type { TypedField } from './typed-fields';

export interface Device {
  did: string;
  mac?: string;
}

/** A did found for a mac stays true for an hour: only a factory reset gives a device a new one. */
const MAC_CACHE_MS = 3_600_000;

/** The one device that a node's `targetBy` and `target` name. */
export async function oneTarget(
  client: ProductClient,
  targetBy: string | undefined,
  field: TypedField,
  given: unknown,
  input: Input,
  options: CallOptions,
): Promise<Device> {
  const by = targetBy ?? 'did';
  if (by !== 'did' && by !== 'mac') {
    throw badInput('value', { field: 'targetBy', given: excerpt(targetBy), accepted: 'did | mac' });
  }
  return device(client, by, field.name, given, input, options);
}

/** One device by its did or, looked up, by its mac. */
export async function device(
  client: ProductClient,
  by: 'did' | 'mac',
  field: string,
  given: unknown,
  input: Input,
  options: CallOptions,
): Promise<Device> {
  if (given === undefined || given === null || given === '') {
    throw badInput('required', { field, accepted: accepts(by === 'did' ? 'id' : 'mac') });
  }
  if (typeof given !== 'string')
    throw badInput('type', { field, given: excerpt(given), accepted: accepts(by === 'did' ? 'id' : 'mac') });
  if (by === 'did') return { did: toId(given, 'did') };
  const found = await client.device(given, options, { cacheMs: MAC_CACHE_MS });
  if (found.meta) input.metadata.add(found.meta);
  return { did: found.did, mac: given };
}
